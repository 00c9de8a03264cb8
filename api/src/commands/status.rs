//! `savoir status`: where everything stands.

use savoir_models::store::Counts;
use savoir_pipeline::index::saved_counts;

use super::Outcome;
use crate::boot;
use crate::config::Config;
use crate::operations::{IndexReport, StatusReport};

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
    if !boot::is_there(config) {
        let folder = config.data.dir.display();
        eprintln!("savoir: there is nothing in {folder} yet; `savoir serve` or `savoir import` begins it");
        return Ok(Outcome::Failed);
    }
    let db = boot::database(config).await?;
    let status = db.status().await?;
    db.close().await;
    // The index is never opened here: that takes it away from a server that is starting, and may rebuild its vectors.
    let report = StatusReport::new(status, saved_counts(&boot::index_folder(config)));
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
    let known = |n: Option<u64>| n.map_or_else(|| "unknown".to_owned(), |n| n.to_string());
    let IndexReport { passages, text, vectors } = report.index;
    println!("{:14}{passages} passages, in the text index: {}, vectors: {}", "index", known(text), known(vectors));
    Ok(Outcome::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    #[tokio::test]
    async fn looking_makes_nothing_not_even_an_index() {
        let folder = std::env::temp_dir().join(savoir_models::id::JobId::new().to_string());
        let overrides = vec![("data.dir".to_owned(), folder.display().to_string())];
        let config = Config::load(&Sources { overrides, ..Sources::default() }).unwrap();
        assert_eq!(run(&Arguments { json: true }, &config).await.unwrap(), Outcome::Failed);
        assert!(!folder.exists());

        boot::database(&config).await.unwrap().close().await;
        assert_eq!(run(&Arguments { json: true }, &config).await.unwrap(), Outcome::Done);
        assert!(!boot::index_folder(&config).exists() && !folder.join("index.lock").exists());
        std::fs::remove_dir_all(folder).unwrap();
    }
}
