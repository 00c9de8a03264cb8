//! Whether a draft says something new: the nearest of what is known, and what it has in common with the draft.
//!
//! [`nearest`] asks the index; [`judge`] is pure and compares statement by statement; [`weigh`] adds what an expert needs to
//! act on the verdict: the changes of an update, both sides of a contradiction. The measure is one of spelling
//! ([`builtin`]), so that the verdict does not depend on the embedder and every threshold below keeps its meaning.

pub(crate) mod grey;
mod judge;
mod propose;

use std::collections::HashMap;

use savoir_models::content::Content;
use savoir_models::draft::{Comparison, Draft, Known, Side, Sides, Verdict};
use savoir_models::passage::{Passage, PassagePart};

use crate::codes;
use crate::embed::builtin;
use crate::index::analysis::family_key;
use crate::index::{Found, Index, IndexError, Labels, Scope, owner_key};
use crate::search::{RRF_K, floor};

pub use judge::{Rival, judge};
pub use propose::propose;

/// Passages that each ranking brings.
const DEPTH: usize = 24;

/// What is asked of the known.
#[derive(Debug)]
pub struct Asked<'a> {
    /// The draft's own passages, with their vectors.
    pub passages: &'a [Passage],
    /// Only what stands before this `seq` is known: of two drafts that tell the same, the later sees the earlier.
    pub before: i64,
    /// Passages of the same family that stand before it and that the index does not hold yet.
    pub unindexed: &'a [Passage],
}

/// Those of the same machine family that tell the most alike, best first: procedures and drafts, not the draft itself.
/// Without a family all families are looked at.
///
/// # Errors
/// When an index cannot be read; [`IndexError::Unreachable`] when the vector server is not there.
pub async fn nearest(index: &Index, asked: &Asked<'_>, limit: usize) -> Result<Vec<Known>, IndexError> {
    let Some(first) = asked.passages.first() else { return Ok(Vec::new()) };
    let scope = Scope {
        family: first.family.as_deref().map(family_key).filter(|k| !k.is_empty()),
        except: Some(first.owner),
        before: Some(asked.before),
        ..Scope::house()
    };
    let mut shares: HashMap<String, (Known, f64)> = HashMap::new();
    for passage in asked.passages {
        // The problem decides whether two tell the same; the fix tells two problems apart that are told alike.
        let weight = if passage.part == PassagePart::Problem { 1.0 } else { 0.4 };
        for ranking in rankings(index, passage, &scope).await? {
            let mut seen = Vec::new();
            for found in ranking {
                if !seen.contains(&found.owner) {
                    seen.push(found.owner);
                    let share = weight / (RRF_K + seen.len() as f64);
                    shares.entry(owner_key(found.owner)).or_insert((found.owner, 0.0)).1 += share;
                }
            }
        }
    }
    for (owner, alike) in unindexed(asked, first) {
        // As if every ranking had it, the higher the more alike it is.
        let rank = 1.0 + (1.0 - f64::from(alike)) * DEPTH as f64;
        let share = &mut shares.entry(owner_key(owner)).or_insert((owner, 0.0)).1;
        *share = share.max(3.0 / (RRF_K + rank));
    }
    let mut ordered: Vec<_> = shares.into_iter().collect();
    ordered.sort_by(|(a_key, (_, a)), (b_key, (_, b))| b.total_cmp(a).then_with(|| a_key.cmp(b_key)));
    Ok(ordered.into_iter().take(limit).map(|(_, (known, _))| known).collect())
}

/// Judges a draft, and says what follows from the verdict.
#[must_use]
pub fn weigh(draft: &Draft, rivals: &[Rival]) -> Comparison {
    let said = judge(&draft.content, rivals);
    let nearest = rivals.iter().find(|rival| Some(rival.known) == said.nearest);
    match (nearest, said.verdict) {
        (Some(rival), Verdict::Update) => Comparison { proposal: propose(draft, rival), ..said },
        (Some(rival), Verdict::Contradiction) => Comparison { sides: Some(sides(draft, rival)), ..said },
        _ => said,
    }
}

/// The same with one rival, which an expert has named: it is taken for the nearest, and whatever the verdict, what the
/// draft would change in it is proposed.
#[must_use]
pub fn with(draft: &Draft, rival: &Rival) -> Comparison {
    let said = weigh(draft, std::slice::from_ref(rival));
    Comparison { nearest: Some(rival.known), proposal: propose(draft, rival), ..said }
}

fn sides(draft: &Draft, rival: &Rival) -> Sides {
    let side = |content: &Content| Side { cause: content.cause.clone(), steps: judge::fix::decisive_steps(content) };
    Sides { draft: side(&draft.content), known: side(&rival.content) }
}

/// By words, by codes and, where vectors carry meaning, by vector, for one passage.
async fn rankings(index: &Index, passage: &Passage, scope: &Scope) -> Result<[Vec<Found>; 3], IndexError> {
    let scope = Scope { part: Some(passage.part), ..scope.clone() };
    let near = match index.space.vector(passage) {
        // The built-in vectors know spellings only, which the words know better; and each question looks at every vector
        // of the family that has no place in the graph yet.
        _ if index.space.embedder == builtin::ID => Vec::new(),
        Some(vector) => index.vectors.nearest(vector, &scope, floor(&index.space.embedder), DEPTH).await?,
        None => Vec::new(),
    };
    let view = index.text.view().frugal();
    let text = passage.embedded_text();
    let labels = Labels::of(passage);
    let codes: Vec<String> = labels.codes.into_iter().filter(|c| !c.starts_with('#')).collect();
    let keep = |all: Vec<(Found, _)>| all.into_iter().map(|(found, _)| found).collect::<Vec<_>>();
    let worded = keep(view.by_words(&text, &scope, DEPTH)?);
    let named = keep(view.by_codes((&codes, &[]), &text, &scope, DEPTH)?);
    Ok([worded, named, near])
}

/// What the index does not hold yet, compared here and now.
fn unindexed(asked: &Asked<'_>, first: &Passage) -> Vec<(Known, f32)> {
    let vector = builtin::vector(&first.embedded_text());
    let codes = |p: &Passage| p.codes.iter().filter_map(|c| codes::canonical(c)).collect::<Vec<_>>();
    let mine = codes(first);
    asked
        .unindexed
        .iter()
        .filter(|p| p.part == first.part && p.owner != first.owner)
        .map(|p| {
            let shared = codes(p).iter().any(|c| mine.iter().any(|m| codes::same(c, m)));
            let alike = builtin::cosine(&vector, &builtin::vector(&p.embedded_text())).max(0.0);
            (p.owner, if shared { alike.max(0.5) } else { alike })
        })
        .filter(|(_, alike)| *alike >= floor(builtin::ID))
        .collect()
}
