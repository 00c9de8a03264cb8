//! Reviews: read, edited, decided; never on what one has not read, never twice.

use std::sync::Arc;

use savoir_models::viewer::Role;
use savoir_tests::call::{get, post, put};
use savoir_tests::data::content;
use savoir_tests::house::{House, house};
use serde_json::{Value, json};

use super::under_review;

fn edited() -> Value {
    let step = "Remplacez le thermocouple et serrez à 2 Nm";
    serde_json::to_value(content("Ensacheuse : arrêt en E42", "Arrêt en E42", step)).unwrap()
}

fn approve() -> Value {
    json!({"decision": "approve", "audience": "technician"})
}

async fn reviewing() -> (House, String, String) {
    let house = house().await;
    let (_, review) = under_review(&house, "T-1").await;
    let expert = house.token(Role::Expert, None).await;
    (house, format!("/api/v1/reviews/{review}"), expert)
}

#[tokio::test]
async fn the_queue_shows_the_most_worthwhile_first_page_by_page() {
    let house = house().await;
    let expert = house.token(Role::Expert, None).await;
    for i in 0..3 {
        under_review(&house, &format!("T-{i}")).await;
    }
    let first = get("/api/v1/reviews?limit=2").by(&expert).to(&house).await.expect(200);
    let cursor = first["next_cursor"].as_str().unwrap();
    assert_eq!(first["items"][0]["title"], "Ensacheuse : arrêt en E42");
    let last = get(&format!("/api/v1/reviews?limit=2&cursor={cursor}")).by(&expert).to(&house).await.expect(200);
    let ids: std::collections::BTreeSet<_> =
        [&first, &last].iter().flat_map(|p| p["items"].as_array().unwrap()).map(|i| i["id"].to_string()).collect();
    assert_eq!((ids.len(), last["next_cursor"].is_null()), (3, true));
    let _ = get("/api/v1/reviews?cursor=zz_1").by(&expert).to(&house).await.problem(400, "bad_query");
    let decided = get("/api/v1/reviews?state=decided").by(&expert).to(&house).await.expect(200);
    assert_eq!(decided["items"], json!([]));
}

#[tokio::test]
async fn a_review_comes_with_the_texts_its_statements_rest_on() {
    let (house, path, expert) = reviewing().await;
    let page = get(&path).by(&expert).to(&house).await.expect(200);
    let texts: Vec<&str> =
        page["texts"].as_array().unwrap().iter().filter_map(|t| t["source"]["kind"].as_str()).collect();
    assert_eq!((texts.first(), texts.last()), (Some(&"field"), Some(&"report")));
    assert!(page["texts"].as_array().unwrap().iter().any(|t| t["text"] == "s'arrête en E42"), "{page}");
    assert_eq!(page["draft"]["content"]["steps"][0]["evidence"][0]["source"]["kind"], "report");
    assert_eq!(page["cases"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_edit_needs_the_version_that_was_read_and_gives_the_next() {
    let (house, path, expert) = reviewing().await;
    let edit = |tag: &str| put(&format!("{path}/content"), &edited()).by(&expert).with("if-match", tag);
    let missing = put(&format!("{path}/content"), &edited()).by(&expert).to(&house).await;
    let _ = missing.problem(428, "version_missing");
    for tag in ["*", "1", "W/\"1\"", "\"1\", \"2\"", "\"x\""] {
        let _ = edit(tag).to(&house).await.problem(400, "bad_header");
    }
    let done = edit("\"1\"").to(&house).await;
    assert_eq!((done.header("etag"), done.expect(200)), ("\"2\"", json!({"version": 2, "open_findings": 0})));
    let stale = edit("\"1\"").to(&house).await;
    let _ = stale.problem(412, "stale");
    assert_eq!(stale.header("etag"), "\"2\"");
    let page = get(&path).by(&expert).to(&house).await.expect(200);
    assert_eq!(page["draft"]["content"]["steps"][0]["text"], "Remplacez le thermocouple et serrez à 2 Nm");

    let mut empty = edited();
    empty["steps"] = json!([]);
    empty["title"]["text"] = json!(" ");
    let refused = put(&format!("{path}/content"), &empty).by(&expert).with("if-match", "\"2\"").to(&house).await;
    let _ = refused.problem(422, "invalid_fields");
    assert_eq!(refused.fields(), ["title", "steps"]);
}

#[tokio::test]
async fn a_decision_needs_the_version_that_was_read() {
    let (house, path, expert) = reviewing().await;
    let decide = |body: &Value| post(&format!("{path}/decision"), body).by(&expert);
    let _ = decide(&approve()).to(&house).await.problem(428, "version_missing");
    let edit = put(&format!("{path}/content"), &edited()).by(&expert).with("if-match", "\"1\"").to(&house).await;
    let _ = edit.expect(200);
    let _ = decide(&approve()).with("if-match", "\"1\"").to(&house).await.problem(412, "stale");
    let done = decide(&approve()).with("if-match", "\"2\"").to(&house).await.expect(200);
    assert_eq!(
        (&done["review"]["state"], &done["review"]["decided_by"]),
        (&json!("decided"), &json!("expert of the test"))
    );
    let again = decide(&approve()).with("if-match", "\"2\"").to(&house).await.problem(409, "already_decided");
    assert!(again["detail"].as_str().unwrap().contains("expert of the test"), "{again}");
    let edit = put(&format!("{path}/content"), &edited()).by(&expert).with("if-match", "\"2\"").to(&house).await;
    let _ = edit.problem(409, "already_decided");
}

#[tokio::test]
async fn a_decision_that_lacks_something_says_what() {
    let (house, path, expert) = reviewing().await;
    let nobody = "00000000-0000-7000-8000-000000000000";
    let cases = [
        (json!({"decision": "reject", "reason": " "}), 422, "invalid_fields", "reason"),
        (json!({"decision": "reject"}), 422, "invalid_fields", "reason"),
        (json!({"decision": "ask", "questions": []}), 422, "invalid_fields", "questions"),
        (json!({"decision": "ask", "questions": ["a", "b", "c", "d", "e"]}), 422, "invalid_fields", "questions"),
        (json!({"decision": "approve"}), 422, "invalid_fields", "audience"),
        (json!({"decision": "reject", "reason": "x", "why": "y"}), 422, "invalid_fields", "why"),
        (json!({"decision": "merge", "into": nobody}), 409, "procedure_unavailable", "into"),
        (json!({"decision": "approve", "audience": "customer", "into": nobody}), 409, "procedure_unavailable", "into"),
    ];
    for (body, status, code, field) in cases {
        let answer = post(&format!("{path}/decision"), &body).by(&expert).with("if-match", "\"1\"").to(&house).await;
        let _ = answer.problem(status, code);
        assert_eq!(answer.fields(), [field], "{body}");
    }
    let unknown = json!({"decision": "burn"});
    let answer = post(&format!("{path}/decision"), &unknown).by(&expert).with("if-match", "\"1\"").to(&house).await;
    let _ = answer.problem(422, "invalid_fields");
    let elsewhere =
        post(&format!("/api/v1/reviews/{nobody}/decision"), &approve()).by(&expert).with("if-match", "\"1\"");
    let _ = elsewhere.to(&house).await.problem(404, "not_found");
    let page = get(&path).by(&expert).to(&house).await.expect(200);
    assert_eq!(page["review"]["state"], "open", "nothing of it was done");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_experts_who_decide_at_once_exactly_one_prevails() {
    let (house, path, expert) = reviewing().await;
    let house = Arc::new(house);
    let calls: Vec<_> = [approve(), json!({"decision": "reject", "reason": "déjà connu"})]
        .into_iter()
        .map(|body| {
            let (house, path, expert) = (Arc::clone(&house), path.clone(), expert.clone());
            tokio::spawn(async move {
                post(&format!("{path}/decision"), &body).by(&expert).with("if-match", "\"1\"").to(&house).await
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for call in calls {
        statuses.push(call.await.unwrap().status.as_u16());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let procedures = house.kit.db.status().await.unwrap().procedures.values().sum::<i64>();
    let page = get(&path).by(&expert).to(&house).await.expect(200);
    assert_eq!(procedures, i64::from(page["review"]["decision"] == "approve"));
}

#[tokio::test]
async fn questions_go_to_the_technician_whose_answers_put_the_case_back_on_the_line() {
    let house = house().await;
    let (id, review) = under_review(&house, "T-1").await;
    let expert = house.token(Role::Expert, None).await;
    let technician = house.token(Role::Technician, None).await;
    let ask = json!({"decision": "ask", "questions": ["Quel couple de serrage ?", "Quelle référence ?"]});
    let call = post(&format!("/api/v1/reviews/{review}/decision"), &ask).by(&expert).with("if-match", "\"1\"");
    let _ = call.to(&house).await.expect(200);

    let case = format!("/api/v1/interventions/{id}");
    let page = get(&case).by(&technician).to(&house).await.expect(200);
    assert_eq!(page["stage"], "needs_answers");
    let question = |i: usize| page["questions"][i]["id"].clone();
    let answer = async |answers: Value| {
        post(&format!("{case}/answers"), &json!({"answers": answers})).by(&technician).to(&house).await
    };
    assert_eq!(answer(json!([])).await.fields(), ["answers"]);
    assert_eq!(answer(json!([{"question": question(0), "answer": " "}])).await.fields(), ["answers[0].answer"]);
    let twice = json!([{"question": question(0), "answer": "2 Nm"}, {"question": question(0), "answer": "3 Nm"}]);
    assert_eq!(answer(twice).await.fields(), ["answers[1].question"]);
    let first = answer(json!([{"question": question(0), "answer": "2 Nm"}])).await.expect(200);
    assert_eq!(first, json!({"open": 1}));
    let last = answer(json!([{"question": question(1), "answer": "TC-K-115"}])).await.expect(200);
    assert_eq!(last, json!({"open": 0}));
    let page = get(&case).by(&technician).to(&house).await.expect(200);
    assert_eq!((&page["stage"], &page["jobs"][0]["step"]), (&json!("transcribed"), &json!("redact")));
    let late = answer(json!([{"question": question(1), "answer": "x"}])).await;
    let _ = late.problem(422, "invalid_fields");
}

#[tokio::test]
async fn what_gave_up_can_be_retried_and_nothing_else() {
    let (house, service) = super::connected().await;
    let expert = house.token(Role::Expert, None).await;
    let id = super::delivered(&house, &service, &super::delivery("T-1")).await;
    let retry = async || post(&format!("/api/v1/interventions/{id}/retry"), &json!({})).by(&expert).to(&house).await;
    let _ = retry().await.problem(409, "nothing_to_retry");

    let now = house.kit.clock.now();
    let lease =
        savoir_models::store::Lease { worker: "w".into(), length: std::time::Duration::from_secs(9), max_failures: 1 };
    let claimed = house.kit.db.claim(savoir_models::job::Lane::Rest, &lease, now, 1).await.unwrap();
    let [savoir_models::store::Claimed::Run(job)] = claimed.as_slice() else { panic!("{claimed:?}") };
    let mut tx = house.kit.db.begin().await.unwrap();
    tx.put_back(job, savoir_models::job::JobState::Dead, now, "broken", true).await.unwrap();
    tx.commit().await.unwrap();
    let dead = get("/api/v1/jobs?state=dead").by(&expert).to(&house).await.expect(200);
    assert_eq!(dead["items"][0]["fault"], "broken");
    let _ = retry().await.expect(202);
    let page = get(&format!("/api/v1/interventions/{id}")).by(&expert).to(&house).await.expect(200);
    assert_eq!((&page["stage"], &page["jobs"][0]["state"]), (&json!("transcribed"), &json!("ready")));
}

#[tokio::test]
async fn content_that_cannot_be_published_is_refused_in_one_language() {
    let (house, path, expert) = reviewing().await;
    let id: savoir_models::id::ReviewId = path.rsplit('/').next().unwrap().parse().unwrap();
    let review = house.kit.db.review(id).await.unwrap().unwrap();
    let mut draft = house.kit.db.draft(review.draft).await.unwrap().unwrap();
    draft.content.steps.clear();
    let mut tx = house.kit.db.begin().await.unwrap();
    tx.put_draft(&draft).await.unwrap();
    tx.commit().await.unwrap();
    let call = post(&format!("{path}/decision"), &approve()).by(&expert).with("if-match", "\"2\"");
    let body = call.with("accept-language", "fr").to(&house).await.problem(422, "invalid_fields");
    let fr = "une procédure comporte au moins une étape";
    assert_eq!(
        (&body["detail"], &body["errors"][0]["remedy_fr"]),
        (&json!(format!("content.steps: {fr}")), &json!(fr))
    );
}
