//! A case as a model sees it: every text masked, with the name under which it is quoted.

use std::collections::BTreeMap;

use savoir_models::evidence::{Case, Evidence, Place, Question, Source, SourceText};
use savoir_models::id::InterventionId;
use savoir_models::intervention::{Outcome, Resolution};
use savoir_models::redaction::{MaskedText, Redaction};
use savoir_models::text::Language;

use super::super::language;
use super::super::sources::{Writer, writer};
use super::answer::{Quote, Said};
use super::place::exactly;
use crate::prompts::{Shown, as_written};
use crate::redact::redact;
use crate::verify::locate;
use savoir_models::content::Statement;

/// Shorter quotes stand in many texts by chance: they are looked for in the text that was named, and nowhere else.
const TELLING: usize = 12;

/// A case and how it is shown.
pub(super) struct View<'a> {
    pub(super) case: &'a Case,
    pub(super) language: Language,
    texts: Vec<Text<'a>>,
}

struct Text<'a> {
    shown: Shown,
    masked: MaskedText,
    original: SourceText<'a>,
}

impl<'a> View<'a> {
    pub(super) fn new(case: &'a Case, redaction: &Redaction) -> Self {
        let originals = case.texts();
        let mut counts = BTreeMap::new();
        let mut texts = Vec::new();
        for original in &originals {
            let masked = redaction.mask(original);
            let mut shown = Shown::new(name(&original.source, &mut counts), &masked.text);
            shown.by = by(case, &original.source);
            shown.asked = asked(case, redaction, &originals, &original.source);
            texts.push((shown, masked));
        }
        let texts = texts.into_iter().zip(originals);
        let texts = texts.map(|((shown, masked), original)| Text { shown, masked, original }).collect();
        Self { case, language: language::detect(case), texts }
    }

    pub(super) fn id(&self) -> InterventionId {
        self.case.intervention.id
    }

    pub(super) fn french(&self) -> bool {
        self.language == Language::French
    }

    /// The texts, in the order of the case.
    pub(super) fn shown(&self) -> Vec<Shown> {
        self.texts.iter().map(|t| t.shown.clone()).collect()
    }

    /// How the case was resolved and how it ended, in words.
    pub(super) fn facts(&self) -> String {
        let intake = &self.case.intervention.intake;
        let french = self.french();
        let resolution = intake.resolution.map(|r| match (r, french) {
            (Resolution::Remote, true) => "résolue à distance, par messages ou par téléphone",
            (Resolution::Remote, false) => "resolved remotely, by message or by telephone",
            (Resolution::Parts, true) => "résolue par l'envoi de pièces",
            (Resolution::Parts, false) => "resolved by sending parts",
            (Resolution::Field, true) => "intervention sur site",
            (Resolution::Field, false) => "done on site",
            (Resolution::Workshop, true) => "intervention en atelier",
            (Resolution::Workshop, false) => "done in the workshop",
        });
        let outcome = intake.outcome.map(|o| match (o, french) {
            (Outcome::Solved, true) => "panne résolue",
            (Outcome::Solved, false) => "the fault is solved",
            (Outcome::PartlySolved, true) => "panne résolue en partie",
            (Outcome::PartlySolved, false) => "the fault is partly solved",
            (Outcome::NotSolved, true) => "panne non résolue",
            (Outcome::NotSolved, false) => "the fault is not solved",
        });
        resolution.into_iter().chain(outcome).collect::<Vec<_>>().join(", ")
    }

    /// A statement with its quotes found where they stand in the case.
    pub(super) fn statement(&self, said: &Said) -> Statement {
        let mut evidence: Vec<Evidence> = Vec::new();
        for found in said.quotes.iter().map(|q| self.evidence(q)) {
            if !evidence.contains(&found) {
                evidence.push(found);
            }
        }
        Statement { text: said.text.clone(), evidence, ..Statement::default() }
    }

    /// A quote that stands nowhere is kept with the words that were given and no place: the verifier says so.
    fn evidence(&self, quote: &Quote) -> Evidence {
        let (source, given) = quote.parts();
        let words = as_written(given);
        let named = self.texts.iter().find(|t| t.shown.id == name_in(source));
        // In the text that was named; else in any other, but there to the letter: what is nearly the same elsewhere is
        // something else. Without a name, one that is nearly the same will do.
        let telling = |_: &&Text<'_>| words.chars().count() >= TELLING || named.is_none();
        let found = named
            .and_then(|text| self.at(text, locate(&text.masked.text, &words)))
            .or_else(|| {
                let mut all = self.texts.iter().filter(telling);
                all.find_map(|text| self.at(text, exactly(&text.masked.text, &words)))
            })
            .or_else(|| {
                let mut all = self.texts.iter().filter(|_| named.is_none());
                all.find_map(|text| self.at(text, locate(&text.masked.text, &words)))
            });
        found.unwrap_or_else(|| Evidence {
            source: named.or(self.texts.first()).map_or(Source::Report, |t| t.original.source.clone()),
            quote: words.into_owned(),
            place: Place::default(),
        })
    }

    /// Evidence for a stretch of a masked text.
    fn at(&self, text: &Text<'_>, place: Option<(usize, usize)>) -> Option<Evidence> {
        let (start, end) = place?;
        let (start, end) = text.masked.original(start, end);
        self.case.evidence_in(&text.original, start, end).filter(|e| !e.quote.trim().is_empty())
    }
}

/// What a model writes for the name of a source: `<source id="report">`, `"report"` and `report` are the same.
fn name_in(given: &str) -> &str {
    let inside = given.split_once("id=").map_or(given, |(_, rest)| rest);
    inside.trim_matches(|c: char| c.is_whitespace() || "\"'`<>".contains(c))
}

/// The name under which a text is quoted. Recordings and answers are numbered as they are shown: their own identifiers
/// would differ each time, and with them the prompt.
fn name(source: &Source, counts: &mut BTreeMap<&'static str, usize>) -> String {
    let mut next = |kind: &'static str| {
        let count = counts.entry(kind).or_default();
        *count += 1;
        format!("{kind}[{}]", *count - 1)
    };
    match source {
        Source::Report => "report".into(),
        Source::Action { index } => format!("actions[{index}]"),
        Source::Exchange { index } => format!("exchanges[{index}]"),
        Source::Transcript { .. } => next("transcripts"),
        Source::Answer { .. } => next("answers"),
        Source::Field { path } => path.clone(),
        // No text of a case is one of another; should it ever be, it has a name that no model quotes by chance.
        Source::Elsewhere { draft, source } => format!("{draft}/{}", name(source, counts)),
    }
}

/// Who speaks in a text, as one of few words: the field of an exchange may hold a name.
fn by(case: &Case, source: &Source) -> Option<&'static str> {
    match source {
        Source::Exchange { index } => {
            let exchange = case.intervention.intake.exchanges.get(*index)?;
            Some(match writer(&exchange.from) {
                Writer::Expert | Writer::Technician => "expert",
                Writer::Coordinator => "coordinator",
                Writer::Customer => "customer",
            })
        }
        Source::Field { path } if path == "request.symptom" => Some("customer"),
        Source::Field { .. } | Source::Elsewhere { .. } => None,
        Source::Report | Source::Action { .. } | Source::Transcript { .. } | Source::Answer { .. } => {
            Some("technician")
        }
    }
}

/// The question that a text answers, masked as the texts are.
fn asked(case: &Case, redaction: &Redaction, texts: &[SourceText<'_>], source: &Source) -> Option<String> {
    let Source::Answer { question } = source else { return None };
    let question: &Question = case.questions.iter().find(|q| q.id == *question)?;
    let flat = question.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let hidden = redaction.hide(&flat, texts);
    Some(crate::prompts::harmless(&masked_anew(case, &hidden)).replace('"', "”"))
}

/// A question is no text of the case: what is personal in it is found as if it were the report. Its placeholders carry
/// no number, for they are not those of the case.
fn masked_anew(case: &Case, text: &str) -> String {
    let mut alone = Case { intervention: case.intervention.clone(), transcripts: Vec::new(), questions: Vec::new() };
    let intake = &mut alone.intervention.intake;
    (intake.exchanges, intake.actions, intake.parts) = (Vec::new(), Vec::new(), Vec::new());
    (intake.request.symptom, intake.report) = (None, Some(text.to_owned()));
    let mut redaction = redact(&alone);
    for placeholder in &mut redaction.placeholders {
        placeholder.number = 0;
    }
    let report = SourceText { source: Source::Report, text: text.into() };
    redaction.mask(&report).text.replace("_0]", "]")
}
