//! Where clauses begin in dictated speech, which comes without any mark: at what was done next, at whom or what is spoken of
//! next.

use super::actions::alone;
use super::clauses::View;
use super::phrases::determined;
use super::sentences::Sentence;
use super::verbs::{Kind, Shape};
use super::words::{ADVERBS, COPULAS, NO_NOUN};

/// From this many words on, with hardly a mark among them, a sentence is taken to be dictated.
const LONG: usize = 40;
/// Words to a mark in a text that somebody punctuated.
const PER_MARK: usize = 30;

/// Whether a sentence has no marks to go by.
pub(super) fn spoken(view: View<'_>, sentence: &Sentence) -> bool {
    let length = sentence.to - sentence.from;
    let marks = view.words[sentence.from..sentence.to].iter().filter(|w| w.mark).count();
    length >= LONG && marks * PER_MARK <= length
}

/// Whether the speaker draws breath before word `i`: the clause before began at `from`.
pub(super) fn breath(view: View<'_>, i: usize, from: usize) -> bool {
    let before = view.fold(i - 1);
    if i < from + 2 || view.words[i - 1].mark || before == "to" {
        return false;
    }
    let held = view.leads(i - 1)
        || view.tensed(i - 1)
        || COPULAS.contains(before)
        || ADVERBS.contains(before)
        || NO_NOUN.contains(before)
        || determined(view, i - 1)
        || matches!(before, "ai" | "as" | "avons" | "avez" | "ont" | "ete" | "etre" | "avoir" | "got" | "being");
    !held && (done(view, i) || somebody(view, i))
}

/// Whether word `i` tells something done, with what it was done to.
fn done(view: View<'_>, i: usize) -> bool {
    let Some(form) = view.lexicon.verbs.form(view.words, i) else { return false };
    let verb = &view.lexicon.verbs.list[form.verb];
    let after = i + form.words;
    let thing = determined(view, after)
        || view.fold(after).starts_with(|c: char| c.is_ascii_digit())
        || matches!(view.fold(after), "it" | "them" | "new" | "another");
    match form.shape {
        Shape::Participle { feminine: false, plural: false } => {
            let measured = verb.kind == Kind::Check && matches!(view.fold(after), "a" | "au" | "avec" | "with");
            let known = !view.french() && !verb.ambiguous && view.lexicon.noun(view.fold(after)).is_some();
            thing || measured || known || alone(&verb.name)
        }
        // "put it", "set the gap", "shut the valves": the base form is also the past.
        Shape::Infinitive => !view.french() && thing && verb.unchanged,
        _ => false,
    }
}

/// Whether a pronoun with its verb begins at `i`.
fn somebody(view: View<'_>, i: usize) -> bool {
    let pronoun = matches!(view.fold(i), "il" | "elle" | "ils" | "elles" | "ca" | "c'" | "it" | "they" | "he" | "she");
    let next = view.fold(i + 1);
    pronoun && (view.tensed(i + 1) || COPULAS.contains(next) || next.ends_with("ait"))
}

/// Whether a preposition leads to the determiner at `j`.
fn led(view: View<'_>, j: usize) -> bool {
    matches!(view.fold(j - 1), "de" | "of" | "in" | "on" | "du" | "d'" | "sur" | "dans" | "a")
}

/// Whether a noun phrase with its copula begins at `i` after a long stretch without any mark (dictation).
pub(super) fn told(view: View<'_>, i: usize, from: usize, to: usize) -> bool {
    if matches!(view.fold(i), "apres" | "after") && i > from + 3 {
        // "… après redémarrage la consigne est atteinte"
        return (i + 2..to.min(i + 5)).any(|j| told(view, j, i - 4, to));
    }
    let determiner = |w: &str| matches!(w, "le" | "la" | "les" | "l'" | "un" | "une" | "the");
    if i < from + 3 || !determiner(view.fold(i)) {
        return false;
    }
    let before = view.fold(i - 1);
    let governed = matches!(
        before,
        "de" | "d'"
            | "a"
            | "sur"
            | "dans"
            | "avec"
            | "par"
            | "pour"
            | "en"
            | "sous"
            | "of"
            | "in"
            | "on"
            | "with"
            | "from"
            | "to"
            | "at"
            | "and"
            | "et"
            | "que"
            | "qu'"
            | "qui"
            | "toutes"
            | "tous"
            | "that"
            | "all"
            | "both"
            | "chez"
            | "vers"
            | "entre"
            | "near"
            | "by"
            | "dont"
            | "si"
            | "when"
            | "if"
            | "where"
            | "because"
    );
    // After a verb it is its object; after a noun of action ("après redémarrage") it is not.
    let form = view.lexicon.verbs.form(view.words, i - 1);
    if governed || view.words[i - 1].mark || form.is_some_and(|f| !matches!(f.shape, Shape::Noun { .. })) {
        return false;
    }
    let copula = |w: &str| {
        matches!(
            w,
            "etait"
                | "etaient"
                | "est"
                | "sont"
                | "was"
                | "were"
                | "is"
                | "are"
                | "s'"
                | "signale"
                | "affiche"
                | "affichait"
        )
    };
    (i + 2..to.min(i + 10))
        .take_while(|j| !view.words[*j].mark && (!determiner(view.fold(*j)) || led(view, *j)))
        .any(|j| copula(view.fold(j)))
}
