//! Dangers that the texts speak of.

use savoir_models::content::Hazard;

use super::piece::{Piece, Role};
use super::sources::{Sources, Told};
use super::steps::Sequence;

/// One statement for each kind of danger: the first that speaks of it, steps before states.
pub(super) fn hazards(sources: &Sources<'_>, told: &Told, sequence: &Sequence) -> Vec<Hazard> {
    let mut out: Vec<Hazard> = Vec::new();
    let mut add = |told: &Piece, text: &str, proof: &[Piece]| {
        for kind in told.hazards() {
            if !out.iter().any(|h| h.kind == kind) {
                out.push(Hazard { kind, statement: sources.statement(text.to_owned(), proof) });
            }
        }
    };
    for step in &sequence.steps {
        step.told.iter().for_each(|piece| add(piece, &step.text, &step.told));
    }
    let nevers = told.report.iter().filter(|p| matches!(p.role, Role::Never | Role::Note));
    let states = told.report.iter().filter(|p| p.role == Role::State && p.text.len() <= 200);
    for piece in nevers.chain(states) {
        add(piece, &piece.text, std::slice::from_ref(piece));
    }
    out
}
