//! The gold cases, drafted by answers that were written by hand by readers who saw nothing but the prompts, mistakes
//! included. That each can be read is held here, and that what is read, found in the case and held against it does not get
//! worse; the figures and the findings are printed, to be judged by eye.

use std::sync::Arc;

use futures_util::future::join_all;
use savoir_pipeline::evaluate::extract::{Given, Judged, judge, sum};
use savoir_pipeline::evaluate::gold::{Gold, shipped};
use savoir_pipeline::extractor::model::ModelExtractor;
use savoir_pipeline::llm::Llm;
use savoir_tests::cassettes::Replay;
use savoir_tests::house::house;

use super::*;

/// What these answers give, a little below what was seen: they stay the same, so what moves a figure is our reading.
const FLOORS: &[(&str, f64)] = &[
    ("schema_validity", 1.0),
    ("refusal_accuracy", 0.95),
    ("step_recall", 0.90),
    ("step_f1", 0.66),
    ("parts_f1", 0.90),
    ("codes_f1", 0.94),
];

/// Statements that the verifier holds something against, at most, of a hundred: some are mistakes of the readers.
const HELD: f64 = 0.002;

/// Every gold case, drafted by its cassettes.
async fn drafted() -> Vec<Judged> {
    let house = house().await;
    let one = async |gold: Gold| {
        let replay = Replay::of("extract", &gold.name);
        let (db, clock) = (house.kit.db.clone(), Arc::clone(&house.kit.clock));
        let llm = Arc::new(Llm::new(replay, LlmSettings::default(), db, clock));
        judge(&gold, &ModelExtractor::new(llm).unwrap(), None).await.unwrap()
    };
    join_all(shipped().unwrap().into_iter().map(one)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn every_gold_case_has_an_answer_by_hand_that_can_be_read() {
    let judged = drafted().await;
    let failed: Vec<String> = judged
        .iter()
        .filter_map(|j| if let Given::Failed(reason) = &j.given { Some(format!("{}: {reason}", j.name)) } else { None })
        .collect();
    assert!(failed.is_empty(), "{} of {} cases have no answer:\n  {}", failed.len(), judged.len(), failed.join("\n  "));
    let run = sum("by hand".into(), &judged);
    let figures = serde_json::to_value(&run.figures).unwrap();
    println!("{figures}");
    let below: Vec<_> =
        FLOORS.iter().filter(|(name, floor)| figures[name].as_f64().is_none_or(|f| f < *floor)).collect();
    assert!(below.is_empty(), "{below:?}: {figures}");
    assert!(figures["unsupported_rate"].as_f64().is_some_and(|rate| rate <= HELD), "{figures}");
    for judged in &judged {
        let Given::Draft(content) = &judged.given else { continue };
        for (path, finding) in content.open_findings() {
            println!("{} {path} {} « {} »: {}", judged.name, finding.code, finding.about, finding.reason);
        }
    }
}
