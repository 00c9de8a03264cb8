//! The order of steps, as far as a text tells it.
//!
//! Two things are held against a step: it comes before another although its text tells it after ("nettoyé le filtre, puis
//! vidangé"), in so many words; or it makes safe, is told before the work, and comes after it. Whatever the text leaves open
//! is left to the expert.

use savoir_models::content::{Content, Finding, FindingCode};
use savoir_models::evidence::Source;
use savoir_models::text::Language;

use super::ground::{Room, Stretch};
use super::lexemes::lexemes;
use super::said::{finding, short};
use crate::extractor::trade;

/// Words that say: after what stands before.
const THEN: &[&str] = &["puis", "ensuite", "then", "afterwards", "enfin", "finally", "subsequently"];
/// Steps that are looked at: no procedure has more.
const MOST: usize = 200;
/// Between a step and the next that "then" joins, at most this many bytes.
const NEAR: usize = 60;

/// A step as far as its place goes.
struct Placed<'a> {
    /// Position among the steps.
    step: usize,
    text: &'a str,
    /// The stretch of its one source.
    at: Stretch,
    safety: bool,
    repair: bool,
}

/// What is wrong with the order of the steps: position of the step, and the finding.
pub(super) fn check(room: &Room<'_>, content: &Content) -> Vec<(usize, Finding)> {
    let placed: Vec<Placed<'_>> = content
        .steps
        .iter()
        .enumerate()
        .take(MOST)
        .filter_map(|(step, s)| placed(room, content.language, step, s))
        .collect();
    let mut out: Vec<(usize, Finding)> = Vec::new();
    for (i, early) in placed.iter().enumerate() {
        for late in &placed[i + 1..] {
            if early.at.text != late.at.text || out.iter().any(|(step, _)| *step == early.step || *step == late.step) {
                continue;
            }
            // `late` is told wholly before `early`, and in words that leave no doubt.
            if late.at.end <= early.at.start && joined(room, late.at, early.at) {
                out.push((early.step, wrong(late)));
            } else if late.safety
                && !early.safety
                && early.repair
                && late.at.end <= early.at.start
                && only_one(&placed, late)
            {
                out.push((late.step, unsafe_so(early)));
            } else if late.at.start >= early.at.end && before(room, early.at, late.at) {
                out.push((late.step, wrong(early)));
            }
        }
    }
    out
}

/// Whether no other step makes safe before it: machines are made safe more than once.
fn only_one(placed: &[Placed<'_>], late: &Placed<'_>) -> bool {
    !placed.iter().any(|p| p.safety && p.step < late.step)
}

fn placed<'a>(
    room: &Room<'_>,
    language: Language,
    step: usize,
    statement: &'a savoir_models::content::Statement,
) -> Option<Placed<'a>> {
    let mut evidence = statement.evidence.iter().filter(|e| e.place.end > 0);
    let first = evidence.next()?;
    let narrates = matches!(first.source, Source::Report | Source::Transcript { .. } | Source::Answer { .. });
    // A step told in more than one place has no place of its own.
    if !narrates || evidence.next().is_some() {
        return None;
    }
    let at = Stretch { text: room.text_of(&first.source)?, start: first.place.start, end: first.place.end };
    let verbs: Vec<trade::Verb> = lexemes(&statement.text)
        .iter()
        .filter(|l| l.word())
        .take(4)
        .filter_map(|l| trade::verb(&l.fold, language))
        .collect();
    let first = verbs.first();
    Some(Placed {
        step,
        text: &statement.text,
        at,
        safety: first.is_some_and(|v| v.safety && isolates(v.name)),
        repair: first.is_some_and(|v| v.repair),
    })
}

/// Of the verbs that make safe, those that nothing is done before.
fn isolates(verb: &str) -> bool {
    matches!(
        verb,
        "consigner"
            | "cadenasser"
            | "condamner"
            | "lock"
            | "lock out"
            | "lock off"
            | "padlock"
            | "isolate"
            | "depressurise"
            | "dépressuriser"
    )
}

/// Whether "then" joins two stretches that stand side by side.
fn joined(room: &Room<'_>, first: Stretch, second: Stretch) -> bool {
    if second.start - first.end > NEAR {
        return false;
    }
    let between = room.lexemes(Stretch { text: first.text, start: first.end, end: second.start });
    let opening = room.lexemes(second).iter().take(2);
    // Nothing else may be told between them.
    let side_by_side = between.iter().filter(|l| l.word() || l.digits()).count() <= 2;
    side_by_side && between.iter().chain(opening).any(|l| THEN.contains(&l.fold.as_str()))
}

/// Whether "avant de" between two stretches says that the second is done first: it stands at the head of the sentence
/// ("Avant de remonter, graissez").
fn before(room: &Room<'_>, first: Stretch, second: Stretch) -> bool {
    if second.start < first.end || second.start - first.end > NEAR / 4 {
        return false;
    }
    let sentence = room.widened(first, 0);
    let head = room.lexemes(Stretch { end: first.end, ..sentence });
    let leads = head.first().is_some_and(|l| l.is("avant") || l.is("before"));
    let comma =
        room.lexemes(Stretch { text: first.text, start: first.end, end: second.start }).iter().any(|l| l.is(","));
    leads && comma && first.start <= sentence.start + 12 && second.end <= sentence.end
}

fn wrong(other: &Placed<'_>) -> Finding {
    let shown = short(other.text, 60);
    finding(
        FindingCode::Order,
        shown.clone(),
        format!("The evidence tells it in another order than “{shown}”."),
        format!("La preuve raconte dans un autre ordre que « {shown} »."),
    )
}

fn unsafe_so(work: &Placed<'_>) -> Finding {
    let shown = short(work.text, 60);
    finding(
        FindingCode::Order,
        shown.clone(),
        format!("It makes safe, and the evidence tells it before “{shown}”."),
        format!("L'étape met en sécurité, et la preuve la raconte avant « {shown} »."),
    )
}
