//! From what was done to what is to be done: the clause's own words, with the verb turned into an order.
//!
//! French orders are in the second person plural ("Remplacez le thermocouple"), English ones in the base form. Besides the
//! verb only articles change: telegraphic style leaves them out ("Machine consignée" → "Consignez la machine"), nouns
//! carry them inside a preposition ("Nettoyage du radiateur" → "Nettoyez le radiateur").

use super::actions::{Action, How, stands_alone};
use super::clauses::View;
use super::lexicon::Lexicon;
use super::particles;
use super::phrases::determined as determined_at;
use super::sentences::Word;
use super::verbs::{Form, Shape};

/// The order that the action spells; `None` when it would have no object to act on.
pub(super) fn order(view: View<'_>, text: &str, action: &Action) -> Option<String> {
    let verbs: Vec<&str> = action.heads.iter().map(|(_, f)| imperative(view, f)).collect();
    let mut to = trimmed(view.words, action.to);
    // "VAT OK": the order ends before its outcome.
    if to > 0 && matches!(view.fold(to - 1), "ok" | "ras" | "fait" | "faite" | "faites" | "effectuee" | "done") {
        to = trimmed(view.words, to - 1);
    }
    let body = match action.how {
        How::Order => {
            let (at, form) = action.heads.first()?;
            return Some(capital(&slice(text, view.words, *at, to.max(at + form.words))));
        }
        How::Never => return never(view, text, action, to),
        How::Particle => return particles::order(view, text, action, to),
        How::Verb if made(view, action) => return None,
        How::Verb => {
            let object = slice(text, view.words, action.object.0, to);
            with_article(view, action.object.0, &object)
        }
        How::Noun { feminine } => {
            let object = slice(text, view.words, action.object.0, to);
            if view.french() {
                let Some(object) = complement(view, action.object.0, &object) else {
                    let noun = slice(text, view.words, action.heads.first()?.0, to);
                    let article = if starts_with_vowel(&noun) {
                        "l'"
                    } else if feminine {
                        "la "
                    } else {
                        "le "
                    };
                    return Some(format!("Effectuez {article}{}", uncapital(&noun)));
                };
                object
            } else {
                object.strip_prefix("of ").unwrap_or(&object).to_owned()
            }
        }
        How::Passive if made(view, action) => return None,
        How::Passive => {
            let object = uncapital(&slice(text, view.words, action.object.0, action.object.1));
            let object = determined(view, action, &object);
            let rest = slice(text, view.words, action.rest, to);
            join(&[&object, &rest])
        }
    };
    if (body.is_empty() || action.bare(view)) && !stands_alone(view, action) {
        return None;
    }
    let both = if view.french() { " et " } else { " and " };
    let head = match verbs.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{}{both}{last}", rest.join(", ")),
        _ => verbs.first().copied().unwrap_or_default().to_owned(),
    };
    Some(capital(&own(view, &join(&[&head, &body]))))
}

/// "fait sécher": somebody was made to do it, and nothing says to what.
fn made(view: View<'_>, action: &Action) -> bool {
    // "celle-ci" and "les réparations" name nothing that one could act on.
    let head = view.fold(action.object.0 + usize::from(determined_at(view, action.object.0)));
    if matches!(
        head,
        "celle-ci" | "celui-ci" | "ceux-ci" | "reparation" | "reparations" | "appel" | "necessaire" | "intervention"
    ) {
        return true;
    }
    let faire = action.heads.iter().any(|(_, f)| view.lexicon.verbs.list[f.verb].name == "faire");
    let infinitive = view.lexicon.verbs.form(view.words, action.object.0).is_some_and(|f| f.shape == Shape::Infinitive);
    faire && infinitive && action.object.0 + 1 >= trimmed(view.words, action.to)
}

fn imperative(view: View<'_>, form: &Form) -> &'static str {
    &view.lexicon.verbs.list[form.verb].imperative
}

/// "ne jamais dévisser X" → "Ne dévissez jamais X"; "never bridge X" stays.
fn never(view: View<'_>, text: &str, action: &Action, to: usize) -> Option<String> {
    let (at, form) = action.heads.first()?;
    let object = slice(text, view.words, action.object.0, to);
    let word = view.words.get(at - 1)?;
    if !view.french() {
        let begin = if word.fold == "not" { at - 2 } else { at - 1 };
        return Some(capital(&slice(text, view.words, begin, to)));
    }
    let verb = imperative(view, form);
    let ne = if starts_with_vowel(verb) { "N'" } else { "Ne " };
    Some(join(&[&format!("{ne}{verb} {}", word.low), &object]))
}

/// The words `from..to` as they stand, on one line.
pub(super) fn slice(text: &str, words: &[Word], from: usize, to: usize) -> String {
    if from >= to || to > words.len() {
        return String::new();
    }
    let raw = &text[words[from].start..words[to - 1].end];
    let mut out = String::with_capacity(raw.len());
    for part in raw
        .split(|c: char| c.is_whitespace() && c != '\u{a0}' && c != '\u{202f}' || c.is_control())
        .filter(|p| !p.is_empty())
    {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

/// One past the last word that is not a dangling mark or conjunction.
pub(super) fn trimmed(words: &[Word], mut to: usize) -> usize {
    while to > 0
        && ((words[to - 1].mark && !words[to - 1].is(")") && !words[to - 1].is("»") && !words[to - 1].is("\""))
            || matches!(words[to - 1].fold.as_str(), "et" | "and" | "puis" | "then" | "mais" | "but" | "so" | "donc"))
    {
        to -= 1;
    }
    to
}

/// The text with a capital, as a sentence begins.
pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// Without the capital of a sentence; abbreviations and names in capitals keep theirs.
fn uncapital(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second))
            if first.is_uppercase() && (second.is_lowercase() || second == '\'' || second == '’') =>
        {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

fn join(parts: &[&str]) -> String {
    let mut out = String::new();
    for part in parts.iter().filter(|p| !p.is_empty()) {
        if !out.is_empty() && !part.starts_with(',') && !out.ends_with(['\'', '’']) {
            out.push(' ');
        }
        out.push_str(part);
    }
    out
}

fn starts_with_vowel(text: &str) -> bool {
    let folded = crate::codes::fold(text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default());
    let aspirated = ["haut", "hublot", "hotte", "hauteur", "hamm", "hall"].iter().any(|h| folded.starts_with(h));
    folded.starts_with(['a', 'e', 'i', 'o', 'u', 'h']) && !aspirated
}

/// Whether a noun phrase says by itself which one is meant.
fn has_determiner(view: View<'_>, at: usize) -> bool {
    let Some(word) = view.words.get(at) else { return true };
    let fold = word.fold.as_str();
    fold.starts_with(|c: char| c.is_ascii_digit())
        || matches!(
            fold,
            "le" | "la"
                | "les"
                | "l'"
                | "un"
                | "une"
                | "des"
                | "du"
                | "de"
                | "d'"
                | "ce"
                | "cet"
                | "cette"
                | "ces"
                | "mon"
                | "ma"
                | "mes"
                | "son"
                | "sa"
                | "ses"
                | "notre"
                | "nos"
                | "votre"
                | "vos"
                | "deux"
                | "trois"
                | "quatre"
                | "cinq"
                | "six"
                | "dix"
                | "chaque"
                | "tous"
                | "toutes"
                | "tout"
                | "toute"
                | "plusieurs"
                | "the"
                | "a"
                | "an"
                | "my"
                | "its"
                | "their"
                | "our"
                | "both"
                | "all"
                | "each"
                | "every"
                | "one"
                | "two"
                | "three"
                | "four"
                | "five"
                | "ten"
                | "some"
                | "any"
                | "new"
                | "another"
                | "this"
                | "these"
        )
}

/// The object of a passive with the article that telegraphic style left out.
fn determined(view: View<'_>, action: &Action, object: &str) -> String {
    if has_determiner(view, action.object.0) {
        return object.to_owned();
    }
    if !view.french() {
        return format!("the {object}");
    }
    if let Some((first, second)) = object.split_once(" et ") {
        // "bac et écoulement débouchés": each has its own article, or neither.
        let gender = |words: &str| view.lexicon.noun(&crate::codes::fold(words.split(' ').next().unwrap_or_default()));
        return match (gender(first), gender(second)) {
            (Some(a), Some(b)) => format!("{} et {}", article(first, a, false), article(second, b, false)),
            _ => object.to_owned(),
        };
    }
    let known = view.lexicon.noun(view.fold(action.object.0));
    let (feminine, plural) = action.agreement.unwrap_or((known.unwrap_or(false), false));
    article(object, known.unwrap_or(feminine), plural)
}

fn article(object: &str, feminine: bool, plural: bool) -> String {
    match (plural, starts_with_vowel(object), feminine) {
        (true, ..) => format!("les {object}"),
        (_, true, _) => format!("l'{object}"),
        (.., true) => format!("la {object}"),
        _ => format!("le {object}"),
    }
}

/// The object after a verb: a known component without article gets one.
pub(super) fn with_article(view: View<'_>, at: usize, object: &str) -> String {
    let known = if view.french() { view.lexicon.noun(view.fold(at)) } else { None };
    match known {
        Some(feminine) if !has_determiner(view, at) && !object.is_empty() => {
            let fold = view.fold(at);
            let plural = fold.ends_with('s') && lexical(view.lexicon, &fold[..fold.len() - 1]);
            article(&uncapital(object), feminine, plural)
        }
        _ => uncapital_article(object),
    }
}

fn lexical(lexicon: &Lexicon, singular: &str) -> bool {
    lexicon.noun(singular).is_some()
}

fn uncapital_article(object: &str) -> String {
    // "Le filtre" in the middle of a sentence; names keep their capitals.
    let first = object.split(' ').next().unwrap_or_default();
    if matches!(first, "Le" | "La" | "Les" | "Un" | "Une" | "The" | "A" | "New") {
        uncapital(object)
    } else {
        object.to_owned()
    }
}

/// The complement of an action noun as an object: "du radiateur" → "le radiateur". `None` when the article cannot be
/// known.
fn complement(view: View<'_>, at: usize, object: &str) -> Option<String> {
    // "remise en place de la toile", "mise à jour du logiciel"
    let lower = object.to_lowercase();
    let swap = |prefix: &str, article: &str| {
        lower.starts_with(prefix).then(|| format!("{article}{}", &object[prefix.len()..]))
    };
    let swapped = swap("de la ", "la ")
        .or_else(|| swap("de l'", "l'"))
        .or_else(|| swap("de l’", "l’"))
        .or_else(|| swap("du ", "le "))
        .or_else(|| swap("des ", "les "))
        .or_else(|| swap("d'un", "un"))
        .or_else(|| swap("d’un", "un"))
        .or_else(|| swap("de ", "").filter(|_| has_determiner(view, at + 1)))
        .or_else(|| {
            let feminine = view.lexicon.noun(view.fold(at + 1))?;
            let noun = swap("de ", "").or_else(|| swap("d'", "")).or_else(|| swap("d’", ""))?;
            let fold = view.fold(at + 1);
            let plural = fold.ends_with('s') && lexical(view.lexicon, &fold[..fold.len() - 1]);
            Some(article(&noun, feminine, plural))
        })?;
    // What is listed with it carries the preposition too.
    let mut out = swapped;
    for (from, to) in [
        (" et de la ", " et la "),
        (" et de l'", " et l'"),
        (" et du ", " et le "),
        (" et des ", " et les "),
        (" et d'un", " et un"),
        (", de la ", ", la "),
        (", de l'", ", l'"),
        (", du ", ", le "),
        (", des ", ", les "),
    ] {
        out = out.replace(from, to);
    }
    Some(out)
}

/// What was the technician's is the reader's.
pub(super) fn own(view: View<'_>, text: &str) -> String {
    let pairs: &[(&str, &str)] = if view.french() {
        &[(" mon ", " votre "), (" ma ", " votre "), (" mes ", " vos ")]
    } else {
        &[(" my ", " your ")]
    };
    pairs.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}
