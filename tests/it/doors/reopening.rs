//! A case is opened again and closed anew, from outside.

use savoir_models::viewer::Role;
use savoir_tests::call::{get, post};
use savoir_tests::house::house;
use serde_json::json;

use super::{INTERVENTIONS, connected, delivered, delivery, delivery_with, published};

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_is_reopened_says_what_followed_and_is_closed_anew_under_its_id() {
    let (house, service) = connected().await;
    let id = delivered(&house, &service, &delivery("T-1")).await;
    house.work().await;
    let path = format!("{INTERVENTIONS}/{id}");
    let reopen = async |body| post(&format!("{path}/reopen"), &body).by(&service).to(&house).await;
    for body in [json!({"reason": " "}), json!({"reason": "x".repeat(5_001)}), json!({})] {
        let answer = reopen(body).await;
        let _ = answer.problem(422, "invalid_fields");
        assert_eq!(answer.fields(), ["reason"]);
    }
    let done = reopen(json!({"reason": "E42 revenu le lendemain"})).await.expect(200);
    assert_eq!(
        (&done["stage"], &done["repeated"], &done["procedure"]),
        (&json!("reopened"), &json!(false), &json!(null))
    );
    assert!(done["withdrawn"].is_string(), "its review was open: {done}");
    let again = reopen(json!({"reason": "encore"})).await.expect(200);
    assert_eq!((&again["repeated"], &again["withdrawn"]), (&json!(true), &json!(null)));
    let page = get(&path).by(&service).to(&house).await.expect(200);
    assert_eq!((&page["stage"], &page["waiting"]), (&json!("reopened"), &json!("E42 revenu le lendemain")));

    let late = post(INTERVENTIONS, &delivery("T-1")).by(&service).to(&house).await.expect(200);
    assert_eq!((&late["id"], &late["stage"]), (&json!(id), &json!("reopened")), "the old delivery, come late");
    let anew = delivery_with(
        "T-1",
        json!({"closed_at": "2026-11-20T07:00:00Z", "report": "Contrôlez le relais de chauffe. Remplacez le relais collé. Relancez un cycle."}),
    );
    let answer = post(INTERVENTIONS, &anew).by(&service).with("idempotency-key", "k").to(&house).await;
    let body = answer.expect(202);
    assert_eq!((&body["id"], &body["stage"], &body["repeated"]), (&json!(id), &json!("transcribed"), &json!(false)));
    house.work().await;
    let page = get(&path).by(&service).to(&house).await.expect(200);
    assert_eq!((&page["stage"], &page["intake"]["report"]), (&json!("in_review"), &anew["report"]));
    let list = get(INTERVENTIONS).by(&service).to(&house).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let other = delivery_with("T-1", json!({"closed_at": "2026-11-20T07:30:00Z"}));
    let _ = post(INTERVENTIONS, &other).by(&service).to(&house).await.problem(409, "already_received");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_house_and_its_systems_reopen_and_nobody_what_they_cannot_see() {
    let (house, service) = connected().await;
    let id = delivered(&house, &service, &delivery("T-1")).await;
    let body = json!({"reason": "x"});
    for role in [Role::Customer, Role::Contractor, Role::Safety] {
        let token = house.token(role, Some("Laiterie du Val")).await;
        let answer = post(&format!("{INTERVENTIONS}/{id}/reopen"), &body).by(&token).to(&house).await;
        let _ = answer.problem(403, "forbidden");
    }
    let nobody = format!("{INTERVENTIONS}/00000000-0000-7000-8000-000000000000/reopen");
    let _ = post(&nobody, &body).by(&service).to(&house).await.problem(404, "not_found");
    let page = get(&format!("{INTERVENTIONS}/{id}")).by(&service).to(&house).await.expect(200);
    assert_eq!(page["stage"], "transcribed");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reports_the_third_failure_is_told_that_an_expert_looks_again_and_outsiders_are_not() {
    let house = house().await;
    let (_, procedure) = published(&house, "customer").await;
    let customer = house.token(Role::Customer, Some("Laiterie du Val")).await;
    let technician = house.token(Role::Technician, None).await;
    let path = format!("/api/v1/procedures/{procedure}");
    let fails = async |token: &String| {
        post(&format!("{path}/feedback"), &json!({"worked": false})).by(token).to(&house).await.expect(200)
    };
    let shown = get(&path).by(&customer).to(&house).await;
    assert_eq!(shown.header("etag"), "\"1-customer-customer-validated\"");
    assert!(shown.expect(200).get("outcomes").is_none(), "how the cases of others ended is the house's");
    let outcomes = get(&path).by(&technician).to(&house).await.expect(200)["outcomes"].clone();
    assert_eq!(outcomes, json!([{"family": "ensacheuse verticale", "solved": 1, "reopened": 0}]));

    assert_eq!(fails(&technician).await, json!({"worked": 0, "failed": 1, "doubtful": null}));
    assert_eq!(fails(&customer).await["failed"], 2);
    let third = fails(&technician).await;
    assert!(third["doubtful"]["reason_fr"].as_str().unwrap().contains("3 des 3"), "{third}");
    assert!(third["doubtful"]["review"].is_string());
    let _ = get(&path).by(&customer).to(&house).await.problem(404, "not_found");
    let read = get(&path).by(&technician).with("if-none-match", "\"1-technician-customer-validated\"").to(&house).await;
    assert_eq!(read.header("etag"), "\"1-technician-customer-not_validated\"", "a copy from before is no longer good");
    assert_eq!(read.expect(200)["confidence"], "not_validated");
    house.work().await;
    let found = get("/api/v1/search?q=E42").by(&technician).to(&house).await.expect(200);
    assert_eq!(found["items"][0]["confidence"], "not_validated");
    assert_eq!(get("/api/v1/search?q=E42").by(&customer).to(&house).await.expect(200)["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_outsider_whose_report_casts_doubt_is_not_told() {
    let house = house().await;
    let (_, procedure) = published(&house, "customer").await;
    let customer = house.token(Role::Customer, Some("Laiterie du Val")).await;
    for failed in 1..=3 {
        let call = post(&format!("/api/v1/procedures/{procedure}/feedback"), &json!({"worked": false}));
        let kept = call.by(&customer).to(&house).await.expect(200);
        assert_eq!(kept, json!({"worked": 0, "failed": failed, "doubtful": null}));
    }
    let expert = house.token(Role::Expert, None).await;
    let open = get("/api/v1/reviews").by(&expert).to(&house).await.expect(200);
    assert_eq!(open["items"][0]["procedure"], procedure.as_str(), "{open}");
}
