//! The piece of a passage that answers, with the words that matched.

use std::collections::HashSet;
use std::ops::Range;

use savoir_models::text::Language;
use serde::Serialize;

use crate::codes;
use crate::index::analysis::words;

/// Bytes of a passage that a hit shows, about three lines on a phone.
const LENGTH: usize = 260;

/// What stands where text was left out.
const CUT: &str = "…";

/// A piece of text with what matched in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Snippet {
    /// The piece, without any markup.
    pub text: String,
    /// What to highlight: ranges of bytes (UTF-8) of `text`, in order, without overlap.
    pub marks: Vec<Mark>,
}

/// A range of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// First byte.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

/// The piece of `text` where the most of what was asked stands together; its beginning when nothing does.
pub(super) fn of(text: &str, language: Language, asked: &str) -> Snippet {
    let matches = matches(text, language, asked);
    let best = (0..matches.len())
        .max_by_key(|first| {
            let from = matches[*first].start;
            let together = matches[*first..].iter().take_while(|m| m.end <= from + LENGTH).count();
            // Of equals, the earliest.
            (together, std::cmp::Reverse(*first))
        })
        .map_or(0, |first| matches[first].start);
    let start = if best < LENGTH / 2 { 0 } else { beginning(text, best) };
    let end = ending(text, start + LENGTH);
    let lead = if start > 0 { CUT } else { "" };
    let tail = if end < text.len() { CUT } else { "" };
    let marks = matches
        .into_iter()
        .filter(|m| start <= m.start && m.end <= end)
        .map(|m| Mark { start: m.start - start + lead.len(), end: m.end - start + lead.len() })
        .collect();
    Snippet { text: format!("{lead}{}{tail}", &text[start..end]), marks }
}

/// Words and codes of the text that were asked for.
fn matches(text: &str, language: Language, asked: &str) -> Vec<Range<usize>> {
    let wanted: HashSet<String> = words(asked, language).into_iter().map(|w| w.term).collect();
    let named: Vec<String> = codes::find(asked, None).into_iter().map(|c| c.canonical).collect();
    let spelt = codes::find(text, Some(language))
        .into_iter()
        .filter(|c| named.iter().any(|n| codes::same(n, &c.canonical)))
        .map(|c| c.start..c.end);
    let mut all: Vec<Range<usize>> =
        words(text, language).into_iter().filter(|w| wanted.contains(&w.term)).map(|w| w.at).chain(spelt).collect();
    all.sort_by_key(|m| (m.start, std::cmp::Reverse(m.end)));
    let mut out: Vec<Range<usize>> = Vec::with_capacity(all.len());
    for one in all {
        if out.last().is_none_or(|last| last.end <= one.start) {
            out.push(one);
        }
    }
    out
}

/// Where a piece that shows `at` begins: at its line when that is near, else at a word.
fn beginning(text: &str, at: usize) -> usize {
    let from = boundary(text, at.saturating_sub(LENGTH / 4));
    match text[from..at].rfind('\n') {
        Some(line) => from + line + 1,
        None => text[from..at].find(char::is_whitespace).map_or(from, |space| boundary(text, from + space + 1)),
    }
}

/// Where a piece ends that may reach to `at`: before the word that would be cut.
fn ending(text: &str, at: usize) -> usize {
    if at >= text.len() {
        return text.len();
    }
    let at = boundary(text, at);
    text[..at].rfind(char::is_whitespace).filter(|space| at - space < 40).unwrap_or(at)
}

/// The nearest place at or before `at` that does not cut a letter.
fn boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(snippet: &Snippet) -> Vec<&str> {
        snippet.marks.iter().map(|m| &snippet.text[m.start..m.end]).collect()
    }

    #[test]
    fn what_matched_is_marked_in_whatever_form_it_stands() {
        let found = of(
            "Les électrovannes étaient bloquées, défaut E-042 affiché.",
            Language::French,
            "électrovanne bloqué E42",
        );
        assert_eq!(marked(&found), ["électrovannes", "bloquées", "E-042"]);
    }

    #[test]
    fn a_long_text_is_cut_around_what_matched() {
        let text =
            format!("{}Remplacer la courroie.\n{}", "Rien à voir ici. ".repeat(60), "Toujours rien. ".repeat(60));
        let found = of(&text, Language::French, "courroie");
        assert!(found.text.len() < LENGTH + 80, "{}", found.text.len());
        assert!(found.text.starts_with(CUT) && found.text.ends_with(CUT));
        assert_eq!(marked(&found), ["courroie"]);
    }

    #[test]
    fn without_a_match_the_beginning_is_shown() {
        let found = of("Vidanger le circuit.", Language::French, "zzz");
        assert_eq!((found.text.as_str(), found.marks.len()), ("Vidanger le circuit.", 0));
    }

    #[test]
    fn letters_of_several_bytes_are_never_cut() {
        for text in ["é".repeat(1000), "🙂".repeat(500), "مضخة ".repeat(300)] {
            let found = of(&text, Language::French, "مضخة é");
            assert!(
                found.marks.iter().all(|m| found.text.is_char_boundary(m.start) && found.text.is_char_boundary(m.end))
            );
        }
    }
}
