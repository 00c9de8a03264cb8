//! Tokens that are made for something.

use std::time::Duration;

use axum::http::Method;
use savoir_api::routes::{ROUTES, Who};
use savoir_models::account::Scope;
use savoir_models::viewer::Role;
use savoir_tests::call::{call, get, post};
use savoir_tests::house::house;
use serde_json::json;

use super::INTERVENTIONS;
use super::accounts::both;

const TOKENS: &str = "/api/v1/tokens";

#[tokio::test]
async fn a_token_passes_where_its_scopes_and_its_role_do() {
    let house = house().await;
    let administrator = house.token(Role::Administrator, None).await;
    for scope in Scope::ALL {
        let asked = json!({"name": "connector", "role": "administrator", "scopes": [scope]});
        let made = post(TOKENS, &asked).by(&administrator).to(&house).await.expect(201);
        let token = made["token"].as_str().unwrap().to_owned();
        for route in ROUTES.iter().filter(|r| !matches!(r.who, Who::Anyone) && r.path != "/api/v1/events") {
            let nobody = "00000000-0000-7000-8000-000000000000";
            let path = route.path.replace("{id}", nobody).replace("{attachment}", nobody);
            let method: Method = route.verb().parse().unwrap();
            let answer = call(method, &path).by(&token).to(&house).await;
            let (Who::Roles(roles) | Who::LocalOr(roles) | Who::VisitorsOr(roles)) = route.who else { continue };
            let passes = route.scope == *scope && roles.contains(&Role::Administrator);
            assert_eq!(answer.status != 403, passes, "{} {} with {scope}: {}", route.verb(), route.path, answer.status);
        }
    }
}

#[tokio::test]
async fn administrators_make_list_and_take_back_tokens() {
    for house in both().await {
        let administrator = house.token(Role::Administrator, None).await;
        let expert = house.token(Role::Expert, None).await;
        let asked = json!({"name": "GLPI", "role": "service", "scopes": ["deliver", "read"], "expires_in_days": 30});
        let _ = post(TOKENS, &asked).by(&expert).to(&house).await.problem(403, "forbidden");
        let made = post(TOKENS, &asked).by(&administrator).to(&house).await.expect(201);
        let (id, token) = (made["id"].as_str().unwrap(), made["token"].as_str().unwrap());
        let _ = get(INTERVENTIONS).by(token).to(&house).await.expect(200);

        // Its use is written down, to the minute.
        let used = async || {
            let list = get(TOKENS).by(&administrator).to(&house).await.expect(200);
            let line = list["items"].as_array().unwrap().iter().find(|t| t["id"] == id).unwrap().clone();
            assert!(!list.to_string().contains("sav_"), "{list}");
            line["last_used_at"].clone()
        };
        let first = json!(house.kit.clock.now());
        for _ in 0..500 {
            if used().await == first {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        house.clock.advance(Duration::from_secs(30));
        let _ = get(INTERVENTIONS).by(token).to(&house).await.expect(200);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(used().await, first);

        let path = format!("{TOKENS}/{id}");
        assert_eq!(call(Method::DELETE, &path).by(&administrator).to(&house).await.status, 204);
        let _ = get(INTERVENTIONS).by(token).to(&house).await.problem(401, "token_unknown");
        let _ = call(Method::DELETE, &path).by(&administrator).to(&house).await.problem(404, "not_found");
        for bad in [
            json!({"name": "x", "role": "service", "expires_in_days": 0}),
            json!({"name": "x\ny", "role": "service"}),
            json!({"name": "x", "role": "service", "scopes": ["all"]}),
        ] {
            let _ = post(TOKENS, &bad).by(&administrator).to(&house).await.problem(422, "invalid_fields");
        }
    }
}
