//! How good search is, by the production path, on a corpus with questions and judgements (BEIR's three files).

use std::collections::HashMap;
use std::path::Path;

use async_trait::async_trait;
use savoir_models::draft::Known;
use savoir_models::id::{PassageId, ProcedureId};
use savoir_models::passage::{Change, Passage, PassagePart};
use savoir_models::procedure::Confidence;
use savoir_models::store::StoreError;
use savoir_models::text::Language;
use savoir_models::viewer::{Audience, Role, Viewer};
use serde::Deserialize;

use super::ranking::{ndcg, recall, reciprocal_rank};
use super::{BadFile, Figures, Run, read};
use crate::embed::{Embedder, Purpose};
use crate::fault::Fault;
use crate::index::Index;
use crate::index::follow::Feed;
use crate::index::vectors::{Place, Space};
use crate::search::{Query, search};

/// How deep a ranking is looked at.
const DEPTH: usize = 10;

/// Texts embedded at a time.
const BATCH: usize = 64;

/// A text of the corpus, or a question.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Judged {
    /// Its name in the judgements.
    #[serde(rename = "_id")]
    pub id: String,
    /// Its title; questions have none.
    #[serde(default)]
    pub title: String,
    /// Its text.
    pub text: String,
}

/// Which texts answer a question, and how well (1 and more).
pub type Judgements = HashMap<String, HashMap<String, u32>>;

/// Reads a corpus or the questions: JSON Lines with `_id`, `title`, `text`.
///
/// # Errors
/// Names the line that is not of this shape.
pub fn read_texts(file: &Path) -> Result<Vec<Judged>, BadFile> {
    let (name, content) = read(file)?;
    content
        .lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|e| BadFile {
                file: name.clone(),
                line: at + 1,
                reason: format!("{e}: JSON with _id and text is expected"),
            })
        })
        .collect()
}

/// Reads the judgements: tab-separated `query-id`, `corpus-id`, `score`, with a heading.
///
/// # Errors
/// Names the line that is not of this shape.
pub fn read_judgements(file: &Path) -> Result<Judgements, BadFile> {
    let (name, content) = read(file)?;
    let mut out = Judgements::new();
    for (at, line) in content.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty()) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [query, text, score] = fields[..] else {
            return Err(BadFile { file: name, line: at + 1, reason: "three columns are expected".into() });
        };
        let score = score.trim().parse().map_err(|_| BadFile {
            file: name.clone(),
            line: at + 1,
            reason: format!("« {score} » is no score: a whole number is expected"),
        })?;
        out.entry(query.to_owned()).or_default().insert(text.to_owned(), score);
    }
    Ok(out)
}

/// A judged set.
#[derive(Debug, Clone)]
pub struct Set {
    /// What is searched.
    pub corpus: Vec<Judged>,
    /// What is asked.
    pub queries: Vec<Judged>,
    /// What answers it.
    pub judgements: Judgements,
    /// The language of the corpus.
    pub language: Language,
}

/// Measures search over a set: each text is the one passage of a procedure of its own. The index is made in `folder`,
/// which should be empty; `done` is told how many questions were asked.
///
/// # Errors
/// Those of the embedder and of the index; a set of which no question is judged.
pub async fn measure(
    set: &Set,
    embedder: &dyn Embedder,
    folder: &Path,
    done: &(dyn Fn(usize) + Sync),
) -> Result<Run, Fault> {
    let mut names: HashMap<ProcedureId, &str> = HashMap::new();
    let mut passages = Vec::with_capacity(set.corpus.len());
    for texts in set.corpus.chunks(BATCH) {
        let mut made: Vec<Passage> = texts.iter().map(|t| passage(t, set.language, embedder.id())).collect();
        let words: Vec<String> = made.iter().map(Passage::embedded_text).collect();
        for (passage, vector) in made.iter_mut().zip(embedder.embed(&words, Purpose::Passage).await?) {
            passage.vector = Some(vector);
        }
        for (passage, text) in made.iter().zip(texts) {
            if let Known::Procedure(id) = passage.owner {
                names.insert(id, &text.id);
            }
        }
        passages.append(&mut made);
    }
    let index = Index::open(folder, Place::Memory, Space::of(embedder)).await?;
    index.follow(&Shelf(passages)).await?;
    let viewer = Viewer::new("eval", Role::Technician);
    let judged: Vec<&Judged> = set.queries.iter().filter(|q| set.judgements.contains_key(&q.id)).collect();
    if judged.is_empty() {
        return Err(Fault::never("no question of --queries has a judgement in --qrels"));
    }
    let mut scores: Vec<[f64; 3]> = Vec::with_capacity(judged.len());
    for (at, query) in judged.iter().enumerate() {
        let relevant = &set.judgements[&query.id];
        let asked = Query { text: query.text.clone(), limit: DEPTH, ..Query::default() };
        let answer = search(&index, embedder, &asked, &viewer).await?;
        let found: Vec<String> =
            answer.hits.iter().filter_map(|h| names.get(&h.procedure)).map(|n| (*n).to_owned()).collect();
        scores.push([
            ndcg(&found, relevant, DEPTH),
            recall(&found, relevant, DEPTH),
            reciprocal_rank(&found, relevant),
        ]);
        done(at + 1);
    }
    let mut figures = Figures::default();
    for (i, name) in ["ndcg_at_10", "recall_at_10", "mrr"].into_iter().enumerate() {
        figures.mean(name, scores.iter().map(|s| s[i]));
    }
    Ok(Run {
        eval: "search".into(),
        of: embedder.id().to_owned(),
        cases: judged.len(),
        figures,
        languages: std::collections::BTreeMap::new(),
        failures: Vec::new(),
        details: Vec::new(),
    })
}

fn passage(text: &Judged, language: Language, embedder: &str) -> Passage {
    Passage {
        id: PassageId::new(),
        owner: Known::Procedure(ProcedureId::new()),
        part: PassagePart::Problem,
        audience: Audience::Technician,
        classes: Vec::new(),
        confidence: Confidence::Validated,
        language,
        title: text.title.clone(),
        text: text.text.clone(),
        family: None,
        manufacturer: None,
        models: Vec::new(),
        codes: Vec::new(),
        references: Vec::new(),
        vector: None,
        embedder: Some(embedder.to_owned()),
    }
}

/// Passages to follow, without a database.
struct Shelf(Vec<Passage>);

#[async_trait]
impl Feed for Shelf {
    async fn changes(&self, after: i64, limit: i64) -> Result<Vec<Change>, StoreError> {
        let (after, limit) = (usize::try_from(after).unwrap_or(0), usize::try_from(limit).unwrap_or(usize::MAX));
        let changes = self.0.iter().enumerate().skip(after).take(limit);
        let seq = |at: usize| i64::try_from(at).unwrap_or(i64::MAX) + 1;
        Ok(changes.map(|(at, p)| Change { seq: seq(at), id: p.id, passage: Some(p.clone()) }).collect())
    }

    async fn last_seq(&self) -> Result<i64, StoreError> {
        Ok(i64::try_from(self.0.len()).unwrap_or(i64::MAX))
    }
}
