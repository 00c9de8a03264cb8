//! What can go wrong in a statement, done to it by rule.
//!
//! Nothing here asks the verifier how it reads a text: changes are made on the letters.

mod flip;

use std::collections::BTreeSet;

use savoir_models::content::FindingCode;
use savoir_models::text::Language;
use serde::Serialize;

use super::Line;
use crate::codes::fold;
use crate::extractor::trade;

/// What was changed in a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mutation {
    /// A number is another.
    Number,
    /// A number has another unit.
    Unit,
    /// What is affirmed is denied, or the other way about.
    Negation,
    /// An error code is another.
    Code,
    /// A part reference is another.
    Reference,
    /// A part is another part.
    Part,
    /// The statement is one of another case.
    Foreign,
}

impl Mutation {
    /// Whether a finding of this code says what was changed.
    pub(super) fn names(self, code: FindingCode) -> bool {
        match self {
            Self::Number => matches!(code, FindingCode::Number | FindingCode::Unit),
            Self::Unit => matches!(code, FindingCode::Unit | FindingCode::Number),
            Self::Negation => code == FindingCode::Negation,
            Self::Code => matches!(code, FindingCode::Code | FindingCode::Name),
            Self::Reference => matches!(code, FindingCode::Reference | FindingCode::Name),
            Self::Part => code == FindingCode::Unsupported,
            Self::Foreign => true,
        }
    }
}

/// What one line can lend to another.
pub(super) struct Donors {
    /// Names of parts without their references, by language, with the line they are of.
    parts: Vec<(Language, usize, String)>,
    /// Components that lines speak of.
    components: Vec<(Language, usize, String)>,
}

impl Donors {
    pub(super) fn of(lines: &[Line]) -> Self {
        let mut out = Self { parts: Vec::new(), components: Vec::new() };
        for (at, line) in lines.iter().enumerate() {
            if line.section == "parts" {
                out.parts.extend(part_name(&line.statement).map(|(name, _)| (line.language, at, name.to_owned())));
            }
            for word in words(&line.statement) {
                if trade::component(&fold(word), line.language) {
                    out.components.push((line.language, at, fold(word)));
                }
            }
        }
        out
    }

    /// Every change that can be made to line `at`, one of each kind.
    pub(super) fn mutations(&self, lines: &[Line], at: usize) -> Vec<(Mutation, String)> {
        let line = &lines[at];
        let has = |kind: &str| line.kinds.iter().any(|k| k == kind);
        let mut out = Vec::new();
        let mut add = |mutation, changed: Option<String>| {
            out.extend(changed.filter(|c| *c != line.statement).map(|c| (mutation, c)));
        };
        add(Mutation::Number, number(line, at));
        add(Mutation::Unit, unit(line, at));
        add(Mutation::Negation, negation(line));
        if has("code") {
            add(Mutation::Code, code(line, at));
        }
        if has("reference") {
            add(Mutation::Reference, reference(line, at));
        }
        add(Mutation::Part, self.part(line, at));
        add(Mutation::Foreign, self.foreign(lines, at));
        out
    }

    /// A part of another line in place of the line's own.
    fn part(&self, line: &Line, at: usize) -> Option<String> {
        let told: BTreeSet<String> = words(&line.source).map(|w| stem(&fold(w))).collect();
        let strange = |name: &str| words(name).filter(|w| w.len() > 3).all(|w| !told.contains(&stem(&fold(w))));
        let pick = |list: &[(Language, usize, String)]| {
            let others = (0..list.len()).map(|n| &list[(n + at * 7) % list.len()]);
            let mut fit =
                others.filter(|(language, of, name)| *language == line.language && *of != at && strange(name));
            fit.next().map(|(.., name)| name.clone())
        };
        if line.section == "parts" {
            let (name, rest) = part_name(&line.statement)?;
            let other = pick(&self.parts)?;
            let count: String = line.statement[..line.statement.find(name)?].to_owned();
            return Some(format!("{count}{other}{rest}"));
        }
        if !matches!(line.section.as_str(), "steps" | "cause") {
            return None;
        }
        let noun = words(&line.statement).find(|w| trade::component(&fold(w), line.language))?;
        Some(line.statement.replacen(noun, &pick(&self.components)?, 1))
    }

    /// The statement of a line of another report, of the same section.
    fn foreign(&self, lines: &[Line], at: usize) -> Option<String> {
        let line = &lines[at];
        let others = (1..lines.len()).map(|n| &lines[(at + n * 13) % lines.len()]);
        let mut fit =
            others.filter(|o| o.language == line.language && o.section == line.section && o.source != line.source);
        fit.next().map(|o| o.statement.clone())
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic()).filter(|w| w.len() > 1)
}

fn stem(word: &str) -> String {
    word.chars().take(5).collect()
}

/// The name of a part in its statement, and what stands after it: "2 guides carbure, réf. SR.GL.4".
fn part_name(statement: &str) -> Option<(&str, &str)> {
    let start = statement.find(char::is_alphabetic)?;
    let rest = &statement[start..];
    let mut end = rest.len();
    for (at, word) in rest.match_indices(' ').map(|(at, _)| (at, &rest[at + 1..])) {
        let next = word.split(' ').next().unwrap_or_default();
        let odd = next.chars().any(|c| c.is_ascii_digit()) || next.chars().all(|c| !c.is_lowercase());
        if odd || next.starts_with('(') || next.starts_with("réf") {
            end = at;
            break;
        }
    }
    let name = rest[..end].trim_end_matches([',', ' ', '.']);
    (!name.is_empty()).then(|| (name, &rest[name.len()..]))
}

/// The numbers of a text that are none of a name's: first byte, one past the last.
fn numerals(text: &str) -> Vec<(usize, usize)> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len()
            && (bytes[at].is_ascii_digit()
                || (matches!(bytes[at], b',' | b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)))
        {
            at += 1;
        }
        let before = text[..start].chars().next_back().unwrap_or(' ');
        let after = text[at..].chars().next().unwrap_or(' ');
        let free = |c: char| {
            c.is_whitespace() || matches!(c, '(' | ')' | '±' | '\'' | '’' | ',' | '.' | ';' | ':' | '%' | '°')
        };
        let plain = text[start..at].matches([',', '.']).count() < 2;
        if plain
            && free(before)
            && (free(after) || after == '-' && text[at + 1..].starts_with(|c: char| c.is_ascii_digit()))
        {
            out.push((start, at));
        }
    }
    out
}

const FRENCH_NUMBERS: &[&str] = &["deux", "trois", "quatre", "cinq", "six", "sept", "huit", "dix", "vingt"];
const ENGLISH_NUMBERS: &[&str] = &["two", "three", "four", "five", "six", "seven", "eight", "ten", "twenty"];

fn number(line: &Line, at: usize) -> Option<String> {
    let text = &line.statement;
    let found = numerals(text);
    // A code in digits is no number.
    let announced = |start: usize| {
        let before = fold(text[..start].trim_end());
        ["erreur", "alarme", "alarm", "error", "defaut", "code", "l'erreur", "lockout"]
            .iter()
            .any(|w| before.ends_with(w))
    };
    let found: Vec<_> = found.into_iter().filter(|(start, _)| !announced(*start)).collect();
    if let Some((start, end)) = found.get(at % found.len().max(1)).copied() {
        let old = &text[start..end];
        let point = old.contains([',', '.']);
        let raised: String = old
            .char_indices()
            .map(|(i, c)| {
                if i == 0 { char::from_digit((c.to_digit(10).unwrap_or(0) + 1) % 9 + 1, 10).unwrap_or('7') } else { c }
            })
            .collect();
        let candidates = [
            if point { old.replace([',', '.'], "") } else { format!("{old}0") },
            raised,
            old.chars().rev().collect::<String>(),
            format!("1{old}"),
        ];
        let told = numerals_of(&line.source);
        let worth = |n: &str| n.replace(',', ".").parse::<f64>().ok();
        let fresh =
            |c: &&String| !told.contains(c.as_str()) && worth(c) != worth(old) && !c.starts_with([',', '.', '0']);
        let candidate = (0..4).map(|n| &candidates[(n + at) % 4]).find(fresh)?;
        return Some(format!("{}{candidate}{}", &text[..start], &text[end..]));
    }
    let spelt = if line.language == Language::French { FRENCH_NUMBERS } else { ENGLISH_NUMBERS };
    let source = fold(&line.source);
    let word = words(text).find(|w| spelt.contains(&w.to_lowercase().as_str()))?;
    let place = spelt.iter().position(|s| *s == word.to_lowercase())?;
    let other =
        (1..spelt.len()).map(|n| spelt[(place + n * 2) % spelt.len()]).find(|o| !source.contains(o) && *o != word)?;
    Some(text.replacen(word, other, 1))
}

fn numerals_of(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_digit() && c != ',' && c != '.')
        .map(|n| n.trim_matches([',', '.']).to_owned())
        .filter(|n| !n.is_empty())
        .collect()
}

/// Units, and what may wrongly stand in their place.
const UNITS: &[(&str, [&str; 2])] = &[
    ("bar", ["mbar", "psi"]),
    ("mbar", ["bar", "Pa"]),
    ("°C", ["°F", "bar"]),
    ("N·m", ["daN·m", "N"]),
    ("mm", ["cm", "µm"]),
    ("cm", ["mm", "m"]),
    ("µm", ["mm", "cm"]),
    ("min", ["h", "s"]),
    ("minutes", ["heures", "secondes"]),
    ("s", ["min", "ms"]),
    ("secondes", ["minutes", "heures"]),
    ("h", ["min", "s"]),
    ("heures", ["minutes", "jours"]),
    ("V", ["kV", "A"]),
    ("A", ["mA", "V"]),
    ("mA", ["A", "V"]),
    ("µA", ["mA", "A"]),
    ("kg", ["g", "t"]),
    ("g", ["kg", "mg"]),
    ("t", ["kg", "g"]),
    ("L", ["mL", "m³"]),
    ("l", ["ml", "m³"]),
    ("L/h", ["L/min", "m³/h"]),
    ("m³/h", ["L/h", "m³/min"]),
    ("%", ["°C", "bar"]),
    ("Hz", ["kHz", "A"]),
    ("kW", ["W", "kV"]),
    ("W", ["kW", "V"]),
    ("Ω", ["kΩ", "V"]),
    ("ohms", ["kΩ", "V"]),
    ("MΩ", ["kΩ", "V"]),
    ("tr/min", ["tr/s", "Hz"]),
    ("rpm", ["Hz", "m/s"]),
    ("Pa", ["kPa", "bar"]),
    ("N", ["daN", "N·m"]),
    ("daN", ["N", "N·m"]),
    ("ppm", ["%", "bar"]),
    ("µS", ["mS", "µA"]),
    ("µS/cm", ["mS/cm", "µA"]),
    ("m/min", ["m/s", "m/h"]),
    ("Ah", ["mAh", "A"]),
];

fn unit(line: &Line, at: usize) -> Option<String> {
    let text = &line.statement;
    let measured: Vec<(usize, usize, [&str; 2])> = numerals(text)
        .into_iter()
        // Nothing is nothing in every unit.
        .filter(|(start, end)| text[*start..*end].contains(|c: char| matches!(c, '1'..='9')))
        .filter_map(|(_, end)| {
            let rest = &text[end..];
            let start = end + rest.len() - rest.trim_start().len();
            let unit = text[start..].split(|c: char| c.is_whitespace() || ",;:.)".contains(c)).next()?;
            let (_, others) = UNITS.iter().find(|(u, _)| *u == unit)?;
            Some((start, start + unit.len(), *others))
        })
        .collect();
    let (start, end, others) = measured.get(at % measured.len().max(1)).copied()?;
    Some(format!("{}{}{}", &text[..start], others[at % 2], &text[end..]))
}

fn code(line: &Line, at: usize) -> Option<String> {
    let text = &line.statement;
    let token = text.split(|c: char| c.is_whitespace() || ",;:().".contains(c)).find(|t| {
        let digits = t.chars().any(|c| c.is_ascii_digit());
        let letters = t.chars().any(|c| c.is_ascii_uppercase());
        digits && (letters || t.chars().all(|c| c.is_ascii_digit()))
    })?;
    changed_digit(text, token, &line.source, at)
}

fn reference(line: &Line, at: usize) -> Option<String> {
    let text = &line.statement;
    let tokens = text.split(|c: char| c.is_whitespace() || ",;:()".contains(c)).map(|t| t.trim_end_matches('.'));
    let token = tokens.filter(|t| t.chars().any(|c| c.is_ascii_digit())).max_by_key(|t| t.len())?;
    // The last group of letters or digits gone, or one digit another.
    if at.is_multiple_of(4)
        && let Some(cut) = token.rfind(['-', '/', '.']).filter(|c| *c >= 4)
    {
        return Some(text.replacen(token, &token[..cut], 1));
    }
    changed_digit(text, token, &line.source, at)
}

/// The token with one digit changed, so that the report does not hold it.
fn changed_digit(text: &str, token: &str, source: &str, at: usize) -> Option<String> {
    let compact = |t: &str| t.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect::<String>();
    let places: Vec<usize> = token.char_indices().filter(|(_, c)| c.is_ascii_digit()).map(|(i, _)| i).collect();
    let place = *places.get(at % places.len().max(1))?;
    let old = token[place..].chars().next()?.to_digit(10)?;
    let other = (1..9).map(|n| (old + n * 3) % 10).filter(|d| *d != 0 && *d != old).find_map(|d| {
        let new = format!("{}{d}{}", &token[..place], &token[place + 1..]);
        (!compact(source).contains(&compact(&new))).then_some(new)
    })?;
    Some(text.replacen(token, &other, 1))
}

/// What is denied affirmed, or what is affirmed denied; `None` where no rule applies.
fn negation(line: &Line) -> Option<String> {
    flip::flipped(&line.statement, line.language, &line.section)
}
