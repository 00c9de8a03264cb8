//! Bearer tokens, as administrators see them.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use savoir_models::account::{Scope, check_viewer};
use savoir_models::audit::{Action, Entry};
use savoir_models::clock::Timestamp;
use savoir_models::id::TokenId;
use savoir_models::intervention::FieldError;
use savoir_models::store::Token;
use savoir_models::viewer::{Role, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::{self, At};

/// The longest that a token may be made for, in days.
const LONGEST_DAYS: u32 = 3_650;

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewToken {
    /// Whose it is: decisions are signed with this name.
    name: String,
    role: Role,
    /// For contractors and customers, who need one; else left out.
    organisation: Option<String>,
    /// What it is for; left out: all that its role may.
    #[serde(default)]
    scopes: Vec<Scope>,
    /// Ends after so many days; left out: never.
    #[schema(minimum = 1, maximum = 3650)]
    expires_in_days: Option<u32>,
}

/// A token that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeToken {
    id: TokenId,
    /// The secret: it is shown only now.
    token: String,
    expires_at: Option<Timestamp>,
}

/// Tokens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Tokens {
    /// Newest first, without their secrets.
    items: Vec<Token>,
}

/// Lists tokens.
#[utoipa::path(get, path = "/api/v1/tokens", tag = "accounts",
    responses((status = 200, body = Tokens, description = "All of them, those taken back as well")))]
pub(crate) async fn list(State(app): State<Arc<App>>, _bearer: Bearer) -> Result<Json<Tokens>, Problem> {
    Ok(Json(Tokens { items: app.kit.db.tokens().await? }))
}

/// Makes a token.
#[utoipa::path(post, path = "/api/v1/tokens", tag = "accounts", request_body = NewToken,
    responses((status = 201, body = MadeToken, description = "Made")))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    input::Json(asked): input::Json<NewToken>,
) -> Result<(StatusCode, Json<MadeToken>), Problem> {
    // Whoever makes a token can act by it.
    let (name, hand) = (asked.name.trim().to_owned(), bearer.viewer.hand);
    let viewer = Viewer { name, role: asked.role, organisation: asked.organisation, hand };
    let mut errors = check_viewer(&viewer);
    if asked.expires_in_days.is_some_and(|days| !(1..=LONGEST_DAYS).contains(&days)) {
        let (en, fr) = (format!("1 to {LONGEST_DAYS}"), format!("de 1 à {LONGEST_DAYS}"));
        errors.push(FieldError::new("expires_in_days", "out_of_range", en, fr));
    }
    if !errors.is_empty() {
        return Err(Problem::fields(Code::InvalidFields, errors));
    }
    let now = app.kit.clock.now();
    let days = |days: u32| now.after(Duration::from_secs(u64::from(days) * 86_400));
    let expires_at = asked.expires_in_days.map(days);
    let mut tx = app.kit.db.begin().await?;
    let (id, token) = tx.put_scoped_token(&viewer, &asked.scopes, expires_at, now).await?;
    tx.note(Entry::new(&bearer.viewer, Action::TokenMade, id, told(&viewer, &asked.scopes)), now);
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(MadeToken { id, token, expires_at })))
}

/// A token in a line of the audit log.
pub(crate) fn told(viewer: &Viewer, scopes: &[Scope]) -> String {
    let scopes = scopes.iter().map(|s| s.as_str()).collect::<Vec<_>>().join(" ");
    let scopes = if scopes.is_empty() { "all of its role" } else { &scopes };
    format!("{}, {}: {scopes}", viewer.name, viewer.role)
}

/// Takes a token back.
#[utoipa::path(delete, path = "/api/v1/tokens/{id}", tag = "accounts", params(("id" = TokenId, Path)),
    responses((status = 204, description = "It is good for nothing any more")))]
pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<TokenId>,
) -> Result<StatusCode, Problem> {
    let now = app.kit.clock.now();
    let mut tx = app.kit.db.begin().await?;
    if !tx.revoke_token(id, now).await? {
        return Err(Code::NotFound.into());
    }
    tx.note(Entry::new(&bearer.viewer, Action::TokenRevoked, id, ""), now);
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
