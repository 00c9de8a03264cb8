//! Noun phrases and tenses: what a stretch of words is about, and whether it says that something is so.

use super::actions::How;
use super::clauses::{Clause, Part, View};
use super::lexicon::Cue;
use super::verbs::Shape;
use super::words::{CONNECTORS, COPULAS, NO_NOUN};

/// The noun phrase that the clause before is about.
pub(super) fn antecedent(view: View<'_>, before: Option<&Clause>) -> Option<(usize, usize)> {
    let clause = before?;
    let mut from = clause.from;
    if let Part::Action(action) = &clause.part {
        return (action.how == How::Passive).then_some(action.object);
    }
    while from < clause.to && CONNECTORS.contains(view.fold(from)) {
        from += 1;
    }
    let determined = matches!(
        view.fold(from),
        "le" | "la" | "les" | "l'" | "un" | "une" | "the" | "a" | "an" | "one" | "its" | "son" | "sa"
    );
    let to = (from + 1..clause.to.min(from + 9)).find(|j| view.tensed(*j))?;
    (determined && to > from + 1 && !view.words[from..to].iter().any(|w| w.mark)).then_some((from, to))
}

/// Whether the words say that something is so.
pub(super) fn stated(view: View<'_>, from: usize, to: usize) -> bool {
    finite(view, from, to) || view.has(Cue::Damage, from, to) || view.has(Cue::Symptom, from, to)
}

/// Whether one of the words is a verb in a tense.
pub(super) fn finite(view: View<'_>, from: usize, to: usize) -> bool {
    (from..to).any(|j| {
        let (fold, word) = (view.fold(j), &view.words[j]);
        let present = || view.lexicon.verbs.form(view.words, j).is_some_and(|f| f.shape == Shape::Present);
        !word.mark
            && (view.tensed(j)
                || (view.french() && fold.len() > 4 && (fold.ends_with("ait") || fold.ends_with("aient")))
                || (j > from && view.lexicon.noun(fold).is_none() && present()))
    })
}

/// Whether a determiner stands at `i`.
pub(super) fn determined(view: View<'_>, i: usize) -> bool {
    let fold = view.fold(i);
    if view.french() {
        matches!(
            fold,
            "le" | "la"
                | "les"
                | "l'"
                | "un"
                | "une"
                | "deux"
                | "trois"
                | "quatre"
                | "son"
                | "sa"
                | "ses"
                | "mon"
                | "ma"
                | "mes"
                | "cette"
                | "ce"
                | "ces"
        )
    } else {
        matches!(
            fold,
            "the"
                | "a"
                | "an"
                | "both"
                | "all"
                | "each"
                | "its"
                | "my"
                | "two"
                | "three"
                | "four"
                | "new"
                | "this"
                | "every"
        )
    }
}

/// The noun phrase that a state is about: "électrode d'allumage" of "électrode d'allumage encrassée".
pub(super) fn subject_of(view: View<'_>, clause: &Clause) -> Option<(usize, usize)> {
    let mut from = clause.from;
    while from < clause.to && (CONNECTORS.contains(view.fold(from)) || view.words[from].mark) {
        from += 1;
    }
    if view.leads(from) || NO_NOUN.contains(view.fold(from)) {
        return None;
    }
    let ends = |j: usize| {
        view.words[j].mark
            || view.tensed(j)
            || view.words[j].low.trim_end_matches(['e', 's']).ends_with('é')
            || COPULAS.contains(view.fold(j))
            || (view.hits.iter().any(|h| h.cue == Cue::Damage && h.from == j)
                && !matches!(view.fold(j - 1), "de" | "d'" | "du" | "of"))
            || view.lexicon.verbs.form(view.words, j).is_some_and(|f| matches!(f.shape, Shape::Participle { .. }))
    };
    let to = (from + 1..clause.to.min(from + 8)).find(|j| ends(*j))?;
    // "faux contact, démonté": what is wrong is nothing to work on.
    (!view.has(Cue::Damage, from, to)).then(|| (from, super::imperative::trimmed(view.words, to)))
}
