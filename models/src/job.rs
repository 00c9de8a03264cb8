//! A unit of work of the durable line.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::id::{EventId, InterventionId, JobId};
use crate::text::words;

words!(
    /// The steps of the line, in order.
    Step {
        /// Recordings become transcripts.
        Transcribe = "transcribe",
        /// Personal data become placeholders.
        Redact = "redact",
        /// The case becomes a draft, or questions.
        Extract = "extract",
        /// The draft is held against what is known.
        Compare = "compare",
        /// The draft's passages and vectors are made.
        Index = "index",
        /// A review is opened.
        Review = "review",
        /// An approved procedure's passages and vectors are made.
        Publish = "publish",
    }
);

words!(
    /// Lanes keep slow work from holding up quick work.
    Lane {
        /// Speech recognition: one at a time fills the processor.
        Speech = "speech",
        /// Calls to a language model.
        Model = "model",
        /// Everything else.
        Rest = "rest",
    }
);

words!(
    /// The life of a job. A job that is done has no row: what it did has.
    JobState {
        /// Can be claimed once `ready_at` has come.
        Ready = "ready",
        /// Claimed; the lease says until when.
        Running = "running",
        /// Something it needs is missing; tried again at `ready_at`, for ever.
        Waiting = "waiting",
        /// Given up; an operator can retry it.
        Dead = "dead",
    }
);

impl Step {
    /// The lane it runs in.
    #[must_use]
    pub const fn lane(self) -> Lane {
        match self {
            Self::Transcribe => Lane::Speech,
            Self::Extract => Lane::Model,
            _ => Lane::Rest,
        }
    }
}

/// A job as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Its identifier.
    pub id: JobId,
    /// What is to be done.
    pub step: Step,
    /// To what: an intervention's id, or a procedure's for `publish`.
    pub subject: String,
    /// Where it stands.
    pub state: JobState,
    /// How often it was claimed. With `id`, the fence: only the latest claim may finish.
    pub attempt: i64,
    /// Not before.
    pub ready_at: Timestamp,
    /// Claimed until.
    pub lease_until: Option<Timestamp>,
    /// Who claimed it.
    pub worker: Option<String>,
    /// How far it is, 0 to 1.
    pub progress: f64,
    /// What went wrong last, for a person.
    pub fault: Option<String>,
    /// When it was put on the line.
    pub created_at: Timestamp,
}

/// Something that happened on the line, for those who watch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Event {
    /// Its identifier; later events have greater ones.
    pub id: EventId,
    /// The intervention it happened to.
    pub intervention: InterventionId,
    /// The stage it reached, or `waiting`, `failed`, `progress`.
    pub kind: String,
    /// In words for a person.
    pub detail: String,
    /// When.
    pub at: Timestamp,
}
