//! How good search is on judged questions, by the production path.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use savoir_models::text::Language;
use savoir_pipeline::embed::builtin::{self, Builtin};
use savoir_pipeline::evaluate::Run;
use savoir_pipeline::evaluate::search::{Set, measure, read_judgements, read_texts};
use savoir_pipeline::search::floor;
use savoir_tests::env::shared;

/// The figures of a judged set; `None` where the set is not there.
async fn measured(set: &str, language: Language) -> Option<Run> {
    let folder = shared(&format!("data/retrieval/{set}"))?;
    let questions = Set {
        corpus: read_texts(&folder.join("corpus.jsonl")).unwrap(),
        queries: read_texts(&folder.join("queries.jsonl")).unwrap(),
        judgements: read_judgements(&folder.join("qrels.tsv")).unwrap(),
        language,
    };
    let index = tempfile::tempdir().unwrap();
    let run = measure(&questions, &Builtin, &index.path().join("index"), &|_| {}).await.unwrap();
    println!("{set}: {:?} over {} questions", run.figures.0, run.cases);
    Some(run)
}

/// Questions of words that nobody says, against real texts: what chance makes of spelling.
#[test]
fn chance_stays_below_the_floor_of_the_built_in_embedder() {
    let Some(file) = shared("data/retrieval/piaf_fr/corpus.jsonl") else { return };
    let texts: Vec<Vec<f32>> =
        read_texts(&file).unwrap().iter().map(|t| builtin::vector(&format!("{}\n{}", t.title, t.text))).collect();
    let mut chance = fastrand::Rng::with_seed(7);
    let mut word = || (0..chance.usize(5..10)).map(|_| chance.char('a'..='z')).collect::<String>();
    let mut best: Vec<f32> = (0..100)
        .map(|_| builtin::vector(&[word(), word(), word()].join(" ")))
        .map(|q| texts.iter().map(|t| builtin::cosine(&q, t)).fold(0.0, f32::max))
        .collect();
    best.sort_by(f32::total_cmp);
    println!(
        "nearest of {} texts by chance: median {:.3}, 95th {:.3}, most {:.3}",
        texts.len(),
        best[50],
        best[95],
        best[99]
    );
    assert!(best[95] < floor(builtin::ID), "{}", best[95]);
}

#[tokio::test]
async fn french_questions_find_their_texts() {
    if let Some(run) = measured("piaf_fr", Language::French).await {
        assert!(run.figures.get("ndcg_at_10").unwrap() >= 0.80, "{run:?}");
    }
}

#[tokio::test]
async fn english_questions_find_their_texts() {
    if let Some(run) = measured("stackfaq_en", Language::English).await {
        assert!(run.figures.get("ndcg_at_10").unwrap() >= 0.80, "{run:?}");
    }
}
