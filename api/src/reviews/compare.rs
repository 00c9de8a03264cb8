//! A draft under review is compared with a procedure that an expert names.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use savoir_models::draft::{Comparison, Known};
use savoir_models::id::{ProcedureId, ReviewId};
use savoir_models::intervention::FieldError;
use savoir_models::procedure::Confidence;
use savoir_pipeline::compare::{self, Rival};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{found, still_open};
use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::{self, At};

/// With what to compare.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CompareWith {
    /// A procedure.
    procedure: ProcedureId,
}

/// Compares the draft, as it is now, with a procedure, as it is now; the answer is kept in place of what comparing said
/// before. For when either has changed since, or another procedure was meant.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/comparison", tag = "reviews", params(("id" = ReviewId, Path)),
    request_body = CompareWith,
    responses(
        (status = 200, body = Comparison, description = "What comparing says now"),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "already_decided, procedure_unavailable"),
    ))]
pub(crate) async fn compare(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<ReviewId>,
    input::Json(asked): input::Json<CompareWith>,
) -> Result<Json<Comparison>, Problem> {
    let (review, draft) = found(&app, id).await?;
    still_open(&review)?;
    let known = app.kit.db.procedure(asked.procedure, &bearer.viewer).await?;
    let Some(known) = known.filter(|p| p.confidence != Confidence::Archived) else {
        let (_, _, en, fr) = Code::ProcedureUnavailable.row();
        return Err(Problem::field(Code::ProcedureUnavailable, FieldError::new("procedure", "unavailable", en, fr)));
    };
    let rival =
        Rival { known: Known::Procedure(known.id), version: known.revision.number, content: known.revision.content };
    let said = compare::with(&draft, &rival);
    let mut tx = app.kit.db.begin().await?;
    if !tx.put_comparison_in_review(&draft, &said).await? {
        drop(tx);
        let (review, current) = found(&app, id).await?;
        still_open(&review)?;
        return Err(super::stale(draft.version, current.version));
    }
    tx.commit().await?;
    Ok(Json(said))
}
