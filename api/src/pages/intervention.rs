//! Interventions: the list, and one of them: where it is in the line, what was heard and understood, and what is asked.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use savoir_models::clock::Timestamp;
use savoir_models::content::Content;
use savoir_models::evidence::Question;
use savoir_models::id::{InterventionId, QuestionId};
use savoir_models::intervention::{Equipment, FieldError, Stage};
use savoir_models::job::JobState;
use savoir_models::viewer::Role;
use serde::Deserialize;

use crate::app::App;
use crate::error::{Code, Problem};
use crate::input::{Ask, At, Form};
use crate::interventions::{self, InterventionLine, InterventionPage, Listing};
use crate::page::{Frame, Visitor, see_other};
use crate::words::Field;

#[derive(Template)]
#[template(path = "interventions.html")]
struct List {
    frame: Frame,
    t: &'static Field,
    lines: Vec<Line>,
    is_waiting: bool,
    next: Option<String>,
}

struct Line {
    id: InterventionId,
    title: String,
    stage: &'static str,
    waiting: Option<String>,
    closed: Timestamp,
}

/// Lists the interventions that the viewer may see.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Ask(asked): Ask<Listing>,
) -> Result<Response, Problem> {
    let t = Field::of(visitor.language);
    let found = interventions::some(&app, visitor.viewer()?, &asked).await?;
    let lines = found.items.into_iter().map(|line| Line::of(line, t)).collect();
    let is_waiting = asked.waiting.unwrap_or(false);
    let waiting = if is_waiting { "waiting=true&" } else { "" };
    let next = found.next_cursor.map(|cursor| format!("/interventions?{waiting}cursor={cursor}"));
    visitor.page(|frame| List { frame, t, lines, is_waiting, next })
}

impl Line {
    fn of(line: InterventionLine, t: &'static Field) -> Self {
        let symptom = line.symptom.unwrap_or_else(|| format!("{} {}", line.source, line.external_id));
        Self {
            id: line.id,
            title: machine(&line.equipment).map_or(symptom.clone(), |machine| format!("{machine} – {symptom}")),
            stage: stage(line.stage, t),
            waiting: line.waiting,
            closed: line.closed_at,
        }
    }
}

/// Family and model, as far as they are told.
fn machine(equipment: &Equipment) -> Option<String> {
    let told: Vec<&str> = [&equipment.family, &equipment.model].into_iter().flatten().map(String::as_str).collect();
    (!told.is_empty()).then(|| told.join(" "))
}

/// Where something is in the line.
fn stage(stage: Stage, t: &'static Field) -> &'static str {
    match stage {
        Stage::Received => t.stage_received,
        Stage::Transcribed => t.stage_transcribed,
        Stage::Redacted => t.stage_redacted,
        Stage::NeedsAnswers => t.stage_needs_answers,
        Stage::Drafted => t.stage_drafted,
        Stage::Compared => t.stage_compared,
        Stage::InReview => t.stage_in_review,
        Stage::Merged => t.stage_merged,
        Stage::Rejected => t.stage_rejected,
        Stage::Indexed => t.stage_indexed,
        Stage::Published => t.stage_published,
        Stage::Unanswered => t.stage_unanswered,
        Stage::Reopened => t.stage_reopened,
        Stage::Failed => t.stage_failed,
    }
}

#[derive(Template)]
#[template(path = "intervention.html")]
struct One {
    frame: Frame,
    t: &'static Field,
    page: InterventionPage,
    title: String,
    stage: &'static str,
    /// Whether it will go on by itself, so that looking again is worthwhile.
    moves: bool,
    /// Whether something gave up, and the viewer may have it tried again.
    may_retry: bool,
    /// What was understood, for those who were there.
    understood: Option<Content>,
    may_correct: bool,
    open: Vec<Question>,
    done: Option<&'static str>,
}

/// What was just done.
#[derive(Deserialize)]
pub(crate) struct Before {
    done: Option<String>,
}

/// Shows an intervention.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(id): At<InterventionId>,
    Ask(before): Ask<Before>,
) -> Result<Response, Problem> {
    let (t, viewer) = (Field::of(visitor.language), visitor.viewer()?);
    let page = interventions::read(&app, viewer, id).await?;
    let intervention = &page.intervention;
    let now = intervention.stage;
    let title = machine(&intervention.intake.equipment).unwrap_or_else(|| intervention.intake.external_id.clone());
    let gave_up = page.jobs.iter().any(|job| job.state == JobState::Dead);
    let operates = matches!(viewer.role, Role::Administrator | Role::Coordinator | Role::Expert);
    let is_witness = viewer.role != Role::Customer;
    let understood = match (is_witness, viewer.class()) {
        (true, Some(class)) => app.kit.db.draft_of(id).await?.map(|draft| draft.content.seen_by(class)),
        _ => None,
    };
    use Stage::{Compared, Drafted, Indexed, Received, Redacted, Transcribed};
    let moves = matches!(now, Received | Transcribed | Redacted | Drafted | Indexed | Compared);
    let may_correct = is_witness && matches!(now, Stage::NeedsAnswers | Stage::InReview);
    let open = page.questions.iter().filter(|q| q.answer.is_none()).cloned().collect();
    let done = before.done.map(|word| if word == "answered" { t.answered } else { t.corrected });
    let stage = stage(now, t);
    visitor.page(|frame| One {
        frame,
        t,
        page,
        title,
        stage,
        moves: moves && !gave_up,
        may_retry: gave_up && operates,
        understood,
        may_correct,
        open,
        done,
    })
}

/// Keeps written answers to questions: fields named after them.
pub(crate) async fn answer(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(id): At<InterventionId>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let viewer = visitor.viewer()?;
    app.kit.db.intervention(id, viewer).await?.ok_or(Code::NotFound)?;
    let given = fields.into_iter().filter(|(_, text)| !text.trim().is_empty());
    let written: Vec<(QuestionId, String)> =
        given.filter_map(|(name, text)| Some((name.parse().ok()?, text))).collect();
    interventions::keep_answers(&app, viewer, id, (written, Vec::new())).await?;
    Ok(see_other(&format!("/interventions/{id}?done=answered")))
}

/// The longest correction, in characters.
const LONGEST: usize = 20_000;

/// A correction.
#[derive(Deserialize)]
pub(crate) struct Correction {
    text: String,
}

/// Keeps what a witness corrects or adds, and lets the line read the case again.
pub(crate) async fn correct(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(id): At<InterventionId>,
    Form(given): Form<Correction>,
) -> Result<Response, Problem> {
    let viewer = visitor.viewer()?;
    let found = app.kit.db.intervention(id, viewer).await?.ok_or(Code::NotFound)?;
    let text = given.text.trim();
    if text.is_empty() || text.chars().count() > LONGEST {
        let (en, fr) = (format!("1 to {LONGEST} characters"), format!("de 1 à {LONGEST} caractères"));
        return Err(Problem::field(Code::InvalidFields, FieldError::new("text", "out_of_range", en, fr)));
    }
    let language = found.intake.language.unwrap_or(visitor.language);
    let asked = Field::of(language).correction;
    if !app.kit.db.correct(id, (asked, text), &viewer.name, app.kit.clock.now()).await? {
        let (en, fr) = (
            "This case is being worked on, or is closed: try again shortly, or tell the expert.",
            "Cette intervention est en cours de traitement ou close : réessayez dans un instant, ou dites-le à l'expert.",
        );
        return Err(Problem::new(Code::AlreadyDecided, en, fr));
    }
    app.kit.work.notify_one();
    Ok(see_other(&format!("/interventions/{id}?done=corrected")))
}

/// Gives what gave up another life.
pub(crate) async fn retry(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(id): At<InterventionId>,
) -> Result<Response, Problem> {
    interventions::revive(&app, visitor.viewer()?, id).await?;
    Ok(see_other(&format!("/interventions/{id}")))
}
