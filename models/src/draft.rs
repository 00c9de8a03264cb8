//! A procedure as the line proposes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::content::Content;
use crate::evidence::Suspicion;
use crate::id::{DraftId, InterventionId, ProcedureId};
use crate::text::words;

words!(
    /// What *compare* says of a draft.
    Verdict {
        /// Nothing like it is known.
        New = "new",
        /// It is known; the case is counted.
        Same = "same",
        /// It is known, and this one adds or changes something.
        Update = "update",
        /// It is known, and this one says the opposite.
        Contradiction = "contradiction",
    }
);

/// What a draft was compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Known {
    /// A procedure.
    Procedure(ProcedureId),
    /// A draft under review.
    Draft(DraftId),
}

/// The outcome of comparing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// What is said.
    pub verdict: Verdict,
    /// The nearest known text, when there is one near enough to be named.
    pub nearest: Option<Known>,
    /// How near, 0 to 1.
    pub similarity: f64,
    /// Why, in words for the expert.
    pub reason: String,
}

/// How a draft was made, so that it can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Provenance {
    /// `offline`, or the kind of service that wrote it.
    pub extractor: String,
    /// Version of the rules, or of the prompt.
    pub version: String,
    /// The model, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What else it depended on: temperature, seed, kind of output, prompt's fingerprint.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Draft {
    /// Its identifier.
    pub id: DraftId,
    /// The intervention it was drawn from.
    pub intervention: InterventionId,
    /// What it says.
    pub content: Content,
    /// How it was made.
    pub provenance: Provenance,
    /// What in its case reads like an order to a machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspicions: Vec<Suspicion>,
    /// What comparing said; missing until it was compared.
    pub comparison: Option<Comparison>,
    /// Grows with every edit; what `If-Match` names.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub updated_at: Timestamp,
}
