//! What is personal in a case is found, before any model looks at it.

use savoir_models::id::InterventionId;
use savoir_models::intervention::Stage;
use savoir_models::job::Step;

use crate::fault::Fault;
use crate::kit::Kit;
use crate::redact::redact;
use crate::step::Output;

pub(crate) async fn run(kit: &Kit, id: InterventionId) -> Result<Output, Fault> {
    let redaction = redact(&super::case(kit, id).await?);
    Ok(Output::new(move |tx, now| {
        Box::pin(async move {
            tx.put_redaction(id, &redaction).await?;
            tx.move_to(id, Stage::Redacted, None, now).await?;
            Ok(Some(Step::Extract))
        })
    }))
}
