//! Where a statement comes from.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::id::{AttachmentId, DraftId, InterventionId, QuestionId};
use crate::intervention::{Equipment, Intake, Intervention, Request, Stage};
use crate::text::Language;
use crate::transcript::Transcript;

/// A text of a case that statements may rest on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// The written report.
    Report,
    /// The line `index` (from 0) of the actions.
    Action {
        /// Position, from 0.
        index: usize,
    },
    /// The message `index` (from 0) of the exchanges.
    Exchange {
        /// Position, from 0.
        index: usize,
    },
    /// A recording's transcript.
    Transcript {
        /// Which recording.
        attachment: AttachmentId,
    },
    /// A structured field, by its path: `request.symptom`, `parts[0].name`.
    Field {
        /// The path.
        path: String,
    },
    /// The answer to a question.
    Answer {
        /// Which question.
        question: QuestionId,
    },
    /// A text of another case, whose statement a procedure has taken over.
    Elsewhere {
        /// The draft in whose case it stands.
        draft: DraftId,
        /// Which text of that case.
        #[schema(no_recursion)]
        source: Box<Source>,
    },
}

/// Where in its source a quote stands.
/// Whoever adds evidence may leave it out: the verifier finds the quote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Place {
    /// First byte of the quote in the source's text (UTF-8).
    pub start: usize,
    /// One past its last byte; 0 when the quote was not found there.
    pub end: usize,
    /// The stretch of the recording in ms, for a transcript: from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_ms: Option<i64>,
    /// To.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_ms: Option<i64>,
    /// Since when the source itself is no longer kept. The quote is what an expert approved, without names. Only the
    /// server says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_at: Option<Timestamp>,
}

/// A quote that carries a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// Which text.
    pub source: Source,
    /// The words, to the letter.
    pub quote: String,
    /// Where they stand.
    #[serde(default)]
    pub place: Place,
}

impl Evidence {
    /// The text that this quotes of the case that `draft` was drawn from, if it does; `own` tells whether it is said in a
    /// text drawn from that case itself.
    #[must_use]
    pub fn of(&self, draft: Option<DraftId>, own: bool) -> Option<&Source> {
        match &self.source {
            Source::Elsewhere { draft: other, source } => (Some(*other) == draft).then_some(&**source),
            source => own.then_some(source),
        }
    }
}

/// Goes through every piece of evidence in a structure, as JSON has it, and lets `change` work on it; true when one was
/// changed. `own` is handed on, and is false for the known side of a contradiction, which quotes another case.
pub fn each(value: &mut Value, own: bool, change: &mut dyn FnMut(&mut Evidence, bool) -> bool) -> bool {
    let mut done = false;
    match value {
        Value::Array(items) => {
            for item in items {
                done |= each(item, own, change);
            }
        }
        Value::Object(fields) if fields.contains_key("quote") && fields.contains_key("source") => {
            let Ok(mut evidence) = serde_json::from_value::<Evidence>(value.clone()) else { return false };
            done = change(&mut evidence, own);
            if let (true, Ok(new)) = (done, serde_json::to_value(&evidence)) {
                *value = new;
            }
        }
        Value::Object(fields) => {
            for (key, inner) in fields {
                done |= each(inner, own && key != "known", change);
            }
        }
        _ => {}
    }
    done
}

/// A stretch of a case that reads like an order to a machine: shown to the expert, and no statement may rest on it unseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Suspicion {
    /// Where it stands.
    pub evidence: Evidence,
    /// Why it is suspect, for a person, in English.
    pub reason: String,
    /// The same in French.
    pub reason_fr: String,
}

/// A question to the technician, and the answer when there is one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Question {
    /// Its identifier.
    pub id: QuestionId,
    /// The question, in the language of the case.
    pub text: String,
    /// What was answered.
    pub answer: Option<String>,
    /// Who asked: an expert's name, or nobody when the line asked.
    pub asked_by: Option<String>,
}

/// All that is known of one closed intervention: what extraction reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// The intervention.
    pub intervention: Intervention,
    /// Its recordings' transcripts, in order.
    pub transcripts: Vec<Transcript>,
    /// Questions and answers, in order.
    pub questions: Vec<Question>,
}

/// One text of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceText<'a> {
    /// Which it is.
    pub source: Source,
    /// Its words.
    pub text: std::borrow::Cow<'a, str>,
}

impl Case {
    /// A case that is nothing but what was delivered, as a step of the line would read it: for measuring and trying out.
    #[must_use]
    pub fn of(intake: Intake) -> Self {
        let moment = intake.closed_at;
        let intervention = Intervention {
            id: InterventionId::new(),
            intake,
            attachments: Vec::new(),
            stage: Stage::Redacted,
            waiting: None,
            procedure: None,
            received_at: moment,
            updated_at: moment,
        };
        Self { intervention, transcripts: Vec::new(), questions: Vec::new() }
    }

    /// A case that is nothing but one text, as a report: for measuring and for reading a text as a case would be.
    #[must_use]
    pub fn told(text: impl Into<String>, language: Language) -> Self {
        Self::of(Intake {
            source: "told".into(),
            external_id: "told".into(),
            closed_at: Timestamp(0),
            language: Some(language),
            equipment: Equipment::default(),
            request: Request::default(),
            exchanges: Vec::new(),
            report: Some(text.into()),
            actions: Vec::new(),
            parts: Vec::new(),
            time_spent_minutes: None,
            resolution: None,
            outcome: None,
            technician: None,
            provider: None,
            customer: None,
        })
    }

    /// Every text of the case, in the order a reader would want: machine, request, exchanges, transcripts, report,
    /// actions, parts, answers. Empty ones are left out.
    #[must_use]
    pub fn texts(&self) -> Vec<SourceText<'_>> {
        let intake = &self.intervention.intake;
        let mut out = Vec::new();
        let mut push = |source, text: std::borrow::Cow<'_, str>| {
            if !text.trim().is_empty() {
                out.push((source, text.into_owned()));
            }
        };
        let field = |path: &str| Source::Field { path: path.into() };
        let equipment = &intake.equipment;
        for (path, text) in [
            ("equipment.family", &equipment.family),
            ("equipment.manufacturer", &equipment.manufacturer),
            ("equipment.model", &equipment.model),
        ] {
            if let Some(text) = text {
                push(field(path), text.as_str().into());
            }
        }
        if let Some(symptom) = &intake.request.symptom {
            push(field("request.symptom"), symptom.as_str().into());
        }
        for (i, code) in intake.request.error_codes.iter().enumerate() {
            push(field(&format!("request.error_codes[{i}]")), code.as_str().into());
        }
        for (index, exchange) in intake.exchanges.iter().enumerate() {
            push(Source::Exchange { index }, exchange.text.as_str().into());
        }
        let told = |a: &AttachmentId| self.answered_by(*a).is_none();
        for transcript in self.transcripts.iter().filter(|t| told(&t.attachment)) {
            push(Source::Transcript { attachment: transcript.attachment }, transcript.text().into());
        }
        if let Some(report) = &intake.report {
            push(Source::Report, report.as_str().into());
        }
        for (index, action) in intake.actions.iter().enumerate() {
            push(Source::Action { index }, action.as_str().into());
        }
        for (i, part) in intake.parts.iter().enumerate() {
            if let Some(name) = &part.name {
                push(field(&format!("parts[{i}].name")), name.as_str().into());
            }
            if let Some(reference) = &part.reference {
                push(field(&format!("parts[{i}].reference")), reference.as_str().into());
            }
        }
        for question in &self.questions {
            if let Some(answer) = &question.answer {
                push(Source::Answer { question: question.id }, answer.as_str().into());
            }
        }
        out.into_iter().map(|(source, text)| SourceText { source, text: text.into() }).collect()
    }

    /// The text of one source.
    #[must_use]
    pub fn text_of(&self, source: &Source) -> Option<String> {
        self.texts().into_iter().find(|t| t.source == *source).map(|t| t.text.into_owned())
    }

    /// Evidence for the bytes `start..end` of `source`; `None` when the place is not in it.
    #[must_use]
    pub fn evidence(&self, source: &Source, start: usize, end: usize) -> Option<Evidence> {
        let text = self.text_of(source)?;
        self.evidence_in(&SourceText { source: source.clone(), text: text.into() }, start, end)
    }

    /// The same for a text of this case that is already at hand (see [`Self::texts`]).
    #[must_use]
    pub fn evidence_in(&self, text: &SourceText<'_>, start: usize, end: usize) -> Option<Evidence> {
        let source = &text.source;
        let quote = text.text.get(start..end)?.to_owned();
        let recording = match source {
            Source::Transcript { attachment } => Some(*attachment),
            Source::Answer { question } => {
                let mut files = self.intervention.attachments.iter();
                files.find(|a| a.question == Some(*question)).map(|a| a.id)
            }
            _ => None,
        };
        let transcript = recording.and_then(|r| self.transcripts.iter().find(|t| t.attachment == r));
        let millis = transcript.and_then(|t| t.millis(start, end));
        let place = Place { start, end, start_ms: millis.map(|m| m.0), end_ms: millis.map(|m| m.1), removed_at: None };
        Some(Evidence { source: source.clone(), quote, place })
    }

    /// The question that a recording answers: its words stand with the question then, not beside it.
    fn answered_by(&self, recording: AttachmentId) -> Option<QuestionId> {
        self.intervention.attachments.iter().find(|a| a.id == recording).and_then(|a| a.question)
    }

    /// The language of the case: stated, or else that of its first transcript.
    #[must_use]
    pub fn language(&self) -> Option<Language> {
        self.intervention.intake.language.or_else(|| self.transcripts.first().map(|t| t.language))
    }
}
