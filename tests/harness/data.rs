//! Small texts for tests to work on.

use std::collections::BTreeMap;

use savoir_models::clock::Timestamp;
use savoir_models::content::{AppliesTo, Content, Statement};
use savoir_models::draft::{Draft, Provenance};
use savoir_models::evidence::{Evidence, Place, Source};
use savoir_models::id::{DraftId, InterventionId};
use savoir_models::intervention::{Equipment, Intake, Request, Stage};
use savoir_models::review::Review;
use savoir_models::store::{Db, Reading};
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
    let place = Place { start: 0, end: text.len(), ..Place::default() };
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

/// A draft of this content, as extraction leaves it.
#[must_use]
pub fn draft(intervention: InterventionId, content: Content) -> Draft {
    Draft {
        id: DraftId::new(),
        intervention,
        content,
        provenance: Provenance {
            extractor: "test".into(),
            version: "1".into(),
            model: None,
            parameters: BTreeMap::new(),
        },
        suspicions: Vec::new(),
        comparison: None,
        version: 1,
        created_at: START,
        updated_at: START,
    }
}

/// That this version of a draft was read, with the house's own eye for dangers.
#[must_use]
pub fn reading(version: i64) -> Reading {
    Reading { version, dangers: savoir_pipeline::verify::hazards::kinds }
}

/// Puts a delivery with a draft of this content under review, as the line would.
///
/// # Panics
/// When the database fails.
pub async fn reviewed(db: &Db, intake: &Intake, content: Content) -> (InterventionId, Draft, Review) {
    let id = InterventionId::new();
    let mut draft = draft(id, content);
    let mut tx = db.begin().await.expect("the database writes");
    tx.add_intervention(id, intake, &[], Stage::InReview, START).await.expect("it is kept");
    draft.id = tx.put_draft(&draft).await.expect("its draft is kept");
    tx.open_review(draft.id, intake.minutes(), START).await.expect("its review opens");
    tx.commit().await.expect("the database commits");
    let review = db.review_of(draft.id).await.expect("the database reads").expect("there is a review");
    (id, draft, review)
}
