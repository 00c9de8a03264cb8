//! Answers that were kept are given again to the same words, and to no others.

use std::sync::Arc;

use savoir_models::evidence::Case;
use savoir_models::redaction::Redaction;
use savoir_pipeline::extractor::model::ModelExtractor;
use savoir_pipeline::extractor::{Extraction, Extractor};
use savoir_pipeline::llm::ChatModel;
use savoir_tests::cassettes::{By, Replay};

use super::*;

async fn extract(model: Arc<dyn ChatModel>, report: &str) -> Result<Extraction, savoir_pipeline::fault::Fault> {
    let house = House::build().llm(model, settings()).open().await.unwrap();
    let llm = Arc::clone(house.kit.llm.as_ref().unwrap());
    let extractor = ModelExtractor::new(llm).unwrap();
    extractor.extract(&Case::of(intake("T-1", report)), &Redaction::default()).await
}

#[tokio::test]
async fn an_answer_is_kept_once_and_given_again_until_the_words_change() {
    let folder = tempfile::tempdir().unwrap();
    let replay = |address: Option<&Service>| Replay::from(folder.path(), "T-1", address.map(|s| s.address.clone()));

    let missing = extract(replay(None), REPORT).await.unwrap_err().to_string();
    assert!(missing.contains("T-1.json is missing") && missing.contains("SAVOIR_RECORD="), "{missing}");

    let service = Service::start(|asked| match asked.path.as_str() {
        "/v1/models" => axum::response::IntoResponse::into_response(r#"{"data":[{"id":"by-hand"}]}"#),
        _ => says(&good()),
    })
    .await;
    let first = extract(replay(Some(&service)), REPORT).await.unwrap();
    assert!(matches!(&first, Extraction::Draft(content) if content.steps.len() == 1), "{first:?}");
    let kept = replay(None).all();
    assert_eq!((kept.len(), kept[0].1.by, kept[0].1.model.as_str()), (1, By::ByHand, "by-hand"));
    assert_eq!(extract(replay(None), REPORT).await.unwrap(), first, "without any service");

    let other = format!("{REPORT} RAS.");
    let stale = extract(replay(None), &other).await.unwrap_err().to_string();
    assert!(stale.contains("T-1.json is stale"), "{stale}");
    extract(replay(Some(&service)), &other).await.unwrap();
    assert_eq!(replay(None).all().len(), 1, "the stale one made room");
}
