//! Coming in, going out, choosing a language.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use savoir_models::text::Language;
use serde::Deserialize;

use crate::app::App;
use crate::auth::Bearer;
use crate::error::Problem;
use crate::input::{Ask, Form};
use crate::oidc::back::is_local;
use crate::page::{Frame, Visitor, refuse, see_other};
use crate::peer::From;
use crate::session::{self, Credentials};
use crate::words::Entry;

/// How long a chosen language is kept, seconds: a year.
const KEPT: u64 = 31_536_000;

#[derive(Template)]
#[template(path = "login.html")]
struct LogIn {
    frame: Frame,
    t: &'static Entry,
    to: String,
    name: String,
    refused: Option<String>,
    /// Whether people may come in by a provider of the house's own.
    has_provider: bool,
    was_set: bool,
}

/// Where one wanted to go.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    to: String,
    /// Whose password was just set.
    #[serde(default)]
    name: String,
}

/// Asks who it is.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Ask(wanted): Ask<Wanted>,
) -> Result<Response, Problem> {
    let (to, was_set) = (target(&wanted.to), !wanted.name.is_empty());
    let (t, has_provider) = (Entry::of(visitor.language), app.oidc.is_some());
    visitor.page(|frame| LogIn { frame, t, to, name: wanted.name, refused: None, has_provider, was_set })
}

/// A page of ours, or the first one.
fn target(to: &str) -> String {
    if is_local(to) && !to.starts_with("/log") { to.to_owned() } else { "/".to_owned() }
}

/// A filled-in form.
#[derive(Deserialize)]
pub(crate) struct Filled {
    #[serde(flatten)]
    credentials: Credentials,
    #[serde(default)]
    to: String,
}

/// Lets in who gives the right password, and brings them where they wanted to go. Else the page says what is wrong.
pub(crate) async fn enter(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    (From(from), headers): (From, HeaderMap),
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let to = target(&filled.to);
    match session::enter(&app, &headers, &from, &filled.credentials).await {
        Ok((_, opened)) => {
            let cookie = session::session_cookie(&app, &opened)?;
            Ok(([(header::SET_COOKIE, cookie)], see_other(&to)).into_response())
        }
        Err(problem) => {
            let (t, has_provider) = (Entry::of(visitor.language), app.oidc.is_some());
            let (name, refused) = (filled.credentials.name, Some(problem.detail(visitor.language).to_owned()));
            let mut answer =
                visitor.page(|frame| LogIn { frame, t, to, name, refused, has_provider, was_set: false })?;
            refuse(&mut answer, &problem);
            Ok(answer)
        }
    }
}

/// Goes out.
pub(crate) async fn leave(State(app): State<Arc<App>>, bearer: Bearer) -> Result<Response, Problem> {
    let taken_back = session::leave(&app, &bearer).await?;
    Ok(([(header::SET_COOKIE, taken_back)], see_other("/login")).into_response())
}

/// A chosen language.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    language: Language,
    #[serde(default)]
    to: String,
}

/// Keeps the language in which somebody wants to read, in their browser.
pub(crate) async fn language(State(app): State<Arc<App>>, Form(chosen): Form<Chosen>) -> Result<Response, Problem> {
    let to = if is_local(&chosen.to) { chosen.to.as_str() } else { "/" };
    let cookie = session::cookie(&app, crate::language::COOKIE, chosen.language.as_str(), KEPT)?;
    Ok(([(header::SET_COOKIE, cookie)] as [(_, HeaderValue); 1], see_other(to)).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_brought_to_pages_of_ours_and_not_back_to_the_door() {
        assert_eq!(target("/reviews?x=1"), "/reviews?x=1");
        for elsewhere in ["", "https://evil.example", "//evil.example", "/login", "/logout", "/\\evil.example"] {
            assert_eq!(target(elsewhere), "/", "{elsewhere}");
        }
    }
}
