//! Settings that cannot be meant together. All of them are told at once, each with its remedy.

use savoir_pipeline::reach;

use super::load::Problem;
use super::{Config, EmbedderEngine, Endpoint, SpeechEngine, VectorPlace};

impl Config {
    /// What contradicts what. Whether files and services are there is another matter: the line waits for those.
    #[must_use]
    pub fn check(&self) -> Vec<Problem> {
        let mut found = Vec::new();
        self.check_server(&mut found);
        self.check_accounts(&mut found);
        self.check_chat(&mut found);
        self.check_oidc(&mut found);
        self.check_database(&mut found);
        self.check_worker(&mut found);
        self.check_speech(&mut found);
        self.check_llm(&mut found);
        self.check_embedder(&mut found);
        self.check_index(&mut found);
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&self.log.level) {
            found.push(Problem::new("log.level", error.to_string(), "write error, warn, info, debug or trace"));
        }
        if self.server.public_url.as_deref().is_some_and(|url| !is_http(url)) {
            found.push(Problem::new("server.public_url", "no web address", "begin it with http:// or https://"));
        }
        let urls = [
            ("speech.endpoint.base_url", self.speech.endpoint.base_url.as_deref()),
            ("llm.endpoint.base_url", self.llm.endpoint.base_url.as_deref()),
            ("embedder.endpoint.base_url", self.embedder.endpoint.base_url.as_deref()),
            ("oidc.issuer", self.oidc.issuer.as_deref()),
            ("index.qdrant_url", self.index.qdrant_url.as_deref()),
            ("models.mirror", Some(self.models.mirror.as_str())),
        ];
        for (field, url) in urls {
            if let Some(Err(why)) = url.map(|url| reach::target(url, self.network.private_addresses)) {
                found.push(Problem::new(field, why, "write it as in https://host.example.com/v1"));
            }
        }
        found
    }

    fn check_server(&self, found: &mut Vec<Problem>) {
        let server = &self.server;
        at_least_one("server.json_limit_mib", server.json_limit_mib, found);
        at_least_one("server.upload_file_limit_mib", server.upload_file_limit_mib, found);
        at_least_one("server.request_timeout_seconds", server.request_timeout_seconds, found);
        at_least_one("server.upload_timeout_seconds", server.upload_timeout_seconds, found);
        at_least_one("server.header_timeout_seconds", server.header_timeout_seconds, found);
        at_least_one("server.connections", server.connections as u64, found);
        at_least_one("server.connections_per_address", server.connections_per_address as u64, found);
        if !(8..=1024).contains(&server.header_limit_kib) {
            let said = format!("{} is no size for a request's head", server.header_limit_kib);
            found.push(Problem::new("server.header_limit_kib", said, "set it to 8 up to 1024"));
        }
        if server.upload_total_limit_mib < server.upload_file_limit_mib {
            found.push(Problem::new(
                "server.upload_total_limit_mib",
                "smaller than server.upload_file_limit_mib: one allowed file would not fit",
                "raise it, or lower server.upload_file_limit_mib",
            ));
        }
    }

    fn check_database(&self, found: &mut Vec<Problem>) {
        let database = &self.database;
        at_least_one("database.connections", database.connections.into(), found);
        match &database.url {
            Some(url) if !["postgres://", "postgresql://"].contains(&url.scheme()) => found.push(Problem::new(
                "database.url",
                format!("« {url} » is no PostgreSQL address"),
                "write postgres://user@host/database, or leave it empty for SQLite in data.dir",
            )),
            None if database.password_env.is_some() || database.password_file.is_some() => found.push(Problem::new(
                "database.url",
                "empty, while a password's place is set: SQLite has no password",
                "set database.url, or clear database.password_env and database.password_file",
            )),
            None if !self.worker.enabled => found.push(Problem::new(
                "worker.enabled",
                "false with SQLite: no other process may work on this data folder, so nothing ever would",
                "set it to true, or set database.url to a PostgreSQL server",
            )),
            _ => {}
        }
    }

    fn check_worker(&self, found: &mut Vec<Problem>) {
        let worker = &self.worker;
        at_least_one("worker.lanes.speech", worker.lanes.speech as u64, found);
        at_least_one("worker.lanes.model", worker.lanes.model as u64, found);
        at_least_one("worker.lanes.rest", worker.lanes.rest as u64, found);
        at_least_one("worker.max_attempts", worker.max_attempts.into(), found);
        at_least_one("worker.heartbeat_seconds", worker.heartbeat_seconds, found);
        at_least_one("worker.backoff_seconds", worker.backoff_seconds, found);
        at_least_one("worker.recheck_seconds", worker.recheck_seconds, found);
        at_least_one("worker.poll_milliseconds", worker.poll_milliseconds, found);
        if worker.lease_seconds < worker.heartbeat_seconds.saturating_mul(2) {
            found.push(Problem::new(
                "worker.lease_seconds",
                "shorter than two heartbeats: one late heartbeat would give a running job away",
                format!("raise it to {} or more", worker.heartbeat_seconds.saturating_mul(2)),
            ));
        }
        if worker.backoff_max_seconds < worker.backoff_seconds {
            found.push(Problem::new(
                "worker.backoff_max_seconds",
                "smaller than worker.backoff_seconds",
                format!("raise it to {} or more", worker.backoff_seconds),
            ));
        }
    }

    fn check_speech(&self, found: &mut Vec<Problem>) {
        let speech = &self.speech;
        at_least_one("speech.max_minutes", speech.max_minutes.into(), found);
        let remote = speech.engine == SpeechEngine::Remote;
        check_endpoint("speech", ("remote", remote), &speech.endpoint, found);
        if speech.engine == SpeechEngine::Whisper && speech.model.is_none() {
            found.push(Problem::new(
                "speech.model",
                "empty, while speech.engine is \"whisper\"",
                "set it to a name of `savoir models list`, or set speech.engine to \"none\"",
            ));
        }
        if remote && speech.vad.is_some() {
            found.push(Problem::new(
                "speech.vad",
                "set, while speech.engine is \"remote\": the service finds silence itself",
                "clear it, or set speech.engine to \"whisper\"",
            ));
        }
    }

    fn check_embedder(&self, found: &mut Vec<Problem>) {
        let embedder = &self.embedder;
        let openai = embedder.engine == EmbedderEngine::Openai;
        let model2vec = embedder.engine == EmbedderEngine::Model2vec;
        check_endpoint("embedder", ("openai", openai), &embedder.endpoint, found);
        if openai && embedder.dimensions == 0 {
            found.push(Problem::new(
                "embedder.dimensions",
                "0, while embedder.engine is \"openai\"",
                "set it to the length of the model's vectors",
            ));
        }
        if !openai && embedder.dimensions != 0 {
            found.push(Problem::new(
                "embedder.dimensions",
                "set, while the engine knows its own",
                "set it to 0, or set embedder.engine to \"openai\"",
            ));
        }
        if model2vec && embedder.path.is_none() {
            found.push(Problem::new(
                "embedder.path",
                "empty, while embedder.engine is \"model2vec\"",
                "set it to the model's folder",
            ));
        }
        if !model2vec && embedder.path.is_some() {
            found.push(Problem::new(
                "embedder.path",
                "set, while embedder.engine is not \"model2vec\"",
                "clear it, or set embedder.engine to \"model2vec\"",
            ));
        }
    }

    fn check_index(&self, found: &mut Vec<Problem>) {
        let index = &self.index;
        let has_key = index.qdrant_api_key_env.is_some() || index.qdrant_api_key_file.is_some();
        match index.vectors {
            VectorPlace::Server if index.qdrant_url.is_none() => found.push(Problem::new(
                "index.qdrant_url",
                "empty, while index.vectors is \"server\"",
                "set it to Qdrant's gRPC address, or set index.vectors to \"edge\"",
            )),
            VectorPlace::Edge if index.qdrant_url.is_some() || has_key => found.push(Problem::new(
                "index.vectors",
                "\"edge\", while a Qdrant server's address or key is set",
                "set it to \"server\", or clear index.qdrant_url, index.qdrant_api_key_env and index.qdrant_api_key_file",
            )),
            _ => {}
        }
        if index.qdrant_collection.trim().is_empty() {
            found.push(Problem::new(
                "index.qdrant_collection",
                "empty",
                "give the collection a name, as in \"savoir\"",
            ));
        }
    }
}

fn is_http(url: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| url.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()))
}

pub(super) fn at_least_one(field: &str, value: u64, found: &mut Vec<Problem>) {
    if value == 0 {
        found.push(Problem::new(field, "0", "set it to 1 or more"));
    }
}

/// An endpoint is whole when its engine is chosen, and empty when it is not.
fn check_endpoint(section: &str, (engine, chosen): (&str, bool), endpoint: &Endpoint, found: &mut Vec<Problem>) {
    at_least_one(&format!("{section}.endpoint.timeout_seconds"), endpoint.timeout_seconds, found);
    let whole = [("base_url", endpoint.base_url.is_some()), ("model", endpoint.model.is_some())];
    let keys = [("api_key_env", endpoint.api_key_env.is_some()), ("api_key_file", endpoint.api_key_file.is_some())];
    for (name, _) in whole.iter().filter(|(_, set)| chosen && !set) {
        found.push(Problem::new(
            format!("{section}.endpoint.{name}"),
            format!("empty, while {section}.engine is \"{engine}\""),
            format!("set it, or choose another {section}.engine"),
        ));
    }
    for (name, _) in whole.iter().chain(&keys).filter(|(_, set)| !chosen && *set) {
        found.push(Problem::new(
            format!("{section}.endpoint.{name}"),
            format!("set, while {section}.engine is not \"{engine}\""),
            format!("clear it, or set {section}.engine to \"{engine}\""),
        ));
    }
}
