//! Dangers that the texts speak of.

use savoir_models::content::Hazard;

use super::piece::Role;
use super::sources::{Sources, Told};
use super::steps::Sequence;

/// One statement for each kind of danger: the first that speaks of it, steps before states.
pub(super) fn hazards(sources: &Sources<'_>, told: &Told, sequence: &Sequence) -> Vec<Hazard> {
    let mut out: Vec<Hazard> = Vec::new();
    let steps = sequence.steps.iter().flat_map(|s| s.told.iter().map(move |p| (p, &s.text)));
    let nevers = told.report.iter().filter(|p| matches!(p.role, Role::Never | Role::Note)).map(|p| (p, &p.text));
    let states = told.report.iter().filter(|p| p.role == Role::State && p.text.len() <= 200).map(|p| (p, &p.text));
    for (piece, text) in steps.chain(nevers).chain(states) {
        for kind in piece.hazards() {
            if !out.iter().any(|h| h.kind == kind) {
                out.push(Hazard { kind, statement: sources.statement(text.clone(), std::slice::from_ref(piece)) });
            }
        }
    }
    out
}
