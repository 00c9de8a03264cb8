//! `savoir models`: speech models.

use savoir_pipeline::speech::catalogue::{self, State, Verdict};
use savoir_pipeline::speech::pull::pull;

use super::{Outcome, bar};
use crate::config::Config;

/// What can be done with models.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Which are known, and which are here.
    List,
    /// Fetch one, by its name, from the hub or the mirror of the settings.
    Pull {
        /// As `list` shows it.
        name: String,
    },
    /// Check that those here are whole: one by its name, or all.
    Verify {
        /// As `list` shows it.
        name: Option<String>,
    },
}

/// Runs the command.
///
/// # Errors
/// When it cannot do what it is for, with what to do about it.
pub async fn run(command: &Command, config: &Config) -> anyhow::Result<Outcome> {
    let folder = config.models_dir();
    match command {
        Command::List => {
            println!("in {}:", folder.display());
            for (known, state) in catalogue::list(&folder) {
                println!("  {:24} {:>6} MB  {}", known.name, known.bytes / 1_000_000, state_word(&state));
            }
            Ok(Outcome::Done)
        }
        Command::Pull { name } => {
            let known = match catalogue::find(name) {
                Ok(known) => known,
                Err(unknown) => return Ok(Outcome::WrongUse(unknown.to_string())),
            };
            let progress = bar(known.bytes, name, "bytes");
            let show = progress.clone();
            let told = move |here, all| {
                show.set_length(all);
                show.set_position(here);
            };
            let reach = config.network.private_addresses;
            let path = pull(known, &folder, &config.models.mirror, &told, reach).await;
            progress.finish_and_clear();
            println!("{}", path?.display());
            Ok(Outcome::Done)
        }
        Command::Verify { name } => {
            let known: Vec<_> = match name {
                Some(name) => match catalogue::find(name) {
                    Ok(known) => vec![known],
                    Err(unknown) => return Ok(Outcome::WrongUse(unknown.to_string())),
                },
                None => catalogue::list(&folder)
                    .into_iter()
                    .filter(|(_, state)| !matches!(state, State::Absent))
                    .map(|(known, _)| known)
                    .collect(),
            };
            verify(&known, &folder)
        }
    }
}

fn state_word(state: &State) -> String {
    match state {
        State::Absent => "-".into(),
        State::Partial(bytes) => format!("{} MB of it; pull it again to go on", bytes / 1_000_000),
        State::Present => "here".into(),
        State::WrongSize(bytes) => format!("damaged: {bytes} bytes; pull it again"),
    }
}

fn verify(models: &[&'static catalogue::Known], folder: &std::path::Path) -> anyhow::Result<Outcome> {
    if models.is_empty() {
        println!("no model in {}", folder.display());
    }
    let mut good = true;
    for known in models {
        match catalogue::verify(known, folder) {
            Ok(Verdict::Intact) => println!("{:24} intact", known.name),
            Ok(Verdict::Unknown { found }) => println!("{:24} {found}, with nothing to compare it to", known.name),
            Ok(Verdict::Damaged { expected, found }) => {
                good = false;
                println!(
                    "{:24} damaged: {found} instead of {expected}; remove {} and pull it again",
                    known.name, known.file
                );
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                good = false;
                println!("{:24} absent; `savoir models pull {}` fetches it", known.name, known.name);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(if good { Outcome::Done } else { Outcome::Failed })
}
