//! Why a step did not finish, and what the line should do about it.

use std::time::Duration;

/// Something a step needs that may be missing for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Need {
    /// A speech model or service.
    Speech,
    /// A language model's endpoint.
    LanguageModel,
    /// What may be spent on a language model this month.
    Budget,
    /// The embedding model's file or endpoint.
    Embedder,
    /// The vector server.
    Vectors,
}

/// Why a step did not finish.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Fault {
    /// It may go better later: tried again with growing pauses, a limited number of times.
    #[error("{reason}")]
    Later {
        /// Not before; `None` lets the line choose.
        after: Option<Duration>,
        /// What went wrong, for a person.
        reason: String,
    },
    /// It will never go better: the job is dead at once.
    #[error("{reason}")]
    Never {
        /// What went wrong and what would mend it, for a person.
        reason: String,
    },
    /// What it builds on is a step behind: tried again soon; that counts as nothing.
    #[error("{reason}")]
    Behind {
        /// Not before.
        after: Duration,
        /// What it waits for, for a person.
        reason: String,
    },
    /// Something is missing that will come: the job waits, and no number of tries makes it dead.
    #[error("{reason}")]
    Missing {
        /// What is missing.
        need: Need,
        /// Not before; `None` lets the line choose.
        after: Option<Duration>,
        /// How to provide it, for a person.
        reason: String,
    },
}

impl Fault {
    /// Try again, at a moment of the line's choosing.
    pub fn later(reason: impl std::fmt::Display) -> Self {
        Self::Later { after: None, reason: reason.to_string() }
    }

    /// Try again once what it builds on has moved on.
    pub fn behind(after: Duration, reason: impl std::fmt::Display) -> Self {
        Self::Behind { after, reason: reason.to_string() }
    }

    /// Give up.
    pub fn never(reason: impl std::fmt::Display) -> Self {
        Self::Never { reason: reason.to_string() }
    }

    /// Wait until it is there.
    pub fn missing(need: Need, reason: impl std::fmt::Display) -> Self {
        Self::Missing { need, after: None, reason: reason.to_string() }
    }
}

impl From<savoir_models::store::StoreError> for Fault {
    fn from(error: savoir_models::store::StoreError) -> Self {
        Self::later(error)
    }
}
