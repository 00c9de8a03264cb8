//! Who is at the door: the guard that every route of the table stands behind.
//!
//! A program shows a bearer token, a browser the cookie of its session. Who sends an `Authorization` header is judged by
//! it alone, whatever cookies come along: a broken token never falls back to somebody's session.

mod origin;
mod visitor;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{ConnectInfo, FromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use savoir_models::account::{Account, Session};
use savoir_models::id::SiteId;
use savoir_models::store::Token;
use savoir_models::viewer::{Role, Viewer};
use secrecy::SecretString;

pub(crate) use origin::{cookie_name, cookie_of, csrf_token, session_secret};
pub(crate) use visitor::{crossing, of_site};

use crate::app::App;
use crate::error::{Code, Problem};
use crate::routes::{Pace, Route, Who};
use crate::{input, peer};

/// Who is asking. A handler that wants to know can only stand behind a guarded route.
#[derive(Debug, Clone)]
pub(crate) struct Bearer {
    /// What an idempotency key belongs to: a token, or an account.
    pub(crate) owner: String,
    /// Who is looking.
    pub(crate) viewer: Viewer,
    /// The session, for those who came with a browser.
    pub(crate) session: Option<Entered>,
    /// The web site that an unnamed visitor of the chat comes by.
    pub(crate) site: Option<SiteId>,
}

/// Somebody with a browser.
#[derive(Debug, Clone)]
pub(crate) struct Entered {
    /// Their session.
    pub(crate) session: Session,
    /// Their account, as it is now.
    pub(crate) account: Account,
    /// The secret in their cookie.
    pub(crate) secret: SecretString,
}

impl Bearer {
    /// The session, for what only a person does.
    ///
    /// # Errors
    /// When a token was shown.
    pub(crate) fn entered(&self) -> Result<&Entered, Problem> {
        self.session.as_ref().ok_or_else(|| Code::SessionNeeded.into())
    }
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
    matches!(viewer.role, Role::Contractor | Role::Customer | Role::Anonymous)
}

/// Lets a request through to its handler, or says why not; and holds it to its time and size.
pub(crate) async fn guard(
    State((app, route)): State<(Arc<App>, &'static Route)>,
    mut request: Request,
    next: Next,
) -> Response {
    // A body cannot be lent across an await: what is looked at is taken out first.
    let (local, method) = (is_local(&request), request.method().clone());
    let mut headers = request.headers().clone();
    // A page without scripts cannot set the header: its form carries the token.
    if route.is_page() && !method.is_safe() && input::is_fields(&headers) {
        request = match origin::lift(&app, request, &mut headers).await {
            Ok(request) => request,
            Err(problem) => return problem.into_response(),
        };
    }
    match admit(&app, route, (&method, headers), local).await {
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

async fn admit(
    app: &Arc<App>,
    route: &Route,
    (method, headers): (&Method, HeaderMap),
    local: bool,
) -> Result<Option<Bearer>, Problem> {
    let changes = !method.is_safe();
    let roles = match route.who {
        Who::Anyone if changes => return origin::own(app, &headers).map(|()| None),
        Who::Anyone => return Ok(None),
        Who::LocalOr(_) if local => return Ok(None),
        Who::VisitorsOr(_) if is_visitor(&headers) => return visitor::by_site(app, &headers).await.map(Some),
        Who::LocalOr(roles) | Who::Roles(roles) | Who::VisitorsOr(roles) => roles,
    };
    let (bearer, token) = if headers.contains_key(header::AUTHORIZATION) {
        let (bearer, token) = by_token(app, &headers).await?;
        (bearer, Some(token))
    } else {
        let bearer = by_session(app, &headers).await?;
        if changes {
            origin::own(app, &headers)?;
            origin::meant(&bearer, &headers)?;
        }
        (bearer, None)
    };
    if !roles.contains(&bearer.viewer.role) {
        let may = roles.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(", ");
        let (role, en, fr) = (bearer.viewer.role, "this needs one of the roles", "il faut l'un des rôles");
        return Err(Problem::new(
            Code::Forbidden,
            format!("The role {role} does not allow this: {en} {may}."),
            format!("Le rôle {role} ne permet pas cette action : {fr} {may}."),
        ));
    }
    if token.is_some_and(|t| !t.scopes.is_empty() && !t.scopes.contains(&route.scope)) {
        let scope = route.scope;
        return Err(Problem::new(
            Code::OutOfScope,
            format!("This token is not made for this: it needs the scope {scope}."),
            format!("Ce jeton n'est pas fait pour cela : il lui faut la portée {scope}."),
        ));
    }
    Ok(Some(bearer))
}

/// Whether somebody shows the key of a web site, and nothing of their own that says more.
fn is_visitor(headers: &HeaderMap) -> bool {
    headers.contains_key(visitor::SITE_KEY) && !headers.contains_key(header::AUTHORIZATION)
}

async fn by_token(app: &Arc<App>, headers: &HeaderMap) -> Result<(Bearer, Token), Problem> {
    let (secret, now) = (secret(headers).ok_or(Code::TokenMissing)?, app.kit.clock.now());
    let token = app.kit.db.bearer(secret, now).await?.ok_or(Code::TokenUnknown)?;
    if token.is_stale(now) {
        note_use(app, Used::Token(token.id));
    }
    Ok((Bearer { owner: token.id.to_string(), viewer: token.viewer.clone(), session: None, site: None }, token))
}

async fn by_session(app: &Arc<App>, headers: &HeaderMap) -> Result<Bearer, Problem> {
    let (secret, now) = (session_secret(app, headers).ok_or(Code::TokenMissing)?, app.kit.clock.now());
    let found = app.kit.db.session(&secret, now, app.config.accounts.idle()).await?;
    let (session, account) = found.ok_or(Code::SessionUnknown)?;
    if session.is_stale(now) {
        note_use(app, Used::Session(session.id));
    }
    let (owner, viewer) = (account.id.to_string(), account.viewer());
    Ok(Bearer { owner, viewer, session: Some(Entered { session, account, secret: secret.into() }), site: None })
}

enum Used {
    Token(savoir_models::id::TokenId),
    Session(savoir_models::id::SessionId),
}

/// Writes down, beside the request, that it came: nobody waits for it, and an answer does not depend on it.
fn note_use(app: &Arc<App>, used: Used) {
    let (db, now) = (app.kit.db.clone(), app.kit.clock.now());
    tokio::spawn(async move {
        let noted = async {
            let mut tx = db.begin().await?;
            match used {
                Used::Token(id) => tx.touch_token(id, now).await?,
                Used::Session(id) => tx.touch_session(id, now).await?,
            }
            tx.commit().await
        };
        if let Err(error) = noted.await {
            tracing::warn!(%error, "the use of a token or session was not noted");
        }
    });
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
