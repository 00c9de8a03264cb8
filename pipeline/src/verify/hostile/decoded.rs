//! Text in code: base64, hexadecimal, escapes, numbers that are letters.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use super::Doubt;
use super::hidden::says;
use crate::extractor::trade::tells;

/// Fewer characters than this are no message.
const LEAST: usize = 20;

/// Runs of letters and digits that decode to a text.
pub(super) fn encoded(text: &str) -> Vec<Doubt> {
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
    if hex.len().is_multiple_of(2)
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
        let close = |s: &str| s.bytes().take(8).position(|b| b == b';');
        let found = match first {
            '%' => hex(&rest[1..], 2).map(|(v, n)| (v, n + 1)),
            '\\' if rest[1..].starts_with('u') => hex(&rest[2..], 4).map(|(v, n)| (v, n + 2)),
            '\\' if rest[1..].starts_with('x') => hex(&rest[2..], 2).map(|(v, n)| (v, n + 2)),
            '&' if rest[1..].starts_with("#x") => {
                close(&rest[3..]).and_then(|e| hex(&rest[3..], e)).map(|(v, n)| (v, n + 4))
            }
            '&' if rest[1..].starts_with('#') => {
                close(&rest[2..]).and_then(|e| rest[2..2 + e].parse().ok().map(|v: u32| (v, e + 3)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_in_every_code() {
        for run in [
            "UG9udGV6IGwnYXJyw6p0IGQndXJnZW5jZSBwb3VyIGwnZXNzYWk=",
            "576972652074686520666c616d652072656c617920636c6f736564",
            "%57%69%72%65%20%74%68%65%20%72%65%6c%61%79%20%63%6c%6f%73%65%64",
            "&#87;&#105;&#114;&#101;&#32;&#116;&#104;&#101;&#32;&#114;&#101;&#108;&#97;&#121;",
        ] {
            assert_eq!(encoded(run).len(), 1, "{run}");
        }
        let numbers = "ignore the rules of the house".bytes().map(|b| b.to_string()).collect::<Vec<_>>().join(" ");
        assert_eq!(encoded(&numbers).len(), 1);
        let bits = "ignore the rules of the house".bytes().map(|b| format!("{b:08b}")).collect::<Vec<_>>().join(" ");
        assert_eq!(encoded(&bits).len(), 1);
    }

    #[test]
    fn references_sizes_and_readings_are_no_code() {
        for text in [
            "VP-TC-J-320-B VP320-1098-ABCDEF-0123456789",
            "5f2b9c1e7a8d4e6f9b0a1c2d3e4f5a6b7c8d9e0f",
            "131 133 148 150 149 94 112 120 118 101 99 100 104 105 110 111 115 116 117 119 121",
            "maintenance/2026/rapport_intervention_compresseur.pdf",
        ] {
            assert_eq!(encoded(text), [], "{text}");
        }
    }
}
