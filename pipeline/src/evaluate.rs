//! How good Savoir is, measured by itself: drafts on gold cases, speech on recordings with their texts, search on judged
//! questions. Every measure gives one [`Run`], whose figures a release can be held to.

mod alignment;
pub mod checks;
pub mod compare;
pub mod extract;
pub mod gold;
pub mod ranking;
pub mod redact;
mod run;
pub mod search;
pub mod speech;
pub mod verify;

use std::path::Path;

pub use run::{Direction, Figures, Named, Run, Tally};

/// A file of an evaluation cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}{}: {reason}", if *line == 0 { String::new() } else { format!(", line {line}") })]
pub struct BadFile {
    /// Which file.
    pub file: String,
    /// Which line, from 1; 0 for the file as a whole.
    pub line: usize,
    /// What is wrong with it, and where in it.
    pub reason: String,
}

impl BadFile {
    /// What is wrong with a file as a whole.
    pub fn whole(file: impl std::fmt::Display, reason: impl std::fmt::Display) -> Self {
        Self { file: file.to_string(), line: 0, reason: reason.to_string() }
    }
}

/// The text of a file, with its name for messages.
fn read(file: &Path) -> Result<(String, String), BadFile> {
    let name = file.display().to_string();
    match std::fs::read_to_string(file) {
        Ok(content) => Ok((name, content)),
        Err(e) => Err(BadFile::whole(name, e)),
    }
}
