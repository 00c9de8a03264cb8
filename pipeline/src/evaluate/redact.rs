//! How good redaction is: texts whose personal data were marked by hand, and what [`crate::redact`] makes of them.
//!
//! Pure: nothing is read or written here. The gold is JSON Lines, a text each: see [`Entry`].

use std::collections::BTreeMap;

use savoir_models::evidence::{Case, Source, SourceText};
use savoir_models::intervention::Equipment;
use savoir_models::redaction::{PersonalData, Redaction};
use savoir_models::text::Language;
use serde::{Deserialize, Serialize};

use super::BadFile;
use crate::redact::redact;

/// A text and what is personal in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its name.
    pub id: String,
    /// Its language.
    pub language: Language,
    /// What the intake's own fields hold.
    #[serde(default)]
    pub known: Known,
    /// The text, redacted as a report.
    pub text: String,
    /// What is personal, in order of appearance.
    pub personal: Vec<Expected>,
    /// What must still be readable afterwards.
    pub keep: Vec<String>,
}

/// The intake's own fields, as far as they help or hinder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Known {
    /// Who did it.
    pub technician: Option<String>,
    /// The organisation or person it was done for.
    pub customer: Option<String>,
    /// The organisation that did it.
    pub provider: Option<String>,
    /// The machine.
    pub equipment: Equipment,
}

/// A stretch that must be masked.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// What it is.
    pub kind: PersonalData,
    /// Its words, to the letter.
    pub text: String,
}

/// A share of a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// How many are right.
    pub right: usize,
    /// Of how many.
    pub of: usize,
}

impl Share {
    fn count(&mut self, right: bool) {
        self.right += usize::from(right);
        self.of += 1;
    }

    /// 0 to 1; 1 when there is nothing.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        if self.of == 0 { 1.0 } else { self.right as f64 / self.of as f64 }
    }
}

/// The figures of one kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Kind {
    /// Marked stretches of which every byte is masked, as whatever kind: it is out of the model's sight.
    pub found: Share,
    /// Those that are masked as what they are.
    pub named: Share,
    /// Masked stretches of this kind that touch a marked one of any kind.
    pub right: Share,
}

/// Something that went wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// The entry.
    pub id: String,
    /// What it is, or was taken for; none for what had to be kept.
    pub kind: Option<PersonalData>,
    /// The words.
    pub text: String,
}

/// How good redaction was on the gold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// How many texts.
    pub texts: usize,
    /// By kind.
    pub kinds: BTreeMap<PersonalData, Kind>,
    /// All kinds together.
    pub all: Kind,
    /// Codes, references, values and words that had to survive and did.
    pub kept: Share,
    /// Marked and not wholly masked.
    pub missed: Vec<Wrong>,
    /// Masked and not marked.
    pub too_much: Vec<Wrong>,
    /// Had to survive and did not.
    pub lost: Vec<Wrong>,
}

/// Reads gold: JSON Lines; `file` is only named in errors.
///
/// # Errors
/// Names the line that is not of this shape.
pub fn parse(file: &str, content: &str) -> Result<Vec<Entry>, BadFile> {
    let lines = content.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let bad = |line: usize, reason: String| BadFile { file: file.to_owned(), line: line + 1, reason };
    lines
        .map(|(at, line)| {
            let entry: Entry = serde_json::from_str(line).map_err(|e| bad(at, e.to_string()))?;
            match places(&entry).iter().position(Option::is_none) {
                Some(gone) => Err(bad(at, format!("« {} » is not in the text", entry.personal[gone].text))),
                None => Ok(entry),
            }
        })
        .collect()
}

/// Redacts every text of the gold and counts.
#[must_use]
pub fn run(entries: &[Entry]) -> Figures {
    let mut figures = Figures::default();
    for entry in entries {
        count(entry, &redact(&entry.case()), &mut figures);
    }
    figures.texts = entries.len();
    figures
}

impl Entry {
    /// The case that holds the text as its report.
    #[must_use]
    pub fn case(&self) -> Case {
        let known = self.known.clone();
        let mut case = Case::told(&self.text, self.language);
        let intake = &mut case.intervention.intake;
        intake.equipment = known.equipment;
        (intake.technician, intake.provider, intake.customer) = (known.technician, known.provider, known.customer);
        case
    }
}

/// Where the marked stretches stand: each is looked for behind the one before it.
fn places(entry: &Entry) -> Vec<Option<(usize, usize)>> {
    let mut from = 0;
    entry
        .personal
        .iter()
        .map(|expected| {
            let start = from + entry.text.get(from..)?.find(&expected.text)?;
            from = start + expected.text.len();
            Some((start, from))
        })
        .collect()
}

fn count(entry: &Entry, redaction: &Redaction, figures: &mut Figures) {
    let wrong = |kind, text: &str| Wrong { id: entry.id.clone(), kind, text: text.to_owned() };
    let masked: Vec<(usize, usize, PersonalData)> = redaction
        .masked
        .iter()
        .filter(|m| m.source == Source::Report)
        .filter_map(|m| Some((m.start, m.end, redaction.placeholders.get(m.placeholder)?.kind)))
        .collect();
    let places = places(entry);
    for (expected, place) in entry.personal.iter().zip(&places) {
        let Some((start, end)) = *place else { continue };
        let hidden = (start..end).all(|at| masked.iter().any(|m| (m.0..m.1).contains(&at)));
        let named = hidden && masked.iter().any(|m| m.2 == expected.kind && m.0 < end && start < m.1);
        for kind in [figures.kinds.entry(expected.kind).or_default(), &mut figures.all] {
            kind.found.count(hidden);
            kind.named.count(named);
        }
        if !hidden {
            figures.missed.push(wrong(Some(expected.kind), &expected.text));
        }
    }
    for (start, end, kind) in &masked {
        let right = places.iter().flatten().any(|place| place.0 < *end && *start < place.1);
        figures.kinds.entry(*kind).or_default().right.count(right);
        figures.all.right.count(right);
        if !right {
            figures.too_much.push(wrong(Some(*kind), &entry.text[*start..*end]));
        }
    }
    let seen = redaction.mask(&SourceText { source: Source::Report, text: entry.text.as_str().into() });
    for keep in &entry.keep {
        let kept = seen.text.contains(keep.as_str());
        figures.kept.count(kept);
        if !kept {
            figures.lost.push(wrong(None, keep));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLD: &str = r#"{"id":"1","language":"fr","text":"Vu Mme Le Bihan, code E42, Le Bihan au 06 39 98 41 07.","personal":[{"kind":"person","text":"Le Bihan"},{"kind":"person","text":"Le Bihan"},{"kind":"phone","text":"06 39 98 41 07"}],"keep":["E42"]}

{"id":"2","language":"en","text":"Wrpbxz fitted, tell Karim.","personal":[{"kind":"person","text":"Wrpbxz"}],"keep":["Karim"]}"#;

    #[test]
    fn what_is_hidden_missed_and_hidden_too_much_is_counted() {
        let figures = run(&parse("gold", GOLD).unwrap());
        assert_eq!(figures.kinds[&PersonalData::Phone].found, Share { right: 1, of: 1 });
        assert_eq!(figures.kinds[&PersonalData::Person].found, Share { right: 2, of: 3 });
        assert_eq!(figures.all.right, Share { right: 3, of: 4 });
        assert_eq!(figures.kept, Share { right: 1, of: 2 });
        let words = |list: &[Wrong]| list.iter().map(|w| w.text.clone()).collect::<Vec<_>>();
        assert_eq!((words(&figures.missed), words(&figures.too_much)), (vec!["Wrpbxz".into()], vec!["Karim".into()]));
        assert_eq!(words(&figures.lost), ["Karim"]);
        assert!(serde_json::to_string(&figures).unwrap().contains("\"phone\""));
    }

    #[test]
    fn a_line_of_another_shape_is_named() {
        let error = parse("gold", "\n{\"id\":1}").unwrap_err();
        assert_eq!((error.line, error.file.as_str()), (2, "gold"));
        let gone = GOLD.replacen("\"text\":\"Wrpbxz\"}", "\"text\":\"Qqq\"}", 1);
        assert_eq!(parse("gold", &gone).unwrap_err().reason, "« Qqq » is not in the text");
    }
}
