//! From a case to a draft.

mod actions;
mod clauses;
pub(crate) mod deeds;
mod dictation;
mod findings;
mod hazards;
mod imperative;
mod lacks;
mod language;
mod layout;
mod lexicon;
mod likeness;
mod looks;
pub mod model;
pub mod offline;
mod particles;
mod parts;
mod passive;
mod phrases;
mod piece;
mod pieces;
mod questions;
mod room;
mod safe;
mod segments;
mod sentences;
mod sources;
mod steps;
mod title;
mod tools;
pub(crate) mod trade;
mod verbs;
mod words;

pub(crate) use likeness::content_words;
pub(crate) use questions::asks_for;

use async_trait::async_trait;
use savoir_models::content::Content;
use savoir_models::draft::Provenance;
use savoir_models::evidence::Case;
use savoir_models::redaction::Redaction;

use crate::fault::Fault;
use crate::llm::Message;

/// What came out of a case.
#[derive(Debug, Clone, PartialEq)]
pub enum Extraction {
    /// A content whose every statement carries evidence.
    Draft(Box<Content>),
    /// Too little is told; these questions (1 to 4, in the language of the case) would mend it.
    TooThin {
        /// Why, in words for a person.
        reason: String,
        /// What to ask the technician.
        questions: Vec<String>,
    },
}

/// What would be sent to a model for a case, to the letter.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Preview {
    /// How the draft would be made: model, version of the prompt, parameters.
    pub provenance: Provenance,
    /// The schema of the answer.
    pub schema: serde_json::Value,
    /// The messages of each request: one, or several for a long case. A useless answer would be followed by more.
    pub parts: Vec<Vec<Message>>,
}

/// Draws a draft from a case.
#[async_trait]
pub trait Extractor: Send + Sync + 'static {
    /// How its drafts are made.
    fn provenance(&self) -> Provenance;

    /// What [`Self::extract`] would send to a model; `None` when it sends nothing to any.
    ///
    /// # Errors
    /// [`Fault::Never`] when the case is too long to be sent.
    fn preview(&self, _case: &Case, _redaction: &Redaction) -> Result<Option<Preview>, Fault> {
        Ok(None)
    }

    /// Reads the case. What `redaction` masks is seen by no model.
    ///
    /// # Errors
    /// [`Fault::Missing`] when a model's endpoint is not there, [`Fault::Later`] for what may pass.
    async fn extract(&self, case: &Case, redaction: &Redaction) -> Result<Extraction, Fault>;
}
