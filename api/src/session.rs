//! Coming in with a name and a password, who one is, one's sessions, and going out again.

mod links;
mod list;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use savoir_models::account::{Account, agent_of, login_of};
use savoir_models::audit::{Action, Entry};
use savoir_models::clock::Timestamp;
use savoir_models::store::{Attempt, Begun, Trying};
use savoir_models::viewer::Viewer;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(crate) use links::{__path_redeem, Redemption, new_link, redeem, redeemed};
pub(crate) use list::{__path_end, __path_list, end, list};

use crate::app::App;
use crate::auth::{Bearer, cookie_name, csrf_token, session_secret};
use crate::error::{Code, Problem};
use crate::input;
use crate::passwords;
use crate::peer::From;

/// Who wants to come in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Credentials {
    /// Capitals and accents typed in two pieces do not matter.
    pub(crate) name: String,
    #[schema(value_type = String, format = "password")]
    pub(crate) password: SecretString,
}

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPassword {
    /// The password until now.
    #[schema(value_type = String, format = "password")]
    old: SecretString,
    /// 8 to 256 characters, none of the first that others would try.
    #[schema(value_type = String, format = "password")]
    new: SecretString,
}

/// Who one is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Standing {
    #[serde(flatten)]
    viewer: Viewer,
    /// To be sent in the header X-CSRF-Token with every change; missing for those with a token, who need none.
    #[serde(skip_serializing_if = "Option::is_none")]
    csrf_token: Option<String>,
    /// When the session ends at the latest; missing for those with a token.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Timestamp>,
}

/// Comes in: the answer sets the cookie of a new session. A session that the request brought along ends.
#[utoipa::path(post, path = "/api/v1/session", tag = "accounts", security(()), request_body = Credentials,
    responses(
        (status = 200, body = Standing, description = "In; the cookie is set", headers(("Set-Cookie" = String))),
        (status = 401, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "login_failed: the name or the password is wrong"),
        (status = 403, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "cross_site"),
        (status = 429, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "too_many_attempts", headers(("Retry-After" = u64))),
    ))]
pub(crate) async fn log_in(
    State(app): State<Arc<App>>,
    (From(from), headers): (From, HeaderMap),
    input::Json(asked): input::Json<Credentials>,
) -> Result<Response, Problem> {
    let (account, opened) = enter(&app, &headers, &from, &asked).await?;
    inside(&app, &account, &opened)
}

/// Opens a session for who gives the right password; one that the request brought along ends.
///
/// # Errors
/// When the name or the password is wrong, or nobody comes in with this account, or too many tries were made.
pub(crate) async fn enter(
    app: &App,
    headers: &HeaderMap,
    from: &str,
    asked: &Credentials,
) -> Result<(Account, Begun), Problem> {
    let (now, login) = (app.kit.clock.now(), login_of(&asked.name));
    let trying = Trying { login: &login, from };
    let mut tx = app.kit.db.begin().await?;
    let attempt = tx.attempt(trying, now).await?;
    tx.commit().await?;
    let locks = match attempt {
        Attempt::Locked(until) => return Err(locked(until, now)),
        Attempt::Free(locks) => locks,
    };
    let known = app.kit.db.account_named(&asked.name).await?;
    let kept = known.as_ref().and_then(|k| k.password.clone());
    let right = app.passwords.is_right(asked.password.expose_secret().to_owned(), kept.clone()).await?;
    let mut tx = app.kit.db.begin().await?;
    let account = known.map(|k| k.account);
    let Some(account) = account.clone().filter(|a| right && a.disabled_at.is_none()) else {
        if let (Some(account), Some(until)) = (account, locks) {
            tx.note(Entry::new(&account.viewer(), Action::LockedOut, account.id, format!("until {until}")), now);
        }
        tx.commit().await?;
        return Err(Code::LoginFailed.into());
    };
    tx.arrived(account.id, trying, now).await?;
    if let Some(brought) = session_secret(app, headers) {
        tx.end_session_of(&brought).await?;
    }
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let end = now.after(app.config.accounts.longest());
    // Disabled or given another password in the meantime: then this one was not right.
    let opened = tx.open_session(account.id, kept.as_deref(), &agent_of(agent), end, now).await?;
    let opened = opened.ok_or(Code::LoginFailed)?;
    tx.came_in(account.id, now).await?;
    tx.note(Entry::new(&account.viewer(), Action::LoggedIn, account.id, "by password"), now);
    tx.commit().await?;
    Ok((account, opened))
}

/// The cookie of a session that was opened.
pub(crate) fn session_cookie(app: &App, opened: &Begun) -> Result<HeaderValue, Problem> {
    let age = opened.session.expires_at.since(opened.session.created_at).as_secs();
    cookie(app, cookie_name(app), &opened.secret, age)
}

/// The answer to somebody who is in: who they are, and the cookie.
fn inside(app: &App, account: &Account, opened: &Begun) -> Result<Response, Problem> {
    let standing = Standing {
        viewer: account.viewer(),
        csrf_token: Some(csrf_token(&opened.secret)?),
        expires_at: Some(opened.session.expires_at),
    };
    Ok(([(header::SET_COOKIE, session_cookie(app, opened)?)], Json(standing)).into_response())
}

/// A cookie that scripts do not see and other sites' pages do not send.
pub(crate) fn cookie(app: &App, name: &str, secret: &str, age: u64) -> Result<HeaderValue, Problem> {
    let secure = if app.config.is_https() { "; Secure" } else { "" };
    let text = format!("{name}={secret}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}");
    let mut value = HeaderValue::try_from(text).map_err(|_| Code::Internal)?;
    value.set_sensitive(true);
    Ok(value)
}

fn locked(until: Timestamp, now: Timestamp) -> Problem {
    let seconds = until.since(now).as_millis().div_ceil(1_000).max(1);
    let problem = Problem::new(
        Code::TooManyAttempts,
        format!("Too many tries under this name: try again in {seconds} seconds."),
        format!("Trop d'essais sous ce nom : réessayez dans {seconds} secondes."),
    );
    match HeaderValue::try_from(seconds.to_string()) {
        Ok(value) => problem.with(header::RETRY_AFTER, value),
        Err(_) => problem,
    }
}

/// Who one is, and what a page needs to send changes.
#[utoipa::path(get, path = "/api/v1/session", tag = "accounts",
    responses((status = 200, body = Standing, description = "Who is asking")))]
pub(crate) async fn show(bearer: Bearer) -> Result<Json<Standing>, Problem> {
    let entered = bearer.session.as_ref();
    let csrf_token = entered.map(|e| csrf_token(e.secret.expose_secret())).transpose()?;
    let expires_at = entered.map(|e| e.session.expires_at);
    Ok(Json(Standing { viewer: bearer.viewer, csrf_token, expires_at }))
}

/// Goes out: the session ends, the cookie is taken back.
#[utoipa::path(delete, path = "/api/v1/session", tag = "accounts",
    responses(
        (status = 204, description = "Out"),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "session_needed"),
    ))]
pub(crate) async fn log_out(State(app): State<Arc<App>>, bearer: Bearer) -> Result<Response, Problem> {
    let taken_back = leave(&app, &bearer).await?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, taken_back)]).into_response())
}

/// Ends a session; returns what takes its cookie back.
///
/// # Errors
/// When a token was shown.
pub(crate) async fn leave(app: &App, bearer: &Bearer) -> Result<HeaderValue, Problem> {
    let entered = bearer.entered()?;
    let mut tx = app.kit.db.begin().await?;
    tx.end_session(entered.session.id, Some(entered.account.id)).await?;
    tx.note(Entry::new(&bearer.viewer, Action::SessionEnded, entered.session.id, "logged out"), app.kit.clock.now());
    tx.commit().await?;
    cookie(app, cookie_name(app), "", 0)
}

/// Takes another password. Every session of the account ends, and this browser gets a new one.
#[utoipa::path(post, path = "/api/v1/session/password", tag = "accounts", request_body = NewPassword,
    responses(
        (status = 200, body = Standing, description = "Taken; the cookie is a new one", headers(("Set-Cookie" = String))),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "session_needed"),
        (status = 429, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "too_many_attempts", headers(("Retry-After" = u64))),
    ))]
pub(crate) async fn change_password(
    State(app): State<Arc<App>>,
    (bearer, From(from)): (Bearer, From),
    input::Json(asked): input::Json<NewPassword>,
) -> Result<Response, Problem> {
    let (entered, now) = (bearer.entered()?, app.kit.clock.now());
    let (account, login) = (&entered.account, login_of(&entered.account.name));
    let (new, trying) = (asked.new.expose_secret(), Trying { login: &login, from: &from });
    if let Some(error) = passwords::check(new, &account.name) {
        return Err(Problem::field(Code::InvalidFields, error));
    }
    // Somebody at a browser that was left open must not guess without end.
    let mut tx = app.kit.db.begin().await?;
    let attempt = tx.attempt(trying, now).await?;
    tx.commit().await?;
    if let Attempt::Locked(until) = attempt {
        return Err(locked(until, now));
    }
    let kept = app.kit.db.account_named(&account.name).await?.and_then(|k| k.password);
    if !app.passwords.is_right(asked.old.expose_secret().to_owned(), kept).await? {
        let (en, fr) = ("is not the password until now", "n'est pas le mot de passe actuel");
        return Err(Problem::field(
            Code::InvalidFields,
            savoir_models::intervention::FieldError::new("old", "wrong", en, fr),
        ));
    }
    let hash = app.passwords.hash(new.to_owned()).await?;
    let mut tx = app.kit.db.begin().await?;
    tx.arrived(account.id, trying, now).await?;
    tx.set_password(account.id, &hash, now).await?;
    let end = entered.session.expires_at;
    let opened = tx.open_session(account.id, Some(&hash), &entered.session.agent, end, now).await?;
    let opened = opened.ok_or(Code::SessionUnknown)?;
    tx.note(Entry::new(&bearer.viewer, Action::PasswordSet, account.id, "by its owner"), now);
    tx.commit().await?;
    inside(&app, account, &opened)
}
