//! One text of a case while it is being redacted: what was found in it, and what must not be touched.

use std::collections::BTreeMap;

use savoir_models::evidence::Source;
use savoir_models::redaction::PersonalData;

use super::people::Called;
use super::text::Text;

/// Something personal in a text.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) kind: PersonalData,
    /// First word, and one past the last.
    pub(super) words: (usize, usize),
    /// First byte, and one past the last: more than the words when signs belong to it.
    pub(super) bytes: (usize, usize),
    /// What it is the same as: spellings of one number have one key.
    pub(super) key: String,
    /// How a person is called here.
    pub(super) called: Option<Called>,
}

/// Why words must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Guard {
    /// Serial numbers, references, codes and their like, as the intake's own fields or [`crate::codes`] have them.
    pub(super) number: bool,
    /// As the intake's own fields have them: nothing may touch these.
    pub(super) own: bool,
    /// The name of a company, a maker, a machine.
    pub(super) name: bool,
}

/// A text, and what was found in it.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    pub(super) source: Source,
    pub(super) text: Text<'a>,
    pub(super) guards: Vec<Guard>,
    taken: Vec<bool>,
    /// The bytes that were taken, by where they begin: signs between two words belong to one of them only.
    spans: BTreeMap<usize, usize>,
    pub(super) found: Vec<Found>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(source: Source, raw: &'a str) -> Self {
        let text = Text::read(raw);
        let words = text.len();
        Self {
            source,
            text,
            guards: vec![Guard::default(); words],
            taken: vec![false; words],
            spans: BTreeMap::new(),
            found: Vec::new(),
        }
    }

    /// Whether one of the words has been found to be something already.
    pub(super) fn is_taken(&self, from: usize, to: usize) -> bool {
        self.taken.get(from..to).is_none_or(|words| words.contains(&true))
    }

    /// Whether one of the words must survive, for a reason that `which` looks for.
    pub(super) fn is_guarded(&self, from: usize, to: usize, which: impl Fn(&Guard) -> bool) -> bool {
        self.guards.get(from..to).is_some_and(|words| words.iter().any(which))
    }

    /// Takes the words `from..to` as something personal; nothing when one of them was taken before.
    pub(super) fn take(&mut self, kind: PersonalData, words: (usize, usize), key: String) -> bool {
        let (Some(first), Some(last)) = (self.text.tokens.get(words.0), self.text.tokens.get(words.1.wrapping_sub(1)))
        else {
            return false;
        };
        let bytes = (first.start, last.end);
        self.take_bytes(Found { kind, words, bytes, key, called: None })
    }

    /// The same with bytes that are more than the words; they must be in the gaps beside them.
    pub(super) fn take_bytes(&mut self, found: Found) -> bool {
        let (from, to) = found.words;
        if from >= to || self.is_taken(from, to) || self.text.raw.get(found.bytes.0..found.bytes.1).is_none() {
            return false;
        }
        let (start, end) = found.bytes;
        if start >= end || self.spans.range(..end).next_back().is_some_and(|(_, last)| *last > start) {
            return false;
        }
        self.spans.insert(start, end);
        self.taken[from..to].fill(true);
        self.found.push(found);
        true
    }
}
