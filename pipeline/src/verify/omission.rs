//! What makes a machine safe in the case, and in no step of the draft.
//!
//! A draft may leave out whatever it likes but this: that somebody locked out, proved dead or let the pressure out before
//! the work. It is asked for where whoever did the work tells it, in whatever words, and a step or a prerequisite answers
//! for it in whatever words.

use std::collections::BTreeSet;

use savoir_models::content::{Content, Finding, FindingCode, HazardKind};
use savoir_models::redaction::Redaction;

use super::ground::Room;
use super::lexemes::lexemes;
use super::said::{finding, short};
use super::witness;
use crate::extractor::trade;

/// Bytes of a text that are read.
const READ: usize = 1_000_000;
/// Characters of the case's words that a finding shows.
const SHOWN: usize = 80;

/// What is left out: position of the step that it is held against, and the finding. Nothing where there is no step.
pub(super) fn check(room: &Room<'_>, redaction: &Redaction, content: &Content) -> Vec<(usize, Finding)> {
    if content.steps.is_empty() {
        return Vec::new();
    }
    let asked: BTreeSet<HazardKind> = content
        .prerequisites
        .iter()
        .chain(&content.steps)
        .flat_map(|s| trade::asked(&s.text, content.language))
        .collect();
    let mut out: Vec<(usize, Finding)> = Vec::new();
    for text in room.texts.iter().filter(|t| witness::tells_work(room, &t.source)) {
        let read = &text.text[..text.text.floor_char_boundary(READ)];
        for deed in trade::told(read, trade::clear(read).unwrap_or(room.language)) {
            let about = deed.kind.as_str();
            if asked.contains(&deed.kind) || out.iter().any(|(_, f)| f.about == about) {
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
    out
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
