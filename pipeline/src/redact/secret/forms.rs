//! Secrets that are known by their form: in addresses of the web, and keys as well-known services print them.

use super::{take, upto};
use crate::redact::mail::words;
use crate::redact::sheet::Sheet;

/// Parameters of web addresses whose value opens something.
const PARAMETERS: &[&str] = &[
    "token",
    "access_token",
    "auth",
    "key",
    "apikey",
    "api_key",
    "secret",
    "password",
    "passwd",
    "pwd",
    "sig",
    "signature",
    "code",
    "sid",
    "session",
    "jwt",
    "otp",
    "pin",
    "client_secret",
];
/// How keys of well-known services begin, and how long they are at least.
const HEADS: &[(&str, usize)] = &[
    ("sk-", 16),
    ("sk_", 16),
    ("pk_", 16),
    ("rk_", 16),
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("github_pat_", 20),
    ("glpat-", 16),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("AKIA", 20),
    ("ASIA", 20),
    ("AIza", 30),
    ("eyJ", 24),
    ("hf_", 20),
    ("SG.", 20),
];
/// Where an address of the web ends.
const STOPS: &[char] = &['&', '"', '\'', '<', '>', ')', ']', '}', '#', ';', '|', '`', '«', '»'];

/// The longest value of a parameter, in characters: a signed token is some thousand.
const LONGEST: usize = 4096;

/// Finds the secrets of a text that nothing announces.
pub(in crate::redact) fn find(sheet: &mut Sheet<'_>) {
    blocks(sheet);
    let raw = sheet.text.raw;
    for (at, _) in raw.match_indices('=') {
        parameter(sheet, at);
    }
    for (at, _) in raw.match_indices("://") {
        userinfo(sheet, at + 3);
    }
    for i in 0..sheet.text.len() {
        let start = sheet.text.tokens[i].start;
        let Some((_, least)) = HEADS.iter().find(|(head, _)| raw[start..].starts_with(head)) else { continue };
        // Only where a word of the text begins: each stretch is then read once.
        if raw[..start].ends_with(['-', '_', '.', '=']) {
            continue;
        }
        let rest = &raw[start..];
        let part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '=');
        let end = rest.find(|c| !part(c)).unwrap_or(rest.len());
        let value = rest[..end].trim_end_matches(['.', '-', '_']);
        let mixed = value.bytes().any(|b| b.is_ascii_digit()) && value.bytes().any(|b| b.is_ascii_alphabetic());
        if value.len() >= *least && mixed {
            take(sheet, (start, start + value.len()));
        }
    }
}

/// "…?token=a8f3Kq0Z…": the sign is at byte `at`.
fn parameter(sheet: &mut Sheet<'_>, at: usize) {
    let raw = sheet.text.raw;
    let name =
        raw[..at].char_indices().rev().take(24).take_while(|(_, c)| c.is_ascii_alphanumeric() || *c == '_').last();
    let Some((from, _)) = name else { return };
    if !PARAMETERS.iter().any(|p| raw[from..at].eq_ignore_ascii_case(p)) {
        return;
    }
    // A value within a value has been taken with it.
    let (first, _) = words(&sheet.text, at + 1, at + 2);
    if sheet.is_taken(first, first + 1) || sheet.is_guarded(first, first + 1, |g| g.own) {
        return;
    }
    let value = &raw[at + 1..];
    let ends = |c: char| c.is_whitespace() || STOPS.contains(&c);
    let end =
        value.char_indices().take(LONGEST).find(|(_, c)| ends(*c)).map_or_else(|| upto(value, LONGEST), |(at, _)| at);
    let value = value[..end].trim_end_matches(['.', ',', ':', '?', '!']);
    if value.len() >= 4 {
        take(sheet, (at + 1, at + 1 + value.len()));
    }
}

/// "https://user:password@host": what stands before the sign.
fn userinfo(sheet: &mut Sheet<'_>, from: usize) {
    let rest = &sheet.text.raw[from..];
    let end = rest.char_indices().take(256).find(|(_, c)| c.is_whitespace() || matches!(c, '/' | '@' | '?' | '<'));
    if let Some((len, '@')) = end
        && rest[..len].contains(':')
        && rest[..len].contains(char::is_alphanumeric)
    {
        take(sheet, (from, from + len));
    }
}

/// "-----BEGIN PRIVATE KEY----- … -----END": the whole block.
fn blocks(sheet: &mut Sheet<'_>) {
    let raw = sheet.text.raw;
    let mut at = 0;
    while let Some(begin) = raw[at..].find("-----BEGIN ") {
        let from = at + begin;
        let Some(len) = raw[from + 11..].find("-----END ") else { break };
        let end = from + 11 + len;
        let to = raw[end + 9..].find("-----").map_or(raw.len(), |n| end + 9 + n + 5);
        if raw[from..end].contains("PRIVATE KEY") {
            take(sheet, (from, to));
        }
        at = to;
    }
}
