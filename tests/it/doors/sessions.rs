//! Browsers: coming in, staying in, going out.

use std::time::Duration;

use axum::http::Method;
use savoir_models::audit::Action;
use savoir_models::viewer::Role;
use savoir_tests::call::{call, get, post};
use savoir_tests::house::{House, house};
use serde_json::json;

use super::accounts::{GOOD, In, SESSION, account, both, enter};

const SESSIONS: &str = "/api/v1/sessions";

#[tokio::test]
async fn a_browser_comes_in_is_known_and_goes_out() {
    for house in both().await {
        account(&house, "Léa Martin", Role::Expert, None).await;
        let asked = json!({"name": " LÉA  martin", "password": GOOD});
        let answer = post(SESSION, &asked).with("user-agent", "Firefox").to(&house).await;
        let standing = answer.expect(200);
        assert_eq!((&standing["name"], &standing["role"]), (&json!("Léa Martin"), &json!("expert")));
        let cookie = answer.header("set-cookie").to_owned();
        assert!(cookie.starts_with("savoir_session=ses_"), "{cookie}");
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age=604800"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert!(!cookie.contains("Secure"), "{cookie}");

        let browser = In::of(&answer);
        let again = browser.get(SESSION).to(&house).await.expect(200);
        assert_eq!(again, standing);
        let _ = browser.get("/api/v1/reviews").to(&house).await.expect(200);
        let list = browser.get(SESSIONS).to(&house).await.expect(200);
        assert_eq!((&list["items"][0]["agent"], &list["items"][0]["id"]), (&json!("Firefox"), &list["current"]));

        let out = browser.send(Method::DELETE, SESSION).to(&house).await;
        assert_eq!(out.status, 204);
        assert!(out.header("set-cookie").contains("Max-Age=0"), "{}", out.header("set-cookie"));
        let _ = browser.get(SESSION).to(&house).await.problem(401, "session_unknown");
        assert!(house.kit.db.verify_audit().await.unwrap().is_ok());
        let told: Vec<_> = house.kit.db.audit(0, 100).await.unwrap().into_iter().map(|l| l.action).collect();
        assert!(told.contains(&Action::LoggedIn) && told.contains(&Action::SessionEnded), "{told:?}");
    }
}

#[tokio::test]
async fn with_https_the_cookie_is_held_to_it() {
    let house = House::build().set("server.public_url", "https://savoir.example.com/").open().await.unwrap();
    account(&house, "Léa", Role::Expert, None).await;
    let answer = post(SESSION, &json!({"name": "Léa", "password": GOOD})).to(&house).await;
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-savoir_session=") && cookie.ends_with("; Secure"), "{cookie}");
    let browser = In::of(&answer);
    let _ = browser.get(SESSION).to(&house).await.expect(200);
    let ours = browser.send(Method::DELETE, SESSION).with("origin", "https://savoir.example.com");
    assert_eq!(ours.to(&house).await.status, 204);
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_after_a_week_in_any_case() {
    for house in both().await {
        account(&house, "Léa", Role::Expert, None).await;
        let idle = enter(&house, "Léa").await;
        house.clock.advance(Duration::from_secs(12 * 3_600));
        let _ = idle.get(SESSION).to(&house).await.problem(401, "session_unknown");

        let used = enter(&house, "Léa").await;
        let begun = house.kit.clock.now();
        for _ in 0..15 {
            house.clock.advance(Duration::from_secs(11 * 3_600));
            let _ = used.get(SESSION).to(&house).await.expect(200);
            used.noted(&house).await;
        }
        house.clock.advance(Duration::from_secs(3 * 3_600));
        assert_eq!(house.kit.clock.now().since(begun), Duration::from_secs(7 * 86_400));
        let _ = used.get(SESSION).to(&house).await.problem(401, "session_unknown");
    }
}

#[tokio::test]
async fn a_cookie_that_came_with_the_log_in_is_never_used_again() {
    let house = house().await;
    account(&house, "Léa", Role::Expert, None).await;
    account(&house, "Mallory", Role::Technician, None).await;
    // Somebody put their own cookie, or one of their invention, into Léa's browser.
    let planted = enter(&house, "Mallory").await;
    let log_in = || post(SESSION, &json!({"name": "Léa", "password": GOOD}));
    let answer = log_in().with("cookie", &planted.cookie).to(&house).await;
    assert_ne!(In::of(&answer).cookie, planted.cookie);
    let _ = planted.get(SESSION).to(&house).await.problem(401, "session_unknown");
    let invented = format!("savoir_session=ses_{}", "a".repeat(64));
    assert_ne!(In::of(&log_in().with("cookie", &invented).to(&house).await).cookie, invented);
    let _ = get(SESSION).with("cookie", &invented).to(&house).await.problem(401, "session_unknown");
}

#[tokio::test]
async fn a_change_must_come_from_our_pages_and_be_meant() {
    let house = house().await;
    account(&house, "Léa", Role::Administrator, None).await;
    let browser = enter(&house, "Léa").await;
    let bare = || call(Method::DELETE, SESSION).with("cookie", &browser.cookie);
    let _ = bare().to(&house).await.problem(403, "csrf_missing");
    let _ = bare().with("x-csrf-token", "0").to(&house).await.problem(403, "csrf_missing");
    let other = enter(&house, "Léa").await;
    let _ = bare().with("x-csrf-token", &other.csrf).to(&house).await.problem(403, "csrf_missing");
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("origin", "http://127.0.0.1:4173.evil.example"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let sent = browser.send(Method::DELETE, SESSION).with(name, value).to(&house).await;
        let _ = sent.problem(403, "cross_site");
        let log_in = post(SESSION, &json!({"name": "Léa", "password": GOOD})).with(name, value).to(&house).await;
        let _ = log_in.problem(403, "cross_site");
    }
    let _ = browser.get(SESSION).with("origin", "https://evil.example").to(&house).await.expect(200);
    let ours = browser.send(Method::DELETE, SESSION).with("origin", "http://127.0.0.1:4173");
    assert_eq!(ours.with("sec-fetch-site", "same-origin").to(&house).await.status, 204);
}

#[tokio::test]
async fn a_header_with_a_token_is_judged_by_it_alone() {
    let house = house().await;
    account(&house, "Léa", Role::Administrator, None).await;
    let browser = enter(&house, "Léa").await;
    let token = house.token(Role::Technician, None).await;
    let both = browser.get(SESSION).by(&token).to(&house).await.expect(200);
    assert_eq!((&both["role"], &both["csrf_token"]), (&json!("technician"), &json!(null)));
    let _ = browser.get(SESSION).by("sav_wrong").to(&house).await.problem(401, "token_unknown");
    let _ = browser.get(SESSION).with("authorization", "Basic eDp5").to(&house).await.problem(401, "token_missing");
    let _ = browser.get(SESSION).with("cookie", "savoir_session=x").to(&house).await.problem(401, "token_missing");
    let _ = call(Method::DELETE, SESSION).by(&token).to(&house).await.problem(409, "session_needed");
}

#[tokio::test]
async fn sessions_are_ended_by_their_owner_and_by_administrators_only() {
    let house = house().await;
    let lea = account(&house, "Léa", Role::Expert, None).await;
    account(&house, "Max", Role::Technician, None).await;
    let (one, two, max) = (enter(&house, "Léa").await, enter(&house, "Léa").await, enter(&house, "Max").await);
    let list = two.get(SESSIONS).to(&house).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
    let first = format!("{SESSIONS}/{}", list["items"][1]["id"].as_str().unwrap());
    let second = format!("{SESSIONS}/{}", list["items"][0]["id"].as_str().unwrap());
    let _ = max.send(Method::DELETE, &first).to(&house).await.problem(404, "not_found");
    let _ = max.get(&format!("{SESSIONS}?account={lea}")).to(&house).await.problem(404, "not_found");
    assert_eq!(two.send(Method::DELETE, &first).to(&house).await.status, 204);
    let _ = one.get(SESSION).to(&house).await.problem(401, "session_unknown");
    let administrator = house.token(Role::Administrator, None).await;
    let seen = get(&format!("{SESSIONS}?account={lea}")).by(&administrator).to(&house).await.expect(200);
    assert_eq!(seen["items"].as_array().unwrap().len(), 1);
    assert_eq!(call(Method::DELETE, &second).by(&administrator).to(&house).await.status, 204);
    let _ = two.get(SESSION).to(&house).await.problem(401, "session_unknown");
}
