//! The draft is held against what was known before it.
//!
//! "Before" is the order of the passages' numbers. What the indexes have not followed yet is read from SQL: a draft is
//! never compared with less than what was committed when it took its place, and nothing waits for an index.

use std::collections::BTreeSet;

use savoir_models::draft::{Comparison, Draft, Known};
use savoir_models::evidence::Source;
use savoir_models::id::InterventionId;
use savoir_models::intervention::Stage;
use savoir_models::job::Step;
use savoir_models::passage::Passage;
use savoir_models::store::house;
use savoir_models::viewer::Audience;

use crate::compare::grey::{self, Grey, is_grey};
use crate::compare::{Asked, Rival, nearest, weigh};
use crate::fault::Fault;
use crate::index::analysis::family_key;
use crate::kit::Kit;
use crate::step::Output;

/// How many of the nearest are read and judged.
const JUDGED: usize = 5;

/// How far behind the indexes may be before the oldest of what they lack is left out: while they are rebuilt, a verdict
/// may miss something, and an expert sees two drafts where one would do.
const BEHIND: i64 = 1_000;

/// `last`: no further try would follow a failure.
pub(crate) async fn run(kit: &Kit, id: InterventionId, last: bool) -> Result<Output, Fault> {
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
        if is_grey(&comparison) { second_opinion(kit, &draft, &rivals, comparison, last).await? } else { comparison };
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

/// The word of the house's language model on what rules cannot tell; their own where there is no model.
async fn second_opinion(
    kit: &Kit,
    draft: &Draft,
    rivals: &[Rival],
    by_rules: Comparison,
    last: bool,
) -> Result<Comparison, Fault> {
    let rival = rivals.iter().find(|rival| Some(rival.known) == by_rules.nearest);
    let (Some(llm), Some(rival)) = (&kit.llm, rival) else { return Ok(by_rules) };
    let mut cases = vec![super::case(kit, draft.intervention).await?];
    for other in origins(kit, rival).await? {
        cases.extend(kit.db.case(other).await?);
    }
    let intervention = Some(draft.intervention);
    let grey = Grey { intervention, draft, rival, cases: &cases, by_rules: &by_rules };
    grey::second_opinion(llm, &grey, last).await
}

/// The interventions that the statements of a rival come from: its own, and those that its evidence names.
async fn origins(kit: &Kit, rival: &Rival) -> Result<BTreeSet<InterventionId>, Fault> {
    let mut drafts = BTreeSet::new();
    match rival.known {
        Known::Draft(id) => {
            drafts.insert(id);
        }
        Known::Procedure(id) => {
            // Every revision: a statement of the first may stand in the last.
            for revision in kit.db.revisions(id, &house()).await? {
                let Some(review) = revision.review else { continue };
                drafts.extend(kit.db.review(review).await?.map(|review| review.draft));
            }
        }
    }
    let statements = rival.content.statements();
    drafts.extend(statements.iter().flat_map(|(_, s)| &s.evidence).filter_map(|e| match &e.source {
        Source::Elsewhere { draft, .. } => Some(*draft),
        _ => None,
    }));
    let mut out = BTreeSet::new();
    for id in drafts {
        out.extend(kit.db.draft(id).await?.map(|draft| draft.intervention));
    }
    Ok(out)
}
