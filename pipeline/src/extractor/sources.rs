//! The texts of a case, taken to pieces by who tells them.

use savoir_models::content::Statement;
use savoir_models::evidence::{Case, Evidence, Source, SourceText};
use savoir_models::text::Language;

use super::lexicon::Lexicon;
use super::piece::{Mention, Nature, Piece};
use super::pieces::pieces;
use super::questions::{Lack, topic};
use crate::codes::{self, Code};

/// Bytes of a text in which codes are looked for.
const LOOKED_THROUGH: usize = 20_000;

/// Who writes a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Writer {
    /// Somebody who knows the machine and guides others: what they say may be done.
    Expert,
    /// Somebody who works on it: so may what they say, unless an expert guides them.
    Technician,
    /// Somebody of the house who passes things on.
    Coordinator,
    /// Anyone else: what they say is what they see.
    Customer,
}

/// Who writes, by what a message says of its sender. A sender that names the customer too ("expert (via client)"), or that
/// is written oddly, is not taken for one of the house.
pub(crate) fn writer(from: &str) -> Writer {
    let odd = from != from.trim() || !from.chars().all(|c| c.is_alphanumeric() || " -_.,/&'()".contains(c));
    let from = crate::codes::fold(from);
    let says = |words: &[&str]| words.iter().any(|w| from.contains(w));
    if odd || says(&["client", "customer", "via ", "visitor", "user"]) {
        Writer::Customer
    } else if says(&["expert", "support", "hotline"]) {
        Writer::Expert
    } else if says(&["techni", "engineer"]) {
        Writer::Technician
    } else if says(&["coordin"]) {
        Writer::Coordinator
    } else {
        Writer::Customer
    }
}

/// Whether a source can tell what was done: whoever did it, or guided it, speaks there.
pub(crate) fn tells_work(case: &Case, source: &Source) -> bool {
    match source {
        Source::Report | Source::Action { .. } | Source::Transcript { .. } | Source::Answer { .. } => true,
        Source::Exchange { index } => {
            let from = case.intervention.intake.exchanges.get(*index).map(|e| writer(&e.from));
            matches!(from, Some(Writer::Expert | Writer::Technician))
        }
        Source::Field { .. } | Source::Elsewhere { .. } => false,
    }
}

/// The texts of a case, read once.
pub(super) struct Sources<'a> {
    pub(super) case: &'a Case,
    pub(super) texts: Vec<SourceText<'a>>,
    pub(super) language: Language,
}

impl Sources<'_> {
    /// The error codes of a text, in the part of it that a reader would look through for them.
    pub(super) fn codes(&self, text: &str) -> Vec<Code> {
        let end = (0..=text.len().min(LOOKED_THROUGH)).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
        codes::find(&text[..end], Some(self.language))
    }

    pub(super) fn french(&self) -> bool {
        self.language == Language::French
    }

    /// Evidence for the bytes of a text.
    pub(super) fn evidence(&self, source: usize, start: usize, end: usize) -> Option<Evidence> {
        self.case.evidence_in(self.texts.get(source)?, start, end)
    }

    /// Evidence for the whole of a text, without the blanks around it.
    pub(super) fn whole(&self, source: &Source) -> Option<Evidence> {
        let text = self.texts.iter().find(|t| t.source == *source)?;
        let start = text.text.len() - text.text.trim_start().len();
        self.case.evidence_in(text, start, text.text.trim_end().len())
    }

    pub(super) fn statement(&self, text: String, told: &[Piece]) -> Statement {
        let evidence = told.iter().filter_map(|p| self.evidence(p.source, p.start, p.end)).collect();
        Statement { text, evidence, ..Statement::default() }
    }
}

/// The pieces of a case by who tells them.
#[derive(Default)]
pub(super) struct Told {
    pub(super) symptoms: Vec<Piece>,
    /// The customer's first message.
    pub(super) customer: Vec<Piece>,
    /// The customer's last one: where the work was done by message, it tells how it ended.
    pub(super) last_word: Vec<Piece>,
    pub(super) expert: Vec<Piece>,
    /// The technician's messages to the expert who guides them.
    pub(super) guided: Vec<Piece>,
    pub(super) report: Vec<Piece>,
    pub(super) actions: Vec<Piece>,
    pub(super) answers: Vec<(Option<Lack>, usize, Vec<Piece>)>,
    pub(super) tools: Vec<Mention>,
    /// It says that the problem stands.
    pub(super) unsolved: bool,
    /// It says how the fault was found.
    pub(super) found: bool,
}

/// Takes every text of the case to pieces.
pub(super) fn told(sources: &Sources<'_>) -> Told {
    let lexicon = Lexicon::of(sources.language);
    let mut out = Told::default();
    let intake = &sources.case.intervention.intake;
    let guided = intake.exchanges.iter().any(|e| writer(&e.from) == Writer::Expert);
    for (number, text) in sources.texts.iter().enumerate() {
        let mut take = |nature| {
            let taken = pieces(lexicon, &text.text, number, nature);
            if nature != Nature::Customer {
                out.tools.extend(taken.tools);
                out.unsolved |= taken.unsolved;
                out.found |= taken.found;
            }
            taken.pieces
        };
        match &text.source {
            Source::Report | Source::Transcript { .. } => {
                let pieces = take(Nature::Told);
                out.report.extend(pieces);
            }
            Source::Action { .. } => {
                let pieces = take(Nature::Orders);
                out.actions.extend(pieces);
            }
            Source::Exchange { index } => match writer(&intake.exchanges[*index].from) {
                // Whom the expert guides tells what they see, and gives no orders.
                Writer::Technician if guided => out.guided.extend(take(Nature::Told)),
                Writer::Expert | Writer::Technician => {
                    let pieces = take(Nature::Orders);
                    out.expert.extend(pieces);
                }
                Writer::Customer => {
                    let pieces = take(Nature::Customer);
                    if out.customer.is_empty() {
                        out.customer.clone_from(&pieces);
                    }
                    out.last_word = pieces;
                }
                Writer::Coordinator => {}
            },
            Source::Field { path } if path == "request.symptom" => out.symptoms = take(Nature::Customer),
            Source::Answer { question } => {
                let asked = sources.case.questions.iter().find(|q| q.id == *question);
                let pieces = take(Nature::Orders);
                out.answers.push((asked.and_then(|q| topic(&q.text)), number, pieces));
            }
            Source::Field { .. } | Source::Elsewhere { .. } => {}
        }
    }
    out
}
