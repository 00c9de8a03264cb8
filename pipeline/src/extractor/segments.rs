//! Where clauses may begin: at marks, at conjunctions, and in dictated speech where nothing is written down.

use super::clauses::View;
use super::dictation::{breath, spoken, told};
use super::sentences::{Sentence, Word};

/// What stands before a clause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sep {
    Start,
    Comma,
    Colon,
    Arrow,
    And,
    Then,
}

/// The stretches that may be clauses, with what stands before each.
pub(super) fn segments(view: View<'_>, sentence: &Sentence) -> Vec<(usize, usize, Sep)> {
    let mut out = Vec::new();
    let (mut from, mut sep) = (sentence.from, Sep::Start);
    let spoken = spoken(view, sentence);
    let mut i = sentence.from;
    let mut close = |from: usize, to: usize, sep: Sep| {
        if view.words[from..to].iter().any(|w| !w.mark) {
            out.push((from, to, sep));
        }
    };
    while i < sentence.to {
        let word = &view.words[i];
        if word.mark {
            if let Some(end) = quoted(view.words, i, sentence.to) {
                i = end;
                continue;
            }
            let next = match word.low.as_str() {
                "," => Sep::Comma,
                ":" => Sep::Colon,
                "+" | "&" => Sep::And,
                "->" | "=" | "—" | "–" | ">" | "|" | "…" => Sep::Arrow,
                _ => {
                    i += 1;
                    continue;
                }
            };
            close(from, i, sep);
            (from, sep) = (i + 1, next);
        } else if i > from {
            let next = match word.fold.as_str() {
                // "entre le filtre et la vanne" is one place.
                "et" | "and" if between(view, i, from) => None,
                "et" | "and" => Some((i + 1, Sep::And)),
                // "20 puis 45 N·m"
                "puis" | "then" if number(view, i - 1) && number(view, i + 1) => None,
                "puis" | "ensuite" | "then" | "mais" | "but" | "donc" | "so" | "car" => Some((i, Sep::Then)),
                _ if subject(view, i, from) || told(view, i, from, sentence.to) => Some((i, Sep::Start)),
                _ if spoken && breath(view, i, from) => Some((i, Sep::Start)),
                _ => None,
            };
            if let Some((begin, next)) = next {
                close(from, i, sep);
                (from, sep) = (begin, next);
            }
        }
        i += 1;
    }
    close(from, sentence.to, sep);
    out
}

fn number(view: View<'_>, i: usize) -> bool {
    view.fold(i).starts_with(|c: char| c.is_ascii_digit())
}

/// Whether the "et" at `i` stands between the two ends of a place.
fn between(view: View<'_>, i: usize, from: usize) -> bool {
    (i.saturating_sub(7).max(from)..i).rev().take_while(|j| !view.words[*j].mark).any(|j| {
        matches!(view.fold(j), "entre" | "between") && !(j + 1..i).any(|k| matches!(view.fold(k), "et" | "and"))
    })
}

/// One past the closing mark of what is quoted or in brackets at `i`; nothing is read out of it.
fn quoted(words: &[Word], i: usize, to: usize) -> Option<usize> {
    let closing = match words[i].low.as_str() {
        "(" => ")",
        "[" => "]",
        "«" => "»",
        "“" => "”",
        "\"" => "\"",
        _ => return None,
    };
    (i + 1..to.min(i + 80)).find(|j| words[*j].is(closing)).map(|j| j + 1)
}

/// Whether a new clause begins at a subject that no mark announces, as in dictated speech.
fn subject(view: View<'_>, i: usize, from: usize) -> bool {
    let before = view.fold(i - 1);
    let subordinate = matches!(
        before,
        "que"
            | "qu'"
            | "qui"
            | "quand"
            | "si"
            | "lorsque"
            | "lorsqu'"
            | "dont"
            | "comme"
            | "ou"
            | "that"
            | "when"
            | "if"
            | "which"
            | "while"
            | "before"
            | "after"
            | "as"
            | "because"
            | "parce"
            | "since"
            | "until"
    );
    if subordinate || i == from {
        return false;
    }
    if view.french() {
        view.fold(i) == "j'"
            || (matches!(view.fold(i), "je" | "nous" | "on")
                && matches!(view.fold(i + 1), "ai" | "avons" | "a" | "l'" | "les" | "suis"))
    } else {
        matches!(view.fold(i), "i" | "we")
            && (view.lexicon.verbs.form(view.words, i + 1).is_some() || view.tensed(i + 1))
    }
}
