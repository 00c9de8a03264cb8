//! Personal data become placeholders: the seat of that step. Until it is filled, cases pass as they are, which is safe
//! as long as no text leaves the house: the offline extractor reads it here.

use savoir_models::id::InterventionId;
use savoir_models::intervention::Stage;
use savoir_models::job::Step;

use crate::fault::Fault;
use crate::kit::Kit;
use crate::step::Output;

pub(crate) async fn run(_kit: &Kit, id: InterventionId) -> Result<Output, Fault> {
    Ok(Output::new(move |tx, now| {
        Box::pin(async move {
            tx.move_to(id, Stage::Redacted, None, now).await?;
            Ok(Some(Step::Extract))
        })
    }))
}
