//! What was wrong: the symptoms that were told, and the finding that best explains them.

use savoir_models::content::{HazardKind, Statement};
use savoir_models::evidence::Source;

use super::imperative::capital;
use super::layout::{Sources, Told};
use super::lexicon::{Cue, Label};
use super::likeness::{alike, vague};
use super::piece::{Piece, Role};
use super::questions::Lack;

/// What is seen, heard or displayed: the request first, then answers, the report, the customer.
pub(super) fn symptoms(sources: &Sources<'_>, told: &Told, cause: Option<&Statement>) -> Vec<Statement> {
    let mut out: Vec<Statement> = Vec::new();
    let mut add = |statement: Statement, most: usize| {
        if out.len() < most && !statement.evidence.is_empty() && !out.iter().any(|s| alike(&s.text, &statement.text)) {
            out.push(statement);
        }
    };
    for piece in &told.symptoms {
        add(sources.statement(piece.text.clone(), std::slice::from_ref(piece)), 4);
    }
    if told.symptoms.is_empty()
        && let Some(whole) = sources.whole(&Source::Field { path: "request.symptom".into() })
        && whole.quote.len() <= 300
        && !whole.quote.contains('\n')
        && whole.quote.chars().any(char::is_alphabetic)
    {
        add(Statement::new(capital(&whole.quote), whole), 4);
    }
    for (asked, number, pieces) in &told.answers {
        if *asked == Some(Lack::Problem) {
            add(answer(sources, *number, pieces), 4);
        }
    }
    let first = told.report.iter().position(|p| matches!(p.role, Role::Step { .. })).unwrap_or(told.report.len());
    for piece in &told.report[..first] {
        let found = piece.has(Cue::Damage) && piece.label == Some(Label::Finding);
        let clear = piece.has(Cue::Symptom)
            && !piece.has(Cue::Fine)
            && !matches!(piece.label, Some(Label::Cause | Label::Result));
        let folded = crate::codes::fold(&piece.text);
        let denied = ["pas d", "aucun", "no ", "not "].iter().any(|w| folded.starts_with(w));
        let clear = clear && !denied;
        let told_twice = cause.is_some_and(|c| alike(&c.text, &piece.text));
        if piece.role == Role::State && !told_twice && ((clear && !found) || piece.label == Some(Label::Symptom)) {
            add(sources.statement(piece.text.clone(), std::slice::from_ref(piece)), 4);
        }
    }
    // The request sums up what the customer wrote; without one the customer's own words stand.
    let customer = if told.symptoms.is_empty() { told.customer.as_slice() } else { &[] };
    for piece in customer.iter().filter(|p| p.has(Cue::Symptom) && !p.has(Cue::Noise) && !p.has(Cue::Person)) {
        add(sources.statement(piece.text.clone(), std::slice::from_ref(piece)), 5);
    }
    // Where only the damage is told ("contacts oxydés : nettoyés"), it is what was wrong.
    if out.is_empty()
        && let Some(cause) = cause
    {
        out.push(cause.clone());
    }
    for (i, code) in sources.case.intervention.intake.request.error_codes.iter().enumerate() {
        let canonical = crate::codes::canonical(code);
        let named = out.iter().any(|s| {
            crate::codes::find(&s.text, Some(sources.language)).iter().any(|c| Some(&c.canonical) == canonical.as_ref())
                || s.text.contains(code.trim())
        });
        if let (false, Some(whole)) =
            (named, sources.whole(&Source::Field { path: format!("request.error_codes[{i}]") }))
        {
            out.push(Statement::new(whole.quote.clone(), whole));
        }
    }
    out
}

/// What was answered, as one statement.
pub(super) fn answer(sources: &Sources<'_>, number: usize, pieces: &[Piece]) -> Statement {
    let text = &sources.texts[number].text;
    let start = text.len() - text.trim_start().len();
    let line = text[start..].lines().next().unwrap_or_default().trim_end();
    // A hostile answer has no pieces; one of a single word has none either.
    if pieces.is_empty() && line.split_whitespace().count() > 2 {
        return Statement::default();
    }
    sources
        .evidence(number, start, start + line.len())
        .map_or_else(Statement::default, |e| Statement::new(capital(line), e))
}

/// The state that best explains the fault: what is told as its cause, or what was found damaged.
pub(super) fn cause(sources: &Sources<'_>, told: &Told) -> Option<Statement> {
    for (asked, number, pieces) in &told.answers {
        let statement = answer(sources, *number, pieces);
        if *asked == Some(Lack::Cause) && !statement.text.is_empty() {
            return Some(statement);
        }
    }
    let last = told.report.iter().rposition(Piece::is_repair).unwrap_or(told.report.len());
    let best = told
        .report
        .iter()
        .enumerate()
        .filter(|(_, p)| p.role == Role::State && !matches!(p.label, Some(Label::Symptom | Label::Result)))
        .filter(|(_, p)| {
            p.label != Some(Label::Safety)
                && !p.hazards().any(|k| matches!(k, HazardKind::Isolation | HazardKind::MovingParts))
        })
        .filter(|(_, p)| p.has(Cue::Damage) || p.has(Cue::Cause) || p.label == Some(Label::Cause))
        .map(|(i, p)| {
            let mut score = 0_i32;
            score += if p.label == Some(Label::Cause) { 12 } else { 0 };
            score += if p.has(Cue::Cause) { 3 } else { 0 };
            score += if p.has(Cue::Damage) { 4 } else { 0 };
            score += if p.label == Some(Label::Finding) { 1 } else { 0 };
            score -= if p.has(Cue::Fine) { 1 } else { 0 };
            score -= if p.has(Cue::Symptom) && !p.has(Cue::Cause) && p.label != Some(Label::Finding) { 2 } else { 0 };
            score -= if i > last && !p.has(Cue::Cause) { 4 } else { 0 };
            score -= if measured(&p.text) { 2 } else { 0 };
            score -= if vague(&p.text) { 2 } else { 0 };
            score -= i32::from(p.text.starts_with(|c: char| c.is_ascii_digit()));
            score -= if p.text.len() > 220 { 2 } else { 0 };
            (score, i, p)
        })
        .filter(|(score, ..)| *score >= 2)
        .max_by_key(|(score, i, _)| (*score, std::cmp::Reverse(*i)))
        .map(|(_, i, p)| (i, p))?;
    let (at, piece) = best;
    // "C'est la cause première": what stands before it is.
    if vague(&piece.text)
        && let Some(before) = told.report[..at]
            .iter()
            .rev()
            .take(3)
            .find(|b| b.role == Role::State && b.source == piece.source && b.has(Cue::Damage))
    {
        return Some(sources.statement(before.text.clone(), &[before.clone(), piece.clone()]));
    }
    Some(sources.statement(piece.text.clone(), std::slice::from_ref(piece)))
}

/// Whether it is a row of measured values rather than a sentence.
fn measured(text: &str) -> bool {
    text.split_whitespace().filter(|w| w.starts_with(|c: char| c.is_ascii_digit())).count() >= 3
}
