//! The case becomes a draft, or questions to the technician.

use savoir_models::draft::Draft;
use savoir_models::id::{DraftId, InterventionId};
use savoir_models::intervention::Stage;
use savoir_models::job::Step;

use crate::extractor::Extraction;
use crate::fault::Fault;
use crate::kit::Kit;
use crate::step::Output;

pub(crate) async fn run(kit: &Kit, id: InterventionId) -> Result<Output, Fault> {
    let case = super::case(kit, id).await?;
    let provenance = kit.extractor.provenance();
    match kit.extractor.extract(&case).await? {
        Extraction::TooThin { reason, questions } => Ok(Output::new(move |tx, now| {
            Box::pin(async move {
                tx.ask(id, &questions, None, now).await?;
                tx.move_to(id, Stage::NeedsAnswers, Some(&reason), now).await?;
                Ok(None)
            })
        })),
        Extraction::Draft(_) if edited(kit, id).await? => Ok(Output::new(move |tx, now| {
            Box::pin(async move {
                tx.move_to(id, Stage::Drafted, None, now).await?;
                Ok(Some(Step::Index))
            })
        })),
        Extraction::Draft(content) => Ok(Output::new(move |tx, now| {
            Box::pin(async move {
                let draft = Draft {
                    id: DraftId::new(),
                    intervention: id,
                    content: *content,
                    provenance,
                    comparison: None,
                    version: 1,
                    created_at: now,
                    updated_at: now,
                };
                tx.put_draft(&draft).await?;
                tx.move_to(id, Stage::Drafted, None, now).await?;
                Ok(Some(Step::Index))
            })
        })),
    }
}

/// Whether an expert has had a hand in the draft: then its content stays as they left it, and what was answered since is
/// shown beside it.
async fn edited(kit: &Kit, id: InterventionId) -> Result<bool, Fault> {
    match kit.db.draft_of(id).await? {
        Some(draft) => Ok(kit.db.edited(draft.id).await?),
        None => Ok(false),
    }
}
