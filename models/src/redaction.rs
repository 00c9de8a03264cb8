//! Personal data of a case, and the placeholders that stand for them wherever a model looks.
//!
//! The same person has the same placeholder in every text of the case, so that what a model says of "[PERSON_1]" can be
//! read. The way back is known inside the house only.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::evidence::{Source, SourceText};
use crate::text::words;

words!(
    /// What kind of personal data.
    PersonalData {
        /// A person's name.
        Person = "person",
        /// A telephone number.
        Phone = "phone",
        /// An e-mail address.
        Mail = "mail",
        /// A postal address.
        Address = "address",
        /// A licence plate.
        Plate = "plate",
        /// An account or a card.
        Bank = "bank",
        /// A national identifier.
        Identity = "identity",
        /// A password, a key, a door code.
        Secret = "secret",
    }
);

/// One person, number or address, however often it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Placeholder {
    /// What it is.
    pub kind: PersonalData,
    /// Its number among those of its kind, from 1.
    pub number: usize,
    /// The longest spelling in the case.
    pub original: String,
}

impl Placeholder {
    /// What stands in the text instead: `[PERSON_1]`.
    #[must_use]
    pub fn label(&self) -> String {
        format!("[{}_{}]", self.kind.as_str().to_uppercase(), self.number)
    }
}

/// A stretch of a text that is personal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Masked {
    /// Which text.
    pub source: Source,
    /// First byte.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Which placeholder stands there: a position in [`Redaction::placeholders`].
    pub placeholder: usize,
}

/// What is personal in a case.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Redaction {
    /// Version of the rules that found it.
    pub version: String,
    /// Who and what, in order of appearance.
    pub placeholders: Vec<Placeholder>,
    /// Where, in order of the texts; stretches of one text do not overlap and are in order.
    pub masked: Vec<Masked>,
}

/// A text with placeholders, and the way back to the original.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskedText {
    /// Which text of the case.
    pub source: Source,
    /// What a model sees.
    pub text: String,
    /// Where a placeholder stands here, and which stretch of the original it stands for.
    swaps: Vec<Swap>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Swap {
    here: (usize, usize),
    original: (usize, usize),
}

impl Redaction {
    /// A text of the case as a model may see it.
    #[must_use]
    pub fn mask(&self, text: &SourceText<'_>) -> MaskedText {
        let mut out = String::with_capacity(text.text.len());
        let mut swaps = Vec::new();
        let mut at = 0;
        for masked in self.masked.iter().filter(|m| m.source == text.source) {
            let (Some(before), Some(placeholder)) =
                (text.text.get(at..masked.start), self.placeholders.get(masked.placeholder))
            else {
                continue;
            };
            out.push_str(before);
            let from = out.len();
            out.push_str(&placeholder.label());
            swaps.push(Swap { here: (from, out.len()), original: (masked.start, masked.end) });
            at = masked.end;
        }
        out.push_str(text.text.get(at..).unwrap_or_default());
        MaskedText { source: text.source.clone(), text: out, swaps }
    }

    /// A statement without what is personal: every spelling that the case masks becomes its placeholder. Names of one
    /// word are replaced only where they stand as a word.
    #[must_use]
    pub fn hide<'a>(&self, statement: &'a str, texts: &[SourceText<'_>]) -> Cow<'a, str> {
        let mut spellings: Vec<(&str, usize)> = self
            .masked
            .iter()
            .filter_map(|m| {
                let text = texts.iter().find(|t| t.source == m.source)?;
                Some((text.text.get(m.start..m.end)?, m.placeholder))
            })
            .filter(|(spelling, _)| statement.contains(spelling))
            .collect();
        if spellings.is_empty() {
            return Cow::Borrowed(statement);
        }
        spellings.sort_by_key(|(spelling, _)| std::cmp::Reverse(spelling.len()));
        spellings.dedup();
        let mut out = statement.to_owned();
        for (spelling, placeholder) in spellings {
            let Some(placeholder) = self.placeholders.get(placeholder) else { continue };
            out = replace_words(&out, spelling, &placeholder.label());
        }
        Cow::Owned(out)
    }

    /// A text with every placeholder replaced by what it stands for.
    #[must_use]
    pub fn restore(&self, text: &str) -> String {
        self.placeholders.iter().fold(text.to_owned(), |text, p| text.replace(&p.label(), &p.original))
    }

    /// Whether a text holds a placeholder of this case.
    #[must_use]
    pub fn shows(&self, text: &str) -> bool {
        self.placeholders.iter().any(|p| text.contains(&p.label()))
    }
}

/// Replaces `what` where it does not stand inside a longer word.
fn replace_words(text: &str, what: &str, by: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut before: Option<char> = None;
    while let Some(at) = rest.find(what) {
        let after = &rest[at + what.len()..];
        let left = rest[..at].chars().next_back().or(before);
        let inside = left.is_some_and(char::is_alphanumeric) || after.chars().next().is_some_and(char::is_alphanumeric);
        out.push_str(&rest[..at]);
        out.push_str(if inside { what } else { by });
        before = what.chars().next_back();
        rest = after;
    }
    out.push_str(rest);
    out
}

impl MaskedText {
    /// The stretch of the original text that the bytes `start..end` of this one stand for. A stretch that cuts a
    /// placeholder takes it whole.
    #[must_use]
    pub fn original(&self, start: usize, end: usize) -> (usize, usize) {
        (self.place(start, false), self.place(end, true))
    }

    fn place(&self, at: usize, end: bool) -> usize {
        let mut shift: isize = 0;
        for swap in &self.swaps {
            if at < swap.here.0 || (end && at == swap.here.0) {
                break;
            }
            let inside = if end { at <= swap.here.1 } else { at < swap.here.1 };
            if inside {
                return if end { swap.original.1 } else { swap.original.0 };
            }
            shift = swap.original.1.cast_signed() - swap.here.1.cast_signed();
        }
        at.saturating_add_signed(shift)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case() -> (SourceText<'static>, Redaction) {
        let text = "Vu Mme Le Bihan (06 39 98 41 07), filtre changé, Le Bihan informée.";
        let name = Placeholder { kind: PersonalData::Person, number: 1, original: "Le Bihan".into() };
        let phone = Placeholder { kind: PersonalData::Phone, number: 1, original: "06 39 98 41 07".into() };
        let spots = [("Le Bihan", 0, 0), ("06 39 98 41 07", 0, 1), ("Le Bihan", 20, 0)];
        let masked = spots
            .iter()
            .map(|(what, from, placeholder)| {
                let start = from + text[*from..].find(what).unwrap();
                Masked { source: Source::Report, start, end: start + what.len(), placeholder: *placeholder }
            })
            .collect();
        let redaction = Redaction { version: "1".into(), placeholders: vec![name, phone], masked };
        (SourceText { source: Source::Report, text: text.into() }, redaction)
    }

    #[test]
    fn a_model_sees_placeholders_and_its_places_lead_back() {
        let (text, redaction) = case();
        let seen = redaction.mask(&text);
        assert_eq!(seen.text, "Vu Mme [PERSON_1] ([PHONE_1]), filtre changé, [PERSON_1] informée.");
        let at = seen.text.find("filtre changé").unwrap();
        let (start, end) = seen.original(at, at + "filtre changé".len());
        assert_eq!(&text.text[start..end], "filtre changé");
        let at = seen.text.rfind("[PERSON_1] informée").unwrap();
        let (start, end) = seen.original(at, seen.text.len());
        assert_eq!(&text.text[start..end], "Le Bihan informée.");
        let (start, end) = seen.original(0, seen.text.len());
        assert_eq!((start, end), (0, text.text.len()));
        // Half a placeholder is the whole of what it stands for.
        let (start, end) = seen.original(9, 12);
        assert_eq!(&text.text[start..end], "Le Bihan");
    }

    #[test]
    fn a_statement_hides_what_the_case_masks_and_only_whole_words() {
        let (text, redaction) = case();
        let texts = [text];
        assert_eq!(redaction.hide("Prévenez Le Bihan au 06 39 98 41 07", &texts), "Prévenez [PERSON_1] au [PHONE_1]");
        assert_eq!(redaction.hide("Le Bihannais", &texts), "Le Bihannais");
        assert!(redaction.shows("Prévenez [PERSON_1]"));
        assert_eq!(redaction.restore("Prévenez [PERSON_1]"), "Prévenez Le Bihan");
    }
}
