//! What of a draft its evidence does not carry, told by rules and without a model.

use savoir_models::content::Content;
use savoir_models::evidence::{Case, Suspicion};
use savoir_models::redaction::Redaction;

/// Holds every statement of `content` against the case: finds its quotes and gives them their places, hides what is
/// personal, and notes findings in place of those of before. Findings that stay the same keep their override.
pub fn verify(_case: &Case, _redaction: &Redaction, _content: &mut Content) {}

/// The stretches of a case that read like orders to a machine.
#[must_use]
pub fn suspicions(_case: &Case) -> Vec<Suspicion> {
    Vec::new()
}
