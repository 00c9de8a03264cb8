//! Procedures, as far as the viewer may read them, and what those who followed them report.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use savoir_models::content::{Content, Statement};
use savoir_models::id::{ProcedureId, ReviewId};
use savoir_models::intervention::FieldError;
use savoir_models::procedure::{Confidence, Feedback, Procedure, Revision};
use savoir_models::store::Doubted;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::{Bearer, is_outsider};
use crate::error::{Code, Problem};
use crate::input::{self, At};

/// The longest comment, in characters.
const LONGEST_COMMENT: usize = 5_000;

/// Shows a procedure; its ETag is its revision, and its confidence when it is not validated.
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
    let mut found = app.kit.db.procedure(id, &bearer.viewer).await?.ok_or(Code::NotFound)?;
    let tag = tag(&found);
    if headers.get(header::IF_NONE_MATCH) == Some(&tag) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    if is_outsider(&bearer.viewer) {
        found.outcomes.clear();
        bare(&mut found.revision);
    }
    Ok(([(header::ETAG, tag)], Json(found)).into_response())
}

/// What a copy of it is compared by: its revision, and that it is not validated any more.
fn tag(procedure: &Procedure) -> HeaderValue {
    let number = procedure.revision.number;
    match procedure.confidence {
        Confidence::Validated => input::etag(number),
        other => HeaderValue::try_from(format!("\"{number}-{other}\"")).unwrap_or_else(|_| input::etag(number)),
    }
}

/// Takes out what was said in the cases of others and in the house: quotes, findings, diff, review.
fn bare(revision: &mut Revision) {
    let Content { title, symptoms, cause, prerequisites, tools, parts, hazards, steps, verification, .. } =
        &mut revision.content;
    let lists = [symptoms, prerequisites, tools, steps, verification].into_iter().flatten();
    let held = parts.iter_mut().map(|p| &mut p.statement).chain(hazards.iter_mut().map(|h| &mut h.statement));
    for Statement { evidence, findings, .. } in lists.chain(held).chain(cause).chain([title]) {
        evidence.clear();
        findings.clear();
    }
    revision.diff.clear();
    revision.review = None;
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
    app.kit.db.procedure(id, &bearer.viewer).await?.ok_or(Code::NotFound)?;
    if given.comment.as_ref().is_some_and(|c| c.chars().count() > LONGEST_COMMENT) {
        let (en, fr) =
            (format!("at most {LONGEST_COMMENT} characters"), format!("{LONGEST_COMMENT} caractères au plus"));
        return Err(Problem::field(Code::InvalidFields, FieldError::new("comment", "too_long", en, fr)));
    }
    let mut tx = app.kit.db.begin().await?;
    let kept = tx.put_feedback(id, &given, &bearer.viewer.name, app.kit.clock.now()).await?;
    tx.commit().await?;
    if kept.doubted.is_some() {
        // It is published anew, for those who may read what nobody validates.
        app.kit.work.notify_one();
    }
    let doubtful = kept.doubted.filter(|_| !is_outsider(&bearer.viewer)).map(Doubtful::from);
    Ok(Json(FeedbackKept { worked: kept.worked, failed: kept.failed, doubtful }))
}
