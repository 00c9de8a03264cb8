//! What a model names as different, as changes. It names lines by their numbers: every word of a change is one of the
//! draft's, with its evidence.

use savoir_models::content::{Content, Statement};
use savoir_models::draft::Draft;
use savoir_models::proposal::{Change, Edit, Proposal};
use serde::Deserialize;

use super::align::{align, told};
use super::{Rival, change, place_of};

/// In what two texts differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DifferenceKind {
    /// The draft tells more.
    Insert,
    /// It tells something otherwise.
    Change,
    /// It tells it at another place.
    Reorder,
    /// It warns of something.
    Warn,
    /// It says the opposite.
    Contradict,
}

/// A difference: which line of the known text and which of the draft's, from 1 in the order of [`Content::statements`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub(crate) struct Difference {
    pub(crate) kind: DifferenceKind,
    pub(crate) known: Option<usize>,
    pub(crate) new: Option<usize>,
}

/// The changes that follow from `differences`; `None` when none does, or when the texts are told in two languages, as in
/// [`super::propose`]. What follows: a statement that is added where it belongs, a step or the cause told otherwise, a step
/// moved. Nothing is taken out.
pub(crate) fn named(draft: &Draft, rival: &Rival, differences: &[Difference]) -> Option<Proposal> {
    let (ours, known) = (&draft.content, &rival.content);
    if ours.language != known.language {
        return None;
    }
    let mut edits: Vec<Edit> = Vec::new();
    for difference in differences {
        let Some(edit) = edit(ours, known, *difference) else { continue };
        let twice = |other: &Edit| match (other, &edit) {
            // A step is replaced or moved once.
            (
                Edit::Replace { step: a, .. } | Edit::Move { step: a, .. },
                Edit::Replace { step: b, .. } | Edit::Move { step: b, .. },
            ) => a == b,
            _ => *other == edit,
        };
        if !edits.iter().any(twice) {
            edits.push(edit);
        }
    }
    let changes: Vec<Change> = edits
        .into_iter()
        .map(|edit| {
            change(
                edit,
                "By the model's reading it is told otherwise so far.",
                "Selon la lecture du modèle, ce n'est pas ce qui est dit jusqu'ici.",
            )
        })
        .collect();
    (!changes.is_empty()).then_some(Proposal { known_version: rival.version, draft_version: draft.version, changes })
}

fn edit(ours: &Content, known: &Content, difference: Difference) -> Option<Edit> {
    let (section, at) = place(ours, difference.new?)?;
    let step_there =
        difference.known.and_then(|line| place(known, line)).filter(|(s, _)| *s == "steps").map(|(_, n)| n);
    let statement = |list: &[Statement]| list.get(at).cloned();
    match (difference.kind, section) {
        (DifferenceKind::Contradict, _) => None,
        (DifferenceKind::Change, "steps") => Some(Edit::Replace { step: step_there?, by: statement(&ours.steps)? }),
        (DifferenceKind::Reorder, "steps") => {
            let (step, after) = (step_there?, after(ours, known, at));
            (after != Some(step) && after != step.checked_sub(1)).then_some(Edit::Move { step, after })
        }
        (DifferenceKind::Insert | DifferenceKind::Warn, "steps") => {
            let after = step_there.or_else(|| after(ours, known, at)).or_else(|| known.steps.len().checked_sub(1));
            Some(Edit::Insert { after, statement: statement(&ours.steps)? })
        }
        (DifferenceKind::Insert | DifferenceKind::Change, "cause") => {
            Some(Edit::Cause { statement: ours.cause.clone()? })
        }
        (DifferenceKind::Insert | DifferenceKind::Warn, "hazards") => {
            let hazard = ours.hazards.get(at)?;
            Some(Edit::Warn { hazard: Some(hazard.kind), statement: hazard.statement.clone() })
        }
        (DifferenceKind::Insert | DifferenceKind::Warn, "prerequisites") => {
            Some(Edit::Warn { hazard: None, statement: statement(&ours.prerequisites)? })
        }
        (DifferenceKind::Insert, "tools") => Some(Edit::Tool { statement: statement(&ours.tools)? }),
        (DifferenceKind::Insert, "parts") => Some(Edit::Part { part: ours.parts.get(at)?.clone() }),
        (DifferenceKind::Insert, "symptoms") => Some(Edit::Symptom { statement: statement(&ours.symptoms)? }),
        (DifferenceKind::Insert, "verification") => Some(Edit::Check { statement: statement(&ours.verification)? }),
        _ => None,
    }
}

/// After which known step the draft's step `at` belongs, by what stands around it.
fn after(ours: &Content, known: &Content, at: usize) -> Option<usize> {
    place_of(at, None, &align(&told(&ours.steps, ours.language), &told(&known.steps, known.language)))
}

/// The section of a line, from 1, and its place there.
fn place(content: &Content, line: usize) -> Option<(&'static str, usize)> {
    const SECTIONS: &[&str] =
        &["symptoms", "cause", "prerequisites", "tools", "parts", "hazards", "steps", "verification"];
    let (path, _) = content.statements().into_iter().nth(line.checked_sub(1)?)?;
    let (name, rest) = path.split_once('[').unwrap_or((&path, "0]"));
    let section = SECTIONS.iter().find(|s| **s == name)?;
    Some((section, rest.trim_end_matches(']').parse().ok()?))
}
