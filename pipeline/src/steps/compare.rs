//! The draft is held against what was known before it.

use savoir_models::id::InterventionId;

use crate::fault::Fault;
use crate::kit::Kit;
use crate::step::Output;

pub(crate) async fn run(_kit: &Kit, _id: InterventionId) -> Result<Output, Fault> {
    Err(Fault::never("compare"))
}
