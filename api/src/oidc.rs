//! Coming in by OpenID Connect: the browser goes to the provider and comes back with a code (authorization code flow with
//! PKCE, RFC 7636).
//!
//! A log-in is tied to the browser that began it by one secret in a cookie. State, nonce and verifier are derived from it,
//! so that a code brought by somebody else, or from another log-in, opens nothing; its hash is a row that is used once.

pub(crate) mod back;
mod claims;
mod provider;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use hmac::{Hmac, KeyInit, Mac};
use savoir_models::account::{Account, agent_of};
use savoir_models::audit::{Action, Entry};
use savoir_models::clock::Timestamp;
use savoir_models::id;
use savoir_models::intervention::FieldError;
use savoir_models::store::{Change, Changed, Known, Tx};
use savoir_models::viewer::Viewer;
use serde::Deserialize;
use sha2::Sha256;
use subtle::ConstantTimeEq;
use utoipa::IntoParams;

pub(crate) use provider::Provider;
use provider::{Identity, Ties, Trouble};

use crate::accounts::told;
use crate::app::App;
use crate::auth::{cookie_of, session_secret};
use crate::error::{Code, Problem};
use crate::input;
use crate::session::{cookie, session_cookie};

/// How long a log-in may take.
const LASTS: Duration = Duration::from_secs(600);
/// How many persons of one name there may be.
const NAMESAKES: u32 = 100;

/// Where a log-in is to lead.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Start {
    /// The page to be shown then, as in "/reviews"; "/" when it is left out.
    #[serde(default)]
    return_to: Option<String>,
}

/// What the provider sends the browser back with. Providers add words of their own.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct Callback {
    /// Stands for the person.
    code: Option<String>,
    /// Ties the answer to the browser.
    state: Option<String>,
    /// Why there is no code.
    error: Option<String>,
    /// The provider (RFC 9207).
    iss: Option<String>,
}

/// Sends a browser to the provider.
#[utoipa::path(get, path = "/api/v1/oidc/start", tag = "accounts", security(()), params(Start),
    responses(
        (status = 303, description = "To the provider; a cookie is set", headers(("Location" = String), ("Set-Cookie" = String))),
        (status = 404, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "oidc_off"),
    ))]
pub(crate) async fn start(
    State(app): State<Arc<App>>,
    input::Ask(asked): input::Ask<Start>,
) -> Result<Response, Problem> {
    let provider = app.oidc.as_ref().ok_or(Code::OidcOff)?;
    let return_to = asked.return_to.unwrap_or_else(|| "/".to_owned());
    if !back::is_local(&return_to) {
        let (en, fr) =
            ("a path of this site, as in /reviews, is expected", "un chemin de ce site est attendu, comme /reviews");
        return Err(Problem::field(Code::BadQuery, FieldError::new("return_to", "not_local", en, fr)));
    }
    let (now, secret) = (app.kit.clock.now(), id::secret(32));
    let address = provider.address(&ties(&secret)?, now).await.map_err(said)?;
    let mut tx = app.kit.db.begin().await?;
    tx.begin_oidc(&secret, &return_to, now.after(LASTS), now).await?;
    tx.commit().await?;
    let kept = cookie(&app, cookie_name(&app), &secret, LASTS.as_secs())?;
    see_other(&address, [(header::SET_COOKIE, kept)])
}

/// Takes a browser back from the provider: the answer sets the cookie of a new session. A session that it brought along
/// ends.
#[utoipa::path(get, path = "/api/v1/oidc/callback", tag = "accounts", security(()), params(Callback),
    responses(
        (status = 303, description = "In, and on to the page asked for; the session's cookie is set", headers(("Location" = String), ("Set-Cookie" = String))),
        (status = 400, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "oidc_stale: not begun in this browser, finished, or begun more than ten minutes ago"),
        (status = 403, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "oidc_refused, oidc_no_role, account_disabled"),
        (status = 404, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "oidc_off"),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "name_taken, last_administrator"),
    ))]
pub(crate) async fn callback(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    input::Ask(asked): input::Ask<Callback>,
) -> Result<Response, Problem> {
    let provider = app.oidc.as_ref().ok_or(Code::OidcOff)?;
    let now = app.kit.clock.now();
    let secret = cookie_of(cookie_name(&app), &headers).ok_or(Code::OidcStale)?;
    let ties = ties(&secret)?;
    // An answer that is not this browser's does not use its log-in up.
    if !bool::from(ties.state.as_bytes().ct_eq(asked.state.unwrap_or_default().as_bytes())) {
        return Err(Code::OidcStale.into());
    }
    let mut tx = app.kit.db.begin().await?;
    let return_to = tx.use_oidc(&secret, now).await?;
    tx.commit().await?;
    let return_to = return_to.filter(|path| back::is_local(path)).ok_or(Code::OidcStale)?;
    if let Some(error) = asked.error {
        return Err(said(Trouble::Refused(format!("the provider says {}", agent_of(&error)))));
    }
    if asked.iss.is_some_and(|iss| Some(iss) != app.config.oidc.issuer) {
        return Err(said(Trouble::Refused("another provider answers".into())));
    }
    let code = asked.code.ok_or_else(|| said(Trouble::Refused("no code came back".into())))?;
    let identity = provider.identity(code, ties, now).await.map_err(said)?;
    let viewer = claims::viewer(&app.config.oidc, &identity.claims);

    let mut tx = app.kit.db.begin().await?;
    tx.lock_accounts().await?;
    let known = tx.known_of_subject(&identity.issuer, &identity.subject).await?;
    let viewer = match (viewer, known.as_ref()) {
        (Ok(viewer), _) => viewer,
        (Err(problem), None) => return Err(problem),
        (Err(problem), Some(known)) => {
            // What the provider took back is not kept on by a browser that came in before.
            tx.end_sessions(known.account.id, now).await?;
            tx.commit().await?;
            return Err(problem);
        }
    };
    let (account, password) = match known {
        Some(known) => renewed(&mut tx, known, &viewer, now).await?,
        None => (made(&mut tx, &viewer, &identity, now).await?, None),
    };
    if let Some(brought) = session_secret(&app, &headers) {
        tx.end_session_of(&brought).await?;
    }
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let end = now.after(app.config.accounts.longest());
    let opened = tx.open_session(account.id, password.as_deref(), &agent_of(agent), end, now).await?;
    let opened = opened.ok_or(Code::AccountDisabled)?;
    tx.came_in(account.id, now).await?;
    tx.note(Entry::new(&account.viewer(), Action::LoggedIn, account.id, "by oidc"), now);
    tx.commit().await?;
    let session = session_cookie(&app, &opened)?;
    let spent = cookie(&app, cookie_name(&app), "", 0)?;
    see_other(&return_to, [(header::SET_COOKIE, session), (header::SET_COOKIE, spent)])
}

/// An account that came in before, with the standing that the provider gives it now.
async fn renewed(
    tx: &mut Tx,
    known: Known,
    viewer: &Viewer,
    now: Timestamp,
) -> Result<(Account, Option<String>), Problem> {
    let Known { account, password } = known;
    if account.disabled_at.is_some() {
        return Err(Code::AccountDisabled.into());
    }
    if (account.role, &account.organisation) == (viewer.role, &viewer.organisation) {
        return Ok((account, password));
    }
    let change = Change { standing: Some((viewer.role, viewer.organisation.clone())), disabled: None };
    match tx.change_account(account.id, &change, now).await? {
        Changed::Nobody => Err(Code::AccountDisabled.into()),
        // Nobody comes in with more than the provider gives, and the house is not left without an administrator.
        Changed::LastAdministrator => Err(Code::LastAdministrator.into()),
        Changed::Done(after) => {
            let detail = format!("{}, by oidc", told(&after));
            tx.note(Entry::new(&after.viewer(), Action::AccountChanged, after.id, detail), now);
            Ok((after, password))
        }
    }
}

/// A new account. A namesake's is another person's: it is told apart by a number.
async fn made(tx: &mut Tx, viewer: &Viewer, identity: &Identity, now: Timestamp) -> Result<Account, Problem> {
    let who = Some((identity.issuer.as_str(), identity.subject.as_str()));
    for n in 1..NAMESAKES {
        let name = if n == 1 { viewer.name.clone() } else { claims::numbered(&viewer.name, n) };
        let viewer = Viewer { name, ..viewer.clone() };
        if tx.put_account(&viewer, who, now).await?.is_none() {
            continue;
        }
        let made = tx.known_of_subject(&identity.issuer, &identity.subject).await?.ok_or(Code::Internal)?.account;
        tx.note(Entry::new(&viewer, Action::AccountMade, made.id, format!("{}, by oidc", told(&made))), now);
        return Ok(made);
    }
    Err(Code::NameTaken.into())
}

/// What ties a log-in to its browser, made of the cookie's secret: none of it tells the secret or the others.
fn ties(secret: &str) -> Result<Ties, Problem> {
    let derived = |label: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| Code::Internal)?;
        mac.update(label.as_bytes());
        Ok::<_, Problem>(hex::encode(mac.finalize().into_bytes()))
    };
    Ok(Ties { state: derived("oidc state")?, nonce: derived("oidc nonce")?, verifier: derived("oidc verifier")? })
}

/// The name of the cookie of a log-in that was begun.
fn cookie_name(app: &App) -> &'static str {
    if app.config.is_https() { "__Host-savoir_oidc" } else { "savoir_oidc" }
}

/// The log knows what went wrong; whoever asks is told what to do.
fn said(trouble: Trouble) -> Problem {
    tracing::warn!(%trouble, "a log-in by OpenID Connect failed");
    match trouble {
        Trouble::Down(_) => Code::OidcDown.into(),
        Trouble::Refused(_) => Code::OidcRefused.into(),
    }
}

/// On to another address, kept by nobody on the way and told to nobody there.
fn see_other<const N: usize>(address: &str, cookies: [(HeaderName, HeaderValue); N]) -> Result<Response, Problem> {
    let mut answer = StatusCode::SEE_OTHER.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::try_from(address).map_err(|_| Code::Internal)?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    for (name, value) in cookies {
        headers.append(name, value);
    }
    Ok(answer)
}
