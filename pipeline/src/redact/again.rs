//! What was found once is found wherever it stands again, in every text of the case.

use std::collections::HashMap;

use savoir_models::redaction::PersonalData;

use super::lexicon::{BRAND, CAPITAL, COMPANY, GIVEN, KNOWN, MACHINE, NEVER, PLACE, SEE, SOMETIMES, UNSURE};
use super::people::{Part, People};
use super::person::tells_of_person;
use super::sheet::{Found, Sheet};
use super::text::{Shape, Text, only_space};

/// The most words of a name that is looked for.
const LONGEST: usize = 6;
/// How many values that begin with the same word are looked for.
const MOST: usize = 8;

/// A value that was found, to be looked for again.
#[derive(Debug)]
struct Value {
    kind: PersonalData,
    key: String,
    text: String,
    /// How many bytes of it stand before its first word.
    lead: usize,
}

/// Numbers, keys and passwords that are spelt once more, without what announced them.
#[derive(Debug, Default)]
pub(super) struct Values {
    by_first_word: HashMap<String, Vec<Value>>,
}

impl Values {
    /// What was found in these texts and is unlikely to mean anything else.
    pub(super) fn of(sheets: &[Sheet<'_>]) -> Self {
        let mut values = Self::default();
        for sheet in sheets {
            for found in &sheet.found {
                let text = &sheet.text.raw[found.bytes.0..found.bytes.1];
                let first = found.words.0;
                let letters = text.chars().any(char::is_alphabetic);
                let digits = text.chars().any(|c| c.is_ascii_digit());
                let known = found.words.1 == first + 1 && sheet.text.is(first, KNOWN | GIVEN);
                let distinct = match found.kind {
                    // A door code of figures is also a pressure; "admin" is also a word.
                    PersonalData::Secret => text.len() >= 5 && letters && !known && (digits || text.len() >= 6),
                    PersonalData::Identity | PersonalData::Bank | PersonalData::Plate => text.len() >= 6 && digits,
                    _ => false,
                };
                let same = values.by_first_word.entry(sheet.text.spelt(first).to_owned()).or_default();
                if distinct && same.len() < MOST && same.iter().all(|v| v.text != text) {
                    let lead = sheet.text.tokens[first].start - found.bytes.0;
                    same.push(Value { kind: found.kind, key: found.key.clone(), text: text.to_owned(), lead });
                }
            }
        }
        values
    }

    /// Takes them wherever they stand in a text.
    pub(super) fn take(&self, sheet: &mut Sheet<'_>) {
        for i in 0..sheet.text.len() {
            for value in self.by_first_word.get(sheet.text.spelt(i)).into_iter().flatten() {
                let raw = sheet.text.raw;
                let Some(start) = sheet.text.tokens[i].start.checked_sub(value.lead) else { continue };
                let end = start + value.text.len();
                let stands = raw.get(start..end) == Some(value.text.as_str());
                let inside = raw.get(..start).is_some_and(|b| b.ends_with(char::is_alphanumeric))
                    || raw.get(end..).is_some_and(|a| a.starts_with(char::is_alphanumeric));
                let words = super::mail::words(&sheet.text, start, end);
                if stands && !inside && !sheet.is_guarded(words.0, words.1, |g| g.own) {
                    sheet.take_bytes(Found {
                        kind: value.kind,
                        words,
                        bytes: (start, end),
                        key: value.key.clone(),
                        called: None,
                    });
                }
            }
        }
    }
}

/// Takes every further mention of the persons of the case, by whichever part of their names.
pub(super) fn persons(sheet: &mut Sheet<'_>, people: &People) {
    if people.len() == 0 {
        return;
    }
    let mut i = 0;
    while i < sheet.text.len() {
        let Some((to, person, part)) = longest(&sheet.text, i, people) else {
            i += 1;
            continue;
        };
        if sheet.is_taken(i, to) || !is_meant(sheet, i, to, part) {
            i += 1;
            continue;
        }
        let bytes = (sheet.text.tokens[i].start, sheet.text.tokens[to - 1].end);
        sheet.take_bytes(Found {
            kind: PersonalData::Person,
            words: (i, to),
            bytes,
            key: person.to_string(),
            called: None,
        });
        i = to;
    }
}

/// The longest spelling of a person that begins at word `i`: one past its last word, who, and by which part.
fn longest(text: &Text<'_>, i: usize, people: &People) -> Option<(usize, usize, Part)> {
    let mut words = String::new();
    let mut best = None;
    for to in i..text.len().min(i + LONGEST) {
        if to > i {
            let gap = text.gap(to - 1);
            let initial = text.spelt(to - 1).chars().count() == 1 && matches!(gap, "." | ". ");
            if !(only_space(gap) || initial || matches!(gap, "-" | "'" | "’" | "‑" | ", ")) {
                break;
            }
            words.push(' ');
        }
        words.push_str(text.word(to));
        // "Martin, Paul": only where it is a whole name.
        if let Some((person, part)) = people.spelt(&words).filter(|(_, part)| *part == Part::Whole || to == i) {
            best = Some((to + 1, person, part));
        }
    }
    best
}

/// Whether the spelling means the person, and not a word, a machine or a company of the same name.
fn is_meant(sheet: &Sheet<'_>, i: usize, to: usize, part: Part) -> bool {
    let text = &sheet.text;
    let joined = i > 0 && matches!(text.before(i), "-" | "_" | "." | "#" | "@" | "‑");
    let hangs = matches!(text.gap(to - 1), "-" | "_" | "@") && to < text.len();
    if sheet.is_guarded(i, to, |g| g.name || g.own) || joined || hangs {
        return false;
    }
    let shape = text.shape(i);
    let lower = shape == Some(Shape::Lower);
    if part == Part::Whole {
        return !(lower && text.is(i, NEVER) && text.is(to - 1, KNOWN));
    }
    let label = i > 0
        && only_space(text.before(i))
        && text.is(i - 1, MACHINE | PLACE | COMPANY | BRAND)
        && !text.is(i - 1, GIVEN);
    let labels = only_space(text.gap(to - 1))
        && (text.is(to, MACHINE | COMPANY) || matches!(text.shape(to), Some(Shape::Digits | Shape::Mixed)));
    if label || labels || shape == Some(Shape::Initial) {
        return false;
    }
    let doubtful = text.is(i, CAPITAL | UNSURE) || text.is(i, KNOWN);
    if lower {
        // "vu martin hier", when Martin is known to be somebody here.
        let seen = i > 0
            && only_space(text.before(i))
            && (text.is(i - 1, SEE) || matches!(text.word(i - 1), "vu" | "avec" | "chez" | "par"));
        return (!doubtful || (seen && text.is(i, CAPITAL))) && text.spelt(i).chars().count() >= 3;
    }
    let word =
        text.is(i, NEVER) && !text.is(i, SOMETIMES | GIVEN) || (shape == Some(Shape::Upper) && text.is(i, KNOWN));
    !word && !(doubtful && text.heads_sentence(i) && !tells_of_person(text, to))
}
