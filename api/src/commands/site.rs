//! `savoir site`: web sites that may embed the chat.

use savoir_models::audit::{Action, Entry};
use savoir_models::clock::{Clock, SystemClock};
use savoir_models::id::SiteId;

use super::Outcome;
use crate::boot;
use crate::config::Config;
use crate::sites::{checked, told};

/// What can be done with sites.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Let one embed the chat, and print its key. The key is public: it stands in the site's pages.
    Create {
        /// What people call it.
        #[arg(long)]
        name: String,
        /// An origin of its pages, as in https://www.example.com; several times for several.
        #[arg(long = "origin", required = true)]
        origins: Vec<String>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// List them.
    List,
    /// Take the key of one back, by the identifier that `list` shows.
    Revoke {
        /// Which.
        id: SiteId,
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
        Command::Create { name, origins, json } => match checked(name, origins) {
            Err(errors) => {
                let said = errors.iter().map(|e| format!("{}: {}", e.field, e.remedy)).collect::<Vec<_>>();
                Outcome::WrongUse(said.join("; "))
            }
            Ok((name, origins)) => {
                let mut tx = db.begin().await?;
                let site = tx.put_site(&name, &origins, now).await?;
                tx.note(Entry::new(&config.operator(), Action::SiteMade, site.id, told(&site)), now);
                tx.commit().await?;
                if *json {
                    println!("{}", serde_json::to_string(&site)?);
                } else {
                    println!("{}", site.key);
                }
                Outcome::Done
            }
        },
        Command::List => {
            for site in db.sites().await? {
                let state = site.revoked_at.map_or_else(|| site.key.clone(), |at| format!("revoked {at}"));
                println!("{}  {state}  {}", site.id, told(&site));
            }
            Outcome::Done
        }
        Command::Revoke { id } => {
            let mut tx = db.begin().await?;
            let done = tx.revoke_site(*id, now).await?;
            if done {
                tx.note(Entry::new(&config.operator(), Action::SiteRevoked, id, ""), now);
            }
            tx.commit().await?;
            if !done {
                eprintln!("savoir: there is no site {id} whose key could be taken back");
            }
            if done { Outcome::Done } else { Outcome::Failed }
        }
    };
    db.close().await;
    Ok(outcome)
}
