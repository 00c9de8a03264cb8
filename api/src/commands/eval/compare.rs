//! `savoir eval compare`: how well a draft is placed beside what is known.

use std::path::PathBuf;

use savoir_pipeline::evaluate::compare;

use super::{Output, finish};
use crate::commands::Outcome;

/// What `eval compare` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Pairs of your own (JSON Lines), instead of those that come with Savoir.
    #[arg(long, value_name = "FILE")]
    gold: Vec<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// Runs the command: by rules, on drafts of the offline extractor.
///
/// # Errors
/// A file that is not as it should be.
pub(super) fn run(arguments: &Arguments) -> anyhow::Result<Outcome> {
    arguments.output.check()?;
    let mut pairs = Vec::new();
    for file in &arguments.gold {
        pairs.extend(compare::file(file)?);
    }
    if arguments.gold.is_empty() {
        pairs = compare::shipped()?;
    }
    finish(&compare::measure(&pairs), &arguments.output)
}
