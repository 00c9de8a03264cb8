//! An approved procedure, shown word for word.

use std::collections::BTreeMap;

use savoir_models::chat::LineKind;
use savoir_models::content::Content;
use savoir_models::text::Language;

use super::sentences::{Choice, Sentence};
use crate::verify::hazards::kinds;

/// One thing that is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// What it is.
    pub kind: LineKind,
    /// Which sentence of the table.
    pub sentence: Option<Sentence>,
    /// Its words; those of a reference are not known before it is kept.
    pub text: String,
    /// What it may be answered with.
    pub choices: Vec<Choice>,
    /// Where it stands in what was approved.
    pub path: Option<String>,
}

impl Line {
    /// A sentence of the table.
    #[must_use]
    pub(super) fn says(sentence: Sentence, language: Language) -> Self {
        let text = sentence.text(language).to_owned();
        Self { kind: LineKind::Sentence, sentence: Some(sentence), text, choices: Vec::new(), path: None }
    }

    /// Something that was approved.
    pub(super) fn shows(kind: LineKind, text: &str, path: String) -> Self {
        Self { kind, sentence: None, text: text.to_owned(), choices: Vec::new(), path: Some(path) }
    }

    /// The same, to be answered with one of these.
    #[must_use]
    pub(super) fn with(mut self, choices: &[Choice]) -> Self {
        self.choices = choices.to_vec();
        self
    }
}

/// Where each danger is said: before the first step that speaks of its kind, or before all of them.
fn places(content: &Content) -> BTreeMap<usize, usize> {
    let spoken: Vec<_> = content.steps.iter().map(|step| kinds(&step.text, content.language)).collect();
    let place = |(at, hazard): (usize, &savoir_models::content::Hazard)| {
        Some((at, spoken.iter().position(|kinds| kinds.contains(&hazard.kind))?))
    };
    content.hazards.iter().enumerate().filter_map(place).collect()
}

fn hazards<'c>(content: &'c Content, wanted: impl Fn(usize) -> bool + 'c) -> Vec<Line> {
    let lines = content.hazards.iter().enumerate().filter(|(at, _)| wanted(*at));
    lines.map(|(at, h)| Line::shows(LineKind::Hazard, &h.statement.text, format!("hazards[{at}].statement"))).collect()
}

/// The lines under a heading; none when there are none.
fn under(heading: Sentence, language: Language, lines: Vec<Line>) -> Vec<Line> {
    if lines.is_empty() { lines } else { std::iter::once(Line::says(heading, language)).chain(lines).collect() }
}

/// What is said before the first step. `language` is the visitor's.
pub(super) fn before(content: &Content, language: Language) -> Vec<Line> {
    let list = |kind, name: &str, texts: Vec<&str>| -> Vec<Line> {
        texts.into_iter().enumerate().map(|(at, text)| Line::shows(kind, text, format!("{name}[{at}]"))).collect()
    };
    fn texts(all: &[savoir_models::content::Statement]) -> Vec<&str> {
        all.iter().map(|s| s.text.as_str()).collect()
    }
    let mut needed = list(LineKind::Tool, "tools", texts(&content.tools));
    for (at, part) in content.parts.iter().enumerate() {
        needed.push(Line::shows(LineKind::Part, &part.statement.text, format!("parts[{at}].statement")));
        if let Some(reference) = part.reference.as_ref().filter(|r| !part.statement.text.contains(r.as_str())) {
            needed.push(Line::shows(LineKind::Part, reference, format!("parts[{at}].reference")));
        }
    }
    let placed = places(content);
    let mut out = under(Sentence::Mind, language, hazards(content, |at| !placed.contains_key(&at)));
    let first = list(LineKind::Prerequisite, "prerequisites", texts(&content.prerequisites));
    out.extend(under(Sentence::Before, language, first));
    out.extend(under(Sentence::Needed, language, needed));
    out
}

/// The step at `at`, with the dangers that it concerns before it.
pub(super) fn step(content: &Content, at: usize, language: Language) -> Vec<Line> {
    let placed = places(content);
    let mut out = under(Sentence::Mind, language, hazards(content, |hazard| placed.get(&hazard) == Some(&at)));
    if let Some(step) = content.steps.get(at) {
        let choices = [Choice::Done, Choice::Works, Choice::Stuck, Choice::Human];
        out.push(Line::shows(LineKind::Step, &step.text, format!("steps[{at}]")).with(&choices));
    }
    out
}

/// What is said after the last step.
pub(super) fn after(content: &Content, language: Language) -> Vec<Line> {
    let checks = content.verification.iter().enumerate();
    let checks = checks.map(|(at, s)| Line::shows(LineKind::Verification, &s.text, format!("verification[{at}]")));
    let mut out = under(Sentence::Check, language, checks.collect());
    out.push(Line::says(Sentence::AskHelped, language).with(&[Choice::Works, Choice::NotWorks, Choice::Human]));
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use savoir_models::content::{AppliesTo, Hazard, HazardKind, Statement};

    fn said(text: &str) -> Statement {
        Statement { text: text.into(), ..Statement::default() }
    }

    fn content() -> Content {
        let hazard = |kind, text| Hazard { kind, statement: said(text) };
        Content {
            language: Language::French,
            title: said("Ensacheuse : arrêt en E42"),
            symptoms: Vec::new(),
            cause: None,
            prerequisites: vec![said("Machine vide")],
            tools: vec![said("chiffon")],
            parts: Vec::new(),
            hazards: vec![
                hazard(HazardKind::Pressure, "Air comprimé à 6 bar"),
                hazard(HazardKind::Heat, "Mâchoires brûlantes"),
            ],
            steps: vec![said("Ouvrez le capot"), said("Laissez refroidir les mâchoires"), said("Nettoyez")],
            verification: vec![said("Dix sachets étanches")],
            applies_to: AppliesTo::default(),
        }
    }

    fn texts(lines: Vec<Line>) -> Vec<String> {
        lines.into_iter().map(|l| l.text).collect()
    }

    #[test]
    fn a_danger_is_said_before_the_step_that_it_concerns_and_else_before_all() {
        let content = content();
        let french = Language::French;
        let first = texts(before(&content, french));
        assert_eq!(first[..2], ["Attention, danger :", "Air comprimé à 6 bar"]);
        assert_eq!(first[2..], ["Avant de commencer :", "Machine vide", "Il vous faut :", "chiffon"]);
        assert_eq!(texts(step(&content, 0, french)), ["Ouvrez le capot"]);
        let hot = ["Attention, danger :", "Mâchoires brûlantes", "Laissez refroidir les mâchoires"];
        assert_eq!(texts(step(&content, 1, french)), hot);
        assert_eq!(texts(step(&content, 2, french)), ["Nettoyez"]);
        assert_eq!(texts(after(&content, french))[1], "Dix sachets étanches");
    }
}
