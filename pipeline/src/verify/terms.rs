//! The words of a statement and of its evidence that carry meaning, and when two of them mean the same.
//!
//! Reports abbreviate ("évap", "nett."), conjugate and nominalise ("serrage", "resserrez", "serrées"), and use one word
//! for another. Words are the same when they begin alike, when they are forms of one verb, or when a line of the lexicon
//! names them together.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use savoir_models::text::Language;

use super::lexemes::Lexeme;
use crate::extractor::trade;
use crate::index::analysis::is_stop_word;

/// What the verifier knows of a language's words.
pub(super) struct Words {
    language: Language,
    /// The groups that a stem stands in.
    groups: HashMap<String, Vec<u16>>,
    opposites: Vec<(Vec<String>, Vec<String>)>,
    /// Those of them that are states and nothing else.
    contraries: Vec<(Vec<String>, Vec<String>)>,
    plain: HashSet<String>,
    lack: HashSet<String>,
    gone: HashSet<String>,
    measures: Vec<(String, Vec<String>)>,
}

static FRENCH: LazyLock<Words> = LazyLock::new(|| Words::read(include_str!("lexicon/fr.txt"), Language::French));
static ENGLISH: LazyLock<Words> = LazyLock::new(|| Words::read(include_str!("lexicon/en.txt"), Language::English));

impl Words {
    /// Those of a language.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::French => &FRENCH,
            Language::English => &ENGLISH,
        }
    }

    fn read(file: &str, language: Language) -> Self {
        let mut out = Self {
            language,
            groups: HashMap::new(),
            opposites: Vec::new(),
            contraries: Vec::new(),
            plain: HashSet::new(),
            lack: HashSet::new(),
            gone: HashSet::new(),
            measures: Vec::new(),
        };
        let list = |text: &str| text.split_whitespace().map(crate::codes::fold).collect::<Vec<_>>();
        let stems = |text: &str| list(text).iter().map(|w| stem(w, language)).collect::<Vec<_>>();
        let (mut section, mut group) = ("", 0_u16);
        for set in trade::SYNONYMS {
            let single: Vec<&str> = set.iter().copied().filter(|w| !w.contains(' ')).collect();
            out.group(&list(&single.join(" ")), group);
            group += 1;
        }
        for line in file.lines().filter(|l| !l.starts_with('#')) {
            match (line.strip_prefix('[').and_then(|l| l.strip_suffix(']')), section) {
                (Some(name), _) => section = name,
                (None, "same" | "things") => {
                    out.group(&list(line), if section == "things" { group | THINGS } else { group });
                    group += 1;
                }
                (None, "opposite") => out.opposites.extend(line.split_once('|').map(|(a, b)| (stems(a), stems(b)))),
                (None, "contrary") => {
                    let sides = line.split_once('|').map(|(a, b)| (stems(a), stems(b)));
                    out.opposites.extend(sides.clone());
                    out.contraries.extend(sides);
                }
                (None, "plain") => out.plain.extend(list(line)),
                (None, "lack") => out.lack.extend(stems(line)),
                (None, "gone") => out.gone.extend(list(line)),
                (None, "measure") => {
                    let Some((families, nouns)) = line.split_once(':') else { continue };
                    out.measures.extend(families.split_whitespace().map(|f| (f.to_owned(), stems(nouns))));
                }
                _ => {}
            }
        }
        out
    }

    fn group(&mut self, words: &[String], group: u16) {
        for word in words {
            self.groups.entry(stem(word, self.language)).or_default().push(group);
        }
    }

    /// A word that carries meaning.
    pub(super) fn term(&self, fold: &str, language: Language) -> Term {
        let verb = trade::verb(fold, language).map(|v| v.name);
        let stem = stem(fold, language);
        let mut groups = self.groups.get(&stem).cloned().unwrap_or_default();
        if let Some(verb) = verb {
            groups.extend(self.groups.get(&self::stem(&crate::codes::fold(verb), language)).into_iter().flatten());
        }
        groups.sort_unstable();
        groups.dedup();
        let (lack, gone) = (self.lack.contains(&stem), self.gone.contains(fold));
        let (opposite, contrary) = (sides(&self.opposites, &stem), sides(&self.contraries, &stem));
        let plain = self.plain.contains(fold);
        Term { plain, fold: fold.to_owned(), stem, verb, groups, lack, gone, opposite, contrary }
    }

    /// Whether one word denies what the other affirms ("monte", "descend").
    pub(super) fn opposed(&self, a: &Term, b: &Term) -> bool {
        stand_apart(&a.opposite, &b.opposite)
    }

    /// Whether they tell contrary states ("étanche", "fuit").
    pub(super) fn contrary(&self, a: &Term, b: &Term) -> bool {
        stand_apart(&a.contrary, &b.contrary)
    }

    /// Whether a number with a unit of this family stands for the noun ("19,8 A" is a current).
    pub(super) fn measured(&self, noun: &Term, family: &str) -> bool {
        self.measures.iter().any(|(name, nouns)| name == family && nouns.contains(&noun.stem))
    }
}

/// In which pairs a stem stands, and on which side: looked up once for each word, not for each pair of words.
fn sides(pairs: &[(Vec<String>, Vec<String>)], stem: &String) -> Vec<(usize, bool)> {
    let both = pairs.iter().enumerate().flat_map(|(n, (x, y))| [(n, false, x), (n, true, y)]);
    both.filter(|(.., side)| side.contains(stem)).map(|(n, right, _)| (n, right)).collect()
}

fn stand_apart(a: &[(usize, bool)], b: &[(usize, bool)]) -> bool {
    a.iter().any(|(pair, right)| b.contains(&(*pair, !right)))
}

/// Marks the groups that name one thing: "vanne", "robinet".
const THINGS: u16 = 0x8000;

/// A word of meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) fold: String,
    stem: String,
    /// The verb it is a form of.
    pub(super) verb: Option<&'static str>,
    groups: Vec<u16>,
    /// It needs no proof: "vérifiez", "machine", "nouveau".
    pub(super) plain: bool,
    /// It denies by itself: "sans", "coupé", "untouched".
    pub(super) lack: bool,
    /// It says that what was is no more: "disparu", "stopped".
    pub(super) gone: bool,
    opposite: Vec<(usize, bool)>,
    contrary: Vec<(usize, bool)>,
}

impl Term {
    /// Whether both are one word in two forms, or one abbreviates the other.
    pub(super) fn is(&self, other: &Self) -> bool {
        self.stem == other.stem
            || (self.verb.is_some() && self.verb == other.verb)
            || abbreviates(&self.fold, &other.fold)
    }

    /// The same, or one says that it is done again: "charge" and "recharge".
    pub(super) fn again(&self, other: &Self) -> bool {
        self.is(other)
            || again(&self.stem).is_some_and(|w| w == other.stem)
            || again(&other.stem).is_some_and(|w| w == self.stem)
    }

    /// Whether both may mean the same.
    pub(super) fn means(&self, other: &Self) -> bool {
        self.again(other) || self.groups.iter().any(|g| other.groups.contains(g))
    }

    /// Whether both may name one thing.
    pub(super) fn names(&self, other: &Self) -> bool {
        self.is(other) || self.groups.iter().any(|g| g & THINGS != 0 && other.groups.contains(g))
    }
}

/// The word without the prefix that says "again": "resserrez" is "serrez".
fn again(word: &str) -> Option<&str> {
    word.strip_prefix("re").filter(|w| w.len() >= 4)
}

fn shared(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(x, y)| x == y).count()
}

/// Endings of verbs, and of the nouns that are made of them; the longest that fits goes.
const FRENCH_ENDINGS: &[&str] = &[
    "ements", "ations", "ateurs", "issez", "ement", "ation", "ateur", "eture", "ition", "ances", "aient", "euses",
    "ages", "ures", "ance", "ait", "ant", "ent", "eur", "eux", "euse", "age", "ure", "ees", "iez", "ees", "ee", "ez",
    "er", "ie", "it", "ir", "es", "e", "s", "i",
];
const ENGLISH_ENDINGS: &[&str] = &[
    "ations", "ation", "ments", "ments", "ment", "ings", "ing", "ness", "ied", "ies", "ers", "ed", "er", "es", "ly",
    "e", "s", "y",
];

/// What the forms of a word have in common, for words of five letters and more.
fn stem(word: &str, language: Language) -> String {
    let endings = match language {
        Language::French => FRENCH_ENDINGS,
        Language::English => ENGLISH_ENDINGS,
    };
    let mut stem =
        endings.iter().find_map(|e| word.strip_suffix(e).filter(|s| s.len() >= 4)).unwrap_or(word).to_owned();
    let mut last = stem.chars().rev();
    if let (Some(x), Some(y)) = (last.next(), last.next())
        && x == y
        && stem.len() > 4
    {
        stem.pop();
    }
    stem
}

/// Whether one word is the beginning of the other: an abbreviation.
fn abbreviates(a: &str, b: &str) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let same = shared(a, b);
    match short.len() {
        0..=2 => false,
        // "neg." for "negative"; "vis" is no "visière".
        3 => same == 3 && long.len() >= 8,
        length => same == length || (same >= 6 && same + 2 >= length),
    }
}

/// Whether a lexeme may carry meaning: a word of two letters or more that is no function word.
pub(super) fn meaningful(lexeme: &Lexeme, language: Language) -> bool {
    lexeme.word() && lexeme.fold.len() > 1 && lexeme.fold.len() < 60 && !is_stop_word(&lexeme.fold, Some(language))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_the_same(a: &str, b: &str, language: Language) -> bool {
        let words = Words::of(language);
        words.term(a, language).means(&words.term(b, language))
    }

    #[test]
    fn forms_abbreviations_and_synonyms_mean_the_same() {
        for (a, b) in [
            ("serrage", "serrez"),
            ("resserrez", "serree"),
            ("remplacez", "changee"),
            ("evap", "evaporateur"),
            ("ventilo", "ventilateur"),
            ("colmatee", "bouche"),
            ("rompu", "cassee"),
            ("fuit", "suintement"),
        ] {
            assert!(mean_the_same(a, b, Language::French), "{a} {b}");
        }
        for (a, b) in [("replaced", "swapped"), ("tightening", "torque"), ("neg", "negative"), ("jammed", "stuck")] {
            assert!(mean_the_same(a, b, Language::English), "{a} {b}");
        }
    }

    #[test]
    fn other_things_do_not() {
        for (a, b) in [("courroie", "courant"), ("contact", "controle"), ("joint", "vanne"), ("vis", "visiere")] {
            assert!(!mean_the_same(a, b, Language::French), "{a} {b}");
        }
        for (a, b) in [("bearing", "beam"), ("gasket", "gas"), ("valve", "vane")] {
            assert!(!mean_the_same(a, b, Language::English), "{a} {b}");
        }
    }

    #[test]
    fn what_denies_one_side_affirms_the_other() {
        let words = Words::of(Language::French);
        let opposed = |a, b| words.opposed(&words.term(a, Language::French), &words.term(b, Language::French));
        assert!(opposed("etanche", "fuite") && opposed("ouvre", "ferme"));
        assert!(!opposed("etanche", "propre"));
    }
}
