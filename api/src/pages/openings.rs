//! What waits for a second approval before customers see it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use savoir_models::id::OpeningId;
use savoir_models::opening::{OpeningDecision, OpeningState};
use savoir_models::viewer::Role;
use serde::Deserialize;

use crate::app::App;
use crate::error::Problem;
use crate::input::{At, Form};
use crate::openings::{self, OpeningLine};
use crate::page::{Frame, Visitor, see_other};
use crate::words::{Field, fill, hazard};

/// As many as one reads in a sitting.
const MOST: i64 = 50;

#[derive(Template)]
#[template(path = "openings.html")]
struct Openings {
    frame: Frame,
    t: &'static Field,
    lines: Vec<Line>,
    /// Whether the viewer is one who decides.
    decides: bool,
}

struct Line {
    said: OpeningLine,
    approved_by: String,
    dangers: Vec<&'static str>,
}

/// Lists what waits, the oldest first.
pub(crate) async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    let (t, viewer) = (Field::of(visitor.language), visitor.viewer()?);
    let found = openings::some(&app, viewer, (OpeningState::Open, None), MOST).await?;
    let line = |said: OpeningLine| Line {
        approved_by: fill(t.approved_by, &[&said.opening.asked_by]),
        dangers: said.opening.kinds.iter().map(|kind| hazard(*kind, visitor.language)).collect(),
        said,
    };
    let (lines, decides) = (found.into_iter().map(line).collect(), viewer.role == Role::Safety);
    visitor.page(|frame| Openings { frame, t, lines, decides })
}

/// A filled-in form.
#[derive(Deserialize)]
pub(crate) struct Filled {
    revision: i64,
    decision: String,
    #[serde(default)]
    reason: String,
}

/// Opens to customers, or does not.
pub(crate) async fn decide(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(id): At<OpeningId>,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let reason = filled.reason.trim().to_owned();
    let decision = if filled.decision == "approve" {
        OpeningDecision::Approve { reason: Some(reason).filter(|r| !r.is_empty()) }
    } else {
        OpeningDecision::Refuse { reason }
    };
    openings::conclude(&app, visitor.viewer()?, id, (filled.revision, &decision)).await?;
    Ok(see_other("/openings"))
}
