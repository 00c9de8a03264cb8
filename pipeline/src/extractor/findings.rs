//! What was wrong: the symptoms that were told, and the finding that best explains them.

use std::collections::HashSet;

use savoir_models::content::{HazardKind, Statement};
use savoir_models::evidence::Source;

use super::imperative::capital;
use super::lexicon::{Cue, Label};
use super::likeness::{alike, beginning, points_back, shared, stems, vague};
use super::looks::lower;
use super::piece::{Part, Piece, Role};
use super::questions::Lack;
use super::sources::{Sources, Told};

/// Two statements of more characters than this are not told as one.
const JOINED: usize = 110;

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
    let mended = mended(sources, told);
    let asked: Vec<Vec<String>> = told.symptoms.iter().map(|s| stems(&s.text)).collect();
    let first = told.report.iter().position(Piece::is_repair);
    let codes = &sources.case.intervention.intake.request.error_codes;
    let best = told
        .report
        .iter()
        .enumerate()
        .filter(|(_, p)| p.role == Role::State && !matches!(p.label, Some(Label::Symptom | Label::Result)))
        .filter(|(_, p)| {
            p.label != Some(Label::Safety)
                && !p.hazards().any(|k| matches!(k, HazardKind::Isolation | HazardKind::MovingParts))
        })
        .filter(|(_, p)| p.has(Cue::Damage) || p.has(Cue::Cause) || p.label == Some(Label::Cause) || concluded(p))
        .map(|(i, p)| {
            let (words, begin) = (stems(&p.text), beginning(&p.text));
            let mut score = 0_i32;
            score += if concluded(p) { 3 } else { 0 };
            score += if p.label == Some(Label::Cause) { 12 } else { 0 };
            score += if p.has(Cue::Cause) { 3 } else { 0 };
            score += if p.has(Cue::Damage) { 4 } else { 0 };
            score += if p.label == Some(Label::Finding) { 1 } else { 0 };
            score -= if p.label == Some(Label::Work) { 1 } else { 0 };
            // "guide usé, roulement sans jeu": what is fine is told apart from what is not.
            let apart = p.clauses.iter().any(|c| c.bad) && p.clauses.len() > 1;
            score -= if p.has(Cue::Fine) && !apart { 1 } else { 0 };
            score -= if p.has(Cue::Symptom) && !p.has(Cue::Cause) && p.label != Some(Label::Finding) { 2 } else { 0 };
            score -= if i > last && !p.has(Cue::Cause) { 4 } else { 0 };
            score -= if measured(&p.text) { 2 } else { 0 };
            score -= if points_back(&begin) { 2 } else { 0 };
            score -= i32::from(p.text.starts_with(|c: char| c.is_ascii_digit()));
            score -= if p.text.len() > 220 { 2 } else { 0 };
            // What was mended is what was broken.
            let shared_words = words.iter().filter(|w| mended.contains(*w)).count();
            score += [0, 3, 4][shared_words.min(2)];
            // What was asked for is what was seen, not why.
            score -= if asked.iter().any(|s| shared(s, &words) >= 0.7) { 4 } else { 0 };
            score -= if codes.iter().any(|c| p.text.contains(c)) && p.label != Some(Label::Cause) { 3 } else { 0 };
            score -= if p.has(Cue::Useless) || p.has(Cue::Vain) { 6 } else { 0 };
            score -= if narrated(&begin) { 3 } else { 0 };
            score -= if p.clauses.iter().any(|c| c.done) && p.label != Some(Label::Cause) { 2 } else { 0 };
            // What was found once the mending had begun came on top.
            score -= if first.is_some_and(|f| i > f) && !p.has(Cue::Cause) { 1 } else { 0 };
            score -= if beside(&p.text) { 3 } else { 0 };
            // What is short is itself the effect of something.
            score -= if wanting(&begin) { 3 } else { 0 };
            (score, i, p)
        })
        .filter(|(score, ..)| *score >= 1)
        // What was found last explains what was found before it; under "Travaux", what was found first led to the rest.
        .max_by_key(|(score, i, p)| {
            let at = i64::try_from(*i).unwrap_or(0);
            (*score, if p.label == Some(Label::Work) { -at } else { at })
        })
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
    // "CAUSE : plus de tension, …" says what came of the damage that was told before.
    let damaged = |p: &&Piece| {
        p.role == Role::State
            && p.source == piece.source
            && p.has(Cue::Damage)
            && !p.has(Cue::Symptom)
            && !matches!(p.label, Some(Label::Symptom | Label::Result))
            && p.text.chars().count() <= JOINED
    };
    if piece.label == Some(Label::Cause)
        && !piece.has(Cue::Damage)
        && piece.text.chars().count() <= JOINED
        && let Some(before) = told.report[..at].iter().rev().find(damaged)
    {
        let colon = if sources.french() { " : " } else { ": " };
        let text = format!("{}{colon}{}", before.text, lower(&piece.text));
        return Some(sources.statement(text, &[before.clone(), piece.clone()]));
    }
    Some(core(sources, piece))
}

/// The part of a state that tells the damage: what stands before and behind it and is fine, or only a value, is left
/// out.
fn core(sources: &Sources<'_>, piece: &Piece) -> Statement {
    let bad = |p: &&Part| p.bad;
    let first = piece.clauses.iter().position(|p| bad(&p)).unwrap_or(0);
    let last = piece.clauses.iter().rposition(|p| bad(&p));
    // A clause behind a colon is about what stands before it.
    let begins = (0..=first).rev().find(|i| piece.clauses.get(*i).is_none_or(|p| !p.led)).unwrap_or(first);
    let begins = if begins < first { begins } else { first };
    let skipped = piece.clauses.get(..begins).is_some_and(|before| !before.is_empty() && before.iter().all(|p| p.fine));
    let start = if skipped { piece.clauses[begins].start } else { piece.start };
    let behind = last.and_then(|l| piece.clauses.get(l + 1..)).filter(|b| !b.is_empty());
    let end = match (behind, last) {
        (Some(behind), Some(last)) if behind.iter().all(|p| p.fine) => piece.clauses[last].end,
        _ => piece.end,
    };
    if (start, end) == (piece.start, piece.end) {
        return sources.statement(piece.text.clone(), std::slice::from_ref(piece));
    }
    let text = sources.texts[piece.source].text.get(start..end).unwrap_or_default();
    let text = capital(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    sources.statement(text, &[Piece { start, end, ..piece.clone() }])
}

/// Whether it is told as what follows from what was seen: "4,6 bar (norm. 2,3) -> clapets du 2e étage".
fn concluded(piece: &Piece) -> bool {
    piece.link.contains("->")
}

/// The words of what was mended: objects of repairs, and the parts that were used.
fn mended(sources: &Sources<'_>, told: &Told) -> HashSet<String> {
    let steps = told.report.iter().chain(&told.actions).chain(&told.expert).filter(|p| p.is_repair());
    let mut out: HashSet<String> = steps.flat_map(|p| p.object.iter().cloned()).collect();
    let names = sources.case.intervention.intake.parts.iter().filter_map(|p| p.name.as_deref());
    out.extend(names.flat_map(stems));
    out.retain(|w| w.chars().count() >= 4 && w.chars().all(char::is_alphabetic));
    out
}

/// Whether it is told beside the main thing.
fn beside(text: &str) -> bool {
    let folded = crate::codes::fold(text);
    [" aussi ", " egalement ", " au passage", " par ailleurs", " also ", " as well", " while there"]
        .iter()
        .any(|w| folded.contains(w))
}

/// Whether it says that something is wanting.
fn wanting(begin: &str) -> bool {
    ["manque d", "plus de ", "plus d'", "short of", "system short", "low on"].iter().any(|w| begin.starts_with(w))
}

/// Whether somebody tells what they did or did not do.
fn narrated(begin: &str) -> bool {
    ["je ", "j'", "on ", "nous ", "i ", "we "].iter().any(|w| begin.starts_with(w))
}

/// Whether it is a row of measured values rather than a sentence.
fn measured(text: &str) -> bool {
    text.split_whitespace().filter(|w| w.starts_with(|c: char| c.is_ascii_digit())).count() >= 3
}
