//! A text as redaction reads it: words with their classes, and what stands between them.

use unicode_normalization::char::is_combining_mark;

use super::lexicon::{Lexicon, STARTS, fold};

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// "karim".
    Lower,
    /// "Karim", "McDonald".
    Cap,
    /// "KARIM".
    Upper,
    /// "K".
    Initial,
    /// "4521".
    Digits,
    /// "4521B".
    Mixed,
}

/// A run of letters and digits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Token {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) class: u64,
    pub(super) shape: Shape,
    fold: (usize, usize),
}

/// A text in words.
#[derive(Debug)]
pub(super) struct Text<'a> {
    pub(super) raw: &'a str,
    pub(super) tokens: Vec<Token>,
    /// Whether most words have a capital, as in headlines: one then says little.
    pub(super) headline: bool,
    folded: String,
}

/// Whether the character parts words without a sign: spaces of all widths, and the marks that copying leaves in numbers.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
}

/// Whether nothing but space of the same line stands between two words; not even nothing.
pub(super) fn only_space(gap: &str) -> bool {
    !gap.is_empty() && gap.chars().all(|c| is_space(c) && c != '\n')
}

impl<'a> Text<'a> {
    /// Reads a text. Linear in its length.
    pub(super) fn read(raw: &'a str) -> Self {
        let mut text = Self { raw, tokens: Vec::new(), headline: false, folded: String::new() };
        let shouts = shouting(raw);
        let mut start = None;
        for (at, c) in raw.char_indices().chain([(raw.len(), ' ')]) {
            match (start, c.is_alphanumeric() || (start.is_some() && is_combining_mark(c))) {
                (None, true) => start = Some(at),
                (Some(from), false) => {
                    text.push(from, at, shouts);
                    start = None;
                }
                _ => {}
            }
        }
        text.mark_phrases();
        let words = text
            .tokens
            .iter()
            .filter(|t| t.end - t.start > 1 && !matches!(t.shape, Shape::Digits | Shape::Mixed | Shape::Initial));
        let (words, capitals) = words.fold((0, 0), |(n, c), t| (n + 1, c + usize::from(t.shape != Shape::Lower)));
        text.headline = words >= 3 && capitals * 10 >= words * 6;
        text
    }

    fn push(&mut self, start: usize, end: usize, shouts: bool) {
        let word = &self.raw[start..end];
        let from = self.folded.len();
        if word.is_ascii() {
            self.folded.extend(word.bytes().map(|b| char::from(b.to_ascii_lowercase())));
        } else {
            self.folded.push_str(&fold(word));
        }
        let class = Lexicon::get().of(&self.folded[from..]);
        let shape = shape(word, shouts);
        self.tokens.push(Token { start, end, class, shape, fold: (from, self.folded.len()) });
    }

    /// A phrase gives its class to its last word.
    fn mark_phrases(&mut self) {
        for i in 0..self.tokens.len() {
            if !self.is(i, STARTS) {
                continue;
            }
            for (words, class) in Lexicon::get().phrases(self.word(i)) {
                let fits = |(n, word): (usize, &String)| joins(self.gap(i + n)) && self.word(i + n + 1) == word;
                if words.iter().enumerate().all(fits)
                    && let Some(last) = self.tokens.get_mut(i + words.len())
                {
                    last.class |= class;
                }
            }
        }
    }

    pub(super) fn len(&self) -> usize {
        self.tokens.len()
    }

    /// The word, folded; empty past the end.
    pub(super) fn word(&self, i: usize) -> &str {
        self.tokens.get(i).map_or("", |t| &self.folded[t.fold.0..t.fold.1])
    }

    /// The word as it stands.
    pub(super) fn spelt(&self, i: usize) -> &'a str {
        self.tokens.get(i).map_or("", |t| &self.raw[t.start..t.end])
    }

    /// What stands after word `i`, to the next one or to the end.
    pub(super) fn gap(&self, i: usize) -> &'a str {
        let Some(token) = self.tokens.get(i) else { return "" };
        &self.raw[token.end..self.tokens.get(i + 1).map_or(self.raw.len(), |next| next.start)]
    }

    /// What stands before word `i`.
    pub(super) fn before(&self, i: usize) -> &'a str {
        match i.checked_sub(1) {
            Some(previous) => self.gap(previous),
            None => &self.raw[..self.tokens.first().map_or(self.raw.len(), |t| t.start)],
        }
    }

    /// Whether word `i` is of one of the classes.
    pub(super) fn is(&self, i: usize, class: u64) -> bool {
        self.tokens.get(i).is_some_and(|t| t.class & class != 0)
    }

    /// How word `i` is written.
    pub(super) fn shape(&self, i: usize) -> Option<Shape> {
        self.tokens.get(i).map(|t| t.shape)
    }

    /// Whether word `i` begins with a capital (and more than that one letter).
    pub(super) fn is_capital(&self, i: usize) -> bool {
        matches!(self.shape(i), Some(Shape::Cap | Shape::Upper))
    }

    /// Whether word `i` is made of letters only.
    pub(super) fn is_letters(&self, i: usize) -> bool {
        matches!(self.shape(i), Some(Shape::Cap | Shape::Upper | Shape::Lower | Shape::Initial))
    }

    pub(super) fn is_digits(&self, i: usize) -> bool {
        self.shape(i) == Some(Shape::Digits)
    }

    /// Whether a line begins with word `i`.
    pub(super) fn heads_line(&self, i: usize) -> bool {
        i == 0 || self.before(i).contains('\n')
    }

    /// Whether a sentence begins with word `i`.
    pub(super) fn heads_sentence(&self, i: usize) -> bool {
        i == 0 || self.before(i).contains(['.', '!', '?', '\n', ':', ';', '•', '|'])
    }

    /// Whether the sentence ends between word `i` and the next one.
    pub(super) fn ends_sentence(&self, i: usize) -> bool {
        let gap = self.gap(i);
        i + 1 >= self.len() || gap.contains(['\n', '!', '?', ';']) || gap.contains(". ") || gap.contains(".\t")
    }

    /// The nearest of up to `within` words before `i`, in the same sentence, that is of one of the classes.
    pub(super) fn behind(&self, i: usize, within: usize, class: u64) -> Option<usize> {
        (i.saturating_sub(within)..i).rev().take_while(|k| !self.ends_sentence(*k)).find(|k| self.is(*k, class))
    }

    /// The nearest of up to `within` words after `i`, in the same sentence, that is of one of the classes.
    pub(super) fn ahead(&self, i: usize, within: usize, class: u64) -> Option<usize> {
        (i..self.len().min(i + within))
            .take_while(|k| !self.ends_sentence(*k))
            .map(|k| k + 1)
            .find(|k| self.is(*k, class))
    }
}

/// Whether what stands between two words lets them be words of one phrase.
fn joins(gap: &str) -> bool {
    gap.len() <= 4
        && !gap.is_empty()
        && gap.chars().all(|c| (is_space(c) && c != '\n') || matches!(c, '-' | '\'' | '’' | '/' | '.' | '°'))
}

/// Whether a text is written in capitals, which then say nothing.
fn shouting(raw: &str) -> bool {
    let (mut upper, mut lower) = (0_usize, 0_usize);
    for c in raw.chars() {
        upper += usize::from(c.is_uppercase());
        lower += usize::from(c.is_lowercase());
    }
    upper > 8 && upper > lower * 3
}

fn shape(word: &str, shouts: bool) -> Shape {
    let (mut digits, mut letters, mut upper) = (0_usize, 0_usize, 0_usize);
    for c in word.chars().filter(|c| !is_combining_mark(*c)) {
        digits += usize::from(c.is_ascii_digit());
        letters += usize::from(!c.is_numeric());
        upper += usize::from(c.is_uppercase());
    }
    let first = word.chars().next().is_some_and(char::is_uppercase);
    match (letters, digits) {
        (0, _) if digits == word.len() => Shape::Digits,
        (0, _) => Shape::Mixed,
        (_, 1..) => Shape::Mixed,
        _ if shouts || !first => Shape::Lower,
        (1, 0) => Shape::Initial,
        _ if upper == letters => Shape::Upper,
        _ => Shape::Cap,
    }
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::{NEVER, PASSWORD, SEE, SURE};
    use super::*;

    #[test]
    fn words_have_their_classes_and_phrases_give_theirs_to_their_last_word() {
        let text = Text::read("Vu avec Karim : le mot-de-passe, 4521B.");
        assert_eq!(text.spelt(2), "Karim");
        assert!(text.is(2, SURE) && text.is(1, SEE) && text.is(6, PASSWORD) && !text.is(4, PASSWORD));
        assert_eq!((text.shape(2), text.shape(7)), (Some(Shape::Cap), Some(Shape::Mixed)));
        assert_eq!((text.before(0), text.gap(2), text.gap(7), text.gap(99)), ("", " : ", ".", ""));
        assert!(text.heads_sentence(3) && !text.heads_sentence(1));
    }

    #[test]
    fn capitals_say_nothing_in_a_text_of_capitals() {
        let text = Text::read("REMPLACÉ POMPE, VU AVEC KARIM");
        assert_eq!(text.shape(4), Some(Shape::Lower));
        assert_eq!(text.word(0), "remplace");
        assert!(text.is(0, NEVER));
    }

    #[test]
    fn accents_typed_as_two_characters_do_not_cut_a_word() {
        let text = Text::read("Que\u{301}re\u{301} est là");
        assert_eq!((text.word(0), text.len()), ("quere", 3));
    }
}
