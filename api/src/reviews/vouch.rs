//! An expert vouches by name for statements that the verifier holds something against.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use savoir_models::audit::{Action, Entry};
use savoir_models::content::{FindingCode, Override};
use savoir_models::id::ReviewId;
use savoir_models::intervention::FieldError;
use savoir_models::viewer::Viewer;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Edited, found, keep, stale, still_open};
use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::{self, At};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 2_000;

/// What an expert vouches for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Overrides {
    /// One to two hundred.
    #[schema(min_items = 1, max_items = 200)]
    pub(crate) statements: Vec<Vouched>,
    /// Why. Needed where a finding says `instruction` or `personal_data`.
    #[serde(default)]
    #[schema(max_length = 2_000)]
    pub(crate) reason: Option<String>,
}

/// A statement that somebody vouches for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vouched {
    /// Its path, as in `steps[2]`.
    pub(crate) path: String,
    /// Only the findings of this kind; all that are open when left out.
    #[serde(default)]
    pub(crate) code: Option<FindingCode>,
}

/// Overrides findings, by name.
#[utoipa::path(post, path = "/api/v1/reviews/{id}/overrides", tag = "reviews",
    params(("id" = ReviewId, Path), ("If-Match" = String, Header, description = "The ETag of what was read")),
    request_body = Overrides,
    responses(
        (status = 200, body = Edited, description = "Kept, with who vouches and why", headers(("ETag" = String))),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "already_decided"),
        (status = 412, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "stale"),
        (status = 428, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "version_missing"),
    ))]
pub(crate) async fn vouch(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<ReviewId>,
    headers: HeaderMap,
    input::Json(given): input::Json<Overrides>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<Edited>), Problem> {
    let seen = input::if_match(&headers)?;
    let edited = overridden(&app, &bearer.viewer, id, (seen, given)).await?;
    Ok(([(header::ETAG, input::etag(edited.version))], Json(edited)))
}

/// Overrides findings of the draft that was read at version `seen`.
pub(crate) async fn overridden(
    app: &App,
    viewer: &Viewer,
    id: ReviewId,
    (seen, given): (i64, Overrides),
) -> Result<Edited, Problem> {
    let (review, draft) = found(app, id).await?;
    still_open(&review)?;
    if draft.version != seen {
        return Err(stale(seen, draft.version));
    }
    let reason = given.reason.map(|r| r.trim().to_owned()).filter(|r| !r.is_empty());
    let mut errors: Vec<FieldError> = Vec::new();
    if given.statements.is_empty() || given.statements.len() > 200 {
        let (en, fr) = ("one to two hundred statements", "de un à deux cents énoncés");
        errors.push(FieldError::new("statements", "out_of_range", en, fr));
    }
    if reason.as_ref().is_some_and(|r| r.chars().count() > LONGEST_REASON) {
        let (en, fr) = (format!("at most {LONGEST_REASON} characters"), format!("{LONGEST_REASON} caractères au plus"));
        errors.push(FieldError::new("reason", "too_long", en, fr));
    }
    let word = Override { by: viewer.name.clone(), at: app.kit.clock.now(), reason };
    let mut content = draft.content.clone();
    let (mut delicate, mut vouched) = (false, Vec::new());
    for (i, statement) in given.statements.iter().enumerate() {
        let codes = content.vouch(&statement.path, statement.code, &word);
        if codes.is_empty() {
            let (en, fr) = (
                "nothing of that kind is open against this statement: read the review again",
                "rien de tel n'est retenu contre cet énoncé : relisez la relecture",
            );
            errors.push(FieldError::new(format!("statements[{i}].path"), "nothing_open", en, fr));
        }
        vouched.extend(codes.iter().map(|code| format!("{} {code}", statement.path)));
        delicate |= codes.into_iter().any(FindingCode::wants_reason);
    }
    if delicate && word.reason.is_none() {
        let (en, fr) = (
            "say why: it tries to command a machine, or names a person",
            "dites pourquoi : l'énoncé commande une machine ou nomme une personne",
        );
        errors.push(FieldError::new("reason", "missing", en, fr));
    }
    if !errors.is_empty() {
        return Err(Problem::fields(Code::InvalidFields, errors));
    }
    // Where and what kind; the reason stands with the finding.
    let entry = Entry::new(viewer, Action::FindingOverridden, id, vouched.join(", "));
    keep(app, &draft, &content, viewer, (id, entry)).await
}
