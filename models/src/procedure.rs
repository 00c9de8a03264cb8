//! What an expert approved, and its revisions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::content::Content;
use crate::id::{ProcedureId, ReviewId};
use crate::text::words;
use crate::viewer::Audience;

words!(
    /// How much a procedure is to be trusted (KCS v6, "article confidence").
    Confidence {
        /// Being written.
        WorkInProgress = "work_in_progress",
        /// Complete, not yet validated.
        NotValidated = "not_validated",
        /// Validated by an expert.
        Validated = "validated",
        /// No longer to be found.
        Archived = "archived",
    }
);

words!(
    /// Who may change a procedure (KCS v6, "article governance").
    Governance {
        /// Those who use it.
        Experience = "experience",
        /// Named experts only: compliance or safety depend on it.
        Compliance = "compliance",
    }
);

/// A procedure with its current revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Procedure {
    /// Its identifier.
    pub id: ProcedureId,
    /// How much it is to be trusted.
    pub confidence: Confidence,
    /// For whom it is.
    pub audience: Audience,
    /// Who may change it.
    pub governance: Governance,
    /// The current revision.
    pub revision: Revision,
    /// How many interventions it rests on.
    pub cases: i64,
    /// How often it was reported to have worked.
    pub worked: i64,
    /// How often not.
    pub failed: i64,
    /// When it was first approved.
    pub created_at: Timestamp,
}

/// One state of a procedure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    /// 1, 2, 3…
    pub number: i64,
    /// What it says.
    pub content: Content,
    /// The named person who approved it.
    pub author: String,
    /// The review it came from.
    pub review: Option<ReviewId>,
    /// What changed against the revision before, as unified diff lines.
    pub diff: String,
    /// When.
    pub created_at: Timestamp,
}

/// Unified diff of two contents, line by line; empty when they say the same.
#[must_use]
pub fn diff(before: Option<&Content>, after: &Content) -> String {
    let old = before.map(Content::lines).unwrap_or_default();
    let new = after.lines();
    similar::TextDiff::from_lines(old.as_str(), new.as_str()).unified_diff().context_radius(1).to_string()
}

/// What someone who followed a procedure reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// Whether it solved the problem.
    pub worked: bool,
    /// Why not, or what else.
    #[serde(default)]
    pub comment: Option<String>,
}
