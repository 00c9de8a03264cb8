//! Interventions: delivered, listed, shown, answered, retried.

mod media;
mod serve;
mod upload;

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use savoir_models::clock::Timestamp;
use savoir_models::draft::Verdict;
use savoir_models::evidence::Question;
use savoir_models::id::{DraftId, InterventionId, ProcedureId, QuestionId};
use savoir_models::intervention::{AttachmentKind, Equipment, FieldError, Intake, Intervention, Stage};
use savoir_models::job::Job;
use savoir_models::store::{Added, Answered, InterventionFilter};
use savoir_models::transcript::Transcript;
use savoir_models::viewer::{Role, Viewer};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

pub(crate) use serve::{__path_attachment, attachment};

use crate::app::App;
use crate::auth::{Bearer, is_outsider};
use crate::error::{Code, Problem};
use crate::input::{self, Ask, At, Page};
use upload::Delivery;

/// The longest answer to a question, in characters.
const LONGEST_ANSWER: usize = 20_000;

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
        (status = 202, body = Received, description = "Accepted and kept; Location leads to it", headers(("Location" = String))),
        (status = 200, body = Received, description = "It was there already, to the letter", headers(("Location" = String))),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "already_received"),
    ))]
pub(crate) async fn create(State(app): State<Arc<App>>, bearer: Bearer, request: Request) -> Result<Response, Problem> {
    let key = idempotency_key(request.headers())?;
    let mut delivery = upload::receive(&app, request).await?;
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
    keep(&app, &bearer, &delivery, key.as_deref(), now).await
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

async fn keep(
    app: &App,
    bearer: &Bearer,
    delivery: &Delivery,
    key: Option<&str>,
    now: Timestamp,
) -> Result<Response, Problem> {
    let print = fingerprint(delivery)?;
    if let Some(answer) = answered_before(app, bearer, key, &print, delivery).await? {
        return Ok(answer);
    }
    let id = InterventionId::new();
    let mut tx = app.kit.db.begin().await?;
    let (id, repeated) = match tx.accept(id, &delivery.intake, &delivery.files, now).await? {
        Added::New => (id, false),
        Added::Repeated(known) => (known, true),
        Added::Different(_) => {
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
        if !tx.remember_key(bearer.token, key, &hash, id, now).await? {
            // A simultaneous request took the key: what it was answered holds for this one too.
            drop(tx);
            let answer = answered_before(app, bearer, Some(key), &print, delivery).await?;
            return answer.ok_or_else(|| Code::Unavailable.into());
        }
    }
    tx.commit().await?;
    app.kit.work.notify_one();
    Ok(received(id, first_stage(delivery), repeated))
}

async fn answered_before(
    app: &App,
    bearer: &Bearer,
    key: Option<&str>,
    print: &str,
    delivery: &Delivery,
) -> Result<Option<Response>, Problem> {
    let Some(key) = key else { return Ok(None) };
    let Some((id, hash)) = app.kit.db.repetition(bearer.token, key).await? else { return Ok(None) };
    let repeated = hash.strip_prefix(REPEATED);
    if repeated.unwrap_or(&hash) != print {
        return Err(Code::KeyReused.into());
    }
    Ok(Some(received(id, first_stage(delivery), repeated.is_some())))
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

/// Which interventions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Only those at this stage.
    stage: Option<Stage>,
    /// Only those that wait for something or failed.
    waiting: Option<bool>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// A line of the list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterventionLine {
    id: InterventionId,
    source: String,
    external_id: String,
    closed_at: Timestamp,
    equipment: Equipment,
    /// The fault in the words of who reported it.
    symptom: Option<String>,
    stage: Stage,
    /// What it waits for or why it failed.
    waiting: Option<String>,
    procedure: Option<ProcedureId>,
    attachments: usize,
    received_at: Timestamp,
    updated_at: Timestamp,
}

/// Lists interventions in order of arrival.
#[utoipa::path(get, path = "/api/v1/interventions", tag = "interventions", params(Listing),
    responses((status = 200, body = Page<InterventionLine>, description = "A page")))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    Ask(asked): Ask<Listing>,
) -> Result<Json<Page<InterventionLine>>, Problem> {
    let limit = input::limit(asked.limit, 50, 200)?;
    let filter = InterventionFilter {
        stage: asked.stage,
        waiting: asked.waiting.unwrap_or(false),
        after: input::cursor(asked.cursor.as_ref(), |text| text.parse().ok())?,
        limit: limit + 1,
    };
    let found = app.kit.db.interventions(&filter, &bearer.viewer).await?;
    let line = |i: Intervention| {
        let i = for_viewer(i, &bearer.viewer);
        InterventionLine {
            id: i.id,
            source: i.intake.source,
            external_id: i.intake.external_id,
            closed_at: i.intake.closed_at,
            equipment: i.intake.equipment,
            symptom: i.intake.request.symptom,
            stage: i.stage,
            waiting: i.waiting,
            procedure: i.procedure,
            attachments: i.attachments.len(),
            received_at: i.received_at,
            updated_at: i.updated_at,
        }
    };
    Ok(Json(Page::of(found, limit, |i: &Intervention| i.id.to_string(), line)))
}

/// Takes out what the house says among itself: private messages, reasons that may name other cases, and for a
/// customer the files of the technician.
fn for_viewer(mut intervention: Intervention, viewer: &Viewer) -> Intervention {
    if is_outsider(viewer) {
        intervention.intake.exchanges.retain(|e| !e.private);
        if viewer.role == Role::Customer || intervention.stage != Stage::NeedsAnswers {
            intervention.waiting = None;
        }
    }
    if viewer.role == Role::Customer {
        intervention.attachments.clear();
    }
    intervention
}

/// A draft, named.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DraftLine {
    id: DraftId,
    title: String,
    /// What comparing said of it.
    verdict: Option<Verdict>,
}

/// Everything that is known of an intervention, as far as the viewer may see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterventionPage {
    #[serde(flatten)]
    intervention: Intervention,
    transcripts: Vec<Transcript>,
    questions: Vec<Question>,
    draft: Option<DraftLine>,
    /// What the line still has to do, or gave up.
    jobs: Vec<Job>,
}

/// Shows an intervention.
#[utoipa::path(get, path = "/api/v1/interventions/{id}", tag = "interventions", params(("id" = InterventionId, Path)),
    responses((status = 200, body = InterventionPage, description = "The intervention")))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<InterventionId>,
) -> Result<Json<InterventionPage>, Problem> {
    let db = &app.kit.db;
    let viewer = &bearer.viewer;
    let found = db.intervention(id, viewer).await?.ok_or(Code::NotFound)?;
    let mut page = InterventionPage {
        intervention: for_viewer(found, viewer),
        transcripts: Vec::new(),
        questions: Vec::new(),
        draft: None,
        jobs: Vec::new(),
    };
    if viewer.role != Role::Customer {
        page.transcripts = db.transcripts(id).await?;
        page.questions = db.questions(id).await?;
    }
    if !is_outsider(viewer) {
        page.jobs = db.jobs_of(&id.to_string()).await?;
        page.draft = db.draft_of(id).await?.map(|d| DraftLine {
            id: d.id,
            title: d.content.title.text,
            verdict: d.comparison.map(|c| c.verdict),
        });
    }
    Ok(Json(page))
}

/// Answers to open questions.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answers {
    /// One to twenty.
    #[schema(min_items = 1, max_items = 20)]
    answers: Vec<Answer>,
}

/// An answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    /// Which question.
    question: QuestionId,
    /// What there is to say.
    #[schema(min_length = 1, max_length = 20_000)]
    answer: String,
}

/// What remains to be answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StillOpen {
    /// How many questions; with none left, the line goes on.
    open: usize,
}

/// Answers questions that are open.
#[utoipa::path(post, path = "/api/v1/interventions/{id}/answers", tag = "interventions", params(("id" = InterventionId, Path)),
    request_body = Answers, responses((status = 200, body = StillOpen, description = "Kept")))]
pub(crate) async fn answer(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<InterventionId>,
    input::Json(given): input::Json<Answers>,
) -> Result<Json<StillOpen>, Problem> {
    app.kit.db.intervention(id, &bearer.viewer).await?.ok_or(Code::NotFound)?;
    let mut errors: Vec<FieldError> = Vec::new();
    if given.answers.is_empty() || given.answers.len() > 20 {
        errors.push(FieldError::new("answers", "out_of_range", "one to twenty answers", "de une à vingt réponses"));
    }
    for (i, answer) in given.answers.iter().enumerate() {
        let length = answer.answer.trim().chars().count();
        if length == 0 || length > LONGEST_ANSWER {
            let (en, fr) = (format!("1 to {LONGEST_ANSWER} characters"), format!("de 1 à {LONGEST_ANSWER} caractères"));
            errors.push(FieldError::new(format!("answers[{i}].answer"), "out_of_range", en, fr));
        }
    }
    if !errors.is_empty() {
        return Err(Problem::fields(Code::InvalidFields, errors));
    }
    let answers: Vec<_> = given.answers.into_iter().map(|a| (a.question, a.answer.trim().to_owned())).collect();
    match app.kit.db.answer(id, &answers, &bearer.viewer.name, app.kit.clock.now()).await? {
        Answered::Kept { open } => {
            app.kit.work.notify_one();
            Ok(Json(StillOpen { open }))
        }
        Answered::NoQuestion(question) => {
            let at = answers.iter().rposition(|(q, _)| *q == question).unwrap_or_default();
            let (en, fr) = (
                "is no open question of this intervention: read it again",
                "n'est pas une question ouverte de cette intervention : relisez-la",
            );
            let error = FieldError::new(format!("answers[{at}].question"), "not_open", en, fr);
            Err(Problem::field(Code::InvalidFields, error))
        }
    }
}

/// Gives the steps that gave up another life: those of the intervention, and the publication of its procedure.
#[utoipa::path(post, path = "/api/v1/interventions/{id}/retry", tag = "interventions", params(("id" = InterventionId, Path)),
    responses(
        (status = 202, description = "They will run again"),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "nothing_to_retry"),
    ))]
pub(crate) async fn retry(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<InterventionId>,
) -> Result<StatusCode, Problem> {
    let db = &app.kit.db;
    let found = db.intervention(id, &bearer.viewer).await?.ok_or(Code::NotFound)?;
    let now = app.kit.clock.now();
    let mut retried = db.retry(&id.to_string(), now).await?;
    if let Some(procedure) = found.procedure {
        retried |= db.retry(&procedure.to_string(), now).await?;
    }
    if !retried {
        return Err(Code::NothingToRetry.into());
    }
    app.kit.work.notify_one();
    Ok(StatusCode::ACCEPTED)
}
