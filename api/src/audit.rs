//! The audit log, for administrators to read.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use savoir_models::audit::{Action, Line};
use savoir_models::store::LineFilter;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::app::App;
use crate::auth::Bearer;
use crate::error::Problem;
use crate::input::{self, Ask, Page};

/// Which lines to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Only what was done.
    action: Option<Action>,
    /// Only by whom, by their whole name.
    who: Option<String>,
    /// Only to what, by its whole identifier or name.
    subject: Option<String>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 500; 100 when left out.
    #[param(minimum = 1, maximum = 500)]
    limit: Option<i64>,
}

/// Lists lines of the audit log, newest first. Whether its chain holds, `savoir audit verify` tells.
#[utoipa::path(get, path = "/api/v1/audit", tag = "operations", params(Listing),
    responses((status = 200, body = Page<Line>, description = "A page")))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    _bearer: Bearer,
    Ask(asked): Ask<Listing>,
) -> Result<Json<Page<Line>>, Problem> {
    let limit = input::limit(asked.limit, 100, 500)?;
    let before = input::cursor(asked.cursor.as_ref(), |text| text.parse().ok().filter(|seq| *seq > 0))?;
    let filter = LineFilter { action: asked.action, who: asked.who, subject: asked.subject };
    let lines = app.kit.db.audit_page(&filter, before, limit + 1).await?;
    Ok(Json(Page::of(lines, limit, |l| l.seq.to_string(), |l| l)))
}
