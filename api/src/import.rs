//! Bringing closed interventions in from files: JSON Lines, CSV with a mapping, Open Repair Data.
//!
//! A file is read once, from its beginning to its end, however large; rows go to a [`Sink`] in batches, and after each
//! batch the place is kept beside the file, so that an import that was interrupted goes on. A bad row goes to the
//! report beside the file and the rest goes on. Importing twice is safe: the sink knows a row by its source and
//! external identifier.

mod csv;
mod dates;
mod encoding;
mod fields;
mod jsonl;
mod lines;
mod mapping;
mod mojibake;
mod ords;
mod report;
mod source;
mod state;
mod words;

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use savoir_models::clock::Clock;
use savoir_models::intervention::{FieldError, Intake};
use savoir_models::text::Language;
use serde::{Deserialize, Serialize};

use fields::{Checked, column_of};
use report::{Kind, Note, Report};
use source::Source;
use state::State;

/// How many rows a batch has at most.
pub const BATCH_ROWS: usize = 100;

/// How many bytes of lines a batch has at most, roughly: a batch of very long reports stays in memory.
const BATCH_BYTES: u64 = 32 * 1024 * 1024;

/// How many mended rows are listed in the report; all are counted.
const LISTED_REPAIRS: u64 = 1_000;

/// A row that is good as far as a file can tell.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The line of the file where it begins; the first line is 1.
    pub line: u64,
    /// The intervention, checked with [`Intake::check`].
    pub intake: Intake,
    /// Its recordings: existing files beside the imported file or in a folder below.
    pub audio: Vec<PathBuf>,
}

/// What a sink did with a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// It is kept.
    Accepted,
    /// It had been there already (same source and external identifier); nothing was changed.
    Repeated,
    /// It cannot be taken, for the reasons given.
    Rejected(Vec<FieldError>),
}

/// Where rows go.
#[async_trait]
pub trait Sink: Send {
    /// Keeps a batch (1 to [`BATCH_ROWS`] rows, no two of the same source and external identifier) and says for each
    /// row, in order, what became of it. When it returns, what it accepted must be durable. An error ends the import;
    /// the batch is given again when the import is resumed.
    async fn put(&mut self, batch: Vec<Row>) -> anyhow::Result<Vec<Put>>;
}

/// The format of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// JSON Lines of the intervention shape.
    Jsonl,
    /// CSV, with a mapping or with columns named as the fields are.
    Csv,
    /// Open Repair Data.
    Ords,
}

/// What the user asked for.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The format; found out when missing.
    pub format: Option<Format>,
    /// The mapping of a CSV file.
    pub mapping: Option<PathBuf>,
    /// The text encoding (`windows-1252`, `macintosh`…); found out when missing.
    pub encoding: Option<String>,
    /// The language of texts that do not tell theirs. Only Open Repair Data look here; elsewhere rows or mappings do.
    pub language: Option<Language>,
    /// Begin anew though an interrupted import could go on.
    pub restart: bool,
}

/// What an import did; counts are of rows, over all its parts when it was resumed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Summary {
    /// Rows read: the sum of the next three.
    pub read: u64,
    /// Rows kept.
    pub accepted: u64,
    /// Rows that were there already.
    pub repeated: u64,
    /// Rows that cannot be taken.
    pub rejected: u64,
    /// Rows whose text was put right.
    pub repaired: u64,
    /// Rows that were taken, but should be looked at.
    pub warnings: u64,
    /// The report beside the file, when there is something to report.
    pub report: Option<PathBuf>,
    /// The line after which an interrupted import went on.
    pub resumed_after_line: Option<u64>,
    /// An interrupted import could not go on, for the file, the format or the mapping had changed: it began anew.
    pub began_anew: bool,
}

/// How far an import is: given to whoever draws the progress bar, after each batch.
#[derive(Debug)]
pub struct Progress<'s> {
    /// Bytes of the file read.
    pub bytes: u64,
    /// Its size; unknown for the standard input.
    pub total: Option<u64>,
    /// The counts so far.
    pub counts: &'s Summary,
}

/// Why an import ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file, the format, the mapping or an option is not what it should be: nothing was imported.
    #[error("{0}")]
    Usage(String),
    /// A file cannot be read or written.
    #[error("{path}: {error}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// What belongs beside the file cannot be written there.
    #[error(
        "{path} cannot be written: {error}; copy the file into a folder you may write to, or pipe it in: savoir import - < FILE",
        path = path.display()
    )]
    Beside {
        /// The report or the state.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// Reading the input failed on the way.
    #[error("reading failed: {0}; run the same command again to go on")]
    Read(#[from] io::Error),
    /// The sink gave up.
    #[error("keeping the rows failed: {0:#}; run the same command again to go on")]
    Sink(anyhow::Error),
}

/// Imports `file` (`-` is the standard input) into `sink`. `watch` is called after each batch.
///
/// Beside the file are written `<file>.import-report.csv` when there is something to report, and, while the import
/// runs, `<file>.import-state.json`. Input is read in this task, in chunks of 64 KiB.
pub async fn import(
    file: &Path,
    options: &Options,
    sink: &mut dyn Sink,
    clock: &dyn Clock,
    watch: &mut (dyn FnMut(&Progress<'_>) + Send),
) -> Result<Summary, ImportError> {
    let (mut source, mut run) = Run::start(file, options)?;
    let mut batch_began = source.bytes();
    while let Some(raw) = source.next()? {
        let checked = fields::check(raw, &source.columns, source.folder(), clock.now());
        if checked.row.as_ref().is_some_and(|row| run.keys.contains(&key(row))) {
            run.flush(sink, &source.columns).await?;
        }
        run.take(checked);
        let full = run.rows.len() >= BATCH_ROWS || run.notes.len() >= 10 * BATCH_ROWS;
        if full || source.bytes() - batch_began > BATCH_BYTES {
            run.flush(sink, &source.columns).await?;
            run.remember(&source)?;
            batch_began = source.bytes();
            watch(&Progress { bytes: batch_began, total: source.total(), counts: &run.summary });
        }
    }
    run.flush(sink, &source.columns).await?;
    watch(&Progress { bytes: source.bytes(), total: source.total(), counts: &run.summary });
    run.finish()
}

fn key(row: &Row) -> (String, String) {
    (row.intake.source.clone(), row.intake.external_id.clone())
}

/// An import under way: the batch that is being filled, and what is kept beside the file.
struct Run {
    rows: Vec<Row>,
    keys: HashSet<(String, String)>,
    notes: Vec<Note>,
    summary: Summary,
    report: Report,
    report_path: PathBuf,
    /// None for the standard input, which cannot be read again.
    state_path: Option<PathBuf>,
}

impl Run {
    fn start(file: &Path, options: &Options) -> Result<(Source, Self), ImportError> {
        let mut source = Source::open(file, options)?;
        let stdin = file == Path::new("-");
        let beside = |ending: &str| {
            let mut name = if stdin { "stdin".into() } else { file.as_os_str().to_owned() };
            name.push(ending);
            PathBuf::from(name)
        };
        let state_path = (!stdin).then(|| beside(".import-state.json"));
        let report_path = beside(".import-report.csv");
        let (mut summary, mut report_bytes) = (Summary::default(), 0);
        if let Some(path) = &state_path {
            let failed = |error| ImportError::Beside { path: path.clone(), error };
            let state = if options.restart { None } else { State::load(path).map_err(failed)? };
            match state {
                Some(state) if state.reading == source.reading && source.skip_to(&state.place)? => {
                    summary = Summary { resumed_after_line: Some(state.place.line), ..state.counts };
                    report_bytes = state.report_bytes;
                }
                Some(_) => {
                    source = Source::open(file, options)?;
                    summary.began_anew = true;
                }
                None => {}
            }
        }
        let report = Report::open(report_path.clone(), report_bytes)
            .map_err(|error| ImportError::Beside { path: report_path.clone(), error })?;
        let run = Self {
            rows: Vec::new(),
            keys: HashSet::new(),
            notes: Vec::new(),
            summary,
            report,
            report_path,
            state_path,
        };
        Ok((source, run))
    }

    fn take(&mut self, checked: Checked) {
        self.summary.read += 1;
        match checked.row {
            None => self.summary.rejected += 1,
            Some(row) => {
                let any = |kind| u64::from(checked.notes.iter().any(|note| note.kind == kind));
                self.summary.repaired += any(Kind::Repaired);
                self.summary.warnings += any(Kind::Warning);
                self.keys.insert(key(&row));
                self.rows.push(row);
            }
        }
        let list_repairs = self.summary.repaired <= LISTED_REPAIRS;
        self.notes.extend(checked.notes.into_iter().filter(|note| list_repairs || note.kind != Kind::Repaired));
    }

    async fn flush(&mut self, sink: &mut dyn Sink, columns: &[(String, String)]) -> Result<(), ImportError> {
        self.keys.clear();
        let rows = std::mem::take(&mut self.rows);
        if !rows.is_empty() {
            let told: Vec<(u64, String)> = rows.iter().map(|row| (row.line, row.intake.external_id.clone())).collect();
            let puts = sink.put(rows).await.map_err(ImportError::Sink)?;
            if puts.len() != told.len() {
                let (given, answered) = (told.len(), puts.len());
                return Err(ImportError::Sink(anyhow::anyhow!(
                    "{given} rows were given, {answered} were answered for"
                )));
            }
            for (put, (line, external_id)) in puts.into_iter().zip(told) {
                match put {
                    Put::Accepted => self.summary.accepted += 1,
                    Put::Repeated => self.summary.repeated += 1,
                    Put::Rejected(errors) => {
                        self.summary.rejected += 1;
                        self.notes.extend(errors.into_iter().map(|error| Note {
                            kind: Kind::Rejected,
                            line,
                            external_id: external_id.clone(),
                            column: column_of(columns, &error.field),
                            field: error.field,
                            code: error.code,
                            value: String::new(),
                            remedy: error.remedy,
                            remedy_fr: error.remedy_fr,
                        }));
                    }
                }
            }
        }
        self.notes.sort_by_key(|note| note.line);
        let written = self.report.write(&self.notes);
        self.notes.clear();
        written.map_err(|error| ImportError::Beside { path: self.report_path.clone(), error })
    }

    /// Keeps the place, after the sink has kept the rows before it.
    fn remember(&self, source: &Source) -> Result<(), ImportError> {
        let (Some(path), Some(place)) = (&self.state_path, source.place()) else { return Ok(()) };
        State::new(source.reading.clone(), place, self.summary.clone(), self.report.bytes())
            .save(path)
            .map_err(|error| ImportError::Beside { path: path.clone(), error })
    }

    fn finish(self) -> Result<Summary, ImportError> {
        if let Some(path) = self.state_path {
            State::forget(&path).map_err(|error| ImportError::Beside { path, error })?;
        }
        Ok(Summary { report: self.report.path().map(Path::to_owned), ..self.summary })
    }
}
