//! A procedure to work from: dangers before the step they concern, steps to tick, and one tap to say whether it worked.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use qrcodegen::{QrCode, QrCodeEcc};
use savoir_models::content::{Content, Hazard};
use savoir_models::id::ProcedureId;
use savoir_models::procedure::{Confidence, Feedback, Procedure};
use savoir_pipeline::verify::hazards;
use serde::Deserialize;

use crate::app::App;
use crate::auth::is_outsider;
use crate::error::{Code, Problem};
use crate::input::{Ask, At, Form};
use crate::page::{Frame, Visitor, see_other};
use crate::procedures;
use crate::words::{Portal, audience, count, fill, hazard};

#[derive(Template)]
#[template(path = "procedure.html")]
struct Page {
    frame: Frame,
    t: &'static Portal,
    procedure: Procedure,
    /// The dangers that belong to no single step.
    dangers: Vec<Danger>,
    parts: Vec<Needed>,
    steps: Vec<Step>,
    cases: String,
    worked: String,
    failed: Option<String>,
    /// For whom it is, told to the house.
    readers: Option<&'static str>,
    /// Who approved it, told to the house.
    approved: Option<String>,
    qr: Option<Qr>,
    was_reported: bool,
}

struct Danger {
    kind: &'static str,
    text: String,
}

/// A part, as one would ask for it at the store.
struct Needed {
    text: String,
    quantity: Option<String>,
    reference: Option<String>,
}

struct Step {
    number: usize,
    /// What can hurt at this step.
    dangers: Vec<Danger>,
    text: String,
}

/// A QR code as the path of an SVG picture.
struct Qr {
    side: i32,
    path: String,
}

/// Whether one just reported.
#[derive(Deserialize)]
pub(crate) struct Reported {
    #[serde(default)]
    thanks: Option<String>,
}

/// Shows a procedure as the viewer's class sees it.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(id): At<ProcedureId>,
    Ask(reported): Ask<Reported>,
) -> Result<Response, Problem> {
    let viewer = visitor.viewer()?;
    let procedure = app.kit.db.procedure(id, viewer).await?.ok_or(Code::NotFound)?;
    let (t, language) = (Portal::of(visitor.language), visitor.language);
    let content = &procedure.revision.content;
    let (dangers, before) = placed(content);
    let danger = |h: &Hazard| Danger { kind: hazard(h.kind, language), text: h.statement.text.clone() };
    let steps = content.steps.iter().zip(before).enumerate();
    let steps = steps
        .map(|(at, (step, before))| Step {
            number: at + 1,
            dangers: before.into_iter().map(danger).collect(),
            text: step.text.clone(),
        })
        .collect();
    let parts = content.parts.iter();
    let parts = parts
        .map(|part| Needed {
            text: part.statement.text.clone(),
            quantity: part.quantity.map(|n| fill(t.quantity, &[&n])),
            reference: part.reference.as_ref().map(|r| fill(t.reference, &[r])),
        })
        .collect();
    let is_ours = !is_outsider(viewer);
    let readers = is_ours.then(|| audience(procedure.audience, language));
    let approved = is_ours.then(|| fill(t.approved, &[&procedure.revision.author, &procedure.revision.number]));
    let dangers = dangers.into_iter().map(danger).collect();
    let failed = (procedure.failed > 0).then(|| count(language, procedure.failed, t.failed_one, t.failed_many));
    let cases = count(language, procedure.cases, t.cases_one, t.cases_many);
    let worked = count(language, procedure.worked, t.worked_one, t.worked_many);
    let qr = Qr::of(&format!("{}/procedures/{id}", app.config.public_url()));
    let was_reported = reported.thanks.is_some();
    visitor.page(|frame| Page {
        frame,
        t,
        procedure,
        dangers,
        parts,
        steps,
        cases,
        worked,
        failed,
        readers,
        approved,
        qr,
        was_reported,
    })
}

/// Where each danger is told: before the first step that involves it; those that no step names, before all of them.
fn placed(content: &Content) -> (Vec<&Hazard>, Vec<Vec<&Hazard>>) {
    let kinds: Vec<_> = content.steps.iter().map(|s| hazards::kinds(&s.text, content.language)).collect();
    let (mut first, mut before) = (Vec::new(), vec![Vec::new(); content.steps.len()]);
    for hazard in &content.hazards {
        match kinds.iter().position(|kinds| kinds.contains(&hazard.kind)) {
            Some(at) => before[at].push(hazard),
            None => first.push(hazard),
        }
    }
    (first, before)
}

impl Qr {
    fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let mut path = String::new();
        for y in 0..code.size() {
            for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
                path.push_str(&format!("M{x} {y}h1v1h-1z"));
            }
        }
        Some(Self { side: code.size(), path })
    }
}

/// A filled-in form.
#[derive(Deserialize)]
pub(crate) struct Filled {
    worked: String,
    #[serde(default)]
    comment: String,
}

/// Keeps what one says of it.
pub(crate) async fn feedback(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(id): At<ProcedureId>,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let comment = Some(filled.comment.trim().to_owned()).filter(|text| !text.is_empty());
    let given = Feedback { worked: filled.worked == "yes", comment };
    procedures::report(&app, id, &given, visitor.viewer()?).await?;
    Ok(see_other(&format!("/procedures/{id}?thanks=1#thanks")))
}

#[cfg(test)]
mod tests {
    use savoir_models::content::{AppliesTo, HazardKind, Statement};
    use savoir_models::text::Language;

    use super::*;

    #[test]
    fn a_danger_stands_before_the_first_step_that_involves_it_and_else_before_all() {
        let said = |text: &str| Statement { text: text.into(), ..Statement::default() };
        let of = |kind, text: &str| Hazard { kind, statement: said(text) };
        let content = Content {
            language: Language::French,
            title: said("Compresseur : fuite"),
            symptoms: Vec::new(),
            cause: None,
            prerequisites: Vec::new(),
            tools: Vec::new(),
            parts: Vec::new(),
            hazards: vec![of(HazardKind::Pressure, "Air comprimé"), of(HazardKind::Height, "Machine en hauteur")],
            steps: vec![said("Ouvrez le capot."), said("Purgez le circuit sous pression.")],
            verification: Vec::new(),
            applies_to: AppliesTo::default(),
        };
        let (first, before) = placed(&content);
        assert_eq!(first.iter().map(|h| h.kind).collect::<Vec<_>>(), [HazardKind::Height]);
        assert!(before[0].is_empty());
        assert_eq!(before[1].iter().map(|h| h.kind).collect::<Vec<_>>(), [HazardKind::Pressure]);
    }

    #[test]
    fn a_qr_code_is_drawn_for_every_address_of_a_procedure() {
        let qr = Qr::of("https://savoir.example.com/procedures/0199a0c8-1111-7000-8000-000000000000").unwrap();
        assert!(qr.side > 20 && qr.path.starts_with('M'));
    }
}
