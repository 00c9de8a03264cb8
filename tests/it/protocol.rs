//! A real llama.cpp server, with a model that answers schema-valid nonsense: what the client understands of it.

use std::time::Duration;

use savoir_models::intervention::Stage;
use savoir_models::store::house as the_house;
use savoir_pipeline::embed::openai::{Endpoint, Remote as Embeddings};
use savoir_pipeline::embed::{Embedder, Purpose};
use savoir_pipeline::llm::LlmSettings;
use savoir_tests::chat::remote;
use savoir_tests::house::House;
use savoir_tests::llama::Llama;

use crate::life::deliver;

/// Long enough for a prompt of ten thousand tokens on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

async fn asking(server: &Llama, settings: LlmSettings) -> House {
    House::build().llm(remote(&server.address, PATIENCE), settings).open().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_knows_nothing_leaves_no_draft_that_could_be_approved() {
    let Some(server) = Llama::start(&[]) else { return };
    let house = asking(&server, LlmSettings::default()).await;
    let id = deliver(&house, "T-1").await;
    house.work().await;

    let case = house.kit.db.intervention(id, &the_house()).await.unwrap().unwrap();
    let spent = house.kit.db.spent_on(id).await.unwrap();
    assert!(spent.calls >= 1 && spent.prompt_tokens > 5_000 && spent.completion_tokens > 50, "{spent:?}");
    println!("{:?} after {spent:?}: {:?}", case.stage, case.waiting);
    match case.stage {
        Stage::NeedsAnswers => {
            let questions = house.kit.db.questions(id).await.unwrap();
            assert!((1..=4).contains(&questions.len()), "{questions:?}");
        }
        Stage::InReview => {
            let draft = house.kit.db.draft_of(id).await.unwrap().unwrap();
            assert!(!draft.content.open_findings().is_empty(), "nonsense without a finding: {}", draft.content.lines());
            assert_eq!(draft.provenance.parameters["output"], "json_schema", "the server takes the schema");
        }
        other => panic!("{other}: {:?}", case.waiting),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_context_that_is_too_small_is_told_apart_from_a_server_that_is_away() {
    let Some(server) = Llama::start(&["--context", "4096"]) else { return };
    let house = asking(&server, LlmSettings::default()).await;
    let id = deliver(&house, "T-1").await;
    house.work().await;
    let case = house.kit.db.intervention(id, &the_house()).await.unwrap().unwrap();
    let said = case.waiting.unwrap_or_default();
    assert!(said.contains("4096") || said.contains("context"), "{:?}: {said}", case.stage);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_refused_parks_the_case_with_the_reason() {
    let Some(server) = Llama::start(&["--key", "geheim"]) else { return };
    let house = asking(&server, LlmSettings::default()).await;
    let id = deliver(&house, "T-1").await;
    house.work().await;
    let case = house.kit.db.intervention(id, &the_house()).await.unwrap().unwrap();
    let said = case.waiting.unwrap_or_default();
    assert!(case.stage == Stage::Redacted && said.contains("key"), "{:?}: {said}", case.stage);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_embeddings_are_vectors_of_one_length() {
    let Some(server) = Llama::start(&[]) else { return };
    let endpoint = Endpoint {
        base_url: server.address.clone(),
        api_key: None,
        model: "tiny".into(),
        dimensions: 64,
        passage_prefix: String::new(),
        query_prefix: String::new(),
        timeout: PATIENCE,
        reach: savoir_pipeline::reach::Reach::Written,
    };
    let texts = ["la pompe fuit".to_owned(), String::new(), "é".repeat(300)];
    let vectors = Embeddings::new(endpoint).unwrap().embed(&texts, Purpose::Passage).await.unwrap();
    assert!(vectors.len() == 3 && vectors.iter().all(|v| v.len() == 64), "{vectors:?}");
}
