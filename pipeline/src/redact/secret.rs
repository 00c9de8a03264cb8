//! Passwords, keys, door codes and names of accounts.
//!
//! A word announces them; what follows must be told as a value ("is", ":", "=") or look like one. Keys of well-known forms
//! and those in addresses of the web need no announcement.

mod door;
mod forms;

use savoir_models::redaction::PersonalData;

use self::door::{alarm, beside_a_door, code, door, later_figures};
use super::lexicon::{ACCESS, DOOR, FILLER, KEY, KNOWN, LOGIN, NET, NEVER, PAIR, PASSWORD, PIN, STARTS, WHOSE};
use super::mail::words;
use super::sheet::{Found, Sheet};
use super::text::{Shape, Text, is_space, only_space};

/// How many words may stand between the announcement and the value: "PIN de la carte SIM du modem : 4471".
const FAR: usize = 8;
/// The longest value, in bytes.
const LONGEST: usize = 512;

pub(super) use forms::find as find_forms;

/// Finds the secrets that a word of the text announces.
pub(super) fn find(sheet: &mut Sheet<'_>) {
    let mut i = 0;
    while i < sheet.text.len() {
        let next = one(sheet, i);
        i = next.unwrap_or(i + 1);
    }
}

fn one(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    let text = &sheet.text;
    let class = text.tokens.get(i)?.class;
    if let Some((name, secret)) = pair(text, i) {
        if let Some(name) = name {
            take(sheet, name);
        }
        return take(sheet, secret);
    }
    if class & PASSWORD != 0 && !is_password(text, i) {
        return None;
    }
    let value = if class & PASSWORD != 0 {
        password(text, i)
    } else if class & PIN != 0 {
        code(text, i, 3, 8).or_else(|| later_figures(text, i))
    } else if class & KEY != 0 || (matches!(text.word(i), "cle" | "clef" | "key") && text.behind(i, 8, NET).is_some()) {
        key(text, i)
    } else if class & DOOR != 0 {
        door(text, i)
    } else if class & LOGIN != 0 && class & ACCESS == 0 {
        login(text, i)
    } else {
        beside_a_door(text, i)
    }?;
    // A licence key may be a part's reference; then it is that.
    let (from, to) = words(text, value.0, value.1);
    let upper = !text.raw[value.0..value.1].contains(char::is_lowercase);
    let product = matches!(text.word(i), "produit" | "licence" | "license" | "product")
        || matches!(text.word(i.saturating_sub(1)), "licence" | "license" | "product");
    if class & KEY != 0 && upper && product && sheet.is_guarded(from, to, |g| g.number) {
        return None;
    }
    let next = take(sheet, value);
    let text = &sheet.text;
    let beside = match next {
        Some(to) if class & (PASSWORD | PIN) != 0 => another(text, to),
        _ if class & DOOR != 0 => alarm(text, i),
        _ => None,
    };
    beside.and_then(|again| take(sheet, again)).or(next)
}

/// Whether the word means a password: "user admin pass 1234", while by itself "pass" is a word of every trade.
fn is_password(text: &Text<'_>, i: usize) -> bool {
    match text.word(i) {
        "pass" => text.behind(i, 5, LOGIN).is_some() || text.gap(i).contains([':', '=']),
        "passe" => {
            text.behind(i, 2, STARTS).is_some()
                || (text.gap(i).contains([':', '=']) && text.behind(i, 6, LOGIN | NET).is_some())
        }
        _ => true,
    }
}

/// "VPN : jdoe / Zx9!kk21", "mdp : admin/Tech2024": a name, unless it is an ordinary word, and a secret.
fn pair(text: &Text<'_>, i: usize) -> Option<(Option<Value>, Value)> {
    if !text.is(i, PAIR) {
        return None;
    }
    // "Login for the HMI: …".
    let last = (i..text.len().min(i + 4)).find(|k| !only_space(text.gap(*k)))?;
    let from = text.tokens[last].end + text.gap(last).find([':', '='])? + 1;
    let (start, end) = chunk(text, from)?;
    let first = &text.raw[start..end];
    let (name, secret) = match first.split_once('/') {
        Some((name, secret)) if !secret.is_empty() => ((start, start + name.len()), (end - secret.len(), end)),
        Some(_) => return None,
        None => ((start, end), chunk(text, end + text.raw.get(end..)?.strip_prefix(" / ").map(|_| 3)?)?),
    };
    let spelt = &text.raw[secret.0..secret.1];
    let letters = spelt.chars().any(char::is_alphabetic);
    if !(looks_secret(spelt) && letters && spelt.chars().count() >= 6) || spelt.contains('/') {
        return None;
    }
    let (word, last) = words(text, name.0, name.1);
    let ordinary = last == word + 1 && (text.is(word, KNOWN) || matches!(text.word(word), "admin" | "root" | "user"));
    Some(((!ordinary && name.1 - name.0 >= 3).then_some(name), secret))
}

/// A stretch of bytes that is a value.
type Value = (usize, usize);

pub(super) fn take(sheet: &mut Sheet<'_>, (from, to): Value) -> Option<usize> {
    let words = words(&sheet.text, from, to);
    let key = sheet.text.raw.get(from..to)?.to_owned();
    if sheet.is_guarded(words.0, words.1, |g| g.own) {
        return None;
    }
    sheet
        .take_bytes(Found { kind: PersonalData::Secret, words, bytes: (from, to), key, called: None })
        .then_some(words.1)
}

/// What stands where a value would: from byte `at`, without quotes and the sentence's signs, to the next space. `None` when
/// nothing but signs is there.
fn chunk(text: &Text<'_>, at: usize) -> Option<Value> {
    let rest = text.raw.get(at..)?;
    let skipped = rest.find(|c: char| !(is_space(c) && c != '\n'))?;
    let rest = &rest[skipped..];
    let mut from = at + skipped;
    // Between quotes everything is the value, spaces as well.
    for (open, close) in [('«', '»'), ('“', '”'), ('"', '"'), ('`', '`'), ('\'', '\'')] {
        let Some(inside) = rest.strip_prefix(open) else { continue };
        let end = inside.char_indices().take(80).find(|(_, c)| *c == close || *c == '\n');
        if let Some((len, _)) = end.filter(|(_, c)| *c == close) {
            let value = &inside[..len];
            from += open.len_utf8() + value.len() - value.trim_start_matches(is_space).len();
            let len = value.trim_matches(is_space).len();
            return (len > 0).then_some((from, from + len));
        }
    }
    let lead = rest.len() - rest.trim_start_matches(['(', '[', '«', '"', '“', '\'', '‘', '<', '*']).len();
    let rest = &rest[lead..];
    from += lead;
    let end =
        rest.char_indices().take(LONGEST).find(|(_, c)| is_space(*c)).map_or_else(|| upto(rest, LONGEST), |(at, _)| at);
    let value = rest[..end].trim_end_matches(['.', ',', ';', ':', ')', ']', '»', '"', '”', '\'', '’', '>', '?']);
    (!value.is_empty() && value.chars().any(char::is_alphanumeric)).then_some((from, from + value.len()))
}

/// The byte after at most `chars` characters.
fn upto(text: &str, chars: usize) -> usize {
    text.char_indices().nth(chars).map_or(text.len(), |(at, _)| at)
}

/// Whether a value looks like no ordinary word: figures, signs or capitals inside it.
fn looks_secret(value: &str) -> bool {
    let mut inner = value.chars().skip(1);
    let lower = value.chars().any(char::is_lowercase);
    value.chars().any(|c| c.is_ascii_digit())
        || inner
            .any(|c| (c.is_uppercase() && lower) || matches!(c, '!' | '#' | '@' | '$' | '%' | '&' | '*' | '_' | '='))
}

/// How a value is told after word `i`: right after it, or behind words that tell it.
enum Told {
    /// ":" or "=".
    Sign(usize),
    /// "is", "c'est".
    Verb(usize),
    /// Nothing between.
    Bare(usize),
}

/// The words that say "the value is …".
fn tells(word: &str) -> bool {
    matches!(
        word,
        "est" | "is" | "are" | "was" | "etait" | "devient" | "now" | "c" | "s" | "sera" | "becomes" | "equals"
    )
}

/// Looks for the place where the value of the announcement at word `i` is told.
fn told(text: &Text<'_>, i: usize, far: usize) -> Option<Told> {
    let mut at = i;
    // "MP-204": what hangs on the word is no value.
    let mut bare = !text.gap(i).starts_with(['-', '_', '.']);
    loop {
        let gap = text.gap(at);
        let end = text.tokens.get(at)?.end;
        if let Some(sign) = gap.find([':', '=', '→']) {
            return Some(Told::Sign(end + sign + gap[sign..].chars().next().map_or(1, char::len_utf8)));
        }
        if at + 1 >= text.len() || at >= i + far || gap.contains(['\n', ',', ';', '!', '?']) || gap.contains(". ") {
            return bare.then_some(Told::Bare(end));
        }
        let next = at + 1;
        if tells(text.word(next)) && text.word(next) != "s" {
            // "c'est", "is now", "est toujours": the last of them.
            let mut last = next;
            while last + 1 < text.len()
                && (tells(text.word(last + 1))
                    || matches!(text.word(last + 1), "toujours" | "still" | "donc" | "le" | "la" | "just"))
                && text.gap(last).len() <= 3
            {
                last += 1;
            }
            return Some(Told::Verb(text.tokens[last].end));
        }
        // "changed to Zw8-kkP2", "remplacé par": a value, when it looks like one.
        if matches!(text.word(next), "changed" | "set" | "reset" | "change" | "changee" | "modifie" | "remplace")
            && matches!(text.word(next + 1), "to" | "en" | "par" | "a" | "as")
        {
            return Some(Told::Bare(text.tokens[next + 1].end));
        }
        if bare && !text.is(next, FILLER | WHOSE) {
            let value = chunk(text, end).filter(|v| v.1 - v.0 >= 3 && looks_secret(&text.raw[v.0..v.1]));
            if value.is_some() {
                return Some(Told::Bare(end));
            }
            bare = false;
        }
        at = next;
    }
}

/// The value of a password.
fn password(text: &Text<'_>, i: usize) -> Option<Value> {
    // "code admin : mot de passe 4521": the announcement that stands last.
    let (at, sure) = match told(text, i, FAR)? {
        Told::Sign(at) => (at, true),
        Told::Verb(at) => (at, false),
        Told::Bare(at) => {
            let value = chunk(text, at)?;
            return looks_secret(&text.raw[value.0..value.1]).then_some(value);
        }
    };
    let value = chunk(text, at)?;
    let spelt = &text.raw[value.0..value.1];
    if spelt.chars().count() < 3 {
        return None;
    }
    if looks_secret(spelt) {
        return Some(value);
    }
    let (word, end) = words(text, value.0, value.1);
    if end > word + 1 && !spelt.contains(['\'', '’', '/', '-']) {
        return Some(value);
    }
    // "mot de passe : à demander", "the password is wrong".
    let ordinary = if sure { NEVER | FILLER | PASSWORD | LOGIN | STARTS } else { KNOWN };
    (!text.is(word, ordinary)).then_some(value)
}

/// "Old password 0000 still works, new one is R3dCrane": another password in the same sentence.
fn another(text: &Text<'_>, from: usize) -> Option<Value> {
    let mut at = from;
    while at < text.len() && at < from + 12 && !text.gap(at.saturating_sub(1)).contains('\n') {
        let sign = text.gap(at).trim_start().starts_with([':', '=', '→']);
        let newer = (from..=at).any(|k| {
            matches!(
                text.word(k),
                "new"
                    | "nouveau"
                    | "nouvelle"
                    | "maintenant"
                    | "now"
                    | "old"
                    | "ancien"
                    | "devient"
                    | "change"
                    | "changee"
                    | "changed"
                    | "reset"
            )
        });
        if newer && (sign || tells(text.word(at)) || matches!(text.word(at), "by" | "par" | "en" | "to")) {
            let end = text.tokens[at].end;
            let value = chunk(text, end + if sign { text.gap(at).find([':', '=', '→'])? + 1 } else { 0 })?;
            return looks_secret(&text.raw[value.0..value.1]).then_some(value);
        }
        at += 1;
    }
    None
}

/// A key: long, and no word.
fn key(text: &Text<'_>, i: usize) -> Option<Value> {
    let (at, least) = match told(text, i, 5)? {
        Told::Sign(at) => (at, 4),
        Told::Verb(at) => (at, 6),
        Told::Bare(at) => (at, 8),
    };
    let value = chunk(text, at)?;
    let spelt = &text.raw[value.0..value.1];
    let word = words(text, value.0, value.1).0;
    let named = text.is(word, KNOWN) && !looks_secret(spelt);
    (spelt.len() >= least && !named && (looks_secret(spelt) || least == 4)).then_some(value)
}

/// The name of an account, when its password stands near: alone it says nothing that is not in every report.
fn login(text: &Text<'_>, i: usize) -> Option<Value> {
    let secret =
        text.ahead(i, 12, PASSWORD).or_else(|| text.behind(i, 12, PASSWORD)).is_some_and(|k| is_password(text, k));
    if !secret || text.is(i + 1, LOGIN | PASSWORD) {
        return None;
    }
    let at = match told(text, i, 2) {
        Some(Told::Sign(at) | Told::Verb(at)) => at,
        _ => text.tokens.get(i)?.end,
    };
    let value = chunk(text, at)?;
    let spelt = &text.raw[value.0..value.1];
    let word = words(text, value.0, value.1).0;
    // What every machine is delivered with is no secret.
    let single = text.tokens[word].end - text.tokens[word].start == spelt.len();
    let ordinary = single
        && (text.is(word, KNOWN)
            || matches!(text.word(word), "admin" | "root" | "user" | "administrateur" | "administrator"));
    let plain =
        spelt.contains(['/', '\'', '’']) || (matches!(text.shape(word), Some(Shape::Digits)) && spelt.len() < 4);
    (!ordinary && !plain && spelt.chars().count() >= 3).then_some(value)
}

#[cfg(test)]
mod tests;
