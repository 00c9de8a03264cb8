//! Mail addresses, typed or spoken, and the secrets that addresses of the web carry.

use savoir_models::redaction::PersonalData;

use super::lexicon::{AT, DASH, DOT, NEVER, NUMBER, TLD};
use super::sheet::{Found, Sheet};
use super::text::{Text, only_space};

/// Characters of a mail address beside letters and figures.
const LOCAL: &[char] = &['.', '_', '-', '+', '%', '\'', '~'];
/// How far an address may reach on either side of its sign, in bytes (RFC 5321: 64 and 255).
const REACH: usize = 256;

/// Finds the mail addresses of a text.
pub(super) fn find(sheet: &mut Sheet<'_>) {
    let signs: Vec<(usize, usize)> = signs(sheet.text.raw);
    for (start, end) in signs {
        typed(sheet, start, end);
    }
    for i in 1..sheet.text.len() {
        if sheet.text.is(i, AT) && !sheet.is_taken(i, i + 1) {
            spoken(sheet, i);
        }
    }
}

/// Where signs stand that part the name from the house: "@", "(at)", "[at]".
fn signs(raw: &str) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = raw.match_indices('@').map(|(at, _)| (at, at + 1)).collect();
    // "jean @ exemple.fr".
    out.extend(raw.match_indices(" @ ").map(|(at, _)| (at, at + 3)));
    for sign in ["(at)", "[at]", "(AT)", "[AT]", "(a)", "{at}"] {
        out.extend(raw.match_indices(sign).map(|(at, _)| (at, at + sign.len())));
    }
    out.sort_unstable();
    out
}

fn typed(sheet: &mut Sheet<'_>, start: usize, end: usize) {
    let raw = sheet.text.raw;
    let part = |c: char| c.is_alphanumeric() || LOCAL.contains(&c);
    let mut from = start;
    for (at, c) in raw[..start].char_indices().rev().take(REACH) {
        // A space beside "(at)" belongs to it.
        if !part(c) && !(c == ' ' && at + 1 == start && end - start > 1) {
            break;
        }
        from = at;
    }
    let from =
        from + raw[from..start].len() - raw[from..start].trim_start_matches(|c: char| !c.is_alphanumeric()).len();
    let mut to = end;
    for (at, c) in raw[end..].char_indices().take(REACH) {
        if !(c.is_alphanumeric() || matches!(c, '.' | '-')) && !(c == ' ' && at == 0 && end - start > 1) {
            break;
        }
        to = end + at + c.len_utf8();
    }
    let host = raw[end..to].trim_end_matches(|c: char| !c.is_alphanumeric());
    let to = end + host.len();
    let tail = host.rsplit('.').next().unwrap_or_default();
    let domain = host.contains('.') && (2..=18).contains(&tail.len()) && tail.chars().all(char::is_alphabetic);
    if from >= start || !domain {
        return;
    }
    let words = words(&sheet.text, from, to);
    let key = super::lexicon::fold(&raw[from..start]) + "@" + &super::lexicon::fold(host.trim_start());
    let key = key.replace(' ', "");
    sheet.take_bytes(Found { kind: PersonalData::Mail, words, bytes: (from, to), key, called: None });
}

/// The words that the bytes cut or cover.
pub(super) fn words(text: &Text<'_>, from: usize, to: usize) -> (usize, usize) {
    let first = text.tokens.partition_point(|t| t.end <= from);
    let last = text.tokens.partition_point(|t| t.start < to);
    (first, last)
}

/// "contact arobase menuiserie larroque point fr"; the word for the sign is word `i`.
fn spoken(sheet: &mut Sheet<'_>, i: usize) {
    let text = &sheet.text;
    let english = text.word(i) == "at";
    let Some((host_end, host)) = host(text, i + 1, if english { 3 } else { 5 }).filter(|_| only_space(text.gap(i)))
    else {
        return;
    };
    // Phrases like "a commercial" have more than one word.
    let sign = if text.word(i) == "commercial" || text.word(i) == "sign" { i.saturating_sub(1) } else { i };
    let Some((from, local)) = local(text, sign) else { return };
    // "look at the dot com site" is no address: English needs a name that is no small word.
    if english && from + 1 == sign && text.is(from, NEVER) && !text.spelt(from).contains(|c: char| c.is_ascii_digit()) {
        return;
    }
    sheet.take(PersonalData::Mail, (from, host_end), format!("{local}@{host}"));
}

/// The house of a spoken address: up to `most` words, "point", a known ending, perhaps another. One past its last word.
fn host(text: &Text<'_>, from: usize, most: usize) -> Option<(usize, String)> {
    let mut name = String::new();
    let mut at = from;
    while at < from + most + 1 && at < text.len() {
        if text.is(at, DOT) && at > from && text.is(at + 1, TLD) && flows(text.gap(at)) {
            let mut end = at + 2;
            name = format!("{name}.{}", text.word(at + 1));
            if text.is(end, DOT) && text.is(end + 1, TLD) && flows(text.gap(end)) && flows(text.gap(end - 1)) {
                name = format!("{name}.{}", text.word(end + 1));
                end += 2;
            }
            return Some((end, name));
        }
        // Typed half-way: "arobase sertin.fr".
        if most > 3 && text.gap(at) == "." && text.is(at + 1, TLD) {
            return Some((at + 2, format!("{name}{}.{}", text.word(at), text.word(at + 1))));
        }
        if !flows(text.gap(at)) {
            return None;
        }
        name.push_str(if text.is(at, DASH) {
            "-"
        } else if text.is(at, DOT) {
            "."
        } else {
            text.word(at)
        });
        at += 1;
    }
    None
}

/// The name before the sign: a word, and what "point", "tiret" and figures tie to it.
fn local(text: &Text<'_>, sign: usize) -> Option<(usize, String)> {
    let mut from = sign.checked_sub(1).filter(|k| flows(text.gap(*k)))?;
    while let Some(before) = from.checked_sub(1).filter(|k| flows(text.gap(*k)) && sign - *k < 12) {
        let ties = text.is(before, DOT | DASH) || text.gap(before).chars().all(|c| LOCAL.contains(&c));
        let tied = text.is(from, DOT | DASH) && from + 1 < sign;
        let figure = (text.is(from, NUMBER) || text.is_digits(from)) && !text.is(before, NEVER);
        if !(ties || tied || figure) {
            break;
        }
        from = before;
    }
    if text.is(from, DOT | DASH) {
        from += 1;
    }
    let name = (from..sign).map(|k| {
        if text.is(k, DASH) {
            "-"
        } else if text.is(k, DOT) {
            "."
        } else {
            text.word(k)
        }
    });
    (from < sign).then(|| (from, name.collect()))
}

fn flows(gap: &str) -> bool {
    only_space(gap) || matches!(gap, "." | "-" | "_")
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
    fn addresses_are_found_typed_and_spoken() {
        for (raw, mail) in [
            ("écrire à m.roussel@plastiques-valbrun.com.", "m.roussel@plastiques-valbrun.com"),
            ("<i.crossley@tarnvalley.co.uk> wrote", "i.crossley@tarnvalley.co.uk"),
            ("à k.benali(at)sertin.fr avec", "k.benali(at)sertin.fr"),
            ("k.benali [at] sertin.fr", "k.benali [at] sertin.fr"),
            (
                "son mail c'est contact arobase menuiserie larroque point fr, ok",
                "contact arobase menuiserie larroque point fr",
            ),
            (
                "k point benali arobase sertin tiret sav point fr merci",
                "k point benali arobase sertin tiret sav point fr",
            ),
            (
                "it is priya dot nandakumar at moorgate dot co dot uk thanks",
                "priya dot nandakumar at moorgate dot co dot uk",
            ),
        ] {
            assert_eq!(found(raw), [mail]);
        }
    }

    #[test]
    fn a_sign_alone_is_no_address() {
        for raw in [
            "4 @ 12 mm",
            "@",
            "x@",
            "@home.fr",
            "réglé à 3 @ 2.5",
            "look at the red dot on the gauge",
            "seven at nine bar",
        ] {
            assert_eq!(found(raw), Vec::<&str>::new(), "{raw}");
        }
    }
}
