//! Checks that are told by their outcome: "Courroie tendue, filtre propre", "flèche de la chaîne : 28 mm", "belt fine".

use super::clauses::{Clause, Part, View};
use super::imperative::{capital, slice, trimmed, with_article};
use super::lexicon::Cue;
use super::likeness;
use super::phrases::determined;
use super::piece::Look;
use super::verbs::{Kind, Shape};
use super::words::{CONNECTORS, COPULAS, NO_NOUN, STOP, UNITS};

/// More words than this do not name one thing.
const LONGEST: usize = 8;

/// The check whose outcome the clause at `at` tells, if it tells one: what was looked at must be a component, and it must
/// be said that it is fine, or damaged, or which value was read.
pub(super) fn look(view: View<'_>, text: &str, clauses: &[Clause], at: usize) -> Option<Look> {
    let clause = clauses.get(at).filter(|c| !matches!(c.part, Part::Action(_)))?;
    // "pinces : aucune cassée": what stands before the colon was looked at.
    let led = clauses.get(at + 1).filter(|n| n.led() && !matches!(n.part, Part::Action(_)));
    let (mut from, end) = (clause.from, led.map_or(clause.to, |n| n.to));
    if clause.led() && at > 0 {
        return None;
    }
    while from < clause.to && (CONNECTORS.contains(view.fold(from)) || view.words[from].mark) {
        from += 1;
    }
    // "Found the seal split": the seal was looked at.
    if matches!(view.fold(from), "found" | "trouve" | "constate" | "noticed") && determined(view, from + 1) {
        from += 1;
    }
    if view.leads(from) || NO_NOUN.contains(view.fold(from)) {
        return None;
    }
    let to = match led {
        Some(_) => clause.to,
        None => (from + 1..clause.to).find(|j| says(view, *j))?,
    };
    let mut to = trimmed(view.words, to);
    // "le ventilateur dans le …": what leads on belongs to what is said of it.
    while to > from && leads_on(view, to - 1) {
        to -= 1;
    }
    let reads = (to..end).any(|j| value(view, j));
    let known = view.has(Cue::Fine, to, end) || view.has(Cue::Damage, to, end) || reads;
    let bad = view.has(Cue::Damage, from, to) || view.has(Cue::Symptom, from, to) || view.has(Cue::Person, from, end);
    if !known || bad || to <= from || to - from > LONGEST {
        return None;
    }
    let head = from + usize::from(determined(view, from));
    let near = if view.french() { 1 } else { 3 };
    let component = (head..to.min(head + near)).any(|j| view.lexicon.noun(view.fold(j)).is_some());
    // "raccord et collet refaits": mended, not looked at.
    let mended = (from..to).any(|j| {
        let form = view.lexicon.verbs.form(view.words, j).filter(|f| matches!(f.shape, Shape::Participle { .. }));
        form.is_some_and(|f| view.lexicon.verbs.list[f.verb].kind == Kind::Repair)
    });
    if !component || mended {
        return None;
    }
    let thing = with_article(view, from, &slice(text, view.words, from, to));
    let thing = if view.french() || determined(view, from) { lower(&thing) } else { format!("the {}", lower(&thing)) };
    // "60 mm flat spot": the size of what is damaged, not a reading.
    let reads = reads && !view.has(Cue::Damage, to, end);
    let verb = match (view.french(), reads) {
        (true, true) => "mesurer",
        (true, false) => "contrôler",
        (false, true) => "measure",
        (false, false) => "check",
    };
    let object = view.words[from..to]
        .iter()
        .filter(|w| !w.mark && !STOP.contains(&w.fold))
        .map(|w| likeness::stem(&w.fold))
        .collect();
    Some(Look { thing, object, verb: view.lexicon.verbs.named(verb)? })
}

/// Whether a name cannot end with word `j`.
fn leads_on(view: View<'_>, j: usize) -> bool {
    let fold = view.fold(j);
    // "le roulement avant" is its name.
    let side = matches!(fold, "avant" | "arriere") && j > 0 && view.lexicon.noun(view.fold(j - 1)).is_some();
    view.leads(j) && !side
        || NO_NOUN.contains(fold)
        || determined(view, j)
        || (!view.french() && fold.ends_with("ly"))
        || (view.french() && fold.ends_with("ement") && view.lexicon.noun(fold).is_none())
        || matches!(fold, "sat" | "itself" | "meme" | "aussi" | "also" | "still" | "of" | "completement")
}

/// Whether what is said of a thing begins at word `j`.
fn says(view: View<'_>, j: usize) -> bool {
    let word = &view.words[j];
    word.mark && !word.is("(") && !word.is(".")
        || view.tensed(j)
        || COPULAS.contains(&word.fold)
        || word.low.trim_end_matches(['e', 's']).ends_with('é')
        || value(view, j)
        || view.hits.iter().any(|h| matches!(h.cue, Cue::Damage | Cue::Fine) && h.from == j)
}

/// Whether a value with its unit stands at word `j`.
fn value(view: View<'_>, j: usize) -> bool {
    let word = &view.words[j];
    let unit = word.fold.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
    let number = unit.len() < word.fold.len();
    number && (UNITS.contains(unit) || (unit.is_empty() && UNITS.contains(view.fold(j + 1))))
}

/// Without the capital of a sentence; abbreviations keep theirs.
pub(super) fn lower(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || matches!(second, '\'' | '’') => {
            first.to_lowercase().chain(chars).collect()
        }
        (Some('A'), Some(' ')) => format!("a{}", chars.as_str()),
        _ => text.to_owned(),
    }
}

/// The order to look at all of these, by the verb of the first.
pub(super) fn order(verb: &str, things: &[String], french: bool) -> String {
    let both = if french { " et " } else { " and " };
    let listed = match things.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{}{both}{last}", rest.join(", ")),
        _ => things.first().cloned().unwrap_or_default(),
    };
    format!("{} {listed}", capital(verb))
}
