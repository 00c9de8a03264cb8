//! What is seen depends on who looks.

use savoir_models::viewer::Role;
use savoir_tests::call::{get, post, put};
use savoir_tests::house::house;
use serde_json::json;

use super::{INTERVENTIONS, connected, delivered, delivery_with, published, under_review};

#[tokio::test]
async fn customers_and_contractors_see_their_own_interventions_only() {
    let (house, service) = connected().await;
    let exchanges = json!([
        {"from": "customer", "text": "La machine s'arrête."},
        {"from": "expert", "text": "CANARI-PRIVÉ ce client ne paie pas.", "private": true},
    ]);
    let own = json!({"customer": "Laiterie du Val", "provider": "Nordservice", "exchanges": exchanges});
    let other = json!({"customer": "Brasserie du Parc", "provider": "Sudservice", "report": "CANARI-AUTRUI, la pompe a été changée."});
    let mine = delivered(&house, &service, &delivery_with("T-1", own)).await;
    let theirs = delivered(&house, &service, &delivery_with("T-2", other)).await;

    for (role, organisation) in [(Role::Customer, "Laiterie du Val"), (Role::Contractor, "Nordservice")] {
        let token = house.token(role, Some(organisation)).await;
        let list = get(INTERVENTIONS).by(&token).to(&house).await;
        assert_eq!(list.expect(200)["items"].as_array().unwrap().len(), 1, "{role}");
        let page = get(&format!("{INTERVENTIONS}/{mine}")).by(&token).to(&house).await;
        assert_eq!(page.expect(200)["intake"]["exchanges"].as_array().unwrap().len(), 1);
        for answer in [&list, &page] {
            let text = String::from_utf8_lossy(&answer.bytes);
            assert!(!text.contains("CANARI"), "{role}: {text}");
        }
        let _ = get(&format!("{INTERVENTIONS}/{theirs}")).by(&token).to(&house).await.problem(404, "not_found");
        assert_eq!(page.json()["jobs"], json!([]), "{role}");
    }
    // One without an organisation sees none, not all.
    let nobody = house.token(Role::Customer, None).await;
    assert_eq!(get(INTERVENTIONS).by(&nobody).to(&house).await.expect(200)["items"], json!([]));
    let expert = house.token(Role::Expert, None).await;
    let page = get(&format!("{INTERVENTIONS}/{mine}")).by(&expert).to(&house).await.expect(200);
    assert_eq!(page["intake"]["exchanges"].as_array().unwrap().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_procedure_is_read_and_found_by_its_audience_only() {
    let house = house().await;
    let (_, procedure) = published(&house, "contractor").await;
    let path = format!("/api/v1/procedures/{procedure}");
    for (role, may) in
        [(Role::Expert, true), (Role::Technician, true), (Role::Contractor, true), (Role::Customer, false)]
    {
        let token = house.token(role, Some("x")).await;
        let read = get(&path).by(&token).to(&house).await;
        let found = get("/api/v1/search?q=thermocouple").by(&token).to(&house).await.expect(200);
        assert_eq!(found["items"].as_array().unwrap().len(), usize::from(may), "{role}");
        if !may {
            let _ = read.problem(404, "not_found");
            let worked = json!({"worked": true});
            let _ = post(&format!("{path}/feedback"), &worked).by(&token).to(&house).await.problem(404, "not_found");
            continue;
        }
        let body = read.expect(200);
        let quoted = body["revision"]["content"]["steps"][0]["evidence"].is_array();
        assert_eq!(quoted, role != Role::Contractor, "{role}: quotes are other customers' words");
        assert_eq!(body["revision"]["diff"] == "", role == Role::Contractor, "{role}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_procedure_has_an_etag_revisions_and_takes_feedback() {
    let house = house().await;
    let (_, procedure) = published(&house, "technician").await;
    let token = house.token(Role::Technician, None).await;
    let expert = house.token(Role::Expert, None).await;
    let path = format!("/api/v1/procedures/{procedure}");
    let read = get(&path).by(&token).to(&house).await;
    assert_eq!(read.header("etag"), "\"1-technician-technician-validated\"");
    let known = get(&path).by(&token).with("if-none-match", read.header("etag")).to(&house).await;
    assert_eq!((known.status.as_u16(), known.bytes.len()), (304, 0));

    let revisions = get(&format!("{path}/revisions")).by(&expert).to(&house).await.expect(200);
    assert_eq!(revisions["items"][0]["number"], 1);
    let nobody = get("/api/v1/procedures/00000000-0000-7000-8000-000000000000/revisions").by(&expert).to(&house).await;
    let _ = nobody.problem(404, "not_found");

    let feedback = async |body| post(&format!("{path}/feedback"), &body).by(&token).to(&house).await;
    let kept = feedback(json!({"worked": true})).await.expect(200);
    assert_eq!(kept, json!({"worked": 1, "failed": 0, "doubtful": null}));
    let _ = feedback(json!({"worked": false, "comment": "la référence a changé"})).await.expect(200);
    assert_eq!(feedback(json!({"worked": "oui"})).await.fields(), ["worked"]);
    assert_eq!(feedback(json!({"worked": true, "comment": "x".repeat(5_001)})).await.fields(), ["comment"]);
    let read = get(&path).by(&token).to(&house).await.expect(200);
    assert_eq!((&read["worked"], &read["failed"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn a_search_without_a_question_or_with_an_endless_one_is_refused() {
    let house = house().await;
    let token = house.token(Role::Technician, None).await;
    let search = async |query: &str| get(&format!("/api/v1/search?{query}")).by(&token).to(&house).await;
    for (query, field) in [
        ("", "q"),
        ("q=%20", "q"),
        ("q=x&limit=51", "limit"),
        ("q=x&language=de", "language"),
        ("q=x&audience=internal", "audience"),
    ] {
        let answer = search(query).await;
        let _ = answer.problem(400, "bad_query");
        assert_eq!(answer.fields(), [field], "{query}");
    }
    assert_eq!(search(&format!("q={}", "x".repeat(1_001))).await.fields(), ["q"]);
    for query in ["q=%22%28%2B%2A%3A%00%5B&limit=50", "code=E42", "q=%f0%9f%94%a7", "q=AND%20OR%20NOT"] {
        assert_eq!(search(query).await.expect(200)["items"], json!([]), "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expert_keeps_a_statement_from_some_readers_but_never_a_danger() {
    let house = house().await;
    let (_, review) = under_review(&house, "T-1").await;
    let expert = house.token(Role::Expert, None).await;
    let path = format!("/api/v1/reviews/{review}");
    let mut edited = get(&path).by(&expert).to(&house).await.expect(200)["draft"]["content"].clone();
    edited["tools"][0]["audience"] = json!("internal");
    let mut wrong = edited.clone();
    let danger = json!({"text": "Mâchoire chaude", "audience": "technician"});
    wrong["hazards"] = json!([{"kind": "heat", "statement": danger}]);
    let edit = |body| put(&format!("{path}/content"), body).by(&expert).with("if-match", "\"1\"");
    let refused = edit(&wrong).to(&house).await;
    let _ = refused.problem(422, "invalid_fields");
    assert_eq!(refused.fields(), ["hazards[0].statement.audience"]);
    let _ = edit(&edited).to(&house).await.expect(200);
    let approve = json!({"decision": "approve", "audience": "technician"});
    let call = post(&format!("{path}/decision"), &approve).by(&expert).with("if-match", "\"2\"");
    let procedure = call.to(&house).await.expect(200)["procedure"].as_str().unwrap().to_owned();
    let technician = house.token(Role::Technician, None).await;
    let page = format!("/api/v1/procedures/{procedure}");
    let office = get(&page).by(&expert).to(&house).await.expect(200);
    assert_eq!(office["revision"]["content"]["tools"][0]["audience"], "internal");
    assert!(office["revision"]["diff"].as_str().unwrap().contains("+tools (internal): multimètre"), "{office}");
    let field = get(&page).by(&technician).to(&house).await.expect(200);
    assert_eq!((&field["revision"]["content"]["tools"], &field["revision"]["diff"]), (&json!([]), &json!("")));
}
