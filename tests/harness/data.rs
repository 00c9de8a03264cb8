//! Small texts for tests to work on.

use savoir_models::clock::Timestamp;
use savoir_models::content::{AppliesTo, Content, Statement};
use savoir_models::evidence::{Evidence, Place, Source};
use savoir_models::intervention::{Equipment, Intake, Request};
use savoir_models::text::Language;

/// The moment at which tests begin: 2026-11-20T08:00:00Z.
pub const START: Timestamp = Timestamp(1_795_161_600_000);

/// A French intervention with a report.
#[must_use]
pub fn intake(external_id: &str, report: &str) -> Intake {
    Intake {
        source: "test".into(),
        external_id: external_id.into(),
        closed_at: START,
        language: Some(Language::French),
        equipment: Equipment {
            family: Some("ensacheuse verticale".into()),
            manufacturer: Some("Valpack".into()),
            model: Some("VP 320".into()),
            ..Equipment::default()
        },
        request: Request {
            symptom: Some("s'arrête en E42".into()),
            error_codes: vec!["E42".into()],
            ..Request::default()
        },
        exchanges: Vec::new(),
        report: Some(report.into()),
        actions: Vec::new(),
        parts: Vec::new(),
        time_spent_minutes: Some(45),
        resolution: None,
        outcome: None,
        technician: None,
        provider: None,
        customer: None,
    }
}

/// A statement that quotes itself from the report.
#[must_use]
pub fn said(text: &str) -> Statement {
    let place = Place { start: 0, end: text.len(), start_ms: None, end_ms: None };
    Statement::new(text, Evidence { source: Source::Report, quote: text.into(), place })
}

/// A small complete content.
#[must_use]
pub fn content(title: &str, symptom: &str, step: &str) -> Content {
    Content {
        language: Language::French,
        title: said(title),
        symptoms: vec![said(symptom)],
        cause: Some(said("Le thermocouple était coupé")),
        prerequisites: Vec::new(),
        tools: vec![said("multimètre")],
        parts: Vec::new(),
        hazards: Vec::new(),
        steps: vec![said(step)],
        verification: vec![said("50 sachets étanches")],
        applies_to: AppliesTo {
            family: Some("ensacheuse verticale".into()),
            manufacturer: Some("Valpack".into()),
            models: vec!["VP 320".into()],
            error_codes: vec!["E42".into()],
            firmware: None,
        },
    }
}
