//! The URL table: every door on one screen, with who may pass. A route without a row does not exist.

use std::sync::Arc;

use axum::routing::{MethodFilter, MethodRouter, on};
use savoir_models::account::Scope;
use savoir_models::viewer::Role;

use crate::app::App;
use crate::{
    accounts, audit, chats, events, interventions, oidc, openapi, openings, operations, page, pages, procedures,
    requests, reviews, search, session, sites, tokens,
};

/// Who may pass.
#[derive(Debug, Clone, Copy)]
pub enum Who {
    /// Everybody, without a token.
    Anyone,
    /// Programs on this machine without a token; others with a token of one of these roles.
    LocalOr(&'static [Role]),
    /// Visitors of a web site who show its key from its own pages; others with a token of one of these roles.
    VisitorsOr(&'static [Role]),
    /// Those with a token of one of these roles.
    Roles(&'static [Role]),
}

/// How long a request may take and how much it may bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// As any question: `server.request_timeout_seconds`, `server.json_limit_mib`.
    Answer,
    /// As an upload: `server.upload_timeout_seconds`, `server.upload_total_limit_mib`.
    Upload,
    /// Until somebody hangs up.
    Stream,
}

/// A row of the table.
pub struct Route {
    /// Its method.
    pub method: MethodFilter,
    /// Its path, as axum and OpenAPI write it.
    pub path: &'static str,
    /// Who may pass.
    pub who: Who,
    /// What a token must be made for.
    pub scope: Scope,
    /// How long it may take.
    pub pace: Pace,
    /// Its handler.
    pub(crate) door: fn(MethodFilter) -> MethodRouter<Arc<App>>,
}

const GET: MethodFilter = MethodFilter::GET;
const POST: MethodFilter = MethodFilter::POST;
const PUT: MethodFilter = MethodFilter::PUT;
const PATCH: MethodFilter = MethodFilter::PATCH;
const DELETE: MethodFilter = MethodFilter::DELETE;

use Pace::{Answer, Stream, Upload};
use Role::{Administrator, Contractor, Coordinator, Customer, Expert, Safety, Service, Technician};
use Scope::{Administer, Deliver, Operate, Read, Review};

const ANYONE: Who = Who::Anyone;
const WATCHERS: Who = Who::LocalOr(&[Administrator, Coordinator, Service]);
const OPERATORS: Who = Who::Roles(&[Administrator, Coordinator, Expert]);
const DELIVERERS: Who = Who::Roles(&[Administrator, Coordinator, Expert, Technician, Contractor, Service]);
const REPORTERS: Who = Who::Roles(&[Administrator, Coordinator, Expert, Technician, Contractor]);
const CLOSERS: Who = Who::Roles(&[Administrator, Coordinator, Expert, Technician, Service]);
const WITNESSES: Who = Who::Roles(&[Administrator, Coordinator, Expert, Safety, Technician, Contractor]);
const READERS: Who = Who::Roles(&[Administrator, Coordinator, Expert, Safety, Technician, Contractor, Customer]);
const ALL: Who = Who::Roles(&[Administrator, Coordinator, Expert, Safety, Technician, Contractor, Customer, Service]);
const TALKERS: Who = Who::VisitorsOr(&[Administrator, Coordinator, Expert, Safety, Customer]);
const NAMED: Who = Who::Roles(&[Administrator, Coordinator, Expert, Safety, Customer]);
const HOUSE: Who = Who::Roles(&[Administrator, Coordinator, Expert, Safety, Technician, Service]);
const OFFICE: Who = Who::Roles(&[Administrator, Coordinator, Expert, Safety]);
const SAFETY: Who = Who::Roles(&[Safety]);
const LEADERS: Who = Who::Roles(&[Administrator]);
const EXPERTS: Who = Who::Roles(&[Administrator, Expert, Safety]);

/// The table.
#[rustfmt::skip]
pub const ROUTES: &[Route] = &[
    row(POST,   "/api/v1/interventions",                              DELIVERERS, Deliver,    Upload, |m| on(m, interventions::create)),
    row(GET,    "/api/v1/interventions",                              ALL,        Read,       Answer, |m| on(m, interventions::list)),
    row(GET,    "/api/v1/interventions/{id}",                         ALL,        Read,       Answer, |m| on(m, interventions::show)),
    row(GET,    "/api/v1/interventions/{id}/attachments/{attachment}", WITNESSES,  Read,       Stream, |m| on(m, interventions::attachment)),
    row(GET,    "/api/v1/interventions/{id}/prompt",                  OFFICE,     Review,     Answer, |m| on(m, interventions::prompt)),
    row(POST,   "/api/v1/interventions/{id}/answers",                 WITNESSES,  Deliver,    Upload, |m| on(m, interventions::answer)),
    row(POST,   "/api/v1/interventions/{id}/retry",                   OPERATORS,  Operate,    Answer, |m| on(m, interventions::retry)),
    row(POST,   "/api/v1/interventions/{id}/reopen",                  CLOSERS,    Deliver,    Answer, |m| on(m, interventions::reopen)),
    row(GET,    "/api/v1/events",                                     HOUSE,      Read,       Stream, |m| on(m, events::watch)),
    row(GET,    "/api/v1/reviews",                                    EXPERTS,    Review,     Answer, |m| on(m, reviews::list)),
    row(GET,    "/api/v1/reviews/{id}",                               EXPERTS,    Review,     Answer, |m| on(m, reviews::show)),
    row(PUT,    "/api/v1/reviews/{id}/content",                       EXPERTS,    Review,     Answer, |m| on(m, reviews::edit)),
    row(POST,   "/api/v1/reviews/{id}/overrides",                     EXPERTS,    Review,     Answer, |m| on(m, reviews::vouch)),
    row(POST,   "/api/v1/reviews/{id}/decision",                      EXPERTS,    Review,     Answer, |m| on(m, reviews::decide)),
    row(POST,   "/api/v1/reviews/{id}/comparison",                    EXPERTS,    Review,     Answer, |m| on(m, reviews::compare)),
    row(GET,    "/api/v1/openings",                                   OFFICE,     Review,     Answer, |m| on(m, openings::list)),
    row(POST,   "/api/v1/openings/{id}/decision",                     SAFETY,     Review,     Answer, |m| on(m, openings::decide)),
    row(GET,    "/api/v1/procedures/{id}",                            READERS,    Read,       Answer, |m| on(m, procedures::show)),
    row(GET,    "/api/v1/procedures/{id}/revisions",                  OFFICE,     Read,       Answer, |m| on(m, procedures::revisions)),
    row(POST,   "/api/v1/procedures/{id}/feedback",                   READERS,    Deliver,    Answer, |m| on(m, procedures::feedback)),
    row(GET,    "/api/v1/search",                                     READERS,    Read,       Answer, |m| on(m, search::search)),
    row(GET,    "/api/v1/jobs",                                       OPERATORS,  Operate,    Answer, |m| on(m, operations::jobs)),
    row(GET,    "/api/v1/status",                                     OFFICE,     Operate,    Answer, |m| on(m, operations::status)),
    row(POST,   "/api/v1/session",                                    ANYONE,     Read,       Answer, |m| on(m, session::log_in)),
    row(GET,    "/api/v1/session",                                    ALL,        Read,       Answer, |m| on(m, session::show)),
    row(DELETE, "/api/v1/session",                                    ALL,        Administer, Answer, |m| on(m, session::log_out)),
    row(POST,   "/api/v1/session/password",                           ALL,        Administer, Answer, |m| on(m, session::change_password)),
    row(GET,    "/api/v1/sessions",                                   ALL,        Administer, Answer, |m| on(m, session::list)),
    row(DELETE, "/api/v1/sessions/{id}",                              ALL,        Administer, Answer, |m| on(m, session::end)),
    row(GET,    "/api/v1/oidc/start",                                 ANYONE,     Read,       Answer, |m| on(m, oidc::start)),
    row(GET,    "/api/v1/oidc/callback",                              ANYONE,     Read,       Answer, |m| on(m, oidc::callback)),
    row(POST,   "/api/v1/links/redeem",                               ANYONE,     Read,       Answer, |m| on(m, session::redeem)),
    row(GET,    "/api/v1/accounts",                                   LEADERS,    Administer, Answer, |m| on(m, accounts::list)),
    row(POST,   "/api/v1/accounts",                                   LEADERS,    Administer, Answer, |m| on(m, accounts::create)),
    row(PATCH,  "/api/v1/accounts/{id}",                              LEADERS,    Administer, Answer, |m| on(m, accounts::change)),
    row(POST,   "/api/v1/accounts/{id}/link",                         LEADERS,    Administer, Answer, |m| on(m, accounts::link)),
    row(GET,    "/api/v1/tokens",                                     LEADERS,    Administer, Answer, |m| on(m, tokens::list)),
    row(POST,   "/api/v1/tokens",                                     LEADERS,    Administer, Answer, |m| on(m, tokens::create)),
    row(DELETE, "/api/v1/tokens/{id}",                                LEADERS,    Administer, Answer, |m| on(m, tokens::revoke)),
    row(GET,    "/api/v1/audit",                                      LEADERS,    Administer, Answer, |m| on(m, audit::list)),
    row(POST,   "/api/v1/chats",                                      TALKERS,    Deliver,    Answer, |m| on(m, chats::create)),
    row(GET,    "/api/v1/chats/{id}",                                 TALKERS,    Read,       Answer, |m| on(m, chats::show)),
    row(POST,   "/api/v1/chats/{id}/messages",                        TALKERS,    Deliver,    Answer, |m| on(m, chats::say)),
    row(GET,    "/api/v1/requests",                                   OPERATORS,  Operate,    Answer, |m| on(m, requests::list)),
    row(GET,    "/api/v1/requests/{id}",                              OPERATORS,  Operate,    Answer, |m| on(m, requests::show)),
    row(POST,   "/api/v1/requests/{id}/decision",                     OPERATORS,  Operate,    Answer, |m| on(m, requests::decide)),
    row(GET,    "/api/v1/sites",                                      LEADERS,    Administer, Answer, |m| on(m, sites::list)),
    row(POST,   "/api/v1/sites",                                      LEADERS,    Administer, Answer, |m| on(m, sites::create)),
    row(DELETE, "/api/v1/sites/{id}",                                 LEADERS,    Administer, Answer, |m| on(m, sites::revoke)),
    row(GET,    "/",                                                  READERS,    Read,       Answer, |m| on(m, pages::search::show)),
    row(GET,    "/procedures/{id}",                                   READERS,    Read,       Answer, |m| on(m, pages::procedure::show)),
    row(POST,   "/procedures/{id}/feedback",                          READERS,    Deliver,    Answer, |m| on(m, pages::procedure::feedback)),
    row(GET,    "/reviews",                                           EXPERTS,    Review,     Answer, |m| on(m, pages::queue::show)),
    row(POST,   "/reviews/refusals",                                  EXPERTS,    Review,     Answer, |m| on(m, pages::queue::refuse)),
    row(GET,    "/reviews/{id}",                                      EXPERTS,    Review,     Answer, |m| on(m, pages::review::show)),
    row(POST,   "/reviews/{id}/edit",                                 EXPERTS,    Review,     Answer, |m| on(m, pages::review::edit)),
    row(POST,   "/reviews/{id}/take",                                 EXPERTS,    Review,     Answer, |m| on(m, pages::review::take)),
    row(POST,   "/reviews/{id}/comments",                             EXPERTS,    Review,     Answer, |m| on(m, pages::review::say)),
    row(POST,   "/reviews/{id}/decision",                             EXPERTS,    Review,     Answer, |m| on(m, pages::review::decide)),
    row(GET,    "/openings",                                          OFFICE,     Review,     Answer, |m| on(m, pages::openings::show)),
    row(POST,   "/openings/{id}/decision",                            SAFETY,     Review,     Answer, |m| on(m, pages::openings::decide)),
    row(GET,    "/report",                                            REPORTERS,  Deliver,    Answer, |m| on(m, pages::report::show)),
    row(POST,   "/report",                                            REPORTERS,  Deliver,    Answer, |m| on(m, pages::report::send)),
    row(GET,    "/interventions",                                     READERS,    Read,       Answer, |m| on(m, pages::intervention::list)),
    row(GET,    "/interventions/{id}",                                READERS,    Read,       Answer, |m| on(m, pages::intervention::show)),
    row(POST,   "/interventions/{id}/answers",                        WITNESSES,  Deliver,    Answer, |m| on(m, pages::intervention::answer)),
    row(POST,   "/interventions/{id}/correction",                     WITNESSES,  Deliver,    Answer, |m| on(m, pages::intervention::correct)),
    row(POST,   "/interventions/{id}/retry",                          OPERATORS,  Operate,    Answer, |m| on(m, pages::intervention::retry)),
    row(GET,    "/chat",                                              NAMED,      Read,       Answer, |m| on(m, pages::chat::show)),
    row(POST,   "/chat",                                              NAMED,      Deliver,    Answer, |m| on(m, pages::chat::say)),
    row(GET,    "/chat/{key}",                                        ANYONE,     Read,       Answer, |m| on(m, pages::chat::visit)),
    row(POST,   "/chat/{key}",                                        ANYONE,     Deliver,    Answer, |m| on(m, pages::chat::visit_say)),
    row(GET,    "/chat.js",                                           ANYONE,     Read,       Answer, |m| on(m, pages::chat::script)),
    row(GET,    "/requests",                                          OPERATORS,  Operate,    Answer, |m| on(m, pages::requests::list)),
    row(GET,    "/requests/{id}",                                     OPERATORS,  Operate,    Answer, |m| on(m, pages::requests::show)),
    row(POST,   "/requests/{id}/decision",                            OPERATORS,  Operate,    Answer, |m| on(m, pages::requests::decide)),
    row(GET,    "/desk",                                              OPERATORS,  Operate,    Answer, |m| on(m, pages::desk::show)),
    row(GET,    "/desk/weeks.csv",                                    OPERATORS,  Operate,    Answer, |m| on(m, pages::desk::weeks)),
    row(GET,    "/login",                                             ANYONE,     Read,       Answer, |m| on(m, pages::login::show)),
    row(POST,   "/login",                                             ANYONE,     Read,       Answer, |m| on(m, pages::login::enter)),
    row(POST,   "/logout",                                            ALL,        Administer, Answer, |m| on(m, pages::login::leave)),
    row(GET,    "/link",                                              ANYONE,     Read,       Answer, |m| on(m, pages::link::show)),
    row(POST,   "/link",                                              ANYONE,     Read,       Answer, |m| on(m, pages::link::redeem)),
    row(POST,   "/language",                                          ANYONE,     Read,       Answer, |m| on(m, pages::login::language)),
    row(GET,    "/static/{file}",                                     ANYONE,     Read,       Answer, |m| on(m, page::serve)),
    row(GET,    "/api/openapi.json",                                  ANYONE,     Read,       Answer, |m| on(m, openapi::serve)),
    row(GET,    "/healthz",                                           ANYONE,     Operate,    Answer, |m| on(m, operations::alive)),
    row(GET,    "/readyz",                                            ANYONE,     Operate,    Answer, |m| on(m, operations::ready)),
    row(GET,    "/metrics",                                           WATCHERS,   Operate,    Answer, |m| on(m, operations::metrics)),
];

const fn row(
    method: MethodFilter,
    path: &'static str,
    who: Who,
    scope: Scope,
    pace: Pace,
    door: fn(MethodFilter) -> MethodRouter<Arc<App>>,
) -> Route {
    Route { method, path, who, scope, pace, door }
}

/// Whether somebody of that role is let in to the page at `path`.
pub(crate) fn may_see(path: &str, role: Role) -> bool {
    let row = ROUTES.iter().find(|route| route.path == path && route.method == GET);
    row.is_some_and(|route| match route.who {
        Who::Anyone => true,
        Who::LocalOr(roles) | Who::Roles(roles) | Who::VisitorsOr(roles) => roles.contains(&role),
    })
}

impl Route {
    /// Whether people see it in a browser.
    #[must_use]
    pub fn is_page(&self) -> bool {
        !self.path.starts_with("/api/") && !["/healthz", "/readyz", "/metrics"].contains(&self.path)
    }

    /// The method's word.
    #[must_use]
    pub fn verb(&self) -> &'static str {
        match self.method {
            POST => "POST",
            PUT => "PUT",
            PATCH => "PATCH",
            DELETE => "DELETE",
            _ => "GET",
        }
    }
}
