//! Cookies travel by themselves: what a browser sends must come from our own pages, and must be meant.

use std::borrow::Cow;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, header};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::ExposeSecret;
use sha2::Sha256;
use subtle::ConstantTimeEq;

use super::Bearer;
use crate::app::App;
use crate::error::{Code, Problem};
use crate::input;

/// The header that says that a change is meant.
const CSRF: &str = "x-csrf-token";

/// The name of the session's cookie. With https the browser itself holds it to this host and to https.
pub(crate) fn cookie_name(app: &App) -> &'static str {
    if app.config.is_https() { "__Host-savoir_session" } else { "savoir_session" }
}

/// The secret of the session's cookie.
pub(crate) fn session_secret(app: &App, headers: &HeaderMap) -> Option<String> {
    cookie_of(cookie_name(app), headers)
}

/// The value of a cookie; none when two are sent, for they could be two persons'.
pub(crate) fn cookie_of(name: &str, headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|v| v.to_str().ok());
    let pairs = cookies.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut found = pairs.filter(|(key, value)| *key == name && !value.is_empty()).map(|(_, value)| value);
    let (secret, None) = (found.next()?, found.next()) else { return None };
    Some(secret.to_owned())
}

/// The token by which a page shows that it may read our answers: made of the session's secret, it ends with it.
pub(crate) fn csrf_token(secret: &str) -> Result<String, Problem> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| Code::Internal)?;
    mac.update(b"csrf");
    Ok(hex::encode(mac.finalize().into_bytes()))
}

/// Refuses what a browser says comes from a page that is not ours. Programs say nothing, and are not browsers.
pub(super) fn own(app: &App, headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).map(|v| v.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site")
        && !["same-origin", "none"].contains(&site)
    {
        return Err(Code::CrossSite.into());
    }
    let Some(origin) = text("origin") else { return Ok(()) };
    let origin = origin.to_ascii_lowercase();
    let public = app.config.public_url();
    let mut is_ours = origin == origin_of(&public);
    // Where nobody says under which address the house is reached, it is the one that was asked.
    if app.config.server.public_url.is_none() {
        let host = text("host").unwrap_or_default().to_ascii_lowercase();
        is_ours |= !host.is_empty() && origin == format!("http://{host}");
    }
    if is_ours { Ok(()) } else { Err(Code::CrossSite.into()) }
}

/// Scheme, host and port of an address.
fn origin_of(url: &str) -> String {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find('/').map_or(url.len(), |at| start + at);
    url[..end].to_ascii_lowercase()
}

/// Puts the token that a form carries in its field `csrf` where [`meant`] looks for it, in `headers`. The request goes on
/// with its body as it came.
pub(super) async fn lift(app: &App, request: Request, headers: &mut HeaderMap) -> Result<Request, Problem> {
    input::plain(headers)?;
    let (parts, body) = request.into_parts();
    let bytes = input::read(app, body).await?;
    let fields: Vec<(Cow<'_, str>, Cow<'_, str>)> = serde_urlencoded::from_bytes(&bytes).unwrap_or_default();
    let sent =
        fields.iter().find(|(name, _)| name == "csrf").and_then(|(_, value)| HeaderValue::try_from(&**value).ok());
    if let Some(sent) = sent {
        headers.insert(CSRF, sent);
    }
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// Refuses a change by cookie that does not carry the token of its session.
pub(super) fn meant(bearer: &Bearer, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(entered) = &bearer.session else { return Ok(()) };
    let expected = csrf_token(entered.secret.expose_secret())?;
    let sent = headers.get(CSRF).map_or(&b""[..], |v| v.as_bytes());
    if sent.ct_eq(expected.as_bytes()).into() { Ok(()) } else { Err(Code::CsrfMissing.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_an_address_without_its_path() {
        assert_eq!(origin_of("https://Savoir.example.com/x/y"), "https://savoir.example.com");
        assert_eq!(origin_of("http://127.0.0.1:4173"), "http://127.0.0.1:4173");
    }

    #[test]
    fn a_token_is_of_its_secret_and_does_not_show_it() {
        let token = csrf_token("ses_abc").unwrap();
        assert_eq!(token.len(), 64);
        assert_ne!(token, csrf_token("ses_abd").unwrap());
    }
}
