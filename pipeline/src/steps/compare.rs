//! The draft is held against what was known before it.
//!
//! "Before" is the order of the passages' numbers. What the indexes have not followed yet is read from SQL: a draft is
//! never compared with less than what was committed when it took its place, and nothing waits for an index.

use savoir_models::draft::{Comparison, Draft, Known, Verdict};
use savoir_models::id::InterventionId;
use savoir_models::intervention::Stage;
use savoir_models::job::Step;
use savoir_models::passage::Passage;
use savoir_models::store::house;
use savoir_models::viewer::Audience;

use crate::compare::{Asked, Rival, SAME_PROBLEM, SAME_SYMPTOM, nearest, weigh};
use crate::fault::Fault;
use crate::index::analysis::family_key;
use crate::kit::Kit;
use crate::step::Output;

/// How many of the nearest are read and judged.
const JUDGED: usize = 5;

/// How far behind the indexes may be before the oldest of what they lack is left out: while they are rebuilt, a verdict
/// may miss something, and an expert sees two drafts where one would do.
const BEHIND: i64 = 1_000;

pub(crate) async fn run(kit: &Kit, id: InterventionId) -> Result<Output, Fault> {
    let draft = super::index::draft(kit, id).await?;
    let mine = kit.db.passages_of(Known::Draft(draft.id)).await?;
    let mut rivals = Vec::new();
    if let Some(before) = mine.first().map(|p| p.seq) {
        let behind = kit.db.passages_between(kit.index.followed(), before, BEHIND).await?;
        let family = family(draft.content.applies_to.family.as_deref());
        let of_family = |p: &Passage| family.is_empty() || self::family(p.family.as_deref()) == family;
        // Of a procedure, what the house sees of it: the whole.
        let whole = |p: &Passage| p.classes().contains(&Audience::Internal);
        let unindexed = behind.into_iter().map(|n| n.passage).filter(|p| whole(p) && of_family(p)).collect::<Vec<_>>();
        let passages: Vec<Passage> = mine.into_iter().map(|n| n.passage).collect();
        let asked = Asked { passages: &passages, before, unindexed: &unindexed };
        for known in nearest(&kit.index, &asked, JUDGED).await? {
            rivals.extend(rival(kit, known).await?);
        }
    }
    let comparison = weigh(&draft, &rivals);
    let comparison =
        if grey(&comparison) { second_opinion(kit, &draft, &rivals, comparison).await? } else { comparison };
    Ok(Output::new(move |tx, now| {
        Box::pin(async move {
            tx.put_comparison(draft.id, &comparison).await?;
            tx.move_to(id, Stage::Compared, None, now).await?;
            Ok(Some(Step::Review))
        })
    }))
}

/// A family as the indexes compare it.
fn family(name: Option<&str>) -> String {
    name.map(family_key).unwrap_or_default()
}

/// What a draft or a procedure says, and at which version.
async fn rival(kit: &Kit, known: Known) -> Result<Option<Rival>, Fault> {
    Ok(match known {
        Known::Draft(id) => kit.db.draft(id).await?.map(|d| Rival { known, version: d.version, content: d.content }),
        Known::Procedure(id) => {
            let found = kit.db.procedure(id, &house()).await?;
            found.map(|p| Rival { known, version: p.revision.number, content: p.revision.content })
        }
    })
}

/// How near to a border rules are no better than chance: half of what two tellings of one problem differ by.
const NEAR_A_BORDER: f64 = 0.06;

/// Whether rules cannot tell: there is something near, and the measure lies so close to the border between two verdicts
/// that another choice of words would have given the other. A model may then be asked.
pub(crate) fn grey(comparison: &Comparison) -> bool {
    let near = |border: f64| (comparison.similarity - border).abs() < NEAR_A_BORDER;
    match comparison.verdict {
        _ if comparison.nearest.is_none() => false,
        // Below the border it is another problem; above it too, where cause and repair are others.
        Verdict::New => near(SAME_PROBLEM) || comparison.similarity > SAME_PROBLEM,
        Verdict::Same => near(SAME_PROBLEM),
        // From the second border on, an opposite cause is a contradiction and no update.
        Verdict::Update | Verdict::Contradiction => near(SAME_PROBLEM) || near(SAME_SYMPTOM),
    }
}

/// The seat of a model that judges the grey zone: it returns a comparison of its own, with `judged_by`. As long as none
/// sits there, the rules' word stands.
async fn second_opinion(
    _kit: &Kit,
    _draft: &Draft,
    _rivals: &[Rival],
    by_rules: Comparison,
) -> Result<Comparison, Fault> {
    Ok(by_rules)
}

#[cfg(test)]
mod tests {
    use super::*;
    use savoir_models::id::ProcedureId;

    fn is_grey(verdict: Verdict, similarity: f64) -> bool {
        let nearest = Some(Known::Procedure(ProcedureId::new()));
        grey(&Comparison::new(verdict, nearest, similarity, String::new()))
    }

    #[test]
    fn only_what_lies_near_a_border_of_its_verdict_is_grey() {
        assert!(is_grey(Verdict::New, 0.40) && is_grey(Verdict::Same, 0.44));
        assert!(is_grey(Verdict::Contradiction, 0.62) && is_grey(Verdict::Update, 0.58));
        assert!(is_grey(Verdict::New, 0.55), "alike, and of another cause: rules do not know");
        assert!(!is_grey(Verdict::New, 0.25) && !is_grey(Verdict::Same, 0.62) && !is_grey(Verdict::Update, 0.8));
        assert!(!grey(&Comparison::new(Verdict::New, None, 0.42, String::new())), "nothing is near");
    }
}
