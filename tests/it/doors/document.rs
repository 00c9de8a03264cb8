//! The OpenAPI document, life, readiness and counters.

use std::collections::BTreeSet;
use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use savoir_api::openapi::document;
use savoir_api::routes::{ROUTES, Who};
use savoir_models::intervention::Stage;
use savoir_models::viewer::Role;
use savoir_tests::call::get;
use savoir_tests::house::house;
use serde_json::{Value, json};

use super::{INTERVENTIONS, connected, delivered, delivery};

#[test]
fn the_document_describes_every_route_of_the_table_and_no_other() {
    let document = serde_json::to_value(document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut described = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (verb, operation) in item.as_object().unwrap() {
            described.insert((verb.to_uppercase(), path.clone()));
            assert!(operation["summary"].is_string(), "{verb} {path} has no summary");
            assert!(operation["responses"]["500"].is_object(), "{verb} {path}");
        }
    }
    // Pages are for people: a program is not told of them.
    let doors: Vec<_> = ROUTES.iter().filter(|r| !r.is_page()).collect();
    let rows: BTreeSet<_> = doors.iter().map(|r| (r.verb().to_owned(), r.path.to_owned())).collect();
    assert_eq!(described, rows);
    let all: BTreeSet<_> = ROUTES.iter().map(|r| (r.verb(), r.path)).collect();
    assert_eq!(all.len(), ROUTES.len(), "a row stands twice");
    for route in doors {
        let operation = &document["paths"][route.path][route.verb().to_lowercase()];
        let guarded = !matches!(route.who, Who::Anyone);
        // Whoever logs in may be refused without a guard.
        let may_refuse = guarded || route.path == "/api/v1/session";
        assert_eq!(operation["responses"]["401"].is_object(), may_refuse, "{}", route.path);
        assert_eq!(operation["security"] == json!([{}]), !guarded, "{}: {}", route.path, operation["security"]);
    }
}

#[test]
fn closed_sets_are_described_by_the_words_that_are_answered() {
    let document = serde_json::to_value(document()).unwrap();
    let stages: Vec<_> = Stage::ALL.iter().map(|s| s.as_str()).collect();
    assert_eq!(document["components"]["schemas"]["Stage"]["enum"], json!(stages));
    assert_eq!(document["components"]["schemas"]["Language"]["enum"], json!(["fr", "en"]));
}

#[test]
fn two_things_of_one_name_are_described_apart() {
    let document = serde_json::to_value(document()).unwrap();
    let of = |name: &str| document["components"]["schemas"][name]["properties"].clone();
    assert!(of("Request")["symptom"].is_object(), "of an intervention: {}", of("Request"));
    assert!(of("ChatRequest")["reference"].is_object(), "of the chat: {}", of("ChatRequest"));
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn references(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                if let Some(Value::String(reference)) = map.get("$ref") {
                    found.insert(reference.clone());
                }
                map.values().for_each(|v| references(v, found));
            }
            Value::Array(list) => list.iter().for_each(|v| references(v, found)),
            _ => {}
        }
    }
    let document = serde_json::to_value(document()).unwrap();
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 20, "{found:?}");
    for reference in found {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

#[tokio::test]
async fn the_document_is_served_to_everybody() {
    let house = house().await;
    let served = get("/api/openapi.json").to(&house).await.expect(200);
    assert_eq!(served, serde_json::to_value(document()).unwrap());
}

#[tokio::test]
async fn life_and_readiness_need_no_token() {
    let house = house().await;
    let alive = get("/healthz").to(&house).await;
    assert_eq!((alive.status.as_u16(), alive.bytes.as_slice()), (200, b"ok\n".as_slice()));
    let ready = get("/readyz").to(&house).await.expect(200);
    assert_eq!(ready, json!({"ready": true, "database": true, "index_lag": 0}));
    house.kit.db.close().await;
    let ready = get("/readyz").to(&house).await.expect(503);
    assert_eq!((&ready["ready"], &ready["database"]), (&json!(false), &json!(false)));
    assert_eq!(get("/healthz").to(&house).await.status, 200);
    let _ = get(INTERVENTIONS).by("sav_x").to(&house).await.problem(503, "unavailable");
}

#[tokio::test]
async fn counters_are_for_this_machine_and_for_those_with_a_token() {
    let (house, service) = connected().await;
    delivered(&house, &service, &delivery("T-1")).await;
    let from = |peer: &str| get("/metrics").extension(ConnectInfo(peer.parse::<SocketAddr>().unwrap()));
    let _ = get("/metrics").to(&house).await.problem(401, "token_missing");
    let _ = from("192.0.2.7:5000").to(&house).await.problem(401, "token_missing");
    // A proxy on this machine speaks for others.
    let _ = from("127.0.0.1:5000").with("x-forwarded-for", "192.0.2.7").to(&house).await.problem(401, "token_missing");
    let technician = house.token(Role::Technician, None).await;
    let _ = from("192.0.2.7:5000").by(&technician).to(&house).await.problem(403, "forbidden");
    assert_eq!(from("192.0.2.7:5000").by(&service).to(&house).await.status, 200);

    let answer = from("127.0.0.1:5000").to(&house).await;
    assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
    let text = String::from_utf8(answer.bytes).unwrap();
    for line in [
        "savoir_interventions{stage=\"transcribed\"} 1",
        "savoir_jobs{state=\"ready\"} 1",
        "savoir_passages{keeper=\"sql\"} 0",
        "savoir_waiting 0",
        "savoir_index_lag 0",
        "savoir_http_requests_total{method=\"POST\",route=\"/api/v1/interventions\",status=\"202\"} 1",
        "savoir_http_request_duration_seconds_count{route=\"/api/v1/interventions\"} 1",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
    for line in text.lines().filter(|l| !l.starts_with('#')) {
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(name.starts_with("savoir_") && value.parse::<f64>().is_ok(), "{line}");
    }
}

#[tokio::test]
async fn the_status_counts_everything_and_jobs_can_be_listed() {
    let (house, service) = connected().await;
    let id = delivered(&house, &service, &delivery("T-1")).await;
    let token = house.token(Role::Coordinator, None).await;
    let status = get("/api/v1/status").by(&token).to(&house).await.expect(200);
    let expected = json!({
        "interventions": {"transcribed": 1}, "waiting": 0, "jobs": {"ready": 1}, "reviews": {}, "procedures": {},
        "index": {"passages": 0, "text": 0, "vectors": 0},
    });
    assert_eq!(status, expected);
    assert_eq!(get("/api/v1/jobs").by(&token).to(&house).await.expect(200)["items"], json!([]));
    let ready = get("/api/v1/jobs?state=ready").by(&token).to(&house).await.expect(200);
    assert_eq!(ready["items"][0]["subject"], id.as_str());
}
