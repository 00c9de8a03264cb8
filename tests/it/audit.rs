//! Who saw, said, changed and took out what is written down with the act itself; what was not done is not.

mod command;

use savoir_models::audit::{Action, Line};
use savoir_models::content::{Finding, FindingCode};
use savoir_models::draft::Draft;
use savoir_models::id::InterventionId;
use savoir_models::store::Db;
use savoir_models::viewer::Role;
use savoir_tests::call::{get, post, put};
use savoir_tests::data::{content, intake, reviewed};
use savoir_tests::databases::both;
use savoir_tests::house::{House, house};
use serde_json::{Value, json};

use crate::crash::both_houses;

/// Everything that the drafts of these tests say stands here.
const REPORT: &str = "Ensacheuse : arrêt en E42. Le thermocouple était coupé, vu au multimètre. Remplacez le \
    thermocouple et serrez à 2 Nm. 50 sachets étanches.";

/// The log, whose chain holds: who did what to what, and what else is told of it.
async fn log(db: &Db) -> Vec<(String, Action, String, String)> {
    let lines = db.audit(0, 1_000).await.unwrap();
    db.verify_audit().await.unwrap().expect("the chain holds");
    let told = |l: Line| (l.who, l.action, l.subject, l.detail);
    lines.into_iter().map(told).collect()
}

/// What the log tells since it had `before` lines: action, subject and the rest.
async fn since(house: &House, before: &mut usize) -> Vec<(Action, String, String)> {
    let all = log(&house.kit.db).await;
    let news = all[*before..].iter().map(|(_, action, subject, detail)| (*action, subject.clone(), detail.clone()));
    *before = all.len();
    news.collect()
}

/// A review of a draft whose first step has an open finding.
async fn doubted(house: &House) -> (InterventionId, Draft, String) {
    let mut said = content("Ensacheuse : arrêt en E42", "arrêt en E42", "Remplacez le thermocouple");
    said.steps[0].findings = vec![Finding {
        code: FindingCode::Number,
        about: "40 N·m".into(),
        reason: "it is not there".into(),
        reason_fr: "ce n'y est pas".into(),
        overridden: None,
    }];
    let (id, draft, review) = reviewed(&house.kit.db, &intake("T-audit", REPORT), said).await;
    (id, draft, format!("/api/v1/reviews/{}", review.id))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_act_on_a_case_leaves_one_line_and_a_refused_one_leaves_none() {
    for house in both_houses().await {
        let (id, draft, review) = doubted(&house).await;
        let case = format!("/api/v1/interventions/{id}");
        let expert = house.token(Role::Expert, None).await;
        let technician = house.token(Role::Technician, None).await;
        let subject = review.rsplit('/').next().unwrap().to_owned();
        let mut seen = 0;
        let approve = json!({"decision": "approve", "audience": "technician"});
        let body = serde_json::to_value(&draft.content).unwrap();
        let vouch = json!({"statements": [{"path": "steps[0]"}], "reason": "mesuré par Nathalie Quéré"});
        assert_eq!(since(&house, &mut seen).await, [], "the line itself writes nothing down");

        let _ = get(&format!("{case}/prompt")).by(&technician).to(&house).await.problem(403, "forbidden");
        let _ = get(&case).by(&expert).to(&house).await.expect(200);
        assert_eq!(since(&house, &mut seen).await, [], "a refusal, and what everybody may read");
        let _ = get(&format!("{case}/prompt")).by(&expert).to(&house).await.expect(200);
        let told = "masked, nothing is sent".to_owned();
        assert_eq!(since(&house, &mut seen).await, [(Action::PromptSeen, id.to_string(), told)]);

        let decide = |tag: &str| post(&format!("{review}/decision"), &approve).by(&expert).with("if-match", tag);
        let _ = decide("\"1\"").to(&house).await.problem(409, "open_findings");
        let nothing = json!({"statements": [{"path": "steps[7]"}], "reason": "rien"});
        let overrides = |body: &Value| post(&format!("{review}/overrides"), body).by(&expert).with("if-match", "\"1\"");
        let _ = overrides(&nothing).to(&house).await.problem(422, "invalid_fields");
        assert_eq!(since(&house, &mut seen).await, [], "nothing was decided and nobody vouched");
        let _ = overrides(&vouch).to(&house).await.expect(200);
        let told = "steps[0] number".to_owned();
        assert_eq!(since(&house, &mut seen).await, [(Action::FindingOverridden, subject.clone(), told)]);

        let edit = |tag: &str| put(&format!("{review}/content"), &body).by(&expert).with("if-match", tag);
        let _ = edit("\"1\"").to(&house).await.problem(412, "stale");
        let _ = decide("\"1\"").to(&house).await.problem(412, "stale");
        assert_eq!(since(&house, &mut seen).await, [], "somebody was quicker");
        let _ = edit("\"2\"").to(&house).await.expect(200);
        let told = "version 2 replaced".to_owned();
        assert_eq!(since(&house, &mut seen).await, [(Action::DraftEdited, subject.clone(), told)]);

        let done = decide("\"3\"").to(&house).await.expect(200);
        let procedure = done["procedure"].as_str().unwrap();
        let told = format!("approve, for technician, procedure {procedure}");
        assert_eq!(since(&house, &mut seen).await, [(Action::ReviewDecided, subject, told)]);
        let _ = decide("\"3\"").to(&house).await.problem(409, "already_decided");

        let reopen = |body: &Value| post(&format!("{case}/reopen"), body).by(&technician);
        let _ = reopen(&json!({"reason": " "})).to(&house).await.problem(422, "invalid_fields");
        assert_eq!(since(&house, &mut seen).await, []);
        let _ = reopen(&json!({"reason": "la panne est revenue chez M. Roux"})).to(&house).await.expect(200);
        let told = format!("taken back from procedure {procedure}");
        assert_eq!(since(&house, &mut seen).await, [(Action::InterventionReopened, id.to_string(), told)]);
        let _ = reopen(&json!({"reason": "encore"})).to(&house).await.expect(200);
        assert_eq!(since(&house, &mut seen).await, [], "it was open again already");

        let all = log(&house.kit.db).await;
        let who: Vec<&str> = all.iter().map(|line| line.0.as_str()).collect();
        let (e, t) = ("expert of the test", "technician of the test");
        assert_eq!(who, [e, e, e, e, t]);
        assert!(!all.iter().any(|line| line.3.contains("Quéré") || line.3.contains("Roux")), "reasons are kept out");
    }
}

#[tokio::test]
async fn administrators_alone_read_the_log_page_by_page_and_by_what_was_done() {
    let house = house().await;
    let (id, ..) = doubted(&house).await;
    let expert = house.token(Role::Expert, None).await;
    for _ in 0..3 {
        let _ = get(&format!("/api/v1/interventions/{id}/prompt")).by(&expert).to(&house).await.expect(200);
    }
    let admin = house.token(Role::Administrator, None).await;
    for role in Role::ALL.iter().filter(|role| **role != Role::Administrator) {
        let token = house.token(*role, Some("Laiterie du Val")).await;
        let _ = get("/api/v1/audit").by(&token).to(&house).await.problem(403, "forbidden");
    }
    let read = async |query: &str| get(&format!("/api/v1/audit{query}")).by(&admin).to(&house).await.expect(200);
    let first = read("?limit=2").await;
    let places = |page: &Value| -> Vec<i64> {
        page["items"].as_array().unwrap().iter().map(|l| l["seq"].as_i64().unwrap()).collect()
    };
    assert_eq!(places(&first), [3, 2], "newest first");
    let rest = read(&format!("?limit=2&cursor={}", first["next_cursor"].as_str().unwrap())).await;
    assert_eq!((places(&rest), &rest["next_cursor"]), (vec![1], &Value::Null));
    assert_eq!(first["items"][0]["who"], "expert of the test");
    assert_eq!(places(&read(&format!("?subject={id}&action=prompt_seen")).await).len(), 3);
    assert_eq!(places(&read("?action=review_decided").await), [0_i64; 0]);
    assert_eq!(places(&read("?who=expert").await), [0_i64; 0], "a name is given whole");
    let _ = get("/api/v1/audit?action=dance").by(&admin).to(&house).await.problem(400, "bad_query");
    let _ = get("/api/v1/audit?cursor=zz").by(&admin).to(&house).await.problem(400, "bad_query");
}

#[tokio::test]
async fn settings_are_told_by_the_keys_that_changed_and_only_when_some_did() {
    for database in both().await {
        let mut values = std::collections::BTreeMap::from([
            ("llm.endpoint.base_url".to_owned(), "\"http://a\"".to_owned()),
            ("worker.enabled".to_owned(), "true".to_owned()),
        ]);
        let see = async |values: &std::collections::BTreeMap<String, String>| {
            let mut tx = database.db.begin().await.unwrap();
            let changed = tx.see_settings(values).await.unwrap();
            tx.commit().await.unwrap();
            changed
        };
        assert_eq!(see(&values).await, None, "the first start has nothing to be held against");
        assert_eq!(see(&values).await, Some(Vec::new()));
        values.insert("worker.enabled".into(), "false".into());
        values.insert("retention.audio_days".into(), "90".into());
        values.remove("llm.endpoint.base_url");
        let changed = ["llm.endpoint.base_url", "retention.audio_days", "worker.enabled"].map(str::to_owned);
        assert_eq!(see(&values).await, Some(changed.to_vec()));
        assert_eq!(see(&values).await, Some(Vec::new()));
    }
}
