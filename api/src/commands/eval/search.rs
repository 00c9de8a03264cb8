//! `savoir eval search`: search on a judged set.

use std::path::PathBuf;

use savoir_models::text::Language;
use savoir_pipeline::evaluate::search::{Set, measure, read_judgements, read_texts};

use super::{Output, finish};
use crate::boot;
use crate::commands::{Outcome, bar};
use crate::config::Config;

/// What `eval search` takes: BEIR's three files.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// What is searched: JSON Lines with `_id`, `title`, `text`.
    #[arg(long, value_name = "FILE")]
    corpus: PathBuf,
    /// What is asked: JSON Lines with `_id`, `text`.
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// What answers it: tab-separated query, text and score, with a heading.
    #[arg(long, value_name = "FILE")]
    qrels: PathBuf,
    /// The language of the corpus.
    #[arg(long, default_value = "fr")]
    language: Language,
    #[command(flatten)]
    output: Output,
}

/// Runs the command with the embedder of the settings, on an index of its own.
///
/// # Errors
/// A file that is not as it should be; an embedder that is not there.
pub(super) async fn run(arguments: &Arguments, config: &Config) -> anyhow::Result<Outcome> {
    arguments.output.check()?;
    let set = Set {
        corpus: read_texts(&arguments.corpus)?,
        queries: read_texts(&arguments.queries)?,
        judgements: read_judgements(&arguments.qrels)?,
        language: arguments.language,
    };
    let embedder = boot::embedder(config)?;
    let folder = Folder::new();
    let progress = bar(set.queries.len() as u64, "searching", "questions");
    let show = progress.clone();
    let run = measure(&set, embedder.as_ref(), &folder.0, &move |asked| show.set_position(asked as u64)).await;
    progress.finish_and_clear();
    finish(&run?, &arguments.output)
}

/// A folder for the index, gone when it is no longer needed.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("savoir-eval-{}", savoir_models::id::JobId::new())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is the system's to sweep: it stands among its temporary files.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
