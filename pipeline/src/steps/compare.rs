//! The draft is held against what was known before it.

use savoir_models::draft::{Comparison, Verdict};
use savoir_models::id::InterventionId;
use savoir_models::intervention::Stage;
use savoir_models::job::Step;

use crate::fault::Fault;
use crate::kit::Kit;
use crate::step::Output;

pub(crate) async fn run(kit: &Kit, id: InterventionId) -> Result<Output, Fault> {
    let draft = super::index::draft(kit, id).await?;
    let comparison = Comparison { verdict: Verdict::New, nearest: None, similarity: 0.0, reason: String::new() };
    Ok(Output::new(move |tx, now| {
        Box::pin(async move {
            tx.put_comparison(draft.id, &comparison).await?;
            tx.move_to(id, Stage::Compared, None, now).await?;
            Ok(Some(Step::Review))
        })
    }))
}
