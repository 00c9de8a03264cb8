//! Names that letters and digits make, however they are spaced: "OS KC 12" is "OS-KC-12", "E zéro cinquante et un" is
//! "E51", "M dash four four zero slash S" is "M-440/S".

use savoir_models::text::Language;

use super::lexemes::{Gap, Lexeme, lexemes};
use crate::codes::numbers;

/// A name without its separators and without the leading zeros of its numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Compact(String);

/// Separators that are said aloud.
const SAID: &[&str] = &["tiret", "dash", "slash", "barre", "point", "dot", "hyphen", "moins", "minus"];
/// Names of more lexemes than this are none.
const LONGEST: usize = 16;

impl Compact {
    /// Of a text.
    pub(super) fn of(text: &str) -> Self {
        Self::from(lexemes(text).iter())
    }

    /// Of lexemes; marks say nothing.
    pub(super) fn from<'a>(lexemes: impl Iterator<Item = &'a Lexeme>) -> Self {
        Self(bare(&lexemes.filter(|l| l.word() || l.digits()).map(|l| l.fold.as_str()).collect::<String>()))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Where the name stands among lexemes, from the first on: first lexeme and one past the last. A name does not end
    /// within a longer one: "VP-J-320" does not stand in "VP-J-320-B".
    pub(super) fn find(&self, lexemes: &[Lexeme], language: Language) -> Option<(usize, usize)> {
        (0..lexemes.len()).find_map(|i| Some((i, self.end(lexemes, i, language)?)))
    }

    /// One past the last lexeme of the name that begins with lexeme `i`.
    pub(super) fn end(&self, lexemes: &[Lexeme], i: usize, language: Language) -> Option<usize> {
        let first = &lexemes[i];
        let begins = match (self.0.chars().next(), first.fold.chars().next()) {
            (Some(mine), Some(theirs)) => mine == theirs || theirs == '0' || (mine.is_ascii_digit() && first.word()),
            _ => false,
        };
        if !begins || !(first.word() || first.digits()) || inside(lexemes, i) {
            return None;
        }
        let mut built = String::new();
        let mut at = i;
        while at < lexemes.len() && at < i + LONGEST {
            let lexeme = &lexemes[at];
            if lexeme.word() && !built.is_empty() && SAID.contains(&lexeme.fold.as_str()) {
                at += 1;
                continue;
            }
            if lexeme.word()
                && let Some((digits, taken)) = spelt(lexemes, at, language)
            {
                built.push_str(&digits);
                at += taken;
            } else if lexeme.word() || lexeme.digits() {
                built.push_str(&lexeme.fold);
                at += 1;
            } else if matches!(lexeme.fold.as_str(), "-" | "/" | "." | "_" | "·" | ":" | "'" | "\"" | ",") {
                at += 1;
                continue;
            } else {
                return None;
            }
            let name = bare(&built);
            if name == self.0 && !goes_on(lexemes, i, at) {
                return Some(at);
            }
            // Zeros may still fall away, nothing else.
            if built.len() > self.0.len() + 6 {
                return None;
            }
        }
        None
    }
}

/// The digits of a number in words at lexeme `i`, and how many lexemes it takes. "neuf" and "un" are left as they are.
fn spelt(lexemes: &[Lexeme], i: usize, language: Language) -> Option<(String, usize)> {
    let mut places = Vec::new();
    let mut at = i;
    while at < lexemes.len() && places.len() < 10 {
        if at > i && lexemes[at].is("-") && lexemes[at].glued() {
            at += 1;
            continue;
        }
        if !lexemes[at].word() {
            break;
        }
        places.push(at);
        at += 1;
    }
    let (digits, taken) = numbers::spelt(places.iter().map(|p| lexemes[*p].fold.as_str()), Some(language))?;
    Some((digits, places[taken - 1] + 1 - i))
}

/// Whether a longer name goes on at lexeme `at`: "-B" after "VP-J-320", "230" after "AD 7 MV". `from`: where it begins.
fn goes_on(lexemes: &[Lexeme], from: usize, at: usize) -> bool {
    let Some(next) = lexemes.get(at) else { return false };
    let after = lexemes.get(at + 1);
    let short = |l: &Lexeme| l.glued() && (l.digits() || (l.word() && l.exact.len() <= 3 && l.capital()));
    if next.glued() && matches!(next.fold.as_str(), "-" | "_") {
        return after.is_some_and(short);
    }
    if next.glued() && matches!(next.fold.as_str(), "." | "/") {
        return after.is_some_and(|l| l.glued() && l.digits());
    }
    if SAID.contains(&next.fold.as_str()) && next.gap == Gap::Blank && at > from + 1 {
        return after.is_some_and(|l| l.digits() || l.exact.chars().count() <= 2);
    }
    let spaced = at >= from + 2 && lexemes[from + 1..at].iter().any(|l| l.gap == Gap::Blank);
    let letter = next.word() && next.exact.len() == 1 && next.capital() && lexemes[at - 1].digits();
    let number = next.digits() && lexemes[at - 1].acronym() && super::units::unit(lexemes, at + 1).is_none();
    spaced && next.gap == Gap::Blank && (letter || number)
}

/// Whether lexeme `i` stands in the middle of a name.
fn inside(lexemes: &[Lexeme], i: usize) -> bool {
    i >= 2
        && lexemes[i].glued()
        && matches!(lexemes[i - 1].fold.as_str(), "-" | "_")
        && lexemes[i - 1].glued()
        && (lexemes[i - 2].digits() || lexemes[i - 2].acronym())
}

/// Without the zeros that a number begins with.
fn bare(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut zeros = 0;
    let mut number = false;
    for c in name.chars() {
        if c == '0' && !number {
            zeros += 1;
            continue;
        }
        if zeros > 0 && !c.is_ascii_digit() {
            out.push('0');
        }
        zeros = 0;
        number = c.is_ascii_digit();
        out.push(c);
    }
    if zeros > 0 {
        out.push('0');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(name: &str, text: &str, language: Language) -> bool {
        Compact::of(name).find(&lexemes(text), language).is_some()
    }

    #[test]
    fn a_name_is_found_in_every_spelling() {
        for (name, text) in [
            ("OS-KC-12", "kit ref OS KC 12)"),
            ("F18", "défaut F 018 flamme"),
            ("F7", "défaut F 0 0 0 7 (surcharge)"),
            ("E51", "boucheuse en E zéro cinquante et un"),
            ("IN200-M12", "I N deux cent tiret M douze."),
            ("E9", "\"E 7\" + \"E 009\""),
            ("2007", "ALARME 2 007 manque"),
        ] {
            assert!(stands(name, text, Language::French), "{name} {text}");
        }
        assert!(stands("M-440/S", "Seal ref M dash four four zero slash S replaced", Language::English));
        assert!(stands("SSR40DA", "S S R forty D A, fresh", Language::English));
    }

    #[test]
    fn a_longer_name_is_another() {
        assert!(!stands("VP-J-320", "réf. VP-J-320-B", Language::French));
        assert!(!stands("320-B", "réf. VP-320-B", Language::French));
        assert!(!stands("E4", "E42", Language::French));
        assert!(!stands("KA.HX3", "(KA.HX3.022)", Language::English));
        assert!(stands("E7", "E7/E9", Language::French));
        assert!(!stands("AD-7-MV", "ref AD 7 MV 230", Language::French));
        assert!(!stands("KB-CC-051", "réf. KB CC 051 A puis zéro refait", Language::French));
        assert!(!stands("IN200", "I N deux cent tiret M douze", Language::French));
    }
}
