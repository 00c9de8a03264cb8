//! The draft's passages get their vectors and take their place in the order that all comparisons share.
//!
//! This comes before *compare*: a draft is compared with what stands before it in that order. So of two cases that tell
//! the same at the same moment, one sees the other, whatever worker has them, and nothing needs a lock.

use savoir_models::draft::{Draft, Known};
use savoir_models::id::InterventionId;
use savoir_models::intervention::Stage;
use savoir_models::job::Step;
use savoir_models::passage::{self, Passage};

use crate::embed::Purpose;
use crate::fault::Fault;
use crate::kit::Kit;
use crate::step::Output;

pub(crate) async fn run(kit: &Kit, id: InterventionId) -> Result<Output, Fault> {
    let draft = draft(kit, id).await?;
    let passages = with_vectors(kit, passage::of_draft(&draft)).await?;
    Ok(Output::new(move |tx, now| {
        Box::pin(async move {
            tx.put_passages(Known::Draft(draft.id), passages).await?;
            tx.move_to(id, Stage::Indexed, None, now).await?;
            Ok(Some(Step::Compare))
        })
    })
    .with_passages())
}

/// The draft of an intervention that has one.
pub(super) async fn draft(kit: &Kit, id: InterventionId) -> Result<Draft, Fault> {
    kit.db
        .draft_of(id)
        .await?
        .ok_or_else(|| Fault::never("this intervention has no draft: retry it from its extraction"))
}

/// Gives each passage the vector of its title and text.
pub(super) async fn with_vectors(kit: &Kit, mut passages: Vec<Passage>) -> Result<Vec<Passage>, Fault> {
    let texts: Vec<String> = passages.iter().map(Passage::embedded_text).collect();
    let vectors = kit.embedder.embed(&texts, Purpose::Passage).await?;
    for (passage, vector) in passages.iter_mut().zip(vectors) {
        passage.vector = Some(vector);
        passage.embedder = Some(kit.embedder.id().to_owned());
    }
    Ok(passages)
}
