//! `savoir status`: where everything stands.

use savoir_models::store::Counts;
use savoir_pipeline::index::{IndexError, saved_counts};

use super::Outcome;
use crate::boot;
use crate::config::Config;
use crate::operations::StatusReport;

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
    let report = StatusReport::new(status, text, vectors);
    if arguments.json {
        println!("{}", serde_json::to_string(&report)?);
        return Ok(Outcome::Done);
    }
    let line = |name: &str, counts: &Counts| {
        let list: Vec<String> = counts.iter().map(|(word, n)| format!("{n} {word}")).collect();
        println!("{name:14}{}", if list.is_empty() { "none".into() } else { list.join(", ") });
    };
    line("interventions", &report.interventions);
    println!("{:14}{}", "waiting", report.waiting);
    line("jobs", &report.jobs);
    line("reviews", &report.reviews);
    line("procedures", &report.procedures);
    println!("{:14}{} passages, {text} in the text index, {vectors} vectors", "index", report.index.passages);
    Ok(Outcome::Done)
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
