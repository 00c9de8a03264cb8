//! Hearing, for real: the demo model on the demo's reports, every format, and what bad recordings get.
#![expect(clippy::unwrap_used, reason = "what fails in a helper fails its test, with the place")]

mod apart;
mod bad;
mod bombs;
mod formats;
mod hearing;
mod models;
mod remote;
mod voices;

use std::path::{Path, PathBuf};

use savoir_models::text::Language;
use savoir_pipeline::evaluate::speech::{distance, manifest, words};
use savoir_pipeline::fault::Fault;
use savoir_pipeline::progress::Progress;
use savoir_pipeline::speech::apart::Decoding;
use savoir_pipeline::speech::whisper::{Whisper, WhisperSettings};
use savoir_pipeline::speech::{Heard, Hints, Transcriber};
use savoir_tests::env::{repository, shared};

/// The folder of the demo model, its reports and their recordings.
fn demo() -> Option<PathBuf> {
    let own = repository().join("demo/speech");
    if own.join(MODEL).exists() { Some(own) } else { shared("models/whisper-demo") }
}

const MODEL: &str = "ggml-savoir-demo.bin";

fn fixture(name: &str) -> PathBuf {
    repository().join("tests/fixtures/audio").join(name)
}

/// The demo model with its profile beside it, in a folder of its own: both may come from different places.
struct Bench {
    folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Option<Self> {
        let demo = demo()?;
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink(demo.join(MODEL), folder.path().join(MODEL)).unwrap();
        let profile = MODEL.replace(".bin", ".toml");
        std::fs::copy(repository().join("demo/speech").join(&profile), folder.path().join(profile)).unwrap();
        Some(Self { folder })
    }

    fn settings(&self) -> WhisperSettings {
        WhisperSettings {
            model: self.folder.path().join(MODEL),
            vad: None,
            threads: 1,
            max_minutes: 120,
            decoding: Decoding::Here,
        }
    }

    fn whisper(&self) -> Whisper {
        Whisper::new(self.settings()).unwrap()
    }
}

async fn hear(whisper: &Whisper, path: &Path) -> Result<Heard, Fault> {
    whisper.transcribe(path, &Hints::default(), &Progress::default()).await
}

fn text(heard: &Heard) -> String {
    heard.segments.iter().map(|s| s.text.as_str()).collect::<Vec<_>>().join(" ")
}
