//! What a language model would be sent can be seen before anything leaves the house.

use std::time::Duration;

use savoir_models::viewer::Role;
use savoir_tests::call::get;
use savoir_tests::chat::{draft, remote, says, settings};
use savoir_tests::house::{House, house};
use savoir_tests::service::Service;
use serde_json::{Value, json};

use super::{INTERVENTIONS, delivered, delivery_with};

const REPORT: &str = "Vu avec Mme Nathalie Quéré (06 39 98 21 54). Thermocouple coupé près du connecteur, mesuré à \
    l'ohmmètre. Remplacé le thermocouple réf VP-TC-J-320. 50 sachets testés, tous étanches. Quéré prévenue.";

async fn asked(house: &House) -> (String, String) {
    let service = house.token(Role::Service, None).await;
    let id = delivered(house, &service, &delivery_with("T-prompt", json!({"report": REPORT}))).await;
    (format!("{INTERVENTIONS}/{id}"), house.token(Role::Expert, None).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_is_what_is_sent_to_the_letter_and_names_nobody() {
    let answer = draft(
        "Thermocouple coupé",
        "Thermocouple coupé près du connecteur",
        "Remplacé le thermocouple",
        "50 sachets testés, tous étanches",
    );
    let service = Service::start(move |_| says(&answer.to_string())).await;
    let asking = remote(&service.address, Duration::from_secs(5));
    let house = House::build().llm(asking, settings()).open().await.unwrap();
    let (case, expert) = asked(&house).await;

    let page = get(&format!("{case}/prompt")).by(&expert).to(&house).await.expect(200);
    assert_eq!((&page["sent"], &page["provenance"]["extractor"]), (&json!(true), &json!("model")), "{page}");
    assert!(service.received().is_empty(), "looking sends nothing");
    let shown = page.to_string();
    for name in ["Quéré", "Nathalie", "06 39 98 21 54"] {
        assert!(!shown.contains(name), "{name}: {shown}");
    }
    let person = page["placeholders"].as_array().unwrap().iter().find(|p| p["kind"] == "person").unwrap();
    assert_eq!((&person["label"], &person["times"]), (&json!("[PERSON_1]"), &json!(2)), "{page}");
    let kept = page["texts"].as_array().unwrap().iter().any(|t| t["text"].as_str().unwrap().contains("VP-TC-J-320"));
    assert!(kept, "a part's reference survives: {page}");

    house.work().await;
    let sent = service.received()[0].json();
    assert_eq!(sent["messages"], page["requests"][0], "what is shown is what is sent");
    let spent = get(&case).by(&expert).to(&house).await.expect(200)["spent"].clone();
    assert_eq!(spent["calls"], 1, "{spent}");
}

#[tokio::test]
async fn where_nothing_is_sent_the_masked_texts_are_shown_all_the_same_and_only_to_the_house() {
    let house = house().await;
    let (case, expert) = asked(&house).await;
    let page = get(&format!("{case}/prompt")).by(&expert).to(&house).await.expect(200);
    assert_eq!((&page["sent"], &page["requests"], &page["schema"]), (&json!(false), &json!([]), &Value::Null));
    assert!(!page["texts"].as_array().unwrap().is_empty());
    for role in [Role::Technician, Role::Contractor, Role::Customer, Role::Service] {
        let token = house.token(role, Some("Laiterie du Val")).await;
        let _ = get(&format!("{case}/prompt")).by(&token).to(&house).await.problem(403, "forbidden");
    }
}
