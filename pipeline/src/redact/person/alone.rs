//! Names that nothing announces: first names, initials, family names in capitals.

use super::name::{Name, Trust, given, initials, reversed, unknown};
use super::{also, take};
use crate::redact::lexicon::{
    AFTER, ARTICLE, BRAND, CAPITAL, CLOSING, COMPANY, DEPARTMENT, GIVEN, GREETING, HELPER, INTRO, KNOWN, MACHINE,
    PLACE, ROLE, SAYING, SAYS, SEE, SOMETIMES, SURE, WITH,
};
use crate::redact::sheet::Sheet;
use crate::redact::text::{Shape, Text, is_space, only_space};

/// Whether nothing beside the first name at word `i` says that it is a label: a machine, a company, a place, a reference.
pub(super) fn is_person_here(sheet: &Sheet<'_>, i: usize) -> bool {
    let text = &sheet.text;
    let before = text.before(i);
    let joined = i > 0 && matches!(before, "-" | "_" | "." | "#" | "@" | "‑" | "=" | "+");
    let label =
        i > 0 && only_space(before) && text.is(i - 1, MACHINE | PLACE | COMPANY | BRAND) && !text.is(i - 1, GIVEN);
    let hangs = matches!(text.gap(i), "-" | "_") && matches!(text.shape(i + 1), Some(Shape::Digits | Shape::Mixed));
    !joined && !label && !hangs && !sheet.is_guarded(i, i + 1, |g| g.name)
}

/// A first name by itself, an initial with a name, a family name in capitals before a first name; where to go on.
pub(super) fn find(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    if sheet.is_taken(i, i + 1) {
        return None;
    }
    let text = &sheet.text;
    let name = if text.is(i, GIVEN) {
        by_first_name(sheet, i)
    } else if text.shape(i) == Some(Shape::Initial) {
        by_initials(text, i)
    } else if let Some(name) = reversed(text, i).filter(|_| is_person_here(sheet, i)) {
        Some(name)
    } else if text.is_capital(i)
        && text.before(i).ends_with('(')
        && text.gap(i).starts_with(')')
        && text.behind(i, 2, ROLE).is_some()
    {
        // "le technicien Airnova (Kevork)".
        unknown(text, i).filter(|n| n.to == i + 1 && is_person_here(sheet, i))
    } else if text.is_capital(i) && matches!(text.gap(i), " (" | "(") && text.is(i + 1, DEPARTMENT | ROLE) {
        // "Kerouedan (maintenance)".
        unknown(text, i).filter(|n| n.parts == 1 && is_person_here(sheet, i))
    } else {
        None
    }?;
    let small = text.shape(i) == Some(Shape::Lower);
    let to = take(sheet, i, name, false)?;
    Some(also(sheet, to, small))
}

fn by_first_name(sheet: &Sheet<'_>, i: usize) -> Option<Name> {
    let text = &sheet.text;
    if !is_person_here(sheet, i) {
        return None;
    }
    let name = given(text, i)?;
    let shape = text.shape(i)?;
    // "Claire" in small letters is a word; so is every first name that the list of words has as well.
    let sure = text.is(i, SURE) && (shape != Shape::Lower || !text.is(i, KNOWN));
    let long = shape != Shape::Upper || text.spelt(i).chars().count() > 3;
    if sure && long {
        return Some(name);
    }
    let whole = name.parts > 1
        && text.is_capital(i)
        && (text.is(i, CAPITAL) || !text.headline)
        && !text.is(i + 1, KNOWN & !SOMETIMES);
    if whole && shape == Shape::Cap || (shape != Shape::Lower && tells_of_person(text, name.to)) {
        return Some(name);
    }
    if shape == Shape::Lower && is_small_person(text, i, name.to) {
        return Some(name);
    }
    let counted =
        matches!(text.shape(name.to), Some(Shape::Digits | Shape::Mixed)) && only_space(text.gap(name.to - 1));
    let labels = text.is(name.to, MACHINE) && only_space(text.gap(name.to - 1));
    if shape != Shape::Cap || counted || labels || text.heads_sentence(i) || text.headline {
        return None;
    }
    let article = i > 0 && text.is(i - 1, ARTICLE);
    let small_word = i > 0 && text.is(i - 1, WITH | SEE | ROLE);
    (small_word || (text.is(i, CAPITAL) && !article)).then_some(name)
}

/// Whether a first name that is also a word is one in small letters: "vu rose au labo", "c'est olive de la compta", "martin dit
/// que".
fn is_small_person(text: &Text<'_>, i: usize, to: usize) -> bool {
    let led = i > 0 && only_space(text.before(i)) && text.is(i - 1, WITH | SEE | INTRO);
    let near = only_space(text.gap(to - 1));
    let says = near && text.is(i, CAPITAL) && text.is(to, SAYING);
    (led && near && tells_of_department(text, to)) || says
}

/// Whether what follows a first name says that a person is meant: "Will will be", "Claire de la qualité", "Rose et Karim".
pub(in crate::redact) fn tells_of_person(text: &Text<'_>, to: usize) -> bool {
    if !only_space(text.gap(to - 1)) {
        return false;
    }
    let helper = text.is(to, HELPER);
    let says = text.is(to, SAYS)
        || (helper && text.is(to + 1, SAYS))
        || (helper && text.is(to + 2, SAYS) && text.is(to + 1, AFTER));
    let department = tells_of_department(text, to);
    let listed =
        matches!(text.word(to), "et" | "and" | "ou" | "or") && text.is(to + 1, GIVEN) && text.is_capital(to + 1);
    // "Marine a fermé la vanne": what has a participle acts.
    let acts =
        text.word(to) == "a" && text.spelt(to + 1).chars().count() > 3 && text.spelt(to + 1).ends_with(['é', 'i', 'u']);
    says || department || listed || acts
}

/// "… de la qualité", "… from the lab".
fn tells_of_department(text: &Text<'_>, to: usize) -> bool {
    let from = matches!(text.word(to), "de" | "from" | "at" | "of" | "du" | "des" | "in" | "on" | "au" | "a");
    let at = (to + 1..to + 3).find(|k| !text.is(*k, ARTICLE)).unwrap_or(to + 3);
    from && text.is(at, DEPARTMENT)
}

/// "D. Roquebert" at the head of a line, behind a comma or a small word; not "phase A. Bobinage HS".
fn by_initials(text: &Text<'_>, i: usize) -> Option<Name> {
    let before = text.before(i).trim_end_matches(is_space);
    let open = text.heads_line(i)
        || before.ends_with([',', ';', ':', '(', '–', '-', '/', '&']) && !text.before(i).ends_with(['-', '/']);
    let small = i > 0 && text.is(i - 1, WITH | SEE | ROLE | CLOSING | GREETING);
    let name = initials(text, i, Trust::Beside)
        .filter(|_| open || small || text.heads_sentence(i) && text.is(i + 1, GIVEN))?;
    let last = name.to - 1;
    (!text.is(last, KNOWN & !SOMETIMES) || text.is(last, GIVEN)).then_some(name)
}
