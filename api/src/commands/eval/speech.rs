//! `savoir eval speech`: recordings with their texts.

use std::path::PathBuf;

use savoir_pipeline::evaluate::speech::{Judged, judge, manifest, sum};

use super::{Output, finish};
use crate::boot;
use crate::commands::{Outcome, bar};
use crate::config::Config;

/// What `eval speech` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder of the recordings, with a `manifest.json` or `reports.json` in it; or such a file.
    #[arg(value_name = "FOLDER")]
    recordings: PathBuf,
    #[command(flatten)]
    output: Output,
}

/// Runs the command with the speech recognition of the settings.
///
/// # Errors
/// A manifest that is not as it should be; a model that is not there.
pub(super) async fn run(arguments: &Arguments, config: &Config) -> anyhow::Result<Outcome> {
    arguments.output.check()?;
    let mut recordings = manifest(&arguments.recordings)?;
    recordings.retain(|r| r.said.is_some());
    let transcriber = boot::transcriber(config)?.map_err(|remedy| anyhow::anyhow!(remedy))?;
    let all: Vec<_> = recordings.iter().flat_map(|r| r.file.iter().map(move |file| (r, file))).collect();
    anyhow::ensure!(!all.is_empty(), "{}: no recording has a text", arguments.recordings.display());
    let progress = bar(all.len() as u64, "hearing", "recordings");
    let mut judged: Vec<Judged> = Vec::with_capacity(all.len());
    for (recording, file) in all {
        judged.push(judge(recording, file, transcriber.as_ref()).await?);
        progress.inc(1);
    }
    progress.finish_and_clear();
    finish(&sum(transcriber.model().to_owned(), &judged), &arguments.output)
}
