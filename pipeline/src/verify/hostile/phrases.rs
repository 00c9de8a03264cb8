//! Phrases that speak to a reader, from the lexicon.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::super::lexemes::{Gap, Lexeme};
use super::views::folded;
use super::{Doubt, shown};

/// Up to this many words may stand in a gap.
const GAP: usize = 6;

struct Alternative {
    text: String,
    prefix: bool,
    /// Not before a capital or a digit.
    common: bool,
}

struct Element {
    any: Vec<Alternative>,
    /// Words may stand before it.
    gap: bool,
}

struct Pattern {
    kind: &'static str,
    elements: Vec<Element>,
}

struct Phrases {
    patterns: Vec<Pattern>,
    /// Patterns by the first letters of their first word.
    first: HashMap<String, Vec<usize>>,
}

static PHRASES: LazyLock<Phrases> = LazyLock::new(|| Phrases::read(include_str!("../lexicon/hostile.txt")));

fn key(word: &str) -> &str {
    word.char_indices().nth(3).map_or(word, |(at, _)| &word[..at])
}

impl Phrases {
    fn read(file: &'static str) -> Self {
        let mut out = Self { patterns: Vec::new(), first: HashMap::new() };
        let mut kind = "";
        for line in file.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                kind = name;
                continue;
            }
            let mut elements = Vec::new();
            let mut gap = false;
            for word in line.split_whitespace() {
                if word == ".." {
                    gap = true;
                    continue;
                }
                let any = word.split('/').filter(|w| !w.is_empty()).map(|w| {
                    let (w, common) = w.strip_suffix('!').map_or((w, false), |w| (w, true));
                    let (w, prefix) = w.strip_suffix('*').map_or((w, false), |w| (w, true));
                    Alternative { text: w.to_owned(), prefix, common }
                });
                elements.push(Element { any: any.collect(), gap });
                gap = false;
            }
            let number = out.patterns.len();
            for alternative in elements.first().map_or(&[][..], |e| e.any.as_slice()) {
                out.first.entry(key(&alternative.text).to_owned()).or_default().push(number);
            }
            out.patterns.push(Pattern { kind, elements });
        }
        out
    }
}

/// A word or mark that phrases are made of.
struct Token<'a> {
    fold: std::borrow::Cow<'a, str>,
    lexeme: &'a Lexeme,
    mark: bool,
}

/// The phrases of a text that speak to its reader.
pub(super) fn spoken(text: &str, lexemes: &[Lexeme]) -> Vec<Doubt> {
    let tokens: Vec<Token<'_>> = lexemes
        .iter()
        .filter(|l| !matches!(l.fold.as_str(), "'" | "-" | "," | "(" | ")" | "." | "«" | "»" | "*" | "_" | "#"))
        .map(|lexeme| Token { fold: folded(lexeme), lexeme, mark: !lexeme.word() && !lexeme.digits() })
        .collect();
    let mut out = Vec::new();
    for at in 0..tokens.len() {
        let known = PHRASES.first.get(key(&tokens[at].fold)).map_or(&[][..], Vec::as_slice);
        for number in known {
            let pattern = &PHRASES.patterns[*number];
            if let Some(end) = ends(&tokens, at, &pattern.elements) {
                let (start, end) = (tokens[at].lexeme.start, tokens[end - 1].lexeme.end);
                out.push(reason(pattern.kind, text, start, end));
                break;
            }
        }
    }
    out
}

/// One past the last token of the elements that begin at token `at`.
fn ends(tokens: &[Token<'_>], at: usize, elements: &[Element]) -> Option<usize> {
    let Some((element, rest)) = elements.split_first() else { return Some(at) };
    let mut i = at;
    let mut words = 0;
    while i < tokens.len() && words <= if element.gap { GAP } else { 0 } {
        let token = &tokens[i];
        if i > at && token.lexeme.gap == Gap::Line {
            return None;
        }
        let next = tokens.get(i + 1);
        let fits = element.any.iter().any(|a| {
            let same = if a.prefix { token.fold.starts_with(a.text.as_str()) } else { token.fold == a.text.as_str() };
            let name = next.is_some_and(|n| n.lexeme.digits() || n.lexeme.capital());
            same && !(a.common && name)
        });
        if fits {
            let broken = !rest.is_empty() && next.is_none_or(|n| n.lexeme.gap == Gap::Line);
            if let Some(end) = (!broken).then(|| ends(tokens, i + 1, rest)).flatten() {
                return Some(end);
            }
        }
        words += usize::from(!token.mark);
        i += 1;
    }
    None
}

fn reason(kind: &str, text: &str, start: usize, end: usize) -> Doubt {
    let shown = shown(text, start, end);
    let (en, fr) = match kind {
        "answer" => ("It says what a procedure should say", "Elle dicte ce que la procédure devrait dire"),
        "approve" => ("It claims or asks for an approval", "Elle prétend ou demande une approbation"),
        "leak" => ("It asks for what is none of this case", "Elle demande ce qui n'est pas de ce dossier"),
        _ => ("It speaks to a machine that reads", "Elle s'adresse à une machine qui lit"),
    };
    let doubt = Doubt::new(start, end, format!("{en}: “{shown}”."), format!("{fr} : « {shown} »."));
    Doubt { closes: kind == "close", ..doubt }
}
