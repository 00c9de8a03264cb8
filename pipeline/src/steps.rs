//! The steps of the line, a file each.

pub(crate) mod compare;
pub(crate) mod extract;
pub(crate) mod index;
pub(crate) mod publish;
pub(crate) mod redact;
pub(crate) mod review;
pub(crate) mod transcribe;

use savoir_models::evidence::Case;
use savoir_models::id::InterventionId;

use crate::fault::Fault;
use crate::kit::Kit;

/// The case a step works on.
async fn case(kit: &Kit, id: InterventionId) -> Result<Case, Fault> {
    kit.db.case(id).await?.ok_or_else(|| Fault::never("this intervention no longer exists"))
}
