//! `savoir token`: bearer tokens.

use std::time::Duration;

use savoir_models::audit::{Action, Entry};
use savoir_models::clock::{Clock, SystemClock};
use savoir_models::id::TokenId;
use savoir_models::viewer::{Role, Viewer};

use super::Outcome;
use crate::boot;
use crate::config::Config;

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
        Command::Create { role, name, organisation, expires_in, json } => {
            if name.trim().is_empty() {
                return Ok(Outcome::WrongUse("--name: must not be empty, decisions are signed with it".into()));
            }
            if matches!(role, Role::Contractor | Role::Customer)
                && organisation.as_deref().unwrap_or_default().trim().is_empty()
            {
                return Ok(Outcome::WrongUse(format!(
                    "--organisation: a {role} sees only what is theirs, so name whose"
                )));
            }
            let viewer = Viewer { name: name.trim().to_owned(), role: *role, organisation: organisation.clone() };
            let expires_at = expires_in.map(|days| now.after(Duration::from_secs(u64::from(days) * 86_400)));
            let mut tx = db.begin().await?;
            let secret = tx.put_token(&viewer, expires_at, now).await?;
            let end = expires_at.map_or_else(|| "without end".to_owned(), |at| format!("until {at}"));
            let told = format!("{role}, {end}");
            tx.note(Entry::new(&config.operator(), Action::TokenMade, &viewer.name, told), now);
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
