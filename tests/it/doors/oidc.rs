//! Coming in by OpenID Connect, against a provider that keeps to the standard.

mod lies;

use std::time::Duration;

use savoir_models::audit::Action;
use savoir_models::viewer::Role;
use savoir_tests::call::{Reply, call, get};
use savoir_tests::house::House;
use savoir_tests::provider::Provider;
use serde_json::{Value, json};

use super::accounts::{SESSION, account};

const START: &str = "/api/v1/oidc/start";

/// A person as the provider tells of them.
fn lea(groups: &Value) -> Value {
    json!({"sub": "7f3a", "name": "Léa Martin", "email": "lea@example.com", "groups": groups})
}

/// A provider that knows Léa, and houses that trust it: on SQLite, and on PostgreSQL where it is installed.
async fn both(groups: &Value) -> (Provider, Vec<House>) {
    let provider = Provider::start(lea(groups)).await;
    let sqlite = provider.known_to(House::build()).open().await;
    let postgres = provider.known_to(House::build().postgres()).open().await;
    (provider, [sqlite, postgres].into_iter().flatten().collect())
}

async fn trusting(groups: &Value) -> (Provider, House) {
    let provider = Provider::start(lea(groups)).await;
    let house = provider.known_to(House::build()).open().await.unwrap();
    (provider, house)
}

/// The cookie of this name that an answer sets.
fn cookie(answer: &Reply, name: &str) -> String {
    let all: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|v| v.to_str().unwrap()).collect();
    let set = all.iter().find(|set| set.starts_with(&format!("{name}=")));
    set.unwrap_or_else(|| panic!("no {name} in {all:?}")).split(';').next().unwrap().to_owned()
}

/// A browser on its way: its cookie, and where the provider sends it.
struct Trip {
    cookie: String,
    back: String,
}

/// A browser goes to the provider and is sent back.
async fn go(house: &House, provider: &Provider) -> Trip {
    let begun = get(&format!("{START}?return_to=/reviews?tab=mine")).to(house).await;
    assert_eq!(begun.status, 303, "{}", String::from_utf8_lossy(&begun.bytes));
    assert_eq!((begun.header("cache-control"), begun.header("referrer-policy")), ("no-store", "no-referrer"));
    let back = provider.visit(begun.header("location")).await;
    Trip { cookie: cookie(&begun, "__Host-savoir_oidc"), back }
}

impl Trip {
    async fn arrives(&self, house: &House) -> Reply {
        get(&self.back).with("cookie", &self.cookie).with("user-agent", "Firefox").to(house).await
    }
}

/// The session's cookie of a browser that came in.
fn inside(answer: &Reply) -> String {
    assert_eq!(answer.status, 303, "{}", String::from_utf8_lossy(&answer.bytes));
    cookie(answer, "__Host-savoir_session")
}

async fn come_in(house: &House, provider: &Provider) -> Reply {
    go(house, provider).await.arrives(house).await
}

async fn standing(house: &House, session: &str) -> Value {
    get(SESSION).with("cookie", session).to(house).await.expect(200)
}

#[tokio::test]
async fn whoever_the_provider_knows_comes_in_with_the_role_of_their_groups() {
    let (provider, houses) = both(&json!(["experts", "others"])).await;
    for house in houses {
        let trip = go(&house, &provider).await;
        let answer = trip.arrives(&house).await;
        let session = inside(&answer);
        assert_eq!((answer.header("location"), answer.header("cache-control")), ("/reviews?tab=mine", "no-store"));
        let set: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|v| v.to_str().unwrap()).collect();
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure"] {
            assert!(set.iter().all(|cookie| cookie.contains(part)), "{set:?}");
        }
        assert!(set.iter().any(|c| c.starts_with("__Host-savoir_oidc=;") && c.contains("Max-Age=0")), "{set:?}");
        let seen = standing(&house, &session).await;
        assert_eq!((&seen["name"], &seen["role"]), (&json!("Léa Martin"), &json!("expert")));
        let _ = get("/api/v1/reviews").with("cookie", &session).to(&house).await.expect(200);
        let made = house.kit.db.account_of_subject(&provider.issuer, "7f3a").await.unwrap().unwrap();
        assert!(made.federated && !made.has_password && made.last_login_at == Some(house.kit.clock.now()));
        let told: Vec<_> = house.kit.db.audit(0, 100).await.unwrap();
        let told: Vec<_> = told.iter().map(|l| (l.action, l.who.as_str(), l.detail.as_str())).collect();
        let lines = [
            (Action::AccountMade, "Léa Martin", "Léa Martin, expert, enabled, by oidc"),
            (Action::LoggedIn, "Léa Martin", "by oidc"),
        ];
        assert_eq!(told, lines);
        assert!(house.kit.db.verify_audit().await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn the_next_log_in_finds_the_account_again_with_the_role_it_has_now() {
    let (provider, houses) = both(&json!("experts")).await;
    for house in houses {
        provider.says(lea(&json!("experts")));
        let before = inside(&come_in(&house, &provider).await);
        let again = inside(&come_in(&house, &provider).await);
        assert_eq!(standing(&house, &before).await["role"], "expert", "the same role ends no session");
        // Married, moved, and with another company now: the subject is the same.
        provider.says(json!({"sub": "7f3a", "name": "Léa Roux", "groups": ["partners"], "company": "Nordservice"}));
        let now = inside(&come_in(&house, &provider).await);
        let seen = standing(&house, &now).await;
        assert_eq!((&seen["role"], &seen["organisation"]), (&json!("contractor"), &json!("Nordservice")));
        assert_eq!(seen["name"], "Léa Martin", "an account keeps the name that its decisions are signed with");
        for old in [before, again] {
            let _ = get(SESSION).with("cookie", &old).to(&house).await.problem(401, "session_unknown");
        }
        assert_eq!(house.kit.db.accounts().await.unwrap().len(), 1);
        let told = house.kit.db.audit(0, 100).await.unwrap();
        assert!(told.iter().any(|l| l.action == Action::AccountChanged && l.detail.ends_with("by oidc")));
    }
}

#[tokio::test]
async fn a_name_alone_is_nobody_s_key() {
    let (provider, houses) = both(&json!("field")).await;
    for house in houses {
        provider.says(lea(&json!("field")));
        let local = account(&house, "LÉA  martin", Role::Administrator, None).await;
        let session = inside(&come_in(&house, &provider).await);
        let seen = standing(&house, &session).await;
        assert_eq!((&seen["name"], &seen["role"]), (&json!("Léa Martin (2)"), &json!("technician")));
        provider.says(json!({"sub": "other", "name": "Léa Martin", "email": "lea@example.com", "groups": "field"}));
        let namesake = inside(&come_in(&house, &provider).await);
        assert_eq!(standing(&house, &namesake).await["name"], "Léa Martin (3)");
        let kept = house.kit.db.account(local.parse().unwrap()).await.unwrap().unwrap();
        assert_eq!((kept.role, kept.federated), (Role::Administrator, false));
    }
}

#[tokio::test]
async fn without_a_role_nobody_comes_in_and_what_was_taken_back_ends() {
    let (provider, houses) = both(&json!([])).await;
    for house in houses {
        provider.says(lea(&json!(["unknown"])));
        let refused = come_in(&house, &provider).await;
        let body = refused.problem(403, "oidc_no_role");
        assert!(body["detail"].as_str().unwrap().contains("administrator"), "{body}");
        assert!(house.kit.db.accounts().await.unwrap().is_empty());
        provider.says(lea(&json!(["field"])));
        let session = inside(&come_in(&house, &provider).await);
        provider.says(lea(&json!(null)));
        let _ = come_in(&house, &provider).await.problem(403, "oidc_no_role");
        let _ = get(SESSION).with("cookie", &session).to(&house).await.problem(401, "session_unknown");
    }
}

#[tokio::test]
async fn a_disabled_account_stays_out_whatever_the_provider_says() {
    let (provider, houses) = both(&json!("field")).await;
    for house in houses {
        provider.says(lea(&json!("field")));
        inside(&come_in(&house, &provider).await);
        let made = house.kit.db.account_of_subject(&provider.issuer, "7f3a").await.unwrap().unwrap();
        let token = house.token(Role::Administrator, None).await;
        let path = format!("/api/v1/accounts/{}", made.id);
        let disable = call(axum::http::Method::PATCH, &path).by(&token).json(&json!({"disabled": true}));
        let _ = disable.to(&house).await.expect(200);
        for groups in ["field", "admins"] {
            provider.says(lea(&json!(groups)));
            let _ = come_in(&house, &provider).await.problem(403, "account_disabled");
        }
        let kept = house.kit.db.account(made.id).await.unwrap().unwrap();
        assert!(kept.disabled_at.is_some() && kept.role == Role::Technician);
    }
}

#[tokio::test]
async fn the_last_administrator_is_not_made_less_and_does_not_come_in_with_more_than_is_given() {
    let (provider, houses) = both(&json!("admins")).await;
    for house in houses {
        provider.says(lea(&json!("admins")));
        let session = inside(&come_in(&house, &provider).await);
        provider.says(lea(&json!("field")));
        let _ = come_in(&house, &provider).await.problem(409, "last_administrator");
        assert_eq!(standing(&house, &session).await["role"], "administrator");
        account(&house, "Max", Role::Administrator, None).await;
        let now = inside(&come_in(&house, &provider).await);
        assert_eq!(standing(&house, &now).await["role"], "technician");
    }
}

#[tokio::test]
async fn a_session_that_came_along_ends() {
    let (provider, house) = trusting(&json!("experts")).await;
    let planted = inside(&come_in(&house, &provider).await);
    let trip = go(&house, &provider).await;
    let both = format!("{}; {planted}", trip.cookie);
    let answer = get(&trip.back).with("cookie", &both).to(&house).await;
    assert_ne!(inside(&answer), planted);
    let _ = get(SESSION).with("cookie", &planted).to(&house).await.problem(401, "session_unknown");
}

#[tokio::test]
async fn the_signature_that_every_provider_knows_is_believed() {
    let (provider, house) = trusting(&json!("experts")).await;
    provider.signs_with_rsa();
    inside(&come_in(&house, &provider).await);
}

#[tokio::test]
async fn the_provider_s_documents_are_kept_and_its_new_keys_are_found() {
    let (provider, house) = trusting(&json!("experts")).await;
    for _ in 0..3 {
        inside(&come_in(&house, &provider).await);
    }
    assert_eq!((provider.asked("discovery"), provider.asked("keys")), (1, 1));
    provider.rotates();
    let _ = come_in(&house, &provider).await.problem(403, "oidc_refused");
    assert_eq!(provider.asked("keys"), 1, "an invented key does not make us ask at once");
    house.clock.advance(Duration::from_secs(31));
    inside(&come_in(&house, &provider).await);
    assert_eq!((provider.asked("discovery"), provider.asked("keys")), (1, 2));
    house.clock.advance(Duration::from_secs(3_400));
    inside(&come_in(&house, &provider).await);
    house.clock.advance(Duration::from_secs(169));
    let _ = go(&house, &provider).await;
    assert_eq!((provider.asked("discovery"), provider.asked("keys")), (2, 3), "nothing is believed for ever");
}
