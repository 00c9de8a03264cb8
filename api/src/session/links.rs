//! One-time links: by one of them a password is set, once. Its secret stands behind the `#` of the address, which browsers
//! send to nobody, and comes here in a body: neither a log nor a proxy sees it.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use savoir_models::account::{check_viewer, login_of};
use savoir_models::audit::{Action, Entry};
use savoir_models::clock::Timestamp;
use savoir_models::id::AccountId;
use savoir_models::intervention::FieldError;
use savoir_models::store::{Result, Trying, Tx};
use savoir_models::viewer::{Role, Viewer};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::config::Config;
use crate::error::{Code, Problem};
use crate::peer::From;
use crate::{input, passwords};

/// How long a link may be used.
const LASTS: Duration = Duration::from_secs(86_400);

/// A link and the password that it is to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Redemption {
    /// What stands behind the # of the link.
    #[schema(value_type = String, format = "password")]
    pub(crate) secret: SecretString,
    /// 8 to 256 characters, none of the first that others would try.
    #[schema(value_type = String, format = "password")]
    pub(crate) password: SecretString,
    /// The administrator's name, for the link of the first start; else left out.
    pub(crate) name: Option<String>,
}

/// Whose password was set.
#[derive(Serialize, ToSchema)]
pub(crate) struct Redeemed {
    /// The name to come in with.
    name: String,
}

/// Makes a one-time link for an account, or, without one, for the first administrator: its address, and when it ends.
///
/// # Errors
/// When the database fails.
pub(crate) async fn new_link(
    tx: &mut Tx,
    config: &Config,
    account: Option<AccountId>,
    now: Timestamp,
) -> Result<(String, Timestamp)> {
    let end = now.after(LASTS);
    let secret = tx.put_link(account, end).await?;
    Ok((format!("{}/link#{secret}", config.public_url()), end))
}

/// Sets a password by a one-time link. Every session of the account ends.
#[utoipa::path(post, path = "/api/v1/links/redeem", tag = "accounts", security(()), request_body = Redemption,
    responses(
        (status = 200, body = Redeemed, description = "Set: come in with POST /api/v1/session"),
        (status = 403, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "cross_site"),
        (status = 404, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "link_unknown: unknown, used, replaced or older than a day"),
    ))]
pub(crate) async fn redeem(
    (State(app), From(from)): (State<Arc<App>>, From),
    input::Json(asked): input::Json<Redemption>,
) -> std::result::Result<Json<Redeemed>, Problem> {
    Ok(Json(Redeemed { name: redeemed(&app, &from, asked).await? }))
}

/// Sets the password; returns the name to come in with.
///
/// # Errors
/// When the link is not good, or the password or the name cannot be taken.
pub(crate) async fn redeemed(app: &App, from: &str, asked: Redemption) -> std::result::Result<String, Problem> {
    let (db, now, secret) = (&app.kit.db, app.kit.clock.now(), asked.secret.expose_secret());
    let owner = match db.link(secret, now).await?.ok_or(Code::LinkUnknown)? {
        Some(id) => Some(db.account(id).await?.ok_or(Code::LinkUnknown)?),
        None => None,
    };
    let viewer = match (&owner, asked.name) {
        (Some(account), None) => account.viewer(),
        (None, Some(name)) => Viewer::new(name.trim(), Role::Administrator),
        (Some(_), Some(_)) => {
            let (en, fr) = ("the account has its name: leave it out", "le compte a déjà son nom : retirez ce champ");
            return Err(Problem::field(Code::InvalidFields, FieldError::new("name", "not_taken", en, fr)));
        }
        (None, None) => {
            let (en, fr) =
                ("the first administrator's name is needed", "le nom du premier administrateur est nécessaire");
            return Err(Problem::field(Code::InvalidFields, FieldError::new("name", "missing", en, fr)));
        }
    };
    let mut errors = if owner.is_none() { check_viewer(&viewer) } else { Vec::new() };
    errors.extend(passwords::check(asked.password.expose_secret(), &viewer.name));
    if !errors.is_empty() {
        return Err(Problem::fields(Code::InvalidFields, errors));
    }
    let hash = app.passwords.hash(asked.password.expose_secret().to_owned()).await?;
    let mut tx = db.begin().await?;
    let there_are = tx.lock_accounts().await?;
    // Used, or, for the first one, made superfluous by an account, while the password was hashed.
    if !tx.use_link(secret, now).await? || (owner.is_none() && there_are > 0) {
        return Err(Code::LinkUnknown.into());
    }
    let id = match &owner {
        Some(account) => account.id,
        None => {
            let id = tx.put_account(&viewer, None, now).await?.ok_or(Code::LinkUnknown)?;
            tx.note(Entry::new(&viewer, Action::AccountMade, id, "the first administrator"), now);
            id
        }
    };
    tx.set_password(id, &hash, now).await?;
    tx.forget_arrivals(id).await?;
    tx.forget_attempts(Trying { login: &login_of(&viewer.name), from }).await?;
    tx.note(Entry::new(&viewer, Action::PasswordSet, id, "by a link"), now);
    tx.commit().await?;
    Ok(viewer.name)
}
