//! Numbers that a state or an employer gives a person, and dates of birth.

use savoir_models::redaction::PersonalData;

use super::figures::{Figures, is_joined, leads, rest_97};
use super::lexicon::{BIRTH, FILLER, MONTH, PAPER, SSN};
use super::phone::is_announced;
use super::sheet::Sheet;
use super::text::{Shape, Text, is_space, only_space};

/// Finds the identity numbers of a text.
pub(super) fn find(sheet: &mut Sheet<'_>) {
    let mut i = 0;
    while i < sheet.text.len() {
        let next = if sheet.is_taken(i, i + 1) { None } else { one(sheet, i) };
        i = next.unwrap_or(i + 1);
    }
}

fn one(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    let text = &sheet.text;
    let (from, to) = if text.is(i, BIRTH) {
        let at = after_cue(text, i)?;
        (at, date(text, at)?)
    } else if text.is(i, SSN | PAPER) && (text.word(i) != "ni" || text.spelt(i) == "NI") {
        let at = after_cue(text, i)?;
        (at, number(text, at, text.is(i, SSN))?)
    } else {
        (i, nir(text, i).or_else(|| nino(text, i))?)
    };
    if sheet.is_guarded(from, to, |g| g.own) {
        return None;
    }
    let key: String = (from..to).map(|k| text.word(k)).collect();
    sheet.take(PersonalData::Identity, (from, to), key).then_some(to)
}

/// The word that a cue announces, behind "n°", "is", "de conduire" and their like.
fn after_cue(text: &Text<'_>, cue: usize) -> Option<usize> {
    let mut at = cue + 1;
    while at < text.len() && at < cue + 5 {
        let gap = text.gap(at - 1);
        if !(leads(gap) || matches!(gap.trim_matches(is_space), "'" | "’" | "(" | "/" | "" | ",")) || gap.contains('\n')
        {
            return None;
        }
        if matches!(text.shape(at), Some(Shape::Digits | Shape::Mixed)) {
            return Some(at);
        }
        // The prefix of a British number stands apart: "JG 10 37 59 A".
        if text.spelt(at).len() == 2 && text.shape(at) == Some(Shape::Upper) && text.is_digits(at + 1) {
            return Some(at);
        }
        let skipped = text.is(at, FILLER | PAPER | SSN | MONTH)
            || matches!(
                text.word(at),
                "de" | "conduire" | "sejour" | "d" | "identite" | "card" | "id" | "copied" | "uk" | "fr" | "francais"
            );
        if !skipped {
            return None;
        }
        at += 1;
    }
    None
}

/// What was announced, from word `i` on: groups of figures, or one word of letters and figures.
fn number(text: &Text<'_>, i: usize, groups: bool) -> Option<usize> {
    if groups && let Some(to) = nino(text, i) {
        return Some(to);
    }
    if text.is_digits(i) {
        let figures = Figures::read(text, i);
        let most = figures.ends.iter().rposition(|end| (4..=15).contains(end))? + 1;
        // Only numbers of a social security come in groups; others end with their word.
        let spread = groups || figures.sizes(most).iter().all(|s| *s >= 2);
        return figures.end(if spread { most } else { 1 });
    }
    let long = text.shape(i) == Some(Shape::Mixed) && text.spelt(i).len() >= 5;
    let mut to = i + 1;
    // "14AA 00002": the second half of it.
    while long
        && to < text.len()
        && to < i + 4
        && only_space(text.gap(to - 1))
        && text.is_digits(to)
        && text.spelt(to).len() >= 3
    {
        to += 1;
    }
    (long || text.spelt(i).len() == 2).then_some(to).filter(|to| long || *to > i + 1)
}

/// A French number of social security: thirteen figures and a key of two (NIR, R. 161-1 of its code): its form and its key
/// are enough, none need announce it.
fn nir(text: &Text<'_>, i: usize) -> Option<usize> {
    let first = text.spelt(i);
    if !first.starts_with(['1', '2']) || is_announced(text, i) {
        return None;
    }
    let (mut compact, mut to) = (String::new(), i);
    while compact.len() < 15 && text.tokens.get(to).is_some() && text.spelt(to).len() <= 15 && text.spelt(to).is_ascii()
    {
        compact.push_str(&text.spelt(to).to_ascii_uppercase());
        to += 1;
        if compact.len() < 15 && !(only_space(text.gap(to - 1)) || matches!(text.gap(to - 1), "." | "-" | "/")) {
            return None;
        }
    }
    if compact.len() != 15 || is_joined(text, i, to) {
        return None;
    }
    // Corsica has letters: 2A counts as 19, 2B as 18.
    let number = compact[..13].replacen("2A", "19", 1).replacen("2B", "18", 1);
    let month: u32 = number.get(3..5)?.parse().ok()?;
    let key: u32 = compact[13..].parse().ok()?;
    let right = number.bytes().all(|b| b.is_ascii_digit()) && rest_97(&number).is_some_and(|rest| 97 - rest == key);
    (right && ((1..=12).contains(&month) || month >= 20)).then_some(to)
}

/// A British national insurance number in its printed form, "JG 10 37 59 A" or "JG103759A", where a word says that it is
/// one: currents are told like that too.
fn nino(text: &Text<'_>, i: usize) -> Option<usize> {
    let head = text.spelt(i);
    text.behind(i, 6, SSN).filter(|k| text.spelt(*k) != "ni")?;
    if text.shape(i) == Some(Shape::Mixed) {
        let bytes = head.as_bytes();
        let form = bytes.len() == 9
            && bytes[..2].iter().all(u8::is_ascii_alphabetic)
            && bytes[2..8].iter().all(u8::is_ascii_digit)
            && matches!(bytes[8], b'A'..=b'D' | b'a'..=b'd');
        return form.then_some(i + 1);
    }
    let pair = |k: usize| text.is_digits(k) && text.spelt(k).len() == 2;
    let spaced = (i..i + 4).all(|k| only_space(text.gap(k)));
    let form = head.len() == 2 && text.is_letters(i) && (i + 1..i + 4).all(pair) && spaced;
    let tail = matches!(text.spelt(i + 4), "A" | "B" | "C" | "D" | "a" | "b" | "c" | "d");
    (form && tail).then_some(i + 5)
}

/// "12/04/1978", "12 avril 1978", "1978-04-12"; one past its last word.
fn date(text: &Text<'_>, i: usize) -> Option<usize> {
    let short = |k: usize| text.is_digits(k) && text.spelt(k).len() <= 4;
    let month = text.is(i + 1, MONTH) || short(i + 1);
    let parted = |k: usize| only_space(text.gap(k)) || matches!(text.gap(k), "/" | "-" | "." | " / " | ". ");
    let day = short(i) || matches!(text.word(i), "1er" | "1st" | "2nd" | "3rd") || text.word(i).ends_with("th");
    (day && month && short(i + 2) && parted(i) && parted(i + 1)).then_some(i + 3)
}

#[cfg(test)]
mod tests {
    use savoir_models::evidence::Source;

    use super::*;

    fn found(raw: &str) -> Vec<&str> {
        let mut sheet = Sheet::new(Source::Report, raw);
        find(&mut sheet);
        sheet.found.iter().map(|f| &raw[f.bytes.0..f.bytes.1]).collect()
    }

    #[test]
    fn numbers_of_persons_are_found() {
        for (raw, number) in [
            ("sécu 285113523804107.", "285113523804107"),
            ("n° de sécurité sociale : 2 85 11 35 238 041 07", "2 85 11 35 238 041 07"),
            ("vu 2 69 05 49 588 157 80 sur la fiche", "2 69 05 49 588 157 80"),
            ("NI number JG 10 37 59 A.", "JG 10 37 59 A"),
            ("NINO: QQ123456C", "QQ123456C"),
            ("NI: JG103759A, DOB", "JG103759A"),
            ("SSN 219-09-9999 written", "219-09-9999"),
            ("CNI n° D2H6862M2. Colis", "D2H6862M2"),
            ("permis n° 14AA00002.", "14AA00002"),
            ("permis de conduire 14AA00002", "14AA00002"),
            ("passport no 533401372", "533401372"),
            ("Driver's licence MORGA657054SM9IJ copied", "MORGA657054SM9IJ"),
            ("Son matricule 10482.", "10482"),
            ("né le 12/04/1978, permis", "12/04/1978"),
            ("born 12 April 1978", "12 April 1978"),
        ] {
            assert_eq!(found(raw), [number], "{raw}");
        }
    }

    #[test]
    fn other_numbers_are_no_identities() {
        for raw in [
            "permis feu n° 12",
            "IMEI 285113523804107",
            "le 12/04/1978",
            "285113523804108",
            "passeport perdu",
            "KM 32 15 12 A",
            "ni 2024 ni 2025",
            "permis de travail 2026-12",
        ] {
            assert_eq!(found(raw), Vec::<&str>::new(), "{raw}");
        }
    }
}
