//! What a clause says was done without saying that somebody did it: "Filtre remplacé", "cartouche rempl.", "new seal".

use super::actions::{Action, How, designator, direct};
use super::clauses::{Clause, Part, View};
use super::lexicon::Cue;
use super::phrases::{determined, stated};
use super::verbs::{Form, Kind, Shape};
use super::words::{COPULAS, NO_NOUN, UNITS};

/// "Filtre remplacé", "Machine consignée", "the seal was replaced": object, then participle.
pub(super) fn passive(view: View<'_>, i: usize, to: usize) -> Option<Action> {
    if view.leads(i) || NO_NOUN.contains(view.fold(i)) {
        return None;
    }
    let at = (i + 1..to.min(i + 14)).take_while(|j| !view.words[*j].is("(") && !view.words[*j].is("«")).find(|j| {
        let form = view.lexicon.verbs.form(view.words, *j);
        form.is_some_and(|f| matches!(f.shape, Shape::Participle { .. }) || shortened(view, *j, f, to))
            && !view.words[*j].mark
    })?;
    let form = view.lexicon.verbs.form(view.words, at)?;
    let (feminine, plural) = match form.shape {
        Shape::Participle { feminine, plural } => (feminine, plural),
        _ => (view.lexicon.noun(view.fold(i)).unwrap_or(false), false),
    };
    // "45 N·m. Remis": a value is nothing to work on.
    if view.fold(i).starts_with(|c: char| c.is_ascii_digit()) && UNITS.contains(view.fold(i + 1)) {
        return None;
    }
    let verb = &view.lexicon.verbs.list[form.verb];
    let mut end = at;
    // "a été remplacé", "was replaced"
    let told = if view.french() {
        view.fold(at - 1) == "ete" && matches!(view.fold(at.wrapping_sub(2)), "a" | "ont")
    } else {
        matches!(view.fold(at - 1), "was" | "were" | "been") && !verb.ambiguous
    };
    if told {
        end = at - 1;
        while end > i && matches!(view.fold(end - 1), "a" | "ont" | "ete" | "has" | "have" | "was" | "were" | "been") {
            end -= 1;
        }
    } else if COPULAS.contains(view.fold(at - 1)) {
        return None;
    }
    let words = &view.words[i..end];
    if end <= i || (i..end).any(|j| view.tensed(j)) || words.iter().any(|w| NO_NOUN.contains(&w.fold) || w.is("»")) {
        return None;
    }
    // A participle that shows a state needs something that one operates, or a heading that announces work.
    let head = i + usize::from(determined(view, i));
    let switched = designator(view.fold(head))
        || view.hits.iter().any(|h| h.cue == Cue::Operated && h.from == head && h.to <= end);
    let operated = view.work || switched;
    let agent = at + 1 < to
        && matches!(
            view.fold(at + 1),
            "de" | "d'" | "par" | "avec" | "on" | "with" | "by" | "sur" | "ou" | "dans" | "in"
        );
    // "toile percée", "fil coupé": found so, not done.
    let damaged = view.hits.iter().any(|h| h.cue == Cue::Damage && h.from == at);
    // "dried up", "ran dry": the particle makes it damage.
    if view.hits.iter().any(|h| h.cue == Cue::Damage && h.from == at && h.to > at + form.words) {
        return None;
    }
    if verb.ambiguous
        && !told
        && !set_to(view, at + form.words, verb.kind)
        && (!operated || agent || (damaged && !switched))
    {
        return None;
    }
    // "0 mbar de remontée"
    if matches!(view.fold(at - 1), "de" | "d'" | "of") {
        return None;
    }
    // In French the participle agrees; "filtre bouché" and "pompe remplacé" are read all the same, for typing errors.
    if verb.name == "find" || (verb.kind == Kind::Check && view.fold(at + 1).starts_with(|c: char| c.is_ascii_digit()))
    {
        return None;
    }
    let rest = at + form.words;
    let mut action = Action { how: How::Passive, object: (i, end), rest, ..direct(at, form, to) };
    action.agreement = Some((feminine, plural));
    Some(action)
}

/// Whether a value follows that something was set to ("vis serrées à 40 N·m"), or what it was checked with ("contrôlé à la
/// loupe").
fn set_to(view: View<'_>, after: usize, kind: Kind) -> bool {
    let value = view.fold(after + 1).starts_with(|c: char| c.is_ascii_digit());
    let tool =
        view.hits.iter().any(|h| matches!(h.cue, Cue::Tool | Cue::Instrument) && h.from > after && h.from <= after + 2);
    match kind {
        Kind::Repair => value && matches!(view.fold(after), "a" | "to" | "at"),
        Kind::Check => tool && matches!(view.fold(after), "a" | "au" | "avec" | "with"),
        _ => false,
    }
}

/// Whether the abbreviation at `j` stands for a participle: "cartouche rempl.", and not "rempl. cartouche".
fn shortened(view: View<'_>, j: usize, form: Form, to: usize) -> bool {
    let after = j + form.words;
    form.shape == Shape::Abbreviation
        && (after >= to
            || view.words[after].mark
            || (view.leads(after) && !matches!(view.fold(after), "de" | "d'" | "du")))
}

/// "New seal SV-DS-470", "Joint neuf": what is new there was fitted. Behind something done it belongs to that.
pub(super) fn renewed(view: View<'_>, i: usize, to: usize, before: Option<&Clause>) -> Option<Action> {
    if before.is_some_and(|c| matches!(c.part, Part::Action(_))) || stated(view, i, to) || view.orders {
        return None;
    }
    let named = |j: usize| view.lexicon.noun(view.fold(j)).is_some() || designator(view.fold(j));
    let (new, name) = if view.french() {
        let new = (i + 1..to.min(i + 5)).any(|j| matches!(view.fold(j), "neuf" | "neuve" | "neufs" | "neuves"));
        (new && named(i + usize::from(determined(view, i))), "monter")
    } else {
        (view.fold(i) == "new" && (i + 1..to.min(i + 5)).any(named), "fit")
    };
    let verbless = (i..to).all(|j| view.lexicon.verbs.form(view.words, j).is_none_or(|f| f.shape == Shape::Infinitive));
    let form = Form { verb: view.lexicon.verbs.named(name)?, shape: Shape::Infinitive, words: 0 };
    (new && verbless).then(|| Action { infinitive: false, ..direct(i, form, to) })
}
