//! Strangers who try passwords: they do not get in, and they keep nobody out.

use std::net::SocketAddr;
use std::time::Duration;

use axum::extract::ConnectInfo;
use savoir_models::viewer::Role;
use savoir_tests::call::{Reply, post};
use savoir_tests::house::House;
use serde_json::json;

use super::accounts::{GOOD, SESSION, account, both, link_of};

const HOME: &str = "192.0.2.7";

/// Longer than any password that is looked at: what is asked here is not what a try costs.
fn wrong() -> String {
    "x".repeat(5_000)
}

async fn tries(house: &House, name: &str, password: &str, from: &str) -> Reply {
    let peer = SocketAddr::new(from.parse().unwrap(), 5_000);
    post(SESSION, &json!({"name": name, "password": password})).extension(ConnectInfo(peer)).to(house).await
}

/// A hundred wrong tries under a name, four from each of 25 addresses: none of them is held up at its own address.
async fn hundred(house: &House, name: &str) {
    for n in 0..25 {
        for _ in 0..4 {
            let _ = tries(house, name, &wrong(), &format!("198.51.100.{n}")).await.problem(401, "login_failed");
        }
    }
}

#[tokio::test]
async fn wrong_tries_from_one_place_hold_up_that_place_and_no_other() {
    for house in both().await {
        account(&house, "Léa", Role::Expert, None).await;
        for name in ["Léa", "Nobody"] {
            for _ in 0..5 {
                let _ = tries(&house, name, &wrong(), "198.51.100.1").await.problem(401, "login_failed");
            }
            let _ = tries(&house, name, GOOD, "198.51.100.1").await.problem(429, "too_many_attempts");
        }
        let _ = tries(&house, "Léa", GOOD, "198.51.100.2").await.expect(200);
        let _ = tries(&house, "Nobody", GOOD, "198.51.100.2").await.problem(401, "login_failed");
        // What she does elsewhere does not let the stranger go on.
        let _ = tries(&house, "Léa", GOOD, "198.51.100.1").await.problem(429, "too_many_attempts");
    }
}

#[tokio::test]
async fn one_provider_s_customer_is_one_place_however_many_addresses_they_have() {
    let house = House::build().open().await.unwrap();
    account(&house, "Léa", Role::Expert, None).await;
    for n in 0..5 {
        let _ = tries(&house, "Léa", &wrong(), &format!("2001:db8:1:2::{n}")).await.problem(401, "login_failed");
    }
    let _ = tries(&house, "Léa", GOOD, "2001:db8:1:2:ffff::9").await.problem(429, "too_many_attempts");
    let _ = tries(&house, "Léa", GOOD, "2001:db8:1:3::1").await.expect(200);
}

#[tokio::test]
async fn a_hundred_wrong_tries_from_anywhere_lock_a_name_for_strangers_but_not_where_it_came_in_before() {
    for house in both().await {
        account(&house, "Léa", Role::Expert, None).await;
        let _ = tries(&house, "Léa", GOOD, HOME).await.expect(200);
        for name in ["Léa", "Nobody"] {
            hundred(&house, name).await;
            // A place that nobody tried from: a right password is not told from a wrong one.
            let shut = tries(&house, name, GOOD, "203.0.113.1").await;
            let _ = shut.problem(429, "too_many_attempts");
            assert_eq!(shut.header("retry-after"), "60");
        }
        // She mistypes, and gets in: as often as she likes.
        for _ in 0..3 {
            let _ = tries(&house, "Léa", &wrong(), HOME).await.problem(401, "login_failed");
            let _ = tries(&house, "Léa", GOOD, HOME).await.expect(200);
        }
        // That she is in sets nobody free, and an hour of trying gives strangers a handful of tries.
        let _ = tries(&house, "Léa", GOOD, "203.0.113.2").await.problem(429, "too_many_attempts");
        let mut tried = 0;
        for n in 0..60 {
            house.clock.advance(Duration::from_secs(60));
            tried += u32::from(tries(&house, "Léa", &wrong(), &format!("203.0.113.{n}")).await.status == 401);
        }
        assert!((3..=6).contains(&tried), "{tried} tries in an hour");
        let _ = tries(&house, "Léa", GOOD, HOME).await.expect(200);
    }
}

#[tokio::test]
async fn a_place_that_is_known_has_its_own_limit_and_is_strange_again_after_a_reset_or_ninety_days() {
    for house in both().await {
        let id = account(&house, "Léa", Role::Expert, None).await;
        let _ = tries(&house, "Léa", GOOD, HOME).await.expect(200);
        for _ in 0..5 {
            let _ = tries(&house, "Léa", &wrong(), HOME).await.problem(401, "login_failed");
        }
        let _ = tries(&house, "Léa", GOOD, HOME).await.problem(429, "too_many_attempts");

        house.clock.advance(Duration::from_secs(86_400));
        let _ = tries(&house, "Léa", GOOD, HOME).await.expect(200);
        // Whoever knew the password that was reset is a stranger like any other.
        let secret = link_of(&house, &id).await;
        let redeemed = json!({"secret": secret, "password": GOOD});
        let _ = post("/api/v1/links/redeem", &redeemed).to(&house).await.expect(200);
        hundred(&house, "Léa").await;
        let _ = tries(&house, "Léa", GOOD, HOME).await.problem(429, "too_many_attempts");

        house.clock.advance(Duration::from_secs(2 * 86_400));
        let _ = tries(&house, "Léa", GOOD, HOME).await.expect(200);
        house.clock.advance(Duration::from_secs(91 * 86_400));
        hundred(&house, "Léa").await;
        let _ = tries(&house, "Léa", GOOD, HOME).await.problem(429, "too_many_attempts");
    }
}
