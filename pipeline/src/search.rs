//! Finding procedures: words, vectors and codes, fused.
//!
//! Three rankings are made inside the viewer's scope and fused by reciprocal rank (Cormack, Clarke and Büttcher,
//! *Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods*, 2009): BM25 over the words of
//! both languages, cosine of the vectors, and exact codes and references. A question that is nothing but a code finds
//! the procedures with that code and no other.

use std::collections::HashMap;

use savoir_models::draft::Known;
use savoir_models::id::{PassageId, ProcedureId};
use savoir_models::passage::PassagePart;
use savoir_models::procedure::Confidence;
use savoir_models::text::Language;
use savoir_models::viewer::{Audience, Viewer};
use serde::{Deserialize, Serialize};

use crate::codes;
use crate::embed::{Embedder, Purpose, builtin};
use crate::fault::Fault;
use crate::index::analysis::{exact_key, family_key, plain_words};
use crate::index::text::Shown;
use crate::index::{Found, Index, IndexError, Scope};

mod snippet;

pub use snippet::Snippet;

/// The constant of reciprocal rank fusion, as its authors chose it.
pub(crate) const RRF_K: f64 = 60.0;

/// What the ranking by exact codes counts beside that by words: a code decides, words only order what has it.
const CODES_WEIGHT: f64 = 3.0;

/// What the ranking by vectors counts when they carry meaning.
const MEANING_WEIGHT: f64 = 1.0;

/// What it counts when they are the built-in ones, which only know spellings: enough to bring up what the words miss,
/// not to change their order. On judged questions it costs 1 to 2 points of nDCG at .3.
const SPELLING_WEIGHT: f64 = 0.005;

/// From this share of words on that no passage spells so, the question is taken for misspelt, and the built-in vectors
/// count as much as that share. Below it, a word or two that no passage has is usual in a question spelt well.
const MISSPELT: f64 = 0.5;

/// Cosine below which a vector hit is chance, for the built-in embedder: see the test that measures it.
const SPELLING_FLOOR: f32 = 0.22;

/// The same for embedders that carry meaning, whose unrelated texts lie closer together.
const MEANING_FLOOR: f32 = 0.35;

/// What a procedure's second passage adds to its best.
const SECOND_PASSAGE: f32 = 0.5;

/// Passages that each ranking brings, at least.
const DEPTH: usize = 60;

/// Bytes of a question that are read; what comes after says nothing new about what is asked.
const LONGEST_QUESTION: usize = 20_000;

/// Most hits of one answer.
pub const MOST_HITS: usize = 100;

/// Words that only announce a code.
const ANNOUNCING: &[&str] = &[
    "alarm",
    "alarme",
    "alert",
    "alerte",
    "article",
    "code",
    "defaut",
    "erreur",
    "error",
    "fault",
    "message",
    "numero",
    "part",
    "pn",
    "ref",
    "reference",
];

/// A question.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Query {
    /// What is looked for, in plain words; empty lists what the filters leave.
    pub text: String,
    /// Only for this kind of machine, in any spelling.
    pub family: Option<String>,
    /// Only for this model, in any spelling.
    pub model: Option<String>,
    /// Only with this error code, in any spelling.
    pub code: Option<String>,
    /// Only in this language.
    pub language: Option<Language>,
    /// How many hits at most; 0 means 10, and there are never more than [`MOST_HITS`].
    pub limit: usize,
}

/// A procedure that answers a question.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Hit {
    /// Which.
    pub procedure: ProcedureId,
    /// Its title.
    pub title: String,
    /// How well it answers, 0 to 1; comparable within one answer only.
    pub score: f64,
    /// Which side of it matched best.
    pub part: PassagePart,
    /// The piece of its text that matched.
    pub snippet: Snippet,
    /// Its language.
    pub language: Language,
    /// For whom it is.
    pub audience: Audience,
    /// How much it is to be trusted.
    pub confidence: Confidence,
    /// Kind of machine, as written.
    pub family: Option<String>,
    /// Models, as written.
    pub models: Vec<String>,
    /// Canonical error codes.
    pub codes: Vec<String>,
}

/// What a question finds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Answer {
    /// Best first.
    pub hits: Vec<Hit>,
    /// Why the vectors took no part, when they did not: hits were found by words and codes alone.
    pub limited: Option<String>,
}

/// Answers a question within what the viewer may read. Any text is a question; none is an error.
///
/// # Errors
/// When the text index cannot be read. A missing embedder or vector server is no error: [`Answer::limited`] says it.
pub async fn search(index: &Index, embedder: &dyn Embedder, query: &Query, viewer: &Viewer) -> Result<Answer, Fault> {
    let limit = if query.limit == 0 { 10 } else { query.limit.min(MOST_HITS) };
    let scope = scope(query, viewer);
    let asked = Question::read(&query.text);
    if asked.words == 0 && asked.codes.is_empty() && asked.references.is_empty() {
        let filtered = query.family.is_some() || query.model.is_some() || query.code.is_some();
        let hits = if filtered { list(index, &scope, limit)? } else { Vec::new() };
        return Ok(Answer { hits, limited: None });
    }
    let (near, limited) = if asked.is_code() {
        (Vec::new(), None)
    } else {
        match by_vector(index, embedder, asked.text, &scope, limit).await {
            Ok(near) => (near, None),
            Err(fault) => {
                tracing::warn!(%fault, "search goes on without vectors");
                (Vec::new(), Some(fault.to_string()))
            }
        }
    };
    let hits = fuse(index, &asked, &scope, (near, weight(index, embedder, asked.text, &scope)?), limit)?;
    Ok(Answer { hits, limited })
}

fn scope(query: &Query, viewer: &Viewer) -> Scope {
    let told = |text: &Option<String>| text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_owned);
    Scope {
        family: told(&query.family).map(|f| family_key(&f)),
        model: told(&query.model).map(|m| exact_key(&m)),
        code: told(&query.code).map(|c| codes::canonical(&c).unwrap_or_else(|| c.to_uppercase())),
        language: query.language,
        ..Scope::of(viewer)
    }
}

/// What the vectors of an embedder count in the fusion, for this question.
fn weight(index: &Index, embedder: &dyn Embedder, text: &str, scope: &Scope) -> Result<f64, IndexError> {
    let Some(class) = scope.class.filter(|_| embedder.id() == builtin::ID) else { return Ok(MEANING_WEIGHT) };
    let unknown = index.text.view().unknown(text, class)?;
    Ok(if unknown >= MISSPELT { unknown } else { SPELLING_WEIGHT })
}

/// The cosine below which a hit by this embedder is chance.
#[must_use]
pub fn floor(embedder_id: &str) -> f32 {
    if embedder_id == builtin::ID { SPELLING_FLOOR } else { MEANING_FLOOR }
}

/// A question, taken apart.
struct Question<'q> {
    text: &'q str,
    codes: Vec<String>,
    references: Vec<String>,
    /// Words beside the codes.
    words: usize,
}

impl<'q> Question<'q> {
    fn read(text: &'q str) -> Self {
        let mut end = text.len().min(LONGEST_QUESTION);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = &text[..end];
        let codes = codes::find(text, None);
        let references = codes::references(text);
        let inside = |at: &std::ops::Range<usize>| {
            codes.iter().chain(&references).any(|c| c.start <= at.start && at.end <= c.end)
        };
        let words =
            plain_words(text).iter().filter(|w| !inside(&w.at) && !ANNOUNCING.contains(&w.term.as_str())).count();
        let canonical = |all: Vec<codes::Code>| all.into_iter().map(|c| c.canonical).collect::<Vec<_>>();
        Self { words, codes: canonical(codes), references: canonical(references), text }
    }

    /// It is nothing but codes or references.
    fn is_code(&self) -> bool {
        self.words == 0 && !(self.codes.is_empty() && self.references.is_empty())
    }
}

async fn by_vector(
    index: &Index,
    embedder: &dyn Embedder,
    text: &str,
    scope: &Scope,
    limit: usize,
) -> Result<Vec<Found>, Fault> {
    let vectors = embedder.embed(&[text.to_owned()], Purpose::Query).await?;
    let Some(vector) = vectors.first() else { return Ok(Vec::new()) };
    Ok(index.vectors.nearest(vector, scope, floor(embedder.id()), DEPTH.max(limit * 2)).await?)
}

/// What is known of a procedure while rankings are fused.
struct Candidate {
    procedure: ProcedureId,
    score: f64,
    /// The passage to show: the best of the most telling ranking.
    best: PassageId,
    part: PassagePart,
}

/// Makes the rankings by words and codes, fuses them with that by vectors, and shows the best.
fn fuse(
    index: &Index,
    asked: &Question<'_>,
    scope: &Scope,
    (near, near_weight): (Vec<Found>, f64),
    limit: usize,
) -> Result<Vec<Hit>, Fault> {
    let view = index.text.view();
    let depth = DEPTH.max(limit * 3);
    let keep = |all: Vec<(Found, _)>| all.into_iter().map(|(found, _)| found).collect::<Vec<_>>();
    let named = keep(view.by_codes((&asked.codes, &asked.references), asked.text, scope, depth)?);
    let worded = if asked.is_code() { Vec::new() } else { keep(view.by_words(asked.text, scope, depth)?) };
    let mut candidates: HashMap<ProcedureId, Candidate> = HashMap::new();
    let mut possible = 0.0;
    for (ranking, weight) in [(named, CODES_WEIGHT), (worded, 1.0), (near, near_weight)] {
        if ranking.is_empty() {
            continue;
        }
        possible += weight / (RRF_K + 1.0);
        for (rank, (procedure, found)) in by_procedure(&ranking).into_iter().enumerate() {
            let share = weight / (RRF_K + rank as f64 + 1.0);
            candidates
                .entry(procedure)
                .or_insert(Candidate { procedure, score: 0.0, best: found.id, part: found.part })
                .score += share;
        }
    }
    let mut ordered: Vec<Candidate> = candidates.into_values().collect();
    ordered.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.procedure.cmp(&b.procedure)));
    let mut hits = Vec::with_capacity(limit);
    for candidate in ordered {
        if hits.len() == limit {
            break;
        }
        // A passage that the vectors hold and the text index does not (yet, or no longer) is no hit.
        let Some(at) = view.place_of(candidate.best)? else { continue };
        let shown = view.show(at)?;
        let score = if possible > 0.0 { candidate.score / possible } else { 0.0 };
        hits.push(hit(candidate.procedure, (score, candidate.part), shown, asked.text));
    }
    Ok(hits)
}

/// Procedures in the order of their passages' scores: the best counts whole, the next in part.
fn by_procedure(ranking: &[Found]) -> Vec<(ProcedureId, Found)> {
    let mut scores: HashMap<ProcedureId, (f32, Found)> = HashMap::new();
    for found in ranking {
        let Known::Procedure(procedure) = found.owner else { continue };
        scores
            .entry(procedure)
            .and_modify(|(score, _)| *score += SECOND_PASSAGE * found.score)
            .or_insert((found.score, *found));
    }
    let mut ordered: Vec<_> = scores.into_iter().collect();
    ordered.sort_by(|(a_id, (a, _)), (b_id, (b, _))| b.total_cmp(a).then(a_id.cmp(b_id)));
    ordered.into_iter().map(|(id, (_, found))| (id, found)).collect()
}

/// What the filters leave, when nothing is asked beside them.
fn list(index: &Index, scope: &Scope, limit: usize) -> Result<Vec<Hit>, IndexError> {
    let view = index.text.view();
    let scope = Scope { part: Some(PassagePart::Problem), ..scope.clone() };
    let mut hits = Vec::new();
    for (found, at) in view.all(&scope, limit)? {
        if let Known::Procedure(procedure) = found.owner {
            hits.push(hit(procedure, (1.0, found.part), view.show(at)?, ""));
        }
    }
    Ok(hits)
}

fn hit(procedure: ProcedureId, (score, part): (f64, PassagePart), shown: Shown, asked: &str) -> Hit {
    Hit {
        procedure,
        score,
        part,
        snippet: snippet::of(&shown.text, shown.language, asked),
        title: shown.title,
        language: shown.language,
        audience: shown.audience,
        confidence: shown.confidence,
        family: shown.family,
        models: shown.models,
        codes: shown.codes,
    }
}
