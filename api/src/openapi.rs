//! The OpenAPI 3.1 document, made from the code: each handler says what is its own, the table says the rest.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, Response as Answer};
use utoipa::{Modify, OpenApi};

use crate::error::ProblemBody;
use crate::events::StepProgress;
use crate::routes::{Pace, ROUTES, Route, Who};
use crate::{
    accounts, audit, chats, events, interventions, oidc, openapi, openings, operations, procedures, requests, reviews,
    search, session, sites, tokens,
};

#[derive(OpenApi)]
#[openapi(
    info(title = "Savoir", description = "Closed interventions in, approved procedures out."),
    paths(
        interventions::create, interventions::list, interventions::show, interventions::attachment,
        interventions::prompt, interventions::answer, interventions::retry, interventions::reopen, events::watch,
        reviews::list, reviews::show, reviews::edit, reviews::vouch, reviews::decide, reviews::compare,
        openings::list, openings::decide,
        procedures::show, procedures::revisions, procedures::feedback, search::search,
        operations::jobs, operations::status, operations::alive, operations::ready, operations::metrics,
        session::log_in, session::show, session::log_out, session::change_password, session::list, session::end,
        session::redeem, oidc::start, oidc::callback, accounts::list, accounts::create, accounts::change, accounts::link,
        tokens::list, tokens::create, tokens::revoke, openapi::serve, audit::list,
        chats::create, chats::show, chats::say, requests::list, requests::show, requests::decide,
        sites::list, sites::create, sites::revoke,
    ),
    components(schemas(ProblemBody, StepProgress)),
    modifiers(&Common),
    security(("token" = []), ("session" = [])),
)]
struct Doors;

/// The document.
#[must_use]
pub fn document() -> Document {
    Doors::openapi()
}

/// This document.
#[utoipa::path(get, path = "/api/openapi.json", tag = "operations", security(()),
    responses((status = 200, content_type = "application/json", description = "OpenAPI 3.1")))]
pub(crate) async fn serve() -> Response {
    match document().to_json() {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(_) => crate::error::Problem::from(crate::error::Code::Internal).into_response(),
    }
}

/// What all doors have in common: the token, the roles, the ways to say no.
struct Common;

impl Modify for Common {
    fn modify(&self, document: &mut Document) {
        let token = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let said = "The cookie that POST /api/v1/session sets (with https: __Host-savoir_session). Changes need the \
                    header X-CSRF-Token with the csrf_token of GET /api/v1/session.";
        let cookie = ApiKey::Cookie(ApiKeyValue::with_description("savoir_session", said));
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(token));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        let said = "The key of a web site that embeds the chat; the header Origin must be one of the site's own.";
        let site = ApiKey::Header(ApiKeyValue::with_description("X-Site-Key", said));
        components.add_security_scheme("site", SecurityScheme::ApiKey(site));
        for route in ROUTES {
            let Some(item) = document.paths.paths.get_mut(route.path) else { continue };
            let operation = match route.verb() {
                "POST" => &mut item.post,
                "PUT" => &mut item.put,
                "PATCH" => &mut item.patch,
                "DELETE" => &mut item.delete,
                _ => &mut item.get,
            };
            if let Some(operation) = operation {
                complete(operation, route);
            }
        }
    }
}

fn complete(operation: &mut Operation, route: &Route) {
    let mut statuses = vec!["400", "414", "429", "500", "503"];
    if !matches!(route.who, Who::Anyone) {
        statuses.extend(["401", "403"]);
    }
    if route.path.contains('{') {
        statuses.push("404");
    }
    if operation.request_body.is_some() {
        statuses.extend(["408", "413", "415", "422"]);
    }
    if route.pace == Pace::Answer {
        statuses.push("413");
    }
    for status in statuses {
        let answer = operation.responses.responses.entry(status.to_owned());
        answer.or_insert_with(|| RefOr::T(problem(status)));
    }
    if let Who::Roles(roles) | Who::LocalOr(roles) | Who::VisitorsOr(roles) = route.who {
        let roles = roles.iter().map(|r| r.as_str()).collect::<Vec<_>>().join(", ");
        let said = operation.description.take().unwrap_or_default();
        let scope = route.scope;
        operation.description = Some(format!("{said}\n\nRoles: {roles}. Scope: {scope}.").trim().to_owned());
    }
}

fn problem(status: &str) -> Answer {
    let codes: Vec<_> = crate::error::Code::ALL
        .iter()
        .map(|code| code.row())
        .filter(|(_, number, ..)| number.to_string() == status)
        .map(|(word, ..)| word)
        .collect();
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    utoipa::openapi::ResponseBuilder::new()
        .description(codes.join(", "))
        .content("application/problem+json", content)
        .build()
}
