//! The only place that chooses adapters: from settings to a [`Kit`].

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use anyhow::Context;
use savoir_models::clock::{Clock, SystemClock};
use savoir_models::store::Db;
use savoir_pipeline::blobs::Blobs;
use savoir_pipeline::embed::Embedder;
use savoir_pipeline::embed::builtin::Builtin;
use savoir_pipeline::embed::model2vec::Model2Vec;
use savoir_pipeline::embed::openai;
use savoir_pipeline::extractor::Extractor;
use savoir_pipeline::extractor::model::ModelExtractor;
use savoir_pipeline::extractor::offline::Offline;
use savoir_pipeline::hooks::Hooks;
use savoir_pipeline::index::vectors::server::Address;
use savoir_pipeline::index::vectors::{Place, Space};
use savoir_pipeline::index::{Index, IndexError};
use savoir_pipeline::kit::{Kit, LineSettings};
use savoir_pipeline::llm::remote::{Remote as RemoteModel, RemoteSettings as RemoteModelSettings};
use savoir_pipeline::llm::{LimitField, Llm, LlmSettings, Output, Prices, SeedField};
use savoir_pipeline::prompts::House;
use savoir_pipeline::speech::Transcriber;
use savoir_pipeline::speech::apart::{Apart, Decoding};
use savoir_pipeline::speech::remote::{Remote, RemoteSettings};
use savoir_pipeline::speech::whisper::{Whisper, WhisperSettings};
use secrecy::ExposeSecret;
use tokio::sync::Notify;

use crate::config::{Config, EmbedderEngine, Endpoint, ExtractorEngine, Preset, SpeechEngine, VectorPlace};

/// Where the index of this node is kept.
#[must_use]
pub fn index_folder(config: &Config) -> PathBuf {
    config.data.dir.join("index")
}

/// Whether there is a database to look into. One on a server is taken to be.
#[must_use]
pub fn is_there(config: &Config) -> bool {
    config.database.connection_url().is_some() || database_file(config).is_file()
}

fn database_file(config: &Config) -> PathBuf {
    config.data.dir.join("savoir.db")
}

/// The database that the settings name; its tables are brought to this version.
///
/// # Errors
/// When it cannot be opened.
pub async fn database(config: &Config) -> anyhow::Result<Db> {
    match config.database.connection_url() {
        None => {
            std::fs::create_dir_all(&config.data.dir)
                .with_context(|| format!("data.dir: the folder {} cannot be made", config.data.dir.display()))?;
            let file = database_file(config);
            Db::sqlite(&file).await.with_context(|| format!("the database {} cannot be opened", file.display()))
        }
        Some(url) => Db::postgres(url.expose_secret(), config.database.connections)
            .await
            .context("database.url: PostgreSQL cannot be reached"),
    }
}

/// Where files are kept.
///
/// # Errors
/// When the folder cannot be made.
pub fn blobs(config: &Config) -> anyhow::Result<Blobs> {
    let folder = config.files_dir();
    let field = if config.data.files.is_some() { "data.files" } else { "data.dir" };
    Blobs::folder(&folder).with_context(|| format!("{field}: the folder {} cannot be used", folder.display()))
}

/// Everything, opened. With SQLite this process is the only one that works the line: jobs that a process before it had
/// claimed are free again.
///
/// # Errors
/// When something that must be there is not, with what to do about it. A speech model is not among that: recordings wait.
pub async fn kit(config: &Config) -> anyhow::Result<Arc<Kit>> {
    let db = database(config).await?;
    let embedder = embedder(config)?;
    let index = open_index(config, embedder.as_ref()).await?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    if config.database.connection_url().is_none() {
        let taken = db.take_over(clock.now()).await?;
        if taken > 0 {
            tracing::info!(jobs = taken, "taking up jobs that an earlier process left");
        }
    }
    let llm = llm(config, &db, &clock)?;
    Ok(Arc::new(Kit {
        db,
        blobs: blobs(config)?,
        clock,
        transcriber: transcriber(config)?,
        extractor: extractor(config, llm.as_ref())?,
        llm,
        embedder,
        index: Arc::new(index),
        line: line(config),
        work: Notify::new(),
        passages: Notify::new(),
        hooks: Hooks::default(),
    }))
}

/// The index of this node, held by this process alone.
///
/// # Errors
/// When another process holds it, or the folder or the vector server cannot be used.
pub async fn open_index(config: &Config, embedder: &dyn Embedder) -> Result<Index, IndexError> {
    Index::open(&index_folder(config), place(config), Space::of(embedder)).await
}

/// Where the settings keep vectors.
#[must_use]
pub fn place(config: &Config) -> Place {
    match config.index.vectors {
        VectorPlace::Edge => Place::Edge,
        VectorPlace::Server => Place::Server(Address {
            url: config.index.qdrant_url.clone().unwrap_or_default(),
            api_key: config.index.qdrant_api_key.clone(),
            prefix: config.index.qdrant_collection.clone(),
        }),
    }
}

/// What draws drafts by these settings, and the language model that it asks, if any: for measuring, without a line. What
/// a model costs is written to the database as always.
///
/// # Errors
/// When it cannot be made of the settings.
pub async fn drafting(config: &Config) -> anyhow::Result<(Arc<dyn Extractor>, Option<Arc<Llm>>)> {
    if config.extractor.engine == ExtractorEngine::Offline {
        return Ok((Arc::new(Offline), None));
    }
    let llm = asked(config).await?;
    Ok((extractor(config, llm.as_ref())?, llm))
}

/// The language model that the settings name, without a line; `None` when they name none. What it costs is written to the
/// database as always.
///
/// # Errors
/// As [`llm`]; when the database cannot be opened.
pub async fn asked(config: &Config) -> anyhow::Result<Option<Arc<Llm>>> {
    if !config.llm.configured() {
        return Ok(None);
    }
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    llm(config, &database(config).await?, &clock)
}

/// The embedder that the settings name.
///
/// # Errors
/// When its file is not there or is none.
pub fn embedder(config: &Config) -> anyhow::Result<Arc<dyn Embedder>> {
    let settings = &config.embedder;
    Ok(match settings.engine {
        EmbedderEngine::Builtin => Arc::new(Builtin),
        EmbedderEngine::Model2vec => {
            Arc::new(Model2Vec::open(settings.path.as_deref().unwrap_or(Path::new(""))).context("embedder.path")?)
        }
        EmbedderEngine::Openai => {
            let Endpoint { base_url, model, api_key, timeout_seconds, .. } = settings.endpoint.clone();
            Arc::new(openai::Remote::new(openai::Endpoint {
                base_url: base_url.unwrap_or_default(),
                api_key,
                model: model.unwrap_or_default(),
                dimensions: settings.dimensions,
                passage_prefix: String::new(),
                query_prefix: String::new(),
                timeout: std::time::Duration::from_secs(timeout_seconds),
                reach: config.network.private_addresses,
            })?)
        }
    })
}

/// The program that this process runs, once it has said that it is one.
static PROGRAM: OnceLock<PathBuf> = OnceLock::new();

/// Says that this process is the program `savoir`, which can start itself again to decode recordings. A library in a test
/// or a bench is not, and decodes its own recordings itself.
///
/// # Errors
/// When the program's file is not known.
pub fn is_program() -> std::io::Result<()> {
    // By this name Linux finds it also after an update has put another file in its place.
    let own = PathBuf::from("/proc/self/exe");
    let program = if own.exists() { own } else { std::env::current_exe()? };
    let _ = PROGRAM.set(program);
    Ok(())
}

/// Where recordings of strangers are decoded: the one place that chooses.
fn decoding() -> Decoding {
    PROGRAM.get().map_or(Decoding::Here, |program| Decoding::Apart(Apart::of(program.clone())))
}

/// Speech recognition, or what to do to have it.
///
/// # Errors
/// When the settings name what cannot be used.
pub fn transcriber(config: &Config) -> anyhow::Result<Result<Arc<dyn Transcriber>, String>> {
    let speech = &config.speech;
    Ok(match speech.engine {
        SpeechEngine::None => {
            Err("no speech recognition is configured: set speech.engine to \"whisper\" or \"remote\"".into())
        }
        SpeechEngine::Whisper => {
            let whisper = Whisper::new(WhisperSettings {
                model: config.model_file(speech.model.as_deref().unwrap_or_default()),
                vad: speech.vad.as_deref().map(|vad| config.model_file(vad)),
                threads: speech.threads,
                max_minutes: speech.max_minutes,
                decoding: decoding(),
            })
            .context("speech.model")?;
            if let Some(notice) = whisper.notices() {
                tracing::warn!(model = whisper.model(), "{}", notice.text(config.language));
            }
            Ok(Arc::new(whisper))
        }
        SpeechEngine::Remote => {
            let endpoint = speech.endpoint.clone();
            Ok(Arc::new(Remote::new(RemoteSettings {
                base_url: endpoint.base_url.unwrap_or_default(),
                api_key: endpoint.api_key,
                model: endpoint.model.unwrap_or_default(),
                timeout: std::time::Duration::from_secs(endpoint.timeout_seconds),
                max_minutes: speech.max_minutes,
                decoding: decoding(),
                reach: config.network.private_addresses,
            })?))
        }
    })
}

/// The language model that the settings name; what it costs is written to `db`. `None` when they name none.
///
/// # Errors
/// When its address makes no sense, or the glossary cannot be read.
pub fn llm(config: &Config, db: &Db, clock: &Arc<dyn Clock>) -> anyhow::Result<Option<Arc<Llm>>> {
    let settings = &config.llm;
    if !settings.configured() {
        return Ok(None);
    }
    let endpoint = settings.endpoint.clone();
    let model = RemoteModel::new(RemoteModelSettings {
        base_url: endpoint.base_url.unwrap_or_default(),
        api_key: endpoint.api_key,
        model: endpoint.model.unwrap_or_default(),
        timeout: std::time::Duration::from_secs(endpoint.timeout_seconds),
        reach: config.network.private_addresses,
    })
    .context("llm.endpoint")?;
    let asked = LlmSettings {
        output: settings.output.unwrap_or(Output::Auto),
        temperature: settings.temperature,
        seed: settings.seed,
        max_output_tokens: settings.max_output_tokens,
        context_characters: settings.context_characters,
        requests_per_minute: settings.requests_per_minute,
        repairs: settings.repairs,
        prices: Prices {
            prompt_per_million: settings.price_prompt_per_million,
            completion_per_million: settings.price_completion_per_million,
            currency: settings.currency.clone(),
            monthly_budget: settings.monthly_budget,
        },
        house: house(config)?,
        limit_field: settings.preset.map_or(LimitField::MaxTokens, Preset::limit_field),
        seed_field: settings.preset.map_or(SeedField::Seed, Preset::seed_field),
    };
    Ok(Some(Arc::new(Llm::new(Arc::new(model), asked, db.clone(), Arc::clone(clock)))))
}

/// What the house adds to every prompt.
///
/// # Errors
/// When the glossary cannot be read.
fn house(config: &Config) -> anyhow::Result<House> {
    let glossary = match &config.llm.glossary {
        Some(file) => std::fs::read_to_string(file)
            .with_context(|| format!("llm.glossary: {} cannot be read as text", file.display()))?,
        None => String::new(),
    };
    Ok(House { instructions: config.llm.instructions.clone().unwrap_or_default(), glossary })
}

/// What draws drafts.
fn extractor(config: &Config, llm: Option<&Arc<Llm>>) -> anyhow::Result<Arc<dyn Extractor>> {
    Ok(match (config.extractor.engine, llm) {
        (ExtractorEngine::Model, Some(llm)) => {
            Arc::new(ModelExtractor::new(Arc::clone(llm)).map_err(|reason| anyhow::anyhow!(reason))?)
        }
        // The settings were checked: without a model no other engine is chosen.
        _ => Arc::new(Offline),
    })
}

fn line(config: &Config) -> LineSettings {
    let worker = &config.worker;
    let seconds = std::time::Duration::from_secs;
    LineSettings {
        lanes: [worker.lanes.speech, worker.lanes.model, worker.lanes.rest],
        lease: seconds(worker.lease_seconds),
        heartbeat: seconds(worker.heartbeat_seconds),
        max_failures: i64::from(worker.max_attempts),
        backoff: seconds(worker.backoff_seconds),
        backoff_max: seconds(worker.backoff_max_seconds),
        recheck: seconds(worker.recheck_seconds),
        poll: std::time::Duration::from_millis(worker.poll_milliseconds),
        drain: seconds(worker.drain_seconds),
        patience: (worker.answers_days > 0).then(|| seconds(u64::from(worker.answers_days) * 86_400)),
        retention: config.retention.kept(),
    }
}
