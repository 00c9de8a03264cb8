//! How often one may ask.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use savoir_models::viewer::Role;
use savoir_tests::call::{Call, get, post};
use savoir_tests::house::House;

use super::{INTERVENTIONS, delivery};

async fn strict() -> House {
    let build = House::build().set("limits.reads_per_minute", "5").set("limits.anonymous_per_minute", "4");
    let build = build.set("limits.failures_per_minute", "3").set("server.trusted_proxies", "10.0.0.0/8");
    build.open().await.unwrap()
}

fn from(address: &str, call: Call) -> Call {
    call.extension(ConnectInfo(SocketAddr::new(address.parse().unwrap(), 5_000)))
}

#[tokio::test]
async fn a_token_that_asks_too_often_is_told_how_long_to_wait_and_may_still_deliver() {
    let house = strict().await;
    let (token, other) = (house.token(Role::Service, None).await, house.token(Role::Service, None).await);
    for _ in 0..5 {
        let _ = get(INTERVENTIONS).by(&token).to(&house).await.expect(200);
    }
    let refused = get(INTERVENTIONS).by(&token).with("accept-language", "fr").to(&house).await;
    let body = refused.problem(429, "too_many_requests");
    assert!(body["detail"].as_str().unwrap().starts_with("Trop de requêtes"), "{body}");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=12).contains(&wait), "{wait}");
    let _ = get(INTERVENTIONS).by(&other).to(&house).await.expect(200);
    for n in 0..50 {
        let _ = post(INTERVENTIONS, &delivery(&format!("T-{n}"))).by(&token).to(&house).await.expect(202);
    }
}

#[tokio::test]
async fn addresses_without_a_token_have_their_own_limit() {
    let house = strict().await;
    for _ in 0..4 {
        assert_eq!(from("192.0.2.7", get("/healthz")).to(&house).await.status, 200);
    }
    let _ = from("192.0.2.7", get("/healthz")).to(&house).await.problem(429, "too_many_requests");
    let _ = from("192.0.2.7", get("/nowhere")).to(&house).await.problem(429, "too_many_requests");
    assert_eq!(from("192.0.2.8", get("/healthz")).to(&house).await.status, 200);
    let token = house.token(Role::Service, None).await;
    let _ = from("192.0.2.7", get(INTERVENTIONS).by(&token)).to(&house).await.expect(200);
}

#[tokio::test]
async fn who_tries_tokens_is_shut_out_and_those_who_passed_before_are_not() {
    let house = strict().await;
    let (known, late) = (house.token(Role::Expert, None).await, house.token(Role::Expert, None).await);
    let _ = from("192.0.2.7", get(INTERVENTIONS).by(&known)).to(&house).await.expect(200);
    for n in 0..3 {
        let call = get(INTERVENTIONS).by(&format!("sav_{n}"));
        let _ = from("192.0.2.7", call).to(&house).await.problem(401, "token_unknown");
    }
    let shut = from("192.0.2.7", get(INTERVENTIONS).by("sav_4")).to(&house).await;
    let _ = shut.problem(429, "too_many_requests");
    assert!(!shut.header("retry-after").is_empty());
    // A right guess is not told from a wrong one while the address is shut.
    let _ = from("192.0.2.7", get(INTERVENTIONS).by(&late)).to(&house).await.problem(429, "too_many_requests");
    let _ = from("192.0.2.7", get(INTERVENTIONS).by(&known)).to(&house).await.expect(200);
    let _ = from("192.0.2.9", get(INTERVENTIONS).by(&late)).to(&house).await.expect(200);
}

#[tokio::test]
async fn behind_a_trusted_proxy_callers_are_told_apart_and_cannot_pretend_to_be_others() {
    let house = strict().await;
    let ask = |peer: &str, said: &str| from(peer, get("/healthz").with("x-forwarded-for", said));
    for n in 0..4 {
        // Whatever a caller invents stands before what the proxy adds.
        assert_eq!(ask("10.0.0.2", &format!("1.2.3.{n}, 203.0.113.9")).to(&house).await.status, 200);
    }
    assert_eq!(ask("10.0.0.2", "9.9.9.9, 203.0.113.9").to(&house).await.status, 429);
    assert_eq!(ask("10.0.0.2", "203.0.113.10").to(&house).await.status, 200);
    // A stranger's word does not count.
    for n in 0..4 {
        assert_eq!(ask("192.0.2.7", &format!("198.51.100.{n}")).to(&house).await.status, 200);
    }
    assert_eq!(ask("192.0.2.7", "198.51.100.77").to(&house).await.status, 429);
}
