//! The commands of `savoir`, a file each.

pub mod account;
pub mod audit;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod eval;
pub mod import;
pub mod jobs;
pub mod models;
pub mod person;
pub mod reindex;
pub mod serve;
pub mod site;
pub mod status;
pub mod token;
pub mod worker;

use indicatif::{ProgressBar, ProgressStyle};
use tokio_util::sync::CancellationToken;

/// How a command ended; the exit codes are 0, 1 and 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It did what it was asked.
    Done,
    /// It did not, and has said why.
    Failed,
    /// It was asked for something that makes no sense.
    WrongUse(String),
}

/// A progress bar on standard error; none where nobody looks. `unit` stands behind the counts.
fn bar(length: u64, what: &str, unit: &str) -> ProgressBar {
    let bar = ProgressBar::new(length);
    let template = format!("{{msg:24}} [{{bar:30}}] {{pos}}/{{len}} {unit} {{elapsed}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_message(what.to_owned());
    bar
}

/// Cancelled at the first SIGTERM or SIGINT; the second ends the process at once, as usual.
fn stop_signal() -> anyhow::Result<CancellationToken> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stop = CancellationToken::new();
    let told = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping; running jobs may finish (a second signal ends them)");
        told.cancel();
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        std::process::abort();
    });
    Ok(stop)
}
