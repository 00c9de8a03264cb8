//! What is written beside the imported file: the rows that were refused, doubted or mended, with what to do.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::csv;

const HEADER: [&str; 9] = ["line", "kind", "external_id", "column", "field", "code", "value", "remedy", "remedy_fr"];

/// Why a row is in the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The row was not taken.
    Rejected,
    /// The row was taken, and something in it should be looked at.
    Warning,
    /// The row was taken after its text was put right.
    Repaired,
}

/// One line of the report.
#[derive(Debug, Clone)]
pub(super) struct Note {
    /// What became of the row.
    pub(super) kind: Kind,
    /// The line of the file where the row begins.
    pub(super) line: u64,
    /// The row's own identifier, when it could be read.
    pub(super) external_id: String,
    /// The column of a CSV file.
    pub(super) column: String,
    /// The field's path.
    pub(super) field: String,
    /// A stable word for programs.
    pub(super) code: &'static str,
    /// The value, shortened.
    pub(super) value: String,
    /// What is wrong and what to do, in English.
    pub(super) remedy: String,
    /// The same in French.
    pub(super) remedy_fr: String,
}

/// The report, made when its first line is due: a clean import leaves none.
pub(super) struct Report {
    path: PathBuf,
    file: Option<File>,
    bytes: u64,
}

impl Report {
    /// The report at `path`. `keep` bytes of an earlier one are kept: those a resumed import had written.
    pub(super) fn open(path: PathBuf, keep: u64) -> io::Result<Self> {
        if keep == 0 {
            match std::fs::remove_file(&path) {
                Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
                _ => return Ok(Self { path, file: None, bytes: 0 }),
            }
        }
        let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(&path)?;
        let keep = keep.min(file.metadata()?.len());
        file.set_len(keep)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { path, file: Some(file), bytes: keep })
    }

    /// Adds lines.
    pub(super) fn write(&mut self, notes: &[Note]) -> io::Result<()> {
        let mut text = String::new();
        if self.bytes == 0 && !notes.is_empty() {
            // Spreadsheets take the mark as « this is UTF-8 ».
            text.push('\u{FEFF}');
            text.push_str(&csv::record(&HEADER)?);
        }
        for note in notes {
            let kind = match note.kind {
                Kind::Rejected => "rejected",
                Kind::Warning => "warning",
                Kind::Repaired => "repaired",
            };
            let line = note.line.to_string();
            let [id, column, field, value] =
                [&note.external_id, &note.column, &note.field, &note.value].map(|t| harmless(t));
            text.push_str(&csv::record(&[
                &line,
                kind,
                &id,
                &column,
                &field,
                note.code,
                &value,
                &note.remedy,
                &note.remedy_fr,
            ])?);
        }
        if text.is_empty() {
            return Ok(());
        }
        if self.file.is_none() {
            self.file = Some(File::create(&self.path)?);
        }
        if let Some(file) = &mut self.file {
            file.write_all(text.as_bytes())?;
            self.bytes += text.len() as u64;
        }
        Ok(())
    }

    /// Its length so far.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Where it is, if it has a line.
    pub(super) fn path(&self) -> Option<&Path> {
        (self.bytes > 0).then_some(self.path.as_path())
    }
}

/// A value short enough to read, on one line.
pub(super) fn excerpt(value: &str) -> String {
    const LONGEST: usize = 120;
    let mut short: String = value.chars().take(LONGEST).map(|c| if c.is_control() { '␣' } else { c }).collect();
    if value.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    short
}

/// A cell that a spreadsheet would run as a formula is shown as text.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}
