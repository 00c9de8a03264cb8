//! What a clause says was done, whoever tells it and however: "j'ai remplacé le filtre", "Filtre remplacé",
//! "Rempl. filtre", "Remplacement du filtre", "the filter was replaced".

use super::clauses::{Clause, Part, View};
use super::lexicon::Cue;
use super::particles::particle;
use super::passive::{passive, renewed};
use super::phrases::{antecedent, determined, stated};
use super::verbs::{Form, Kind, Shape};
use super::words::{ADVERBS, CONNECTORS};

/// How the clause says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// Verb, then object: "remplacé le filtre", "remplacer le filtre".
    Verb,
    /// Noun, then its complement: "remplacement du filtre"; whether the noun is feminine.
    Noun { feminine: bool },
    /// Object, then participle: "filtre remplacé".
    Passive,
    /// It is an order already: "Remplacez le filtre".
    Order,
    /// "ne jamais dévisser le bouchon".
    Never,
    /// Object, then particle: "back panel off", "hose back on the pump".
    Particle,
}

/// Something done or to be done.
#[derive(Debug, Clone)]
pub(super) struct Action {
    /// Words that carry its verbs, with the verb: several when they share an object.
    pub(super) heads: Vec<(usize, Form)>,
    pub(super) how: How,
    /// The words of its object: after the verb, or before a passive participle.
    pub(super) object: (usize, usize),
    /// First word after verb and object, where more is said.
    pub(super) rest: usize,
    /// One past its last word.
    pub(super) to: usize,
    /// Gender and number that the participle shows.
    pub(super) agreement: Option<(bool, bool)>,
    /// It is told as an infinitive: what is to be done, which advice also uses.
    pub(super) infinitive: bool,
    /// Its object was named by a clause before.
    pub(super) adopted: bool,
}

impl Action {
    /// Verb before its object, in a form that others can be listed with.
    pub(super) fn plain(&self) -> bool {
        self.how == How::Verb
    }

    /// Whether nothing follows the verb, but for what stands in brackets.
    pub(super) fn bare(&self, view: View<'_>) -> bool {
        let after = &view.words[self.object.0.min(self.to)..self.to];
        let led = view.leads(self.object.0);
        let listed = self.agreement.is_some_and(|(feminine, plural)| feminine || plural);
        let governed = after.first().is_some_and(|_| listed && led);
        self.how == How::Verb && (governed || after.first().is_none_or(|w| w.is("("))) && !stands_alone(view, self)
    }

    /// Whether a circumstance follows the verb at once: "remplacé par un autre".
    pub(super) fn loose(&self, view: View<'_>) -> bool {
        self.object.0 < self.to && view.leads(self.object.0)
    }

    /// Whether its clause ends with the verb.
    pub(super) fn objectless(&self) -> bool {
        self.how == How::Verb && self.object.0 >= self.to
    }

    /// Whether it makes safe.
    pub(super) fn safe(&self, view: View<'_>) -> bool {
        self.heads.iter().any(|(_, f)| view.lexicon.verbs.list[f.verb].kind == Kind::Safety)
    }

    /// Whether its object has this gender and number.
    pub(super) fn fits(&self, agreement: (bool, bool)) -> bool {
        self.how == How::Passive && self.agreement == Some(agreement)
    }

    /// Takes an object that was named before; what follows its verb up to `to` stays with it.
    pub(super) fn adopt(&mut self, object: (usize, usize), to: usize) {
        self.how = How::Passive;
        self.rest = self.object.0.min(to);
        self.object = object;
        self.to = to;
        self.adopted = true;
    }

    /// What doing it means: mending counts most.
    pub(super) fn kind(&self, view: View<'_>) -> Kind {
        let kinds = || self.heads.iter().map(|(_, f)| view.lexicon.verbs.list[f.verb].kind);
        kinds().find(|k| *k == Kind::Repair).or_else(|| kinds().next()).unwrap_or(Kind::Handling)
    }
}

/// The part that the words `from..to` play; `before` is the clause before them.
pub(super) fn analyse(view: View<'_>, from: usize, to: usize, before: Option<&Clause>) -> Part {
    let mut i = from;
    while i < to && (view.words[i].mark || CONNECTORS.contains(view.fold(i))) {
        i += 1;
    }
    if i >= to {
        return Part::Fragment;
    }
    let action = spoken(view, i, to, before)
        .unwrap_or_else(|| never(view, i, to).or_else(|| headed(view, i, to)).or_else(|| passive(view, i, to)))
        .or_else(|| particle(view, i, to))
        .or_else(|| renewed(view, i, to, before));
    match action {
        Some(action) => Part::Action(action),
        None if stated(view, i, to) || fine(view, i, to) => Part::State,
        None => Part::Fragment,
    }
}

/// "filtre propre", "belt fine": a component, and that it is so.
fn fine(view: View<'_>, i: usize, to: usize) -> bool {
    let head = i + usize::from(determined(view, i));
    view.has(Cue::Fine, head + 1, to) && view.lexicon.noun(view.fold(head)).is_some()
}

/// "j'ai remplacé…", "we then cleaned…", "je l'ai remplacé": `None` when no first person speaks; `Some(None)` when one
/// does without doing anything of the lexicon.
fn spoken(view: View<'_>, i: usize, to: usize, before: Option<&Clause>) -> Option<Option<Action>> {
    let mut at = i;
    let mut pronoun = None;
    if view.french() {
        if !matches!(view.fold(at), "j'" | "je" | "nous" | "on") {
            return None;
        }
        at += 1;
        if matches!(view.fold(at), "l'" | "le" | "la" | "les") {
            pronoun = Some(at);
            at += 1;
        } else if matches!(view.fold(at), "y" | "lui" | "leur" | "en" | "m'" | "me") {
            at += 1;
        }
        if matches!(view.fold(at), "ai" | "avons" | "a" | "viens" | "venons") {
            at += 1;
        } else if !view
            .lexicon
            .verbs
            .form(view.words, at)
            .is_some_and(|f| matches!(f.shape, Shape::Present) || f.words == 1 && matches!(f.shape, Shape::Noun { .. }))
        {
            return Some(None);
        }
        if matches!(view.words.get(at).map(|w| w.low.as_str()), Some("dû" | "pu")) {
            at += 1;
        }
    } else {
        if !matches!(view.fold(at), "i" | "we") {
            return None;
        }
        at += 1;
    }
    while at < to && ADVERBS.contains(view.fold(at)) {
        at += 1;
    }
    let Some(form) = view.lexicon.verbs.form(view.words, at).filter(|_| at < to) else { return Some(None) };
    // "I read 90 degrees", "j'ai mesuré 108 degrés": a value was found, nothing was done that one could repeat.
    let verb = &view.lexicon.verbs.list[form.verb];
    let after = at + form.words;
    if verb.kind == Kind::Check && view.fold(after).starts_with(|c: char| c.is_ascii_digit()) || verb.name == "find" {
        return Some(None);
    }
    let mut action = direct(at, form, to);
    action.agreement = None;
    let it = pronoun.is_some() || matches!(view.fold(after), "it" | "them");
    if it {
        let Some(object) = antecedent(view, before) else { return Some(None) };
        action.how = How::Passive;
        action.rest = if pronoun.is_some() { after } else { after + 1 };
        action.object = object;
    }
    Some(Some(action))
}

pub(super) fn direct(at: usize, form: Form, to: usize) -> Action {
    let agreement = match form.shape {
        Shape::Participle { feminine, plural } => Some((feminine, plural)),
        _ => None,
    };
    let after = at + form.words;
    let adopted = false;
    Action {
        heads: vec![(at, form)],
        how: How::Verb,
        object: (after, to),
        rest: to,
        to,
        agreement,
        infinitive: form.shape == Shape::Infinitive,
        adopted,
    }
}

/// "ne jamais dévisser…", "do not bridge…".
fn never(view: View<'_>, i: usize, to: usize) -> Option<Action> {
    let at = if view.french()
        && matches!(view.fold(i), "ne" | "n'")
        && matches!(view.fold(i + 1), "pas" | "jamais" | "plus")
    {
        i + 2
    } else if matches!(view.fold(i), "never" | "don't") {
        i + 1
    } else if view.fold(i) == "do" && view.fold(i + 1) == "not" {
        i + 2
    } else {
        return None;
    };
    let form = view.lexicon.verbs.form(view.words, at).filter(|f| at < to && f.shape == Shape::Infinitive)?;
    Some(Action { how: How::Never, ..direct(at, form, to) })
}

/// A verb or an action noun at the head of the clause.
fn headed(view: View<'_>, i: usize, to: usize) -> Option<Action> {
    let form = view.lexicon.verbs.form(view.words, i).or_else(|| {
        // "Remontez-le": the order with its pronoun.
        let (order, pronoun) = view.words[i].low.split_once('-')?;
        let verbs = &view.lexicon.verbs;
        let verb = verbs.list.iter().position(|v| v.imperative == order && matches!(pronoun, "le" | "la" | "les"))?;
        Some(Form { verb, shape: Shape::Imperative, words: 1 })
    })?;
    let verb = &view.lexicon.verbs.list[form.verb];
    let after = i + form.words;
    let next = if after < to { view.fold(after) } else { "" };
    let article = after < to && determined(view, after);
    let number = next.starts_with(|c: char| c.is_ascii_digit());
    let governed = next.is_empty() || view.leads(after);
    match form.shape {
        Shape::Imperative => Some(Action { how: How::Order, ..direct(i, form, to) }),
        Shape::Infinitive if view.french() => Some(direct(i, form, to)),
        // English base forms are nouns too: "Test: fine", "Drain blocked".
        Shape::Infinitive => {
            let noun = verb.ambiguous && !article;
            let state = stated(view, after, to) && !article;
            let alone = view.orders && alone(&verb.name);
            ((!noun || view.orders) && (!next.is_empty() || alone) && !state).then(|| direct(i, form, to))
        }
        Shape::Present => {
            let begins = i == view.start || view.orders;
            (begins && (article || (view.orders && !next.is_empty() && !governed))).then(|| direct(i, form, to))
        }
        Shape::Abbreviation => (!next.is_empty()).then(|| direct(i, form, to)),
        // "Dépose V1", "Remontage accouplement": telegraphic style leaves the preposition out.
        Shape::Noun { .. } if bare_noun(view, verb.kind, i, after, to) => Some(direct(i, form, to)),
        Shape::Noun { feminine, .. } if view.french() => {
            let of = matches!(next, "de" | "d'" | "du" | "des");
            let complement = of || (view.work && matches!(next, "a" | "au" | "par" | "aux") && !feminine);
            // "Remplacement du fusible sans effet" is told by cues; "Contrôle de pression : 3 bar" is a value.
            // "Arrêt d'urgence testé" is no stop.
            let told = (after..to).any(|j| {
                let shape = view.lexicon.verbs.form(view.words, j).map(|f| f.shape);
                matches!(shape, Some(Shape::Participle { feminine, plural }) if feminine || plural) && j + 1 == to
            });
            (complement && !told && !view.words[after].mark && !stated(view, after, to)).then(|| Action {
                how: How::Noun { feminine },
                agreement: None,
                ..direct(i, form, to)
            })
        }
        Shape::Noun { .. } => (next == "of" && !stated(view, after, to))
            .then(|| Action { how: How::Noun { feminine: false }, ..direct(i, form, to) }),
        Shape::Participle { feminine, plural } => {
            let listed = (feminine || plural) && next.is_empty();
            let value = verb.kind == Kind::Check && number;
            // "coupé au ras du serre-fil", "fermé": a state, unless what is operated follows: "coupé le courant".
            let thing = article
                || number
                || matches!(next, "it" | "them" | "that" | "que" | "qu'")
                || view.has(Cue::Operated, after, after + 2)
                || (verb.kind != Kind::Safety && view.lexicon.noun(next).is_some())
                || (!view.french() && view.lexicon.noun(view.fold(after + 1)).is_some());
            let state = verb.ambiguous && !listed && (governed || !thing) && !next.is_empty();
            // "Coupé au sectionneur": what begins a sentence so was done.
            let state = state && !(view.french() && i == view.start && verb.kind == Kind::Safety && known_place(next));
            let found = verb.name == "find" || (verb.ambiguous && next.is_empty() && !listed);
            (!value && !state && !found).then(|| direct(i, form, to))
        }
    }
}

/// Whether a thing follows a noun of action at once.
fn bare_noun(view: View<'_>, kind: Kind, i: usize, after: usize, to: usize) -> bool {
    let thing = view.lexicon.noun(view.fold(after)).is_some() || designator(view.fold(after));
    let begins = i == view.start || view.work;
    view.french()
        && begins
        && after < to
        && thing
        && matches!(kind, Kind::Repair | Kind::Handling)
        && !stated(view, after, to)
        && !(after..to).any(|j| matches!(view.fold(j), "ok" | "ras"))
}

/// Whether a word is what a diagram calls a component: "Q1", "K7", "EV2".
pub(super) fn designator(fold: &str) -> bool {
    let letters = fold.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = fold.len() - letters.len();
    (1..=3).contains(&digits)
        && matches!(
            letters,
            "q" | "qf"
                | "qs"
                | "k"
                | "ka"
                | "km"
                | "s"
                | "sb"
                | "v"
                | "ev"
                | "yv"
                | "f"
                | "fu"
                | "dj"
                | "mcb"
                | "cb"
                | "y"
        )
}

/// Whether a word leads to where a machine is switched off.
fn known_place(next: &str) -> bool {
    matches!(next, "au" | "a" | "aux")
}

/// Whether one of its verbs needs no object to be understood.
pub(super) fn stands_alone(view: View<'_>, action: &Action) -> bool {
    action.heads.iter().any(|(_, f)| alone(&view.lexicon.verbs.list[f.verb].name))
}

/// Whether a verb needs no object to be understood.
pub(super) fn alone(verb: &str) -> bool {
    ["consigner", "déconsigner", "faire vat", "isolate", "lock out", "prove dead"].contains(&verb)
}
