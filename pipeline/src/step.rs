//! READ FIRST: one match from [`Step`] to its function.
//!
//! A step works without a transaction, then hands over an [`Output`]: what is to be written, and which step comes next.
//! The worker writes it, closes the job and puts the next one on the line in one commit.

use futures_util::future::BoxFuture;
use savoir_models::clock::Timestamp;
use savoir_models::job::{Job, Step};
use savoir_models::store::{StoreError, Tx};

use crate::fault::Fault;
use crate::kit::Kit;
use crate::progress::Progress;
use crate::steps;

/// Writes a step's result; called once, inside the commit that closes the job. Returns the next step, if there is one.
pub type Write =
    Box<dyn for<'a> FnOnce(&'a mut Tx, Timestamp) -> BoxFuture<'a, Result<Option<Step>, StoreError>> + Send>;

/// What a step hands over.
pub struct Output {
    /// Writes the result.
    pub write: Write,
    /// There are new passages for the indexes to follow.
    pub passages: bool,
}

impl Output {
    /// An output without passages.
    pub(crate) fn new<F>(write: F) -> Self
    where
        F: for<'a> FnOnce(&'a mut Tx, Timestamp) -> BoxFuture<'a, Result<Option<Step>, StoreError>> + Send + 'static,
    {
        Self { write: Box::new(write), passages: false }
    }

    /// The same, with passages.
    pub(crate) fn with_passages(self) -> Self {
        Self { passages: true, ..self }
    }
}

/// Runs the step of `job`.
///
/// # Errors
/// A [`Fault`] that says what the line should do about it.
pub async fn run(kit: &Kit, job: &Job, progress: &Progress) -> Result<Output, Fault> {
    match job.step {
        Step::Transcribe => steps::transcribe::run(kit, intervention(job)?, progress).await,
        Step::Redact => steps::redact::run(kit, intervention(job)?).await,
        Step::Extract => steps::extract::run(kit, intervention(job)?).await,
        Step::Index => steps::index::run(kit, intervention(job)?).await,
        Step::Compare => {
            let last = job.failures + 1 >= kit.line.max_failures;
            steps::compare::run(kit, intervention(job)?, last).await
        }
        Step::Review => steps::review::run(kit, intervention(job)?).await,
        Step::Publish => steps::publish::run(kit, &job.subject).await,
    }
}

fn intervention(job: &Job) -> Result<savoir_models::id::InterventionId, Fault> {
    job.subject.parse().map_err(Fault::never)
}
