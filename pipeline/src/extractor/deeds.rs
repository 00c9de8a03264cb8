//! What an order has done to what, for those who compare two procedures: the verb and its object, by the lexicon.

use savoir_models::text::Language;

use super::lexicon::{Cue, Lexicon};
use super::sentences::{Word, read};
use super::verbs::{Form, Kind, Shape};

/// Verbs that say nothing by themselves: the noun after them tells what is done ("faites la VAT").
const LIGHT: &[&str] = &["faire", "effectuer", "do", "carry out"];

/// One order of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deed<'a> {
    /// Infinitive in French, base form in English.
    pub(crate) verb: &'static str,
    /// It mends; else it makes safe, handles, checks or tries out.
    pub(crate) mends: bool,
    /// What stands after the verb, up to the next order.
    pub(crate) object: &'a str,
}

/// The orders of a step, in order; none when its verb is not in the lexicon. Linear in the length of the step.
pub(crate) fn deeds(text: &str, language: Language) -> Vec<Deed<'_>> {
    let verbs = &Lexicon::of(language).verbs;
    let words = read(text).words;
    let mut heads: Vec<(usize, Form)> = Vec::new();
    for at in 0..words.len() {
        // "Faites", "refaites" are participles as well.
        let order = |f: &Form| {
            matches!(f.shape, Shape::Imperative | Shape::Infinitive) || words[at].low == verbs.list[f.verb].imperative
        };
        if let Some(form) = verbs.form(&words, at).filter(order).filter(|_| begins(&words, at)) {
            heads.push((at, form));
        }
    }
    let mut out = Vec::with_capacity(heads.len());
    for (place, (at, form)) in heads.iter().enumerate() {
        let to = heads.get(place + 1).map_or(words.len(), |(next, _)| *next);
        let (mut verb, mut from) = (&verbs.list[form.verb], at + form.words);
        if LIGHT.contains(&verb.name.as_str()) {
            let noun = (from..to.min(from + 2)).find_map(|i| Some((i, named(&words, i, language)?)));
            let Some((i, told)) = noun else { continue };
            (verb, from) = (&verbs.list[told.verb], i + told.words);
        }
        let object = match (words.get(from), words.get(to.saturating_sub(1))) {
            (Some(first), Some(last)) if from < to => &text[first.start..last.end],
            _ => "",
        };
        out.push(Deed { verb: &verb.name, mends: verb.kind == Kind::Repair, object });
    }
    // "Vidangez et remplissez d'huile": the verb without an object of its own has that of the next.
    for i in (1..out.len()).rev() {
        if out[i - 1].object.split_whitespace().all(|w| matches!(w, "et" | "and" | ",")) {
            out[i - 1].object = out[i].object;
        }
    }
    out
}

/// Whether a word tells damage ("colmaté", "broken"): the state of a thing, not a thing.
pub(crate) fn tells_damage(word: &str, language: Language) -> bool {
    Lexicon::of(language).hits(&read(word).words, 0, false).iter().any(|hit| hit.cue == Cue::Damage)
}

/// The noun of an action at word `i` ("appoint", "vérification").
fn named(words: &[Word], i: usize, language: Language) -> Option<Form> {
    Lexicon::of(language).verbs.form(words, i).filter(|f| matches!(f.shape, Shape::Noun { .. }))
}

/// Whether an order can begin at `at`: at the start, after a mark, or after "et", "puis".
fn begins(words: &[Word], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| words.get(before)).is_none_or(|before| {
        before.mark || matches!(before.fold.as_str(), "et" | "puis" | "and" | "then" | "ne" | "n'" | "not")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_of_a_step_has_its_verb_and_its_object() {
        let said = deeds("Déposez le capot, puis remplacez la courroie", Language::French);
        let told: Vec<_> = said.iter().map(|d| (d.verb, d.mends)).collect();
        assert_eq!(told, [("déposer", false), ("remplacer", true)]);
        assert_eq!(said[1].object, "la courroie");
    }

    #[test]
    fn a_light_verb_is_what_its_noun_says() {
        let said = deeds("Faites l'appoint d'huile", Language::French);
        assert_eq!(said.iter().map(|d| (d.verb, d.object)).collect::<Vec<_>>(), [("compléter", "d'huile")]);
        assert!(deeds("Faites la VAT", Language::French).is_empty());
    }
}
