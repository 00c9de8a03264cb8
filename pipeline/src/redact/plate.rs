//! Licence plates. Part references look like them, so a vehicle must stand nearby.

use savoir_models::redaction::PersonalData;

use super::figures::{is_joined, leads};
use super::lexicon::{ANNOUNCE, PLATE, VEHICLE};
use super::sheet::Sheet;
use super::text::{Shape, Text, only_space};

/// Finds the plates of a text.
pub(super) fn find(sheet: &mut Sheet<'_>) {
    for i in 0..sheet.text.len() {
        let text = &sheet.text;
        let Some(to) = form(text, i).or_else(|| announced(text, i)) else { continue };
        let vehicle = text.behind(i, 12, VEHICLE).is_some() || text.ahead(to - 1, 6, VEHICLE).is_some();
        let thing = (i.saturating_sub(2)..i).any(|k| text.is(k, ANNOUNCE) && !text.is(k, PLATE | VEHICLE))
            && leads(text.before(i));
        if !vehicle || thing || sheet.is_guarded(i, to, |g| g.own) || is_joined(text, i, to) {
            continue;
        }
        let key: String = (i..to).map(|k| text.word(k)).collect();
        sheet.take(PersonalData::Plate, (i, to), key);
    }
}

/// "AB-123-CD" and "AB12 CDE", with any or no separator; one past the last word.
fn form(text: &Text<'_>, i: usize) -> Option<usize> {
    let letters = |k: usize, n: usize| text.is_letters(k) && text.spelt(k).len() == n;
    let digits = |k: usize, n: usize| text.is_digits(k) && text.spelt(k).len() == n;
    let parted = |k: usize| matches!(text.gap(k), "-" | " " | "." | "·" | "\u{a0}" | "‑" | " - ");
    if letters(i, 2) && digits(i + 1, 3) && letters(i + 2, 2) && parted(i) && parted(i + 1) {
        return Some(i + 3);
    }
    let split = |k: usize| {
        let word = text.spelt(k);
        let cut = word.find(|c: char| c.is_ascii_digit())?;
        let (head, tail) = word.split_at(cut);
        (word.is_ascii() && head.bytes().all(|b| b.is_ascii_alphabetic())).then_some((head, tail))
    };
    let (head, tail) = split(i)?;
    let number = tail.len() - tail.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let rest = &tail[number..];
    let whole = head.len() == 2 && ((number == 3 && rest.len() == 2) || (number == 2 && rest.len() == 3));
    if whole && rest.bytes().all(|b| b.is_ascii_alphabetic()) {
        return Some(i + 1);
    }
    (head.len() == 2 && number == 2 && rest.is_empty() && letters(i + 1, 3) && only_space(text.gap(i))).then_some(i + 2)
}

/// Whatever "immatriculé" and "number plate" announce: foreign ones, and those of before 2009.
fn announced(text: &Text<'_>, i: usize) -> Option<usize> {
    let cue = (i.saturating_sub(2)..i)
        .rev()
        .take_while(|k| leads(text.gap(*k)) || only_space(text.gap(*k)))
        .any(|k| text.is(k, PLATE));
    if !cue || !matches!(text.shape(i), Some(Shape::Digits | Shape::Mixed | Shape::Upper | Shape::Initial)) {
        return None;
    }
    let mut to = i;
    let (mut letters, mut digits) = (0, 0);
    while to < text.len()
        && to < i + 4
        && (to == i || matches!(text.gap(to - 1), " " | "-" | "."))
        && matches!(text.shape(to), Some(Shape::Digits | Shape::Mixed | Shape::Upper | Shape::Initial))
        && letters + digits + text.spelt(to).len() <= 9
        && !text.spelt(to).contains(char::is_lowercase)
    {
        digits += text.spelt(to).bytes().filter(u8::is_ascii_digit).count();
        letters += text.spelt(to).chars().filter(|c| c.is_uppercase()).count();
        to += 1;
    }
    ((5..=9).contains(&(letters + digits)) && (1..=5).contains(&letters) && digits >= 2).then_some(to)
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
    fn a_plate_is_known_by_its_form_and_a_vehicle_nearby() {
        for (raw, plate) in [
            ("Mon camion AB-123-CD ne rentre pas", "AB-123-CD"),
            ("le fourgon est garé devant, plaque ef 482 gk, la pompe", "ef 482 gk"),
            ("le câble de la voiture GU-482-KO est resté", "GU-482-KO"),
            ("reg AB12 CDE, white Transit", "AB12 CDE"),
            ("Ms Adeyemi, car LK70XPB, bay 3", "LK70XPB"),
            ("camionnette immatriculée 4521 WX 29 au quai", "4521 WX 29"),
        ] {
            assert_eq!(found(raw), [plate], "{raw}");
        }
    }

    #[test]
    fn references_of_the_same_form_survive() {
        for raw in [
            "Réf. AX-204-BT commandée au lieu de AX-240-BT",
            "le camion a livré la réf. BR-204-XY",
            "S/N relevé sur la plaque, année 2019",
            "VP-320-AB monté",
        ] {
            assert_eq!(found(raw), Vec::<&str>::new(), "{raw}");
        }
    }
}
