//! Placeholder until merged.
use crate::extractor::{Case, Extraction, Extractor, Fault, Provenance};
/// Placeholder.
pub struct Offline;
#[async_trait::async_trait]
impl Extractor for Offline {
    fn provenance(&self) -> Provenance {
        Provenance { extractor: "offline".into(), version: "0".into(), model: None }
    }
    async fn extract(&self, _: &Case) -> Result<Extraction, Fault> {
        Err(Fault::never("placeholder"))
    }
}
