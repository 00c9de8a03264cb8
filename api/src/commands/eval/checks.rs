//! `savoir eval redact` and `savoir eval verify`: the steps in which no model has a part.

use std::path::PathBuf;

use anyhow::Context;
use savoir_pipeline::evaluate::{BadFile, Run, gold};

use super::{Output, finish};
use crate::commands::Outcome;

/// What these measures take.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Gold of your own (JSON Lines, of the shape of the files in `gold/`), instead of what comes with Savoir.
    #[arg(long, value_name = "FILE")]
    gold: Option<PathBuf>,
    #[command(flatten)]
    output: Output,
}

/// Runs a measure on the gold named, or on the shipped file `name`.
///
/// # Errors
/// A gold file that is not as it should be.
pub(super) fn run(
    arguments: &Arguments,
    name: &str,
    measure: fn(&str, &str) -> Result<Run, BadFile>,
) -> anyhow::Result<Outcome> {
    arguments.output.check()?;
    let run = match &arguments.gold {
        Some(file) => {
            let shown = file.display().to_string();
            let text = std::fs::read_to_string(file).with_context(|| format!("--gold: {shown} cannot be read"))?;
            measure(&shown, &text)?
        }
        None => measure(name, gold::shipped_file(name).with_context(|| format!("{name} was not built in"))?)?,
    };
    finish(&run, &arguments.output)
}
