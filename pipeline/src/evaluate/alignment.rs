//! What of two lists of statements says the same, and in which order.
//!
//! **Likeness** of two statements, 0 to 1: the mean of two measures. The first is the F-measure of their content stems
//! (twice what they share over all they have): words without accents, cut to six letters, without those that carry no
//! meaning; numbers as numbers ("2.0" is "2"); a verb of maintenance is the infinitive of its kind, so that
//! "Remplacement du", "J'ai changé le" and "Remplacez le" agree. The second is the cosine of the built-in embedder's
//! vectors, which forgives spelling and compounds.
//!
//! **Alignment**: pairs of at least [`ALIKE`] are taken one to one, the likest first. For what has an order, only the longest
//! increasing subsequence of the pairs counts: what stands in the wrong place is wrong.

use std::collections::BTreeSet;

use savoir_models::text::Language;

use crate::embed::builtin::{cosine, vector};
use crate::extractor::content_words;

/// From this likeness on two statements are taken to say the same. Between different steps of one gold procedure it is
/// met in four pairs of a thousand (see the test of this file); a little below it stand steps that tell a part only of
/// what was expected.
pub(super) const ALIKE: f64 = 0.42;

/// From this share of its stems on a statement is taken to be a part of another.
const PART: f64 = 0.6;

/// A statement, read once.
pub(super) struct Told {
    stems: BTreeSet<String>,
    vector: Vec<f32>,
}

impl Told {
    pub(super) fn new(text: &str, language: Language) -> Self {
        Self { stems: content_words(text, language).into_iter().collect(), vector: vector(text) }
    }

    fn common(&self, other: &Self) -> usize {
        self.stems.intersection(&other.stems).count()
    }

    /// How much the two say the same, 0 to 1.
    pub(super) fn likeness(&self, other: &Self) -> f64 {
        let all = self.stems.len() + other.stems.len();
        let shared = if all == 0 { 0.0 } else { 2.0 * self.common(other) as f64 / all as f64 };
        (shared + f64::from(cosine(&self.vector, &other.vector)).clamp(0.0, 1.0)) / 2.0
    }

    /// Whether most of what it says is said by `whole`.
    pub(super) fn within(&self, whole: &Self) -> bool {
        !self.stems.is_empty() && self.common(whole) as f64 >= PART * self.stems.len() as f64
    }
}

/// How much two texts say the same, 0 to 1.
pub(super) fn likeness(a: &str, b: &str, language: Language) -> f64 {
    Told::new(a, language).likeness(&Told::new(b, language))
}

/// Statements of a list, read.
pub(super) fn told<'a>(texts: impl Iterator<Item = &'a str>, language: Language) -> Vec<Told> {
    texts.map(|t| Told::new(t, language)).collect()
}

/// A statement that was expected, and one that was given, by their positions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pair {
    pub(super) expected: usize,
    pub(super) given: usize,
    pub(super) likeness: f64,
}

/// What of `expected` and `given` says the same, one to one, in the order of what was expected.
pub(super) fn align(expected: &[Told], given: &[Told]) -> Vec<Pair> {
    let mut all: Vec<Pair> = Vec::new();
    for (e, a) in expected.iter().enumerate() {
        for (g, b) in given.iter().enumerate() {
            let likeness = a.likeness(b);
            if likeness >= ALIKE {
                all.push(Pair { expected: e, given: g, likeness });
            }
        }
    }
    // The likest first; of equals those that stand where they are expected.
    all.sort_by(|a, b| {
        b.likeness.total_cmp(&a.likeness).then_with(|| a.expected.abs_diff(a.given).cmp(&b.expected.abs_diff(b.given)))
    });
    let mut out: Vec<Pair> = Vec::new();
    for pair in all {
        if !out.iter().any(|p| p.expected == pair.expected || p.given == pair.given) {
            out.push(pair);
        }
    }
    out.sort_by_key(|p| p.expected);
    out
}

/// The pairs that stand in order: a longest increasing subsequence, and of several the likest.
pub(super) fn in_order(pairs: &[Pair]) -> Vec<Pair> {
    // best[i]: how many, how like, and the pair before, for sequences that end with pair i.
    let mut best: Vec<(usize, f64, Option<usize>)> = Vec::with_capacity(pairs.len());
    for (i, pair) in pairs.iter().enumerate() {
        let before = (0..i).filter(|j| pairs[*j].given < pair.given).max_by(|a, b| {
            (best[*a].0, best[*a].1).partial_cmp(&(best[*b].0, best[*b].1)).unwrap_or(std::cmp::Ordering::Equal)
        });
        let (count, sum) = before.map_or((0, 0.0), |j| (best[j].0, best[j].1));
        best.push((count + 1, sum + pair.likeness, before));
    }
    let last = (0..pairs.len()).max_by(|a, b| {
        (best[*a].0, best[*a].1).partial_cmp(&(best[*b].0, best[*b].1)).unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut out = Vec::new();
    let mut at = last;
    while let Some(i) = at {
        out.push(pairs[i]);
        at = best[i].2;
    }
    out.reverse();
    out
}

#[cfg(test)]
mod tests {
    use super::super::gold::{Expected, shipped};
    use super::*;

    fn texts(list: &[&str]) -> Vec<Told> {
        told(list.iter().copied(), Language::French)
    }

    #[test]
    fn the_same_step_in_other_words_is_found_and_another_one_is_not() {
        let like = |a, b| likeness(a, b, Language::French);
        assert!(like("Remplacez le thermocouple VP-TC-J-320", "Remplacement thermocouple réf. VP-TC-J-320") >= ALIKE);
        assert!(like("Consignez la machine", "Machine consignée") >= ALIKE);
        assert!(like("Remplacez le thermocouple", "Nettoyez le filtre à air") < ALIKE);
        let numbers = like("Serrez à 38 N·m", "Serrez à 38,0 N·m");
        assert!(numbers > like("Serrez à 38 N·m", "Serrez à 25 N·m"), "{numbers}");
    }

    #[test]
    fn steps_in_the_wrong_order_do_not_count() {
        let expected = texts(&["Consignez la machine", "Remplacez le joint", "Purgez le circuit"]);
        let given = texts(&["Remplacez le joint", "Consignez la machine", "Purgez le circuit"]);
        let pairs = align(&expected, &given);
        assert_eq!(pairs.len(), 3);
        let kept: Vec<usize> = in_order(&pairs).iter().map(|p| p.expected).collect();
        assert_eq!(kept.len(), 2);
        assert_eq!(kept[1], 2);
    }

    #[test]
    fn one_statement_answers_for_one() {
        let expected = texts(&["Remplacez le joint", "Remplacez le joint torique"]);
        assert_eq!(align(&expected, &texts(&["Remplacez le joint"])).len(), 1);
    }

    #[test]
    fn different_steps_of_one_procedure_are_seldom_taken_for_the_same() {
        let (mut alike, mut all) = (0, 0);
        for gold in shipped().unwrap() {
            let Expected::Draft(draft) = &gold.file.expected else { continue };
            let steps = told(draft.steps.iter().map(String::as_str), gold.language());
            for (i, a) in steps.iter().enumerate() {
                for b in &steps[i + 1..] {
                    all += 1;
                    alike += usize::from(a.likeness(b) >= ALIKE);
                }
            }
        }
        println!("{alike} of {all} pairs of different steps are alike");
        assert!(all > 100 && (alike as f64) < 0.01 * all as f64, "{alike} of {all}");
    }
}
