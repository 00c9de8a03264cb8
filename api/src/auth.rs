//! Who is at the door: the guard that every route of the table stands behind.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use savoir_models::id::TokenId;
use savoir_models::viewer::{Role, Viewer};

use crate::app::App;
use crate::error::{Code, Problem};
use crate::routes::{Pace, Route, Who};
use crate::{input, peer};

/// Who bears the token of a request. A handler that asks for it can only stand behind a guarded route.
#[derive(Debug, Clone)]
pub(crate) struct Bearer {
    /// The token: what an idempotency key belongs to.
    pub(crate) token: TokenId,
    /// Who is looking.
    pub(crate) viewer: Viewer,
}

impl<S: Sync> FromRequestParts<S> for Bearer {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        // Without a guard there is nobody: refuse rather than assume.
        parts.extensions.get::<Self>().cloned().ok_or_else(|| Code::TokenMissing.into())
    }
}

/// From outside the house: sees what is opened to them and their own cases, never what the house says among itself.
pub(crate) fn is_outsider(viewer: &Viewer) -> bool {
    matches!(viewer.role, Role::Contractor | Role::Customer)
}

/// Lets a request through to its handler, or says why not; and holds it to its time and size.
pub(crate) async fn guard(
    State((app, route)): State<(Arc<App>, &'static Route)>,
    mut request: Request,
    next: Next,
) -> Response {
    // A body cannot be lent across an await: what is looked at is taken out first.
    let local = is_local(&request);
    match admit(&app, route, request.headers().clone(), local).await {
        Ok(Some(bearer)) => {
            request.extensions_mut().insert(bearer);
        }
        Ok(None) => {}
        Err(problem) => return problem.into_response(),
    }
    let server = &app.config.server;
    let (limit, time) = match route.pace {
        Pace::Answer => (server.json_limit_mib, Some(server.request_timeout_seconds)),
        Pace::Upload => (server.upload_total_limit_mib, Some(server.upload_timeout_seconds)),
        Pace::Stream => (server.json_limit_mib, None),
    };
    // What is announced as too large is refused before a byte of it is read.
    if input::announced(request.headers()).is_some_and(|bytes| bytes > input::mib(limit)) {
        return input::too_large(limit).into_response();
    }
    match time {
        None => next.run(request).await,
        Some(seconds) => match tokio::time::timeout(Duration::from_secs(seconds), next.run(request)).await {
            Ok(answer) => answer,
            Err(_) if route.pace == Pace::Upload => Problem::from(Code::BodyTooSlow).into_response(),
            Err(_) => Problem::from(Code::TooSlow).into_response(),
        },
    }
}

async fn admit(app: &App, route: &Route, headers: HeaderMap, local: bool) -> Result<Option<Bearer>, Problem> {
    let roles = match route.who {
        Who::Anyone => return Ok(None),
        Who::LocalOr(_) if local => return Ok(None),
        Who::LocalOr(roles) | Who::Roles(roles) => roles,
    };
    let secret = secret(&headers).ok_or(Code::TokenMissing)?;
    let found = app.kit.db.bearer(secret, app.kit.clock.now()).await?;
    let (token, viewer) = found.ok_or(Code::TokenUnknown)?;
    if !roles.contains(&viewer.role) {
        let may = roles.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(", ");
        let (role, en, fr) = (viewer.role, "this needs one of the roles", "il faut l'un des rôles");
        return Err(Problem::new(
            Code::Forbidden,
            format!("The role {role} does not allow this: {en} {may}."),
            format!("Le rôle {role} ne permet pas cette action : {fr} {may}."),
        ));
    }
    Ok(Some(Bearer { token, viewer }))
}

/// The token of the one `Authorization` header; two of them could mean two persons.
fn secret(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    let (scheme, secret) = value.to_str().ok()?.split_once(' ')?;
    let secret = secret.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !secret.is_empty()).then_some(secret)
}

/// Asked from this machine itself, and not on behalf of others through a proxy on it.
fn is_local(request: &Request) -> bool {
    let forwarded = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    peer.is_some_and(|ConnectInfo(peer)| peer.ip().to_canonical().is_loopback())
        && peer::is_sent_here(request.headers())
        && !forwarded.iter().any(|name| request.headers().contains_key(*name))
}
