//! The settings: what they are. Their manual and their defaults are `savoir.default.toml`, which is built in.
//!
//! [`load`](Config::load) lays the default file, `savoir.toml`, the environment and the flags over each other
//! (`config/load.rs`); [`check`](Config::check) finds settings that contradict each other (`config/check.rs`).
//! No struct here has a default of its own: a key that is missing in the default file does not load.

mod accounts;
mod chat;
mod check;
mod llm;
mod load;
mod oidc;
mod retention;
mod secrets;
mod seen;
mod server;

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use savoir_models::text::Language;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

pub use accounts::Accounts;
pub use chat::Chat;
pub use llm::{Llm, Preset};
pub use load::{ConfigError, Problem, Sources};
pub(crate) use oidc::is_confidential;
pub use oidc::{Oidc, Roles};
pub use retention::Retention;
pub use secrets::DatabaseUrl;
pub use server::{Limits, Network, Networks, Server};

/// The default file, as it stands at the top of the repository.
pub const DEFAULTS: &str = include_str!("../../savoir.default.toml");

/// Every setting in force. Serialises to the shape of the default file, without any secret.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Language of texts whose language is neither stated nor detected.
    pub language: Language,
    /// What is kept on this machine.
    pub data: Data,
    /// The HTTP server.
    pub server: Server,
    /// Browser sessions.
    pub accounts: Accounts,
    /// How often one may ask.
    pub limits: Limits,
    /// How much a visitor of the chat may say.
    pub chat: Chat,
    /// Outgoing calls.
    pub network: Network,
    /// Log-in by OpenID Connect.
    pub oidc: Oidc,
    /// Where the truth is.
    pub database: Database,
    /// The durable line.
    pub worker: Worker,
    /// Speech recognition.
    pub speech: Speech,
    /// How drafts are drawn.
    pub extractor: Extractor,
    /// The language model.
    pub llm: Llm,
    /// How texts become vectors.
    pub embedder: Embedder,
    /// Where vectors are kept.
    pub index: Index,
    /// Model files.
    pub models: Models,
    /// How long what is personal is kept.
    pub retention: Retention,
    /// The program's own log.
    pub log: Log,
    /// Whoever runs the program, by the name of their account on this machine.
    #[serde(skip)]
    pub operator: String,
}

/// What is kept on this machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The folder of it all.
    pub dir: PathBuf,
    /// Delivered files; `None` is `files` in the data folder.
    #[serde(with = "blank")]
    pub files: Option<PathBuf>,
}

/// Where the truth is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The PostgreSQL server; `None` is SQLite in the data folder.
    #[serde(with = "blank")]
    pub url: Option<DatabaseUrl>,
    /// Variable that holds the password.
    #[serde(with = "blank")]
    pub password_env: Option<String>,
    /// File that holds the password.
    #[serde(with = "blank")]
    pub password_file: Option<PathBuf>,
    /// The password found there.
    #[serde(skip)]
    pub password: Option<SecretString>,
    /// Connections kept open.
    pub connections: u32,
}

/// The durable line.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Worker {
    /// Whether `serve` also works.
    pub enabled: bool,
    /// Length of a lease, seconds.
    pub lease_seconds: u64,
    /// Pause between two renewals of a lease, seconds.
    pub heartbeat_seconds: u64,
    /// Tries before a job is dead.
    pub max_attempts: u32,
    /// First pause after a failure, seconds.
    pub backoff_seconds: u64,
    /// Longest pause after a failure, seconds.
    pub backoff_max_seconds: u64,
    /// Pause before what was missing is looked for again, seconds.
    pub recheck_seconds: u64,
    /// Pause of an idle worker, milliseconds.
    pub poll_milliseconds: u64,
    /// Time for running jobs at the end, seconds.
    pub drain_seconds: u64,
    /// Days that questions wait for answers; 0: for ever.
    pub answers_days: u32,
    /// Jobs at the same time, by lane.
    pub lanes: Lanes,
}

/// Jobs at the same time, by lane.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lanes {
    /// Recordings.
    pub speech: usize,
    /// Drafts.
    pub model: usize,
    /// All other steps.
    pub rest: usize,
}

/// Speech recognition.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Speech {
    /// What recognises.
    pub engine: SpeechEngine,
    /// Name or path of the ggml model.
    #[serde(with = "blank")]
    pub model: Option<String>,
    /// Name or path of the voice activity model.
    #[serde(with = "blank")]
    pub vad: Option<String>,
    /// Processor threads; 0 lets the program choose.
    pub threads: usize,
    /// Longest recording, minutes.
    pub max_minutes: u32,
    /// The service, for [`SpeechEngine::Remote`].
    pub endpoint: Endpoint,
}

/// What recognises speech.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SpeechEngine {
    /// A ggml model on this machine.
    Whisper,
    /// An OpenAI-compatible service.
    Remote,
    /// Nothing: recordings wait.
    None,
}

/// An OpenAI-compatible service.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Its address up to `/v1`.
    #[serde(with = "blank")]
    pub base_url: Option<String>,
    /// The model's name there.
    #[serde(with = "blank")]
    pub model: Option<String>,
    /// Variable that holds the key.
    #[serde(with = "blank")]
    pub api_key_env: Option<String>,
    /// File that holds the key.
    #[serde(with = "blank")]
    pub api_key_file: Option<PathBuf>,
    /// The key found there.
    #[serde(skip)]
    pub api_key: Option<SecretString>,
    /// Time for one call, seconds.
    pub timeout_seconds: u64,
}

/// How drafts are drawn.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extractor {
    /// What draws them.
    pub engine: ExtractorEngine,
}

/// What draws drafts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ExtractorEngine {
    /// Rules and lexicons.
    Offline,
    /// A language model.
    Model,
}

/// How texts become vectors.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Embedder {
    /// What embeds.
    pub engine: EmbedderEngine,
    /// The model's folder, for [`EmbedderEngine::Model2vec`].
    #[serde(with = "blank")]
    pub path: Option<PathBuf>,
    /// Length of the vectors, for [`EmbedderEngine::Openai`]; else 0.
    pub dimensions: usize,
    /// The service, for [`EmbedderEngine::Openai`].
    pub endpoint: Endpoint,
}

/// What embeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EmbedderEngine {
    /// Hashed n-grams.
    Builtin,
    /// A model2vec folder.
    Model2vec,
    /// An OpenAI-compatible service.
    Openai,
}

/// Where vectors are kept.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// The kind of place.
    pub vectors: VectorPlace,
    /// Qdrant's gRPC address.
    #[serde(with = "blank")]
    pub qdrant_url: Option<String>,
    /// The collection.
    pub qdrant_collection: String,
    /// Variable that holds the key.
    #[serde(with = "blank")]
    pub qdrant_api_key_env: Option<String>,
    /// File that holds the key.
    #[serde(with = "blank")]
    pub qdrant_api_key_file: Option<PathBuf>,
    /// The key found there.
    #[serde(skip)]
    pub qdrant_api_key: Option<SecretString>,
}

/// The kind of place for vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum VectorPlace {
    /// The data folder, held by one process.
    Edge,
    /// A Qdrant server.
    Server,
}

/// Model files.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Models {
    /// Their folder; `None` is `models` in the data folder.
    #[serde(with = "blank")]
    pub dir: Option<PathBuf>,
    /// Where they are downloaded from.
    pub mirror: String,
}

/// The program's own log.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// For people or for collectors.
    pub format: LogFormat,
    /// What is logged, as `tracing_subscriber::EnvFilter` reads it.
    pub level: String,
}

/// For whom the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For collectors: one object a line.
    Json,
}

impl Config {
    /// The address under which people reach the server, without a slash at its end.
    #[must_use]
    pub fn public_url(&self) -> String {
        match &self.server.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.server.listen),
        }
    }

    /// The folder of delivered files.
    #[must_use]
    pub fn files_dir(&self) -> PathBuf {
        self.data.files.clone().unwrap_or_else(|| self.data.dir.join("files"))
    }

    /// The folder of the model files.
    #[must_use]
    pub fn models_dir(&self) -> PathBuf {
        self.models.dir.clone().unwrap_or_else(|| self.data.dir.join("models"))
    }

    /// The file of a ggml model that a setting names: a path as it stands, a name in the models folder.
    #[must_use]
    pub fn model_file(&self, name_or_path: &str) -> PathBuf {
        let is_path = name_or_path.contains(std::path::MAIN_SEPARATOR)
            || Path::new(name_or_path).extension().is_some_and(|extension| extension == "bin");
        if is_path { PathBuf::from(name_or_path) } else { self.models_dir().join(format!("ggml-{name_or_path}.bin")) }
    }
}

impl Worker {
    /// Length of a lease.
    #[must_use]
    pub fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds)
    }
}

/// An empty text in a setting means that it is not set.
mod blank {
    use super::fmt;
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::{Serialize, Serializer};

    pub(super) fn deserialize<'de, D: Deserializer<'de>, T>(d: D) -> Result<Option<T>, D::Error>
    where
        T: std::str::FromStr<Err: fmt::Display>,
    {
        let text = String::deserialize(d)?;
        if text.trim().is_empty() { Ok(None) } else { text.parse().map(Some).map_err(D::Error::custom) }
    }

    pub(super) fn serialize<S: Serializer, T: Serialize>(value: &Option<T>, s: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => value.serialize(s),
            None => s.serialize_str(""),
        }
    }
}

#[cfg(test)]
mod tests;
