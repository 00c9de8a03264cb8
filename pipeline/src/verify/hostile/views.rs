//! Other ways to look at a text: without disguise, letters only, turned about.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::super::lexemes::{Lexeme, unseen};

/// The Latin letter that a letter of another alphabet is drawn like.
pub(super) fn latin(c: char) -> Option<char> {
    Some(match c {
        'а' | 'α' | 'ɑ' => 'a',
        'в' | 'β' | 'ь' => 'b',
        'с' | 'ϲ' => 'c',
        'ԁ' => 'd',
        'е' | 'ε' | 'ё' => 'e',
        'ɡ' => 'g',
        'һ' | 'н' => 'h',
        'і' | 'ι' | 'ı' | 'ї' => 'i',
        'ј' => 'j',
        'к' | 'κ' => 'k',
        'ӏ' | 'ⅼ' => 'l',
        'м' => 'm',
        'п' | 'η' => 'n',
        'о' | 'ο' | 'օ' => 'o',
        'р' | 'ρ' => 'p',
        'ԛ' => 'q',
        'г' | 'ᴦ' => 'r',
        'ѕ' => 's',
        'т' | 'τ' => 't',
        'υ' | 'ս' => 'u',
        'ν' | 'ѵ' => 'v',
        'ѡ' | 'ω' => 'w',
        'х' | 'χ' => 'x',
        'у' | 'γ' => 'y',
        'ᴢ' => 'z',
        _ => return None,
    })
}

/// A word with letters of other alphabets read as what they look like.
pub(super) fn folded(lexeme: &Lexeme) -> Cow<'_, str> {
    if lexeme.fold.is_ascii() {
        return Cow::Borrowed(&lexeme.fold);
    }
    Cow::Owned(lexeme.fold.chars().map(|c| latin(c).unwrap_or(c)).collect())
}

/// Letters only, in lower case, digits read as the letters they stand for; and the byte each comes from.
pub(super) fn squeezed(text: &str) -> (String, Vec<usize>) {
    let (mut out, mut places) = (String::with_capacity(text.len()), Vec::with_capacity(text.len()));
    for (at, c) in text.char_indices() {
        let mut push = |c: char| {
            let letter = match c.to_ascii_lowercase() {
                '0' => 'o',
                '1' | '!' | '|' => 'i',
                '3' => 'e',
                '4' | '@' => 'a',
                '5' | '$' => 's',
                '7' => 't',
                other => other,
            };
            if letter.is_ascii_lowercase() {
                out.push(letter);
                places.push(at);
            }
        };
        if c.is_ascii() {
            push(c);
        } else if !unseen(c) {
            for plain in std::iter::once(c).nfkd().flat_map(char::to_lowercase).filter(|c| !is_combining_mark(*c)) {
                push(latin(plain).unwrap_or(plain));
            }
        }
    }
    (out, places)
}

/// Letters moved on by `by` in the alphabet.
pub(super) fn shifted(text: &str, by: u8) -> String {
    let turn = |c: char, first: u8| char::from((c as u8 - first + by) % 26 + first);
    text.chars()
        .map(|c| match c {
            'a'..='z' => turn(c, b'a'),
            'A'..='Z' => turn(c, b'A'),
            other => other,
        })
        .collect()
}

/// Letters from the last to the first.
pub(super) fn reversed(text: &str) -> String {
    text.chars().rev().collect()
}
