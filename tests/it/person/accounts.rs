//! An account of the person who is erased: nobody comes in with it any more, and its name is nowhere.

use savoir_models::store::Changed;
use savoir_tests::call::post;

use super::*;

const SESSION: &str = "/api/v1/session";
const GOOD: &str = "pluie sur la verrière";

/// An account with a password and a browser that is in: its cookie.
async fn inside(house: &House, name: &str, role: Role) -> String {
    let administrator = house.token(Role::Administrator, None).await;
    let made = post("/api/v1/accounts", &json!({"name": name, "role": role})).by(&administrator).to(house).await;
    let link = made.expect(201)["link"].as_str().unwrap().to_owned();
    let redeemed = json!({"secret": link.split_once("/link#").unwrap().1, "password": GOOD});
    let _ = post("/api/v1/links/redeem", &redeemed).to(house).await.expect(200);
    let answer = post(SESSION, &json!({"name": name, "password": GOOD})).to(house).await;
    assert_eq!(answer.status, 200, "{name}");
    answer.header("set-cookie").split(';').next().unwrap().to_owned()
}

async fn take_out(house: &House, who: &str, pseudonym: Option<&str>) -> savoir_pipeline::person::Erased {
    let found = find(&house.kit.db, &Person::parse(who).unwrap()).await.unwrap();
    erase(&house.kit.db, &found, &by(pseudonym, false), house.kit.clock.now()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn with_account_nobody_comes_in_with_it_any_more_and_the_log_says_so() {
    for house in both_houses().await {
        let db = &house.kit.db;
        let cookie = inside(&house, WHO, Role::Expert).await;
        let namesake = inside(&house, "Paul Quéré", Role::Expert).await;
        let id = db.account_named(WHO).await.unwrap().unwrap().account.id;

        let kept = take_out(&house, WHO, None).await;
        assert_eq!(kept.accounts, 0, "without the word an account stays");
        let _ = get(SESSION).with("cookie", &cookie).to(&house).await.expect(200);

        // Asked for by the family name alone, another's account would be meant as well: none is.
        assert_eq!(take_out(&house, "Quéré", Some("account-0")).await.accounts, 0);
        let done = take_out(&house, "QUERE Nathalie", Some("account-1")).await;
        assert_eq!((done.accounts, done.kept), (1, 0));
        let _ = get(SESSION).with("cookie", &cookie).to(&house).await.problem(401, "session_unknown");
        for name in [WHO, "account-1"] {
            let tried = post(SESSION, &json!({"name": name, "password": GOOD})).to(&house).await;
            let _ = tried.problem(401, "login_failed");
        }
        let after = db.account(id).await.unwrap().unwrap();
        assert_eq!((after.name.as_str(), after.has_password, after.federated), ("account-1", false, false));
        assert!(after.disabled_at.is_some());
        let _ = get(SESSION).with("cookie", &namesake).to(&house).await.expect(200);
        let log = db.audit(0, 100).await.unwrap();
        let line = log.iter().rfind(|l| l.action == Action::AccountChanged).unwrap();
        assert_eq!((line.who.as_str(), &line.subject), ("anne", &id.to_string()));
        assert_eq!(line.detail, "account-1, expert, disabled and under a pseudonym");

        // A person who comes back, or a namesake, is erased under a name of their own.
        let _ = inside(&house, WHO, Role::Expert).await;
        assert_eq!(take_out(&house, WHO, Some("account-1")).await.accounts, 1);
        assert!(db.account_named("account-1-2").await.unwrap().is_some());
        assert!(db.verify_audit().await.unwrap().is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_a_provider_forgets_whose_it_was() {
    for house in both_houses().await {
        let db = &house.kit.db;
        let mut tx = db.begin().await.unwrap();
        let who = Some(("https://login.example.com", "7f3a"));
        tx.put_account(&Viewer::new(WHO, Role::Technician), who, house.kit.clock.now()).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        assert_eq!(take_out(&house, WHO, Some("account-1")).await.accounts, 1);
        assert!(db.account_of_subject("https://login.example.com", "7f3a").await.unwrap().is_none());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays_until_there_is_another() {
    for house in both_houses().await {
        let cookie = inside(&house, WHO, Role::Administrator).await;
        let done = take_out(&house, WHO, Some("account-1")).await;
        assert_eq!((done.accounts, done.kept), (0, 1));
        let _ = get(SESSION).with("cookie", &cookie).to(&house).await.expect(200);
        inside(&house, "Ada", Role::Administrator).await;
        assert_eq!(take_out(&house, WHO, Some("account-1")).await.accounts, 1);
        let id = house.kit.db.account_named("Ada").await.unwrap().unwrap().account.id;
        let mut tx = house.kit.db.begin().await.unwrap();
        let last = tx.pseudonymise(id, "account-2", house.kit.clock.now()).await.unwrap();
        assert_eq!(last, Changed::LastAdministrator);
    }
}
