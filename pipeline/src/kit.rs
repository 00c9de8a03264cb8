//! The one environment of every step: where things are kept and which adapters were chosen. Made in `boot`, nowhere else.

use std::sync::Arc;
use std::time::Duration;

use savoir_models::clock::Clock;
use savoir_models::store::Db;
use tokio::sync::Notify;

use crate::blobs::Blobs;
use crate::embed::Embedder;
use crate::extractor::Extractor;
use crate::index::Index;
use crate::llm::Llm;
use crate::speech::Transcriber;

/// How the line is run.
#[derive(Debug, Clone)]
pub struct LineSettings {
    /// Jobs at a time in the speech, model and rest lanes.
    pub lanes: [usize; 3],
    /// How long a claim holds without a heartbeat.
    pub lease: Duration,
    /// Between two heartbeats; well below the lease.
    pub heartbeat: Duration,
    /// After so many failures a job is dead.
    pub max_failures: i64,
    /// The first pause after a failure; it doubles with each.
    pub backoff: Duration,
    /// The longest pause.
    pub backoff_max: Duration,
    /// Between two tries of a job that waits for something missing.
    pub recheck: Duration,
    /// Between two looks at the line when nothing told of new work.
    pub poll: Duration,
    /// How long running jobs may go on after a stop was asked for.
    pub drain: Duration,
    /// How long questions wait for their answers; `None`: for ever.
    pub patience: Option<Duration>,
    /// How long what is personal is kept.
    pub retention: Retention,
}

/// How long what is personal is kept after its case has left the line; `None`: for ever.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Retention {
    /// Recordings.
    pub audio: Option<Duration>,
    /// What was heard in them.
    pub transcripts: Option<Duration>,
    /// Messages between the customer and the house.
    pub exchanges: Option<Duration>,
    /// Conversations of the chat, from their last message on.
    pub chats: Option<Duration>,
}

impl Default for LineSettings {
    fn default() -> Self {
        Self {
            lanes: [1, 2, 8],
            lease: Duration::from_secs(60),
            heartbeat: Duration::from_secs(15),
            max_failures: 5,
            backoff: Duration::from_secs(2),
            backoff_max: Duration::from_secs(300),
            recheck: Duration::from_secs(30),
            poll: Duration::from_millis(250),
            drain: Duration::from_secs(30),
            patience: None,
            retention: Retention::default(),
        }
    }
}

/// Everything a step may use.
pub struct Kit {
    /// The truth.
    pub db: Db,
    /// The files.
    pub blobs: Blobs,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Speech recognition; `Err` says what to do to have one.
    pub transcriber: Result<Arc<dyn Transcriber>, String>,
    /// From a case to a draft.
    pub extractor: Arc<dyn Extractor>,
    /// A language model for what rules leave open; `None` when none is configured.
    pub llm: Option<Arc<Llm>>,
    /// From texts to vectors.
    pub embedder: Arc<dyn Embedder>,
    /// Both indexes.
    pub index: Arc<Index>,
    /// How the line is run.
    pub line: LineSettings,
    /// Told when there is new work: an idle worker need not wait for its next look.
    pub work: Notify,
    /// Told when there are new passages: the follower need not wait for its next look.
    pub passages: Notify,
    /// Told to stop here by tests that plan failures; nothing in production.
    pub hooks: crate::hooks::Hooks,
}
