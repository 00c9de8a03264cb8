//! The verbs of maintenance and every form that reports use: regular conjugation by rule, irregular forms from the file.

use super::words::NOUNS;
use std::collections::HashMap;

use savoir_models::text::Language;

use super::sentences::Word;

/// What doing it means for a procedure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It mends: without one of these there is no procedure.
    Repair,
    /// It makes safe.
    Safety,
    /// It handles: opens, removes, waits.
    Handling,
    /// It checks or measures.
    Check,
    /// It tries the machine out.
    Trial,
}

/// A verb.
#[derive(Debug, Clone)]
pub(super) struct Verb {
    /// Infinitive in French, base form in English.
    pub(super) name: String,
    /// The order: second person plural in French, base form in English; in lower case.
    pub(super) imperative: String,
    /// What doing it means.
    pub(super) kind: Kind,
    /// Its participle also tells a state, or its base is also a noun.
    pub(super) ambiguous: bool,
    /// Its base form is also its past: "put", "shut".
    pub(super) unchanged: bool,
}

/// How a form stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// "remplacer"; English base form.
    Infinitive,
    /// "remplacée"; English past or past participle.
    Participle { feminine: bool, plural: bool },
    /// "remplacez".
    Imperative,
    /// "remplace".
    Present,
    /// "remplacement".
    Noun { feminine: bool, plural: bool },
    /// "rempl."
    Abbreviation,
}

/// A form of a verb.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    /// Position in [`Verbs::list`].
    pub(super) verb: usize,
    pub(super) shape: Shape,
    /// How many words it takes ("locked out": 2).
    pub(super) words: usize,
}

/// The verbs of a language.
pub(super) struct Verbs {
    pub(super) list: Vec<Verb>,
    forms: HashMap<String, Form>,
    /// Forms without accents, for texts typed without them.
    plain: HashMap<String, Form>,
}

impl Verbs {
    /// Reads a verb file: `name kind [participle imperative] [~] | nouns | abbreviations`.
    pub(super) fn read(file: &str, language: Language) -> Self {
        let mut verbs = Self { list: Vec::new(), forms: HashMap::new(), plain: HashMap::new() };
        for line in file.lines().filter(|l| !l.starts_with('#') && !l.trim().is_empty()) {
            let mut fields = line.split('|');
            let head: Vec<&str> = fields.next().unwrap_or_default().split_whitespace().collect();
            let Some(at) = head.iter().position(|w| w.len() == 1) else { continue };
            let kind = match head[at] {
                "r" => Kind::Repair,
                "s" => Kind::Safety,
                "m" => Kind::Handling,
                "c" => Kind::Check,
                _ => Kind::Trial,
            };
            let name = head[..at].join(" ");
            let given: Vec<String> = head[at + 1..]
                .iter()
                .filter(|w| **w != "~")
                .map(|w| if name.contains(' ') { w.replace('-', " ") } else { (*w).to_owned() })
                .collect();
            let ambiguous = head.contains(&"~");
            // Nouns first: "purge" and "vidange" are nouns far more often than presents.
            let mut forms: Vec<(String, Shape)> = Vec::new();
            for noun in fields.next().unwrap_or_default().split_whitespace() {
                let (gender, noun) = noun.split_once(':').unwrap_or(("m", noun));
                let plural = noun.ends_with('s') && gender != "n";
                forms.push((noun.to_owned(), Shape::Noun { feminine: gender == "f", plural }));
            }
            forms.extend(
                fields.next().unwrap_or_default().split_whitespace().map(|a| (a.to_owned(), Shape::Abbreviation)),
            );
            forms.extend(match language {
                Language::French => french(&name, &given),
                Language::English => english(&name, &given),
            });
            let imperative = match language {
                Language::English => name.clone(),
                Language::French => {
                    forms.iter().find(|f| f.1 == Shape::Imperative).map_or_else(|| name.clone(), |f| f.0.clone())
                }
            };
            let verb = verbs.list.len();
            let unchanged = given.contains(&name);
            verbs.list.push(Verb { name, imperative, kind, ambiguous, unchanged });
            for (spelling, shape) in forms {
                let form = Form { verb, shape, words: spelling.split(' ').count() };
                verbs.plain.entry(crate::codes::fold(&spelling)).or_insert(form);
                verbs.forms.entry(spelling).or_insert(form);
            }
        }
        verbs
    }

    /// Position of a verb by its name.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        self.list.iter().position(|v| v.name == name)
    }

    /// The form that begins with word `i`.
    pub(super) fn form(&self, words: &[Word], i: usize) -> Option<Form> {
        let word = words.get(i).filter(|w| !w.mark && !NOUNS.contains(&w.low))?;
        if let Some(next) = words.get(i + 1).filter(|n| !n.mark && n.low.len() <= 6) {
            // "lock out", "pressure test"
            let both = format!("{} {}", word.low, next.low);
            if let Some(form) = self.forms.get(&both) {
                return Some(*form);
            }
        }
        let known = self.forms.get(&word.low);
        let mut form = known.or_else(|| self.plain.get(&word.fold).filter(|_| word.low == word.fold)).copied()?;
        if form.shape == Shape::Abbreviation && words.get(i + 1).is_some_and(|w| w.is(".")) {
            form.words += 1;
        }
        Some(form)
    }

    /// The verb that a folded word is a form of.
    pub(super) fn called(&self, folded: &str) -> Option<&Verb> {
        self.plain.get(folded).map(|form| &self.list[form.verb])
    }

    /// Whether a text begins with an order of the lexicon: "Remplacez …", "Ne dévissez …", "Lock out …".
    pub(super) fn orders(&self, text: &str) -> bool {
        let low = text.to_lowercase();
        let low = ["ne ", "n'", "never ", "do not ", "don't "].iter().find_map(|n| low.strip_prefix(n)).unwrap_or(&low);
        self.list.iter().any(|v| {
            low.strip_prefix(v.imperative.as_str())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '-', ',']))
        })
    }
}

fn agreed(base: &str) -> Vec<(String, Shape)> {
    let shape = |feminine, plural| Shape::Participle { feminine, plural };
    let plural = if base.ends_with('s') { base.to_owned() } else { format!("{base}s") };
    vec![
        (base.to_owned(), shape(false, false)),
        (format!("{base}e"), shape(true, false)),
        (plural, shape(false, true)),
        (format!("{base}es"), shape(true, true)),
    ]
}

/// The forms of a French verb; `given`: participle and imperative where they are irregular.
fn french(name: &str, given: &[String]) -> Vec<(String, Shape)> {
    let stem = &name[..name.len().saturating_sub(2)];
    let (participle, imperative, present) = match (given.first(), given.get(1)) {
        (Some(p), Some(i)) => (p.clone(), i.clone(), None),
        _ if name.ends_with("er") => (format!("{stem}é"), format!("{stem}ez"), Some(format!("{stem}e"))),
        // The second group: "remplir", "refroidir".
        _ => (format!("{stem}i"), format!("{stem}issez"), None),
    };
    let mut out = agreed(&participle);
    out.push((name.to_owned(), Shape::Infinitive));
    out.push((imperative, Shape::Imperative));
    out.extend(present.map(|p| (p, Shape::Present)));
    out
}

/// The forms of an English verb; `given`: past and participle where a rule does not do.
fn english(name: &str, given: &[String]) -> Vec<(String, Shape)> {
    let (first, particle) = name.split_once(' ').map_or((name, ""), |(f, p)| (f, p));
    let join = |form: String| if particle.is_empty() { form } else { format!("{form} {particle}") };
    let vowel = |c: char| "aeiou".contains(c);
    let past = if let Some(stem) = first.strip_suffix('y').filter(|s| !s.ends_with(vowel)) {
        join(format!("{stem}ied"))
    } else if first.ends_with('e') {
        join(format!("{first}d"))
    } else {
        join(format!("{first}ed"))
    };
    let participle = Shape::Participle { feminine: false, plural: false };
    let mut out = vec![(name.to_owned(), Shape::Infinitive)];
    if given.is_empty() {
        out.push((past, participle));
    }
    // "set", "put": the base form is also the past.
    out.extend(given.iter().filter(|g| *g != name).map(|g| (g.clone(), participle)));
    out
}

#[cfg(test)]
mod tests {
    use super::super::lexicon::Lexicon;
    use super::*;

    fn order(language: Language, word: &str) -> Option<String> {
        let words = super::super::sentences::read(word).words;
        let verbs = &Lexicon::of(language).verbs;
        verbs.form(&words, 0).map(|f| verbs.list[f.verb].imperative.clone())
    }

    #[test]
    fn every_form_leads_to_the_order() {
        for (form, expected) in [
            ("remplacé", "remplacez"),
            ("remplacées", "remplacez"),
            ("Remplacement", "remplacez"),
            ("rempl", "remplacez"),
            ("debranchee", "débranchez"),
            ("refaite", "refaites"),
            ("ouverts", "ouvrez"),
            ("remplir", "remplissez"),
            ("essuyé", "essuyez"),
        ] {
            assert_eq!(order(Language::French, form).as_deref(), Some(expected), "{form}");
        }
        for (form, expected) in [
            ("replaced", "replace"),
            ("fitted", "fit"),
            ("bled", "bleed"),
            ("topped up", "top up"),
            ("dried", "dry"),
            ("locked out", "lock out"),
        ] {
            assert_eq!(order(Language::English, form).as_deref(), Some(expected), "{form}");
        }
        assert_eq!(order(Language::French, "ignorez"), None);
        assert_eq!(order(Language::English, "ignore"), None);
    }
}
