//! What the extractor knows of the trade, for those who judge what others have drafted.

use savoir_models::text::Language;

pub(crate) use super::deeds::tells_damage as damage;
pub(crate) use super::language::{clear, tells};
use super::lexicon::Lexicon;
pub(crate) use super::safe::{Asked, READ, asked, dangers, told};
use super::sentences::read;
pub(crate) use super::sources::{Writer, tells_work, writer};
use super::verbs::Kind;

/// What doing something means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verb {
    /// Infinitive in French, base form in English.
    pub(crate) name: &'static str,
    /// It makes safe.
    pub(crate) safety: bool,
    /// It mends.
    pub(crate) repair: bool,
}

/// The verb that a folded word is a form of, or the noun of ("remplacement").
pub(crate) fn verb(folded: &str, language: Language) -> Option<Verb> {
    let found = Lexicon::of(language).verbs.called(folded)?;
    Some(Verb { name: &found.name, safety: found.kind == Kind::Safety, repair: found.kind == Kind::Repair })
}

/// Whether a folded word names a component.
pub(crate) fn component(folded: &str, language: Language) -> bool {
    Lexicon::of(language).noun(folded).is_some()
}

/// Verbs that technicians use for one another.
pub(crate) const SYNONYMS: &[&[&str]] = super::likeness::SYNONYMS;

/// The sentences of a text, list items and telegraphic stretches too: first byte and one past the last of each.
pub(crate) fn sentences(text: &str) -> Vec<(usize, usize)> {
    let reading = read(text);
    let span = |from: usize, to: usize| (reading.words[from].start, reading.words[to - 1].end);
    reading.sentences.iter().map(|s| span(s.from, s.to)).collect()
}
