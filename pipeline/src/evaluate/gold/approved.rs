//! From what an expert has approved to gold.

use savoir_models::content::{Content, Statement};
use savoir_models::evidence::{Case, Question, Source, SourceText};
use savoir_models::redaction::Redaction;
use savoir_models::transcript::Transcript;

use super::{Expected, GoldAnswer, GoldDraft, GoldFile, GoldPart};

/// A gold file for a case whose draft an expert has approved as `content`. With a redaction its texts are written as a
/// model would see them, and the fields that name people are left out.
#[must_use]
pub fn of_approved(case: &Case, content: &Content, about: &str, redaction: Option<&Redaction>) -> GoldFile {
    let pen = Pen { texts: case.texts(), redaction };
    let mut intake = case.intervention.intake.clone();
    intake.language = intake.language.or(Some(content.language));
    if redaction.is_some() {
        (intake.technician, intake.customer) = (None, None);
    }
    let symptom = Source::Field { path: "request.symptom".into() };
    intake.request.symptom = intake.request.symptom.map(|t| pen.masked(&symptom, t));
    intake.report = intake.report.map(|t| pen.masked(&Source::Report, t));
    for (index, exchange) in intake.exchanges.iter_mut().enumerate() {
        exchange.text = pen.masked(&Source::Exchange { index }, std::mem::take(&mut exchange.text));
        exchange.from = pen.hidden(&exchange.from);
    }
    for (index, action) in intake.actions.iter_mut().enumerate() {
        *action = pen.masked(&Source::Action { index }, std::mem::take(action));
    }
    let heard = |t: &Transcript| pen.masked(&Source::Transcript { attachment: t.attachment }, t.text());
    let transcripts = case.transcripts.iter().map(heard).filter(|t| !t.trim().is_empty()).collect();
    let answered = |q: &Question| {
        let answer = pen.masked(&Source::Answer { question: q.id }, q.answer.clone()?);
        Some(GoldAnswer { question: pen.hidden(&q.text), answer })
    };
    let answers = case.questions.iter().filter_map(answered).collect();
    let expected = Expected::Draft(Box::new(pen.draft(content)));
    GoldFile { about: about.to_owned(), intake, transcripts, answers, expected }
}

struct Pen<'a> {
    texts: Vec<SourceText<'a>>,
    redaction: Option<&'a Redaction>,
}

impl Pen<'_> {
    /// A text of the case as it is to be written.
    fn masked(&self, source: &Source, text: String) -> String {
        let known = self.texts.iter().find(|t| t.source == *source);
        match (self.redaction, known) {
            (Some(redaction), Some(known)) => redaction.mask(known).text,
            _ => text,
        }
    }

    /// Words about the case as they are to be written.
    fn hidden(&self, text: &str) -> String {
        self.redaction.map_or_else(|| text.to_owned(), |r| r.hide(text, &self.texts).into_owned())
    }

    fn draft(&self, content: &Content) -> GoldDraft {
        let list = |statements: &[Statement]| statements.iter().map(|s| self.hidden(&s.text)).collect();
        let mut codes: Vec<String> =
            content.applies_to.error_codes.iter().filter_map(|c| crate::codes::canonical(c)).collect();
        codes.dedup();
        GoldDraft {
            title: self.hidden(&content.title.text),
            symptoms: list(&content.symptoms),
            cause: content.cause.as_ref().map(|s| self.hidden(&s.text)),
            prerequisites: list(&content.prerequisites),
            tools: list(&content.tools),
            parts: content
                .parts
                .iter()
                .map(|p| GoldPart { name: self.hidden(&p.statement.text), reference: p.reference.clone() })
                .collect(),
            hazards: content.hazards.iter().map(|h| h.kind).collect(),
            steps: list(&content.steps),
            verification: list(&content.verification),
            error_codes: codes,
        }
    }
}
