//! A case as one reads it: what was expected beside what was given, statement by statement.

use savoir_models::content::{Content, Statement};

use super::super::alignment::{align, told};
use super::super::gold::{Expected, GoldDraft};
use super::{Given, Judged};

/// A statement that was expected and the one that was given for it; one of them may be missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// Which section of the content.
    pub section: &'static str,
    /// What was expected.
    pub expected: Option<String>,
    /// What was given.
    pub given: Option<String>,
}

/// The whole case, section by section; pairs stand beside each other in the order of what was expected, what was given
/// besides follows.
#[must_use]
pub fn beside(judged: &Judged) -> Vec<Beside> {
    match (&judged.expected, &judged.given) {
        (Expected::Draft(expected), Given::Draft(given)) => drafts(judged, expected, given),
        (expected, given) => {
            let wanted = match expected {
                Expected::Draft(draft) => draft.steps.iter().map(|s| ("steps", s.clone())).collect(),
                Expected::Questions(q) => q.lacks.iter().map(|n| ("lacks", n.as_str().to_owned())).collect::<Vec<_>>(),
            };
            let got = match given {
                Given::Draft(content) => content.steps.iter().map(|s| ("steps", s.text.clone())).collect(),
                Given::Questions { questions, .. } => questions.iter().map(|q| ("questions", q.clone())).collect(),
                Given::Failed(reason) => vec![("failed", reason.clone())],
            };
            let expected = wanted.into_iter().map(|(section, t)| Beside { section, expected: Some(t), given: None });
            expected
                .chain(got.into_iter().map(|(section, t)| Beside { section, expected: None, given: Some(t) }))
                .collect()
        }
    }
}

fn drafts(judged: &Judged, expected: &GoldDraft, given: &Content) -> Vec<Beside> {
    let texts = |list: &[Statement]| list.iter().map(|s| s.text.clone()).collect::<Vec<_>>();
    let part = |name: &str, reference: Option<&str>| reference.map_or(name.to_owned(), |r| format!("{name} ({r})"));
    let parts: Vec<String> = expected.parts.iter().map(|p| part(&p.name, p.reference.as_deref())).collect();
    let given_parts: Vec<String> =
        given.parts.iter().map(|p| part(&p.statement.text, p.reference.as_deref())).collect();
    let hazards: Vec<String> = expected.hazards.iter().map(|h| h.to_string()).collect();
    let given_hazards: Vec<String> = given.hazards.iter().map(|h| h.kind.to_string()).collect();
    let mut out = vec![Beside {
        section: "title",
        expected: Some(expected.title.clone()),
        given: Some(given.title.text.clone()),
    }];
    let mut list = |section, wanted: &[String], got: &[String]| out.extend(section_of(judged, section, wanted, got));
    list("symptoms", &expected.symptoms, &texts(&given.symptoms));
    let cause: Vec<String> = expected.cause.iter().cloned().collect();
    let given_cause: Vec<String> = given.cause.iter().map(|s| s.text.clone()).collect();
    if let ([wanted], [got]) = (cause.as_slice(), given_cause.as_slice()) {
        out.push(Beside { section: "cause", expected: Some(wanted.clone()), given: Some(got.clone()) });
    } else {
        out.extend(section_of(judged, "cause", &cause, &given_cause));
    }
    let mut list = |section, wanted: &[String], got: &[String]| out.extend(section_of(judged, section, wanted, got));
    list("prerequisites", &expected.prerequisites, &texts(&given.prerequisites));
    list("tools", &expected.tools, &texts(&given.tools));
    list("parts", &parts, &given_parts);
    list("hazards", &hazards, &given_hazards);
    list("codes", &expected.error_codes, &given.applies_to.error_codes);
    list("steps", &expected.steps, &texts(&given.steps));
    list("verification", &expected.verification, &texts(&given.verification));
    out
}

fn section_of(judged: &Judged, section: &'static str, expected: &[String], given: &[String]) -> Vec<Beside> {
    let read = |list: &[String]| told(list.iter().map(String::as_str), judged.language);
    let pairs = align(&read(expected), &read(given));
    let mut out: Vec<Beside> = expected
        .iter()
        .enumerate()
        .map(|(i, text)| {
            let pair = pairs.iter().find(|p| p.expected == i);
            Beside { section, expected: Some(text.clone()), given: pair.map(|p| given[p.given].clone()) }
        })
        .collect();
    // What has no partner stands where it was given: after the partner of what stands before it.
    let mut at = 0;
    for (i, text) in given.iter().enumerate() {
        match pairs.iter().find(|p| p.given == i) {
            Some(_) => at = out.iter().position(|b| b.given.as_ref() == Some(text)).map_or(at, |p| p + 1),
            None => {
                out.insert(at.min(out.len()), Beside { section, expected: None, given: Some(text.clone()) });
                at += 1;
            }
        }
    }
    out
}
