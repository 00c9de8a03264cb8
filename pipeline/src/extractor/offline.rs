//! The offline extractor: rules and lexicons, no model.
//!
//! It takes every text of a case to pieces, gives each piece its role, and lays them out as a procedure. A statement is the source's own
//! clause, trimmed; steps have their verb turned into an order. What it cannot place it leaves out: the
//! expert has the sources beside the draft. The same case gives the same draft, always.

use std::collections::BTreeMap;

use async_trait::async_trait;
use savoir_models::draft::Provenance;
use savoir_models::evidence::Case;
use savoir_models::redaction::Redaction;
use savoir_models::text::Language;

use super::lexicon::Lexicon;
use super::{Extraction, Extractor};
use crate::fault::Fault;

/// Changes whenever the rules or the lexicons do.
pub const VERSION: &str = "2";

/// Draws drafts by rules; needs nothing and never fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct Offline;

#[async_trait]
impl Extractor for Offline {
    fn provenance(&self) -> Provenance {
        Provenance {
            extractor: "offline".to_owned(),
            version: VERSION.to_owned(),
            model: None,
            parameters: BTreeMap::new(),
        }
    }

    async fn extract(&self, case: &Case, _redaction: &Redaction) -> Result<Extraction, Fault> {
        Ok(extract(case))
    }
}

/// Reads the case. Linear in the length of its texts.
#[must_use]
pub fn extract(case: &Case) -> Extraction {
    super::layout::lay_out(case)
}

/// Whether a text begins with an order whose verb the lexicon knows: "Remplacez …", "Ne dévissez jamais …", "Lock out …".
#[must_use]
pub fn is_order(text: &str, language: Language) -> bool {
    Lexicon::of(language).verbs.orders(text)
}
