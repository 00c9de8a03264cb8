//! The draft is held against what was known before it.
//!
//! "Before" is the order of the passages' numbers. What the indexes have not followed yet is read from SQL: a draft is
//! never compared with less than what was committed when it took its place, and nothing waits for an index.

use savoir_models::content::Content;
use savoir_models::draft::Known;
use savoir_models::id::InterventionId;
use savoir_models::intervention::Stage;
use savoir_models::job::Step;
use savoir_models::passage::Passage;
use savoir_models::store::house;

use crate::compare::{Asked, Rival, judge, nearest};
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
        let unindexed: Vec<Passage> = behind.into_iter().map(|n| n.passage).filter(of_family).collect();
        let passages: Vec<Passage> = mine.into_iter().map(|n| n.passage).collect();
        let asked = Asked { passages: &passages, before, unindexed: &unindexed };
        for known in nearest(&kit.index, &asked, JUDGED).await? {
            if let Some(content) = content(kit, known).await? {
                rivals.push(Rival { known, content });
            }
        }
    }
    let comparison = judge(&draft.content, &rivals);
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

/// What a draft or a procedure says.
async fn content(kit: &Kit, known: Known) -> Result<Option<Content>, Fault> {
    Ok(match known {
        Known::Draft(id) => kit.db.draft(id).await?.map(|d| d.content),
        Known::Procedure(id) => kit.db.procedure(id, &house()).await?.map(|p| p.revision.content),
    })
}
