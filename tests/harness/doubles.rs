//! Doubles for what lies outside the house: quick, deterministic, and honest about being doubles.

use std::collections::BTreeMap;
use std::path::Path;

use async_trait::async_trait;
use savoir_models::content::{AppliesTo, Content, Statement};
use savoir_models::draft::Provenance;
use savoir_models::evidence::{Case, Source, SourceText};
use savoir_models::redaction::Redaction;
use savoir_models::text::Language;
use savoir_models::transcript::Segment;
use savoir_pipeline::extractor::{Extraction, Extractor};
use savoir_pipeline::fault::Fault;
use savoir_pipeline::progress::Progress;
use savoir_pipeline::speech::{Heard, Hints, Transcriber};

/// Hears the same sentence in every recording.
#[derive(Debug, Clone, Copy)]
pub struct Parrot;

/// What [`Parrot`] hears.
pub const PARROT_SAYS: &str = "J'ai remplacé le thermocouple de la mâchoire et la machine repart.";

#[async_trait]
impl Transcriber for Parrot {
    fn model(&self) -> &str {
        "parrot"
    }

    async fn transcribe(&self, path: &Path, hints: &Hints, progress: &Progress) -> Result<Heard, Fault> {
        if !path.exists() {
            return Err(Fault::later(format!("{} is not there", path.display())));
        }
        progress.set(1.0);
        let segment = Segment { start_ms: 500, end_ms: 4_000, text: PARROT_SAYS.into(), confidence: 0.9 };
        Ok(Heard { language: hints.language.unwrap_or(Language::French), duration_ms: 4_500, segments: vec![segment] })
    }
}

/// Takes the first text of a case as symptom and every sentence of its report, actions, recordings and answers as a
/// step. Asks one question when these hold less than twenty characters.
#[derive(Debug, Clone, Copy)]
pub struct Plain;

#[async_trait]
impl Extractor for Plain {
    fn provenance(&self) -> Provenance {
        Provenance { extractor: "plain".into(), version: "1".into(), model: None, parameters: BTreeMap::new() }
    }

    async fn extract(&self, case: &Case, _redaction: &Redaction) -> Result<Extraction, Fault> {
        let intake = &case.intervention.intake;
        let mut steps = Vec::new();
        for SourceText { source, text } in case.texts() {
            use savoir_models::evidence::Source::{Action, Answer, Report, Transcript};
            if !matches!(source, Report | Action { .. } | Answer { .. } | Transcript { .. }) {
                continue;
            }
            let mut start = 0;
            for sentence in text.split_inclusive(['.', '\n']) {
                let evidence = case.evidence(&source, start, start + sentence.len());
                start += sentence.len();
                if let (Some(evidence), false) = (evidence, sentence.trim().is_empty()) {
                    steps.push(Statement::new(sentence.trim(), evidence));
                }
            }
        }
        if steps.iter().map(|s| s.text.chars().count()).sum::<usize>() < 20 {
            let questions = vec!["Qu'avez-vous fait pour que la machine reparte ?".into()];
            return Ok(Extraction::TooThin { reason: "the report says too little".into(), questions });
        }
        let field = |path: &str| {
            let source = Source::Field { path: path.into() };
            let text = case.text_of(&source)?;
            case.evidence(&source, 0, text.len()).map(|evidence| (text, evidence))
        };
        let (symptom, told) = match field("request.symptom") {
            Some((text, evidence)) => (text, vec![evidence]),
            None => (steps[0].text.clone(), steps[0].evidence.clone()),
        };
        let (machine, named) = match field("equipment.family") {
            Some((text, evidence)) => (text, vec![evidence]),
            None => ("Machine".into(), Vec::new()),
        };
        let evidence = [named, told.clone()].concat();
        let titled = Statement { text: format!("{machine} : {symptom}"), evidence, ..Statement::default() };
        let seen = Statement { text: symptom, evidence: told, ..Statement::default() };
        Ok(Extraction::Draft(Box::new(Content {
            language: intake.language.unwrap_or(Language::French),
            title: titled,
            symptoms: vec![seen],
            cause: None,
            prerequisites: Vec::new(),
            tools: Vec::new(),
            parts: Vec::new(),
            hazards: Vec::new(),
            steps,
            verification: Vec::new(),
            applies_to: AppliesTo {
                family: intake.equipment.family.clone(),
                manufacturer: intake.equipment.manufacturer.clone(),
                models: intake.equipment.model.iter().cloned().collect(),
                error_codes: intake.request.error_codes.clone(),
                firmware: None,
            },
        })))
    }
}
