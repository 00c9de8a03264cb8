//! Passwords: tried, locked, set by links.

use std::time::Duration;

use axum::http::Method;
use savoir_models::audit::Action;
use savoir_models::clock::Clock;
use savoir_models::viewer::Role;
use savoir_tests::call::{call, get, post};
use savoir_tests::house::{House, house};
use serde_json::{Value, json};

use super::accounts::{GOOD, SESSION, account, both, enter, link_of, secret_of};

const REDEEM: &str = "/api/v1/links/redeem";

fn tried(name: &str, password: &str) -> Value {
    json!({"name": name, "password": password})
}

#[tokio::test]
async fn after_five_wrong_tries_a_name_is_locked_whether_it_exists_or_not() {
    for house in both().await {
        account(&house, "Léa", Role::Expert, None).await;
        for name in ["Léa", "Nobody at all"] {
            let mut seen = Vec::new();
            for _ in 0..5 {
                let answer = post(SESSION, &tried(name, "wrong wrong wrong")).to(&house).await;
                let mut body = answer.problem(401, "login_failed");
                body["request_id"] = json!(null);
                seen.push(body);
            }
            seen.dedup();
            assert_eq!(seen.len(), 1);
            let locked = post(SESSION, &tried(name, GOOD)).to(&house).await;
            let _ = locked.problem(429, "too_many_attempts");
            assert_eq!(locked.header("retry-after"), "60");
            house.clock.advance(Duration::from_secs(61));
            let _ = post(SESSION, &tried(name, "wrong again, sorry")).to(&house).await.problem(401, "login_failed");
            assert_eq!(post(SESSION, &tried(name, GOOD)).to(&house).await.header("retry-after"), "120");
            house.clock.advance(Duration::from_secs(121));
        }
        let _ = post(SESSION, &tried("Léa", GOOD)).to(&house).await.expect(200);
        // A right one forgets the wrong ones.
        let _ = post(SESSION, &tried("Léa", "wrong once more")).to(&house).await.problem(401, "login_failed");
        let _ = post(SESSION, &tried("Léa", GOOD)).to(&house).await.expect(200);
        let log = house.kit.db.audit(0, 100).await.unwrap();
        assert_eq!(log.iter().filter(|l| l.action == Action::LockedOut).count(), 2);
    }
}

#[tokio::test]
async fn many_tries_at_the_same_moment_are_many_tries() {
    for house in both().await {
        account(&house, "Léa", Role::Expert, None).await;
        let tries = (0..12).map(|n| post(SESSION, &tried("Léa", &format!("guess number {n}"))).to(&house));
        let answers = futures_util::future::join_all(tries).await;
        assert_eq!(answers.iter().filter(|a| a.status == 401).count(), 5);
        assert_eq!(answers.iter().filter(|a| a.status == 429).count(), 7);
    }
}

#[tokio::test]
async fn a_link_sets_a_password_once_within_a_day_and_ends_sessions() {
    for house in both().await {
        let id = account(&house, "Léa", Role::Expert, None).await;
        let browser = enter(&house, "Léa").await;
        let (old, new) = (link_of(&house, &id).await, link_of(&house, &id).await);
        let redeem = |secret: &str, password: &str| post(REDEEM, &json!({"secret": secret, "password": password}));
        let _ = redeem(&old, "une autre phrase").to(&house).await.problem(404, "link_unknown");
        let weak = redeem(&new, "password1").to(&house).await;
        let _ = weak.problem(422, "invalid_fields");
        assert_eq!(weak.fields(), ["password"]);
        let done = redeem(&new, "une autre phrase").to(&house).await.expect(200);
        assert_eq!(done, json!({"name": "Léa"}));
        let _ = redeem(&new, "une autre phrase").to(&house).await.problem(404, "link_unknown");
        let _ = browser.get(SESSION).to(&house).await.problem(401, "session_unknown");
        let _ = post(SESSION, &tried("Léa", GOOD)).to(&house).await.problem(401, "login_failed");
        let _ = post(SESSION, &tried("Léa", "une autre phrase")).to(&house).await.expect(200);

        let late = link_of(&house, &id).await;
        house.clock.advance(Duration::from_secs(86_400));
        let _ = redeem(&late, "encore une autre").to(&house).await.problem(404, "link_unknown");
    }
}

#[tokio::test]
async fn the_first_link_makes_the_administrator_and_nobody_else() {
    let house = house().await;
    let (db, now) = (&house.kit.db, house.clock.now());
    let first = async || {
        let mut tx = db.begin().await.unwrap();
        let secret = tx.put_link(None, now.after(Duration::from_secs(60))).await.unwrap();
        tx.commit().await.unwrap();
        secret
    };
    let (replaced, secret) = (first().await, first().await);
    let asked = |secret: &str, name: Value| post(REDEEM, &json!({"secret": secret, "password": GOOD, "name": name}));
    let _ = asked(&replaced, json!("Ada")).to(&house).await.problem(404, "link_unknown");
    let _ = asked(&secret, json!(null)).to(&house).await.problem(422, "invalid_fields");
    let _ = asked(&secret, json!("Ada\r\nX: y")).to(&house).await.problem(422, "invalid_fields");
    let _ = asked(&secret, json!("Ada")).to(&house).await.expect(200);
    assert_eq!(enter(&house, "Ada").await.get(SESSION).to(&house).await.expect(200)["role"], "administrator");
    let again = first().await;
    let _ = asked(&again, json!("Eve")).to(&house).await.problem(404, "link_unknown");
}

#[tokio::test]
async fn another_password_needs_the_old_one_and_leaves_this_browser_in_only() {
    let house = house().await;
    account(&house, "Léa", Role::Expert, None).await;
    let (one, two) = (enter(&house, "Léa").await, enter(&house, "Léa").await);
    let path = "/api/v1/session/password";
    let change = |old: &str, new: &str| one.send(Method::POST, path).json(&json!({"old": old, "new": new}));
    let wrong = change("not the old one", "une autre phrase").to(&house).await;
    let _ = wrong.problem(422, "invalid_fields");
    assert_eq!(wrong.fields(), ["old"]);
    let answer = change(GOOD, "une autre phrase").to(&house).await;
    let _ = answer.expect(200);
    let _ = one.get(SESSION).to(&house).await.problem(401, "session_unknown");
    let _ = two.get(SESSION).to(&house).await.problem(401, "session_unknown");
    let _ = super::accounts::In::of(&answer).get(SESSION).to(&house).await.expect(200);
    let token = house.token(Role::Expert, None).await;
    let by_token = post(path, &json!({"old": GOOD, "new": "x"})).by(&token).to(&house).await;
    let _ = by_token.problem(409, "session_needed");
    let _ = get(path).by(&token).to(&house).await.problem(405, "method_not_allowed");
    assert!(!secret_of("http://x/link#lnk_1").is_empty());
}

/// Passwords that were hashed or held against a hash so far.
async fn computed(house: &House) -> u64 {
    let token = house.token(Role::Administrator, None).await;
    let text = get("/metrics").by(&token).to(house).await.bytes;
    let text = String::from_utf8(text).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("savoir_passwords_total "));
    line.unwrap_or_else(|| panic!("{text}")).parse().unwrap()
}

#[tokio::test]
async fn a_log_in_costs_the_same_work_whether_there_is_such_an_account_or_not() {
    for house in both().await {
        let token = house.token(Role::Administrator, None).await;
        account(&house, "Léa", Role::Expert, None).await;
        let gone = account(&house, "Max", Role::Expert, None).await;
        let disabled = call(Method::PATCH, &format!("/api/v1/accounts/{gone}")).json(&json!({"disabled": true}));
        let _ = disabled.by(&token).to(&house).await.expect(200);
        let new = post("/api/v1/accounts", &json!({"name": "Zoé", "role": "expert"})).by(&token).to(&house).await;
        let _ = new.expect(201);
        let cost = async |name: &str, password: &str| {
            let before = computed(&house).await;
            let status = post(SESSION, &tried(name, password)).to(&house).await.status.as_u16();
            (status, computed(&house).await - before)
        };
        // Known with the right and a wrong password, disabled, without a password yet, unknown.
        assert_eq!(cost("Léa", GOOD).await, (200, 1));
        for (name, password) in
            [("Léa", "wrong wrong"), ("Max", GOOD), ("Max", "wrong wrong"), ("Zoé", GOOD), ("Nobody", GOOD), ("", GOOD)]
        {
            assert_eq!(cost(name, password).await, (401, 1), "{name}");
        }
        for _ in 0..5 {
            let _ = (cost("Léa", "wrong wrong").await, cost("Nobody", "wrong wrong").await);
        }
        assert_eq!((cost("Léa", GOOD).await, cost("Nobody", GOOD).await), ((429, 0), (429, 0)), "locked");
    }
}
