//! `savoir eval`: how good Savoir is, measured by itself.

mod add;
mod checks;
mod compare;
mod extract;
mod gate;
mod search;
mod speech;
mod table;

use std::path::{Path, PathBuf};

use anyhow::Context;
use savoir_pipeline::evaluate::{Run, checks as measured};

use super::Outcome;
use crate::config::Config;

/// What can be measured.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Drafts, on gold cases: those that come with Savoir, or your own.
    Extract(extract::Arguments),
    /// Comparing, on pairs of deliveries that an expert has judged.
    Compare(compare::Arguments),
    /// Search, on a corpus with questions and judgements.
    Search(search::Arguments),
    /// Speech recognition, on recordings with their texts.
    Speech(speech::Arguments),
    /// The verifier, on true statements and on what mutations make of them.
    Verify(checks::Arguments),
    /// Redaction, on texts whose personal data are marked.
    Redact(checks::Arguments),
    /// Make a gold case of a review that was approved.
    Add(add::Arguments),
}

/// What every measure takes.
#[derive(Debug, clap::Args)]
pub struct Output {
    /// Print one JSON object of the figures as the last line.
    #[arg(long)]
    json: bool,
    /// Keep the run as JSON, with what there is to tell of each case.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Show the differences to a run that was kept.
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// End with exit code 1 when a figure is below what this TOML file asks for (`step_f1 = 0.6`,
    /// `unsupported_rate_max = 0.02`).
    #[arg(long, value_name = "FILE")]
    gate: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// When it cannot do what it is for, with what to do about it.
pub async fn run(command: &Command, config: &Config) -> anyhow::Result<Outcome> {
    match command {
        Command::Extract(a) => extract::run(a, config).await,
        Command::Compare(a) => compare::run(a, config).await,
        Command::Search(a) => search::run(a, config).await,
        Command::Speech(a) => speech::run(a, config).await,
        Command::Verify(a) => checks::run(a, "verify.jsonl", measured::verification),
        Command::Redact(a) => checks::run(a, "redact.jsonl", measured::redaction),
        Command::Add(a) => add::run(a, config).await,
    }
}

/// Shows a run, keeps it, and holds it to its gate. Files that it is compared with are read before anything is measured:
/// see [`Output::check`].
fn finish(run: &Run, output: &Output) -> anyhow::Result<Outcome> {
    let before = output.before()?;
    println!("{}", table::figures(run, before.as_ref()));
    table::failures(run);
    if let Some(file) = &output.out {
        let text = serde_json::to_string_pretty(run)?;
        std::fs::write(file, text + "\n").with_context(|| format!("--out: {} cannot be written", file.display()))?;
    }
    let below = match &output.gate {
        None => Vec::new(),
        Some(file) => match gate::below(file, run) {
            Ok(below) => below,
            Err(sentence) => return Ok(Outcome::WrongUse(format!("--gate: {sentence}"))),
        },
    };
    if output.json {
        println!("{}", table::json(run));
    }
    for sentence in &below {
        eprintln!("savoir: below the gate: {sentence}");
    }
    Ok(if below.is_empty() { Outcome::Done } else { Outcome::Failed })
}

impl Output {
    /// What is wrong with the files it names, before anything is measured.
    fn check(&self) -> anyhow::Result<()> {
        self.before()?;
        if let Some(file) = &self.gate {
            gate::read(file).map_err(|sentence| anyhow::anyhow!("--gate: {sentence}"))?;
        }
        Ok(())
    }

    /// The run to compare with.
    fn before(&self) -> anyhow::Result<Option<Run>> {
        self.against.as_deref().map(kept).transpose()
    }
}

/// A run that was kept.
fn kept(file: &Path) -> anyhow::Result<Run> {
    let name = file.display();
    let text = std::fs::read_to_string(file).with_context(|| format!("--against: {name} cannot be read"))?;
    serde_json::from_str(&text).with_context(|| format!("--against: {name} is no run that `savoir eval --out` kept"))
}
