//! Persons: after titles, in greetings and signatures, beside those who see them, and by their first names.
//!
//! The lexicon is used with care: a first name that is also a word needs something beside it that says a person is meant, and
//! none is taken behind a machine, a company or a place ("pompe Martin", "rue Pasteur").

mod alone;
mod announced;
mod name;

use savoir_models::redaction::PersonalData;

pub(super) use self::alone::tells_of_person;
use self::name::{Name, Trust, given, initials, titled, unknown};
use super::lexicon::{
    BRAND, CAPITAL, COMPANY, DEPARTMENT, GIVEN, KNOWN, MACHINE, NEVER, PARTICLE, PHONE, PLACE, ROLE, SEE, SOMETIMES,
    SURE, TITLE, WITH,
};
use super::people::Called;
use super::sheet::{Found, Sheet};
use super::text::{Shape, Text, is_space, only_space};

/// Finds the persons of a text. After all else: what is a mail or an address is no name any more.
pub(super) fn find(sheet: &mut Sheet<'_>) {
    let mut i = 0;
    while i < sheet.text.len() {
        let next = if sheet.text.is(i, TITLE) { after_title(sheet, i) } else { None };
        let next = next.or_else(|| announced::find(sheet, i)).or_else(|| alone::find(sheet, i));
        i = next.unwrap_or(i + 1).max(i + 1);
    }
    beside_numbers(sheet);
}

/// How a person is called who stands in a structured field: "Yann Kerbrat", "K. Benali", "M. Achour". `None` when the field
/// names a team or a company.
pub(super) fn in_field(value: &str) -> Option<Called> {
    let text = Text::read(value);
    let company = (0..text.len())
        .any(|i| text.is(i, COMPANY | DEPARTMENT) && !text.is(i, GIVEN | SOMETIMES) || text.is_digits(i));
    if company || text.len() > 7 {
        return None;
    }
    let start = (0..text.len()).find(|i| !(text.is(*i, TITLE) && text.spelt(*i).len() > 1))?;
    let name = initials(&text, start, Trust::Titled)
        .or_else(|| given(&text, start).filter(|n| text.is(start, GIVEN) && n.to == text.len()))
        .or_else(|| unknown(&text, start).filter(|n| n.to == text.len()));
    if let Some(name) = name {
        return Some(name.called);
    }
    // Whatever it looks like, it stands where a person's name belongs: its first word is the first name.
    let (first, rest) = (text.word(start).to_owned(), name::joined(&text, start + 1, text.len()));
    let alone = rest.is_empty() && text.is(start, NEVER | ROLE);
    (!alone && !first.is_empty()).then(|| Called {
        given: Some(first),
        initial: None,
        family: (!rest.is_empty()).then_some(rest),
    })
}

/// Whether a field that may hold a company or a person holds a person.
pub(super) fn is_person(value: &str) -> bool {
    let text = Text::read(value);
    let titled = text.is(0, TITLE) && text.len() > 1 && matches!(text.gap(0), " " | ". " | ".");
    let known = (0..text.len())
        .any(|i| text.is(i, COMPANY | DEPARTMENT | MACHINE | BRAND | PLACE) && !text.is(i, GIVEN | SOMETIMES));
    let full = || given(&text, 0).is_some_and(|n| n.to == text.len() && n.parts > 1) && text.is(0, SURE | CAPITAL);
    !known && text.len() <= 6 && (titled || full())
}

fn take(sheet: &mut Sheet<'_>, from: usize, name: Name, strong: bool) -> Option<usize> {
    if !strong && sheet.is_guarded(from, name.to, |g| g.name) {
        return None;
    }
    let start = sheet.text.tokens.get(from)?.start;
    let found = Found {
        kind: PersonalData::Person,
        words: (from, name.to),
        bytes: (start, name.end),
        key: String::new(),
        called: Some(name.called),
    };
    sheet.take_bytes(found).then_some(name.to)
}

/// "M. Durand", "MM. Olivo et Tran Van", "madame quéré"; where to go on.
fn after_title(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    let text = &sheet.text;
    let spelt = text.spelt(i);
    let printed = match text.word(i) {
        "m" => {
            (spelt == "M" || is_dictated(text, i))
                && !(i > 0 && text.is_digits(i - 1) && only_space(text.before(i)))
                && !text.before(i).ends_with(['-', '/', '.', '_'])
        }
        "mm" => spelt == "MM",
        "ms" => spelt == "Ms",
        "dr" | "pr" | "miss" => spelt.starts_with(char::is_uppercase) || text.is_capital(i + 1),
        _ => true,
    };
    let gap = text.gap(i).trim_matches(is_space);
    let small =
        spelt.len() < 3 && text.shape(i + 1) == Some(Shape::Lower) && text.word(i) != "mr" && !is_dictated(text, i);
    if !printed
        || !matches!(gap, "" | ".")
        || text.gap(i).contains('\n')
        || (small && !starts_small_name(text, i + 1))
        || text.is(i + 1, TITLE) && only_space(text.gap(i)) && !text.is_capital(i + 1)
    {
        return None;
    }
    let mut to = take(sheet, i + 1, titled(&sheet.text, i + 1)?, true)?;
    let plural = matches!(sheet.text.word(i), "mm" | "messieurs" | "mesdames" | "mmes" | "mlles");
    while plural && let Some(next) = in_list(&sheet.text, to) {
        let Some(name) = titled(&sheet.text, next) else { break };
        let Some(end) = take(sheet, next, name, true) else { break };
        to = end;
    }
    Some(also(sheet, to, false))
}

/// Whether a title stands here, which is then read by itself: "M. Martin" is no Mr whose first name begins with M.
fn is_title(text: &Text<'_>, i: usize) -> bool {
    text.is(i, TITLE) && (text.spelt(i).len() > 1 || (text.spelt(i) == "M" && matches!(text.gap(i), " " | "." | ". ")))
}

/// "m. durand" in a text that was typed without capitals: what follows is no word that is known.
fn is_dictated(text: &Text<'_>, i: usize) -> bool {
    let unknown =
        text.shape(i + 1) == Some(Shape::Lower) && !text.is(i + 1, KNOWN) && text.spelt(i + 1).chars().count() > 3;
    text.spelt(i) == "m" && text.gap(i) == ". " && unknown && !(i > 0 && text.is_digits(i - 1))
}

/// "M. de Villiers", "M. le Directeur" not.
fn starts_small_name(text: &Text<'_>, i: usize) -> bool {
    text.is(i, PARTICLE) && text.is_capital(i + 1) && !text.is(i + 1, ROLE)
}

/// The word after ", " or " et ", where a list goes on.
fn in_list(text: &Text<'_>, to: usize) -> Option<usize> {
    let gap = text.gap(to.checked_sub(1)?);
    if matches!(gap, ", " | " & " | " / " | "/" | " + ") {
        return Some(to);
    }
    (only_space(gap) && matches!(text.word(to), "et" | "and" | "ou" | "or" | "puis") && only_space(text.gap(to)))
        .then_some(to + 1)
}

/// Whether "and" or "et" and a capital follow: the list goes on.
fn is_joined_on(text: &Text<'_>, to: usize) -> bool {
    only_space(text.gap(to - 1)) && matches!(text.word(to), "et" | "and") && text.is_capital(to + 1)
}

/// Goes on with names that are listed after one: "Élodie et Mehdi", "bill and grace". `small`: the one before was in small letters.
fn also(sheet: &mut Sheet<'_>, mut to: usize, small: bool) -> usize {
    while let Some(next) = in_list(&sheet.text, to) {
        let text = &sheet.text;
        if is_title(text, next) {
            break;
        }
        let lower = text.shape(next) == Some(Shape::Lower);
        let fits = text.is(next, GIVEN)
            && (text.is_capital(next)
                || (small && lower && text.is(next, SURE | CAPITAL) && !text.is(next + 1, MACHINE)));
        let read = if fits { given(text, next) } else { initials(text, next, Trust::Beside) };
        // "Tricia, Dev and Ola": whoever is joined to somebody is somebody.
        let read =
            read.or_else(|| unknown(text, next).filter(|n| !text.headline && (next > to || is_joined_on(text, n.to))));
        let Some(name) = read.filter(|_| !sheet.is_taken(next, next + 1)) else { break };
        let Some(end) = take(sheet, next, name, false) else { break };
        to = end;
    }
    to
}

/// Two capitalised words right before a mail address or a telephone number: "De : Mathilde Roussel <m.roussel@…>".
fn beside_numbers(sheet: &mut Sheet<'_>) {
    let places: Vec<usize> = sheet
        .found
        .iter()
        .filter(|f| matches!(f.kind, PersonalData::Mail | PersonalData::Phone))
        .map(|f| f.words.0)
        .collect();
    for at in places {
        let text = &sheet.text;
        let mut last = at;
        // ", tél. 06…", ", cell (937)…".
        while last > 0 && at - last < 2 && text.is(last - 1, PHONE) {
            last -= 1;
        }
        let sign = text.before(last).trim_matches(is_space);
        if last == 0
            || !matches!(sign, "<" | "," | "(" | ":" | "-" | "–" | "[" | "" | "<mailto:")
            || text.before(last).contains('\n')
            || (sign.is_empty() && last == at)
        {
            continue;
        }
        let mut first = last;
        while first > 0
            && last - first < 4
            && text.is_capital(first - 1)
            && (first == last || matches!(text.gap(first - 1), " " | "-" | "'" | "’" | "\u{a0}"))
        {
            first -= 1;
        }
        let known = (first..last)
            .any(|k| text.is(k, KNOWN & !(SOMETIMES | SEE | WITH)) || sheet.is_guarded(k, k + 1, |g| g.name));
        let read = if text.is(first, GIVEN) { given(text, first) } else { unknown(text, first) };
        if let Some(name) = read.filter(|n| last - first >= 2 && !known && n.to == last) {
            take(sheet, first, name, false);
        }
    }
}
