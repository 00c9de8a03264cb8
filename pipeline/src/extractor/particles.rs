//! What English telegraphic style tells by a particle alone: "back panel off", "seal out", "hose back on the pump", "plug in".

use super::actions::{Action, How};
use super::clauses::View;
use super::imperative::slice;
use super::lexicon::Cue;
use super::phrases::{determined, finite};
use super::verbs::{Form, Shape};
use super::words::NO_NOUN;

/// What one switches on and off.
const SWITCHED: &[&str] = &[
    "power",
    "supply",
    "mcb",
    "breaker",
    "mains",
    "heat",
    "heating",
    "pump",
    "machine",
    "unit",
    "gas",
    "water",
    "air",
    "steam",
    "isolator",
    "compressor",
    "fan",
    "motor",
    "engine",
    "charger",
    "current",
    "inhibit",
    "disconnector",
    "switch",
];
/// What is on and off by itself: a state.
const SHOWN: &[&str] = &["lamp", "light", "led", "display", "screen", "alarm", "beacon", "indicator", "fault", "icon"];

/// The action that a noun and a particle tell; `None` in French and where a verb says more.
pub(super) fn particle(view: View<'_>, i: usize, to: usize) -> Option<Action> {
    if view.french() || NO_NOUN.contains(view.fold(i)) || view.leads(i) {
        return None;
    }
    let at = (i + 1..to.min(i + 6)).take_while(|j| !view.words[*j].mark).find(|j| word(view, *j).is_some())?;
    let (particle, back) = word(view, at)?;
    let end = at + 1 + usize::from(back) + usize::from(particle == "to");
    let noun = |j: usize| view.lexicon.noun(view.fold(j)).is_some() || SWITCHED.contains(&view.fold(j));
    let begins = i + usize::from(determined(view, i));
    let near = noun(at - 1) || particle == "to";
    let named = near && (i..at).any(noun) && (noun(begins) || !view.fold(begins).ends_with('s'));
    let shown = (i..at).any(|j| SHOWN.contains(&view.fold(j)) || view.leads(j));
    // "switch the coder off": the verb is there.
    let phrasal = view.lexicon.verbs.form(view.words, i).is_some() && determined(view, i + 1)
        || view.orders && view.lexicon.verbs.form(view.words, at - 1).is_some_and(|f| f.words > 1);
    let verb = phrasal
        || (i..at).any(|j| {
            let form = view.lexicon.verbs.form(view.words, j);
            form.is_some_and(|f| f.shape != Shape::Infinitive || view.lexicon.verbs.list[f.verb].unchanged)
        });
    let follows = determined(view, end)
        || matches!(view.fold(end), "at" | "with" | "from" | "last" | "first" | "again")
        || view.fold(end).starts_with(|c: char| c.is_ascii_digit());
    let ends = end >= to || view.words[end].mark || ((back || particle == "off") && follows && view.fold(end) != "its");
    let tried = view.has(Cue::Trial, view.start, to) || view.has(Cue::Result, view.start, i);
    if !named || shown || verb || !ends || tried || finite(view, i, at) {
        return None;
    }
    let switched = SWITCHED.contains(&view.fold(at - 1));
    let name = match (particle, switched) {
        ("to", _) => "set",
        ("off", true) => "switch off",
        ("on", true) => "switch on",
        ("out", _) if view.fold(at - 1) == "plug" => "pull",
        ("off" | "out", _) => "remove",
        _ => "put",
    };
    let verb = view.lexicon.verbs.named(name)?;
    let form = Form { verb, shape: Shape::Participle { feminine: false, plural: false }, words: end - at };
    Some(Action {
        heads: vec![(at, form)],
        how: How::Particle,
        object: (i, at),
        rest: end,
        to,
        agreement: None,
        infinitive: false,
        adopted: false,
    })
}

/// The particle at word `j`, and whether "back" stands before it. "to AUTO" is one too.
fn word<'a>(view: View<'a>, j: usize) -> Option<(&'a str, bool)> {
    let particle = |j: usize| -> Option<&'a str> {
        let fold = view.words.get(j)?.fold.as_str();
        let position = fold == "to"
            && matches!(
                view.fold(j + 1),
                "off" | "on" | "auto" | "manual" | "man" | "hand" | "0" | "1" | "run" | "standby"
            );
        (position || matches!(fold, "on" | "off" | "in" | "out")).then_some(fold)
    };
    match view.words.get(j)?.fold.as_str() {
        "back" => particle(j + 1).map(|p| (p, true)),
        _ => particle(j).map(|p| (p, false)),
    }
}

/// "Put the hose back on the pump", "Remove the back panel", "Switch the breaker on".
pub(super) fn order(view: View<'_>, text: &str, action: &Action, to: usize) -> Option<String> {
    let (at, form) = action.heads.first()?;
    let object = slice(text, view.words, action.object.0, action.object.1);
    let object =
        if determined(view, action.object.0) { object } else { format!("the {}", super::looks::lower(&object)) };
    let name = view.lexicon.verbs.list[form.verb].name.as_str();
    let (verb, from) = match name {
        "remove" => (name, action.rest),
        "switch on" | "switch off" => ("switch", *at),
        _ => (name, *at),
    };
    let mut rest = slice(text, view.words, from, to);
    if name == "remove" && view.words.get(from).is_some_and(|w| from < to && !w.mark) && determined(view, from) {
        rest = format!("from {rest}");
    }
    let mut out = super::imperative::capital(verb);
    for part in [object, rest].iter().filter(|p| !p.is_empty()) {
        out.push(' ');
        out.push_str(part);
    }
    Some(super::imperative::own(view, &out))
}
