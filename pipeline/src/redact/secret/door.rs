//! Codes of doors, gates, key safes and SIM cards: a few figures, which only what stands beside them makes secret.

use super::{FAR, Told, Value, chunk, tells, told};
use crate::redact::lexicon::{ACCESS, DOOR, ERROR, FILLER, NUMBER, WHOSE};
use crate::redact::text::{Shape, Text, only_space};

/// A code of `least` to `most` signs, figures among them, behind up to [`FAR`] words.
pub(super) fn code(text: &Text<'_>, i: usize, least: usize, most: usize) -> Option<Value> {
    let at = match told(text, i, FAR)? {
        Told::Sign(at) | Told::Verb(at) | Told::Bare(at) => at,
    };
    let mut value = chunk(text, at)?;
    // "A 4512": the letter stands apart.
    let (first, _) = super::words(text, value.0, value.1);
    let letter =
        text.shape(first) == Some(Shape::Initial) && value.1 == text.tokens[first].end && only_space(text.gap(first));
    if letter && text.is_digits(first + 1) {
        value.1 = text.tokens[first + 1].end;
    }
    let spelt = &text.raw[value.0..value.1];
    let digits = spelt.chars().filter(char::is_ascii_digit).count();
    let signs = spelt.chars().filter(|c| !matches!(c, '-' | '.' | ' ' | '*' | '#')).count();
    (digits >= least.min(3)
        && (least..=most).contains(&signs)
        && digits * 2 >= signs
        && !spelt.contains(['/', ',', '°']))
    .then_some(value)
}

/// "PIN de la carte SIM 4471": the first figures that follow, four at least; not "pin 3 du connecteur".
pub(super) fn later_figures(text: &Text<'_>, i: usize) -> Option<Value> {
    let end = (i..i + 6).find(|k| !only_space(text.gap(*k))).unwrap_or(i + 6);
    let at = (i + 1..=end).find(|k| matches!(text.shape(*k), Some(Shape::Digits | Shape::Mixed)))?;
    let token = text.tokens[at];
    (text.is_digits(at) && (4..=8).contains(&(token.end - token.start))).then_some((token.start, token.end))
}

/// The code of a door, a gate, a key safe.
pub(super) fn door(text: &Text<'_>, i: usize) -> Option<Value> {
    // "Sonner à l'interphone B, code A7819": the code has a word of its own.
    let later = (i + 1..text.len().min(i + 5)).find(|k| text.word(*k) == "code");
    let from = later.filter(|_| matches!(text.word(i), "interphone" | "digicode" | "intrusion" | "alarm")).unwrap_or(i);
    code(text, from, 3, 10).or_else(|| spoken(text, from)).or_else(|| further_on(text, i))
}

/// "Code entrée immeuble 19B75", "key safe by the door 5512": behind words that say which door.
fn further_on(text: &Text<'_>, i: usize) -> Option<Value> {
    let between = |k: usize| {
        text.is(k, ACCESS | WHOSE | FILLER)
            || matches!(text.word(k), "by" | "at" | "near" | "on" | "a" | "pres" | "cote")
    };
    let at = (i + 1..i + 5).find(|k| !between(*k))?;
    let near = (i..at).all(|k| only_space(text.gap(k)));
    near.then(|| bare_code(text, at)).flatten()
}

/// A word of four to eight signs, three figures among them, that is no quantity.
fn bare_code(text: &Text<'_>, i: usize) -> Option<Value> {
    let (from, to) = chunk(text, text.tokens.get(i)?.start)?;
    let spelt = &text.raw[from..to];
    let digits = spelt.chars().filter(char::is_ascii_digit).count();
    let signs = spelt.chars().filter(|c| !matches!(c, '#' | '*')).count();
    let plain = spelt.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '#' | '*'));
    let unit = only_space(text.gap(i))
        && matches!(text.word(i + 1), "mm" | "v" | "w" | "kg" | "h" | "tr" | "rpm" | "n" | "bar" | "euros" | "heures");
    (plain && digits >= 3 && (4..=8).contains(&signs) && !unit).then_some((from, to))
}

/// "Accès : portail 7841A puis porte B, code 1590": what opens a door is told beside it, and no error stands nearby.
pub(super) fn beside_a_door(text: &Text<'_>, i: usize) -> Option<Value> {
    let gate = text.is(i, ACCESS) && !text.is(i, DOOR);
    let opens = |k: usize| matches!(text.word(k), "opens" | "open" | "ouvre" | "ouvrir" | "unlocks");
    let beside = text.behind(i, 6, ACCESS).is_some() || text.ahead(i, 8, ACCESS).is_some_and(|k| (i..k).any(opens));
    let code = text.word(i) == "code" && beside;
    if !(gate || code)
        || !only_space(text.gap(i))
        || text.behind(i, 6, ERROR).is_some()
        || text.ahead(i, 3, ERROR).is_some()
    {
        return None;
    }
    let mixed = text.shape(i + 1) == Some(Shape::Mixed);
    let told = code || mixed || text.behind(i, 4, ACCESS).is_some_and(|k| matches!(text.word(k), "acces" | "access"));
    told.then(|| bare_code(text, i + 1)).flatten()
}

/// A code that is dictated: "code du portail quatre cinq deux un B".
fn spoken(text: &Text<'_>, i: usize) -> Option<Value> {
    let mut from = i + 1;
    while from < i + 4 && (text.is(from, FILLER) || tells(text.word(from))) && !text.is(from, NUMBER) {
        from += 1;
    }
    let mut to = from;
    while to < text.len() && to < from + 12 && text.is(to, NUMBER) && text.gap(to - 1).len() <= 2 {
        to += 1;
    }
    let digits = crate::codes::dictated((from..to).map(|k| text.spelt(k)));
    if to < from + 2 || !(3..=8).contains(&digits.len()) {
        return None;
    }
    // A letter closes some codes; "à", "a" and "et" do not.
    let letter = text.spelt(to).len() == 1
        && text.is_letters(to)
        && !matches!(text.word(to), "a" | "y" | "o" | "l" | "d" | "e")
        && only_space(text.gap(to - 1));
    let last = if letter { to } else { to - 1 };
    Some((text.tokens[from].start, text.tokens[last].end))
}

/// "Alarme intrusion …, alarme 7731": where a code of a door stands, that of the alarm is no error code.
pub(super) fn alarm(text: &Text<'_>, i: usize) -> Option<Value> {
    let alarm = (i + 1..text.len().min(i + 6)).find(|k| matches!(text.word(*k), "alarme" | "alarm"))?;
    let named = if matches!(text.word(alarm + 1), "code" | "off" | "on" | "panel") { alarm + 1 } else { alarm };
    if !matches!(text.shape(named + 1), Some(Shape::Digits | Shape::Mixed)) {
        return None;
    }
    code(text, named, 4, 8)
}
