//! The doors, from outside: what they take, what they answer, and to whom.

mod accounts;
mod answers;
mod connections;
mod decisions;
mod deliveries;
mod disguises;
mod document;
mod locks;
mod oidc;
mod overrides;
mod passwords;
mod prompt;
mod rates;
mod readers;
mod refusals;
mod reopening;
mod scopes;
mod sessions;
mod strangers;
mod streams;
mod tricks;
mod uploads;

use axum::http::Method;
use savoir_models::draft::{Draft, Provenance};
use savoir_models::id::{DraftId, InterventionId};
use savoir_models::intervention::Stage;
use savoir_models::viewer::Role;
use savoir_tests::call::{Call, call, get, post};
use savoir_tests::data::{content, intake};
use savoir_tests::doubles::PARROT_SAYS;
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

/// A draft under review, put there as the line would: the intervention's and the review's identifiers.
async fn under_review(house: &House, external_id: &str) -> (String, String) {
    let (id, now) = (InterventionId::new(), house.kit.clock.now());
    let text = "Remplacez le thermocouple";
    let draft = Draft {
        id: DraftId::new(),
        intervention: id,
        content: content("Ensacheuse : arrêt en E42", "Arrêt en E42", text),
        provenance: Provenance {
            extractor: "test".into(),
            version: "1".into(),
            model: None,
            parameters: std::collections::BTreeMap::new(),
        },
        suspicions: Vec::new(),
        comparison: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let mut tx = house.kit.db.begin().await.unwrap();
    // Everything that the draft says, and what an expert adds to it in the tests, stands in the report.
    let report = "Ensacheuse : arrêt en E42. Le thermocouple était coupé, vu au multimètre. Remplacez le thermocouple et serrez à 2 Nm. \
        50 sachets étanches.";
    tx.add_intervention(id, &intake(external_id, report), &[], Stage::InReview, now).await.unwrap();
    tx.put_draft(&draft).await.unwrap();
    tx.open_review(draft.id, 45, now).await.unwrap();
    tx.commit().await.unwrap();
    let review = house.kit.db.review_of(draft.id).await.unwrap().unwrap();
    (id.to_string(), review.id.to_string())
}

/// A procedure for `audience`, approved through the door and worked off: the intervention's and its own identifiers.
async fn published(house: &House, audience: &str) -> (String, String) {
    let (id, review) = under_review(house, "T-published").await;
    let expert = house.token(Role::Expert, None).await;
    let decision = json!({"decision": "approve", "audience": audience});
    let call = post(&format!("/api/v1/reviews/{review}/decision"), &decision).by(&expert).with("if-match", "\"1\"");
    let procedure = call.to(house).await.expect(200)["procedure"].as_str().unwrap().to_owned();
    house.work().await;
    (id, procedure)
}

/// A request with hostile values in places that are echoed or logged.
fn hostile(call: Call) -> Call {
    call.with("x-request-id", "evil\"}id with spaces").with("accept-language", "fr;q=zzz,,;;en-\u{e9}")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_draft_is_a_procedure_that_a_technician_finds() {
    let house = house().await;
    let (id, procedure) = published(&house, "technician").await;
    let technician = house.token(Role::Technician, None).await;

    let found = get("/api/v1/search?q=erreur%20E-42").by(&technician).to(&house).await.expect(200);
    assert_eq!(found["items"][0]["procedure"], procedure.as_str(), "{found}");
    let read = get(&format!("/api/v1/procedures/{procedure}")).by(&technician).to(&house).await;
    assert_eq!(read.expect(200)["revision"]["author"], "expert of the test");
    let case = get(&format!("{INTERVENTIONS}/{id}")).by(&technician).to(&house).await.expect(200);
    assert_eq!((&case["stage"], &case["procedure"]), (&json!("published"), &json!(procedure)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delivery_by_voice_goes_down_the_line_to_its_review() {
    let (house, token) = connected().await;
    let intake = delivery_with("T-1", json!({"report": null})).to_string();
    let wav = b"RIFF\x24\0\0\0WAVEfmt ".as_slice();
    let parts = [("intervention", None, "application/json", intake.as_bytes()), ("f", Some("a.wav"), "audio/wav", wav)];
    let answer = call(Method::POST, INTERVENTIONS).by(&token).form(&parts).to(&house).await;
    assert_eq!(answer.expect(202)["stage"], "received");
    house.work().await;
    let case = get(answer.header("location")).by(&token).to(&house).await.expect(200);
    assert_eq!(case["transcripts"][0]["segments"][0]["text"], PARROT_SAYS, "{case}");
    assert_eq!((&case["stage"], &case["jobs"]), (&json!("in_review"), &json!([])), "{case}");
    let expert = house.token(Role::Expert, None).await;
    let queue = get("/api/v1/reviews").by(&expert).to(&house).await.expect(200);
    assert_eq!(queue["items"][0]["title"], "ensacheuse verticale : s'arrête en E42", "{queue}");
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
