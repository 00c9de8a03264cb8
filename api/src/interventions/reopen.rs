//! A case is opened again: the machine failed once more.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use savoir_models::id::{InterventionId, ProcedureId, ReviewId};
use savoir_models::intervention::{FieldError, Stage};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::{self, At};
use crate::procedures::Doubtful;

/// The longest reason, in characters.
const LONGEST_REASON: usize = 5_000;

/// Why a case is opened again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reopen {
    /// What is known of it.
    #[schema(min_length = 1, max_length = 5_000)]
    reason: String,
}

/// What followed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Reopened {
    id: InterventionId,
    /// `reopened`, until it is delivered as closed again.
    stage: Stage,
    /// It was open again already; nothing was changed.
    repeated: bool,
    /// The review that was closed, because nothing is left to decide.
    withdrawn: Option<ReviewId>,
    /// The procedure that it no longer counts for.
    procedure: Option<ProcedureId>,
    /// Why that procedure is looked at again, when it is.
    doubtful: Option<Doubtful>,
}

/// Opens an intervention again: what it told is taken back until it is delivered anew, closed, under the same source and
/// external_id.
#[utoipa::path(post, path = "/api/v1/interventions/{id}/reopen", tag = "interventions", params(("id" = InterventionId, Path)),
    request_body = Reopen, responses((status = 200, body = Reopened, description = "It is open again")))]
pub(crate) async fn reopen(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<InterventionId>,
    input::Json(given): input::Json<Reopen>,
) -> Result<Json<Reopened>, Problem> {
    let db = &app.kit.db;
    db.intervention(id, &bearer.viewer).await?.ok_or(Code::NotFound)?;
    let reason = given.reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        let (en, fr) = (
            format!("say why, in 1 to {LONGEST_REASON} characters"),
            format!("dites pourquoi, en 1 à {LONGEST_REASON} caractères"),
        );
        return Err(Problem::field(Code::InvalidFields, FieldError::new("reason", "out_of_range", en, fr)));
    }
    let done = db.reopen(id, reason, &bearer.viewer, app.kit.clock.now()).await?.ok_or(Code::NotFound)?;
    // A procedure to publish for other readers, or a case that takes the place of this one.
    app.kit.work.notify_one();
    app.kit.passages.notify_one();
    Ok(Json(Reopened {
        id,
        stage: Stage::Reopened,
        repeated: done.repeated,
        withdrawn: done.withdrawn,
        procedure: done.procedure,
        doubtful: done.doubted.map(Doubtful::from),
    }))
}
