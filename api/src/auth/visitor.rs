//! Visitors of web sites that embed the chat: they show the site's key, which is public, and their browser says from which
//! page they come. That binds the key to the site's own pages in every browser; a program can say anything, which is why
//! addresses and sites have limits (see [`crate::rates`]), and why a visitor sees what all customers see and no case.
//!
//! No cookie is looked at here, and none is asked for: nothing travels by itself.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use savoir_models::chat::Site;
use savoir_models::viewer::{Role, Viewer};

use super::{Bearer, origin};
use crate::app::App;
use crate::error::{Code, Problem};
use crate::routes::{ROUTES, Who};

/// The header that carries a site's key.
pub(super) const SITE_KEY: HeaderName = HeaderName::from_static("x-site-key");

/// What a page of another origin may send with a question to the chat.
const MAY_SEND: &str = "content-type, x-site-key, last-event-id";
/// And read of the answer.
const MAY_READ: &str = "retry-after, x-request-id";
/// How long a browser may remember that it may ask, in seconds.
const REMEMBERED: &str = "600";

/// The only value of a header; none when it is missing, said twice or no text.
fn only<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let (value, None) = (values.next()?, values.next()) else { return None };
    value.to_str().ok()
}

/// The site of the key that is shown.
async fn site(app: &App, headers: &HeaderMap) -> Result<Option<Site>, Problem> {
    let Some(key) = only(headers, &SITE_KEY) else { return Ok(None) };
    Ok(app.kit.db.site(key).await?)
}

/// The visitor who shows a site's key.
///
/// # Errors
/// When the key is unknown or taken back, or the request comes from a page that is not the site's.
pub(super) async fn by_site(app: &Arc<App>, headers: &HeaderMap) -> Result<Bearer, Problem> {
    let site = site(app, headers).await?.ok_or(Code::SiteUnknown)?;
    let theirs = only(headers, &header::ORIGIN).is_some_and(|origin| site.origins.iter().any(|known| known == origin));
    if !theirs && !is_ours(app, headers) {
        return Err(Code::OriginRefused.into());
    }
    Ok(bearer(&site))
}

/// A visitor of a site on the house's own page; `None` where there is no such site.
///
/// # Errors
/// When the database fails.
pub(crate) async fn of_site(app: &App, key: &str) -> Result<Option<Bearer>, Problem> {
    Ok(app.kit.db.site(key).await?.map(|site| bearer(&site)))
}

fn bearer(site: &Site) -> Bearer {
    let viewer = Viewer::new("visitor", Role::Anonymous);
    Bearer { owner: format!("site {}", site.id), viewer, session: None, site: Some(site.id) }
}

/// Whether a browser says that the request comes from our own pages: the full page of the chat.
fn is_ours(app: &App, headers: &HeaderMap) -> bool {
    let said = headers.contains_key(header::ORIGIN) || headers.contains_key("sec-fetch-site");
    said && origin::own(app, headers).is_ok()
}

/// Lets browsers read the chat's answers from pages of the site whose key is shown, and from no other. Everywhere else
/// there is no such header.
pub(crate) async fn crossing(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let open = ROUTES.iter().any(|r| matches!(r.who, Who::VisitorsOr(_)) && Some(r.path) == matched.as_deref());
    let Some(origin) = only(request.headers(), &header::ORIGIN).filter(|_| open).map(str::to_owned) else {
        return next.run(request).await;
    };
    let asks = request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if *request.method() == Method::OPTIONS && asks {
        return preflight(&app, &origin).await.unwrap_or_else(IntoResponse::into_response);
    }
    let may = match site(&app, request.headers()).await {
        Ok(site) => site.is_some_and(|site| site.origins.contains(&origin)),
        Err(problem) => return problem.into_response(),
    };
    let mut answer = next.run(request).await;
    if may {
        allow(answer.headers_mut(), &origin);
        answer.headers_mut().insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(MAY_READ));
    }
    answer
}

/// What a browser asks before it sends a key: it is told only that some site has this origin.
async fn preflight(app: &App, origin: &str) -> Result<Response, Problem> {
    if !app.kit.db.is_origin_of_a_site(origin).await? {
        return Err(Code::OriginRefused.into());
    }
    let mut answer = StatusCode::NO_CONTENT.into_response();
    let headers = answer.headers_mut();
    allow(headers, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(MAY_SEND));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(REMEMBERED));
    Ok(answer)
}

fn allow(headers: &mut HeaderMap, origin: &str) {
    if let Ok(origin) = HeaderValue::try_from(origin) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
}
