//! What a draft would change in what is known, step by step: pure, by the same rules that judge.
//!
//! The steps of both are aligned in their order (Needleman and Wunsch, *A general method applicable to the search for
//! similarities*, 1970, without a price for gaps); what remains and is told in both, elsewhere, has moved. Nothing is ever
//! taken out: that a short report leaves a step out does not say that it was not done.

mod align;
mod named;

use savoir_models::content::{Content, Statement};
use savoir_models::draft::Draft;
use savoir_models::proposal::{Change, Edit, Proposal};

use super::judge::fix::Decisive;
use super::judge::things::{Place, Thing, things};
use super::judge::{Rival, alike, code_list, likeness, other_maker};
use crate::codes;
use crate::extractor::deeds::Kind;
use crate::index::analysis::exact_key;
use align::{Alignment, Told, align, told};
pub(crate) use named::{Difference, DifferenceKind, named};

/// From here on two statements that are no steps say the same. Symptoms told by two people measure .3 to .8; those of two
/// faults of one machine stay below.
const SAME_STATEMENT: f64 = 0.3;

/// More new signs than this and it is another problem that is told.
const MOST_SYMPTOMS: usize = 3;

/// What `draft` would change in `rival`; `None` when there is nothing to propose, or when they are told in two languages:
/// the steps of one would stand untranslated among those of the other.
#[must_use]
pub fn propose(draft: &Draft, rival: &Rival) -> Option<Proposal> {
    let (ours, known) = (&draft.content, &rival.content);
    if ours.language != known.language {
        return None;
    }
    let mut changes = Vec::new();
    cause(ours, known, &mut changes);
    warnings(ours, known, &mut changes);
    steps(ours, known, &mut changes);
    lists(ours, known, &mut changes);
    machines(ours, known, &mut changes);
    (!changes.is_empty()).then_some(Proposal { known_version: rival.version, draft_version: draft.version, changes })
}

fn change(edit: Edit, reason: impl Into<String>, reason_fr: impl Into<String>) -> Change {
    Change { edit, reason: reason.into(), reason_fr: reason_fr.into() }
}

fn is_new(statement: &Statement, known: &[Statement]) -> bool {
    known.iter().all(|k| alike(&statement.text, &k.text) < SAME_STATEMENT)
}

fn cause(ours: &Content, known: &Content, changes: &mut Vec<Change>) {
    let Some(statement) = ours.cause.clone() else { return };
    let edit = Edit::Cause { statement };
    match &known.cause {
        None => changes.push(change(edit, "No cause is told yet.", "Aucune cause n'est encore indiquée.")),
        Some(_) if likeness(ours, known).other_cause => changes.push(change(
            edit,
            "Another cause was found for the same fault.",
            "Une autre cause a été trouvée pour la même panne.",
        )),
        Some(_) => {}
    }
}

fn warnings(ours: &Content, known: &Content, changes: &mut Vec<Change>) {
    for hazard in &ours.hazards {
        let told = known.hazards.iter().any(|k| k.kind == hazard.kind);
        if !told {
            let edit = Edit::Warn { hazard: Some(hazard.kind), statement: hazard.statement.clone() };
            changes.push(change(edit, "Nothing warns of this danger.", "Rien n'avertit de ce danger."));
        }
    }
    for statement in &ours.prerequisites {
        if is_new(statement, &known.prerequisites) && is_new(statement, &known.steps) {
            let edit = Edit::Warn { hazard: None, statement: statement.clone() };
            changes.push(change(
                edit,
                "Nothing says that this must be so before one starts.",
                "Rien ne dit que cela doit être fait avant de commencer.",
            ));
        }
    }
}

fn steps(ours: &Content, known: &Content, changes: &mut Vec<Change>) {
    let (mine, theirs) = (told(&ours.steps, ours.language), told(&known.steps, known.language));
    let aligned = align(&mine, &theirs);
    let decisive = Decisive::of(known);
    let mends_new = Decisive::of(ours).new_steps(&decisive);
    let last_mended = decisive.mended.iter().map(|m| m.step).max();
    let secured = theirs.iter().any(|step| step.does(Kind::Safety));
    for (at, step) in mine.iter().enumerate() {
        let statement = ours.steps[at].clone();
        let place = aligned.known[at];
        if let Some(step_there) = place
            && let Some((reason, reason_fr)) = better(step, &theirs[step_there], mends_new.contains(&at))
        {
            changes.push(change(Edit::Replace { step: step_there, by: statement }, reason, reason_fr));
        } else if let Some((reason, reason_fr)) = match place {
            None => missing(step, known, mends_new.contains(&at), secured),
            Some(_) => None,
        } {
            let mended = last_mended.filter(|_| mends_new.contains(&at));
            let after = place_of(at, mended, &aligned).or(last_mended).or_else(|| theirs.len().checked_sub(1));
            changes.push(change(Edit::Insert { after, statement }, reason, reason_fr));
        }
        if let (Some(from), true) = (place, aligned.moved.contains(&at)) {
            let before = mine[..at].iter().enumerate().rev();
            let after = before.filter(|(i, _)| !aligned.moved.contains(i)).find_map(|(i, _)| aligned.known[i]);
            changes.push(change(
                Edit::Move { step: from, after },
                "It is told at another place.",
                "Cette étape est racontée à un autre endroit.",
            ));
        }
    }
}

/// Why the known one should have a step that it does not tell; `None` when it does without.
fn missing(step: &Told, known: &Content, mends: bool, secured: bool) -> Option<(String, String)> {
    let because = |en: &str, fr: &str| Some((en.to_owned(), fr.to_owned()));
    if mends {
        return because("The known text does not mend this.", "Le texte connu ne prévoit pas cette réparation.");
    }
    if step.does(Kind::Safety) && !secured {
        return because("Nothing makes the machine safe.", "Aucune étape ne met la machine en sécurité.");
    }
    // Opening, refitting and trying out are told differently by everybody and are no news; what is measured is, unless
    // the known one speaks of the thing anywhere.
    let named = |thing: &Thing| {
        let all = known.steps.iter().chain(&known.verification).chain(&known.symptoms).chain(&known.cause);
        all.flat_map(|s| things(&s.text, known.language, Place::Object)).any(|t| t.may_be(thing))
    };
    let checked: Vec<&Thing> = step.things(Kind::Check).collect();
    if !checked.is_empty() && !checked.iter().any(|thing| named(thing)) {
        return because("The known text does not check this.", "Le texte connu ne contrôle pas cela.");
    }
    None
}

/// Why a step should be told as the draft tells it; `None` when what is known says as much.
fn better(step: &Told, known: &Told, mends: bool) -> Option<(String, String)> {
    if mends {
        return Some((
            "The same thing is mended in another way.".into(),
            "La même chose est réparée d'une autre façon.".into(),
        ));
    }
    let news: Vec<_> = step.values.iter().filter(|value| !known.values.contains(value)).collect();
    // What it would no longer say: a value, or most of its words.
    let keeps = known.values.iter().all(|(_, unit)| step.values.iter().any(|(_, other)| other == unit));
    let (first, unit) = news.first().filter(|_| keeps && step.covers(known))?;
    let other = known.values.iter().find(|(_, u)| u == unit);
    Some(match other {
        Some((before, _)) => (
            format!("It says {first} {unit} instead of {before} {unit}."),
            format!("Elle indique {first} {unit} au lieu de {before} {unit}."),
        ),
        None => (format!("It gives a value: {first} {unit}."), format!("Elle donne une valeur : {first} {unit}.")),
    })
}

/// After which known step a new one comes: right before the next step that both tell, for what prepares it is told there;
/// else after the last that both tell, and not before `mended`: one has to open first.
fn place_of(at: usize, mended: Option<usize>, aligned: &Alignment) -> Option<usize> {
    let in_order = |i: &usize| !aligned.moved.contains(i);
    let next = (at + 1..aligned.known.len()).filter(in_order).find_map(|i| aligned.known[i]);
    let before = (0..at).rev().filter(in_order).find_map(|i| aligned.known[i]);
    next.map_or_else(|| before.max(mended), |next| next.checked_sub(1))
}

fn lists(ours: &Content, known: &Content, changes: &mut Vec<Change>) {
    for at in Decisive::of(ours).new_parts(&Decisive::of(known)) {
        let edit = Edit::Part { part: ours.parts[at].clone() };
        changes.push(change(edit, "This part is not listed.", "Cette pièce ne figure pas dans la liste."));
    }
    let named = |s: &Statement| things(&s.text, ours.language, Place::Part);
    let listed: Vec<Thing> = known.tools.iter().flat_map(named).collect();
    for statement in &ours.tools {
        let has = named(statement).iter().any(|tool| listed.iter().any(|known| known.may_be(tool)));
        if !has && is_new(statement, &known.tools) {
            let edit = Edit::Tool { statement: statement.clone() };
            changes.push(change(edit, "This tool is not listed.", "Cet outil ne figure pas dans la liste."));
        }
    }
    let title = std::slice::from_ref(&known.title);
    let signs = ours.symptoms.iter().filter(|s| is_new(s, &known.symptoms) && is_new(s, title));
    for statement in signs.take(MOST_SYMPTOMS) {
        let edit = Edit::Symptom { statement: statement.clone() };
        changes.push(change(edit, "Another sign of the same fault.", "Un autre signe de la même panne."));
    }
    if known.verification.is_empty() {
        for statement in &ours.verification {
            let edit = Edit::Check { statement: statement.clone() };
            changes.push(change(
                edit,
                "Nothing says yet how one knows that it worked.",
                "Rien ne dit encore comment savoir si cela a fonctionné.",
            ));
        }
    }
}

/// Models and codes that the known text does not name. One that names no model holds for all of the family.
fn machines(ours: &Content, known: &Content, changes: &mut Vec<Change>) {
    if other_maker(ours, known) {
        return;
    }
    let has = |model: &&String| known.applies_to.models.iter().any(|m| exact_key(m) == exact_key(model));
    let models: Vec<String> = match known.applies_to.models.is_empty() {
        true => Vec::new(),
        false => ours.applies_to.models.iter().filter(|m| !has(m)).cloned().collect(),
    };
    let told = code_list(known);
    let error_codes: Vec<String> =
        code_list(ours).into_iter().filter(|code| !told.iter().any(|k| codes::same(k, code))).collect();
    if !models.is_empty() || !error_codes.is_empty() {
        let list = models.iter().chain(&error_codes).cloned().collect::<Vec<_>>().join(", ");
        let edit = Edit::Applies { models, error_codes };
        changes.push(change(edit, format!("Seen with {list} too."), format!("Vu aussi avec {list}.")));
    }
}

#[cfg(test)]
mod tests;
