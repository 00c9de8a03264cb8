//! From pieces to a content, or to the questions that are missing.

use savoir_models::content::{AppliesTo, Content, Statement};
use savoir_models::evidence::{Case, Source};
use savoir_models::intervention::Resolution;

use super::Extraction;
use super::findings::{answer, cause, symptoms};
use super::hazards::hazards;
use super::lacks::{lacks, tells, too_thin};
use super::lexicon::Cue;
use super::likeness::{alike, stems};
use super::piece::{Piece, Role};
use super::questions::Lack;
use super::safe::left_out;
use super::sources::{Sources, Told, told};
use super::steps::{Sequence, Step};
use super::tools::tools;
use super::verbs::Kind;
use super::{language, parts, title};

/// From so many steps on, messages are the whole procedure.
const GUIDED: usize = 4;

/// Codes taken from a report that names them in passing.
const MOST_CODES: usize = 3;

/// Reads the case and lays out what it tells.
pub(super) fn lay_out(case: &Case) -> Extraction {
    let sources = Sources { case, texts: case.texts(), language: language::detect(case) };
    let told = told(&sources);
    let cause = cause(&sources, &told);
    let symptoms = symptoms(&sources, &told, cause.as_ref());
    let sequence = sequence(&sources, &told);
    let verification: Vec<Statement> = proofs(&sources, &told, &sequence);
    let tells = tells(&told, &sequence, cause.is_some(), !verification.is_empty());
    let lacks = lacks(&sources, &told, tells, !symptoms.is_empty());
    if !lacks.is_empty() {
        return too_thin(&sources, &lacks, symptoms.first().map(|s| s.text.as_str()));
    }
    let steps: Vec<Statement> = sequence.steps.iter().map(|s| sources.statement(s.text.clone(), &s.told)).collect();
    let mut prerequisites = prerequisites(&sources, &told);
    // Whatever was not understood as a step: what made the machine safe is never left out.
    prerequisites.extend(left_out(&sources, prerequisites.iter().chain(&steps)));
    let all: Vec<Piece> = sequence.steps.iter().flat_map(|s| s.told.iter().cloned()).collect();
    let content = Content {
        language: sources.language,
        title: title::title(&sources, &symptoms, cause.as_ref()),
        applies_to: applies_to(&sources, &symptoms),
        prerequisites,
        tools: tools(&sources, &told.tools),
        parts: parts::parts(&sources, &all),
        hazards: hazards(&sources, &told, &sequence),
        steps,
        symptoms,
        cause,
        verification,
    };
    Extraction::Draft(Box::new(content))
}

fn sequence(sources: &Sources<'_>, told: &Told) -> Sequence {
    let mut out = Sequence::default();
    let mut work = told.report.clone();
    // The whole machine is nothing to look at.
    let equipment = &sources.case.intervention.intake.equipment;
    let machine: Vec<String> =
        [&equipment.family, &equipment.model].into_iter().flatten().flat_map(|t| stems(t)).collect();
    for piece in &mut work {
        piece.looks.retain(|l| !l.object.iter().all(|w| machine.contains(w)));
    }
    for (asked, _, pieces) in &told.answers {
        if !matches!(asked, Some(Lack::Cause | Lack::Found | Lack::Verification | Lack::Problem | Lack::Machine)) {
            work.extend(pieces.iter().cloned());
        }
    }
    let told_steps = work.iter().filter(|p| matches!(p.role, Role::Step { .. })).count();
    let remote = by_message(sources);
    let mut summed_up = false;
    // Where the work was done by message, the expert's messages are the procedure and the report its summary.
    if told.actions.is_empty() && (remote || told_steps < 2) {
        let guided: Vec<Piece> = told.expert.iter().filter(|p| matches!(p.role, Role::Step { .. })).cloned().collect();
        out.list(&guided, sources.language);
        summed_up = out.steps.len() >= GUIDED;
    }
    if summed_up {
        // The report of a guided repair sums up in passing what the messages say step by step.
        work.retain(|p| !matches!(p.role, Role::Step { kind: Kind::Repair | Kind::Handling | Kind::Safety, .. }));
    }
    out.tell(&work, sources.language);
    out.list(&told.actions, sources.language);
    out.regroup(sources.language);
    out
}

/// Whether somebody else did the work, guided by messages.
fn by_message(sources: &Sources<'_>) -> bool {
    matches!(sources.case.intervention.intake.resolution, Some(Resolution::Remote | Resolution::Parts))
}

fn proofs(sources: &Sources<'_>, told: &Told, sequence: &Sequence) -> Vec<Statement> {
    let mut out: Vec<Statement> =
        sequence.verification.iter().map(|Step { text, told, .. }| sources.statement(text.clone(), told)).collect();
    if out.is_empty() && by_message(sources) {
        let shown = told.last_word.iter().filter(|p| p.has(Cue::Result) && !p.has(Cue::Person) && !p.has(Cue::Useless));
        out.extend(shown.take(3).map(|p| sources.statement(p.text.clone(), std::slice::from_ref(p))));
    }
    for (asked, number, pieces) in &told.answers {
        let statement = answer(sources, *number, pieces);
        if *asked == Some(Lack::Verification) && !statement.text.is_empty() {
            out.push(statement);
        }
    }
    out
}

fn prerequisites(sources: &Sources<'_>, told: &Told) -> Vec<Statement> {
    let mut out: Vec<Statement> = Vec::new();
    for piece in told.report.iter().chain(&told.expert).filter(|p| matches!(p.role, Role::Note | Role::Never)) {
        if out.len() < 6 && !out.iter().any(|s| alike(&s.text, &piece.text)) {
            out.push(sources.statement(piece.text.clone(), std::slice::from_ref(piece)));
        }
    }
    out
}

/// The machines that a draft applies to, and the codes: from the structured fields, else from the symptoms, else from what
/// was told.
pub(super) fn applies_to(sources: &Sources<'_>, symptoms: &[Statement]) -> AppliesTo {
    let intake = &sources.case.intervention.intake;
    let equipment = &intake.equipment;
    let mut codes: Vec<String> = intake.request.error_codes.iter().filter_map(|c| crate::codes::canonical(c)).collect();
    let compact =
        |text: &Option<String>| text.as_deref().and_then(crate::codes::canonical_reference).unwrap_or_default();
    let (model, serial) = (compact(&equipment.model), compact(&equipment.serial));
    if codes.is_empty() {
        codes = symptoms
            .iter()
            .flat_map(|s| crate::codes::find(&s.text, Some(sources.language)))
            .map(|c| c.canonical)
            .filter(|c| *c != model && *c != serial)
            .collect();
    }
    if codes.is_empty() {
        // Told in passing, as in dictation: "il met D dix-huit".
        let told = sources.texts.iter().filter(|t| matches!(t.source, Source::Report | Source::Transcript { .. }));
        codes = told.flat_map(|t| sources.codes(&t.text)).map(|c| c.canonical).collect();
        codes.retain(|c| c.starts_with(char::is_alphabetic) && *c != model && *c != serial);
        codes.truncate(MOST_CODES);
    }
    let mut seen: Vec<String> = Vec::new();
    codes.retain(|c| {
        !seen.contains(c) && {
            seen.push(c.clone());
            true
        }
    });
    AppliesTo {
        family: equipment.family.clone(),
        manufacturer: equipment.manufacturer.clone(),
        models: equipment.model.iter().cloned().collect(),
        error_codes: codes,
        firmware: equipment.firmware.clone(),
    }
}
