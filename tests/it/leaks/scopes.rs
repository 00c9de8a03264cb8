//! What is not yours answers to the letter as what does not exist.

use axum::http::Method;
use savoir_models::viewer::Role;
use savoir_tests::call::{Call, call};
use savoir_tests::house::{House, house};
use serde_json::json;

use super::ground::{cases, knowledge};

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

async fn same_as_nothing(house: House) {
    let procedures = knowledge(&house, |_, content| Some(content)).await;
    let (interventions, files) = cases(&house).await;
    let (theirs, file) = (interventions[1].to_string(), files[1].to_string());
    let (hidden, hurts) = (procedures[1].to_string(), procedures[2].to_string());
    let asked = |method: &Method, path: &str| {
        let asked = call(method.clone(), path).with("x-request-id", "same");
        let body = match path.rsplit('/').next() {
            Some("answers") => Some(json!({"answers": [{"question": NOBODY, "answer": "x"}]})),
            Some("feedback") => Some(json!({"worked": true})),
            _ => None,
        };
        body.map_or(asked, |body| call(method.clone(), path).with("x-request-id", "same").json(&body))
    };
    let own = [(Role::Contractor, "Nordservice"), (Role::Customer, "Laiterie du Val"), (Role::Customer, "")];
    for (role, organisation) in own {
        let token = house.token(role, Some(organisation).filter(|o| !o.is_empty())).await;
        let by = |asked: Call| asked.by(&token);
        let mut pairs = vec![
            (Method::GET, format!("/api/v1/interventions/{theirs}"), format!("/api/v1/interventions/{NOBODY}")),
            (Method::GET, format!("/api/v1/procedures/{hidden}"), format!("/api/v1/procedures/{NOBODY}")),
            (
                Method::POST,
                format!("/api/v1/procedures/{hidden}/feedback"),
                format!("/api/v1/procedures/{NOBODY}/feedback"),
            ),
        ];
        if role == Role::Contractor {
            let of = |id: &str, rest: &str| format!("/api/v1/interventions/{id}/{rest}");
            let attachment = format!("attachments/{file}");
            pairs.push((Method::GET, of(&theirs, &attachment), of(NOBODY, &attachment)));
            pairs.push((Method::GET, of(&interventions[0].to_string(), &attachment), of(NOBODY, &attachment)));
            pairs.push((Method::POST, of(&theirs, "answers"), of(NOBODY, "answers")));
        } else {
            pairs.push((Method::GET, format!("/api/v1/procedures/{hurts}"), format!("/api/v1/procedures/{NOBODY}")));
        }
        for (method, there, nowhere) in pairs {
            let there_said = by(asked(&method, &there)).to(&house).await;
            let nothing = by(asked(&method, &nowhere)).to(&house).await;
            assert_eq!(there_said.status.as_u16(), 404, "{there} by {role}");
            assert_eq!(there_said.status, nothing.status, "{there} by {role}");
            assert_eq!(there_said.headers, nothing.headers, "{there} by {role}");
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            assert_eq!(text(&there_said.bytes), text(&nothing.bytes), "{there} by {role}");
        }
    }
}

#[tokio::test]
async fn what_is_not_yours_does_not_exist() {
    same_as_nothing(house().await).await;
}

#[tokio::test]
async fn nor_does_it_on_postgresql() {
    if let Some(house) = House::build().postgres().open().await {
        same_as_nothing(house).await;
    }
}

#[tokio::test]
async fn a_contractor_cannot_take_over_a_case_of_another_that_was_reopened() {
    let house = house().await;
    let (interventions, _) = cases(&house).await;
    let technician = house.token(Role::Technician, None).await;
    let path = format!("/api/v1/interventions/{}/reopen", interventions[1]);
    let _ = savoir_tests::call::post(&path, &json!({"reason": "E42"})).by(&technician).to(&house).await.expect(200);
    let again = json!({
        "source": "test", "external_id": "C-Sudservice", "closed_at": "2026-11-19T16:40:00Z",
        "equipment": {"family": "four"}, "report": "Remplacez la résistance du four, puis relancez-le.",
    });
    let deliver = async |organisation: &str| {
        let token = house.token(Role::Contractor, Some(organisation)).await;
        savoir_tests::call::post("/api/v1/interventions", &again).by(&token).to(&house).await
    };
    let _ = deliver("Nordservice").await.problem(409, "already_received");
    let own = deliver("Sudservice").await.expect(202);
    assert_eq!(own["id"], interventions[1].to_string());
}
