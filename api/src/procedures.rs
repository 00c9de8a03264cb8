//! Procedures, as far as the viewer may read them, and what those who followed them report.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use savoir_models::id::{ProcedureId, ReviewId};
use savoir_models::intervention::FieldError;
use savoir_models::procedure::{Feedback, Procedure, Revision};
use savoir_models::store::Doubted;
use savoir_models::viewer::{Audience, Viewer};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{Bearer, is_outsider};
use crate::error::{Code, Problem};
use crate::input::{self, At};

/// The longest comment, in characters.
const LONGEST_COMMENT: usize = 5_000;

/// Shows a procedure as the viewer's class sees it; its ETag changes with its revision, its audience and its confidence.
#[utoipa::path(get, path = "/api/v1/procedures/{id}", tag = "procedures", params(("id" = ProcedureId, Path)),
    responses(
        (status = 200, body = Procedure, description = "The procedure with its current revision", headers(("ETag" = String))),
        (status = 304, description = "It is still the revision that If-None-Match names"),
    ))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<ProcedureId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = app.kit.db.procedure(id, &bearer.viewer).await?.ok_or(Code::NotFound)?;
    let tag = tag(&found, &bearer.viewer);
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag)], Json(found)).into_response())
}

/// What a copy of it is compared by: its revision, who reads it so, for whom it is, and how far it is trusted. All of it
/// stands in the copy or is the reader's own; of what other readers see it says nothing. Two who share a machine and are
/// not of one class are never told that the other's copy is still good.
fn tag(procedure: &Procedure, viewer: &Viewer) -> HeaderValue {
    let Procedure { revision, audience, confidence, .. } = procedure;
    let class = viewer.class().map_or("none", Audience::as_str);
    HeaderValue::try_from(format!("\"{}-{class}-{audience}-{confidence}\"", revision.number))
        .unwrap_or_else(|_| input::etag(revision.number))
}

/// The revisions of a procedure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Revisions {
    /// Newest first.
    items: Vec<Revision>,
}

/// Lists the revisions of a procedure, newest first.
#[utoipa::path(get, path = "/api/v1/procedures/{id}/revisions", tag = "procedures", params(("id" = ProcedureId, Path)),
    responses((status = 200, body = Revisions, description = "Its revisions")))]
pub(crate) async fn revisions(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<ProcedureId>,
) -> Result<Json<Revisions>, Problem> {
    let items = app.kit.db.revisions(id, &bearer.viewer).await?;
    if items.is_empty() {
        return Err(Code::NotFound.into());
    }
    Ok(Json(Revisions { items }))
}

/// Why an expert looks at a procedure again, which is no longer validated.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Doubtful {
    /// For a person, in English.
    reason: String,
    /// The same in French.
    reason_fr: String,
    /// The review that is open for it.
    review: Option<ReviewId>,
}

impl From<Doubted> for Doubtful {
    fn from(doubted: Doubted) -> Self {
        Self { reason: doubted.doubt.reason, reason_fr: doubted.doubt.reason_fr, review: doubted.review }
    }
}

/// What a report made of a procedure.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedbackKept {
    /// How often it is now reported to have worked.
    worked: i64,
    /// How often not.
    failed: i64,
    /// Why an expert looks at it again, when this report has that effect. Not told to those from outside.
    doubtful: Option<Doubtful>,
}

/// Reports whether a procedure worked. When too many say that it did not, it is no longer validated, and an expert looks
/// at it again.
#[utoipa::path(post, path = "/api/v1/procedures/{id}/feedback", tag = "procedures", params(("id" = ProcedureId, Path)),
    request_body = Feedback, responses((status = 200, body = FeedbackKept, description = "Kept")))]
pub(crate) async fn feedback(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<ProcedureId>,
    input::Json(given): input::Json<Feedback>,
) -> Result<Json<FeedbackKept>, Problem> {
    report(&app, id, &given, &bearer.viewer).await.map(Json)
}

/// Keeps what somebody reports of a procedure that they may see.
///
/// # Errors
/// When they may not, or the comment is too long.
pub(crate) async fn report(
    app: &App,
    id: ProcedureId,
    given: &Feedback,
    viewer: &Viewer,
) -> Result<FeedbackKept, Problem> {
    app.kit.db.procedure(id, viewer).await?.ok_or(Code::NotFound)?;
    if given.comment.as_ref().is_some_and(|c| c.chars().count() > LONGEST_COMMENT) {
        let (en, fr) =
            (format!("at most {LONGEST_COMMENT} characters"), format!("{LONGEST_COMMENT} caractères au plus"));
        return Err(Problem::field(Code::InvalidFields, FieldError::new("comment", "too_long", en, fr)));
    }
    let mut tx = app.kit.db.begin().await?;
    let kept = tx.put_feedback(id, given, &viewer.name, app.kit.clock.now()).await?;
    tx.commit().await?;
    if kept.doubted.is_some() {
        // It is published anew, for those who may read what nobody validates.
        app.kit.work.notify_one();
    }
    let doubtful = kept.doubted.filter(|_| !is_outsider(viewer)).map(Doubtful::from);
    Ok(FeedbackKept { worked: kept.worked, failed: kept.failed, doubtful })
}
