//! Interventions: delivered, listed, shown, answered, retried, opened again.

mod answer;
mod create;
mod media;
mod prompt;
mod reopen;
mod serve;
mod upload;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use savoir_models::clock::Timestamp;
use savoir_models::draft::Verdict;
use savoir_models::evidence::Question;
use savoir_models::id::{DraftId, InterventionId, ProcedureId};
use savoir_models::intervention::{Equipment, Intervention, Stage};
use savoir_models::job::Job;
use savoir_models::store::InterventionFilter;
use savoir_models::transcript::Transcript;
use savoir_models::usage::Spent;
use savoir_models::viewer::{Audience, Role, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(crate) use answer::{__path_answer, answer, keep as keep_answers};
pub(crate) use create::{__path_create, create, keep as keep_delivery};
pub(crate) use prompt::{__path_prompt, prompt};
pub(crate) use reopen::{__path_reopen, reopen};
pub(crate) use serve::{__path_attachment, attachment};
pub(crate) use upload::Delivery;

use crate::app::App;
use crate::auth::{Bearer, is_outsider};
use crate::error::{Code, Problem};
use crate::input::{self, Ask, At, Page};

/// Which interventions to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Only those at this stage.
    pub(crate) stage: Option<Stage>,
    /// Only those that wait for something or failed.
    pub(crate) waiting: Option<bool>,
    /// The `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<i64>,
}

/// A line of the list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterventionLine {
    pub(crate) id: InterventionId,
    pub(crate) source: String,
    pub(crate) external_id: String,
    pub(crate) closed_at: Timestamp,
    pub(crate) equipment: Equipment,
    /// The fault in the words of who reported it.
    pub(crate) symptom: Option<String>,
    pub(crate) stage: Stage,
    /// What it waits for or why it failed.
    pub(crate) waiting: Option<String>,
    pub(crate) procedure: Option<ProcedureId>,
    pub(crate) attachments: usize,
    pub(crate) received_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// Lists interventions in order of arrival.
#[utoipa::path(get, path = "/api/v1/interventions", tag = "interventions", params(Listing),
    responses((status = 200, body = Page<InterventionLine>, description = "A page")))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    Ask(asked): Ask<Listing>,
) -> Result<Json<Page<InterventionLine>>, Problem> {
    some(&app, &bearer.viewer, &asked).await.map(Json)
}

/// A page of the interventions that `viewer` may see.
pub(crate) async fn some(app: &App, viewer: &Viewer, asked: &Listing) -> Result<Page<InterventionLine>, Problem> {
    let limit = input::limit(asked.limit, 50, 200)?;
    let filter = InterventionFilter {
        stage: asked.stage,
        waiting: asked.waiting.unwrap_or(false),
        after: input::cursor(asked.cursor.as_ref(), |text| text.parse().ok())?,
        limit: limit + 1,
    };
    let found = app.kit.db.interventions(&filter, viewer).await?;
    let line = |i: Intervention| {
        let i = for_viewer(i, viewer);
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
    Ok(Page::of(found, limit, |i: &Intervention| i.id.to_string(), line))
}

/// Takes out what the house says among itself: private messages, reasons that may name other cases or procedures, and for
/// a customer the files of the technician.
fn for_viewer(mut intervention: Intervention, viewer: &Viewer) -> Intervention {
    if is_outsider(viewer) {
        intervention.intake.exchanges.retain(|e| !e.private);
        if viewer.role == Role::Customer || intervention.stage != Stage::NeedsAnswers {
            intervention.waiting = None;
        }
    }
    // Why a case was counted elsewhere names the procedure, which may be for the office alone.
    if intervention.stage == Stage::Merged && viewer.class() != Some(Audience::Internal) {
        intervention.waiting = None;
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
    pub(crate) intervention: Intervention,
    pub(crate) transcripts: Vec<Transcript>,
    pub(crate) questions: Vec<Question>,
    pub(crate) draft: Option<DraftLine>,
    /// What the line still has to do, or gave up.
    pub(crate) jobs: Vec<Job>,
    /// What language models cost for it, once one was asked.
    pub(crate) spent: Option<Spent>,
}

/// Shows an intervention.
#[utoipa::path(get, path = "/api/v1/interventions/{id}", tag = "interventions", params(("id" = InterventionId, Path)),
    responses((status = 200, body = InterventionPage, description = "The intervention")))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<InterventionId>,
) -> Result<Json<InterventionPage>, Problem> {
    read(&app, &bearer.viewer, id).await.map(Json)
}

/// An intervention as far as `viewer` may see it.
pub(crate) async fn read(app: &App, viewer: &Viewer, id: InterventionId) -> Result<InterventionPage, Problem> {
    let db = &app.kit.db;
    let found = db.intervention(id, viewer).await?.ok_or(Code::NotFound)?;
    let mut page = InterventionPage {
        intervention: for_viewer(found, viewer),
        transcripts: Vec::new(),
        questions: Vec::new(),
        draft: None,
        jobs: Vec::new(),
        spent: None,
    };
    if viewer.role != Role::Customer {
        page.transcripts = db.transcripts(id).await?;
        page.questions = db.questions(id).await?;
    }
    if !is_outsider(viewer) {
        page.spent = Some(db.spent_on(id).await?).filter(|s| s.calls > 0);
        page.jobs = db.jobs_of(&id.to_string()).await?;
        page.draft = db.draft_of(id).await?.map(|d| DraftLine {
            id: d.id,
            title: d.content.title.text,
            verdict: d.comparison.map(|c| c.verdict),
        });
    }
    Ok(page)
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
    revive(&app, &bearer.viewer, id).await.map(|()| StatusCode::ACCEPTED)
}

/// Gives what gave up of an intervention another life.
///
/// # Errors
/// When nothing gave up.
pub(crate) async fn revive(app: &App, viewer: &Viewer, id: InterventionId) -> Result<(), Problem> {
    let db = &app.kit.db;
    let found = db.intervention(id, viewer).await?.ok_or(Code::NotFound)?;
    let now = app.kit.clock.now();
    let mut retried = db.retry(&id.to_string(), now).await?;
    if let Some(procedure) = found.procedure {
        retried |= db.retry(&procedure.to_string(), now).await?;
    }
    if !retried {
        return Err(Code::NothingToRetry.into());
    }
    app.kit.work.notify_one();
    Ok(())
}
