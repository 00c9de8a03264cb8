//! `savoir audit`: the log of who saw, said, changed and took out what.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context;
use savoir_models::audit::{Action, Entry};
use savoir_models::clock::{Clock, SystemClock};
use savoir_models::store::Db;

use super::Outcome;
use crate::boot;
use crate::config::Config;

/// Lines read at once.
const PAGE: i64 = 1_000;

/// What can be done with the log.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write it out, one JSON object a line; the last line tells of this export.
    Export {
        /// The first line to write, by its number.
        #[arg(long, value_name = "LINE", default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..))]
        from: i64,
        /// Where to, instead of standard output; a file that is there is not overwritten.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Read it all and say whether it is as it was written, or where it is not.
    Verify,
}

/// Runs the command.
///
/// # Errors
/// When it cannot do what it is for, with what to do about it.
pub async fn run(command: &Command, config: &Config) -> anyhow::Result<Outcome> {
    let db = boot::database(config).await?;
    let outcome = match command {
        Command::Export { from, out } => export(&db, config, *from, out.as_ref()).await,
        Command::Verify => verify(&db).await,
    };
    db.close().await;
    outcome
}

async fn export(db: &Db, config: &Config, from: i64, out: Option<&PathBuf>) -> anyhow::Result<Outcome> {
    let mut to: BufWriter<Box<dyn Write + Send>> = match out {
        None => BufWriter::new(Box::new(std::io::stdout())),
        Some(path) => {
            let file = File::create_new(path).with_context(|| format!("--out: {} cannot be made", path.display()))?;
            BufWriter::new(Box::new(file))
        }
    };
    // Noted first: an export that breaks off half way has taken data out all the same.
    let mut tx = db.begin().await?;
    let told = format!("from line {from}");
    tx.note(Entry::new(&config.operator(), Action::Exported, "audit", told), SystemClock.now());
    tx.commit().await?;
    let mut last = from - 1;
    loop {
        let page = db.audit(last, PAGE).await?;
        let Some(end) = page.last() else { break };
        last = end.seq;
        for line in &page {
            serde_json::to_writer(&mut to, line)?;
            to.write_all(b"\n")?;
        }
    }
    to.flush()?;
    Ok(Outcome::Done)
}

async fn verify(db: &Db) -> anyhow::Result<Outcome> {
    Ok(match holds(db).await? {
        Ok(sentence) => {
            println!("{sentence}");
            Outcome::Done
        }
        Err(broken) => {
            println!("{broken}");
            Outcome::Failed
        }
    })
}

/// Whether the chain of the log holds, in a sentence either way.
pub(super) async fn holds(db: &Db) -> anyhow::Result<Result<String, String>> {
    Ok(db.verify_audit().await?.map(|(last, seal)| match last {
        0 => "no line yet".into(),
        _ => format!("{last} lines, none changed, none missing; the last seal is {seal}"),
    }))
}
