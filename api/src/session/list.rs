//! Sessions: one's own, and for administrators those of others.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use savoir_models::account::Session;
use savoir_models::audit::{Action, Entry};
use savoir_models::id::{AccountId, SessionId};
use savoir_models::viewer::Role;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::{Ask, At};

/// Whose sessions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// For administrators: another account; one's own when left out.
    account: Option<AccountId>,
}

/// Sessions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sessions {
    /// Newest first.
    items: Vec<Session>,
    /// Which of them this is.
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<SessionId>,
}

/// Lists the browsers that somebody is in with.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "accounts", params(Listing),
    responses(
        (status = 200, body = Sessions, description = "Those that are still good"),
        (status = 404, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "not_found: there is no such account, or it is another's"),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "session_needed: a token has no sessions of its own"),
    ))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    Ask(asked): Ask<Listing>,
) -> Result<Json<Sessions>, Problem> {
    let account = match asked.account {
        Some(other) => other,
        None => bearer.entered()?.account.id,
    };
    let own = bearer.session.as_ref().is_some_and(|e| e.account.id == account);
    // Whether there is such an account is not said to those who may not see it.
    if !own && bearer.viewer.role != Role::Administrator {
        return Err(Code::NotFound.into());
    }
    let items = app.kit.db.sessions(Some(account), app.kit.clock.now(), app.config.accounts.idle()).await?;
    Ok(Json(Sessions { items, current: bearer.session.map(|e| e.session.id) }))
}

/// Ends a session: one's own, or, for administrators, anybody's.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "accounts", params(("id" = SessionId, Path)),
    responses((status = 204, description = "It has ended")))]
pub(crate) async fn end(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<SessionId>,
) -> Result<StatusCode, Problem> {
    let of = match bearer.viewer.role {
        Role::Administrator => None,
        _ => Some(bearer.session.as_ref().ok_or(Code::NotFound)?.account.id),
    };
    let mut tx = app.kit.db.begin().await?;
    if !tx.end_session(id, of).await? {
        return Err(Code::NotFound.into());
    }
    tx.note(Entry::new(&bearer.viewer, Action::SessionEnded, id, "taken back"), app.kit.clock.now());
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
