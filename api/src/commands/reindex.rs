//! `savoir reindex`: both indexes anew, from SQL.

use savoir_pipeline::embed::Purpose;

use super::{Outcome, bar};
use crate::boot;
use crate::config::Config;

/// What `reindex` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Print one JSON object at the end.
    #[arg(long)]
    json: bool,
}

/// Passages embedded at a time.
const BATCH: i64 = 256;

/// Runs the command.
///
/// # Errors
/// When it cannot do what it is for, with what to do about it.
pub async fn run(arguments: &Arguments, config: &Config) -> anyhow::Result<Outcome> {
    let kit = boot::kit(config).await?;
    let total = kit.db.status().await?.passages;
    let progress = bar(u64::try_from(total).unwrap_or(0), "embedding", "passages");
    let mut embedded = 0_u64;
    loop {
        let stale = kit.db.passages_without_vector(kit.embedder.id(), BATCH).await?;
        if stale.is_empty() {
            break;
        }
        let texts: Vec<String> = stale.iter().map(savoir_models::passage::Passage::embedded_text).collect();
        let vectors = kit.embedder.embed(&texts, Purpose::Passage).await?;
        let mut tx = kit.db.begin().await?;
        for (passage, vector) in stale.iter().zip(&vectors) {
            tx.put_vector(passage.id, kit.embedder.id(), vector).await?;
        }
        tx.commit().await?;
        embedded += vectors.len() as u64;
        progress.set_position(embedded);
    }
    progress.set_message("indexing");
    kit.index.clear().await?;
    let applied = kit.index.follow(&kit.db).await?;
    kit.index.save_counts().await?;
    progress.finish_and_clear();
    let counts = kit.index.counts().await?;
    if arguments.json {
        println!(
            "{}",
            serde_json::json!({ "embedded": embedded, "changes": applied.changes, "passages": total,
                "text": counts.text, "vectors": counts.vectors })
        );
    } else {
        println!(
            "{total} passages: {} in the text index, {} with vectors ({embedded} embedded anew)",
            counts.text, counts.vectors
        );
    }
    kit.db.close().await;
    let complete = i64::try_from(counts.text) == Ok(total) && i64::try_from(counts.vectors) == Ok(total);
    if !complete {
        eprintln!("savoir: the indexes do not hold what the database holds; run `savoir doctor`");
    }
    Ok(if complete { Outcome::Done } else { Outcome::Failed })
}
