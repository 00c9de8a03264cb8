//! The offline extractor: rules and lexicons, no model.
//!
//! It takes every text of a case to pieces, gives each piece its role, and lays them out as a procedure. A statement is the source's own
//! clause, trimmed; steps have their verb turned into an order. What it cannot place it leaves out: the
//! expert has the sources beside the draft. The same case gives the same draft, always.

use std::collections::BTreeMap;

use async_trait::async_trait;
use savoir_models::content::{Content, Statement};
use savoir_models::draft::Provenance;
use savoir_models::evidence::Case;
use savoir_models::redaction::Redaction;
use savoir_models::text::Language;

use super::lexicon::Lexicon;
use super::{Extraction, Extractor};
use crate::fault::Fault;

/// Changes whenever the rules or the lexicons do.
pub const VERSION: &str = "4";

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

    async fn extract(&self, case: &Case, redaction: &Redaction) -> Result<Extraction, Fault> {
        let mut extraction = extract(case);
        if let Extraction::Draft(content) = &mut extraction {
            impersonal(case, redaction, content);
        }
        Ok(extraction)
    }
}

/// Takes out of symptoms and prerequisites who says so: a person at the end is cut off ("permit signed, Mr …"), what is
/// about a person goes. A procedure is never left without any symptom for that.
fn impersonal(case: &Case, redaction: &Redaction, content: &mut Content) {
    let texts = case.texts();
    let keep = |statement: &mut Statement| {
        let hidden = redaction.hide(&statement.text, &texts).into_owned();
        if !redaction.shows(&hidden) {
            return true;
        }
        let named = redaction.placeholders.iter().filter_map(|p| hidden.find(&p.label())).min().unwrap_or(0);
        let cut = hidden[..named].rfind(',').map_or("", |comma| &hidden[..comma]);
        let whole = cut.split_whitespace().count() >= 3;
        if whole {
            statement.text = cut.to_owned();
        }
        whole
    };
    let mut symptoms = content.symptoms.clone();
    symptoms.retain_mut(keep);
    if !symptoms.is_empty() {
        content.symptoms = symptoms;
    }
    content.prerequisites.retain_mut(keep);
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
