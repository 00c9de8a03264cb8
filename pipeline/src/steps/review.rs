//! The draft comes before an expert, or its case is counted where the same is known already.

use std::time::Duration;

use savoir_models::draft::{Comparison, Known};
use savoir_models::id::{DraftId, InterventionId, ProcedureId};
use savoir_models::intervention::Stage;
use savoir_models::job::JobState;
use savoir_models::store::house;

use super::index::draft;
use crate::fault::Fault;
use crate::kit::Kit;
use crate::step::Output;

/// How long to let a draft that tells the same, and is a step behind, get to its review.
const A_STEP: Duration = Duration::from_millis(300);

pub(crate) async fn run(kit: &Kit, id: InterventionId) -> Result<Output, Fault> {
    let draft = draft(kit, id).await?;
    // A draft that was sent back, or took the place of one that was taken back, may have cases of its own by now: they go
    // where it goes.
    let mut minutes = 0;
    for case in kit.db.cases_of(draft.id).await? {
        minutes += super::case(kit, case).await?.intervention.intake.minutes();
    }
    let home = match draft.comparison.as_ref().and_then(Comparison::home) {
        Some(Known::Procedure(known)) => Home::Procedure(known),
        Some(Known::Draft(known)) => home_of(kit, known).await?,
        None => Home::Nowhere,
    };
    let why = draft.comparison.as_ref().map(|c| c.reason.clone());
    Ok(Output::new(move |tx, now| {
        Box::pin(async move {
            let counted = match home {
                Home::Draft(known) => tx.add_cases_to_draft(known, draft.id, minutes).await?.map(|cases| (cases, None)),
                Home::Procedure(known) => {
                    tx.add_cases_to_procedure(known, draft.id, now).await?.map(|cases| (cases, Some(known)))
                }
                Home::Nowhere => None,
            };
            if let Some((cases, procedure)) = counted {
                // It would only draw later cases to itself, away from the one they belong to.
                tx.take_away(Known::Draft(draft.id)).await?;
                tx.end_sent_back(draft.id, now).await?;
                tx.move_cases(&cases, Stage::Merged, procedure, why.as_deref(), now).await?;
            } else {
                tx.open_review(draft.id, minutes, now).await?;
                tx.move_to(id, Stage::InReview, None, now).await?;
            }
            Ok(None)
        })
    })
    .with_passages())
}

/// Where a case that tells the same as a known draft belongs.
enum Home {
    Draft(DraftId),
    Procedure(ProcedureId),
    Nowhere,
}

/// Where the known draft's own case went: it may have been counted elsewhere, or decided on, since the comparison.
async fn home_of(kit: &Kit, known: DraftId) -> Result<Home, Fault> {
    let Some(known) = kit.db.draft(known).await? else { return Ok(Home::Nowhere) };
    let Some(its) = kit.db.intervention(known.intervention, &house()).await? else { return Ok(Home::Nowhere) };
    Ok(match its.stage {
        Stage::Merged | Stage::Published | Stage::InReview => match its.procedure {
            Some(procedure) => Home::Procedure(procedure),
            None => kit.db.case_of(its.id).await?.map_or(Home::Nowhere, Home::Draft),
        },
        Stage::Indexed | Stage::Compared => {
            let jobs = kit.db.jobs_of(&its.id.to_string()).await?;
            let moves = jobs.iter().any(|job| matches!(job.state, JobState::Ready | JobState::Running));
            // It may have moved on between the two looks, and have no job any more.
            let now = kit.db.intervention(its.id, &house()).await?;
            if moves || now.is_some_and(|now| now.stage != its.stage) {
                return Err(Fault::behind(
                    A_STEP,
                    "a case that tells the same is a step behind: waiting for its review",
                ));
            }
            Home::Nowhere
        }
        _ => Home::Nowhere,
    })
}
