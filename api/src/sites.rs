//! Web sites that may embed the chat, as administrators see them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use savoir_models::account::check_name;
use savoir_models::audit::{Action, Entry};
use savoir_models::chat::{Site, origin};
use savoir_models::id::SiteId;
use savoir_models::intervention::FieldError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::{self, At};

/// Origins of one site at most.
const MOST_ORIGINS: usize = 20;

/// A site that may embed the chat from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSite {
    /// What people call it.
    name: String,
    /// The origins of its pages, as in `https://www.example.com`; http only for this machine.
    #[schema(min_items = 1, max_items = 20)]
    origins: Vec<String>,
}

/// Sites.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Sites {
    /// Newest first.
    items: Vec<Site>,
}

/// What is wrong with a site that is to be made; its name trimmed and its origins as browsers name them when nothing is.
pub(crate) fn checked(name: &str, origins: &[String]) -> Result<(String, Vec<String>), Vec<FieldError>> {
    let mut errors: Vec<_> = check_name("name", name).into_iter().collect();
    let mut known = Vec::new();
    for (at, given) in origins.iter().enumerate() {
        match origin(given) {
            Some(origin) if !known.contains(&origin) => known.push(origin),
            Some(_) => {}
            None => {
                let (en, fr) = (
                    "no origin: write it as in https://www.example.com, without a path",
                    "n'est pas une origine : écrivez-la comme https://www.example.com, sans chemin",
                );
                errors.push(FieldError::new(format!("origins[{at}]"), "invalid", en, fr));
            }
        }
    }
    if !(1..=MOST_ORIGINS).contains(&origins.len()) {
        let (en, fr) = (format!("1 to {MOST_ORIGINS} origins"), format!("de 1 à {MOST_ORIGINS} origines"));
        errors.push(FieldError::new("origins", "out_of_range", en, fr));
    }
    if errors.is_empty() { Ok((name.trim().to_owned(), known)) } else { Err(errors) }
}

/// Lists the sites that may embed the chat.
#[utoipa::path(get, path = "/api/v1/sites", tag = "chat",
    responses((status = 200, body = Sites, description = "All of them, those whose key was taken back as well")))]
pub(crate) async fn list(State(app): State<Arc<App>>, _bearer: Bearer) -> Result<Json<Sites>, Problem> {
    Ok(Json(Sites { items: app.kit.db.sites().await? }))
}

/// Lets a site embed the chat.
#[utoipa::path(post, path = "/api/v1/sites", tag = "chat", request_body = NewSite,
    responses((status = 201, body = Site, description = "Made, with its key")))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    input::Json(asked): input::Json<NewSite>,
) -> Result<(StatusCode, Json<Site>), Problem> {
    let (name, origins) =
        checked(&asked.name, &asked.origins).map_err(|errors| Problem::fields(Code::InvalidFields, errors))?;
    let now = app.kit.clock.now();
    let mut tx = app.kit.db.begin().await?;
    let site = tx.put_site(&name, &origins, now).await?;
    tx.note(Entry::new(&bearer.viewer, Action::SiteMade, site.id, told(&site)), now);
    tx.commit().await?;
    Ok((StatusCode::CREATED, Json(site)))
}

/// A site in a line of the audit log.
pub(crate) fn told(site: &Site) -> String {
    format!("{}: {}", site.name, site.origins.join(" "))
}

/// Takes the key of a site back.
#[utoipa::path(delete, path = "/api/v1/sites/{id}", tag = "chat", params(("id" = SiteId, Path)),
    responses((status = 204, description = "It is good for nothing any more")))]
pub(crate) async fn revoke(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<SiteId>,
) -> Result<StatusCode, Problem> {
    let now = app.kit.clock.now();
    let mut tx = app.kit.db.begin().await?;
    if !tx.revoke_site(id, now).await? {
        return Err(Code::NotFound.into());
    }
    tx.note(Entry::new(&bearer.viewer, Action::SiteRevoked, id, ""), now);
    tx.commit().await?;
    Ok(StatusCode::NO_CONTENT)
}
