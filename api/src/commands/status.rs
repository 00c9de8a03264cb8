//! `savoir status`: where everything stands.

use savoir_models::store::{Counts, Status};
use savoir_pipeline::index::{IndexError, saved_counts};

use super::Outcome;
use crate::boot;
use crate::config::Config;

/// What `status` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print one JSON object.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// When it cannot do what it is for, with what to do about it.
pub async fn run(arguments: &Arguments, config: &Config) -> anyhow::Result<Outcome> {
    let db = boot::database(config).await?;
    let status = db.status().await?;
    let (text, vectors) = index_counts(config).await?;
    db.close().await;
    if arguments.json {
        println!("{}", as_json(&status, text, vectors));
        return Ok(Outcome::Done);
    }
    let line = |name: &str, counts: &Counts| {
        let list: Vec<String> = counts.iter().map(|(word, n)| format!("{n} {word}")).collect();
        println!("{name:14}{}", if list.is_empty() { "none".into() } else { list.join(", ") });
    };
    line("interventions", &status.interventions);
    println!("{:14}{}", "waiting", status.waiting);
    line("jobs", &status.jobs);
    line("reviews", &status.reviews);
    line("procedures", &status.procedures);
    println!("{:14}{} passages, {text} in the text index, {vectors} vectors", "index", status.passages);
    Ok(Outcome::Done)
}

/// The object that scripts read.
#[must_use]
pub fn as_json(status: &Status, text: u64, vectors: u64) -> serde_json::Value {
    serde_json::json!({
        "interventions": status.interventions,
        "waiting": status.waiting,
        "jobs": status.jobs,
        "reviews": status.reviews,
        "procedures": status.procedures,
        "index": { "passages": status.passages, "text": text, "vectors": vectors },
    })
}

/// What each index holds: counted by it, or, while another process holds it, as that process last counted.
async fn index_counts(config: &Config) -> anyhow::Result<(u64, u64)> {
    let embedder = boot::embedder(config)?;
    match boot::open_index(config, embedder.as_ref()).await {
        Ok(index) => {
            let counts = index.counts().await?;
            Ok((counts.text, counts.vectors))
        }
        Err(IndexError::Locked(folder)) => Ok(saved_counts(&folder).unwrap_or_default()),
        Err(error) => Err(error.into()),
    }
}
