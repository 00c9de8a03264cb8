//! Whose words a statement rests on, and whether they can bear it.
//!
//! What was done is told by whoever did it: the report, the actions, a recording, an answer, a message of the house. A
//! customer tells what is wrong, and, where the case was resolved from afar or by parts that were sent, that it works again.
//! A field names things. What one needs in hand is named by anybody.

use savoir_models::content::{Finding, FindingCode};
use savoir_models::evidence::Source;
use savoir_models::intervention::Resolution;

use super::ground::{Ground, Room, Stretch};
use super::said::{Said, Section, finding};
use super::support;
use crate::extractor::trade::{Writer, writer};

/// Whether a source can bear what stands in a section.
fn bears(room: &Room<'_>, source: &Source, section: Section) -> bool {
    let intake = &room.case.intervention.intake;
    match source {
        Source::Report
        | Source::Action { .. }
        | Source::Transcript { .. }
        | Source::Answer { .. }
        | Source::Elsewhere { .. } => true,
        Source::Exchange { index } => match intake.exchanges.get(*index).map(|e| writer(&e.from)) {
            Some(Writer::Expert | Writer::Technician) => true,
            Some(Writer::Customer) => {
                section == Section::Verification
                    && matches!(intake.resolution, Some(Resolution::Remote | Resolution::Parts))
            }
            _ => false,
        },
        Source::Field { path } => section == Section::Part && path.starts_with("parts["),
    }
}

/// Whether a source can tell what was done.
pub(super) fn tells_work(room: &Room<'_>, source: &Source) -> bool {
    bears(room, source, Section::Step)
}

/// A statement that rests on words which cannot bear it.
pub(super) fn check(room: &Room<'_>, ground: &Ground<'_>, said: &Said<'_>, out: &mut Vec<Finding>) {
    if matches!(said.section, Section::Title | Section::Symptom | Section::Tool) {
        return;
    }
    let (bearing, other): (Vec<Stretch>, Vec<Stretch>) =
        ground.quotes.iter().partition(|q| bears(room, &room.texts[q.text].source, said.section));
    let Some(first) = other.first() else { return };
    // One word of the report beside a customer's sentence does not make it the report's.
    if !bearing.is_empty() && support::enough(room, &Ground::new(room, bearing), said) {
        return;
    }
    let (en, fr) = match &room.texts[first.text].source {
        Source::Exchange { .. } => {
            ("a message of somebody who did not do the work", "un message de quelqu'un qui n'a pas fait le travail")
        }
        _ => ("a field of the request or of the machine", "un champ de la demande ou de la machine"),
    };
    out.push(finding(
        FindingCode::Witness,
        "",
        format!("It rests on {en}: nobody of the house says so."),
        format!("L'énoncé repose sur {fr} : personne de la maison ne le dit."),
    ));
}
