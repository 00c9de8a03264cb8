//! Which steps of two procedures are the same.

use savoir_models::content::Statement;
use savoir_models::text::Language;

use crate::compare::judge::fix::Deed;
use crate::compare::judge::things::{Place, Thing, things};
use crate::embed::builtin::{cosine, vector};
use crate::extractor::deeds::{Kind, deeds};
use crate::index::analysis::words;

/// From here on two steps are the same, told by two people.
const SAME_STEP: f64 = 0.45;

/// What two steps measure, at least, that do the same to the same thing, in whatever words.
const SAME_DEED: f64 = 0.7;

/// What two steps measure, at least, that both make safe or both try out: everybody names another switch.
const SAME_KIND: f64 = 0.5;

/// From here on a step that is told elsewhere has moved; less, and it is chance.
const MOVED: f64 = 0.65;

/// What a word of a step's must be shared with another's that covers it.
const COVERED: f64 = 0.6;

/// A step, as far as it matters to another.
#[derive(Debug)]
pub(super) struct Told {
    vector: Vec<f32>,
    words: Vec<String>,
    acts: Vec<Act>,
    /// Numbers with their units.
    pub(super) values: Vec<(String, String)>,
}

/// What is done to what.
#[derive(Debug)]
struct Act {
    kind: Kind,
    deed: Deed,
    things: Vec<Thing>,
}

/// Steps, read.
pub(super) fn told(steps: &[Statement], language: Language) -> Vec<Told> {
    let read = |step: &Statement| Told {
        vector: vector(&step.text),
        words: words(&step.text, language).into_iter().map(|w| w.term).collect(),
        acts: deeds(&step.text, language)
            .into_iter()
            .map(|d| Act { kind: d.kind, deed: Deed::of(d.verb), things: things(d.object, language, Place::Object) })
            .collect(),
        values: values(&step.text),
    };
    steps.iter().map(read).collect()
}

impl Told {
    /// Whether it does something of this kind.
    pub(super) fn does(&self, kind: Kind) -> bool {
        self.acts.iter().any(|act| act.kind == kind)
    }

    /// What it does something of this kind to.
    pub(super) fn things(&self, kind: Kind) -> impl Iterator<Item = &Thing> {
        self.acts.iter().filter(move |act| act.kind == kind).flat_map(|act| &act.things)
    }

    /// Whether most of the other's words are among its own.
    pub(super) fn covers(&self, other: &Self) -> bool {
        let shared = other.words.iter().filter(|w| self.words.contains(w)).count();
        shared as f64 >= COVERED * other.words.len() as f64
    }

    /// How much two steps are the same, 0 to 1.
    fn like(&self, other: &Self) -> f64 {
        let told = f64::from(cosine(&self.vector, &other.vector)).max(0.0);
        let pairs = || self.acts.iter().flat_map(|a| other.acts.iter().map(move |b| (a, b)));
        let shares = |a: &Act, b: &Act| a.things.iter().any(|t| b.things.iter().any(|o| o.may_be(t)));
        let same = |(a, b): (&Act, &Act)| a.kind == b.kind && a.deed.may_be(b.deed) && shares(a, b);
        if pairs().any(same) {
            return SAME_DEED + (1.0 - SAME_DEED) * told;
        }
        // Both mend, and not the same thing: alike only in their words ("ressort de gâche", "ressort de charnière").
        let mends = |step: &Self| step.things(Kind::Repair).next().is_some();
        if mends(self) && mends(other) && !pairs().any(|(a, b)| shares(a, b)) {
            return 0.0;
        }
        let both = |kind| self.does(kind) && other.does(kind);
        if both(Kind::Safety) || both(Kind::Trial) { SAME_KIND.max(told) } else { told }
    }
}

/// How the steps of a draft stand to the known ones.
#[derive(Debug)]
pub(super) struct Alignment {
    /// For each step of the draft, the known one that is the same.
    pub(super) known: Vec<Option<usize>>,
    /// Steps of the draft that are told at another place than the known one tells them.
    pub(super) moved: Vec<usize>,
}

/// Aligns steps: those that are the same in the same order, so that together they are as alike as can be; then those
/// that remain, wherever they stand.
pub(super) fn align(mine: &[Told], known: &[Told]) -> Alignment {
    let like: Vec<Vec<f64>> = mine.iter().map(|a| known.iter().map(|b| a.like(b)).collect()).collect();
    // best[i][j]: the most that the first i of mine and the first j of the known have in common.
    let mut best = vec![vec![0.0_f64; known.len() + 1]; mine.len() + 1];
    let worth = |i: usize, j: usize| if like[i][j] >= SAME_STEP { like[i][j] } else { f64::NEG_INFINITY };
    for i in 0..mine.len() {
        for j in 0..known.len() {
            best[i + 1][j + 1] = (best[i][j] + worth(i, j)).max(best[i][j + 1]).max(best[i + 1][j]);
        }
    }
    let mut out = Alignment { known: vec![None; mine.len()], moved: Vec::new() };
    let (mut i, mut j) = (mine.len(), known.len());
    while i > 0 && j > 0 {
        if best[i][j] <= best[i - 1][j] {
            i -= 1;
        } else if best[i][j] <= best[i][j - 1] {
            j -= 1;
        } else {
            (i, j) = (i - 1, j - 1);
            out.known[i] = Some(j);
        }
    }
    for (i, row) in like.iter().enumerate() {
        let free = |j: &usize| !out.known.contains(&Some(*j)) && row[*j] >= MOVED;
        let nearest = (0..known.len()).filter(free).max_by(|a, b| row[*a].total_cmp(&row[*b]));
        if let (None, Some(j)) = (out.known[i], nearest) {
            out.known[i] = Some(j);
            out.moved.push(i);
        }
    }
    out
}

/// Numbers with the units that follow them, in lower case: what a step may say more exactly than another. Codes and
/// references are no values.
fn values(text: &str) -> Vec<(String, String)> {
    let tokens: Vec<&str> = text.split(|c: char| c.is_whitespace() || "();:".contains(c)).collect();
    let number = |t: &str| t.starts_with(|c: char| c.is_ascii_digit());
    let mut out = Vec::new();
    for (at, token) in tokens.iter().enumerate().filter(|(_, t)| number(t)) {
        let digits = token.find(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').unwrap_or(token.len());
        let (amount, rest) = token.split_at(digits);
        let unit = if rest.is_empty() { tokens.get(at + 1).copied().unwrap_or_default() } else { rest };
        let unit = unit.trim_matches(|c: char| ",.".contains(c)).to_lowercase();
        if UNITS.contains(&unit.as_str()) {
            out.push((amount.trim_end_matches([',', '.']).replace(',', "."), unit));
        }
    }
    out
}

/// Units of what a step may prescribe.
const UNITS: &[&str] = &[
    "n·m", "nm", "n.m", "bar", "mbar", "kpa", "mpa", "psi", "°c", "°", "°f", "mm", "cm", "m", "µm", "v", "mv", "kv",
    "a", "ma", "ohm", "ohms", "ω", "kohm", "mohm", "hz", "l", "cl", "ml", "g", "kg", "min", "minutes", "s", "secondes",
    "seconds", "h", "heures", "hours", "tr/min", "rpm", "%", "tours", "turns", "cycles",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(texts: &[&str]) -> Vec<Told> {
        let statements: Vec<Statement> =
            texts.iter().map(|t| Statement { text: (*t).into(), ..Statement::default() }).collect();
        told(&statements, Language::French)
    }

    #[test]
    fn steps_told_in_other_words_meet_in_their_order() {
        let known =
            steps(&["Couper le courant", "Déposer le capot arrière", "Remplacer la sonde PT100", "Essayer la machine"]);
        let mine = steps(&[
            "Consignez le compresseur au sectionneur",
            "Démontez le capot arrière",
            "Changez la sonde PT100",
            "Réglez le pressostat",
        ]);
        let aligned = align(&mine, &known);
        assert_eq!((aligned.known, aligned.moved.len()), (vec![Some(0), Some(1), Some(2), None], 0));
    }

    #[test]
    fn a_step_that_is_told_elsewhere_has_moved() {
        let known = steps(&["Remplacer la courroie", "Mesurer la tension de la courroie", "Purger le circuit d'air"]);
        let mine = steps(&["Purgez le circuit d'air", "Remplacez la courroie", "Mesurez la tension de la courroie"]);
        let aligned = align(&mine, &known);
        assert_eq!((aligned.known, aligned.moved), (vec![Some(2), Some(0), Some(1)], vec![0]));
    }

    #[test]
    fn things_of_one_name_that_are_told_apart_are_not_one_step() {
        let known = steps(&["Remplacer le ressort de gâche"]);
        assert_eq!(align(&steps(&["Remplacez le ressort de charnière"]), &known).known, [None]);
        assert_eq!(align(&[], &known).known, []);
        assert_eq!(align(&known, &[]).known, [None]);
    }

    #[test]
    fn values_have_units_and_codes_are_none() {
        let pair = |n: &str, u: &str| (n.to_owned(), u.to_owned());
        assert_eq!(values("Serrez à 1,5 N·m puis attendez 10min"), [pair("1.5", "n·m"), pair("10", "min")]);
        assert_eq!(values("Posez la sonde VP-TC-320 et 2 joints, défaut E42"), []);
    }
}
