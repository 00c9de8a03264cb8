//! The doors, from outside: what they take, what they answer, and to whom.

mod locks;

use savoir_models::viewer::Role;
use savoir_tests::call::{Call, get, post};
use savoir_tests::house::{House, house};
use serde_json::{Value, json};

const INTERVENTIONS: &str = "/api/v1/interventions";

/// A delivery as a ticketing system sends it.
fn delivery(external_id: &str) -> Value {
    json!({
        "source": "glpi", "external_id": external_id, "closed_at": "2026-11-19T16:40:00Z", "language": "fr",
        "equipment": {"family": "ensacheuse verticale", "manufacturer": "Valpack", "model": "VP 320"},
        "request": {"channel": "phone", "symptom": "s'arrête en E42", "error_codes": ["E42"]},
        "report": "Contrôlez le thermocouple de la mâchoire. Remplacez le thermocouple coupé. Relancez un cycle.",
        "time_spent_minutes": 45, "technician": "M. Roux", "customer": "Laiterie du Val",
    })
}

/// The same, changed at the top level.
fn delivery_with(external_id: &str, changes: Value) -> Value {
    let mut body = delivery(external_id);
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

/// A house with a token of the ticketing system's.
async fn connected() -> (House, String) {
    let house = house().await;
    let token = house.token(Role::Service, None).await;
    (house, token)
}

/// Delivers and returns the identifier.
async fn delivered(house: &House, token: &str, body: &Value) -> String {
    let answer = post(INTERVENTIONS, body).by(token).to(house).await;
    answer.expect(202)["id"].as_str().unwrap().to_owned()
}

/// An intervention worked off to its review: the intervention's and the review's identifiers.
async fn under_review(house: &House, external_id: &str) -> (String, String) {
    let service = house.token(Role::Service, None).await;
    let expert = house.token(Role::Expert, None).await;
    let id = delivered(house, &service, &delivery(external_id)).await;
    house.work().await;
    let queue = get("/api/v1/reviews").by(&expert).to(house).await.expect(200);
    let review = queue["items"][0]["id"].as_str().unwrap_or_else(|| panic!("no review in {queue}"));
    (id, review.to_owned())
}

/// A request with hostile values in places that are echoed or logged.
fn hostile(call: Call) -> Call {
    call.with("x-request-id", "evil\"}id with spaces").with("accept-language", "fr;q=zzz,,;;en-\u{e9}")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_intervention_becomes_a_procedure_that_a_technician_finds() {
    let house = house().await;
    let (id, review) = under_review(&house, "T-1042").await;
    let expert = house.token(Role::Expert, None).await;
    let technician = house.token(Role::Technician, None).await;

    let page = get(&format!("/api/v1/reviews/{review}")).by(&expert).to(&house).await;
    let tag = page.header("etag").to_owned();
    assert_eq!(page.expect(200)["cases"], json!([id]));
    assert_eq!(tag, "\"1\"");

    let decision = json!({"decision": "approve", "audience": "technician"});
    let decided = post(&format!("/api/v1/reviews/{review}/decision"), &decision).by(&expert).with("if-match", &tag);
    let procedure = decided.to(&house).await.expect(200)["procedure"].as_str().unwrap().to_owned();
    house.work().await;

    let found = get("/api/v1/search?q=erreur%20E-42").by(&technician).to(&house).await.expect(200);
    assert_eq!(found["items"][0]["procedure"], procedure.as_str(), "{found}");
    let read = get(&format!("/api/v1/procedures/{procedure}")).by(&technician).to(&house).await;
    assert_eq!(read.expect(200)["revision"]["author"], "expert of the test");
    let case = get(&format!("{INTERVENTIONS}/{id}")).by(&technician).to(&house).await.expect(200);
    assert_eq!((&case["stage"], &case["procedure"]), (&json!("published"), &json!(procedure)));
}

#[tokio::test]
async fn hostile_headers_are_neither_echoed_nor_do_they_harm() {
    let (house, token) = connected().await;
    let answer = hostile(get(INTERVENTIONS).by(&token)).to(&house).await;
    assert_eq!(answer.expect(200)["items"], json!([]));
    assert!(!answer.header("x-request-id").contains("evil"));
    let long = "x".repeat(100_000);
    let _ = get(INTERVENTIONS).by(&long).to(&house).await.problem(401, "token_unknown");
    let kept = get(INTERVENTIONS).by(&token).with("x-request-id", "ticket-7.a_b").to(&house).await;
    assert_eq!(kept.header("x-request-id"), "ticket-7.a_b");
}
