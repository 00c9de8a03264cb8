//! A technician tells what was done: by voice in the browser, or in writing.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use savoir_models::id;
use savoir_models::intervention::{Equipment, FieldError, Intake, Request};
use serde::Deserialize;

use crate::app::App;
use crate::error::{Code, Problem};
use crate::input::Form;
use crate::interventions::{self, Delivery};
use crate::page::{Frame, Visitor, see_other};
use crate::words::Field;

/// The system that these interventions are said to come from.
const SOURCE: &str = "savoir";

#[derive(Template)]
#[template(path = "report.html")]
struct Report {
    frame: Frame,
    t: &'static Field,
    /// Names this report, so that it is taken once however often it is sent.
    key: String,
    technician: String,
}

/// Shows the form.
pub(crate) async fn show(visitor: Visitor) -> Result<Response, Problem> {
    let technician = visitor.viewer()?.name.clone();
    visitor.page(|frame| Report { frame, t: Field::of(visitor.language), key: id::secret(16), technician })
}

/// A filled-in form.
#[derive(Deserialize)]
pub(crate) struct Filled {
    key: String,
    report: String,
    #[serde(default)]
    family: String,
    #[serde(default)]
    model: String,
    #[serde(default)]
    serial: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    customer: String,
    #[serde(default)]
    minutes: String,
}

/// Takes a written report. One by voice goes to the JSON door, with the same fields.
pub(crate) async fn send(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let bearer = visitor.bearer()?;
    let said = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let minutes = said(filled.minutes).map(|n| n.parse()).transpose().map_err(|_| {
        let (en, fr) = ("a whole number of minutes is expected", "un nombre entier de minutes est attendu");
        Problem::field(Code::InvalidFields, FieldError::new("minutes", "invalid", en, fr))
    })?;
    let intake = Intake {
        source: SOURCE.to_owned(),
        external_id: filled.key.clone(),
        closed_at: app.kit.clock.now(),
        language: None,
        equipment: Equipment {
            family: said(filled.family),
            model: said(filled.model),
            serial: said(filled.serial),
            ..Equipment::default()
        },
        request: Request { error_codes: said(filled.code).into_iter().collect(), ..Request::default() },
        exchanges: Vec::new(),
        report: said(filled.report),
        actions: Vec::new(),
        parts: Vec::new(),
        time_spent_minutes: minutes,
        resolution: None,
        outcome: None,
        technician: Some(bearer.viewer.name.clone()),
        provider: None,
        customer: said(filled.customer),
    };
    let delivery = Delivery { intake, files: Vec::new(), no_audio: Vec::new() };
    let (id, ..) = interventions::keep_delivery(&app, bearer, delivery, None).await?;
    Ok(see_other(&format!("/interventions/{id}")))
}
