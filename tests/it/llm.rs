//! A language model drafts: from the wire to the review, and whatever it says.

mod answers;
mod budget;
mod cassettes;
mod gold;
mod grey;
mod long;
mod masked;
mod prompts;
mod wire;

use std::time::Duration;

use savoir_models::id::InterventionId;
use savoir_models::intervention::{Intervention, Stage};
use savoir_models::job::Job;
use savoir_models::store::house as the_house;
use savoir_pipeline::llm::LlmSettings;
use savoir_pipeline::worker::single::one_job;
use savoir_tests::chat::{draft, remote, says, settings};
use savoir_tests::data::intake;
use savoir_tests::house::House;
use savoir_tests::service::Service;

/// A report that tells the four things.
const REPORT: &str = "Ensacheuse arrêtée en E42. Le thermocouple était coupé près du connecteur. Remplacez le thermocouple, \
    réf VP-TC-J-320. 50 sachets testés, tous étanches.";

/// What a good model says of it.
fn good() -> String {
    draft(
        "Ensacheuse arrêtée en E42",
        "Le thermocouple était coupé",
        "Remplacez le thermocouple",
        "50 sachets testés, tous étanches",
    )
    .to_string()
}

async fn asking(address: &str, settings: LlmSettings) -> House {
    House::build().llm(remote(address, Duration::from_secs(2)), settings).open().await.unwrap()
}

async fn deliver(house: &House, external_id: &str, report: &str) -> InterventionId {
    let id = InterventionId::new();
    let mut tx = house.kit.db.begin().await.unwrap();
    tx.accept(id, &intake(external_id, report), &[], house.kit.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn state(house: &House, id: InterventionId) -> Intervention {
    house.kit.db.intervention(id, &the_house()).await.unwrap().unwrap()
}

/// Redaction, and one try at a draft: the job as that left it, or the next one.
async fn try_once(house: &House, id: InterventionId) -> Job {
    for _ in 0..2 {
        one_job(&house.kit).await.unwrap().expect("a job is ready");
    }
    job(house, id).await
}

async fn job(house: &House, id: InterventionId) -> Job {
    house.kit.db.jobs_of(&id.to_string()).await.unwrap().pop().expect("a job is left")
}

#[tokio::test]
async fn a_model_drafts_and_the_draft_says_how_it_was_made() {
    let service = Service::start(|_| says(&good())).await;
    let house = asking(&service.address, settings()).await;
    let id = deliver(&house, "T-1", REPORT).await;
    house.work().await;
    assert_eq!(state(&house, id).await.stage, Stage::InReview);
    let draft = house.kit.db.draft_of(id).await.unwrap().unwrap();
    assert_eq!(draft.content.steps[0].text, "Remplacez le thermocouple");
    let evidence = &draft.content.steps[0].evidence[0];
    assert_eq!(&REPORT[evidence.place.start..evidence.place.end], "Remplacez le thermocouple");
    let made = draft.provenance;
    assert_eq!((made.extractor.as_str(), made.model.as_deref(), made.version.len()), ("model", Some("m"), 12));
    assert_eq!(made.parameters["temperature"], "0");
    assert_eq!(made.parameters["output"], "json_schema");
    let spent = house.kit.db.spent_on(id).await.unwrap();
    assert_eq!((spent.calls, spent.prompt_tokens, spent.completion_tokens, spent.cost_micros), (1, 100, 50, 15_000));
    let asked = service.received()[0].json();
    assert_eq!(service.received()[0].path, "/v1/chat/completions");
    assert_eq!(asked["response_format"]["type"], "json_schema");
    assert_eq!((&asked["model"], &asked["max_tokens"], &asked["seed"]), (&"m".into(), &4_096.into(), &1.into()));
}
