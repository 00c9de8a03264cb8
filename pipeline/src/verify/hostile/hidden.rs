//! Text that hides what it says: encoded, turned about, spaced out, invisible, in letters of another alphabet.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::super::lexemes::{Lexeme, unseen};
use super::super::said::short;
use super::views::{latin, reversed, shifted, squeezed};
use super::{Doubt, shown};
use crate::extractor::trade::{self, tells};
use crate::index::analysis::is_stop_word;
use savoir_models::text::Language;

/// What is hidden often enough to be looked for in every disguise.
const PHRASES: &[&str] = &[
    "ignoreallprevious",
    "ignorepreviousinstruction",
    "ignoreprior",
    "ignoreallinstruction",
    "ignoreyourinstruction",
    "disregardprevious",
    "disregardallprevious",
    "disregardtheabove",
    "forgetpreviousinstruction",
    "forgetallprevious",
    "previousinstructions",
    "youarenowa",
    "addthestep",
    "addastep",
    "bypasstheinterlock",
    "bypassthesafety",
    "bridgetheinterlock",
    "disablethesafety",
    "defeattheinterlock",
    "ignorelesconsignes",
    "ignorezlesconsignes",
    "ignorelesinstructions",
    "ignorezlesinstructions",
    "ignoretoutes",
    "ignoreztoutes",
    "oublielesinstructions",
    "oublielesconsignes",
    "oublietesinstructions",
    "oublietesconsignes",
    "consignesprecedentes",
    "instructionsprecedentes",
    "ajoutelaetape",
    "ajouteletape",
    "ajoutezletape",
    "ecrisletape",
    "pontezlasecurite",
    "pontezlesecurites",
    "shuntezlasecurite",
    "shunterlasecurite",
    "ponterlasecurite",
    "supprimezlaconsignation",
    "sansconsignation",
];
/// Fewer characters than this are no message.
const LEAST: usize = 20;
/// Single letters in a row that are no name told letter by letter.
const APART: usize = 9;

static DISGUISED: LazyLock<(AhoCorasick, Vec<&'static str>)> = LazyLock::new(|| {
    let mut patterns = Vec::new();
    let mut phrases = Vec::new();
    for phrase in PHRASES {
        for form in [(*phrase).to_owned(), reversed(phrase), shifted(phrase, 13)] {
            patterns.push(form);
            phrases.push(*phrase);
        }
    }
    let automaton =
        AhoCorasick::new(&patterns).unwrap_or_else(|error| unreachable!("the phrases are a few kilobytes: {error}"));
    (automaton, phrases)
});

/// What of a text hides something.
pub(super) fn hidden(text: &str, lexemes: &[Lexeme]) -> Vec<Doubt> {
    let mut out = disguised(text);
    out.extend(encoded(text));
    out.extend(apart(text, lexemes));
    out.extend(invisible(text));
    out.extend(alphabets(text, lexemes));
    out.extend(turned(text));
    out.extend(leet(text, lexemes));
    out
}

fn says(start: usize, end: usize, (en, fr): (&str, &str), what: &str) -> Doubt {
    let what = short(what, 60);
    Doubt::new(start, end, format!("{en}: “{what}”."), format!("{fr} : « {what} »."))
}

fn disguised(text: &str) -> Vec<Doubt> {
    let (letters, places) = squeezed(text);
    let (automaton, phrases) = &*DISGUISED;
    let found = automaton.find_iter(&letters).map(|m| {
        let (start, last) = (places[m.start()], places[m.end() - 1]);
        let end = last + text[last..].chars().next().map_or(1, char::len_utf8);
        says(
            start,
            end,
            ("It hides an order to a machine", "Elle cache un ordre à une machine"),
            phrases[m.pattern().as_usize()],
        )
    });
    found.collect()
}

/// Runs of letters and digits that decode to a text.
fn encoded(text: &str) -> Vec<Doubt> {
    let mut out = Vec::new();
    let mut at = 0;
    let inside = |b: u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-' | b'%' | b'\\' | b'&' | b'#' | b';')
    };
    let bytes = text.as_bytes();
    while at < bytes.len() {
        if !inside(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && inside(bytes[at]) {
            at += 1;
        }
        let run = &text[start..at];
        if run.len() >= LEAST
            && let Some(said) = decoded(run)
        {
            out.push(says(start, at, ("It hides a text in code", "Elle cache un texte codé"), &said));
        }
    }
    out.extend(numbered(text));
    out
}

/// What a run without blanks decodes to, when that can be read.
fn decoded(run: &str) -> Option<String> {
    let readable = |bytes: Vec<u8>| {
        let text = String::from_utf8(bytes).ok()?;
        let letters = text.chars().filter(|c| c.is_alphabetic() || *c == ' ').count();
        let words = text.split_whitespace().count();
        (letters * 10 >= text.chars().count() * 7 && words >= 3).then_some(text)
    };
    let hex = run.trim_start_matches("0x");
    if hex.len() % 2 == 0
        && hex.bytes().all(|b| b.is_ascii_hexdigit())
        && let Some(text) = hex::decode(hex).ok().and_then(readable)
    {
        return Some(text);
    }
    let plain = run.trim_end_matches('=');
    let engines = [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD];
    if let Some(text) = engines.iter().find_map(|e| readable(e.decode(plain).ok()?)) {
        return Some(text);
    }
    let escaped = unescaped(run);
    (escaped != run && escaped.chars().count() * 2 <= run.len()).then(|| readable(escaped.into_bytes()))?
}

/// A text without its escapes: "%49", "&#73;", "\u0049".
fn unescaped(run: &str) -> String {
    let mut out: Vec<u8> = Vec::with_capacity(run.len());
    let mut rest = run;
    while let Some(first) = rest.chars().next() {
        let hex = |s: &str, n: usize| s.get(..n).and_then(|h| u32::from_str_radix(h, 16).ok()).map(|v| (v, n));
        let found = match first {
            '%' => hex(&rest[1..], 2).map(|(v, n)| (v, n + 1)),
            '\\' if rest[1..].starts_with('u') => hex(&rest[2..], 4).map(|(v, n)| (v, n + 2)),
            '\\' if rest[1..].starts_with('x') => hex(&rest[2..], 2).map(|(v, n)| (v, n + 2)),
            '&' if rest[1..].starts_with("#x") => {
                rest[3..].find(';').and_then(|e| hex(&rest[3..], e)).map(|(v, n)| (v, n + 4))
            }
            '&' if rest[1..].starts_with('#') => {
                rest[2..].find(';').and_then(|e| rest[2..2 + e].parse().ok().map(|v: u32| (v, e + 3)))
            }
            _ => None,
        };
        match found {
            Some((value, taken)) if first == '%' && value < 256 => {
                out.push(u8::try_from(value).unwrap_or(b' '));
                rest = &rest[taken..];
            }
            Some((value, taken)) => {
                let mut buffer = [0; 4];
                out.extend(char::from_u32(value).unwrap_or(' ').encode_utf8(&mut buffer).bytes());
                rest = &rest[taken..];
            }
            None => {
                let mut buffer = [0; 4];
                out.extend(first.encode_utf8(&mut buffer).bytes());
                rest = &rest[first.len_utf8()..];
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Numbers in a row that are letters: "73 103 110 111 114 101", "01101001 01100111".
fn numbered(text: &str) -> Vec<Doubt> {
    let mut out = Vec::new();
    let mut run: Vec<(usize, usize, char)> = Vec::new();
    let close = |run: &mut Vec<(usize, usize, char)>, out: &mut Vec<Doubt>| {
        if run.len() >= LEAST {
            let said: String = run.iter().map(|r| r.2).collect();
            let (french, english) = tells(&said);
            let letters = said.chars().filter(|c| c.is_alphabetic() || *c == ' ').count();
            if french.max(english) >= 1 && letters * 10 >= run.len() * 9 {
                let (start, end) = (run[0].0, run[run.len() - 1].1);
                out.push(says(start, end, ("It hides a text in numbers", "Elle cache un texte en chiffres"), &said));
            }
        }
        run.clear();
    };
    let mut at = 0;
    for word in text.split([' ', ',', '\n', '\t']) {
        let start = at;
        at += word.len() + 1;
        let digits = word.trim_start_matches("0x");
        let value = match () {
            () if word.is_empty() => continue,
            () if word.len() == 8 && word.bytes().all(|b| matches!(b, b'0' | b'1')) => {
                u32::from_str_radix(word, 2).ok()
            }
            () if digits.len() == 2 && digits.bytes().any(|b| b.is_ascii_alphabetic()) => {
                u32::from_str_radix(digits, 16).ok()
            }
            () if digits.len() != word.len() => u32::from_str_radix(digits, 16).ok(),
            () if word.len() <= 3 => word.parse().ok(),
            () => None,
        };
        match value.filter(|v| (32..256).contains(v)).and_then(char::from_u32) {
            Some(c) => run.push((start, start + word.len(), c)),
            None => close(&mut run, &mut out),
        }
    }
    close(&mut run, &mut out);
    out
}

/// Letters set apart: "o u v r e z   l a   p o r t e".
fn apart(text: &str, lexemes: &[Lexeme]) -> Vec<Doubt> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < lexemes.len() {
        let single = |l: &Lexeme| l.word() && l.exact.chars().nth(1).is_none();
        let joint = |l: &Lexeme| matches!(l.fold.as_str(), "." | "-" | "_" | "*" | "'" | "°" | "|" | "/") || l.digits();
        let mut to = i;
        let mut letters = 0;
        while to < lexemes.len() && (single(&lexemes[to]) || (to > i && joint(&lexemes[to]))) {
            letters += usize::from(single(&lexemes[to]));
            to += 1;
        }
        if letters >= APART {
            let (start, end) = (lexemes[i].start, lexemes[to - 1].end);
            let what = ("It hides words in letters set apart", "Elle cache des mots en lettres espacées");
            out.push(says(start, end, what, &shown(text, start, end)));
        }
        i = to.max(i + 1);
    }
    out
}

/// Words with digits in place of letters, three of them near each other that can be read: "1gn0r3 l3s r3gl3s".
fn leet(text: &str, lexemes: &[Lexeme]) -> Vec<Doubt> {
    let mut out = Vec::new();
    let mut read: Vec<(usize, usize, usize, bool)> = Vec::new();
    let mut i = 0;
    while i < lexemes.len() {
        let start = i;
        while i < lexemes.len() && (i == start || lexemes[i].glued()) && (lexemes[i].word() || lexemes[i].digits()) {
            i += 1;
        }
        if i - start < 2 {
            i = i.max(start + 1);
            continue;
        }
        let written: String = lexemes[start..i].iter().map(|l| l.fold.as_str()).collect();
        let (word, _) = squeezed(&written);
        let plain = word.len() == written.len() && word.len() < 24;
        let known = |language| {
            (word.len() > 2 && is_stop_word(&word, Some(language)))
                || (word.len() > 3 && trade::verb(&word, language).is_some())
                || (word.len() == 2 && matches!(word.as_str(), "le" | "la" | "et" | "en" | "de" | "to" | "in" | "of"))
        };
        if plain && [Language::French, Language::English].into_iter().any(known) {
            read.push((start, lexemes[start].start, lexemes[i - 1].end, word.len() > 2));
        }
    }
    for near in read.windows(3) {
        if near[2].0 - near[0].0 <= 30 && near.iter().any(|n| n.3) {
            let (start, end) = (near[0].1, near[2].2);
            let what = ("It hides words in digits", "Elle cache des mots dans des chiffres");
            out.push(says(start, end, what, &shown(text, start, end)));
        }
    }
    out
}

/// Characters that are not seen: tags, runs without width, marks that turn the line about.
fn invisible(text: &str) -> Vec<Doubt> {
    let mut out: Vec<Doubt> = Vec::new();
    let mut run: Option<(usize, usize, usize, String)> = None;
    let close = |run: &mut Option<(usize, usize, usize, String)>, out: &mut Vec<Doubt>| {
        if let Some((start, end, count, said)) = run.take()
            && (count >= 6 || said.chars().count() >= 3)
        {
            let what = if said.is_empty() { "…" } else { &said };
            out.push(says(
                start,
                end,
                ("It holds invisible characters", "Elle contient des caractères invisibles"),
                what,
            ));
        }
    };
    for (at, c) in text.char_indices() {
        let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if turns {
            let end = at + c.len_utf8();
            let what = ("It turns the direction of its letters about", "Elle inverse le sens de ses lettres");
            out.push(says(at, end, what, &format!("U+{:04X}", c as u32)));
        }
        if unseen(c) && !matches!(c, '\u{ad}' | '\u{fe00}'..='\u{fe0f}') {
            let entry = run.get_or_insert((at, at, 0, String::new()));
            entry.1 = at + c.len_utf8();
            entry.2 += 1;
            if let Some(tag) =
                (c as u32).checked_sub(0xe0000).filter(|t| (32..127).contains(t)).and_then(char::from_u32)
            {
                entry.3.push(tag);
            }
        } else {
            close(&mut run, &mut out);
        }
    }
    close(&mut run, &mut out);
    out
}

/// Words that mix alphabets: "ignоre" with a Cyrillic "о".
fn alphabets(text: &str, lexemes: &[Lexeme]) -> Vec<Doubt> {
    let strange = |c: char| latin(c).is_some() && !matches!(c, 'ı' | 'α'..='ω');
    let mixed = lexemes.iter().filter(|l| {
        l.word() && l.fold.len() > 3 && l.fold.chars().any(strange) && l.fold.chars().any(|c| c.is_ascii_lowercase())
    });
    mixed
        .map(|l| {
            let what = ("A word mixes letters of two alphabets", "Un mot mêle les lettres de deux alphabets");
            says(l.start, l.end, what, &shown(text, l.start, l.end))
        })
        .collect()
}

/// Sentences that can be read backwards, or with their letters moved on in the alphabet, and not as they stand.
fn turned(text: &str) -> Vec<Doubt> {
    let mut out = Vec::new();
    for line in text.split(['\n', '.', ':', ';', '!', '?', '"', '«', '»']) {
        let words = line.split_whitespace().filter(|w| w.chars().any(char::is_alphabetic)).count();
        let distinct: std::collections::BTreeSet<&str> = line.split_whitespace().collect();
        if words < 6 || distinct.len() < 6 || line.contains('<') || tells(line) != (0, 0) || !line.is_ascii() {
            continue;
        }
        let start = line.as_ptr() as usize - text.as_ptr() as usize;
        let reads = |candidate: &String| {
            let (french, english) = tells(candidate);
            let (most, least) = (french.max(english), french.min(english));
            let said: std::collections::BTreeSet<&str> =
                candidate.split_whitespace().filter(|w| tells(w) != (0, 0)).collect();
            most >= 2 && said.len() >= 2 && most * 5 >= words && least * 2 <= most
        };
        let back = Some(reversed(line)).filter(reads);
        let moved = || (1..26).map(|by| shifted(line, by)).find(|c| reads(c) && tells(c).0.max(tells(c).1) >= 3);
        if let Some(said) = back.or_else(moved) {
            let what = ("It reads otherwise than it is written", "Elle se lit autrement qu'elle n'est écrite");
            out.push(says(start, start + line.len(), what, said.trim()));
        }
    }
    out
}
