//! `savoir import`: closed interventions from a file into the line.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use savoir_models::clock::{Clock, SystemClock};
use savoir_models::id::{AttachmentId, InterventionId};
use savoir_models::intervention::{Attachment, AttachmentKind, FieldError};
use savoir_models::store::{Added, Db};
use savoir_models::text::Language;
use savoir_pipeline::blobs::{BlobError, Blobs};

use super::{Outcome, bar};
use crate::boot;
use crate::config::Config;
use crate::import::{self, Format, ImportError, Options, Put, Row, Sink, Summary};

/// What `import` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file; `-` is the standard input.
    file: PathBuf,
    /// Its format, when its name and content do not tell.
    #[arg(long)]
    format: Option<Format>,
    /// For CSV: which column is which field.
    #[arg(long, value_name = "FILE")]
    mapping: Option<PathBuf>,
    /// Its text encoding, when it is found out wrongly (windows-1252, macintosh…).
    #[arg(long)]
    encoding: Option<String>,
    /// The language of its texts, for Open Repair Data.
    #[arg(long)]
    language: Option<Language>,
    /// Begin anew though an interrupted import could go on.
    #[arg(long)]
    restart: bool,
    /// Print one JSON object as the last line.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// When it cannot do what it is for, with what to do about it.
pub async fn run(arguments: &Arguments, config: &Config) -> anyhow::Result<Outcome> {
    let db = boot::database(config).await?;
    let options = Options {
        format: arguments.format,
        mapping: arguments.mapping.clone(),
        encoding: arguments.encoding.clone(),
        language: arguments.language,
        restart: arguments.restart,
    };
    let mut intake = Intakes::new(db.clone(), config)?;
    let summary = match file(&arguments.file, &options, &mut intake).await {
        Ok(summary) => summary,
        Err(ImportError::Usage(sentence)) => return Ok(Outcome::WrongUse(sentence)),
        Err(error) => return Err(error.into()),
    };
    db.close().await;
    if arguments.json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        tell(&summary);
    }
    Ok(Outcome::Done)
}

/// Imports one file behind a progress bar.
pub(crate) async fn file(file: &Path, options: &Options, intake: &mut Intakes) -> Result<Summary, ImportError> {
    let bytes = std::fs::metadata(file).map_or(0, |m| m.len());
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let progress = bar(bytes, &name, "bytes");
    let summary =
        import::import(file, options, intake, &SystemClock, &mut |so_far| progress.set_position(so_far.bytes)).await;
    progress.finish_and_clear();
    summary
}

fn tell(summary: &Summary) {
    let Summary { read, accepted, repeated, rejected, repaired, warnings, .. } = summary;
    println!(
        "{read} read: {accepted} accepted, {repeated} already there, {rejected} rejected; {repaired} texts repaired, {warnings} warnings"
    );
    if let Some(report) = &summary.report {
        println!("line, column and remedy of each: {}", report.display());
    }
}

/// Takes rows into the database, a batch a commit.
pub(crate) struct Intakes {
    db: Db,
    blobs: Blobs,
    file_limit: u64,
}

impl Intakes {
    pub(crate) fn new(db: Db, config: &Config) -> anyhow::Result<Self> {
        Ok(Self { db, blobs: boot::blobs(config)?, file_limit: config.server.upload_file_limit_mib * 1024 * 1024 })
    }

    /// Keeps the recordings of a row; what is wrong with one of them is the row's error.
    async fn recordings(&self, row: &Row) -> anyhow::Result<Result<Vec<Attachment>, FieldError>> {
        let mut kept = Vec::new();
        for (i, path) in row.audio.iter().enumerate() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let blob = match self.blobs.put_file(path, self.file_limit).await {
                Ok(blob) => blob,
                Err(BlobError::TooLarge { limit }) => {
                    let field = format!("audio[{i}]");
                    let en = format!(
                        "{name} is larger than {limit} bytes: shorten it, or raise server.upload_file_limit_mib"
                    );
                    let fr = format!(
                        "{name} dépasse {limit} octets : raccourcissez-le ou augmentez server.upload_file_limit_mib"
                    );
                    return Ok(Err(FieldError::new(field, "too_large", en, fr)));
                }
                Err(error) => return Err(error.into()),
            };
            kept.push(Attachment {
                id: AttachmentId::new(),
                kind: AttachmentKind::Audio,
                name,
                media_type: "application/octet-stream".into(),
                bytes: i64::try_from(blob.bytes).unwrap_or(i64::MAX),
                blob: blob.hash,
                question: None,
                removed_at: None,
            });
        }
        Ok(Ok(kept))
    }
}

#[async_trait]
impl Sink for Intakes {
    async fn put(&mut self, batch: Vec<Row>) -> anyhow::Result<Vec<Put>> {
        // Files first, rows second: a row never names what is not there.
        let mut ready = Vec::new();
        for row in &batch {
            ready.push(self.recordings(row).await?);
        }
        let now = SystemClock.now();
        let mut tx = self.db.begin().await?;
        let mut put = Vec::new();
        for (row, files) in batch.iter().zip(ready) {
            put.push(match files {
                Err(error) => Put::Rejected(vec![error]),
                Ok(files) => match tx.accept(InterventionId::new(), &row.intake, &files, now).await? {
                    Added::New | Added::Again(_) => Put::Accepted,
                    Added::Repeated(_) => Put::Repeated,
                    Added::Different(id) => Put::Rejected(vec![FieldError::new(
                        "external_id",
                        "already_received",
                        format!("was received before with other content, as {id}: give it another external_id if it is another case"),
                        format!("déjà reçu avec un autre contenu, sous {id} : changez external_id s'il s'agit d'un autre cas"),
                    )]),
                },
            });
        }
        tx.commit().await?;
        Ok(put)
    }
}
