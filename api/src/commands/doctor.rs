//! `savoir doctor`: what is in order, and what to mend.

use std::sync::Arc;

use savoir_models::clock::{Clock, SystemClock};
use savoir_models::job::JobState;
use savoir_models::store::Db;
use savoir_pipeline::embed::Purpose;
use savoir_pipeline::extractor::model::ModelExtractor;
use savoir_pipeline::index::saved_counts;
use savoir_pipeline::index::vectors::{Space, Vectors};
use savoir_pipeline::llm::Output;

use super::Outcome;
use crate::boot;
use crate::config::{Config, ExtractorEngine, SpeechEngine, VectorPlace};

/// What `doctor` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// One thing that was looked at.
#[derive(Debug, serde::Serialize)]
struct Finding {
    what: &'static str,
    good: bool,
    detail: String,
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, what: &'static str, result: anyhow::Result<String>) {
        let (good, detail) = match result {
            Ok(detail) => (true, detail),
            Err(error) => (false, format!("{error:#}")),
        };
        self.0.push(Finding { what, good, detail });
    }
}

/// Runs the command.
///
/// # Errors
/// When it cannot do what it is for, with what to do about it.
pub async fn run(arguments: &Arguments, config: &Config) -> anyhow::Result<Outcome> {
    let mut findings = Findings::default();
    let problems = config.check();
    findings.add(
        "settings",
        if problems.is_empty() { Ok("no contradictions".into()) } else { Err(anyhow::anyhow!("{problems:?}")) },
    );
    findings.add("files", boot::blobs(config).map(|_| format!("{} can be written", config.files_dir().display())));
    match boot::database(config).await {
        Err(error) => findings.add("database", Err(error)),
        Ok(db) => {
            findings.add("database", Ok(format!("{}, tables of this version", db.kind())));
            let dead = db.jobs(JobState::Dead, None, 1_000).await?.len();
            let sentence =
                anyhow::anyhow!("{dead} dead: `savoir jobs list` says why, `savoir jobs retry` tries them again");
            findings.add("jobs", if dead == 0 { Ok("none is dead".into()) } else { Err(sentence) });
            findings.add("audit", super::audit::holds(&db).await.and_then(|held| held.map_err(anyhow::Error::msg)));
            findings.add("index", index(config, db.status().await?.passages));
            findings.add("model", language_model(config, &db).await);
            db.close().await;
        }
    }
    if config.index.vectors == VectorPlace::Server {
        findings.add("vectors", vector_server(config).await);
    }
    findings.add("embedder", embedder(config).await);
    findings.add("speech", speech(config));
    let good = findings.0.iter().all(|f| f.good);
    if arguments.json {
        println!("{}", serde_json::json!({ "good": good, "findings": findings.0 }));
    } else {
        for finding in &findings.0 {
            println!("{} {:10} {}", if finding.good { "ok " } else { "BAD" }, finding.what, finding.detail);
        }
    }
    Ok(if good { Outcome::Done } else { Outcome::Failed })
}

/// What was last counted, beside what SQL holds now. The index is not opened here: that takes it away from a server
/// that is starting, and may rebuild its vectors.
fn index(config: &Config, passages: i64) -> anyhow::Result<String> {
    let Some((text, vectors)) = saved_counts(&boot::index_folder(config)) else {
        anyhow::ensure!(
            passages == 0,
            "{passages} passages in the database; how many the index holds is unknown: `savoir serve` and `savoir worker` build and count it"
        );
        return Ok("nothing to index yet".into());
    };
    let sentence = format!(
        "{passages} passages in the database, {text} in the text index, {vectors} with vectors (as last counted)"
    );
    let same = i64::try_from(text) == Ok(passages) && i64::try_from(vectors) == Ok(passages);
    anyhow::ensure!(same, "{sentence}; a worker brings them up to date, `savoir reindex` builds them anew");
    Ok(sentence)
}

/// Whether the Qdrant server answers, where there is one: its client changes nothing there by being made.
async fn vector_server(config: &Config) -> anyhow::Result<String> {
    let space = Space::of(boot::embedder(config)?.as_ref());
    let vectors = Vectors::open(boot::place(config), &boot::index_folder(config), &space).await?;
    Ok(format!("{} in the Qdrant server", vectors.count().await?))
}

async fn embedder(config: &Config) -> anyhow::Result<String> {
    let embedder = boot::embedder(config)?;
    let vector = embedder.embed(&["essai".to_owned()], Purpose::Query).await?;
    Ok(format!("{}, {} dimensions", embedder.id(), vector.first().map_or(0, Vec::len)))
}

/// Whether the language model answers, and in which form. What that costs is written down as any other call.
async fn language_model(config: &Config, db: &Db) -> anyhow::Result<String> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let Some(llm) = boot::llm(config, db, &clock)? else { return Ok("none: rules draw the drafts".into()) };
    if let Err(reason) = ModelExtractor::new(Arc::clone(&llm)) {
        anyhow::bail!(reason);
    }
    let place = config.llm.endpoint.base_url.as_deref().unwrap_or_default();
    let probe = llm.probe().await?;
    let known = match probe.known {
        Some(true) => "known there",
        Some(false) => "not among the models that the service lists, and yet it answers",
        None => "the service lists no models",
    };
    let held = match (probe.output, probe.held) {
        (Output::JsonSchema | Output::Auto, true) => "the service holds answers to the schema",
        (Output::JsonSchema | Output::Auto, false) => {
            "taken, but answers are not held to the schema: they are checked and mended here, which costs more calls"
        }
        (Output::JsonObject, _) => "the service holds answers to JSON; their shape is checked and mended here",
        (Output::Text, _) => "answers are text; JSON is looked for in it, checked and mended here",
    };
    let drafts = match config.extractor.engine {
        ExtractorEngine::Model => "it draws the drafts",
        ExtractorEngine::Offline => "rules draw the drafts (extractor.engine)",
    };
    Ok(format!("{} at {place}, {known}; output {}: {held}; {drafts}", llm.name(), probe.output))
}

fn speech(config: &Config) -> anyhow::Result<String> {
    match config.speech.engine {
        SpeechEngine::None => Ok("none: recordings wait".into()),
        SpeechEngine::Remote => {
            let base_url = config.speech.endpoint.base_url.as_deref().unwrap_or_default();
            Ok(format!("the service at {base_url}; not called from here, a call would cost"))
        }
        SpeechEngine::Whisper => {
            let name = config.speech.model.as_deref().unwrap_or_default();
            let file = config.model_file(name);
            anyhow::ensure!(
                file.is_file(),
                "{} is not there: recordings wait; `savoir models pull {name}` fetches it",
                file.display()
            );
            Ok(format!("{}", file.display()))
        }
    }
}
