//! Telephone numbers: French, British, American, international, dictated, and extensions.

use savoir_models::redaction::PersonalData;

use super::figures::{Figures, is_joined, leads};
use super::lexicon::{ANNOUNCE, CALL, EXTENSION, NUMBER, PHONE};
use super::sheet::{Found, Sheet};
use super::text::{Shape, Text, only_space};

/// How ten figures that begin with a zero are grouped, in France, Belgium and Switzerland.
const TEN: &[&[usize]] = &[
    &[2, 2, 2, 2, 2],
    &[10],
    &[4, 2, 2, 2],
    &[4, 3, 3],
    &[4, 6],
    &[3, 3, 2, 2],
    &[3, 7],
    &[3, 3, 4],
    &[2, 4, 4],
    &[2, 8],
    &[5, 5],
    &[1, 3, 2, 2, 2],
    &[1, 3, 3, 3],
];
/// How eleven figures that begin with a zero are grouped, in Britain.
const ELEVEN: &[&[usize]] = &[&[11], &[5, 6], &[5, 3, 3], &[4, 3, 4], &[3, 4, 4], &[4, 7], &[3, 8], &[5, 2, 2, 2]];

/// The countries that are dialled from France and Britain, when a number begins with two zeros.
const COUNTRIES: &[&str] = &[
    "1", "20", "212", "213", "216", "221", "225", "261", "262", "27", "30", "31", "32", "33", "34", "351", "352",
    "353", "36", "377", "39", "40", "41", "420", "421", "43", "44", "45", "46", "47", "48", "49", "61", "90", "91",
];

/// Finds the telephone numbers of a text.
pub(super) fn find(sheet: &mut Sheet<'_>) {
    let mut i = 0;
    while i < sheet.text.len() {
        let next = if sheet.is_taken(i, i + 1) {
            None
        } else if sheet.text.is_digits(i) {
            written(sheet, i).or_else(|| dictated(sheet, i).filter(|_| sheet.is_taken(i, i + 1)))
        } else if sheet.text.is(i, NUMBER) {
            dictated(sheet, i)
        } else {
            None
        };
        i = next.unwrap_or(i + 1);
    }
}

/// A number in figures; where to go on.
fn written(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    let text = &sheet.text;
    let (to, start, key) = international(text, i)
        .or_else(|| american(text, i))
        .or_else(|| national(text, i))
        .or_else(|| called(text, i))?;
    let announced = is_announced(text, i);
    let cued = text.behind(i, 6, PHONE).is_some();
    if announced || sheet.is_guarded(i, to, |g| g.own || (g.number && !cued)) {
        return None;
    }
    let (to, end) = with_extension(text, to);
    let found = Found { kind: PersonalData::Phone, words: (i, to), bytes: (start, end), key, called: None };
    if sheet.take_bytes(found) { Some(to) } else { None }
}

/// Whether the word before says that the number is that of a thing ("S/N", "réf."), and none says that it is a telephone.
pub(super) fn is_announced(text: &Text<'_>, i: usize) -> bool {
    is_thing(text, i, 3, leads)
}

fn is_thing(text: &Text<'_>, i: usize, within: usize, near: impl Fn(&str) -> bool) -> bool {
    // "Serial number": the number of a thing; "my number": of a person.
    let plain = |k: usize| matches!(text.word(k), "number" | "numero") && !text.is(k, ANNOUNCE);
    let words = (i.saturating_sub(within)..i).rev().take_while(|k| near(text.gap(*k)) || only_space(text.gap(*k)));
    let cue = words.filter(|k| !plain(*k)).find(|k| text.is(*k, ANNOUNCE | PHONE));
    cue.is_some_and(|k| text.is(k, ANNOUNCE) && (!text.is(k, PHONE) || matches!(text.word(k), "number" | "numero")))
}

type Seen = (usize, usize, String);

/// "+33 (0)6 39 98 11 76", "0044 20 7946 0000": where it ends, its first byte, its key.
fn international(text: &Text<'_>, i: usize) -> Option<Seen> {
    let ahead = text.before(i).trim_end_matches(' ');
    let plus = ahead.ends_with('+') && text.before(i).len() - ahead.len() < 2;
    let lead = if plus { text.before(i).len() - ahead.len() + 1 } else { 0 };
    let spelt = text.spelt(i);
    // "0033 …" and "00 33 …", not "003 14/11/0009".
    let zeros = spelt.starts_with("00")
        && (spelt.len() >= 10 || COUNTRIES.contains(&&spelt[2..]) || (spelt.len() == 2 && only_space(text.gap(i))));
    if !plus && !zeros {
        return None;
    }
    let mut digits = spelt.to_owned();
    let mut at = i;
    // "(0)" is dialled inside the country only.
    while digits.len() < 16 && text.is_digits(at + 1) {
        let gap = text.gap(at).trim_matches(super::text::is_space);
        let zero = gap == "(" && text.spelt(at + 1) == "0" && text.gap(at + 1).trim_start().starts_with(')');
        if !zero && !(gap.is_empty() || matches!(gap, ")" | "-" | "." | "(" | "‑")) || text.gap(at).contains('\n') {
            break;
        }
        if !zero {
            digits.push_str(text.spelt(at + 1));
        }
        at += 1;
    }
    let digits = if plus { digits.as_str() } else { digits.strip_prefix("00")? };
    // Serial numbers begin with zeros too.
    if !plus && !COUNTRIES.iter().any(|code| digits.starts_with(code)) {
        return None;
    }
    let start = text.tokens[i].start - lead;
    (8..=15).contains(&digits.len()).then(|| (at + 1, start, key(digits)))
}

/// "(937) 555-0142", "937-555-0142", "1-937-555-0188".
fn american(text: &Text<'_>, i: usize) -> Option<Seen> {
    let country = text.spelt(i) == "1" && matches!(text.gap(i), "-" | " " | "." | " (");
    let at = i + usize::from(country);
    let size = |k: usize| if text.is_digits(k) { text.spelt(k).len() } else { 0 };
    let area = text.spelt(at).starts_with(|c: char| ('2'..='9').contains(&c));
    let goes_on = text.is_digits(at + 3) && only_space(text.gap(at + 2));
    if !area || [size(at), size(at + 1), size(at + 2)] != [3, 3, 4] || goes_on {
        return None;
    }
    let braced = text.before(at).ends_with('(') && matches!(text.gap(at), ") " | ")" | ")-" | ") -");
    let sign = |k: usize| matches!(text.gap(k), "-" | "." | "‑");
    let cued = text.behind(i, 4, PHONE).is_some();
    let form = (braced && (sign(at + 1) || only_space(text.gap(at + 1)))) || (sign(at) && sign(at + 1)) || cued;
    if !form || (!braced && is_joined(text, i, at + 3)) {
        return None;
    }
    let digits: String = (at..at + 3).map(|k| text.spelt(k)).collect();
    let start = text.tokens[i].start - usize::from(braced && !country);
    Some((at + 3, start, key(&digits)))
}

/// "06 39 98 21 54", "07700 900412".
fn national(text: &Text<'_>, i: usize) -> Option<Seen> {
    let first = text.spelt(i);
    if !first.starts_with('0') || first.starts_with("00") {
        return None;
    }
    let figures = Figures::read(text, i);
    let grouped = |digits: usize, ways: &[&[usize]]| {
        let groups = figures.groups_of(digits)?;
        ways.contains(&figures.sizes(groups).as_slice()).then_some((groups, digits))
    };
    let british = first.starts_with("01") || first.starts_with("02") || first.starts_with("07");
    let eleven = || grouped(11, ELEVEN).filter(|_| british);
    let (groups, digits) = eleven().or_else(|| grouped(10, TEN).filter(|_| !first.starts_with("00")))?;
    let to = figures.end(groups)?;
    let braced = text.before(i).ends_with('(') && text.gap(i).starts_with(')');
    // A number of ten figures that goes on, or hangs on letters, is something else; "…/06 39…" is another of its kind.
    let other = to < text.len() && text.gap(to - 1) == "/";
    let stands = !is_joined(text, i, if other { text.len() } else { to }) && !is_counted(text, to);
    stands.then(|| (to, text.tokens[i].start - usize::from(braced), key(&figures.digits[..digits])))
}

/// Any grouping, when a word right before says that it is a telephone.
fn called(text: &Text<'_>, i: usize) -> Option<Seen> {
    let cue = i.checked_sub(1).filter(|k| text.is(*k, PHONE) && leads(text.gap(*k)))?;
    let figures = Figures::read(text, i);
    let local = (figures.sizes(2) == [3, 4]).then_some(1);
    let groups = figures.ends.iter().rposition(|end| (8..=15).contains(end)).or(local)? + 1;
    let to = figures.end(groups)?;
    let strict = !text.is(cue, CALL) && figures.digits.starts_with(|c: char| c != '0');
    (!strict && !is_joined(text, i, to))
        .then(|| (to, text.tokens[i].start, key(&figures.digits[..figures.ends[groups - 1]])))
}

/// Whether a unit follows: what was read is a measurement.
fn is_counted(text: &Text<'_>, to: usize) -> bool {
    let gap = text.gap(to - 1);
    gap.starts_with(['%', '°', '€', '$', '£'])
        || (only_space(gap)
            && matches!(text.spelt(to), "V" | "A" | "bar" | "mm" | "kg" | "h" | "Nm" | "rpm" | "kW" | "W" | "Hz"))
}

/// Takes an extension in, when one follows: " poste 214", " x22".
fn with_extension(text: &Text<'_>, to: usize) -> (usize, usize) {
    let end = text.tokens[to - 1].end;
    let gap = text.gap(to - 1);
    let near = gap.chars().count() <= 3 && !gap.contains('\n');
    let glued = text.shape(to) == Some(Shape::Mixed)
        && text.word(to).strip_prefix('x').is_some_and(|d| d.len() <= 5 && d.bytes().all(|b| b.is_ascii_digit()));
    if near && glued {
        return (to + 1, text.tokens[to].end);
    }
    let short = text.is_digits(to + 1) && (1..=5).contains(&text.spelt(to + 1).len());
    if near && text.is(to, EXTENSION) && short && leads(text.gap(to)) {
        return (to + 2, text.tokens[to + 1].end);
    }
    (to, end)
}

/// Extensions that stand alone: "au poste 412", "ext. 214". After the numbers have been found.
pub(super) fn find_extensions(sheet: &mut Sheet<'_>) {
    for i in 1..sheet.text.len() {
        let text = &sheet.text;
        let digits = text.is_digits(i) && (2..=5).contains(&text.spelt(i).len());
        if !digits || !text.is(i - 1, EXTENSION) || !leads(text.gap(i - 1)) || text.word(i - 1) == "x" {
            continue;
        }
        // "Poste 3 de la ligne" is a place; nobody calls it.
        let sure = text.word(i - 1).starts_with("ext");
        let called = text.behind(i - 1, 8, CALL).is_some();
        if (sure || called) && !is_joined(text, i, i + 1) && !is_counted(text, i + 1) {
            let key = format!("ext{}", text.spelt(i));
            sheet.take(PersonalData::Phone, (i, i + 1), key);
        }
    }
}

/// A number in words; where to go on. Nine figures and more are no measured value.
fn dictated(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    let text = &sheet.text;
    let head = text.word(i);
    // "06 39 98 vingt et un": begun in figures.
    let typed =
        text.is_digits(i) && head.len() == 2 && head.starts_with('0') && (i + 1..i + 6).any(|k| text.is(k, NUMBER));
    let opens = typed
        || matches!(head, "zero" | "oh" | "o" | "double")
        || (text.is(i, NUMBER)
            && !matches!(head, "et" | "and" | "cent" | "cents" | "hundred")
            && text.behind(i, 5, PHONE).is_some());
    if !opens
        || (i > 0 && text.is(i - 1, NUMBER) && only_space(text.before(i)) && !matches!(text.word(i - 1), "et" | "and"))
    {
        return None;
    }
    let mut to = i;
    while to < text.len()
        && to < i + 24
        && (text.is(to, NUMBER) || text.is_digits(to))
        && (to == i || near(text.gap(to - 1)))
    {
        to += 1;
    }
    while to > i && matches!(text.word(to - 1), "et" | "and") {
        to -= 1;
    }
    let digits = crate::codes::dictated((i..to).map(|k| text.spelt(k)));
    if !(9..=15).contains(&digits.len()) {
        // Nothing inside this run can be longer.
        return Some(to.max(i + 1));
    }
    if is_thing(text, i, 6, |gap| gap.len() <= 2 && !gap.contains(['.', '\n'])) {
        return Some(to);
    }
    sheet.take(PersonalData::Phone, (i, to), key(&digits)).then_some(to)
}

/// Whether two number words belong to one number.
fn near(gap: &str) -> bool {
    gap.chars().count() <= 2 && !gap.contains(['\n', '.', ';', '!', '?'])
}

/// What all spellings of a number have in common: its figures as they are dialled inside the country.
fn key(digits: &str) -> String {
    let national = |code: &str, most: usize| {
        digits.strip_prefix(code).filter(|rest| !rest.starts_with('0') && rest.len() >= 9 && rest.len() <= most)
    };
    match national("33", 9).or_else(|| national("44", 10)) {
        Some(rest) => format!("0{rest}"),
        None => digits.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use savoir_models::evidence::Source;

    use super::*;

    fn found(raw: &str) -> Vec<&str> {
        let mut sheet = Sheet::new(Source::Report, raw);
        find(&mut sheet);
        find_extensions(&mut sheet);
        sheet.found.sort_by_key(|f| f.bytes);
        sheet.found.iter().map(|f| &raw[f.bytes.0..f.bytes.1]).collect()
    }

    #[test]
    fn numbers_are_found_as_each_country_writes_them() {
        for number in [
            "06 39 98 21 54",
            "06.39.98.21.54",
            "0639982154",
            "06/39/98/41/23",
            "0639 98 41 22",
            "0 800 91 20 45",
            "+33 (0)6 39 98 11 76",
            "+33639985520",
            "0033 6 39 98 55 20",
            "07700 900412",
            "0161 496 0000",
            "020 7946 0000",
            "+44 7700 900277",
            "(937) 555-0142",
            "937-555-0188",
            "+1 937-555-0188 x22",
            "1-937-555-0188",
            "(0161) 496 0000",
            "+ 33 6 39 98 55 20",
            "+49 30 23125 012",
            "+41 79 123 45 67",
            "02 61 91 55 08 poste 214",
            "zéro six trente-neuf quatre-vingt-dix-huit vingt et un cinquante-quatre",
            "oh seven seven double oh nine hundred six one three",
        ] {
            assert_eq!(found(&format!("Joindre le client, {number}, avant midi.")), [number]);
        }
    }

    #[test]
    fn numbers_of_things_and_measured_values_are_no_telephones() {
        for raw in [
            "S/N 0612345678 relevé",
            "n° de série 0612345678",
            "Part 07-700-900-412 superseded by 07-700-900-418",
            "serrage 12 34 56 puis 78 N·m",
            "231 229 233 V, 401 398 402 V",
            "SIRET 812 345 676 00017",
            "IP 192.168.1.40, le 06.10.2026",
            "colis 6A04418827311",
            "the gauge went from oh point seven to nine bar in about forty seconds",
            "PO 88-40217, REF-06 39 98 21 54",
            "Poste 3 de la ligne, poste 412 en défaut",
            "GTIN 13760123450017",
            "Heures : 08 15 12 30 / 13 45 17 00",
            "le numéro de série c'est zéro six douze trente-quatre cinquante-six soixante-dix-huit",
            "serial number is oh seven seven double oh nine hundred four one two",
            "serial number 07700900412",
            "003 14/11/0009, 000 123 456 789",
        ] {
            assert_eq!(found(raw), Vec::<&str>::new(), "{raw}");
        }
    }

    #[test]
    fn an_extension_is_one_when_somebody_is_to_be_called() {
        assert_eq!(found("Joindre l'astreinte au poste 412. Poste 31 en défaut."), ["412"]);
        assert_eq!(found("at reception, ext. 214"), ["214"]);
    }

    #[test]
    fn all_spellings_of_a_number_have_one_key() {
        let keys: Vec<String> = ["0639982154", "33639982154", "447700900412"].map(key).into();
        assert_eq!(keys, ["0639982154", "0639982154", "07700900412"]);
    }
}
