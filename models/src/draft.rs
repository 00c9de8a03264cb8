//! A procedure as the line proposes it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::content::{Content, Statement};
use crate::evidence::Suspicion;
use crate::id::{DraftId, InterventionId, ProcedureId};
use crate::proposal::Proposal;
use crate::text::words;

words!(
    /// What *compare* says of a draft.
    Verdict {
        /// Nothing like it is known.
        New = "new",
        /// It is known; the case is counted.
        Same = "same",
        /// It is known, and this one adds or changes something.
        Update = "update",
        /// It is known, and this one says the opposite.
        Contradiction = "contradiction",
    }
);

/// What a draft was compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Known {
    /// A procedure.
    Procedure(ProcedureId),
    /// A draft under review.
    Draft(DraftId),
}

/// The outcome of comparing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Comparison {
    /// What is said.
    pub verdict: Verdict,
    /// The nearest known text, when there is one near enough to be named.
    pub nearest: Option<Known>,
    /// How near, 0 to 1.
    pub similarity: f64,
    /// Why, in words for the expert.
    pub reason: String,
    /// Of an update: what it would change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<Proposal>,
    /// Of a contradiction: what each says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sides: Option<Sides>,
    /// The model that judged where rules could not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judged_by: Option<Provenance>,
    /// What rules said, where a model judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by_rules: Option<Verdict>,
}

impl Comparison {
    /// A verdict by rules, with nothing proposed yet.
    #[must_use]
    pub fn new(verdict: Verdict, nearest: Option<Known>, similarity: f64, reason: String) -> Self {
        Self { verdict, nearest, similarity, reason, proposal: None, sides: None, judged_by: None, by_rules: None }
    }

    /// Where the case may be counted without an expert's look: rules say that it is known. A model's word alone hides
    /// nothing: what only a model takes for known comes before an expert, and where a model doubts the rules, an expert
    /// decides too.
    #[must_use]
    pub fn home(&self) -> Option<Known> {
        let same = |verdict| verdict == Verdict::Same;
        self.nearest.filter(|_| same(self.verdict) && self.by_rules.is_none_or(same))
    }
}

/// What decides one side of a contradiction, each statement with its evidence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Side {
    /// What it blames.
    pub cause: Option<Statement>,
    /// The steps that mend.
    pub steps: Vec<Statement>,
}

/// Both sides of a contradiction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Sides {
    /// The draft's.
    pub draft: Side,
    /// That of what is known.
    pub known: Side,
}

/// How a draft was made, so that it can be made again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Provenance {
    /// `offline`, or the kind of service that wrote it.
    pub extractor: String,
    /// Version of the rules, or of the prompt.
    pub version: String,
    /// The model, when there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What else it depended on: temperature, seed, kind of output, prompt's fingerprint.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Draft {
    /// Its identifier.
    pub id: DraftId,
    /// The intervention it was drawn from.
    pub intervention: InterventionId,
    /// What it says.
    pub content: Content,
    /// How it was made.
    pub provenance: Provenance,
    /// What in its case reads like an order to a machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub suspicions: Vec<Suspicion>,
    /// What comparing said; missing until it was compared.
    pub comparison: Option<Comparison>,
    /// Grows with every edit; what `If-Match` names.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last edited.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_case_is_counted_without_a_look_only_where_rules_say_that_it_is_known() {
        let nearest = Some(Known::Draft(DraftId::new()));
        let home = |verdict, by_rules| {
            let said = Comparison::new(verdict, nearest, 0.5, String::new());
            Comparison { by_rules, ..said }.home()
        };
        assert_eq!(home(Verdict::Same, None), nearest);
        assert_eq!(home(Verdict::Same, Some(Verdict::Same)), nearest, "the model agrees");
        for by_rules in [Verdict::New, Verdict::Update, Verdict::Contradiction] {
            assert_eq!(home(Verdict::Same, Some(by_rules)), None, "only a model says so");
            assert_eq!(home(by_rules, Some(Verdict::Same)), None, "the model doubts it");
            assert_eq!(home(by_rules, None), None);
        }
    }
}
