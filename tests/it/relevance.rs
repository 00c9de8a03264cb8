//! How good search is on judged questions, by the production path.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::collections::HashMap;

use savoir_models::draft::Known;
use savoir_models::id::ProcedureId;
use savoir_models::text::Language;
use savoir_models::viewer::{Role, Viewer};
use savoir_pipeline::embed::builtin::{self, Builtin};
use savoir_pipeline::evaluate::{ndcg, read_judgements, read_texts};
use savoir_pipeline::index::Index;
use savoir_pipeline::index::vectors::{Place, Space};
use savoir_pipeline::search::{Query, floor, search};
use savoir_tests::env::shared;
use savoir_tests::shelf::{Shelf, passage};

/// nDCG@10 of a judged set, each text being the one passage of a procedure; `None` where the set is not there.
async fn measured(set: &str, language: Language) -> Option<f64> {
    let folder = shared(&format!("data/retrieval/{set}"))?;
    let corpus = read_texts(&folder.join("corpus.jsonl")).unwrap();
    let queries = read_texts(&folder.join("queries.jsonl")).unwrap();
    let judged = read_judgements(&folder.join("qrels.tsv")).unwrap();
    let shelf = Shelf::default();
    let mut names: HashMap<ProcedureId, String> = HashMap::new();
    for text in corpus {
        let mut passage = passage(&text.title, &text.text);
        passage.language = language;
        if let Known::Procedure(id) = passage.owner {
            names.insert(id, text.id);
        }
        shelf.put(passage);
    }
    let folder = tempfile::tempdir().unwrap();
    let index = Index::open(&folder.path().join("index"), Place::Memory, Space::of(&Builtin)).await.unwrap();
    index.follow(&shelf).await.unwrap();
    let viewer = Viewer::new("test", Role::Technician);
    let mut sum = 0.0;
    let mut count = 0.0;
    for query in queries {
        let Some(relevant) = judged.get(&query.id) else { continue };
        let asked = Query { text: query.text, limit: 10, ..Query::default() };
        let answer = search(&index, &Builtin, &asked, &viewer).await.unwrap();
        let found: Vec<String> = answer.hits.iter().map(|h| names[&h.procedure].clone()).collect();
        sum += ndcg(&found, relevant, 10);
        count += 1.0;
    }
    let ndcg = sum / count;
    println!("{set}: nDCG@10 {ndcg:.4} over {count} questions");
    Some(ndcg)
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
    if let Some(ndcg) = measured("piaf_fr", Language::French).await {
        assert!(ndcg >= 0.80, "{ndcg}");
    }
}

#[tokio::test]
async fn english_questions_find_their_texts() {
    if let Some(ndcg) = measured("stackfaq_en", Language::English).await {
        assert!(ndcg >= 0.80, "{ndcg}");
    }
}
