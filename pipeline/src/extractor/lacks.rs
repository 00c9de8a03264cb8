//! What a case lacks, and the questions that would mend it.

use savoir_models::intervention::Outcome;

use super::Extraction;
use super::lexicon::{Cue, Label};
use super::piece::{Piece, Role};
use super::questions::{Lack, ask};
use super::sources::{Sources, Told};
use super::steps::Sequence;
use super::verbs::Kind;
use super::words::UNITS;
use crate::enough;

/// Which of the four things a case tells.
pub(super) fn tells(told: &Told, sequence: &Sequence, cause: bool, check: bool) -> enough::Told {
    enough::Told { cause, found: found(told), fix: sequence.repairs(), check }
}

/// Whether the case says how the fault was found: a check, a reading, what was seen when something was opened.
fn found(told: &Told) -> bool {
    let last = told.report.iter().rposition(Piece::is_repair).unwrap_or(told.report.len());
    let before = &told.report[..last];
    let answered = told.answers.iter().any(|(asked, _, pieces)| *asked == Some(Lack::Found) && !pieces.is_empty());
    let checks = |p: &Piece| matches!(p.role, Role::Step { kind: Kind::Check | Kind::Trial, .. });
    let looks = |p: &Piece| {
        p.role == Role::State
            && !matches!(p.label, Some(Label::Symptom | Label::Safety | Label::Result))
            && (p.has(Cue::Fine)
                || p.label == Some(Label::Finding)
                || ((!p.has(Cue::Symptom) || p.has(Cue::Damage)) && reads(&p.text)))
    };
    let opened = before.windows(2).any(|w| {
        matches!(w[0].role, Role::Step { .. })
            && w[1].role == Role::State
            && w[1].has(Cue::Damage)
            && w[1].source == w[0].source
            && w[1].sentence <= w[0].sentence + 1
    });
    told.found
        || answered
        || opened
        || before.iter().chain(&told.guided).any(|p| checks(p) || looks(p))
        || told.actions.iter().chain(&told.expert).any(checks)
}

/// Whether a value with the unit of an instrument stands in it.
fn reads(text: &str) -> bool {
    let words: Vec<String> = super::sentences::read(text).words.into_iter().map(|w| w.fold).collect();
    words.windows(2).any(|w| w[0].ends_with(|c: char| c.is_ascii_digit()) && UNITS.contains(&w[1]))
        || words.iter().any(|w| {
            let unit = w.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ','));
            unit.len() < w.len() && !unit.is_empty() && UNITS.contains(unit)
        })
}

/// What a case lacks for a procedure; nothing when it tells enough (see [`crate::enough`]).
pub(super) fn lacks(sources: &Sources<'_>, told: &Told, tells: enough::Told, problem: bool) -> Vec<Lack> {
    let outcome = sources.case.intervention.intake.outcome;
    let unsolved = outcome == Some(Outcome::NotSolved) || (outcome.is_none() && told.unsolved);
    let answered = sources.case.questions.iter().any(|q| q.answer.as_deref().is_some_and(|a| !a.trim().is_empty()));
    // Nobody is asked a second time: once there is an answer, what there is is drafted, if it mends anything.
    if answered && tells.fix && problem {
        return Vec::new();
    }
    if !unsolved && !tells.thin() && problem {
        return Vec::new();
    }
    let equipment = &sources.case.intervention.intake.equipment;
    let mut out = Vec::new();
    if equipment.family.is_none() && equipment.model.is_none() {
        out.push(Lack::Machine);
    }
    if !problem {
        out.push(Lack::Problem);
    }
    // What mended it comes first: without it there is nothing to write.
    if unsolved {
        out.push(Lack::Solution);
    } else if !tells.fix {
        out.push(Lack::Steps);
    }
    out.extend((!tells.cause).then_some(Lack::Cause));
    out.extend((!tells.found).then_some(Lack::Found));
    // What was tried on a machine that does not run proves nothing.
    if unsolved || !tells.check || out.len() < 2 {
        out.push(Lack::Verification);
    }
    // Nobody is asked a second time, but for what there is no procedure without.
    let told_already =
        |lack: &Lack| told.answers.iter().any(|(asked, _, pieces)| *asked == Some(*lack) && !pieces.is_empty());
    out.retain(|lack| matches!(lack, Lack::Steps | Lack::Solution | Lack::Problem) || !told_already(lack));
    out
}

/// Questions, and why.
pub(super) fn too_thin(sources: &Sources<'_>, lacks: &[Lack], symptom: Option<&str>) -> Extraction {
    let french = sources.french();
    let reason = if lacks.contains(&Lack::Solution) {
        if french {
            "Le problème n'est pas résolu : il n'y a pas encore de remède à décrire.".to_owned()
        } else {
            "The problem is not solved: there is no fix to describe yet.".to_owned()
        }
    } else {
        let words: Vec<&str> = lacks.iter().map(|lack| told_by(*lack, french)).collect();
        let begin = if french { "Il n'est pas dit" } else { "It is not told" };
        format!("{begin} {}.", words.join(", "))
    };
    Extraction::TooThin { reason, questions: ask(sources, lacks, symptom) }
}

/// What is lacking, as the end of a sentence.
fn told_by(lack: Lack, french: bool) -> &'static str {
    match (lack, french) {
        (Lack::Machine, true) => "quelle était la machine",
        (Lack::Machine, false) => "which machine it was",
        (Lack::Problem, true) => "quel était le problème",
        (Lack::Problem, false) => "what the problem was",
        (Lack::Steps | Lack::Solution, true) => "ce qui a remis la machine en état",
        (Lack::Steps | Lack::Solution, false) => "what made the machine work again",
        (Lack::Cause, true) => "quelle était la cause",
        (Lack::Cause, false) => "what the cause was",
        (Lack::Found, true) => "comment elle a été trouvée",
        (Lack::Found, false) => "how it was found",
        (Lack::Verification, true) => "comment le résultat a été vérifié",
        (Lack::Verification, false) => "how the result was checked",
    }
}
