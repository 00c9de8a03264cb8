//! How far a name reaches: "Le Bihan", "Jean-Pierre Le Gall-Kerdraon", "J.T. Marlowe", "DURAND Paul", "larroque".

use super::super::lexicon::{
    CAPITAL, CLOSING, GIVEN, GREETING, HARD, KNOWN, NEVER, PARTICLE, ROLE, SOMETIMES, SURE, TITLE,
};
use super::super::people::Called;
use super::super::text::{Shape, Text, only_space};
use crate::redact::lexicon::{AFTER, COMPANY, DEPARTMENT};

/// A name, from the word that was asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name {
    /// One past its last word.
    pub(super) to: usize,
    /// One past its last byte: the full stop of "Yasmina T." belongs to it.
    pub(super) end: usize,
    /// How many parts were read.
    pub(super) parts: usize,
    pub(super) called: Called,
}

/// How much speaks for a name where it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trust {
    /// A title stands before it.
    Titled,
    /// It follows a first name or an initial.
    Beside,
}

/// One part of a name, with what hyphens and apostrophes tie to it: "Vasseur-Lemoine", "O'Neill", "Floc'h".
fn piece(text: &Text<'_>, i: usize) -> Option<usize> {
    let letters = |k: usize| text.spelt(k).chars().count();
    let mut to = i + 1;
    while text.is_letters(i) && text.is_letters(to) && to < i + 4 {
        let gap = text.gap(to - 1);
        let alike = text.shape(to) != Some(Shape::Lower) || text.shape(i) == Some(Shape::Lower);
        let hyphen = matches!(gap, "-" | "‑" | "‐") && alike && letters(to) > 1;
        let breton = letters(to) == 1 && text.word(to) != "s"
            || text.word(to - 1).ends_with('c') && text.word(to).starts_with('h');
        let apostrophe = matches!(gap, "'" | "’") && (breton || (to == i + 1 && letters(i) == 1));
        if !(hyphen || apostrophe) {
            break;
        }
        to += 1;
    }
    let hangs =
        matches!(text.gap(to - 1), "-" | "_" | "‑") && matches!(text.shape(to), Some(Shape::Digits | Shape::Mixed));
    (text.is_letters(i) && !hangs && (letters(i) > 1 || to > i + 1)).then_some(to)
}

/// The words `from..to`, folded and joined by spaces.
pub(super) fn joined(text: &Text<'_>, from: usize, to: usize) -> String {
    (from..to).map(|k| text.word(k)).collect::<Vec<_>>().join(" ")
}

/// Whether the capitalised word may be a family name.
fn is_surname(text: &Text<'_>, i: usize, trust: Trust, first: bool) -> bool {
    let upper = text.shape(i) == Some(Shape::Upper);
    let letters = text.spelt(i).chars().count();
    if !text.is_capital(i) || (text.is(i, NEVER | GREETING | CLOSING | TITLE) && !text.is(i, SOMETIMES)) {
        return false;
    }
    if trust == Trust::Titled && first {
        return !upper || !text.is(i, KNOWN) || text.is(i, SOMETIMES);
    }
    let free = text.is(i, SOMETIMES | GIVEN) || !text.is(i, HARD);
    free && (!upper || letters >= 4 || text.is(i, GIVEN) || (letters == 3 && trust == Trust::Titled))
}

/// A family name with its particles; one past its last word.
fn family(text: &Text<'_>, i: usize, trust: Trust, first: bool) -> Option<usize> {
    let mut at = i;
    while at < i + 3 && text.is(at, PARTICLE) && (only_space(text.gap(at)) || matches!(text.gap(at), "'" | "’")) {
        let small = text.shape(at) == Some(Shape::Lower);
        // "Karim de Valpack" comes from there; "M. de Villiers" is called so.
        let tied = matches!(
            text.word(at),
            "van"
                | "von"
                | "der"
                | "den"
                | "ben"
                | "bin"
                | "el"
                | "al"
                | "da"
                | "dos"
                | "di"
                | "della"
                | "del"
                | "ter"
                | "zu"
                | "mac"
                | "ap"
                | "ab"
                | "ni"
                | "nic"
        );
        if small && trust != Trust::Titled && !tied {
            break;
        }
        at += 1;
    }
    let known = at > i && text.is_capital(at) && !text.is(at, NEVER & !SOMETIMES);
    let whole = piece(text, at).filter(|_| known || is_surname(text, at, trust, first) || is_tied(text, at));
    // "M. Ben", "Tran Van": the particle was the name.
    let alone =
        at > i && text.is_capital(i) && !text.is(i, NEVER) && (trust == Trust::Titled || text.spelt(i).len() > 2);
    whole.or_else(|| alone.then_some(i + 1))
}

/// "O'Neill": the first letter stands alone.
fn is_tied(text: &Text<'_>, i: usize) -> bool {
    text.shape(i) == Some(Shape::Initial) && matches!(text.gap(i), "'" | "’") && text.is_capital(i + 1)
}

/// The further parts of a name from word `at` on, at most three; one past the last, and how many.
fn further(text: &Text<'_>, mut at: usize, trust: Trust, mut first: bool) -> (usize, usize) {
    let mut parts = 0;
    while parts < 3
        && at > 0
        && (only_space(text.gap(at - 1)) || (parts == 0 && first && text.gap(at - 1).trim_end() == "."))
    {
        let Some(to) = family(text, at, trust, first) else { break };
        at = to;
        parts += 1;
        first = false;
    }
    (at, parts)
}

fn name(text: &Text<'_>, to: usize, parts: usize, called: Called) -> Option<Name> {
    let end = text.tokens.get(to.checked_sub(1)?)?.end;
    // "Martin Maintenance" is a company, whatever its first word is.
    let company = only_space(text.gap(to - 1)) && text.is(to, COMPANY) && text.is_capital(to);
    (!company).then_some(Name { to, end, parts, called })
}

/// The name after a title.
pub(super) fn titled(text: &Text<'_>, i: usize) -> Option<Name> {
    if text.is(i, TITLE) && !text.is_capital(i) && !text.is(i, PARTICLE) {
        return None;
    }
    let starts =
        text.is_capital(i) || text.shape(i) == Some(Shape::Initial) || (text.is(i, PARTICLE) && text.is_capital(i + 1));
    if !starts {
        return in_small_letters(text, i);
    }
    if text.shape(i) == Some(Shape::Initial) && !is_tied(text, i) {
        return initials(text, i, Trust::Titled);
    }
    let first = family(text, i, Trust::Titled, true)?;
    let (to, more) = further(text, first, Trust::Beside, false);
    let called = if more == 0 {
        Called { family: Some(joined(text, i, to)), ..Called::default() }
    } else if text.is(to - 1, SURE | CAPITAL)
        && text.shape(to - 1) == Some(Shape::Cap)
        && (text.shape(i) == Some(Shape::Upper) || !text.is(i, GIVEN))
    {
        // "DURAND Paul", "Kowalczyk Ewa".
        Called { given: Some(joined(text, to - 1, to)), initial: None, family: Some(joined(text, i, to - 1)) }
    } else if text.is(i, GIVEN) {
        Called { given: Some(joined(text, i, first)), initial: None, family: Some(joined(text, first, to)) }
    } else {
        Called { family: Some(joined(text, i, to)), ..Called::default() }
    };
    let mut whole = name(text, to, more + 1, called)?;
    // "M. Ouali R.": the initial behind.
    if only_space(text.gap(to - 1)) && text.shape(to) == Some(Shape::Initial) && text.gap(to).starts_with('.') {
        whole.to += 1;
        whole.end = text.tokens[to].end + 1;
        whole.called.initial = text.word(to).chars().next().filter(|_| whole.called.given.is_none());
    }
    Some(whole)
}

/// The name after a title in a text that knows no capitals: one word, with its particle, or a first name and another.
fn in_small_letters(text: &Text<'_>, i: usize) -> Option<Name> {
    let free = |k: usize| {
        text.is_letters(k)
            && text.spelt(k).chars().count() > 1
            && !text.is(k, NEVER | TITLE | ROLE | GREETING | DEPARTMENT)
    };
    let particle = text.is(i, PARTICLE) && (only_space(text.gap(i)) || matches!(text.gap(i), "'" | "’"));
    if particle && free(i + 1) && !text.is(i + 1, KNOWN & !SOMETIMES) {
        let to = piece(text, i + 1)?;
        return name(text, to, 1, Called { family: Some(joined(text, i, to)), ..Called::default() });
    }
    if !free(i) || text.is(i, COMPANY) {
        return None;
    }
    let first = piece(text, i)?;
    if text.is(i, SURE) && follows_in_small_letters(text, first) {
        let to = piece(text, first)?;
        let called =
            Called { given: Some(joined(text, i, first)), initial: None, family: Some(joined(text, first, to)) };
        return name(text, to, 2, called);
    }
    name(text, first, 1, Called { family: Some(joined(text, i, first)), ..Called::default() })
}

/// Whether word `i`, in small letters after a first name, is the family name: no word that is known, and before a small word
/// that no verb would stand before, or at the end of what is said.
fn follows_in_small_letters(text: &Text<'_>, i: usize) -> bool {
    let unknown =
        text.shape(i) == Some(Shape::Lower) && !text.is(i, KNOWN | PARTICLE) && text.spelt(i).chars().count() > 3;
    let gap = text.gap(i);
    let closes = i + 1 >= text.len() || gap.contains([',', '.', '\n', ')', ';', ':', '!', '?']);
    unknown && i > 0 && only_space(text.gap(i - 1)) && (closes || text.is(i + 1, AFTER))
}

/// A first name, and what follows it.
pub(super) fn given(text: &Text<'_>, i: usize) -> Option<Name> {
    let first = piece(text, i)?;
    let given = Some(joined(text, i, first));
    if text.shape(i) == Some(Shape::Lower) {
        if follows_in_small_letters(text, first) {
            let to = piece(text, first)?;
            return name(text, to, 2, Called { given, initial: None, family: Some(joined(text, first, to)) });
        }
        return name(text, first, 1, Called { given, ..Called::default() });
    }
    // "Yasmina T.", "John F. Kennedy".
    let middle = only_space(text.gap(first - 1))
        && text.shape(first) == Some(Shape::Initial)
        && text.gap(first).starts_with('.');
    let from = if middle { first + 1 } else { first };
    let (to, more) = further(text, from, Trust::Beside, middle);
    let family = (more > 0).then(|| joined(text, from, to));
    let called = Called { given, initial: None, family };
    if more == 0 && middle {
        let mut short = name(text, first + 1, 2, called)?;
        short.end += 1;
        return Some(short);
    }
    name(text, to, more + 1, called)
}

/// "J. Martin", "J.T. Marlowe", "J-P. Le Gall".
pub(super) fn initials(text: &Text<'_>, i: usize, trust: Trust) -> Option<Name> {
    let mut at = i;
    while at < i + 3
        && text.shape(at) == Some(Shape::Initial)
        && matches!(text.gap(at), "." | ". " | "-" | ".-" | ".\u{a0}")
    {
        at += 1;
    }
    if at == i || !text.gap(at - 1).starts_with('.') {
        return None;
    }
    surname_of_initials(text, i, at, trust)
}

/// "JM Le Guen": where a signature is expected.
pub(super) fn bare_initials(text: &Text<'_>, i: usize) -> Option<Name> {
    let two = text.shape(i) == Some(Shape::Upper) && text.spelt(i).chars().count() == 2 && !text.is(i, KNOWN);
    let one = text.shape(i) == Some(Shape::Initial);
    ((two || one) && only_space(text.gap(i))).then(|| surname_of_initials(text, i, i + 1, Trust::Beside)).flatten()
}

fn surname_of_initials(text: &Text<'_>, i: usize, from: usize, trust: Trust) -> Option<Name> {
    // "P. de Souza".
    let small = text.is(from, PARTICLE) && text.shape(from) == Some(Shape::Lower);
    let first = family(text, from, if small { Trust::Titled } else { trust }, true)?;
    let (to, more) = further(text, first, Trust::Beside, false);
    let initial = text.word(i).chars().next();
    name(text, to, more + 2, Called { given: None, initial, family: Some(joined(text, from, to)) })
}

/// "DURAND Paul", "LE ROUX Gwenaëlle", not "POMPE Martin": a family name in capitals before a first name.
pub(super) fn reversed(text: &Text<'_>, i: usize) -> Option<Name> {
    let upper = |k: usize| text.shape(k) == Some(Shape::Upper);
    let mut at = i;
    while at < i + 2 && upper(at) && text.is(at, PARTICLE) && only_space(text.gap(at)) {
        at += 1;
    }
    let free = upper(at) && text.spelt(at).chars().count() > 2 && (text.is(at, SOMETIMES) || !text.is(at, KNOWN));
    let to = piece(text, at).filter(|_| free)?;
    let follows = text.is(to, SURE | CAPITAL) && text.shape(to) == Some(Shape::Cap) && only_space(text.gap(to - 1));
    let end = piece(text, to).filter(|_| follows)?;
    name(text, end, 2, Called { given: Some(joined(text, to, end)), initial: None, family: Some(joined(text, i, to)) })
}

/// A name that no list knows, where one is expected: capitalised words that are no words of the lexicon.
pub(super) fn unknown(text: &Text<'_>, i: usize) -> Option<Name> {
    let free = |k: usize| {
        text.is_capital(k)
            && !text.is(k, KNOWN)
            && (text.shape(k) == Some(Shape::Cap) || text.spelt(k).chars().count() > 3)
    };
    let first = if text.is(i, PARTICLE) && text.is_capital(i) {
        family(text, i, Trust::Beside, true)?
    } else {
        piece(text, i).filter(|_| free(i))?
    };
    let (to, more) = further(text, first, Trust::Beside, false);
    let reversed = more > 0
        && text.shape(i) == Some(Shape::Upper)
        && text.shape(to - 1) == Some(Shape::Cap)
        && text.is(to - 1, GIVEN);
    let called = if reversed {
        Called { given: Some(joined(text, to - 1, to)), initial: None, family: Some(joined(text, i, to - 1)) }
    } else if more > 0 && first == i + 1 {
        Called { given: Some(joined(text, i, first)), initial: None, family: Some(joined(text, first, to)) }
    } else {
        Called { given: None, initial: None, family: Some(joined(text, i, to)) }
    };
    // "Sertin maintenance" in any case of letters.
    let company = only_space(text.gap(to - 1)) && text.is(to, COMPANY);
    name(text, to, more + 1, called).filter(|_| !company)
}
