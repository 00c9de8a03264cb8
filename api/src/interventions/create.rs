//! A closed intervention is delivered.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use savoir_models::clock::Timestamp;
use savoir_models::id::InterventionId;
use savoir_models::intervention::{AttachmentKind, FieldError, Intake, Stage};
use savoir_models::store::{Added, house};
use savoir_models::viewer::{Role, Viewer};
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::upload::{self, Delivery};
use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};

/// An accepted delivery.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Received {
    /// The intervention's identifier here.
    id: InterventionId,
    /// Where it stands on the line.
    stage: Stage,
    /// It was there already, to the letter.
    repeated: bool,
}

/// A delivery with its files.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used, in the OpenAPI document")]
pub(crate) struct DeliveryForm {
    /// The intervention as JSON.
    intervention: Intake,
    /// Recordings, photos, films; any number of parts of any name.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    file: Option<Vec<String>>,
}

/// Delivers a closed intervention.
#[utoipa::path(post, path = "/api/v1/interventions", tag = "interventions",
    params(("Idempotency-Key" = Option<String>, Header, description = "Up to 200 visible ASCII characters; the same key with the same request gets the same answer", max_length = 200)),
    request_body(content((Intake = "application/json"), (DeliveryForm = "multipart/form-data"))),
    responses(
        (status = 202, body = Received, description = "Accepted and kept; Location leads to it. A case that was reopened is closed anew under the identifier it had", headers(("Location" = String))),
        (status = 200, body = Received, description = "It was there already, to the letter", headers(("Location" = String))),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "already_received"),
    ))]
pub(crate) async fn create(State(app): State<Arc<App>>, bearer: Bearer, request: Request) -> Result<Response, Problem> {
    let key = idempotency_key(request.headers())?;
    let delivery = upload::receive(&app, request).await?;
    let (id, stage, repeated) = keep(&app, &bearer, delivery, key.as_deref()).await?;
    Ok(received(id, stage, repeated))
}

/// Checks a delivery and keeps it: its identifier, where it stands, and whether it was there already, to the letter.
///
/// # Errors
/// When it cannot be taken, or was received before with other content.
pub(crate) async fn keep(
    app: &App,
    bearer: &Bearer,
    mut delivery: Delivery,
    key: Option<&str>,
) -> Result<Taken, Problem> {
    scope(&mut delivery.intake, &bearer.viewer)?;
    let now = app.kit.clock.now();
    let heard = delivery.files.iter().any(|f| f.kind == AttachmentKind::Audio);
    let mut errors = delivery.intake.check(now, heard);
    if errors.iter().any(|e| e.code == "missing") {
        // Nothing tells of the case but files that are not what they say: name them too.
        errors.append(&mut delivery.no_audio);
    }
    if !errors.is_empty() {
        return Err(Problem::fields(Code::InvalidFields, errors));
    }
    put(app, bearer, &delivery, key, now).await
}

/// A contractor delivers its own work only.
fn scope(intake: &mut Intake, viewer: &Viewer) -> Result<(), Problem> {
    if viewer.role != Role::Contractor {
        return Ok(());
    }
    let own = viewer.organisation.as_deref().filter(|o| !o.trim().is_empty()).ok_or_else(|| {
        Problem::new(
            Code::Forbidden,
            "This token names no organisation: ask an administrator for one that does.",
            "Ce jeton ne nomme aucune organisation : demandez à un administrateur un jeton qui en nomme une.",
        )
    })?;
    match &intake.provider {
        Some(other) if other != own => Err(Problem::field(
            Code::InvalidFields,
            FieldError::new(
                "provider",
                "not_yours",
                format!("must be « {own} » or left out: a contractor delivers its own work"),
                format!("doit être « {own} » ou omis : un prestataire ne transmet que ses propres interventions"),
            ),
        )),
        _ => {
            intake.provider = Some(own.to_owned());
            Ok(())
        }
    }
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(HeaderName::from_static("idempotency-key")).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let key = value.to_str().ok().filter(|v| (1..=200).contains(&v.len()) && v.bytes().all(|b| b.is_ascii_graphic()));
    match (key, values.next()) {
        (Some(key), None) => Ok(Some(key.to_owned())),
        _ => Err(Problem::new(
            Code::BadHeader,
            "Idempotency-Key: 1 to 200 visible ASCII characters, once.",
            "Idempotency-Key : de 1 à 200 caractères ASCII visibles, une seule fois.",
        )),
    }
}

/// What makes two requests the same: the intervention and the bytes of its files.
fn fingerprint(delivery: &Delivery) -> Result<String, Problem> {
    let mut hasher = Sha256::new();
    hasher.update(serde_json::to_vec(&delivery.intake).map_err(|_| Code::Internal)?);
    for file in &delivery.files {
        hasher.update(format!("\n{} {}", file.blob, file.name));
    }
    Ok(hex::encode(hasher.finalize()))
}

/// Marks the key of a request that brought nothing new, so that its repetition is answered as it was.
const REPEATED: &str = "repeated ";

/// What a delivery is answered.
type Taken = (InterventionId, Stage, bool);

async fn put(
    app: &App,
    bearer: &Bearer,
    delivery: &Delivery,
    key: Option<&str>,
    now: Timestamp,
) -> Result<Taken, Problem> {
    let print = fingerprint(delivery)?;
    if let Some(answer) = answered_before(app, bearer, key, &print, delivery).await? {
        return Ok(answer);
    }
    let id = InterventionId::new();
    let mut tx = app.kit.db.begin().await?;
    let (id, repeated) = match tx.accept(id, &delivery.intake, &delivery.files, now).await? {
        Added::New => (id, false),
        // A contractor cannot take over another's case: it hears no more than of any that was received before.
        Added::Again(known) if app.kit.db.intervention(known, &bearer.viewer).await?.is_some() => (known, false),
        Added::Repeated(known) => (known, true),
        Added::Again(_) | Added::Different(_) => {
            let (source, external) = (&delivery.intake.source, &delivery.intake.external_id);
            return Err(Problem::new(
                Code::AlreadyReceived,
                format!("« {external} » of « {source} » was already received with other content; nothing was changed."),
                format!("« {external} » de « {source} » a déjà été reçu avec un autre contenu ; rien n'a été modifié."),
            ));
        }
    };
    if let Some(key) = key {
        let hash = if repeated { format!("{REPEATED}{print}") } else { print.clone() };
        if !tx.remember_key(&bearer.owner, key, &hash, id, now).await? {
            drop(tx);
            return taken(app, bearer, key, &print, delivery).await;
        }
    }
    tx.commit().await?;
    app.kit.work.notify_one();
    Ok((id, stage(app, id, delivery, repeated).await?, repeated))
}

/// A simultaneous request took the key: what it was answered holds for this one too, once it is committed.
async fn taken(app: &App, bearer: &Bearer, key: &str, print: &str, delivery: &Delivery) -> Result<Taken, Problem> {
    for _ in 0..100 {
        if let Some(answer) = answered_before(app, bearer, Some(key), print, delivery).await? {
            return Ok(answer);
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    Err(Code::Unavailable.into())
}

async fn answered_before(
    app: &App,
    bearer: &Bearer,
    key: Option<&str>,
    print: &str,
    delivery: &Delivery,
) -> Result<Option<Taken>, Problem> {
    let Some(key) = key else { return Ok(None) };
    let Some((id, hash)) = app.kit.db.repetition(&bearer.owner, key).await? else { return Ok(None) };
    let repeated = hash.strip_prefix(REPEATED);
    if repeated.unwrap_or(&hash) != print {
        return Err(Code::KeyReused.into());
    }
    let stage = stage(app, id, delivery, repeated.is_some()).await?;
    Ok(Some((id, stage, repeated.is_some())))
}

/// Where a delivery stands: a new one at its beginning, and one that was there already wherever it has come to.
async fn stage(app: &App, id: InterventionId, delivery: &Delivery, repeated: bool) -> Result<Stage, Problem> {
    if !repeated {
        return Ok(first_stage(delivery));
    }
    let known = app.kit.db.intervention(id, &house()).await?;
    Ok(known.ok_or(Code::NotFound)?.stage)
}

/// Where a delivery begins: one with a recording has it transcribed first.
fn first_stage(delivery: &Delivery) -> Stage {
    let heard = delivery.files.iter().any(|f| f.kind == AttachmentKind::Audio);
    if heard { Stage::Received } else { Stage::Transcribed }
}

fn received(id: InterventionId, stage: Stage, repeated: bool) -> Response {
    let status = if repeated { StatusCode::OK } else { StatusCode::ACCEPTED };
    let mut answer = (status, Json(Received { id, stage, repeated })).into_response();
    if let Ok(place) = HeaderValue::try_from(format!("/api/v1/interventions/{id}")) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    answer
}
