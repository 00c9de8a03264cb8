//! The case becomes a draft, or questions to the technician.

use savoir_models::draft::Draft;
use savoir_models::id::{DraftId, InterventionId};
use savoir_models::intervention::Stage;
use savoir_models::job::Step;

use crate::extractor::Extraction;
use crate::fault::Fault;
use crate::kit::Kit;
use crate::redact::redact;
use crate::step::Output;
use crate::verify;

pub(crate) async fn run(kit: &Kit, id: InterventionId) -> Result<Output, Fault> {
    let case = super::case(kit, id).await?;
    // A case from before this step knew redactions has none yet.
    let redaction = kit.db.redaction(id).await?.unwrap_or_else(|| redact(&case));
    let extraction = kit.extractor.extract(&case, &redaction).await?;
    let provenance = kit.extractor.provenance();
    match extraction {
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
        Extraction::Draft(mut content) => {
            verify::verify(&case, &redaction, &mut content);
            let suspicions = verify::suspicions(&case);
            Ok(Output::new(move |tx, now| {
                Box::pin(async move {
                    let draft = Draft {
                        id: DraftId::new(),
                        intervention: id,
                        content: *content,
                        provenance,
                        suspicions,
                        comparison: None,
                        version: 1,
                        created_at: now,
                        updated_at: now,
                    };
                    tx.put_draft(&draft).await?;
                    tx.move_to(id, Stage::Drafted, None, now).await?;
                    Ok(Some(Step::Index))
                })
            }))
        }
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
