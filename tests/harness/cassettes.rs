//! Answers of language models that were kept, to be given again: `tests/cassettes/<prompt>/<name>.json`.
//!
//! ```text
//! {"request": "0123456789abcdef", "by": "by-hand", "model": "by-hand", "answer": {…}}
//! ```
//!
//! A cassette answers one request: the one whose words have its fingerprint. Who changes a prompt, a case or a mask makes
//! it stale, and the failure says so. A case that is asked about in several requests has `<name>.json`,
//! `<name>.2.json`, …
//!
//! With `SAVOIR_RECORD=http://host:port/v1` in the environment, requests without a cassette are sent there and the answers
//! kept, in place of stale ones. Cassettes of an endpoint whose model is called `by-hand` are marked so: a person wrote the
//! answer. All others are marked `made`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use savoir_pipeline::llm::remote::{Remote, RemoteSettings};
use savoir_pipeline::llm::{Ask, ChatModel, Failure, Reply, fingerprint};
use savoir_pipeline::reach::Reach;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::env::{repository, variable};

/// Who wrote an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum By {
    /// A person who saw nothing but the prompt.
    ByHand,
    /// A model, or whoever wrote the test.
    Made,
}

/// One answer that was kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cassette {
    /// The fingerprint of the request's messages.
    pub request: String,
    /// Who wrote the answer.
    pub by: By,
    /// The model that was asked.
    pub model: String,
    /// The answer: an object, or the words of one that was none.
    pub answer: Value,
}

impl Cassette {
    fn text(&self) -> String {
        self.answer.as_str().map_or_else(|| self.answer.to_string(), str::to_owned)
    }
}

/// A model that gives the answers that were kept under one name.
pub struct Replay {
    folder: PathBuf,
    stem: String,
    model: String,
    recorder: Option<String>,
    /// The files whose request was made in this run: the others are stale.
    used: Mutex<BTreeSet<PathBuf>>,
}

impl Replay {
    /// The answers of `tests/cassettes/<prompt>/<name>.json` and those after it.
    ///
    /// # Panics
    /// When a cassette cannot be read.
    #[must_use]
    pub fn of(prompt: &str, name: &str) -> Arc<Self> {
        Self::from(&repository().join("tests/cassettes").join(prompt), name, variable("SAVOIR_RECORD"))
    }

    /// The same from another folder; new ones are asked for at the address `recorder`.
    ///
    /// # Panics
    /// When a cassette cannot be read.
    #[must_use]
    pub fn from(folder: &Path, name: &str, recorder: Option<String>) -> Arc<Self> {
        let mut replay = Self {
            folder: folder.to_owned(),
            stem: name.into(),
            model: "by-hand".into(),
            recorder,
            used: Mutex::default(),
        };
        if let Some((_, first)) = replay.all().into_iter().next() {
            replay.model = first.model;
        }
        Arc::new(replay)
    }

    /// Every cassette of this name, in order.
    ///
    /// # Panics
    /// When one cannot be read.
    #[must_use]
    pub fn all(&self) -> Vec<(PathBuf, Cassette)> {
        let read = |path: PathBuf| {
            let text = std::fs::read_to_string(&path).ok()?;
            let cassette = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            Some((path, cassette))
        };
        (1..).map_while(|n| read(self.file(n))).collect()
    }

    fn file(&self, n: usize) -> PathBuf {
        self.folder.join(if n == 1 { format!("{}.json", self.stem) } else { format!("{}.{n}.json", self.stem) })
    }

    fn use_up(&self, path: &Path) {
        self.used.lock().expect("no test panicked in here").insert(path.to_owned());
    }

    /// Asks the recorder, and keeps its answer in place of the first that was not asked for in this run.
    async fn record(&self, address: &str, ask: &Ask<'_>) -> Result<Cassette, Failure> {
        // Who writes by hand takes their time.
        let settings = |model: String| RemoteSettings {
            base_url: address.into(),
            api_key: None,
            model,
            timeout: Duration::from_secs(1_000),
            reach: Reach::Yes,
        };
        let models = Remote::new(settings("m".into())).expect("an address").models().await?;
        let model = models.into_iter().next().unwrap_or_else(|| "made".into());
        let reply = Remote::new(settings(model.clone())).expect("an address").chat(ask).await?;
        let cassette = Cassette {
            request: fingerprint(ask.messages),
            by: if model == "by-hand" { By::ByHand } else { By::Made },
            model,
            answer: serde_json::from_str(&reply.text).unwrap_or(Value::String(reply.text)),
        };
        let used = self.used.lock().expect("no test panicked in here").clone();
        let free = (1..).map(|n| self.file(n)).find(|path| !used.contains(path)).expect("a number");
        std::fs::create_dir_all(&self.folder).expect("a folder");
        let text = serde_json::to_string_pretty(&cassette).expect("JSON") + "\n";
        std::fs::write(&free, text).expect("the cassette is written");
        self.use_up(&free);
        Ok(cassette)
    }
}

#[async_trait]
impl ChatModel for Replay {
    fn name(&self) -> &str {
        &self.model
    }

    async fn chat(&self, ask: &Ask<'_>) -> Result<Reply, Failure> {
        let (request, all) = (fingerprint(ask.messages), self.all());
        let kept = all.iter().find(|(_, cassette)| cassette.request == request);
        let text = match (kept, &self.recorder) {
            (Some((path, cassette)), _) => {
                self.use_up(path);
                cassette.text()
            }
            (None, Some(address)) => self.record(address, ask).await?.text(),
            (None, None) => {
                let (first, prompt) = (self.file(1), ask.schema.0);
                let state = match all.len() {
                    0 => format!("{} is missing", first.display()),
                    n => format!(
                        "{} is stale: none of its {n} answers this request (the prompt, the case or its masks changed)",
                        first.display()
                    ),
                };
                let reason = format!(
                    "{state}; the request of the prompt {prompt} has the fingerprint {request}; \
                     SAVOIR_RECORD=http://127.0.0.1:18080/v1 asks the model there and keeps its answer"
                );
                return Err(Failure::Unsupported { said: String::new(), reason });
            }
        };
        Ok(Reply { text, answers: 1, ..Reply::default() })
    }

    async fn models(&self) -> Result<Vec<String>, Failure> {
        Ok(vec![self.model.clone()])
    }
}
