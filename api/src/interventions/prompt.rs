//! What a language model would be sent of an intervention: to be seen before anything leaves the house.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use savoir_models::audit::{Action, Entry};
use savoir_models::draft::Provenance;
use savoir_models::evidence::Source;
use savoir_models::id::InterventionId;
use savoir_models::redaction::PersonalData;
use savoir_pipeline::fault::Fault;
use savoir_pipeline::llm::{Message, Speaker};
use savoir_pipeline::redact::redact;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::At;

/// What would be sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PromptPage {
    /// Whether the settings have anything sent: `false` while drafts are drawn by rules, which stay on this machine.
    sent: bool,
    /// What draws drafts, and with which parameters.
    provenance: Provenance,
    /// Every text of the case as a model sees it, in reading order.
    texts: Vec<SeenText>,
    /// What stands for something personal, without what it stands for.
    placeholders: Vec<Stand>,
    /// The requests, one for each part of a long case; none while nothing is sent.
    requests: Vec<Vec<SeenMessage>>,
    /// The schema that the answer must have; `null` while nothing is sent.
    #[schema(value_type = Option<Object>)]
    schema: Option<serde_json::Value>,
}

/// A text with placeholders.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeenText {
    source: Source,
    text: String,
}

/// A placeholder.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Stand {
    /// As it stands in the texts, as in `[PERSON_1]`.
    label: String,
    /// What kind of personal data it stands for.
    kind: PersonalData,
    /// How often.
    times: usize,
}

/// A message of a request.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SeenMessage {
    /// Who speaks: `system` or `user`.
    role: &'static str,
    content: String,
}

/// Shows exactly what would be sent to the language model.
#[utoipa::path(get, path = "/api/v1/interventions/{id}/prompt", tag = "interventions", params(("id" = InterventionId, Path)),
    responses(
        (status = 200, body = PromptPage, description = "What would be sent"),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "prompt_too_long"),
    ))]
pub(crate) async fn prompt(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<InterventionId>,
) -> Result<Json<PromptPage>, Problem> {
    let db = &app.kit.db;
    db.intervention(id, &bearer.viewer).await?.ok_or(Code::NotFound)?;
    let case = db.case(id).await?.ok_or(Code::NotFound)?;
    // Before its step has run, what the step would find.
    let redaction = db.redaction(id).await?.unwrap_or_else(|| redact(&case));
    let preview = app.kit.extractor.preview(&case, &redaction).map_err(unshown)?;
    let texts =
        case.texts().into_iter().map(|t| redaction.mask(&t)).map(|m| SeenText { source: m.source, text: m.text });
    let placeholders = redaction.placeholders.iter().enumerate().map(|(at, p)| Stand {
        label: p.label(),
        kind: p.kind,
        times: redaction.masked.iter().filter(|m| m.placeholder == at).count(),
    });
    let message = |m: Message| SeenMessage { role: role(m.role), content: m.content };
    let (requests, schema) = match preview {
        None => (Vec::new(), None),
        Some(seen) => {
            let requests = seen.parts.into_iter().map(|part| part.into_iter().map(message).collect());
            (requests.collect(), Some(seen.schema))
        }
    };
    let sent = schema.is_some();
    // Written down before it is shown: what cannot be noted is not seen.
    let mut tx = db.begin().await?;
    let told = if sent { "as it is sent" } else { "masked, nothing is sent" };
    tx.note(Entry::new(&bearer.viewer, Action::PromptSeen, id, told), app.kit.clock.now());
    tx.commit().await?;
    Ok(Json(PromptPage {
        sent,
        provenance: app.kit.extractor.provenance(),
        texts: texts.collect(),
        placeholders: placeholders.collect(),
        requests,
        schema,
    }))
}

const fn role(speaker: Speaker) -> &'static str {
    match speaker {
        Speaker::System => "system",
        Speaker::User => "user",
        Speaker::Assistant => "assistant",
    }
}

/// A case that cannot be asked about as the settings are.
fn unshown(fault: Fault) -> Problem {
    let (_, _, _, fr) = Code::PromptTooLong.row();
    Problem::new(Code::PromptTooLong, fault.to_string(), fr)
}
