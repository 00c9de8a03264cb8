//! A file of an intervention, given back.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use savoir_models::id::{AttachmentId, InterventionId};
use savoir_models::intervention::Attachment;

use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::headers::SANDBOX;
use crate::input::At;

/// Gives a file back.
#[utoipa::path(get, path = "/api/v1/interventions/{id}/attachments/{attachment}", tag = "interventions",
    params(("id" = InterventionId, Path), ("attachment" = AttachmentId, Path)),
    responses((status = 200, content_type = "application/octet-stream", description = "Its bytes, under its own media type"),
        (status = 410, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "removed")))]
pub(crate) async fn attachment(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At((id, attachment)): At<(InterventionId, AttachmentId)>,
) -> Result<Response, Problem> {
    let found = app.kit.db.intervention(id, &bearer.viewer).await?.ok_or(Code::NotFound)?;
    let file = found.attachments.into_iter().find(|a| a.id == attachment).ok_or(Code::NotFound)?;
    if let Some(at) = file.removed_at {
        let (en, fr) = (
            format!("This file was removed at {at}, at the end of its retention or at a person's wish."),
            format!(
                "Ce fichier a été supprimé le {at}, à la fin de sa durée de conservation ou à la demande d'une personne."
            ),
        );
        return Err(Problem::new(Code::Removed, en, fr));
    }
    let bytes = app.kit.blobs.read(&file.blob).await?;
    let mut answer = (StatusCode::OK, Body::from_stream(bytes)).into_response();
    let headers = answer.headers_mut();
    let kind = HeaderValue::try_from(&file.media_type).unwrap_or(HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, kind);
    headers.insert(header::CONTENT_DISPOSITION, disposition(&file));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SANDBOX));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(file.bytes));
    Ok(answer)
}

/// Always a download, never shown in our origin: what is in it was written by others (RFC 6266, RFC 8187).
fn disposition(file: &Attachment) -> HeaderValue {
    use std::fmt::Write;
    let plain: String =
        file.name.chars().map(|c| if c.is_ascii_alphanumeric() || "-_. ".contains(c) { c } else { '_' }).collect();
    let mut exact = String::new();
    for byte in file.name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.".contains(&byte) {
            exact.push(char::from(byte));
        } else if write!(exact, "%{byte:02X}").is_err() {
            break;
        }
    }
    HeaderValue::try_from(format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{exact}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}
