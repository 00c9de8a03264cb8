//! Words and sentences of an untidy text, each with its bytes.
//!
//! One pass over the text, whatever its length: a report of five megabytes, a line without any punctuation or a page of
//! emoji cost what their bytes cost.

use super::words::{ABBREVIATIONS, ALWAYS};
use crate::codes::fold;

/// A word, a number with its unit, or a punctuation mark.
#[derive(Debug, Clone)]
pub(super) struct Word {
    /// First byte.
    pub(super) start: usize,
    /// One past the last.
    pub(super) end: usize,
    /// Lower case, accents kept: what tells "contrôlé" from "contrôle".
    pub(super) low: String,
    /// Without accents.
    pub(super) fold: String,
    /// A mark of punctuation, not a word.
    pub(super) mark: bool,
    /// A line begins here.
    line: bool,
    /// A paragraph begins here.
    paragraph: bool,
}

impl Word {
    /// Whether it is this mark.
    pub(super) fn is(&self, mark: &str) -> bool {
        self.mark && self.low == mark
    }
}

/// A sentence, a list item or a telegraphic stretch.
#[derive(Debug, Clone)]
pub(super) struct Sentence {
    /// First word.
    pub(super) from: usize,
    /// One past the last; the closing mark is not in it.
    pub(super) to: usize,
    /// Which paragraph, from 0.
    pub(super) paragraph: usize,
    /// Which line, from 0.
    pub(super) line: usize,
    /// It asks.
    pub(super) question: bool,
}

/// A text that has been read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Words and marks, in order.
    pub(super) words: Vec<Word>,
    /// Sentences, in order.
    pub(super) sentences: Vec<Sentence>,
}

impl Reading {
    /// Whether a line begins at word `i`.
    pub(super) fn begins_line(&self, i: usize) -> bool {
        self.words.get(i).is_some_and(|w| w.line)
    }
}

/// Words after which a stretch without a full stop is cut all the same: nobody can read it as one sentence, and what is
/// asked of a sentence costs what it is long.
const LONGEST: usize = 200;

/// Marks that are words of their own; anything else that is neither letter nor digit is passed over.
const MARKS: &str = ".,;:!?()[]«»“”\"…–—>=+*•&|#";

/// Reads a text.
pub(super) fn read(text: &str) -> Reading {
    let words = words(text);
    let sentences = sentences(text, &words);
    Reading { words, sentences }
}

fn words(text: &str) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    let mut chars = text.char_indices().peekable();
    let (mut newlines, mut last_line_end) = (2_usize, 0);
    let mut line_start = 0;
    while let Some((start, c)) = chars.next() {
        if c == '\n' {
            newlines += 1;
            last_line_end = start;
            line_start = start + 1;
            continue;
        }
        if c.is_whitespace() || c.is_control() {
            continue;
        }
        let mut end = start + c.len_utf8();
        let mut mark = true;
        if c.is_alphanumeric() || matches!(c, '°' | '%' | '_') {
            mark = false;
            while let Some(&(at, next)) = chars.peek() {
                let after = || text[at + next.len_utf8()..].chars().next().unwrap_or(' ');
                let before = text[..at].chars().next_back().unwrap_or(' ');
                if next.is_alphanumeric() || matches!(next, '°' | '%' | '_') {
                } else if matches!(next, '\'' | '’') && after().is_alphanumeric() {
                    // "l'huile" is two words, "don't" and "it's" are one.
                    let rest = &text[at + next.len_utf8()..];
                    let suffix = rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
                    let english = matches!(suffix, "t" | "s" | "re" | "ve" | "ll")
                        && !matches!(&text[start..at], "n" | "l" | "d" | "c" | "j");
                    if !english {
                        chars.next();
                        end = at + next.len_utf8();
                        break;
                    }
                } else if matches!(next, '.' | ',') {
                    if !(before.is_ascii_digit() && after().is_ascii_digit()) {
                        break;
                    }
                } else if !(matches!(next, '-' | '/' | '·' | '‑' | '@') && after().is_alphanumeric()) {
                    break;
                }
                chars.next();
                end = at + next.len_utf8();
            }
        } else if c == '-' {
            if let Some(&(at, '>')) = chars.peek() {
                chars.next();
                end = at + 1;
            } else if text[end..].starts_with(|n: char| n.is_ascii_digit()) && newlines == 0 {
                // A negative number keeps its sign by its place in the text; the dash is no mark.
                continue;
            }
        } else if !MARKS.contains(c) {
            continue;
        }
        let spelling = &text[start..end];
        let low: String =
            spelling.chars().flat_map(char::to_lowercase).map(|c| if c == '’' { '\'' } else { c }).collect();
        let folded = if mark { low.clone() } else { fold(&low) };
        // A hard-wrapped line goes on in lower case after a long line.
        let wrapped = newlines == 1 && c.is_lowercase() && {
            let began = text[..last_line_end].rfind('\n').map_or(0, |n| n + 1);
            last_line_end - began >= 50 && out.last().is_some_and(|w| !w.mark || w.is(","))
        };
        let line = newlines > 0 && !wrapped && text[line_start..start].trim().is_empty();
        out.push(Word { start, end, low, fold: folded, mark, line, paragraph: newlines > 1 });
        newlines = 0;
    }
    out
}

fn sentences(text: &str, words: &[Word]) -> Vec<Sentence> {
    let mut out: Vec<Sentence> = Vec::new();
    let (mut from, mut paragraph, mut line) = (0, 0, 0);
    let mut close = |from: usize, to: usize, place: (usize, usize), question: bool| {
        if words[from..to].iter().any(|w| !w.mark) {
            out.push(Sentence { from, to, paragraph: place.0, line: place.1, question });
        }
    };
    let mut i = 0;
    // What stands in brackets on one line is not cut.
    let mut shut = 0;
    while i < words.len() {
        let word = &words[i];
        if word.is("(") && i >= shut {
            let near = words[i + 1..].iter().take(40).take_while(|w| !w.line).position(|w| w.is(")"));
            shut = near.map_or(shut, |p| i + 1 + p);
        }
        if word.line && i > 0 {
            close(from, i, (paragraph, line), false);
            from = i;
            line += 1;
            paragraph += usize::from(word.paragraph);
        }
        if word.line {
            // List markers: "-", "•", "1.", "2)".
            let marker = matches!(word.low.as_str(), "-" | "*" | "•" | "–" | "—" | "+" | ">");
            let number = word.low.len() <= 2
                && word.low.bytes().all(|b| b.is_ascii_digit())
                && words.get(i + 1).is_some_and(|n| n.is(".") || n.is(")"));
            if marker || number {
                i += if marker { 1 } else { 2 };
                from = i;
                continue;
            }
        }
        if i - from >= LONGEST && i >= shut {
            close(from, i, (paragraph, line), false);
            from = i;
        }
        let ends = word.mark
            && i >= shut
            && match word.low.as_str() {
                "!" | "?" | ";" | "…" => true,
                "." => stops(text, words, i),
                _ => false,
            };
        if ends {
            close(from, i, (paragraph, line), word.low == "?");
            from = i + 1;
        }
        i += 1;
    }
    if from < words.len() {
        close(from, words.len(), (paragraph, line), false);
    }
    out
}

/// Whether the full stop at `i` ends its sentence.
fn stops(text: &str, words: &[Word], i: usize) -> bool {
    let (Some(before), Some(after)) = (i.checked_sub(1).map(|p| &words[p]), words.get(i + 1)) else { return true };
    let glued = after.start == words[i].end;
    let first = text[after.start..].chars().next().unwrap_or(' ');
    if glued {
        // "lustré.Le passer": a missing blank; "p.hyd", "exemple.com": one word.
        return first.is_uppercase() && before.low.len() >= 3 && before.low.chars().all(char::is_alphabetic);
    }
    if after.line {
        return true;
    }
    // "10 min. Tension", "1 h. 80 sachets": after a number it is a unit, and the stop is one.
    let unit = i >= 2 && words[i - 2].low.starts_with(|c: char| c.is_ascii_digit());
    let letter = before.low.chars().count() == 1 && before.low.chars().all(char::is_alphabetic);
    let short = ABBREVIATIONS.contains(&before.fold) && !first.is_uppercase();
    !(ALWAYS.contains(&before.fold) || (!unit && (short || letter)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        let reading = read(text);
        reading.sentences.iter().map(|s| &text[reading.words[s.from].start..reading.words[s.to - 1].end]).collect()
    }

    #[test]
    fn abbreviations_and_decimals_do_not_end_a_sentence() {
        assert_eq!(
            cut("Résist. chauff. mesurées OK (env. 130 ohms). Chgt TC réf. VP-TC-J. Serrage 1.5 N·m. RAS ensuite."),
            ["Résist. chauff. mesurées OK (env. 130 ohms)", "Chgt TC réf. VP-TC-J", "Serrage 1.5 N·m", "RAS ensuite"]
        );
    }

    #[test]
    fn list_items_are_sentences_without_their_markers() {
        assert_eq!(
            cut("Travaux :\n1. Dépose du capot\n2) Nettoyage\n- Graissage ; purge"),
            ["Travaux :", "Dépose du capot", "Nettoyage", "Graissage", "purge"]
        );
    }

    #[test]
    fn a_hard_wrapped_line_goes_on() {
        let text = "La machine s'arrête toutes les dix minutes sur la ligne trois\net les sachets s'ouvrent.";
        assert_eq!(cut(text).len(), 1);
    }

    #[test]
    fn a_missing_blank_after_a_full_stop_is_understood() {
        assert_eq!(
            cut("Coince parce que non huilé.Nettoyer le mécanisme"),
            ["Coince parce que non huilé", "Nettoyer le mécanisme"]
        );
    }

    #[test]
    fn elisions_are_words_and_english_contractions_are_not() {
        let words: Vec<String> = read("J’ai vidé l'huile, it doesn't run").words.into_iter().map(|w| w.fold).collect();
        assert_eq!(words, ["j'", "ai", "vide", "l'", "huile", ",", "it", "doesn't", "run"]);
    }
}
