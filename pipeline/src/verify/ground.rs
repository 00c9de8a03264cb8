//! The case, read once, and what a statement stands on: its quotes and the sentences they are taken from.
//!
//! A quote is widened to its whole sentence, because whoever quotes cuts: the negation before it ("Ne jamais | ponter le
//! contact"), the value after it, the unit that the first of two numbers lacks. What is told in another sentence is no
//! evidence unless it is quoted too.

use std::cell::OnceCell;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use savoir_models::evidence::{Case, Source, SourceText, Suspicion};
use savoir_models::text::Language;

use super::compact::Compact;
use super::lexemes::{Lexeme, lexemes};
use super::quantities::{Quantity, quantities};
use super::quotes::Hay;
use super::terms::{Term, Words, meaningful};
use super::units::Unit;
use crate::extractor::trade;

/// A sentence longer than this is a dictation without full stops: a quote is widened by [`AROUND`] bytes instead.
const LONG: usize = 400;
const AROUND: usize = 120;

/// A stretch of a text of the case, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stretch {
    /// Which text, by its position in [`Case::texts`].
    pub(super) text: usize,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// A case that has been read.
pub(super) struct Room<'t> {
    pub(super) case: &'t Case,
    pub(super) texts: &'t [SourceText<'t>],
    /// What is suspect in the case, once it has been looked for.
    pub(super) suspicions: Vec<Suspicion>,
    /// The language of the draft.
    pub(super) language: Language,
    pub(super) words: &'static Words,
    hays: Vec<OnceCell<Hay<'t>>>,
    sentences: Vec<OnceCell<Vec<(usize, usize)>>>,
    vocabularies: Vec<OnceCell<Vec<Rc<Term>>>>,
    /// Every word that was looked up.
    terms: RefCell<HashMap<String, Rc<Term>>>,
    units: Vec<OnceCell<Vec<Unit>>>,
    /// Names, models and serials of the machine, as they are compared.
    pub(super) machine: Vec<Compact>,
    /// Every word of the machine's fields.
    pub(super) machine_words: Vec<Lexeme>,
    /// Canonical error codes of the request.
    pub(super) codes: Vec<String>,
}

impl<'t> Room<'t> {
    pub(super) fn new(case: &'t Case, texts: &'t [SourceText<'t>], language: Language) -> Self {
        let intake = &case.intervention.intake;
        let equipment = &intake.equipment;
        let fields: Vec<&str> =
            [&equipment.family, &equipment.manufacturer, &equipment.model, &equipment.serial, &equipment.firmware]
                .into_iter()
                .filter_map(|f| f.as_deref())
                .filter(|f| f.len() <= 120)
                .collect();
        Self {
            case,
            texts,
            suspicions: Vec::new(),
            language,
            words: Words::of(language),
            hays: texts.iter().map(|_| OnceCell::new()).collect(),
            sentences: texts.iter().map(|_| OnceCell::new()).collect(),
            vocabularies: texts.iter().map(|_| OnceCell::new()).collect(),
            terms: RefCell::default(),
            units: texts.iter().map(|_| OnceCell::new()).collect(),
            machine: fields.iter().map(|f| Compact::of(f)).filter(|c| !c.is_empty()).collect(),
            machine_words: fields.iter().flat_map(|f| lexemes(f)).filter(Lexeme::word).collect(),
            codes: intake.request.error_codes.iter().filter_map(|c| crate::codes::canonical(c)).collect(),
        }
    }

    /// A word, looked up once.
    pub(super) fn term(&self, fold: &str) -> Rc<Term> {
        if let Some(known) = self.terms.borrow().get(fold) {
            return Rc::clone(known);
        }
        let term = Rc::new(self.words.term(fold, self.language));
        self.terms.borrow_mut().insert(fold.to_owned(), Rc::clone(&term));
        term
    }

    /// The words of meaning among lexemes.
    pub(super) fn terms_of(&self, lexemes: &[Lexeme]) -> Vec<Rc<Term>> {
        lexemes.iter().filter(|l| meaningful(l, self.language)).map(|l| self.term(&l.fold)).collect()
    }

    /// Whether the machine's fields hold a word.
    pub(super) fn of_machine(&self, term: &Term) -> bool {
        self.machine_words.iter().any(|w| self.term(&w.fold).is(term))
    }

    pub(super) fn hay(&self, text: usize) -> &Hay<'t> {
        self.hays[text].get_or_init(|| Hay::new(&self.texts[text].text))
    }

    pub(super) fn sentences(&self, text: usize) -> &[(usize, usize)] {
        self.sentences[text].get_or_init(|| trade::sentences(&self.texts[text].text))
    }

    /// The words of a text, each once.
    fn vocabulary(&self, text: usize) -> &[Rc<Term>] {
        self.vocabularies[text].get_or_init(|| {
            let words = self.hay(text).lexemes.iter().filter(|l| meaningful(l, self.language)).map(|l| l.fold.as_str());
            let distinct: BTreeSet<&str> = words.collect();
            distinct.into_iter().map(|w| self.term(w)).collect()
        })
    }

    /// Whether the case names a thing, wherever.
    pub(super) fn names(&self, term: &Term) -> bool {
        (0..self.texts.len()).any(|text| self.vocabulary(text).iter().any(|t| t.names(term)))
    }

    /// The units that a text gives its numbers in, each once.
    pub(super) fn units(&self, text: usize) -> &[Unit] {
        self.units[text].get_or_init(|| {
            let mut units: Vec<Unit> = Vec::new();
            for unit in quantities(&self.hay(text).lexemes, self.language).into_iter().filter_map(|q| q.unit) {
                if !units.contains(&unit) {
                    units.push(unit);
                }
            }
            units
        })
    }

    /// Which text a source is.
    pub(super) fn text_of(&self, source: &Source) -> Option<usize> {
        self.texts.iter().position(|t| t.source == *source)
    }

    /// The words of a stretch.
    pub(super) fn spelt(&self, at: Stretch) -> &'t str {
        self.texts[at.text].text.get(at.start..at.end).unwrap_or_default()
    }

    /// The suspicion that a stretch overlaps.
    pub(super) fn suspicion(&self, at: Stretch) -> Option<&Suspicion> {
        let source = &self.texts[at.text].source;
        self.suspicions.iter().find(|s| {
            s.evidence.source == *source && s.evidence.place.start < at.end && at.start < s.evidence.place.end
        })
    }

    /// The lexemes of a stretch.
    pub(super) fn lexemes(&self, at: Stretch) -> &[Lexeme] {
        let all = &self.hay(at.text).lexemes;
        let from = all.partition_point(|l| l.end <= at.start);
        let to = all.partition_point(|l| l.start < at.end);
        all.get(from..to.max(from)).unwrap_or_default()
    }

    /// Whether a stretch lies in a dictation without full stops.
    pub(super) fn endless(&self, at: Stretch) -> bool {
        let sentences = self.sentences(at.text);
        let first = sentences.partition_point(|s| s.1 <= at.start);
        sentences.get(first).is_some_and(|s| s.1 - s.0 > LONG)
    }

    /// The whole sentences that a stretch lies in, and as many as `more` before and after.
    pub(super) fn widened(&self, at: Stretch, more: usize) -> Stretch {
        let sentences = self.sentences(at.text);
        let first = sentences.partition_point(|s| s.1 <= at.start);
        let last = sentences.partition_point(|s| s.0 < at.end);
        if first >= last {
            return at;
        }
        let (from, to) = (first.saturating_sub(more), (last + more).min(sentences.len()));
        let mut start = sentences[from].0.min(at.start);
        let mut end = sentences[to - 1].1.max(at.end);
        let text = &self.texts[at.text].text;
        // A blank line ends whatever stood before it.
        start = text[..at.start].rfind("\n\n").map_or(start, |n| start.max(n + 2).min(at.start));
        end = text[at.end..].find("\n\n").map_or(end, |n| end.min(at.end + n));
        let around = AROUND * (1 + more);
        if at.start - start > LONG * (1 + more) {
            start = ceil(text, at.start - around);
        }
        if end - at.end > LONG * (1 + more) {
            end = floor(text, at.end + around);
        }
        Stretch { start, end, ..at }
    }
}

/// The first blank at or after a byte, so that no word is cut.
fn ceil(text: &str, at: usize) -> usize {
    let at = text.ceil_char_boundary(at);
    text[at..].find(char::is_whitespace).map_or(at, |blank| at + blank)
}

/// The last blank at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    let at = text.floor_char_boundary(at);
    text[..at].rfind(char::is_whitespace).unwrap_or(at)
}

/// What a statement stands on.
pub(super) struct Ground<'r> {
    /// Its quotes.
    pub(super) quotes: Vec<Stretch>,
    /// The sentences they stand in.
    pub(super) wide: Vec<Stretch>,
    /// The lexemes of those sentences.
    pub(super) lexemes: Vec<&'r [Lexeme]>,
    pub(super) quantities: Vec<Vec<Quantity>>,
    /// The words of those sentences.
    pub(super) terms: Vec<Rc<Term>>,
    /// The words of the sentences around them, which say what "it" is.
    pub(super) around: Vec<Rc<Term>>,
}

impl<'r> Ground<'r> {
    pub(super) fn new(room: &'r Room<'_>, quotes: Vec<Stretch>) -> Self {
        let wide = merged(quotes.iter().map(|q| room.widened(*q, 0)).collect());
        // The first sentence says what a report is about.
        let first = quotes.iter().filter_map(|q| {
            let (start, end) = *room.sentences(q.text).first()?;
            let end = room.texts[q.text].text.floor_char_boundary(end.min(start + LONG));
            Some(Stretch { text: q.text, start, end })
        });
        let near = merged(quotes.iter().map(|q| room.widened(*q, 1)).chain(first).collect());
        let lexemes: Vec<&[Lexeme]> = wide.iter().map(|s| room.lexemes(*s)).collect();
        let quantities = lexemes.iter().map(|l| quantities(l, room.language)).collect();
        Self {
            terms: lexemes.iter().flat_map(|l| room.terms_of(l)).collect(),
            around: near.iter().flat_map(|s| room.terms_of(room.lexemes(*s))).collect(),
            quotes,
            wide,
            lexemes,
            quantities,
        }
    }
}

/// Stretches in order, those that touch as one.
fn merged(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
    stretches.sort_unstable();
    let mut out: Vec<Stretch> = Vec::with_capacity(stretches.len());
    for stretch in stretches {
        match out.last_mut() {
            Some(last) if last.text == stretch.text && stretch.start <= last.end => {
                last.end = last.end.max(stretch.end)
            }
            _ => out.push(stretch),
        }
    }
    out
}
