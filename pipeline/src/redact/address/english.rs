//! British, Irish and American addresses.

use super::{is_close, is_house_number, with_town};
use crate::redact::lexicon::{GIVEN, KNOWN, MACHINE, NEVER, PARTICLE, STREET_EN, WITHIN};
use crate::redact::text::{Shape, Text, only_space};

/// "22 Foundry Lane, Tarn Bridge TB7 3AA", "2210 Maple Grove Ave, Apt 5B, Dayton, OH 45402".
pub(super) fn street(text: &Text<'_>, i: usize) -> Option<(usize, usize)> {
    if !is_house_number(text, i) {
        return None;
    }
    // One to four names, then the word for the street.
    let mut at = i + 1;
    while at < i + 6
        && (at == i + 1 && is_close(text.gap(i)) || matches!(text.gap(at - 1), " " | "\u{a0}" | "-" | "'" | "’" | ". "))
    {
        let named = at > i + 1 && text.is(at, STREET_EN);
        let lower = text.shape(at) == Some(Shape::Lower);
        if named && (!lower || (i + 1..at).all(|k| !text.is(k, KNOWN))) && !text.is(at + 1, STREET_EN) {
            let tail = tail(text, at + 1);
            let name = |k: usize| text.shape(k) == Some(Shape::Cap) && !text.is(k, NEVER | MACHINE);
            let to = tail.unwrap_or_else(|| with_town(text, at + 1));
            let usual = at == i + 2 && is_usual(text, at - 1);
            let named =
                ((i + 1..at).all(name) || usual) && text.is_capital(at) && (!text.headline || to > at + 1 || usual);
            return (tail.is_some() || named).then_some((i, to));
        }
        if !(text.is_letters(at) || text.shape(at) == Some(Shape::Mixed))
            || text.is(at, NEVER) && !text.is(at, GIVEN | STREET_EN) && !is_usual(text, at)
        {
            return None;
        }
        at += 1;
    }
    None
}

/// "High Street", "Station Road": words that are no names but of streets.
fn is_usual(text: &Text<'_>, i: usize) -> bool {
    matches!(
        text.word(i),
        "high" | "main" | "station" | "church" | "park" | "mill" | "old" | "new" | "north" | "south" | "east" | "west"
    ) && matches!(text.word(i + 1), "street" | "road" | "lane" | "avenue" | "st" | "rd")
}

/// The town and the code behind an English street: one past its last word.
fn tail(text: &Text<'_>, from: usize) -> Option<usize> {
    let mut at = from;
    while at < text.len() && at < from + 10 {
        let gap = text.gap(at - 1);
        if gap.contains(['!', '?', ';', ':', '('])
            || gap.contains(". ") && text.spelt(at - 1).len() > 3
            || gap.matches('\n').count() > 1
        {
            return None;
        }
        if let Some(to) = code(text, at) {
            return Some(to);
        }
        if !(text.is_capital(at)
            || text.is(at, WITHIN | PARTICLE)
            || text.shape(at) == Some(Shape::Mixed)
            || text.is_digits(at)
            || matches!(text.word(at), "on" | "upon" | "in" | "under"))
        {
            return None;
        }
        at += 1;
    }
    None
}

/// "The Old Mill, Church Lane, Hexley HX2 4RT": no number, but a British code at the end. What is capitalised before it, back
/// to the sentence, is the address.
pub(super) fn by_code(text: &Text<'_>, i: usize) -> Option<(usize, usize)> {
    let inward = text.spelt(i + 1);
    // The letters that Royal Mail uses there: "4KW" is a motor.
    let printed =
        inward.len() == 3 && inward.bytes().skip(1).all(|b| b.is_ascii_uppercase() && !b"CIKMOV".contains(&b));
    let to = code(text, i).filter(|to| printed && *to == i + 2)?;
    let belongs = |k: usize| {
        text.is_capital(k)
            && !matches!(text.word(k), "ltd" | "limited" | "plc" | "llp" | "inc")
            && !(text.is(k, NEVER)
                && !text.is(k, STREET_EN)
                && !text.is(k + 1, STREET_EN)
                && !matches!(text.word(k), "the" | "old" | "new" | "house"))
            || (text.is_digits(k) && text.spelt(k).len() <= 4 && k > 0 && text.is(k - 1, WITHIN | STREET_EN))
    };
    let mut from = i;
    while from > 0
        && i - from < 10
        && belongs(from - 1)
        && (only_space(text.gap(from - 1)) || matches!(text.gap(from - 1), ", " | ",\n" | "\n" | "-" | "'" | "’"))
    {
        from -= 1;
    }
    (from < i).then_some((from, to))
}

/// A British ("BK4 7QP"), Irish ("A92 X2P7") or American ("OH 45402") code.
fn code(text: &Text<'_>, i: usize) -> Option<usize> {
    let first = text.spelt(i);
    let second = text.spelt(i + 1);
    let spaced = only_space(text.gap(i));
    let upper = |s: &str| s.is_ascii() && !s.bytes().any(|b| b.is_ascii_lowercase());
    let outward = (2..=4).contains(&first.len())
        && upper(first)
        && first.starts_with(|c: char| c.is_ascii_alphabetic())
        && first.bytes().any(|b| b.is_ascii_digit());
    let inward = second.len() == 3
        && second.starts_with(|c: char| c.is_ascii_digit())
        && second[1..].bytes().all(|b| b.is_ascii_alphabetic());
    let irish = first.len() == 3 && second.len() == 4 && upper(second) && second.bytes().any(|b| b.is_ascii_digit());
    let state = first.len() == 2 && text.shape(i) == Some(Shape::Upper) && text.is_digits(i + 1) && second.len() == 5;
    if spaced && ((outward && (inward && upper(second) || irish)) || state) {
        let plus = text.gap(i + 1) == "-" && text.is_digits(i + 2) && text.spelt(i + 2).len() == 4 && state;
        return Some(i + 2 + usize::from(plus));
    }
    None
}
