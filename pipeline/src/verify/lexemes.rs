//! The smallest pieces of a text that are compared: runs of letters, runs of digits, single marks.
//!
//! "E-042", "E42" and "e 042" differ in their marks and gaps only; so do "12mn" and "12 mn", "N·m" and "N.m". Accents,
//! capitals, ligatures and invisible characters make no difference.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What a lexeme is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Digits,
    Mark,
}

/// What stands before a lexeme.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    Glued,
    Blank,
    Line,
}

/// A run of letters or of digits, or a mark.
#[derive(Debug, Clone)]
pub(super) struct Lexeme {
    /// First byte in the text that was read.
    pub(super) start: usize,
    /// One past the last.
    pub(super) end: usize,
    /// Lower case without accents; "½" is `1/2`, "²" is `2`.
    pub(super) fold: String,
    /// As it is written, without invisible characters; what tells "mW" from "MW".
    pub(super) exact: String,
    pub(super) kind: Kind,
    pub(super) gap: Gap,
}

impl Lexeme {
    pub(super) fn is(&self, fold: &str) -> bool {
        self.fold == fold
    }

    pub(super) fn word(&self) -> bool {
        self.kind == Kind::Word
    }

    pub(super) fn digits(&self) -> bool {
        self.kind == Kind::Digits
    }

    pub(super) fn glued(&self) -> bool {
        self.gap == Gap::Glued
    }

    /// Whether it begins with a capital.
    pub(super) fn capital(&self) -> bool {
        self.exact.starts_with(char::is_uppercase)
    }

    /// Whether it is all capitals, two at least.
    pub(super) fn acronym(&self) -> bool {
        self.word() && self.exact.chars().nth(1).is_some() && self.exact.chars().all(char::is_uppercase)
    }
}

/// Whether a character is not seen and joins nothing: zero-width and soft marks, tags, variation selectors.
pub(super) fn unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}')
}

/// Reads a text into lexemes; linear in its length.
pub(super) fn lexemes(text: &str) -> Vec<Lexeme> {
    let mut out: Vec<Lexeme> = Vec::with_capacity(text.len() / 4);
    let mut gap = Gap::Line;
    for (at, c) in text.char_indices() {
        if c.is_ascii() {
            if c.is_ascii_alphanumeric() {
                push(&mut out, (at, at + 1), if c.is_ascii_digit() { Kind::Digits } else { Kind::Word }, &mut gap);
                if let Some(last) = out.last_mut() {
                    last.exact.push(c);
                    last.fold.push(c.to_ascii_lowercase());
                }
                continue;
            }
            if c.is_ascii_whitespace() {
                gap = if c == '\n' || gap == Gap::Line { Gap::Line } else { Gap::Blank };
                continue;
            }
        }
        if unseen(c) || is_combining_mark(c) {
            continue;
        }
        if c.is_whitespace() || c.is_control() {
            gap = if gap == Gap::Line { gap } else { Gap::Blank };
            continue;
        }
        let plain = plain(c);
        let first = plain.chars().next().unwrap_or(c);
        let kind = match () {
            () if first.is_ascii_digit() => Kind::Digits,
            () if first.is_alphanumeric() => Kind::Word,
            () => Kind::Mark,
        };
        let fraction = kind == Kind::Digits && plain.contains('/');
        if fraction {
            // "2½" is two numbers, "½" one.
            out.push(Lexeme { start: at, end: at, fold: String::new(), exact: String::new(), kind, gap });
            gap = Gap::Glued;
        } else {
            push(&mut out, (at, at + c.len_utf8()), kind, &mut gap);
        }
        if let Some(last) = out.last_mut() {
            last.end = at + c.len_utf8();
            last.exact.push_str(&plain);
            last.fold.extend(plain.chars().flat_map(char::to_lowercase));
        }
    }
    out
}

/// Begins a lexeme, or leaves the last one open when the character goes on with it.
fn push(out: &mut Vec<Lexeme>, (start, end): (usize, usize), kind: Kind, gap: &mut Gap) {
    match out.last_mut() {
        // A fraction ("½") is whole; only the first letters are looked at, so that a long run costs what it is long.
        Some(last)
            if *gap == Gap::Glued
                && last.kind == kind
                && kind != Kind::Mark
                && !last.fold.get(1..last.fold.len().min(3)).is_some_and(|f| f.contains('/')) =>
        {
            last.end = end;
        }
        _ => out.push(Lexeme { start, end, fold: String::new(), exact: String::new(), kind, gap: *gap }),
    }
    *gap = Gap::Glued;
}

/// A text in plain characters, capitals kept.
pub(super) fn plainly(text: &str) -> String {
    text.chars().filter(|c| !unseen(*c) && !is_combining_mark(*c)).map(plain).collect()
}

/// A character without accents and in its plain form: "ﬁ" is `fi`, "’" is `'`, "–" is `-`, "½" is `1/2`.
fn plain(c: char) -> String {
    match c {
        '’' | '‘' | 'ʼ' | '′' | '‛' | '`' | '´' => "'".to_owned(),
        '“' | '”' | '„' | '«' | '»' | '″' => "\"".to_owned(),
        '‐'..='―' | '−' | '﹣' => "-".to_owned(),
        '⁄' | '∕' => "/".to_owned(),
        '⋅' | '∙' => "·".to_owned(),
        'º' => "°".to_owned(),
        'œ' => "oe".to_owned(),
        'Œ' => "OE".to_owned(),
        'æ' => "ae".to_owned(),
        'Æ' => "AE".to_owned(),
        'ß' => "ss".to_owned(),
        '×' => "x".to_owned(),
        other => std::iter::once(other)
            .nfkd()
            .filter(|c| !is_combining_mark(*c))
            .map(|c| if c == '⁄' { '/' } else { c })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folds(text: &str) -> Vec<String> {
        lexemes(text).into_iter().map(|l| l.fold).collect()
    }

    #[test]
    fn letters_and_digits_part_and_spelling_makes_no_difference() {
        assert_eq!(folds("E42 12mn"), ["e", "42", "12", "mn"]);
        assert_eq!(folds("É\u{200b}lec\u{ad}trode ﬁltre"), ["electrode", "filtre"]);
        assert_eq!(folds("e\u{301}tat"), folds("état"));
        assert_eq!(folds("kg/cm²"), ["kg", "/", "cm", "2"]);
        assert_eq!(folds("2½ l"), ["2", "1/2", "l"]);
        assert_eq!(folds("l’huile – N⋅m"), ["l", "'", "huile", "-", "n", "·", "m"]);
    }

    #[test]
    fn a_lexeme_knows_its_bytes_and_what_stands_before_it() {
        let text = "Ω 12\u{a0}mW\nfin";
        let read = lexemes(text);
        assert_eq!(&text[read[2].start..read[2].end], "mW");
        assert_eq!(read[2].exact, "mW");
        assert_eq!(read.iter().map(|l| l.gap).collect::<Vec<_>>(), [Gap::Line, Gap::Blank, Gap::Blank, Gap::Line]);
    }
}
