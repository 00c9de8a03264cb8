//! A unit of work of the durable line.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::id::{EventId, InterventionId, JobId};
use crate::intervention::Stage;
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
        /// The draft's passages and vectors are made, and take their place in the order all comparisons share.
        Index = "index",
        /// The draft is held against what was known before it.
        Compare = "compare",
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
        /// Claimed, until `ready_at`.
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

    /// The stage an intervention is at while it waits for this step.
    #[must_use]
    pub const fn stage_before(self) -> Stage {
        match self {
            Self::Transcribe => Stage::Received,
            Self::Redact => Stage::Transcribed,
            Self::Extract => Stage::Redacted,
            Self::Index => Stage::Drafted,
            Self::Compare => Stage::Indexed,
            Self::Review => Stage::Compared,
            Self::Publish => Stage::Published,
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
    /// How many tries failed or ended with their process.
    pub failures: i64,
    /// May be claimed from then on; for a running job that is the end of its lease.
    pub ready_at: Timestamp,
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
