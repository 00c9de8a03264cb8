//! Where a quote stands in its source: to the letter, else in another spelling, else with a few letters that differ.
//!
//! Another spelling is one that differs by blanks, capitals, accents, quotation marks, dashes, ligatures or invisible
//! characters only. Beyond that the words are aligned: at most [`TOLERANCE`] of the quote's letters may differ, and no
//! number, no code and no word of negation.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::lexemes::{Kind, Lexeme, lexemes};
use crate::codes::words::set;

/// The share of a quote's letters that may differ from its source.
const TOLERANCE: f64 = 0.1;
/// Places of the source that are tried for one quote, and words of a quote that are aligned.
const PLACES: usize = 48;
const LONGEST: usize = 150;
/// What a model may leave out between two halves of one quote, in bytes.
const ELISION: usize = 300;

set!(
    /// Words that turn what is said around.
    NEGATIONS =
    "ne n pas plus jamais aucun aucune sans ni non rien nul nulle not no never without none nor neither cannot t nothing"
);

/// Where `quote` stands in `text`: its first byte and one past its last. Linear in the length of the text.
#[must_use]
pub fn locate(text: &str, quote: &str) -> Option<(usize, usize)> {
    Hay::new(text).locate(quote, None)
}

/// A text that quotes are looked for in.
pub(super) struct Hay<'a> {
    text: &'a str,
    pub(super) lexemes: Vec<Lexeme>,
    joined: OnceCell<Joined>,
    index: OnceCell<Index>,
}

/// The lexemes that are no marks, and where each word stands among them.
struct Index {
    places: Vec<usize>,
    words: HashMap<String, Vec<usize>>,
}

/// The lexemes in a row, and where each begins in it.
struct Joined {
    row: String,
    starts: Vec<usize>,
}

fn join(lexemes: &[Lexeme]) -> Joined {
    let (mut row, mut starts) = (String::from("\u{1}"), Vec::with_capacity(lexemes.len()));
    for (i, lexeme) in lexemes.iter().enumerate() {
        starts.push(row.len());
        // Between digits a comma is a point.
        let decimal = lexeme.is(",") && lexeme.glued() && lexemes.get(i + 1).is_some_and(|l| l.digits() && l.glued());
        row.push_str(if decimal { "." } else { &lexeme.fold });
        row.push('\u{1}');
    }
    Joined { row, starts }
}

impl<'a> Hay<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, lexemes: lexemes(text), joined: OnceCell::new(), index: OnceCell::new() }
    }

    /// Where the quote stands; the occurrence nearest to `near` where there are more.
    pub(super) fn locate(&self, quote: &str, near: Option<usize>) -> Option<(usize, usize)> {
        let edges = |c: char| c.is_whitespace() || "\"'«»“”‘’…".contains(c);
        let quote = quote.trim_matches(edges);
        if !quote.contains(char::is_alphanumeric) {
            return None;
        }
        self.to_the_letter(quote, near)
            .or_else(|| {
                let needle = lexemes(quote);
                self.respelt(&needle, near).or_else(|| self.aligned(&needle))
            })
            .or_else(|| self.elided(quote))
    }

    fn to_the_letter(&self, quote: &str, near: Option<usize>) -> Option<(usize, usize)> {
        let distance = |at: usize| near.map_or(at, |near| at.abs_diff(near));
        let found = self.text.match_indices(quote).map(|(at, _)| (at, at + quote.len()));
        found.filter(|(start, end)| self.whole(*start, *end)).min_by_key(|(start, _)| distance(*start))
    }

    /// Whether the stretch begins and ends with a whole word; a number is never cut.
    fn whole(&self, start: usize, end: usize) -> bool {
        let outside = |c: Option<char>, inside: Option<char>, beyond: Option<char>| match (c, inside) {
            (Some(c), Some(inside)) if c.is_alphanumeric() && inside.is_alphanumeric() => false,
            (Some('.' | ','), Some(inside)) if inside.is_ascii_digit() => !beyond.is_some_and(|b| b.is_ascii_digit()),
            _ => true,
        };
        let mut before = self.text[..start].chars().rev();
        let mut after = self.text[end..].chars();
        let (first, last) = (self.text[start..].chars().next(), self.text[..end].chars().next_back());
        outside(before.next(), first, before.next()) && outside(after.next(), last, after.next())
    }

    fn respelt(&self, needle: &[Lexeme], near: Option<usize>) -> Option<(usize, usize)> {
        let needle = core(needle);
        let joined = self.joined.get_or_init(|| join(&self.lexemes));
        let row = join(needle).row;
        let distance = |at: usize| near.map_or(at, |near| self.lexemes[at].start.abs_diff(near));
        let at = joined
            .row
            .match_indices(row.as_str())
            .map(|(at, _)| joined.starts.partition_point(|s| *s <= at))
            .filter(|i| i + needle.len() <= self.lexemes.len())
            .filter(|i| self.whole(self.lexemes[*i].start, self.lexemes[i + needle.len() - 1].end))
            .min_by_key(|i| distance(*i))?;
        Some((self.lexemes[at].start, self.lexemes[at + needle.len() - 1].end))
    }

    fn aligned(&self, needle: &[Lexeme]) -> Option<(usize, usize)> {
        let words: Vec<&Lexeme> = needle.iter().filter(|l| l.kind != Kind::Mark).collect();
        if words.is_empty() || words.len() > LONGEST {
            return None;
        }
        let Index { places, words: index } = self.index.get_or_init(|| self.indexed());
        let tried = (3000 / words.len()).min(PLACES);
        // The rarest words of the quote say where it may stand.
        let mut anchors: Vec<(usize, &Vec<usize>)> =
            words.iter().enumerate().filter_map(|(i, w)| Some((i, index.get(&w.fold)?))).collect();
        anchors.sort_by_key(|(_, at)| at.len());
        let mut starts: Vec<usize> = anchors
            .iter()
            .take(4)
            .filter(|(_, at)| at.len() <= tried)
            .flat_map(|(i, at)| at.iter().map(|a| a.saturating_sub(*i)))
            .collect();
        starts.sort_unstable();
        starts.dedup_by(|a, b| a.abs_diff(*b) <= 2);
        let slack = 2 + words.len() / 5;
        let letters: usize = words.iter().map(|w| w.fold.chars().count()).sum();
        let most = (letters as f64 * TOLERANCE).floor() as usize;
        let best = starts
            .iter()
            .take(tried)
            .filter_map(|start| {
                let from = start.saturating_sub(slack);
                let window = &places[from..places.len().min(start + words.len() + slack)];
                let theirs: Vec<&Lexeme> = window.iter().map(|p| &self.lexemes[*p]).collect();
                let (cost, first, last) = align(&words, &theirs, most)?;
                Some((cost, window[first], window[last]))
            })
            .min_by_key(|(cost, ..)| *cost)?;
        let (start, end) = (self.lexemes[best.1].start, self.lexemes[best.2].end);
        self.whole(start, end).then_some((start, end))
    }

    fn indexed(&self) -> Index {
        let places: Vec<usize> = (0..self.lexemes.len()).filter(|i| self.lexemes[*i].kind != Kind::Mark).collect();
        let mut words: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, place) in places.iter().enumerate() {
            words.entry(self.lexemes[*place].fold.clone()).or_default().push(at);
        }
        Index { places, words }
    }

    /// A quote with a stretch left out: "… la pompe […] a été purgée".
    fn elided(&self, quote: &str) -> Option<(usize, usize)> {
        let plain = quote.replace("[...]", "…").replace("[…]", "…").replace("(...)", "…").replace("...", "…");
        let parts: Vec<&str> = plain.split('…').map(str::trim).filter(|p| !p.is_empty()).collect();
        if parts.len() < 2 || parts.len() > 4 || parts.iter().any(|p| p.split_whitespace().count() < 2) {
            return None;
        }
        let mut span: Option<(usize, usize)> = None;
        for part in parts {
            let found = self.locate(part, span.map(|s| s.1))?;
            span = Some(match span {
                None => found,
                Some((start, end)) if found.0 >= end && found.0 - end <= ELISION => (start, found.1),
                Some(_) => return None,
            });
        }
        span
    }
}

/// Without the marks at both ends.
fn core(lexemes: &[Lexeme]) -> &[Lexeme] {
    let letter = |l: &Lexeme| l.kind != Kind::Mark;
    let from = lexemes.iter().position(letter).unwrap_or(0);
    let to = lexemes.iter().rposition(letter).map_or(lexemes.len(), |p| p + 1);
    &lexemes[from..to]
}

/// The price of what may not differ.
const NO: usize = usize::MAX / 4;

/// What may not differ between a quote and its source.
fn fixed(lexeme: &Lexeme) -> bool {
    lexeme.digits() || NEGATIONS.contains(&lexeme.fold)
}

/// Aligns all of `ours` with a stretch of `theirs`: letters that differ, first and last lexeme of the stretch; `None`
/// when more than `most` differ.
fn align(ours: &[&Lexeme], theirs: &[&Lexeme], most: usize) -> Option<(usize, usize, usize)> {
    // Looked up once for each word, not for each pair of words.
    let priced = |words: &[&Lexeme]| -> Vec<usize> {
        words.iter().map(|l| if fixed(l) { NO } else { l.fold.chars().count() }).collect()
    };
    let (our_price, their_price) = (priced(ours), priced(theirs));
    // Cost so far and where the stretch began, for each end in `theirs`; a stretch may begin anywhere.
    let mut row: Vec<(usize, usize)> = (0..=theirs.len()).map(|j| (0, j)).collect();
    for (our, price) in ours.iter().zip(&our_price) {
        let mut next = Vec::with_capacity(row.len());
        next.push((row[0].0.saturating_add(*price).min(NO), row[0].1));
        for (j, (their, their_price)) in theirs.iter().zip(&their_price).enumerate() {
            let swap = (row[j].0.saturating_add(differ((our, *price), (their, *their_price), most)), row[j].1);
            let drop = (row[j + 1].0.saturating_add(*price), row[j + 1].1);
            let skip = (next[j].0 + their_price, next[j].1);
            let best = [swap, drop, skip].into_iter().min_by_key(|c| c.0).unwrap_or((NO, j));
            next.push((best.0.min(NO), best.1));
        }
        row = next;
    }
    let (end, (cost, start)) = row.iter().enumerate().min_by_key(|(_, c)| c.0).map(|(e, c)| (e, *c))?;
    (cost <= most && end > start).then(|| (cost, start, end - 1))
}

/// How many letters two words, each with its price, differ by; [`NO`] when they may not differ.
fn differ((a, price_a): (&Lexeme, usize), (b, price_b): (&Lexeme, usize), most: usize) -> usize {
    if a.fold == b.fold {
        return 0;
    }
    let longer = price_a.max(price_b);
    // What may not differ is dear. Misspelt words begin alike; whatever does not is another word.
    if longer == NO || a.fold.chars().take(2).ne(b.fold.chars().take(2)) {
        return longer;
    }
    let (a, b): (Vec<char>, Vec<char>) = (a.fold.chars().take(40).collect(), b.fold.chars().take(40).collect());
    if a.len().abs_diff(b.len()) > most {
        return a.len().max(b.len());
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let swap = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = swap.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    const REPORT: &str = "Machine en défaut E\u{2011}042.\u{a0}Vis serrées à 1,5 N·m ; l’électrode « neuve » n'est pas \
        posée. J'ai remplacé la cartouche chauffante de la mâchoire arrière, serrage 16 N·m puis 167 cycles.";

    fn found(quote: &str) -> Option<&'static str> {
        locate(REPORT, quote).map(|(start, end)| &REPORT[start..end])
    }

    #[test]
    fn to_the_letter_then_respelt() {
        assert_eq!(found("la cartouche chauffante"), Some("la cartouche chauffante"));
        assert_eq!(found("machine en defaut E-042"), Some("Machine en défaut E\u{2011}042"));
        assert_eq!(found("\"Vis serrées à 1.5 N.m"), Some("Vis serrées à 1,5 N·m"));
        assert_eq!(found("Vis serrées  à 1,5 N·m"), Some("Vis serrées à 1,5 N·m"));
        assert_eq!(found("l'électrode \"neuve\" n’est pas posée."), Some("l’électrode « neuve » n'est pas posée"));
    }

    #[test]
    fn a_few_letters_may_differ_but_no_number_and_no_negation() {
        assert!(found("J'ai remplacé la cartouche chaufante de la mâchoire arrière").is_some());
        assert!(found("J'ai remplacé la cartouche chauffante de mâchoire arrière").is_some());
        assert_eq!(found("J'ai remplacé la cartouche chauffante de la mâchoire arrière, serrage 17 N·m"), None);
        assert_eq!(found("l'électrode neuve est posée"), None);
        assert_eq!(found("J'ai remplacé le joint de la mâchoire arrière"), None);
    }

    #[test]
    fn a_number_is_never_cut() {
        assert_eq!(found("puis 16"), None);
        assert_eq!(found("puis 167"), Some("puis 167"));
        assert_eq!(found("à 1"), None);
    }

    #[test]
    fn what_was_left_out_is_taken_back() {
        assert_eq!(
            found("Vis serrées à 1,5 N·m [...] n'est pas posée"),
            Some("Vis serrées à 1,5 N·m ; l’électrode « neuve » n'est pas posée")
        );
        assert_eq!(found("n'est pas posée ... Vis serrées"), None);
    }

    #[test]
    fn nothing_and_marks_alone_are_no_quote() {
        for quote in ["", "   ", "…", "« »", "🔥"] {
            assert_eq!(found(quote), None, "{quote}");
        }
    }
}
