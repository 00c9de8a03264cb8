//! `savoir eval compare`: how well a draft is placed beside what is known.

use std::path::PathBuf;

use savoir_pipeline::evaluate::compare;

use super::{Output, finish};
use crate::boot;
use crate::commands::Outcome;
use crate::config::Config;

/// What `eval compare` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Pairs of your own (JSON Lines), instead of those that come with Savoir.
    #[arg(long, value_name = "FILE")]
    gold: Vec<PathBuf>,
    /// By rules alone, though the settings name a language model.
    #[arg(long)]
    rules: bool,
    #[command(flatten)]
    output: Output,
}

/// Runs the command: by rules, on drafts of the offline extractor; where rules cannot tell, by the language model that the
/// settings name, if any.
///
/// # Errors
/// A file that is not as it should be; a model's endpoint that is not there.
pub(super) async fn run(arguments: &Arguments, config: &Config) -> anyhow::Result<Outcome> {
    arguments.output.check()?;
    let mut pairs = Vec::new();
    for file in &arguments.gold {
        pairs.extend(compare::file(file)?);
    }
    if arguments.gold.is_empty() {
        pairs = compare::shipped()?;
    }
    let llm = if arguments.rules { None } else { boot::asked(config).await? };
    let run = match llm {
        Some(llm) => compare::measure_with(&pairs, &llm).await?,
        None => compare::measure(&pairs),
    };
    finish(&run, &arguments.output)
}
