//! What all pages share: who looks, in which language, the frame around them, and how a refusal looks to a person.

mod assets;

use std::convert::Infallible;
use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use savoir_models::clock::Timestamp;
use savoir_models::text::Language;
use savoir_models::viewer::Viewer;
use secrecy::ExposeSecret;

pub(crate) use assets::serve;

use crate::app::App;
use crate::auth::{Bearer, csrf_token};
use crate::error::{Code, Problem};
use crate::words::{Common, fill, role};
use crate::{headers, language, routes};

/// What a page is called in the menu.
type Label = fn(&Common) -> &'static str;

/// The pages of the menu, in its order; each shows to those whom the URL table lets in.
const MENU: &[(&str, Label)] = &[
    ("/", |t| t.nav_search),
    ("/reviews", |t| t.nav_reviews),
    ("/openings", |t| t.nav_openings),
    ("/report", |t| t.nav_report),
    ("/requests", |t| t.nav_requests),
    ("/chat", |t| t.nav_chat),
    ("/interventions", |t| t.nav_interventions),
    ("/desk", |t| t.nav_desk),
];

/// Somebody who looks at a page.
pub(crate) struct Visitor {
    /// In which language they read.
    pub(crate) language: Language,
    bearer: Option<Bearer>,
    here: String,
}

impl FromRequestParts<Arc<App>> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _app: &Arc<App>) -> Result<Self, Infallible> {
        let bearer = parts.extensions.get::<Bearer>().cloned();
        Ok(Self { language: language::of(&parts.headers), bearer, here: here(&parts.uri) })
    }
}

/// Path and query.
fn here(uri: &Uri) -> String {
    uri.path_and_query().map_or("/", |p| p.as_str()).to_owned()
}

impl Visitor {
    /// Who it is, on a page that is not for everybody.
    ///
    /// # Errors
    /// When nobody came in: on a page for everybody.
    pub(crate) fn bearer(&self) -> Result<&Bearer, Problem> {
        self.bearer.as_ref().ok_or_else(|| Code::TokenMissing.into())
    }

    /// The same, as whoever is shown something.
    ///
    /// # Errors
    /// When nobody came in.
    pub(crate) fn viewer(&self) -> Result<&Viewer, Problem> {
        self.bearer().map(|bearer| &bearer.viewer)
    }

    /// A page.
    ///
    /// # Errors
    /// When its text cannot be made.
    pub(crate) fn page<T: Template>(&self, make: impl FnOnce(Frame) -> T) -> Result<Response, Problem> {
        let frame = Frame::of(self)?;
        let mut text = Err(askama::Error::Fmt);
        let mut answer = headers::page(|nonce| {
            text = make(Frame { nonce: nonce.to_owned(), ..frame }).render();
            text.as_deref().unwrap_or_default().to_owned()
        });
        text.map_err(|error| {
            tracing::error!(%error, "a page was not made");
            Problem::from(Code::Internal)
        })?;
        let said = HeaderValue::from_static(self.language.as_str());
        answer.headers_mut().insert(header::CONTENT_LANGUAGE, said);
        answer.headers_mut().insert(header::VARY, HeaderValue::from_static("accept-language, cookie"));
        Ok(answer)
    }
}

/// A page of the menu.
pub(crate) struct Place {
    pub(crate) path: &'static str,
    pub(crate) label: &'static str,
    pub(crate) is_here: bool,
}

/// What stands around every page.
pub(crate) struct Frame {
    pub(crate) t: &'static Common,
    pub(crate) language: Language,
    pub(crate) nonce: String,
    /// What forms carry, so that they are known as meant; empty for those who have no session.
    pub(crate) csrf: String,
    /// Name and role of who came in.
    pub(crate) who: Option<(String, &'static str)>,
    pub(crate) menu: Vec<Place>,
    /// The address of this page.
    pub(crate) here: String,
}

impl Frame {
    fn of(visitor: &Visitor) -> Result<Self, Problem> {
        let (t, language, here) = (Common::of(visitor.language), visitor.language, visitor.here.clone());
        let entered = visitor.bearer.as_ref().and_then(|b| b.session.as_ref());
        let csrf = entered.map(|e| csrf_token(e.secret.expose_secret())).transpose()?.unwrap_or_default();
        let viewer = visitor.bearer.as_ref().map(|b| &b.viewer);
        let path = here.split('?').next().unwrap_or_default();
        let is_here = |page: &str| path == page || page != "/" && path.starts_with(&format!("{page}/"));
        let may = |page: &str| viewer.is_some_and(|v| routes::may_see(page, v.role));
        let menu = MENU.iter().filter(|(path, _)| may(path));
        let menu = menu.map(|(path, label)| Place { path, label: label(t), is_here: is_here(path) }).collect();
        let who = viewer.map(|v| (v.name.clone(), role(v.role, language)));
        Ok(Self { t, language, nonce: String::new(), csrf, who, menu, here })
    }

    /// The address of a style, script or picture.
    pub(crate) fn asset(&self, name: &str) -> &'static str {
        assets::address(name)
    }

    /// The day of a moment (UTC).
    pub(crate) fn day(&self, moment: &Timestamp) -> String {
        moment.day_told(self.language)
    }

    /// A moment, as people of this language write it (UTC; a script tells it in the reader's own time).
    pub(crate) fn moment(&self, moment: &Timestamp) -> String {
        moment.told(self.language)
    }
}

/// On to another page, after something was done.
pub(crate) fn see_other(to: &str) -> Response {
    let location = HeaderValue::try_from(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

#[derive(Template)]
#[template(path = "error.html")]
struct Refused {
    frame: Frame,
    title: &'static str,
    said: String,
    wrong: Vec<String>,
    request: Option<String>,
}

/// Whoever asked for a page, and for what.
pub(crate) struct Asked {
    method: Method,
    language: Language,
    here: String,
}

impl Asked {
    /// None when no page was asked for: a program, a script, an API's address.
    pub(crate) fn of(method: &Method, uri: &Uri, headers: &HeaderMap) -> Option<Self> {
        let accept = headers.get(header::ACCEPT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let is_page = accept.contains("text/html") && !uri.path().starts_with("/api/");
        is_page.then(|| Self { method: method.clone(), language: language::of(headers), here: here(uri) })
    }

    /// A refusal as a person reads it: who is not in is asked to come in, and then brought back.
    pub(crate) fn refused(self, problem: &Problem, request: Option<String>) -> Option<Response> {
        let (code, status, ..) = problem.code().row();
        if status == 401 && problem.code() != Code::LoginFailed {
            let to = if self.method.is_safe() { self.here } else { "/".to_owned() };
            let to = serde_urlencoded::to_string([("to", to)]).unwrap_or_default();
            return Some(see_other(&format!("/login?{to}")));
        }
        let t = Common::of(self.language);
        let missing = matches!(problem.code(), Code::NotFound | Code::NoRoute | Code::BadIdentifier);
        let said = if missing { t.not_found.to_owned() } else { problem.detail(self.language).to_owned() };
        let title = if missing { t.not_found_title } else { t.error_title };
        let wrong = problem.errors().iter().map(|e| e.told_in(self.language).to_owned()).collect();
        let visitor = Visitor { language: self.language, bearer: None, here: self.here };
        let request = request.filter(|_| status >= 500).map(|id| fill(t.request_id, &[&id]));
        let page = visitor.page(|frame| Refused { frame, title, said, wrong, request });
        let mut answer = page.inspect_err(|_| tracing::error!(code, "the page of a refusal was not made")).ok()?;
        refuse(&mut answer, problem);
        Some(answer)
    }
}

/// Gives a page that shows a refusal the refusal's status and headers.
pub(crate) fn refuse(answer: &mut Response, problem: &Problem) {
    let (_, status, ..) = problem.code().row();
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in problem.headers() {
        answer.headers_mut().insert(name, value.clone());
    }
}
