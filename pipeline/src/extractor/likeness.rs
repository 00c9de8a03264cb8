//! Whether two statements say the same.

use super::words::STOP;
use savoir_models::text::Language;

use super::lexicon::Lexicon;
use super::piece::{Piece, Role};
use super::sentences::read;

/// Verbs that technicians use for one another.
const SYNONYMS: &[&[&str]] = &[
    &["remplacer", "changer", "échanger", "monter", "poser", "installer", "mettre"],
    &[
        "contrôler",
        "vérifier",
        "mesurer",
        "tester",
        "relever",
        "inspecter",
        "examiner",
        "éprouver",
        "regarder",
        "essayer",
    ],
    &["consigner", "cadenasser", "couper", "arrêter", "condamner", "débrancher", "fermer", "sécuriser", "mettre"],
    &["nettoyer", "dépoussiérer", "souffler", "détartrer", "rincer", "dégraisser", "décrasser", "brosser"],
    &["remplir", "compléter", "ajouter", "rajouter", "recharger", "charger", "faire"],
    &["serrer", "resserrer", "visser", "revisser", "fixer"],
    &["régler", "ajuster", "étalonner", "calibrer", "refaire", "aligner", "réaligner", "positionner"],
    &["rechercher", "chercher"],
    &["replace", "change", "swap", "fit", "install", "refit", "change out", "exchange"],
    &["check", "inspect", "measure", "test", "verify", "read", "examine", "compare", "run"],
    &[
        "isolate",
        "lock out",
        "lock off",
        "lock",
        "padlock",
        "unplug",
        "disconnect",
        "stop",
        "switch off",
        "turn off",
        "prove dead",
    ],
    &["clean", "clear", "wash", "wipe", "rinse", "dry", "flush", "descale"],
    &["fill", "refill", "top up", "add", "charge", "recharge"],
    &["tighten", "retighten", "torque", "secure", "fasten"],
    &["release", "vent", "depressurise", "depressurize", "dump"],
];

/// The words of a text that carry its meaning, folded and shortened to their stems.
pub(super) fn stems(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|w| w.len() > 1)
        .take(60)
        .map(crate::codes::fold)
        .filter(|w| !STOP.contains(w))
        .map(|w| stem(&w))
        .collect()
}

/// A folded word's stem, with the abbreviations of the trade written out.
pub(super) fn stem(folded: &str) -> String {
    let word = match folded {
        "ev" => "electrovanne",
        "vl" | "vls" => "vanne",
        "tc" => "thermocouple",
        "cpr" => "compresseur",
        "cde" => "commande",
        other => other,
    };
    word.chars().take(6).collect()
}

/// The words of a statement that carry its meaning, in a form in which two tellings of the same agree: verbs of
/// maintenance as the first of those that are used for one another, numbers as numbers, references and codes without
/// separators, all else as stems. Linear in the length of the text.
pub(crate) fn content_words(text: &str, language: Language) -> Vec<String> {
    let verbs = &Lexicon::of(language).verbs;
    let words = read(text).words;
    let mut out = Vec::with_capacity(words.len());
    let mut i = 0;
    while i < words.len() {
        let word = &words[i];
        if let Some(form) = verbs.form(&words, i) {
            let name = verbs.list[form.verb].name.as_str();
            let set = SYNONYMS.iter().find(|set| set.contains(&name));
            out.push(set.map_or(name, |set| set[0]).to_owned());
            i += form.words.max(1);
            continue;
        }
        i += 1;
        if word.mark || STOP.contains(&word.fold) {
            continue;
        }
        let compact: String = word.fold.chars().filter(|c| c.is_alphanumeric()).collect();
        let digits = compact.trim_start_matches(|c: char| c.is_alphabetic());
        if digits.starts_with(|c: char| c.is_ascii_digit()) {
            if let Ok(number) = word.fold.replace(',', ".").parse::<f64>() {
                out.push(number.to_string());
            } else {
                // "E-014" is "E14".
                let letters = &compact[..compact.len() - digits.len()];
                let code = digits.bytes().all(|b| b.is_ascii_digit());
                out.push(format!("{letters}{}", if code { digits.trim_start_matches('0') } else { digits }));
            }
        } else if compact.chars().count() > 1 {
            out.push(stem(&compact));
        }
    }
    out
}

/// How much of the smaller set the two share, 0 to 1.
pub(super) fn shared(a: &[String], b: &[String]) -> f64 {
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    if few.is_empty() {
        return 0.0;
    }
    let common = few.iter().filter(|w| many.contains(w)).count();
    f64::from(u32::try_from(common).unwrap_or(0)) / f64::from(u32::try_from(few.len()).unwrap_or(1))
}

/// Whether two texts say the same: most of the shorter one's words are in the longer one.
pub(super) fn alike(a: &str, b: &str) -> bool {
    shared(&stems(a), &stems(b)) >= 0.7
}

/// Whether two steps are one: verbs that mean the same and objects that share most of their words.
pub(super) fn same_step(a: &Piece, b: &Piece, language: Language) -> bool {
    let (Role::Step { verb: first, .. }, Role::Step { verb: second, .. }) = (a.role, b.role) else { return false };
    let verbs = &Lexicon::of(language).verbs.list;
    let (first, second) = (verbs[first].name.as_str(), verbs[second].name.as_str());
    let synonyms = first == second || SYNONYMS.iter().any(|set| set.contains(&first) && set.contains(&second));
    synonyms && shared(&a.object, &b.object) >= 0.6
}

/// The first letters of a text, folded.
pub(super) fn beginning(text: &str) -> String {
    crate::codes::fold(&text.chars().take(16).collect::<String>())
}

/// Whether it begins with a word that points at something said before.
pub(super) fn vague(text: &str) -> bool {
    points_back(&beginning(text))
}

/// The same of a [`beginning`].
pub(super) fn points_back(folded: &str) -> bool {
    ["il ", "elle ", "ils ", "c'est", "c'etait", "ca ", "cela ", "ce ", "d'ou", "it ", "this ", "that "]
        .iter()
        .any(|w| folded.starts_with(w))
}
