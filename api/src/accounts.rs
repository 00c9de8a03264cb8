//! Accounts, as administrators see them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use savoir_models::account::{Account, check_viewer, login_of};
use savoir_models::audit::{Action, Entry};
use savoir_models::clock::Timestamp;
use savoir_models::id::AccountId;
use savoir_models::intervention::FieldError;
use savoir_models::store::{Change, Changed, Trying};
use savoir_models::viewer::{Role, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::{self, At};
use crate::session::new_link;

/// An account to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewAccount {
    /// Decisions are signed with it.
    name: String,
    role: Role,
    /// For contractors and customers, who need one; else left out.
    organisation: Option<String>,
}

/// What is to change; what is left out stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccountChange {
    role: Option<Role>,
    /// For contractors and customers; a role from inside has none.
    organisation: Option<String>,
    /// Whether nobody comes in with it.
    disabled: Option<bool>,
}

/// A link by which a password is set, once.
#[derive(Serialize, ToSchema)]
pub(crate) struct Link {
    /// Its address: it is shown only now.
    link: String,
    /// When it ends.
    expires_at: Timestamp,
}

/// An account that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeAccount {
    #[serde(flatten)]
    account: Account,
    #[serde(flatten)]
    link: Link,
}

/// Accounts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Accounts {
    /// By name.
    items: Vec<Account>,
}

/// Lists accounts.
#[utoipa::path(get, path = "/api/v1/accounts", tag = "accounts",
    responses((status = 200, body = Accounts, description = "All of them")))]
pub(crate) async fn list(State(app): State<Arc<App>>, _bearer: Bearer) -> Result<Json<Accounts>, Problem> {
    Ok(Json(Accounts { items: app.kit.db.accounts().await? }))
}

/// Makes an account; its owner sets the password by the link in the answer.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "accounts", request_body = NewAccount,
    responses(
        (status = 201, body = MadeAccount, description = "Made"),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "name_taken"),
    ))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    input::Json(asked): input::Json<NewAccount>,
) -> Result<(StatusCode, Json<MadeAccount>), Problem> {
    let viewer = Viewer { organisation: asked.organisation, ..Viewer::new(asked.name.trim(), asked.role) };
    let errors = check_viewer(&viewer);
    if !errors.is_empty() {
        return Err(Problem::fields(Code::InvalidFields, errors));
    }
    let now = app.kit.clock.now();
    let mut tx = app.kit.db.begin().await?;
    tx.lock_accounts().await?;
    let id = tx.put_account(&viewer, None, now).await?.ok_or(Code::NameTaken)?;
    let (link, expires_at) = new_link(&mut tx, &app.config, Some(id), now).await?;
    let detail = format!("{}, {}", viewer.name, viewer.role);
    tx.note(Entry::new(&bearer.viewer, Action::AccountMade, id, detail), now);
    tx.commit().await?;
    let account = app.kit.db.account(id).await?.ok_or(Code::NotFound)?;
    Ok((StatusCode::CREATED, Json(MadeAccount { account, link: Link { link, expires_at } })))
}

/// Changes the role, the organisation or the state of an account. Its sessions end.
#[utoipa::path(patch, path = "/api/v1/accounts/{id}", tag = "accounts", params(("id" = AccountId, Path)),
    request_body = AccountChange,
    responses(
        (status = 200, body = Account, description = "As it is now"),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "last_administrator"),
    ))]
pub(crate) async fn change(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<AccountId>,
    input::Json(asked): input::Json<AccountChange>,
) -> Result<Json<Account>, Problem> {
    let before = app.kit.db.account(id).await?.ok_or(Code::NotFound)?;
    let standing = match (asked.role, asked.organisation) {
        (None, None) => None,
        (role, organisation) => {
            let role = role.unwrap_or(before.role);
            let outside = matches!(role, Role::Contractor | Role::Customer);
            Some((role, organisation.or_else(|| before.organisation.clone().filter(|_| outside))))
        }
    };
    if standing.is_none() && asked.disabled.is_none() {
        let (en, fr) = (
            "name what is to change: role, organisation, disabled",
            "indiquez ce qui change : role, organisation, disabled",
        );
        return Err(Problem::field(Code::InvalidFields, FieldError::new("", "empty", en, fr)));
    }
    let change = Change { standing, disabled: asked.disabled };
    Ok(Json(apply(&app, (id, &before), &change, &bearer.viewer).await?))
}

async fn apply(
    app: &App,
    (id, before): (AccountId, &Account),
    change: &Change,
    by: &Viewer,
) -> Result<Account, Problem> {
    if let Some((role, organisation)) = &change.standing {
        let viewer = Viewer { organisation: organisation.clone(), ..Viewer::new(&before.name, *role) };
        let errors = check_viewer(&viewer);
        if !errors.is_empty() {
            return Err(Problem::fields(Code::InvalidFields, errors));
        }
    }
    let now = app.kit.clock.now();
    let mut tx = app.kit.db.begin().await?;
    match tx.change_account(id, change, now).await? {
        Changed::Nobody => Err(Code::NotFound.into()),
        Changed::LastAdministrator => Err(Code::LastAdministrator.into()),
        Changed::Done(after) => {
            tx.note(Entry::new(by, Action::AccountChanged, id, told(&after)), now);
            tx.commit().await?;
            Ok(after)
        }
    }
}

/// An account in a line of the audit log.
pub(crate) fn told(account: &Account) -> String {
    let state = if account.disabled_at.is_some() { "disabled" } else { "enabled" };
    format!("{}, {}, {state}", account.name, account.role)
}

/// Makes a one-time link by which the owner of an account sets a password. Links made before it no longer work.
#[utoipa::path(post, path = "/api/v1/accounts/{id}/link", tag = "accounts", params(("id" = AccountId, Path)),
    responses((status = 201, body = Link, description = "Made")))]
pub(crate) async fn link(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<AccountId>,
) -> Result<(StatusCode, Json<Link>), Problem> {
    let account = app.kit.db.account(id).await?.ok_or(Code::NotFound)?;
    let now = app.kit.clock.now();
    let mut tx = app.kit.db.begin().await?;
    let (link, expires_at) = new_link(&mut tx, &app.config, Some(id), now).await?;
    tx.forget_attempts(Trying { login: &login_of(&account.name), from: "" }).await?;
    tx.note(Entry::new(&bearer.viewer, Action::LinkMade, id, told(&account)), now);
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(Link { link, expires_at })))
}
