//! The title: machine, problem and, as far as it is short, cause.

use savoir_models::content::Statement;
use savoir_models::evidence::{Evidence, Source};

use super::imperative::capital;
use super::looks::lower;
use super::sources::Sources;
use super::words::{PREPOSITIONS, STOP};
use crate::codes;

/// Characters of the problem that are read in a list.
const PROBLEM: usize = 70;
/// Characters of the cause behind it.
const CAUSE: usize = 70;
/// Characters of what a code means.
const MEANING: usize = 60;

/// Names the machine (family and model, as the fields say), the problem (the error code with what the case says it means,
/// else the first symptom) and the cause. What is long is cut at a clause.
pub(super) fn title(sources: &Sources<'_>, symptoms: &[Statement], cause: Option<&Statement>) -> Statement {
    let equipment = &sources.case.intervention.intake.equipment;
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
    let mut parts: Vec<String> = Vec::new();
    // "stops on A09": the symptom names the code in its own words.
    let within = symptoms.first().is_some_and(|s| {
        let told = without_codes(sources, &s.text);
        !codes::find(&told, Some(sources.language)).is_empty() && !told.is_empty()
    });
    if let Some((text, proof)) = named_code(sources).filter(|(text, _)| text.contains(' ') || !within) {
        let meant = text.contains(' ');
        parts.push(text);
        evidence.extend(proof);
        if !meant && let Some(first) = symptoms.first() {
            let told = without_codes(sources, &first.text);
            if !told.is_empty() {
                parts.push(lower(&short(&told, PROBLEM)));
                evidence.extend(first.evidence.iter().cloned());
            }
        }
    } else if let Some(first) = symptoms.first() {
        parts.push(short(first.text.trim_end_matches('.'), PROBLEM));
        evidence.extend(first.evidence.iter().cloned());
    }
    // A symptom that stands in for a cause is not said twice.
    if let Some(cause) = cause.filter(|c| symptoms.first().is_none_or(|s| s.text != c.text)) {
        let told = cause.text.trim_end_matches('.').replace(" : ", ", ").replace(": ", ", ");
        let told = short(&told, CAUSE);
        parts.push(lower(&told));
        evidence.extend(cause.evidence.iter().cloned());
    }
    let problem = parts.join(", ");
    let colon = if sources.french() { " : " } else { ": " };
    let text = match (machine.is_empty(), problem.is_empty()) {
        (false, false) => format!("{}{colon}{}", capital(&machine), lower(&problem)),
        (false, true) => capital(&machine),
        _ => capital(&problem),
    };
    Statement { text, evidence, ..Statement::default() }
}

/// The first error code of the request, with what a text of the case says it means: "F-27 (étanchéité non validée)".
fn named_code(sources: &Sources<'_>) -> Option<(String, Vec<Evidence>)> {
    let request = &sources.case.intervention.intake.request;
    let (i, typed) = request.error_codes.iter().enumerate().find(|(_, c)| !c.trim().is_empty())?;
    let code = codes::canonical(typed).unwrap_or_else(|| typed.trim().to_owned());
    let mut evidence: Vec<Evidence> =
        sources.whole(&Source::Field { path: format!("request.error_codes[{i}]") }).into_iter().collect();
    for (number, text) in sources.texts.iter().enumerate() {
        for found in sources.codes(&text.text).iter().filter(|c| codes::same(&c.canonical, &code)) {
            if let Some((from, to)) = meaning(&text.text, found.end) {
                evidence.extend(sources.evidence(number, found.start, to));
                let meant = text.text[from..to].trim();
                return Some((format!("{code} {}", lower(meant)), evidence));
            }
        }
    }
    Some((code, evidence))
}

/// The bytes of what stands in brackets or quotes behind a code.
fn meaning(text: &str, end: usize) -> Option<(usize, usize)> {
    let rest = text.get(end..)?;
    let open = rest.trim_start();
    let at = end + rest.len() - open.len();
    let close = match open.chars().next()? {
        '(' => ')',
        '«' => '»',
        '"' => '"',
        '“' => '”',
        _ => return None,
    };
    let from = at + open.chars().next()?.len_utf8();
    let to = from + text[from..].find(close)?;
    let inner = &text[from..to];
    let worded = inner.split_whitespace().any(|w| w.chars().filter(|c| c.is_alphabetic()).count() >= 4);
    let one = !inner.contains(['\n', ':', ';']) && inner.chars().count() <= MEANING;
    (worded && one && !inner.contains(|c: char| c.is_ascii_digit())).then_some((from, to))
}

/// A symptom without the codes in it, which the title names already.
fn without_codes(sources: &Sources<'_>, symptom: &str) -> String {
    let mut out = symptom.trim_end_matches('.').to_owned();
    for found in codes::find(symptom, Some(sources.language)).iter().rev() {
        if let (Some(before), Some(after)) = (symptom.get(..found.start), out.get(found.end..).map(str::to_owned)) {
            // Only where it stands apart: "…, E-09", "E42 : …".
            let ends = after.trim_start().is_empty() || after.trim_start().starts_with([',', ':', ')']);
            let begins = before.trim_end().is_empty() || before.trim_end().ends_with([',', ':', '(']);
            let apart = begins && ends;
            if apart {
                let before = before.trim_end_matches([',', ':', '(', ' ', '\u{a0}']);
                let after = after.trim_start_matches([',', ':', ')', ' ', '\u{a0}']);
                let link = if before.is_empty() || after.is_empty() { "" } else { ", " };
                out = format!("{before}{link}{after}");
            }
        }
    }
    out.trim_matches([' ', ',', ':', '\u{a0}']).to_owned()
}

/// The text up to a clause's end, when it is too long to be read in a list.
fn short(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let end = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
    let head = &text[..end];
    let cut = [", ", " ; ", " : ", ": ", " (", " et ", " and ", " so ", " donc "]
        .iter()
        .filter_map(|mark| head.rfind(mark))
        .max()
        .filter(|at| *at > most / 2);
    let cut = cut.or_else(|| head.rfind(' ')).unwrap_or(end);
    let mut head = head[..cut].trim_end_matches([',', ';', ':', '(', ' ']);
    // A line does not end with "par une".
    while let Some((before, last)) = head.rsplit_once(' ') {
        let folded = codes::fold(last);
        if !PREPOSITIONS.contains(&folded) && !STOP.contains(&folded) {
            break;
        }
        head = before.trim_end_matches([',', ';', ':', ' ']);
    }
    head.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_code_means_stands_in_brackets_behind_it() {
        let text = "défaut F-27 (étanchéité non validée) au démarrage";
        let end = text.find(" (").unwrap();
        let (from, to) = meaning(text, end).unwrap();
        assert_eq!(&text[from..to], "étanchéité non validée");
        assert_eq!(meaning("E42 (2 fois)", 3), None);
        assert_eq!(meaning("E42 au démarrage (le matin)", 3), None);
    }

    #[test]
    fn what_is_long_is_cut_at_a_clause() {
        let long = "Roulement du tambour bruyant, palier fissuré et bande qui part sur le côté gauche au démarrage";
        assert_eq!(short(long, 60), "Roulement du tambour bruyant, palier fissuré");
        assert_eq!(short("Court", 60), "Court");
        let one = "Crépine d'aspiration colmatée aux trois quarts par une pâte d'huile";
        assert_eq!(short(one, 55), "Crépine d'aspiration colmatée aux trois quarts");
    }
}
