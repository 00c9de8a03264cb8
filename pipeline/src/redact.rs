//! What is personal in a case, found by rules before any model looks.
//!
//! Every text is cut into words once, and each word is looked up once in the lexicon (`redact/lexicon/`). Then a finder for
//! each kind passes over the words, the surest first; what one has taken no other takes. Persons come last, and whoever was
//! found is looked for again in all texts of the case. Serial numbers, references and codes are guarded: see
//! `redact/guard.rs`. Every pass is linear.

mod address;
mod again;
mod bank;
mod figures;
mod guard;
mod identity;
mod lexicon;
mod lines;
mod mail;
mod people;
mod person;
mod phone;
mod plate;
mod secret;
mod sheet;
mod text;

use std::collections::{HashMap, HashSet};

use savoir_models::evidence::Case;
use savoir_models::redaction::{Masked, PersonalData, Placeholder, Redaction};

pub(crate) use self::lines::hide_in;

use self::guard::Own;
use self::people::{Called, People};
use self::sheet::Sheet;

/// Changes whenever the rules or the lexicons do.
pub const VERSION: &str = "1";

/// Finds what is personal in every text of the case. Linear in their length; the same case gives the same, always.
#[must_use]
pub fn redact(case: &Case) -> Redaction {
    let intake = &case.intervention.intake;
    let own = Own::of(intake, |value| !person::is_person(value));
    let texts = case.texts();
    let mut sheets: Vec<Sheet<'_>> = texts.iter().map(|t| Sheet::new(t.source.clone(), &t.text)).collect();
    for sheet in &mut sheets {
        own.mark(sheet);
        secret::find_forms(sheet);
        mail::find(sheet);
        secret::find(sheet);
        bank::find(sheet);
        identity::find(sheet);
        phone::find(sheet);
        phone::find_extensions(sheet);
        plate::find(sheet);
        address::find(sheet);
        person::find(sheet);
    }
    let values = again::Values::of(&sheets);
    let fields = in_fields(case);
    let called = sheets.iter().flat_map(|s| s.found.iter().filter_map(|f| f.called.as_ref()));
    let people = People::gather(fields.iter().chain(called));
    for sheet in &mut sheets {
        for found in &mut sheet.found {
            if let Some(person) = found.called.as_ref().and_then(|c| people.who(c)) {
                found.key = person.to_string();
            }
        }
        values.take(sheet);
        again::persons(sheet, &people);
        sheet.found.sort_by_key(|f| f.bytes);
    }
    gathered(&sheets)
}

/// How the persons are called who stand in the intake's own fields. These fields never reach a model; their names may.
fn in_fields(case: &Case) -> Vec<Called> {
    let intake = &case.intervention.intake;
    let technician = intake.technician.iter().filter_map(|v| person::in_field(v));
    let others =
        [&intake.customer, &intake.provider].into_iter().flatten().chain(intake.exchanges.iter().map(|e| &e.from));
    technician.chain(others.filter(|v| person::is_person(v)).filter_map(|v| person::in_field(v))).collect()
}

/// Gives what was found its placeholders, in order of appearance.
fn gathered(sheets: &[Sheet<'_>]) -> Redaction {
    let shown: HashSet<(PersonalData, usize)> = sheets.iter().flat_map(|s| labels(s.text.raw)).collect();
    let mut redaction = Redaction { version: VERSION.to_owned(), ..Redaction::default() };
    let mut known: HashMap<(PersonalData, &str), usize> = HashMap::new();
    let mut last: HashMap<PersonalData, usize> = HashMap::new();
    for sheet in sheets {
        for found in &sheet.found {
            let (start, end) = found.bytes;
            let original = &sheet.text.raw[start..end];
            let placeholder = *known.entry((found.kind, found.key.as_str())).or_insert_with(|| {
                let number = last.entry(found.kind).or_default();
                *number += 1;
                // A text that shows "[PERSON_1]" itself must not be taken for one of ours.
                while shown.contains(&(found.kind, *number)) {
                    *number += 1;
                }
                redaction.placeholders.push(Placeholder { kind: found.kind, number: *number, original: String::new() });
                redaction.placeholders.len() - 1
            });
            let longest = &mut redaction.placeholders[placeholder].original;
            if original.len() > longest.len() {
                original.clone_into(longest);
            }
            redaction.masked.push(Masked { source: sheet.source.clone(), start, end, placeholder });
        }
    }
    redaction
}

/// The placeholders that a text shows by itself.
fn labels(raw: &str) -> impl Iterator<Item = (PersonalData, usize)> {
    raw.match_indices('[').filter_map(move |(at, _)| {
        let rest = &raw[at + 1..];
        let kind = PersonalData::ALL.iter().find(|kind| {
            let word = kind.as_str();
            rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
                && rest[word.len()..].starts_with('_')
        })?;
        let digits = &rest[kind.as_str().len() + 1..];
        let digits =
            &digits[..digits.len().min(20).min(digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()))];
        Some((*kind, digits.parse().ok()?))
    })
}

#[cfg(test)]
mod tests;
