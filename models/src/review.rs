//! The expert's decision, as a pure function.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::draft::Draft;
use crate::id::{DraftId, ProcedureId, ReviewId};
use crate::text::words;
use crate::viewer::{Audience, Viewer};

words!(
    /// Whether a review still wants a decision.
    ReviewState {
        /// It does.
        Open = "open",
        /// It was decided.
        Decided = "decided",
        /// Questions went to the technician; it opens again with the answers.
        SentBack = "sent_back",
    }
);

/// A draft before an expert.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Review {
    /// Its identifier.
    pub id: ReviewId,
    /// What is to be judged.
    pub draft: DraftId,
    /// Whether it is open.
    pub state: ReviewState,
    /// What it is worth: the order of the queue, greatest first.
    pub worth: f64,
    /// How many interventions tell of it.
    pub cases: i64,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// The decision's word (approve, reject, merge, ask), once there is one.
    pub decision: Option<String>,
    /// The reason given.
    pub reason: Option<String>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

/// What an expert decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "decision", rename_all = "snake_case", deny_unknown_fields)]
pub enum Decision {
    /// It becomes a procedure for `audience`; or a new revision of `into`, when that is given.
    Approve {
        /// For whom.
        audience: Audience,
        /// An existing procedure that this replaces the content of.
        #[serde(default)]
        into: Option<ProcedureId>,
    },
    /// It is refused.
    Reject {
        /// Why; needed.
        reason: String,
    },
    /// Its cases are added to an existing procedure, whose content stays.
    Merge {
        /// Which.
        into: ProcedureId,
    },
    /// It goes back to the technician.
    Ask {
        /// One to four questions.
        questions: Vec<String>,
    },
}

impl Decision {
    /// The word for it.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Approve { .. } => "approve",
            Self::Reject { .. } => "reject",
            Self::Merge { .. } => "merge",
            Self::Ask { .. } => "ask",
        }
    }
}

/// What follows from a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A new procedure with revision 1.
    Publish {
        /// For whom.
        audience: Audience,
    },
    /// A new revision of an existing one.
    Revise {
        /// Which.
        procedure: ProcedureId,
        /// For whom from now on.
        audience: Audience,
    },
    /// The cases join an existing procedure.
    AddCases {
        /// Which.
        procedure: ProcedureId,
    },
    /// Refused.
    Refuse {
        /// Why.
        reason: String,
    },
    /// Questions go to the technician.
    SendBack {
        /// Which.
        questions: Vec<String>,
    },
}

/// Why a decision is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The viewer has no such right, or no name.
    #[error("only a named expert may decide on a review")]
    NotAnExpert,
    /// Somebody was quicker.
    #[error("this review was already decided ({decision} by {by})")]
    AlreadyDecided {
        /// What was decided.
        decision: String,
        /// By whom.
        by: String,
    },
    /// The draft has changed since it was read.
    #[error("the draft is now at version {current}, not {seen}: read it again")]
    Stale {
        /// What `If-Match` said.
        seen: i64,
        /// What it is.
        current: i64,
    },
    /// A reason is needed.
    #[error("reason: say why, so that the technician can learn from it")]
    NoReason,
    /// Statements with findings that nobody vouches for cannot be approved.
    #[error("{} not carried by their evidence: edit them, add evidence, or override the findings", paths.join(", "))]
    Findings {
        /// The paths of the statements, each once, in reading order.
        paths: Vec<String>,
    },
    /// Questions are needed.
    #[error("questions: one to four questions, none of them empty")]
    NoQuestions,
    /// The content cannot be published as it is.
    #[error("content.{path}: {reason}")]
    Content {
        /// Which statement.
        path: String,
        /// What is wrong.
        reason: String,
        /// The same in French.
        reason_fr: String,
    },
}

impl Review {
    /// What follows when `by` decides on `draft`, having read its version `seen`. Changes nothing.
    ///
    /// # Errors
    /// A [`Refusal`]: not an expert, already decided, stale, or the decision lacks what it needs.
    pub fn decide(&self, draft: &Draft, decision: &Decision, by: &Viewer, seen: i64) -> Result<Outcome, Refusal> {
        if !by.may_review() || by.name.trim().is_empty() {
            return Err(Refusal::NotAnExpert);
        }
        if self.state != ReviewState::Open {
            return Err(Refusal::AlreadyDecided {
                decision: self.decision.clone().unwrap_or_else(|| self.state.to_string()),
                by: self.decided_by.clone().unwrap_or_default(),
            });
        }
        if seen != draft.version {
            return Err(Refusal::Stale { seen, current: draft.version });
        }
        match decision {
            Decision::Approve { audience, into } => {
                if let Some(error) = draft.content.check().into_iter().next() {
                    let (path, reason, reason_fr) = (error.field, error.remedy, error.remedy_fr);
                    return Err(Refusal::Content { path, reason, reason_fr });
                }
                let mut paths: Vec<String> = draft.content.open_findings().into_iter().map(|(path, _)| path).collect();
                paths.dedup();
                if !paths.is_empty() {
                    return Err(Refusal::Findings { paths });
                }
                Ok(match into {
                    None => Outcome::Publish { audience: *audience },
                    Some(procedure) => Outcome::Revise { procedure: *procedure, audience: *audience },
                })
            }
            Decision::Reject { reason } if reason.trim().is_empty() => Err(Refusal::NoReason),
            Decision::Reject { reason } => Ok(Outcome::Refuse { reason: reason.trim().to_owned() }),
            Decision::Merge { into } => Ok(Outcome::AddCases { procedure: *into }),
            Decision::Ask { questions } => {
                if questions.is_empty() || questions.len() > 4 || questions.iter().any(|q| q.trim().is_empty()) {
                    return Err(Refusal::NoQuestions);
                }
                Ok(Outcome::SendBack { questions: questions.clone() })
            }
        }
    }
}
