//! What of a draft its evidence does not carry, told by rules and without a model.

mod compact;
mod figures;
mod ground;
mod hostile;
mod lexemes;
mod names;
mod negation;
mod omission;
mod order;
mod quantities;
pub(crate) mod quotes;
mod said;
mod statement;
mod support;
mod terms;
mod units;
mod witness;

use savoir_models::content::{Content, Finding};
use savoir_models::evidence::{Case, Suspicion};
use savoir_models::redaction::Redaction;
use savoir_models::text::Language;

use ground::Room;
pub use quotes::locate;
use said::Section;

/// Holds every statement of `content` against the case: finds its quotes and gives them their places, hides what is
/// personal, and notes findings in place of those of before. Findings that stay the same keep their override.
pub fn verify(case: &Case, redaction: &Redaction, content: &mut Content) {
    let texts = case.texts();
    let mut room = Room::new(case, &texts, content.language);
    room.suspicions = hostile::suspicions(&room);
    let sections = sections(content);
    let parts: Vec<_> = content.parts.iter().map(|p| (p.reference.clone(), p.quantity)).collect();
    let mut part = parts.iter();
    let mut found: Vec<Vec<Finding>> = Vec::with_capacity(sections.len());
    for (statement, section) in content.statements_mut().into_iter().zip(&sections) {
        let listed = if *section == Section::Part { part.next() } else { None };
        let hidden = redaction.hide(&statement.text, &texts).into_owned();
        statement.text = hidden;
        let mut held = statement::judge(&room, redaction, statement, *section);
        if let Some((reference, quantity)) = listed {
            statement::part(&room, statement, reference.as_deref(), *quantity, &mut held);
        }
        found.push(held);
    }
    let steps = sections.iter().position(|s| *s == Section::Step).unwrap_or(sections.len());
    for (step, finding) in order::check(&room, content) {
        found[steps + step].push(finding);
    }
    for (step, finding) in omission::check(&room, redaction, content) {
        found[steps + step].push(finding);
    }
    for (statement, mut held) in content.statements_mut().into_iter().zip(found) {
        for finding in &mut held {
            let before = statement.findings.iter().find(|f| f.code == finding.code && f.about == finding.about);
            finding.overridden = before.and_then(|f| f.overridden.clone());
        }
        statement.findings = held;
    }
}

/// The section of each statement, in the order of [`Content::statements`].
fn sections(content: &Content) -> Vec<Section> {
    let mut out = vec![Section::Title];
    let mut add = |section, count| out.extend(std::iter::repeat_n(section, count));
    add(Section::Symptom, content.symptoms.len());
    add(Section::Cause, usize::from(content.cause.is_some()));
    add(Section::Prerequisite, content.prerequisites.len());
    add(Section::Tool, content.tools.len());
    add(Section::Part, content.parts.len());
    add(Section::Hazard, content.hazards.len());
    add(Section::Step, content.steps.len());
    add(Section::Verification, content.verification.len());
    out
}

/// The stretches of a case that read like orders to a machine.
#[must_use]
pub fn suspicions(case: &Case) -> Vec<Suspicion> {
    let texts = case.texts();
    hostile::suspicions(&Room::new(case, &texts, case.language().unwrap_or(Language::French)))
}

#[cfg(test)]
mod tests;
