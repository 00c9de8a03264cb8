//! What must survive: serial numbers, references, codes, and the names of companies, makers and machines.

use std::collections::{HashMap, HashSet};

use savoir_models::intervention::Intake;

use super::sheet::{Guard, Sheet};
use super::text::Text;
use crate::codes;

/// The most words of a value that is looked for.
const LONGEST: usize = 12;

/// The intake's own values that must survive wherever they stand, folded and without what parts their words.
#[derive(Debug, Default)]
pub(super) struct Own {
    values: HashMap<String, Guard>,
    /// The first characters of the values: most words begin none of them.
    heads: HashSet<char>,
}

impl Own {
    /// The values of an intake. `company` tells of a customer or a provider that it is no person.
    pub(super) fn of(intake: &Intake, company: impl Fn(&str) -> bool) -> Self {
        let mut own = Self::default();
        let equipment = &intake.equipment;
        let number = Guard { number: true, own: true, name: false };
        let name = Guard { number: false, own: false, name: true };
        let numbers = [&equipment.serial, &equipment.firmware];
        let texts = numbers.into_iter().flatten().chain([&intake.external_id]).chain(&intake.request.error_codes);
        for value in texts.chain(intake.parts.iter().filter_map(|p| p.reference.as_ref())) {
            own.put(value, number);
        }
        for value in [&equipment.manufacturer, &equipment.model, &equipment.family].into_iter().flatten() {
            own.put(value, name);
        }
        for value in [&intake.customer, &intake.provider].into_iter().flatten().filter(|v| company(v)) {
            own.put(value, name);
        }
        // A model holds figures that look like others.
        if let Some(model) = &equipment.model {
            own.put(model, Guard { number: true, own: true, name: true });
        }
        own
    }

    fn put(&mut self, value: &str, guard: Guard) {
        let text = Text::read(value);
        let key: String = (0..text.len().min(LONGEST)).map(|i| text.word(i)).collect();
        // "7" as a firmware would guard every 7; it is no personal data anyway.
        if key.len() > 1 && text.len() <= LONGEST {
            self.heads.extend(key.chars().next());
            let entry = self.values.entry(key).or_default();
            *entry = merged(*entry, guard);
        }
    }

    /// Marks in a text what must survive. Linear: each place looks at most [`LONGEST`] words ahead.
    pub(super) fn mark(&self, sheet: &mut Sheet<'_>) {
        let longest = self.values.keys().map(String::len).max().unwrap_or(0);
        for i in 0..sheet.text.len() {
            if !sheet.text.word(i).chars().next().is_some_and(|c| self.heads.contains(&c)) {
                continue;
            }
            let mut key = String::new();
            for to in i..sheet.text.len().min(i + LONGEST) {
                key.push_str(sheet.text.word(to));
                if key.len() > longest {
                    break;
                }
                if let Some(guard) = self.values.get(&key) {
                    put(sheet, i, to + 1, *guard);
                }
                if sheet.text.gap(to).contains('\n') {
                    break;
                }
            }
        }
        let number = Guard { number: true, ..Guard::default() };
        for code in codes::find(sheet.text.raw, None).into_iter().chain(codes::references(sheet.text.raw)) {
            let (from, to) = super::mail::words(&sheet.text, code.start, code.end);
            put(sheet, from, to, number);
        }
    }
}

fn put(sheet: &mut Sheet<'_>, from: usize, to: usize, guard: Guard) {
    for place in sheet.guards.iter_mut().take(to).skip(from) {
        *place = merged(*place, guard);
    }
}

fn merged(a: Guard, b: Guard) -> Guard {
    Guard { number: a.number || b.number, own: a.own || b.own, name: a.name || b.name }
}
