//! The draft comes before an expert, or its case is counted where the same is known already.

use savoir_models::draft::{Known, Verdict};
use savoir_models::id::InterventionId;
use savoir_models::intervention::Stage;

use super::index::draft;
use crate::fault::Fault;
use crate::kit::Kit;
use crate::step::Output;

/// What a case without a stated duration is taken to have cost, in minutes.
const USUAL_MINUTES: i64 = 30;

pub(crate) async fn run(kit: &Kit, id: InterventionId) -> Result<Output, Fault> {
    let draft = draft(kit, id).await?;
    let minutes = super::case(kit, id).await?.intervention.intake.time_spent_minutes.map_or(USUAL_MINUTES, i64::from);
    let same = draft.comparison.as_ref().filter(|c| c.verdict == Verdict::Same).and_then(|c| c.nearest);
    let why = draft.comparison.as_ref().map(|c| c.reason.clone());
    Ok(Output::new(move |tx, now| {
        Box::pin(async move {
            let counted = match same {
                Some(Known::Draft(known)) => tx.add_case_to_draft(known, id, minutes).await?,
                Some(Known::Procedure(known)) => {
                    let counted = tx.add_cases_to_procedure(known, 1, now).await?;
                    if counted {
                        tx.set_procedure(id, known).await?;
                    }
                    counted
                }
                None => false,
            };
            if counted {
                // It would only draw later cases to itself, away from the one they belong to.
                tx.take_away(Known::Draft(draft.id)).await?;
                tx.move_to(id, Stage::Merged, why.as_deref(), now).await?;
            } else {
                tx.open_review(draft.id, minutes, now).await?;
                tx.move_to(id, Stage::InReview, None, now).await?;
            }
            Ok(None)
        })
    })
    .with_passages())
}
