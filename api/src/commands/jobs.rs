//! `savoir jobs`: what the line is doing, and what it gave up.

use savoir_models::clock::{Clock, SystemClock};
use savoir_models::job::JobState;

use super::Outcome;
use crate::boot;
use crate::config::Config;

/// What can be done with jobs.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// List the jobs of a state.
    List {
        /// ready, running, waiting or dead.
        #[arg(long, default_value = "dead")]
        state: JobState,
        /// At most so many.
        #[arg(long, default_value_t = 100)]
        limit: i64,
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Give dead jobs another life.
    Retry {
        /// The intervention (or the procedure that was not published); all of them without it.
        subject: Option<String>,
    },
}

/// Runs the command.
///
/// # Errors
/// When it cannot do what it is for, with what to do about it.
pub async fn run(command: &Command, config: &Config) -> anyhow::Result<Outcome> {
    let db = boot::database(config).await?;
    let outcome = match command {
        Command::List { state, limit, json } => {
            for job in db.jobs(*state, None, *limit).await? {
                if *json {
                    println!("{}", serde_json::to_string(&job)?);
                } else {
                    let fault = job.fault.unwrap_or_default();
                    println!("{}  {:10}  failures {}  {fault}", job.subject, job.step, job.failures);
                }
            }
            Outcome::Done
        }
        Command::Retry { subject } => {
            let subjects: Vec<String> = match subject {
                Some(one) => vec![one.clone()],
                None => db.jobs(JobState::Dead, None, i64::MAX).await?.into_iter().map(|j| j.subject).collect(),
            };
            let mut retried = 0;
            for subject in &subjects {
                retried += i64::from(db.retry(subject, SystemClock.now()).await?);
            }
            println!("{retried} retried");
            if retried == 0 && subject.is_some() { Outcome::Failed } else { Outcome::Done }
        }
    };
    db.close().await;
    Ok(outcome)
}
