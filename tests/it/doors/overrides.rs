//! What the verifier holds against a statement stands in the way of approval until a named expert vouches for it.

use savoir_models::content::{Finding, FindingCode};
use savoir_models::id::ReviewId;
use savoir_models::viewer::Role;
use savoir_tests::call::{get, post, put};
use savoir_tests::house::{House, house};
use serde_json::{Value, json};

use super::under_review;

fn finding(code: FindingCode, about: &str) -> Finding {
    let (reason, reason_fr) = ("it is not there".to_owned(), "ce n'y est pas".to_owned());
    Finding { code, about: about.into(), reason, reason_fr, overridden: None }
}

/// A review whose first step has two findings and whose cause has one; its draft is at version 2.
async fn doubted(house: &House) -> (String, String) {
    let (_, review) = under_review(house, "T-1").await;
    let id: ReviewId = review.parse().unwrap();
    let mut draft = house.kit.db.draft(house.kit.db.review(id).await.unwrap().unwrap().draft).await.unwrap().unwrap();
    draft.content.steps[0].findings = vec![finding(FindingCode::Number, "40 N·m"), finding(FindingCode::Code, "E42")];
    draft.content.cause.as_mut().unwrap().findings = vec![finding(FindingCode::Instruction, "ponter la sécurité")];
    let mut tx = house.kit.db.begin().await.unwrap();
    tx.put_draft(&draft).await.unwrap();
    tx.commit().await.unwrap();
    (format!("/api/v1/reviews/{review}"), house.token(Role::Expert, None).await)
}

async fn vouch(house: &House, (path, expert): &(String, String), tag: &str, body: Value) -> savoir_tests::call::Reply {
    post(&format!("{path}/overrides"), &body).by(expert).with("if-match", tag).to(house).await
}

#[tokio::test]
async fn a_draft_with_open_findings_is_not_approved_and_the_statements_are_named() {
    let house = house().await;
    let (path, expert) = doubted(&house).await;
    let approve = json!({"decision": "approve", "audience": "technician"});
    let decide = || post(&format!("{path}/decision"), &approve).by(&expert).with("if-match", "\"2\"");
    let refused = decide().to(&house).await;
    let _ = refused.problem(409, "open_findings");
    assert_eq!(refused.fields(), ["content.cause", "content.steps[0]"]);
    let page = get(&path).by(&expert).to(&house).await.expect(200);
    assert_eq!(page["review"]["state"], "open", "nothing was changed");
    // What is not approved needs no proof.
    let reject = json!({"decision": "reject", "reason": "trop douteux"});
    let done = post(&format!("{path}/decision"), &reject).by(&expert).with("if-match", "\"2\"").to(&house).await;
    assert_eq!(done.expect(200)["review"]["state"], "decided");
}

#[tokio::test]
async fn a_named_expert_vouches_one_finding_or_all_and_then_it_is_approved() {
    let house = house().await;
    let at = doubted(&house).await;
    let one = json!({"statements": [{"path": "steps[0]", "code": "number"}], "reason": "mesuré sur place"});
    let first = vouch(&house, &at, "\"2\"", one).await;
    assert_eq!(first.expect(200), json!({"version": 3, "open_findings": 2}));
    let rest = json!({"statements": [{"path": "steps[0]"}, {"path": "cause"}], "reason": "relu avec le constructeur"});
    assert_eq!(vouch(&house, &at, "\"3\"", rest).await.expect(200)["open_findings"], 0);

    let (path, expert) = at;
    let page = get(&path).by(&expert).to(&house).await.expect(200);
    let word = &page["draft"]["content"]["steps"][0]["findings"][0]["overridden"];
    assert_eq!((&word["by"], &word["reason"]), (&json!("expert of the test"), &json!("mesuré sur place")), "{page}");
    let approve = json!({"decision": "approve", "audience": "technician"});
    let done = post(&format!("{path}/decision"), &approve).by(&expert).with("if-match", "\"4\"").to(&house).await;
    assert_eq!(done.expect(200)["review"]["decision"], "approve");
}

#[tokio::test]
async fn what_commands_a_machine_is_let_through_only_for_a_reason_and_what_is_not_there_not_at_all() {
    let house = house().await;
    let at = doubted(&house).await;
    for (body, field) in [
        (json!({"statements": [{"path": "cause"}]}), "reason"),
        (json!({"statements": [{"path": "cause"}], "reason": " "}), "reason"),
        (json!({"statements": []}), "statements"),
        (json!({"statements": [{"path": "steps[7]"}]}), "statements[0].path"),
        (json!({"statements": [{"path": "title"}]}), "statements[0].path"),
        (json!({"statements": [{"path": "steps[0]", "code": "order"}]}), "statements[0].path"),
    ] {
        let answer = vouch(&house, &at, "\"2\"", body).await;
        let _ = answer.problem(422, "invalid_fields");
        assert_eq!(answer.fields(), [field]);
    }
    let stale = vouch(&house, &at, "\"1\"", json!({"statements": [{"path": "steps[0]"}]})).await;
    let _ = stale.problem(412, "stale");
    let (path, _) = &at;
    let technician = house.token(Role::Technician, None).await;
    let call = post(&format!("{path}/overrides"), &json!({"statements": [{"path": "cause"}]})).by(&technician);
    let _ = call.with("if-match", "\"2\"").to(&house).await.problem(403, "forbidden");
}

#[tokio::test]
async fn nobody_vouches_by_sending_an_override_along_with_an_edit() {
    let house = house().await;
    let (path, expert) = doubted(&house).await;
    let page = get(&path).by(&expert).to(&house).await.expect(200);
    let mut content = page["draft"]["content"].clone();
    content["cause"]["findings"][0]["overridden"] = json!({"by": "M. Personne", "at": "2026-11-20T08:00:00Z"});
    content["steps"][0]["findings"] = json!([]);
    let edit = put(&format!("{path}/content"), &content).by(&expert).with("if-match", "\"2\"").to(&house).await;
    let _ = edit.expect(200);
    let page = get(&path).by(&expert).to(&house).await.expect(200);
    let said = page["draft"]["content"].to_string();
    assert!(!said.contains("M. Personne"), "{said}");
}
