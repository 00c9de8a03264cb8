//! What makes a machine safe in the case, and in no step of the draft.
//!
//! A draft may leave out whatever it likes but this: that somebody locked out, proved dead or let the pressure out before
//! the work. It is asked for where whoever did the work tells it, in whatever words, and a step or a prerequisite answers
//! for it in whatever words.

use savoir_models::content::{Content, Finding, FindingCode};
use savoir_models::redaction::Redaction;

use super::ground::Room;
use super::lexemes::lexemes;
use super::said::{finding, short};
use crate::extractor::trade;

/// From so many steps on, a draft may have been cut: the extractors keep 40 and 60, and make one of neighbours.
const MANY_STEPS: usize = 30;
/// Characters of the case's words that a finding shows.
const SHOWN: usize = 80;

/// What is left out: position of the step that it is held against, and the finding. Nothing where there is no step.
pub(super) fn check(room: &Room<'_>, redaction: &Redaction, content: &Content) -> Vec<(usize, Finding)> {
    if content.steps.is_empty() {
        return Vec::new();
    }
    let mut asked = trade::Asked::default();
    let procedure = content.prerequisites.iter().chain(&content.steps);
    procedure.for_each(|s| asked.add(trade::asked(&s.text, content.language)));
    let mut out: Vec<(usize, Finding)> = Vec::new();
    for text in room.texts.iter().filter(|t| trade::tells_work(room.case, &t.source)) {
        let read = &text.text[..text.text.floor_char_boundary(trade::READ)];
        for deed in trade::told(read, trade::clear(read).unwrap_or(room.language)) {
            let about = deed.kind.as_str();
            if asked.answers(&deed) || out.iter().any(|(_, f)| f.about == about) {
                continue;
            }
            let words = short(read.get(deed.start..deed.end).unwrap_or_default(), SHOWN);
            let shown = redaction.hide(&words, room.texts);
            let en = format!("The case says “{shown}” and no step does: add it, or vouch that it is not needed.");
            let fr = format!(
                "Le dossier dit « {shown} », et aucune étape ne le fait : ajoutez-la, ou répondez de ce qu'elle est inutile."
            );
            out.push((place(content, about), finding(FindingCode::Omission, about, en, fr)));
        }
    }
    out.extend(goes_on(room, redaction, content));
    out
}

/// In a long draft, what the case tells after the last step's evidence: drafts are cut after so many steps, and whoever
/// follows one must not take it for the whole.
fn goes_on(room: &Room<'_>, redaction: &Redaction, content: &Content) -> Option<(usize, Finding)> {
    if content.steps.len() < MANY_STEPS {
        return None;
    }
    let (at, last) = (content.steps.len() - 1, content.steps.last()?);
    let evidence = last.evidence.iter().max_by_key(|e| e.place.end)?;
    let told = room.texts.iter().find(|t| t.source == evidence.source && trade::tells_work(room.case, &t.source))?;
    let rest = told.text.get(evidence.place.end..told.text.floor_char_boundary(trade::READ))?;
    let does = |text: &str| {
        let read = lexemes(text);
        let mut first = read.iter().filter(|l| l.word()).take(4);
        first.any(|l| trade::verb(&l.fold, room.language).is_some())
    };
    let (start, end) = trade::sentences(rest).into_iter().find(|(start, end)| does(&rest[*start..*end]))?;
    let shown = redaction.hide(&short(&rest[start..end], SHOWN), room.texts).into_owned();
    let en = format!(
        "The draft stops here and the case goes on: “{shown}”. Add what belongs to the procedure, or vouch that nothing does."
    );
    let fr = format!(
        "Le brouillon s'arrête ici et le dossier continue : « {shown} ». Ajoutez ce qui appartient à la procédure, ou répondez qu'il n'y a rien."
    );
    Some((at, finding(FindingCode::Omission, "steps", en, fr)))
}

/// The step that it is held against: the one that it was held against before, for there somebody may vouch for it; else
/// the first that mends; else the first.
fn place(content: &Content, about: &str) -> usize {
    let held = |f: &Finding| f.code == FindingCode::Omission && f.about == about;
    let mends = |text: &str| {
        let read = lexemes(text);
        let mut first = read.iter().filter(|l| l.word()).take(4);
        first.any(|l| trade::verb(&l.fold, content.language).is_some_and(|v| v.repair))
    };
    let before = content.steps.iter().position(|s| s.findings.iter().any(held));
    before.or_else(|| content.steps.iter().position(|s| mends(&s.text))).unwrap_or(0)
}
