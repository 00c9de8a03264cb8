//! From a recording to segments.

pub mod apart;
pub mod audio;
pub mod catalogue;
pub mod hallucinations;
pub mod kind;
pub mod modelfile;
pub mod profile;
pub mod pull;
pub mod remote;
mod resample;
pub mod vad;
pub mod whisper;

use std::path::Path;

use async_trait::async_trait;
use savoir_models::text::Language;
use savoir_models::transcript::Segment;

use crate::fault::Fault;
use crate::progress::Progress;

/// What is known of a recording before it is heard.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// Its language, when stated.
    pub language: Option<Language>,
    /// Words that are likely to be said: machine, codes, parts.
    pub vocabulary: Vec<String>,
}

/// What was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// Language given or detected.
    pub language: Language,
    /// Length of the recording in ms.
    pub duration_ms: i64,
    /// What was said; empty when nobody spoke.
    pub segments: Vec<Segment>,
}

/// Turns recordings into segments.
#[async_trait]
pub trait Transcriber: Send + Sync + 'static {
    /// The model, as transcripts name it.
    fn model(&self) -> &str;

    /// What people must know of this model's limits, if anything.
    fn notice(&self) -> Option<&str> {
        None
    }

    /// Hears the file at `path`.
    ///
    /// # Errors
    /// [`Fault::Never`] for a file that is no usable audio (the reason names what is wrong and the remedy),
    /// [`Fault::Missing`] when the model or its service is not there, [`Fault::Later`] for what may pass.
    async fn transcribe(&self, path: &Path, hints: &Hints, progress: &Progress) -> Result<Heard, Fault>;
}
