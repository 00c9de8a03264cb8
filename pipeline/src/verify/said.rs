//! A statement as the rules look at it.

use std::rc::Rc;

use savoir_models::content::{Finding, FindingCode};

use super::ground::Room;
use super::lexemes::{Lexeme, lexemes};
use super::quantities::{Quantity, quantities};
use super::terms::{Term, meaningful};

/// Where in a procedure a statement stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Title,
    Symptom,
    Cause,
    Prerequisite,
    Tool,
    Part,
    Hazard,
    Step,
    Verification,
}

/// What is said, taken to pieces.
pub(super) struct Said<'a> {
    pub(super) text: &'a str,
    pub(super) section: Section,
    pub(super) lexemes: Vec<Lexeme>,
    pub(super) quantities: Vec<Quantity>,
    /// Lexemes that another rule has dealt with: codes, references, placeholders, units.
    pub(super) dealt: Vec<bool>,
}

impl<'a> Said<'a> {
    pub(super) fn new(room: &Room<'_>, text: &'a str, section: Section) -> Self {
        let lexemes = lexemes(text);
        let quantities = quantities(&lexemes, room.language);
        let mut out = Self { text, section, dealt: vec![false; lexemes.len()], lexemes, quantities };
        out.placeholders();
        out
    }

    /// "[PERSON_1]" is no name and no number.
    fn placeholders(&mut self) {
        for i in 0..self.lexemes.len() {
            let is = |n: usize, what: &str| self.lexemes.get(i + n).is_some_and(|l| l.is(what));
            if is(0, "[") && is(2, "_") && is(4, "]") && self.lexemes[i + 1].acronym() {
                self.deal(i, i + 5);
            }
        }
    }

    /// Marks lexemes as dealt with.
    pub(super) fn deal(&mut self, from: usize, to: usize) {
        self.dealt[from..to].fill(true);
    }

    /// The lexemes that bytes of the text cover.
    pub(super) fn range(&self, start: usize, end: usize) -> (usize, usize) {
        let from = self.lexemes.partition_point(|l| l.end <= start);
        (from, self.lexemes.partition_point(|l| l.start < end).max(from))
    }

    /// The words of lexemes, as they are written.
    pub(super) fn spelt(&self, from: usize, to: usize) -> &'a str {
        match (self.lexemes.get(from), to.checked_sub(1).and_then(|t| self.lexemes.get(t))) {
            (Some(first), Some(last)) if from < to => self.text.get(first.start..last.end).unwrap_or_default(),
            _ => "",
        }
    }

    /// Its words of meaning that no other rule has dealt with, with their lexemes.
    pub(super) fn terms(&self, room: &Room<'_>) -> Vec<(usize, Rc<Term>)> {
        let words = self.lexemes.iter().enumerate().filter(|(i, l)| !self.dealt[*i] && meaningful(l, room.language));
        words.map(|(i, l)| (i, room.term(&l.fold))).collect()
    }
}

/// A finding with its sentences.
pub(super) fn finding(code: FindingCode, about: impl Into<String>, en: String, fr: String) -> Finding {
    Finding { code, about: about.into(), reason: en, reason_fr: fr, overridden: None }
}

/// A quote of a few words, for a sentence.
pub(super) fn short(text: &str, most: usize) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() <= most {
        return text;
    }
    let cut = text.char_indices().nth(most.saturating_sub(1)).map_or(text.len(), |(at, _)| at);
    let cut = text[..cut].rfind(' ').filter(|at| *at > cut / 2).unwrap_or(cut);
    format!("{} …", text[..cut].trim_end())
}
