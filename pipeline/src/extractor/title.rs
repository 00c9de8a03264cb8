//! The title: machine and problem.

use savoir_models::content::Statement;
use savoir_models::evidence::{Case, Source};

use super::imperative::capital;
use super::layout::Sources;

/// A title longer than this is not read in a list.
const LONG: usize = 90;

/// Names the machine (family and model, as the fields say) and the problem: the error code where the problem does not
/// name it already, and the first symptom, cut at a clause when it is long.
pub(super) fn title(sources: &Sources<'_>, symptoms: &[Statement]) -> Statement {
    let case: &Case = sources.case;
    let equipment = &case.intervention.intake.equipment;
    let mut evidence = Vec::new();
    let mut machine = String::new();
    let words = [("equipment.family", &equipment.family), ("equipment.model", &equipment.model)];
    for (path, word) in words {
        let Some(word) = word.as_deref().map(str::trim).filter(|w| !w.is_empty()) else { continue };
        if !machine.is_empty() {
            machine.push(' ');
        }
        machine.push_str(word);
        evidence.extend(sources.whole(&Source::Field { path: path.into() }));
    }
    let mut problem = String::new();
    if let Some(first) = symptoms.first() {
        problem = short(first.text.trim_end_matches('.'));
        evidence.extend(first.evidence.iter().cloned());
        // The first symptom may be told without its code, which is what people look for.
        if crate::codes::find(&first.text, Some(sources.language)).is_empty()
            && let Some((i, code)) = case.intervention.intake.request.error_codes.iter().enumerate().next()
            && !code.trim().is_empty()
            && !problem.contains(code.trim())
        {
            problem = format!("{}, {}", code.trim(), lower(&problem));
            evidence.extend(sources.whole(&Source::Field { path: format!("request.error_codes[{i}]") }));
        }
    }
    let colon = if sources.french() { " : " } else { ": " };
    let text = match (machine.is_empty(), problem.is_empty()) {
        (false, false) => format!("{}{colon}{}", capital(&machine), lower(&problem)),
        (false, true) => capital(&machine),
        _ => capital(&problem),
    };
    Statement { text, evidence, findings: Vec::new() }
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || matches!(second, '\'' | '’') => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text.to_owned(),
    }
}

/// The text up to a clause's end, when it is too long to be a title.
fn short(text: &str) -> String {
    if text.chars().count() <= LONG {
        return text.to_owned();
    }
    let end = text.char_indices().nth(LONG).map_or(text.len(), |(at, _)| at);
    let head = &text[..end];
    let cut = [", ", " ; ", " : ", " (", " et ", " and "]
        .iter()
        .filter_map(|mark| head.rfind(mark))
        .max()
        .filter(|at| *at > 25);
    let cut = cut.or_else(|| head.rfind(' ')).unwrap_or(end);
    head[..cut].trim_end_matches([',', ';', ':', ' ']).to_owned()
}
