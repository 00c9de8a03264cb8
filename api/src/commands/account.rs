//! `savoir account`: people who come in with a password.

use savoir_models::account::{Account, check_viewer, login_of};
use savoir_models::audit::{Action, Entry};
use savoir_models::clock::{Clock, SystemClock, Timestamp};
use savoir_models::store::{Change, Changed, Db, Trying, house};
use savoir_models::viewer::{Role, Viewer};

use super::Outcome;
use crate::accounts::told;
use crate::boot;
use crate::config::Config;
use crate::session::new_link;

/// What can be done with accounts.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make one, and print the link by which its owner sets the password, once, within a day.
    Create {
        /// Whose it is: decisions are signed with this name.
        name: String,
        /// What they may do: administrator, expert, safety, technician, contractor, coordinator, customer, service.
        #[arg(long)]
        role: Role,
        /// The organisation of a contractor or customer: they see only what is theirs.
        #[arg(long)]
        organisation: Option<String>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// List them.
    List {
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Print a new link by which the password is set; it also ends a lock-out.
    Link {
        /// Whose.
        name: String,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Give another role. Sessions of the account end.
    Role {
        /// Whose.
        name: String,
        /// The role.
        role: Role,
        /// The organisation of a contractor or customer.
        #[arg(long)]
        organisation: Option<String>,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Let nobody in with it any more. Its sessions end.
    Disable {
        /// Whose.
        name: String,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
    },
    /// Let its owner in again.
    Enable {
        /// Whose.
        name: String,
        /// Print one JSON object.
        #[arg(long)]
        json: bool,
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
        Command::Create { name, role, organisation, json } => {
            let viewer = Viewer { organisation: organisation.clone(), ..Viewer::new(name.trim(), *role) };
            create(&db, config, &viewer, (*json, now)).await?
        }
        Command::List { json } => list(&db.accounts().await?, *json),
        Command::Link { name, json } => match db.account_named(name).await? {
            None => nobody(name),
            Some(known) => link(&db, config, &known.account, (*json, now)).await?,
        },
        Command::Role { name, role, organisation, json } => {
            let change = Change { standing: Some((*role, organisation.clone())), disabled: None };
            alter(&db, name, &change, (*json, now)).await?
        }
        Command::Disable { name, json } => {
            alter(&db, name, &Change { disabled: Some(true), ..Change::default() }, (*json, now)).await?
        }
        Command::Enable { name, json } => {
            alter(&db, name, &Change { disabled: Some(false), ..Change::default() }, (*json, now)).await?
        }
    };
    db.close().await;
    Ok(outcome)
}

async fn create(db: &Db, config: &Config, viewer: &Viewer, (json, now): (bool, Timestamp)) -> anyhow::Result<Outcome> {
    if let Some(error) = check_viewer(viewer).first() {
        return Ok(Outcome::WrongUse(format!("{}: {}", error.field, error.remedy)));
    }
    let mut tx = db.begin().await?;
    tx.lock_accounts().await?;
    let Some(id) = tx.put_account(viewer, None, now).await? else {
        return Ok(Outcome::WrongUse(format!("there is an account « {} » already", viewer.name)));
    };
    let (link, end) = new_link(&mut tx, config, Some(id), now).await?;
    tx.note(Entry::new(&house(), Action::AccountMade, id, format!("{}, {}", viewer.name, viewer.role)), now);
    tx.commit().await?;
    print_link(&serde_json::json!({ "id": id, "viewer": viewer, "link": link, "expires_at": end }), &link, json);
    Ok(Outcome::Done)
}

async fn link(db: &Db, config: &Config, account: &Account, (json, now): (bool, Timestamp)) -> anyhow::Result<Outcome> {
    let mut tx = db.begin().await?;
    let (link, end) = new_link(&mut tx, config, Some(account.id), now).await?;
    tx.forget_attempts(Trying { login: &login_of(&account.name), from: "" }).await?;
    tx.note(Entry::new(&house(), Action::LinkMade, account.id, told(account)), now);
    tx.commit().await?;
    print_link(&serde_json::json!({ "id": account.id, "link": link, "expires_at": end }), &link, json);
    Ok(Outcome::Done)
}

fn print_link(object: &serde_json::Value, link: &str, json: bool) {
    if json {
        println!("{object}");
    } else {
        println!("{link}");
    }
}

async fn alter(db: &Db, name: &str, change: &Change, (json, now): (bool, Timestamp)) -> anyhow::Result<Outcome> {
    let Some(known) = db.account_named(name).await? else { return Ok(nobody(name)) };
    let before = known.account;
    if let Some((role, organisation)) = &change.standing {
        let viewer = Viewer { organisation: organisation.clone(), ..Viewer::new(&before.name, *role) };
        if let Some(error) = check_viewer(&viewer).first() {
            return Ok(Outcome::WrongUse(format!("{}: {}", error.field, error.remedy)));
        }
    }
    let mut tx = db.begin().await?;
    match tx.change_account(before.id, change, now).await? {
        Changed::Done(after) => {
            tx.note(Entry::new(&house(), Action::AccountChanged, after.id, told(&after)), now);
            tx.commit().await?;
            if json {
                println!("{}", serde_json::to_string(&after)?);
            }
            Ok(Outcome::Done)
        }
        Changed::Nobody => Ok(nobody(name)),
        Changed::LastAdministrator => {
            eprintln!("savoir: « {name} » is the last administrator who can come in: make another one first");
            Ok(Outcome::Failed)
        }
    }
}

fn nobody(name: &str) -> Outcome {
    Outcome::WrongUse(format!("there is no account « {name} »"))
}

fn list(accounts: &[Account], json: bool) -> Outcome {
    if json {
        println!("{}", serde_json::json!({ "items": accounts }));
        return Outcome::Done;
    }
    for account in accounts {
        let state = match (account.disabled_at, account.has_password || account.federated) {
            (Some(at), _) => format!("disabled {at}"),
            (None, false) => "no password yet".into(),
            (None, true) => "enabled".into(),
        };
        let of = account.organisation.as_deref().map(|o| format!(" ({o})")).unwrap_or_default();
        println!("{}  {:13}  {}{of}  {state}", account.id, account.role, account.name);
    }
    Outcome::Done
}
