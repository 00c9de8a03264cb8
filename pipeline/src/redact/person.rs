//! Persons: after titles, in greetings and signatures, beside those who see them, and by their first names.
//!
//! The lexicon is used with care: a first name that is also a word needs something beside it that says a person is meant, and
//! none is taken behind a machine, a company or a place ("pompe Martin", "rue Pasteur").

mod name;

use savoir_models::redaction::PersonalData;

use self::name::{Name, Trust, bare_initials, given, initials, reversed, titled, unknown};
use super::lexicon::{
    AFTER, BRAND, CAPITAL, CLOSING, COMPANY, DEPARTMENT, FILLER, GIVEN, GREETING, HEADER, INTRO, KNOWN, MACHINE, NEVER,
    PHONE, PLACE, ROLE, SAYS, SEE, SOMETIMES, SURE, TITLE, WITH,
};
use super::people::Called;
use super::sheet::{Found, Sheet};
use super::text::{Shape, Text, is_space, only_space};

/// Finds the persons of a text. After all else: what is a mail or an address is no name any more.
pub(super) fn find(sheet: &mut Sheet<'_>) {
    let mut i = 0;
    while i < sheet.text.len() {
        let next = if sheet.text.is(i, TITLE) { after_title(sheet, i) } else { None };
        let next = next.or_else(|| after_cue(sheet, i)).or_else(|| alone(sheet, i));
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
            spelt == "M"
                && !(i > 0 && text.is_digits(i - 1) && only_space(text.before(i)))
                && !text.before(i).ends_with(['-', '/', '.', '_'])
        }
        "mm" => spelt == "MM",
        "ms" => spelt == "Ms",
        "dr" | "pr" | "miss" => spelt.starts_with(char::is_uppercase) || text.is_capital(i + 1),
        _ => true,
    };
    let gap = text.gap(i).trim_matches(is_space);
    let small = spelt.len() < 3 && text.shape(i + 1) == Some(Shape::Lower) && text.word(i) != "mr";
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

/// "M. de Villiers", "M. le Directeur" not.
fn starts_small_name(text: &Text<'_>, i: usize) -> bool {
    text.is(i, super::lexicon::PARTICLE) && text.is_capital(i + 1) && !text.is(i + 1, ROLE)
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
        let Some(name) = read.filter(|_| !sheet.is_taken(next, next + 1)) else { break };
        let Some(end) = take(sheet, next, name, false) else { break };
        to = end;
    }
    to
}

/// Names after the words of the lexicon that announce them; where to go on.
fn after_cue(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    let text = &sheet.text;
    let class = text.tokens.get(i)?.class;
    let gap = text.gap(i);
    let sign = gap.trim_matches(is_space);
    let line = !gap.contains('\n');
    let near = only_space(gap);
    let greets = class & GREETING != 0 && line && matches!(sign, "" | "," | "!") && !gap.is_empty();
    let closes = class & CLOSING != 0
        && gap.chars().count() <= 8
        && gap.chars().all(|c| is_space(c) || ",.:;!-–_/\n\r".contains(c))
        && (gap.contains(['\n', ',', ':']) || near);
    let heads = class & HEADER != 0 && text.heads_line(i) && sign == ":" && line;
    let role = class & ROLE != 0 && line && (near || matches!(sign, "," | ":" | "("));
    let see = class & SEE != 0 && (near || (sign == ":" && line));
    let intro = class & INTRO != 0 && near;
    // "low-tech Gironde": half a word announces nobody.
    let half = i > 0 && matches!(text.before(i), "-" | "_");
    if half || !(greets || closes || heads || role || see || intro) {
        return None;
    }
    let mut at = i + 1;
    while at < i + 3 && text.is(at, FILLER) && !text.is(at, GIVEN) && !text.is_capital(at) && only_space(text.gap(at)) {
        at += 1;
    }
    if sheet.is_taken(at, at + 1) || is_title(text, at) {
        return None;
    }
    let strong = see || heads || closes || (role && (sign == ":" || sign.is_empty()));
    let small = text.shape(at) == Some(Shape::Lower);
    let name = if text.is(at, GIVEN) {
        let sure = text.is(at, SURE) && !text.is(at, KNOWN);
        let plain = !small || sure || (see && text.is(at, CAPITAL) && ends_small(text, at + 1));
        given(text, at).filter(|_| plain && (is_person_here(sheet, at) || !small))
    } else if text.shape(at) == Some(Shape::Initial) {
        initials(text, at, Trust::Beside).or_else(|| bare_initials(text, at).filter(|_| closes))
    } else {
        stranger(
            sheet,
            at,
            if strong {
                Announced::Strongly
            } else if greets {
                Announced::Greeted
            } else {
                Announced::Weakly
            },
        )
        .or_else(|| bare_initials(text, at).filter(|_| closes))
    }?;
    // A company may sign; so may a machine's maker.
    let to = take(sheet, at, name, false)?;
    Some(also(sheet, to, small && see))
}

/// How surely a name is announced that no list knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Announced {
    Strongly,
    Greeted,
    Weakly,
}

fn stranger(sheet: &Sheet<'_>, at: usize, announced: Announced) -> Option<Name> {
    let text = &sheet.text;
    let name = unknown(text, at)?;
    // "Driver Seat Broken": capitals say nothing here, unless a line is signed.
    if text.headline && !text.heads_line(at) && !text.before(at).contains([',', ':']) {
        return None;
    }
    let gap = text.gap(name.to - 1);
    let fits = match announced {
        Announced::Strongly => true,
        Announced::Greeted => name.parts > 1 || gap.starts_with([',', '!', '\n', '.']) || name.to == text.len(),
        // "technicien Airnova (Kevork)" is one word, between braces.
        Announced::Weakly => {
            let closed = gap.starts_with([',', '.', '(', ')', ';', '\n'])
                || text.is(name.to, AFTER | SAYS)
                || name.to == text.len();
            (name.parts > 1 && closed) || (text.before(at).ends_with('(') && gap.starts_with(')'))
        }
    };
    fits.then_some(name)
}

/// Whether what stands at word `i` closes a name in small letters: "spoke to bill and …", "ask for grace on nights".
fn ends_small(text: &Text<'_>, i: usize) -> bool {
    i >= text.len() || text.gap(i - 1).contains([',', '.', '\n', ')', ';']) || text.is(i, AFTER) && !text.is(i, MACHINE)
}

/// Whether nothing beside the first name at word `i` says that it is a label: a machine, a company, a place, a reference.
fn is_person_here(sheet: &Sheet<'_>, i: usize) -> bool {
    let text = &sheet.text;
    let before = text.before(i);
    let joined = i > 0 && matches!(before, "-" | "_" | "." | "#" | "@" | "‑" | "=" | "+");
    let label =
        i > 0 && only_space(before) && text.is(i - 1, MACHINE | PLACE | COMPANY | BRAND) && !text.is(i - 1, GIVEN);
    let hangs = matches!(text.gap(i), "-" | "_") && matches!(text.shape(i + 1), Some(Shape::Digits | Shape::Mixed));
    !joined && !label && !hangs && !sheet.is_guarded(i, i + 1, |g| g.name)
}

/// A first name by itself, an initial with a name, a family name in capitals before a first name; where to go on.
fn alone(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
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
    let counted =
        matches!(text.shape(name.to), Some(Shape::Digits | Shape::Mixed)) && only_space(text.gap(name.to - 1));
    let labels = text.is(name.to, MACHINE) && only_space(text.gap(name.to - 1));
    if shape != Shape::Cap || counted || labels || text.heads_sentence(i) || text.headline {
        return None;
    }
    let article = i > 0
        && matches!(
            text.word(i - 1),
            "le" | "la" | "les" | "un" | "une" | "the" | "an" | "ce" | "cette" | "this" | "du" | "des" | "au" | "aux"
        );
    let small_word = i > 0 && text.is(i - 1, WITH | SEE | ROLE);
    (small_word || (text.is(i, CAPITAL) && !article)).then_some(name)
}

/// Whether what follows a first name says that a person is meant: "Will will be", "Claire de la qualité", "Rose et Karim".
pub(super) fn tells_of_person(text: &Text<'_>, to: usize) -> bool {
    if !only_space(text.gap(to - 1)) {
        return false;
    }
    let helper = matches!(
        text.word(to),
        "a" | "n"
            | "ne"
            | "y"
            | "est"
            | "will"
            | "is"
            | "was"
            | "me"
            | "m"
            | "nous"
            | "lui"
            | "vous"
            | "let"
            | "s"
            | "asked"
            | "passed"
            | "signed"
    );
    let says = text.is(to, SAYS)
        || (helper && text.is(to + 1, SAYS))
        || (helper && text.is(to + 2, SAYS) && text.is(to + 1, AFTER));
    let from = matches!(text.word(to), "de" | "from" | "at" | "of" | "du" | "des" | "in" | "on" | "au" | "a");
    let department = from && (to + 1..to + 4).any(|k| text.is(k, DEPARTMENT));
    let listed =
        matches!(text.word(to), "et" | "and" | "ou" | "or") && text.is(to + 1, GIVEN) && text.is_capital(to + 1);
    says || department || listed
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
