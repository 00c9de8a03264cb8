//! Questions are answered, in writing or by voice.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use savoir_models::id::{InterventionId, QuestionId};
use savoir_models::intervention::{AttachmentKind, FieldError};
use savoir_models::store::{Answered, Given};
use savoir_models::viewer::Viewer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::upload::{self, Sent};
use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::{self, At};

/// The longest answer to a question, in characters.
const LONGEST: usize = 20_000;

/// More answers than anybody gives at once.
const MOST: usize = 20;

/// Answers to open questions.
#[derive(Debug, Default, Deserialize, ToSchema)]
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

/// Answers of which some are spoken.
#[derive(ToSchema)]
#[expect(dead_code, reason = "only its shape is used, in the OpenAPI document")]
pub(crate) struct AnswersForm {
    /// The written answers as JSON; may be left out.
    answers: Option<Answers>,
    /// A recording; its part is named after the question that it answers.
    #[schema(format = Binary, content_media_type = "application/octet-stream")]
    question: Option<Vec<String>>,
}

/// What remains to be answered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StillOpen {
    /// How many questions; with none left, the line goes on.
    open: usize,
}

/// Answers questions that are open, in writing (JSON) or by voice (a form with a recording for each question).
#[utoipa::path(post, path = "/api/v1/interventions/{id}/answers", tag = "interventions", params(("id" = InterventionId, Path)),
    request_body(content((Answers = "application/json"), (AnswersForm = "multipart/form-data"))),
    responses((status = 200, body = StillOpen, description = "Kept")))]
pub(crate) async fn answer(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<InterventionId>,
    request: Request,
) -> Result<Json<StillOpen>, Problem> {
    app.kit.db.intervention(id, &bearer.viewer).await?.ok_or(Code::NotFound)?;
    let (written, spoken) = receive(&app, request).await?;
    let written = written.into_iter().map(|a| (a.question, a.answer)).collect();
    let open = keep(&app, &bearer.viewer, id, (written, spoken)).await?;
    Ok(Json(StillOpen { open }))
}

/// Keeps answers, written and spoken; returns how many questions stay open.
///
/// # Errors
/// When one cannot be taken: then none is kept.
pub(crate) async fn keep(
    app: &App,
    viewer: &Viewer,
    id: InterventionId,
    (written, spoken): (Vec<(QuestionId, String)>, Vec<Sent>),
) -> Result<usize, Problem> {
    let mut errors: Vec<FieldError> = Vec::new();
    let count = written.len() + spoken.len();
    if count == 0 || count > MOST {
        errors.push(FieldError::new("answers", "out_of_range", "one to twenty answers", "de une à vingt réponses"));
    }
    // Each answer beside the field that it came in.
    let mut answers: Vec<(String, QuestionId, Given)> = Vec::new();
    for (i, (question, answer)) in written.into_iter().enumerate() {
        let text = answer.trim().to_owned();
        if text.is_empty() || text.chars().count() > LONGEST {
            let (en, fr) = (format!("1 to {LONGEST} characters"), format!("de 1 à {LONGEST} caractères"));
            errors.push(FieldError::new(format!("answers[{i}].answer"), "out_of_range", en, fr));
        }
        answers.push((format!("answers[{i}].question"), question, Given::Text(text)));
    }
    for sent in spoken {
        match recording(sent) {
            Ok(answer) => answers.push(answer),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(Problem::fields(Code::InvalidFields, errors));
    }
    let given: Vec<(QuestionId, Given)> = answers.iter().map(|(_, q, given)| (*q, given.clone())).collect();
    match app.kit.db.answer(id, &given, &viewer.name, app.kit.clock.now()).await? {
        Answered::Kept { open } => {
            app.kit.work.notify_one();
            Ok(open)
        }
        Answered::NoQuestion(question) => {
            let field = answers.into_iter().rev().find(|(_, q, _)| *q == question).map(|(field, ..)| field);
            let (en, fr) = (
                "is no open question of this intervention: read it again",
                "n'est pas une question ouverte de cette intervention : relisez-la",
            );
            let error = FieldError::new(field.unwrap_or_default(), "not_open", en, fr);
            Err(Problem::field(Code::InvalidFields, error))
        }
    }
}

async fn receive(app: &App, request: Request) -> Result<(Vec<Answer>, Vec<Sent>), Problem> {
    input::plain(request.headers())?;
    if input::is_json(request.headers()) {
        let Answers { answers } = input::parse(&input::read(app, request.into_body()).await?)?;
        return Ok((answers, Vec::new()));
    }
    if input::is_form(request.headers()) {
        let form = upload::form(app, request, "answers").await?;
        let written: Answers = form.json.map(|json| input::parse(&json)).transpose()?.unwrap_or_default();
        return Ok((written.answers, form.files));
    }
    Err(input::wrong_type(request.headers(), "application/json, multipart/form-data"))
}

/// The question that a recording answers, by the name of its part.
fn recording(sent: Sent) -> Result<(String, QuestionId, Given), FieldError> {
    let Sent { part, attachment, no_audio } = sent;
    let question: QuestionId = part.parse().map_err(|_| {
        FieldError::new(
            part.clone(),
            "no_question",
            "is no question: name the part of a recording after the question it answers",
            "n'est pas une question : nommez la partie d'un enregistrement d'après la question à laquelle il répond",
        )
    })?;
    if attachment.kind != AttachmentKind::Audio {
        return Err(no_audio.map(|e| FieldError { field: part.clone(), ..e }).unwrap_or_else(|| {
            let (en, fr) = (
                "is no recording: send sound, or answer in writing",
                "n'est pas un enregistrement : envoyez du son, ou répondez par écrit",
            );
            FieldError::new(part, "not_audio", en, fr)
        }));
    }
    let attachment = savoir_models::intervention::Attachment { question: Some(question), ..attachment };
    Ok((part, question, Given::Voice(attachment)))
}
