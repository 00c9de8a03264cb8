//! Who may pass.

use std::time::Duration;

use savoir_api::routes::{ROUTES, Who};
use savoir_models::clock::Clock;
use savoir_models::viewer::Role;
use savoir_tests::call::{call, get, post};
use savoir_tests::house::house;
use serde_json::json;

use super::INTERVENTIONS;

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

/// An address of the table with identifiers of nothing in it.
fn filled(path: &str) -> String {
    path.replace("{id}", NOBODY).replace("{attachment}", NOBODY).replace("{key}", NOBODY)
}

#[tokio::test]
async fn every_route_lets_exactly_the_roles_of_its_row_pass() {
    let house = house().await;
    let mut tokens = Vec::new();
    for role in Role::ALL {
        tokens.push((*role, house.token(*role, Some("Nordservice")).await));
    }
    for route in ROUTES {
        let roles = match route.who {
            Who::Anyone => continue,
            Who::LocalOr(roles) | Who::Roles(roles) | Who::VisitorsOr(roles) => roles,
        };
        let method: axum::http::Method = route.verb().parse().unwrap();
        let _ = call(method.clone(), &filled(route.path)).to(&house).await.problem(401, "token_missing");
        for (role, token) in &tokens {
            if route.path == "/api/v1/events" && roles.contains(role) {
                continue; // A stream does not end; its own test reads from it.
            }
            let answer = call(method.clone(), &filled(route.path)).by(token).to(&house).await;
            let what = format!("{} {} by {role}: {}", route.verb(), route.path, answer.status);
            assert_eq!(answer.status != 403, roles.contains(role), "{what}");
            assert!(answer.status != 401 && answer.status.as_u16() < 500, "{what}");
        }
    }
}

#[tokio::test]
async fn a_token_is_needed_and_must_be_known_unexpired_and_unrevoked() {
    let house = house().await;
    let missing = get(INTERVENTIONS).to(&house).await;
    let _ = missing.problem(401, "token_missing");
    assert!(missing.header("www-authenticate").starts_with("Bearer"));
    for value in ["Bearer", "Bearer ", "Basic dTpw", "sav_abc", "Bearer\tx"] {
        let _ = get(INTERVENTIONS).with("authorization", value).to(&house).await.problem(401, "token_missing");
    }
    let _ = get(INTERVENTIONS).by("sav_000000").to(&house).await.problem(401, "token_unknown");

    let good = house.token(Role::Expert, None).await;
    let _ = get(INTERVENTIONS).by(&good).to(&house).await.expect(200);
    let _ = get(INTERVENTIONS).with("authorization", &format!("bearer {good}")).to(&house).await.expect(200);
    let two = get(INTERVENTIONS).by(&good).by("sav_other").to(&house).await;
    let _ = two.problem(401, "token_missing");

    let end = house.clock.now().after(Duration::from_secs(60));
    let brief = house.token_until(Role::Expert, None, Some(end)).await;
    let _ = get(INTERVENTIONS).by(&brief).to(&house).await.expect(200);
    house.clock.advance(Duration::from_secs(61));
    let _ = get(INTERVENTIONS).by(&brief).to(&house).await.problem(401, "token_unknown");

    let id = house.kit.db.bearer(&good, house.clock.now()).await.unwrap().unwrap().id;
    let mut tx = house.kit.db.begin().await.unwrap();
    assert!(tx.revoke_token(id, house.clock.now()).await.unwrap());
    tx.commit().await.unwrap();
    let _ = get(INTERVENTIONS).by(&good).to(&house).await.problem(401, "token_unknown");
}

#[tokio::test]
async fn a_technician_cannot_decide_and_is_told_who_can() {
    let house = house().await;
    let token = house.token(Role::Technician, None).await;
    let decision = json!({"decision": "reject", "reason": "x"});
    let path = format!("/api/v1/reviews/{NOBODY}/decision");
    let answer = post(&path, &decision).by(&token).with("if-match", "\"1\"").to(&house).await;
    let body = answer.problem(403, "forbidden");
    assert!(body["detail"].as_str().unwrap().contains("expert"), "{body}");
}
