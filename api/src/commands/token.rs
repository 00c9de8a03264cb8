//! `savoir token`: bearer tokens.

use std::time::Duration;

use savoir_models::account::{Scope, check_viewer};
use savoir_models::audit::{Action, Entry};
use savoir_models::clock::{Clock, SystemClock};
use savoir_models::id::TokenId;
use savoir_models::viewer::{Role, Viewer};

use super::Outcome;
use crate::boot;
use crate::config::Config;
use crate::tokens::told;

/// What can be done with tokens.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make one and print it: it is shown only now.
    Create {
        /// What its bearer may do: administrator, expert, safety, technician, contractor, coordinator, customer, service.
        #[arg(long)]
        role: Role,
        /// Whose it is: decisions are signed with this name.
        #[arg(long)]
        name: String,
        /// The organisation of a contractor or customer: they see only what is theirs.
        #[arg(long)]
        organisation: Option<String>,
        /// What it is for: deliver, read, review, operate, administer; several times for several. Without: all of its role.
        #[arg(long = "scope")]
        scopes: Vec<Scope>,
        /// Ends after so many days.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=3650))]
        expires_in: Option<u32>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// List them, without their secrets.
    List,
    /// Take one back, by the identifier that `list` shows.
    Revoke {
        /// Which.
        id: TokenId,
    },
}

/// Runs the command.
///
/// # Errors
/// When it cannot do what it is for, with what to do about it.
pub async fn run(command: &Command, config: &Config) -> anyhow::Result<Outcome> {
    let db = boot::database(config).await?;
    let now = SystemClock.now();
    let outcome = match command {
        Command::Create { role, name, organisation, scopes, expires_in, json } => {
            if name.trim().is_empty() {
                return Ok(Outcome::WrongUse("--name: must not be empty, decisions are signed with it".into()));
            }
            let viewer = Viewer { organisation: organisation.clone(), ..Viewer::new(name.trim(), *role) };
            if let Some(error) = check_viewer(&viewer).first() {
                return Ok(Outcome::WrongUse(format!("--{}: {}", error.field, error.remedy)));
            }
            let expires_at = expires_in.map(|days| now.after(Duration::from_secs(u64::from(days) * 86_400)));
            let mut tx = db.begin().await?;
            let (id, secret) = tx.put_scoped_token(&viewer, scopes, expires_at, now).await?;
            tx.note(Entry::new(&config.operator(), Action::TokenMade, id, told(&viewer, scopes)), now);
            tx.commit().await?;
            if *json {
                println!("{}", serde_json::json!({ "token": secret, "viewer": viewer, "expires_at": expires_at }));
            } else {
                println!("{secret}");
            }
            Outcome::Done
        }
        Command::List => {
            for token in db.tokens().await? {
                let state = match (token.revoked_at, token.expires_at) {
                    (Some(at), _) => format!("revoked {at}"),
                    (None, Some(at)) => format!("until {at}"),
                    (None, None) => "without end".into(),
                };
                println!("{}  {:13}  {}  {state}", token.id, token.viewer.role, token.viewer.name);
            }
            Outcome::Done
        }
        Command::Revoke { id } => {
            let mut tx = db.begin().await?;
            let done = tx.revoke_token(*id, now).await?;
            if done {
                tx.note(Entry::new(&config.operator(), Action::TokenRevoked, id, ""), now);
            }
            tx.commit().await?;
            if !done {
                eprintln!("savoir: there is no token {id} that could be taken back");
            }
            if done { Outcome::Done } else { Outcome::Failed }
        }
    };
    db.close().await;
    Ok(outcome)
}
