//! Why a model gave no answer of use, and what the line does about it.

use std::time::Duration;

use crate::fault::{Fault, Need};

/// What is wrong with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// There is nothing in it.
    Empty,
    /// It ends before its end.
    Cut,
    /// It holds no JSON object.
    NotJson,
    /// Its JSON has another shape.
    Shape,
    /// It is longer than anything that is read.
    TooLarge,
    /// There are two.
    Twice,
    /// It is in another language than the case.
    Language,
}

/// Why there is no answer of use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It may go better later.
    #[error("{reason}")]
    Transient {
        /// Not before, when the service said so.
        after: Option<Duration>,
        /// What went wrong, for a person.
        reason: String,
    },
    /// No answer came in time.
    #[error("{reason}")]
    Slow {
        /// What went wrong, for a person.
        reason: String,
    },
    /// The endpoint, its key, its model or the money for it is missing.
    #[error("{reason}")]
    Missing {
        /// What is missing.
        need: Need,
        /// Not before, when that is known.
        after: Option<Duration>,
        /// What would mend it, for a person.
        reason: String,
    },
    /// The prompt is longer than the model can read.
    #[error("{reason}")]
    TooLong {
        /// What the service said.
        reason: String,
    },
    /// A filter, or the model itself, will not have it.
    #[error("{reason}")]
    Refused {
        /// What the service said.
        reason: String,
    },
    /// There is an answer, and it is of no use.
    #[error("{reason}")]
    Malformed {
        /// What is wrong with it.
        flaw: Flaw,
        /// What was seen, for a person.
        reason: String,
    },
    /// The service does not take the request as it is.
    #[error("{reason}")]
    Unsupported {
        /// What it said, in lower case: it often names the parameter.
        said: String,
        /// The same for a person.
        reason: String,
    },
}

impl Failure {
    /// An answer of no use.
    pub fn malformed(flaw: Flaw, reason: impl Into<String>) -> Self {
        Self::Malformed { flaw, reason: reason.into() }
    }

    /// Something that will come.
    pub fn missing(need: Need, reason: impl Into<String>) -> Self {
        Self::Missing { need, after: None, reason: reason.into() }
    }
}

impl From<Failure> for Fault {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Transient { after, reason } => Self::Later { after, reason },
            Failure::Slow { reason } => Self::later(reason),
            Failure::Missing { need, after, reason } => Self::Missing { need, after, reason },
            Failure::TooLong { reason } => {
                Self::never(format!("{reason}; lower llm.context_characters, or serve the model with more context"))
            }
            Failure::Refused { reason } => Self::never(reason),
            // The next answer may be better: models differ from one answer to the next even where they are told not to.
            Failure::Malformed { reason, .. } => Self::later(reason),
            Failure::Unsupported { reason, .. } => Self::never(reason),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Later { after, reason } => Self::Transient { after, reason },
            Fault::Behind { after, reason } => Self::Transient { after: Some(after), reason },
            Fault::Missing { need, after, reason } => Self::Missing { need, after, reason },
            Fault::Never { reason } => Self::Unsupported { said: reason.to_lowercase(), reason },
        }
    }
}
