//! `savoir person`: one person's data, given out or erased.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use savoir_models::audit::{Action, Entry};
use savoir_models::clock::{Clock, SystemClock};
use savoir_models::store::Db;
use savoir_pipeline::person::{Found, Person, Wish, erase, find, rebuild};
use savoir_pipeline::worker::sweep;

use super::Outcome;
use crate::boot;
use crate::config::Config;

/// What can be done with one person's data.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Print every place where the person stands, as one JSON object.
    Export {
        /// A name, a mail address or a telephone number.
        who: String,
        /// Where to, instead of standard output; a file that is there is not overwritten.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Replace the person by « [erased] » in every text; procedures stay sound.
    Erase {
        /// A name, a mail address or a telephone number.
        who: String,
        /// Only say what would be changed.
        #[arg(long)]
        dry_run: bool,
        /// Remove the recordings too in which the person speaks or is named.
        #[arg(long)]
        audio: bool,
        /// Put a pseudonym also where an account of this name signed a decision, and disable the account: its name becomes the
        /// pseudonym, its password is forgotten, its sessions end.
        #[arg(long)]
        account: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// When it cannot do what it is for, with what to do about it.
pub async fn run(command: &Command, config: &Config) -> anyhow::Result<Outcome> {
    let (Command::Export { who, .. } | Command::Erase { who, .. }) = command;
    let Some(person) = Person::parse(who) else {
        return Ok(Outcome::WrongUse(format!(
            "« {who} » is too little to tell a person by: give a name, a mail or a telephone number"
        )));
    };
    let db = boot::database(config).await?;
    let found = find(&db, &person).await?;
    let outcome = match command {
        Command::Export { out, .. } => export(&db, config, (&person, &found), out.as_ref()).await,
        Command::Erase { dry_run: true, account, .. } => {
            for occurrence in found.occurrences.iter().filter(|o| *account || !o.signed) {
                println!("{}.{} {} ({}×)", occurrence.table, occurrence.column, occurrence.id, occurrence.texts.len());
            }
            for account in found.accounts.iter().filter(|_| *account) {
                println!("accounts.name {} ({})", account.id, account.role);
            }
            Ok(Outcome::Done)
        }
        Command::Erase { audio, account, .. } => take_out(&db, config, (&person, &found), (*audio, *account)).await,
    };
    db.close().await;
    outcome
}

async fn export(
    db: &Db,
    config: &Config,
    (person, found): (&Person, &Found),
    out: Option<&PathBuf>,
) -> anyhow::Result<Outcome> {
    let mut to: Box<dyn Write + Send> = match out {
        None => Box::new(std::io::stdout()),
        Some(path) => {
            Box::new(File::create_new(path).with_context(|| format!("--out: {} cannot be made", path.display()))?)
        }
    };
    let mut tx = db.begin().await?;
    let told = format!("{} texts", found.occurrences.len());
    let subject = format!("person {}", person.hash());
    tx.note(Entry::new(&config.operator(), Action::PersonExported, subject, told), SystemClock.now());
    tx.commit().await?;
    serde_json::to_writer_pretty(
        &mut to,
        &serde_json::json!({ "occurrences": found.occurrences, "accounts": found.accounts }),
    )?;
    to.write_all(b"\n")?;
    to.flush()?;
    Ok(Outcome::Done)
}

async fn take_out(
    db: &Db,
    config: &Config,
    (person, found): (&Person, &Found),
    (audio, account): (bool, bool),
) -> anyhow::Result<Outcome> {
    let now = SystemClock.now();
    let pseudonym = account.then(|| format!("account-{}", &person.hash()[..8]));
    let wish = Wish { by: config.operator(), audio, pseudonym };
    let done = erase(db, found, &wish, now).await?;
    rebuild(db, found, boot::embedder(config)?.as_ref()).await?;
    sweep(db, &boot::blobs(config)?, now).await?;
    println!("{}", serde_json::to_string(&done)?);
    let left = find(db, person).await?.occurrences.into_iter().filter(|o| account || !o.signed).count();
    if left > 0 {
        eprintln!("savoir: {left} texts name the person still: the line was at work on them; run it again");
        return Ok(Outcome::Failed);
    }
    if done.kept > 0 {
        eprintln!("savoir: the last administrator who can come in stays: make another one first, and run it again");
        return Ok(Outcome::Failed);
    }
    if done.lost > 0 {
        eprintln!("savoir: {} quotes are not found any more where they came from: have them reviewed", done.lost);
    }
    Ok(Outcome::Done)
}
