//! Accounts, and browsers for tests to come in with.

use axum::http::Method;
use savoir_models::account::login_of;
use savoir_models::viewer::{Role, Viewer};
use savoir_tests::call::{Call, Reply, call, get, post};
use savoir_tests::house::{House, house};
use serde_json::{Value, json};

pub(super) const SESSION: &str = "/api/v1/session";
pub(super) const GOOD: &str = "pluie sur la verrière";
const ACCOUNTS: &str = "/api/v1/accounts";

/// A house on SQLite, and one on PostgreSQL where it is installed.
pub(super) async fn both() -> Vec<House> {
    let postgres = House::build().postgres().open().await;
    [Some(house().await), postgres].into_iter().flatten().collect()
}

/// A browser that is in.
pub(super) struct In {
    pub(super) cookie: String,
    pub(super) csrf: String,
}

impl In {
    pub(super) fn of(answer: &Reply) -> Self {
        let cookie = answer.header("set-cookie").split(';').next().unwrap().to_owned();
        Self { cookie, csrf: answer.expect(200)["csrf_token"].as_str().unwrap().to_owned() }
    }

    pub(super) fn get(&self, path: &str) -> Call {
        get(path).with("cookie", &self.cookie)
    }

    pub(super) fn send(&self, method: Method, path: &str) -> Call {
        call(method, path).with("cookie", &self.cookie).with("x-csrf-token", &self.csrf)
    }

    /// Waits until the last use is written down, which nobody waits for in a request.
    pub(super) async fn noted(&self, house: &House) {
        let (secret, now) = (self.cookie.split_once('=').unwrap().1, house.kit.clock.now());
        for _ in 0..500 {
            let found = house.kit.db.session(secret, now, house.app.config.accounts.idle()).await.unwrap();
            if found.is_some_and(|(session, _)| session.seen_at == now) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("the use was not noted");
    }
}

/// An account with the good password; its identifier.
pub(super) async fn account(house: &House, name: &str, role: Role, organisation: Option<&str>) -> String {
    let token = house.token(Role::Administrator, None).await;
    let asked = json!({"name": name, "role": role, "organisation": organisation});
    let made = post(ACCOUNTS, &asked).by(&token).to(house).await.expect(201);
    let asked = json!({"secret": secret_of(made["link"].as_str().unwrap()), "password": GOOD});
    let _ = post("/api/v1/links/redeem", &asked).to(house).await.expect(200);
    made["id"].as_str().unwrap().to_owned()
}

pub(super) fn secret_of(link: &str) -> String {
    link.split_once("/link#").unwrap().1.to_owned()
}

/// The secret of a new link.
pub(super) async fn link_of(house: &House, id: &str) -> String {
    let token = house.token(Role::Administrator, None).await;
    let made = call(Method::POST, &format!("{ACCOUNTS}/{id}/link")).by(&token).to(house).await.expect(201);
    secret_of(made["link"].as_str().unwrap())
}

pub(super) async fn enter(house: &House, name: &str) -> In {
    In::of(&post(SESSION, &json!({"name": name, "password": GOOD})).to(house).await)
}

fn patch(id: &str, body: &Value) -> Call {
    call(Method::PATCH, &format!("{ACCOUNTS}/{id}")).json(body)
}

#[tokio::test]
async fn names_are_unique_however_they_are_spelled_and_cannot_break_lines() {
    for house in both().await {
        account(&house, "Léa Martin", Role::Expert, None).await;
        let token = house.token(Role::Administrator, None).await;
        let make = |body: Value| post(ACCOUNTS, &body).by(&token);
        let taken = make(json!({"name": "LÉA  MARTIN", "role": "expert"})).to(&house).await;
        let _ = taken.problem(409, "name_taken");
        for (body, field) in [
            (json!({"name": "a\r\nSet-Cookie: x=y", "role": "expert"}), "name"),
            (json!({"name": " ", "role": "expert"}), "name"),
            (json!({"name": "Max", "role": "contractor"}), "organisation"),
            (json!({"name": "Max", "role": "expert", "organisation": "Nord"}), "organisation"),
            (json!({"name": "Max", "role": "customer", "organisation": "a\nb"}), "organisation"),
        ] {
            let refused = make(body).to(&house).await;
            let _ = refused.problem(422, "invalid_fields");
            assert_eq!(refused.fields(), [field]);
        }
        let listed = get(ACCOUNTS).by(&token).to(&house).await.expect(200);
        assert_eq!(listed["items"].as_array().unwrap().len(), 1);
        assert!(!listed.to_string().contains("argon2") && !listed.to_string().contains("lnk_"), "{listed}");
    }
}

#[tokio::test]
async fn a_disabled_account_is_out_at_once_and_another_role_is_in_force_at_once() {
    for house in both().await {
        let token = house.token(Role::Administrator, None).await;
        let id = account(&house, "Léa", Role::Expert, None).await;
        let browser = enter(&house, "Léa").await;
        let changed = patch(&id, &json!({"role": "technician"})).by(&token).to(&house).await.expect(200);
        assert_eq!(changed["role"], "technician");
        let _ = browser.get(SESSION).to(&house).await.problem(401, "session_unknown");
        let browser = enter(&house, "Léa").await;
        let _ = browser.get("/api/v1/reviews").to(&house).await.problem(403, "forbidden");
        let _ = patch(&id, &json!({"disabled": true})).by(&token).to(&house).await.expect(200);
        let _ = browser.get(SESSION).to(&house).await.problem(401, "session_unknown");
        let _ = post(SESSION, &json!({"name": "Léa", "password": GOOD})).to(&house).await.problem(401, "login_failed");
        let _ = patch(&id, &json!({"disabled": false})).by(&token).to(&house).await.expect(200);
        let _ = browser.get(SESSION).to(&house).await.problem(401, "session_unknown");
        enter(&house, "Léa").await;
        let _ = patch(&id, &json!({"role": "customer"})).by(&token).to(&house).await.problem(422, "invalid_fields");
        let _ = patch(&id, &json!({})).by(&token).to(&house).await.problem(422, "invalid_fields");
    }
}

#[tokio::test]
async fn the_last_administrator_who_can_come_in_stays() {
    for house in both().await {
        let token = house.token(Role::Administrator, None).await;
        let ada = account(&house, "Ada", Role::Administrator, None).await;
        for body in [json!({"role": "expert"}), json!({"disabled": true})] {
            let _ = patch(&ada, &body).by(&token).to(&house).await.problem(409, "last_administrator");
        }
        // One who never set a password cannot come in.
        let made = post(ACCOUNTS, &json!({"name": "Bea", "role": "administrator"})).by(&token).to(&house).await;
        assert!(made.expect(201)["has_password"] == json!(false));
        let _ = patch(&ada, &json!({"disabled": true})).by(&token).to(&house).await.problem(409, "last_administrator");
        let cleo = account(&house, "Cleo", Role::Administrator, None).await;
        let both = [ada, cleo].map(|id| patch(&id, &json!({"disabled": true})).by(&token));
        let [one, two] = both.map(|call| call.to(&house));
        let (one, two) = tokio::join!(one, two);
        let mut seen = [one.status.as_u16(), two.status.as_u16()];
        seen.sort_unstable();
        assert_eq!(seen, [200, 409], "two at once do not leave the house without one");
    }
}

#[tokio::test]
async fn secrets_are_in_no_answer_and_in_no_line_of_the_log() {
    let house = house().await;
    let id = account(&house, "Léa", Role::Administrator, None).await;
    let browser = enter(&house, "Léa").await;
    let link = link_of(&house, &id).await;
    let session = browser.cookie.split_once('=').unwrap().1;
    let mut seen = String::new();
    for path in [ACCOUNTS, SESSION, "/api/v1/sessions", "/api/v1/tokens", "/metrics"] {
        seen += &String::from_utf8_lossy(&browser.get(path).to(&house).await.bytes);
    }
    seen += &format!("{:?}", house.kit.db.audit(0, 1_000).await.unwrap());
    for secret in [session, &link, GOOD, "argon2", "sav_"] {
        assert!(!seen.contains(secret), "{secret} is in {seen}");
    }
    assert_eq!(login_of(&Viewer::new("LÉA", Role::Expert).name), "léa");
}
