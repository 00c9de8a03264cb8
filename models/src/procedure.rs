//! What an expert approved, and its revisions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::content::Content;
use crate::id::{ProcedureId, ReviewId};
use crate::text::{Language, words};
use crate::viewer::Audience;

words!(
    /// How much a procedure is to be trusted (KCS v6, "article confidence").
    Confidence {
        /// Being written.
        WorkInProgress = "work_in_progress",
        /// Complete, not yet validated.
        NotValidated = "not_validated",
        /// Validated by an expert.
        Validated = "validated",
        /// No longer to be found.
        Archived = "archived",
    }
);

words!(
    /// Who may change a procedure (KCS v6, "article governance").
    Governance {
        /// Those who use it.
        Experience = "experience",
        /// Named experts only: compliance or safety depend on it.
        Compliance = "compliance",
    }
);

/// A procedure with its current revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Procedure {
    /// Its identifier.
    pub id: ProcedureId,
    /// How much it is to be trusted.
    pub confidence: Confidence,
    /// For whom it is.
    pub audience: Audience,
    /// Who may change it.
    pub governance: Governance,
    /// The current revision.
    pub revision: Revision,
    /// How many interventions it rests on.
    pub cases: i64,
    /// How often it was reported to have worked.
    pub worked: i64,
    /// How often not.
    pub failed: i64,
    /// How its cases ended, by kind of machine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<OutcomeRecord>,
    /// When it was first approved.
    pub created_at: Timestamp,
}

impl Procedure {
    /// For whom it is as long as it is trusted as it is now. What nobody validates, or no longer, may still help those who
    /// can judge it, the house's own technicians, and must not be followed by anybody else.
    #[must_use]
    pub fn readers(&self) -> Audience {
        match self.confidence {
            Confidence::Validated => self.audience,
            _ => self.audience.min(Audience::Technician),
        }
    }
}

/// How the cases of a procedure ended on one kind of machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OutcomeRecord {
    /// The kind of machine, in lower case; none when the cases do not tell.
    pub family: Option<String>,
    /// Cases that it solved.
    pub solved: i64,
    /// Cases that were opened again after it had been counted as having solved them.
    pub reopened: i64,
}

/// What was reported of a procedure since its current revision was approved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reports {
    /// How often it worked.
    pub worked: i64,
    /// How often not.
    pub failed: i64,
    /// How many of its cases were opened again.
    pub reopened: i64,
}

/// Why a procedure is no longer trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Doubt {
    /// For a person, in English.
    pub reason: String,
    /// The same in French.
    pub reason_fr: String,
}

impl Doubt {
    /// The only case that a procedure rested on was opened again.
    #[must_use]
    pub fn no_case_left() -> Self {
        Self {
            reason: "The only case that this procedure rests on was reopened: the machine failed again.".into(),
            reason_fr:
                "Le seul cas sur lequel repose cette procédure a été rouvert : la machine est retombée en panne.".into(),
        }
    }

    /// The reason in a language.
    #[must_use]
    pub fn told_in(&self, language: Language) -> &str {
        match language {
            Language::French => &self.reason_fr,
            Language::English => &self.reason,
        }
    }
}

/// So many reports of failure are more than chance, if they are also …
const FAILURES: i64 = 3;
/// … so many of a hundred reports.
const FAILURES_PERCENT: i64 = 50;
/// One case that comes back may have another fault; two are a sign.
const REOPENINGS: i64 = 2;

/// Whether reports say that a procedure fails: at least three failures that are at least half of all reports, or two
/// cases that were opened again. An expert then looks at it anew.
#[must_use]
pub fn doubt(since: &Reports) -> Option<Doubt> {
    let Reports { worked, failed, reopened } = *since;
    let all = worked + failed;
    if reopened >= REOPENINGS {
        return Some(Doubt {
            reason: format!("{reopened} cases that it had solved were reopened since its last revision."),
            reason_fr: format!("{reopened} cas qu'elle avait résolus ont été rouverts depuis sa dernière révision."),
        });
    }
    (failed >= FAILURES && failed * 100 >= all * FAILURES_PERCENT).then(|| Doubt {
        reason: format!("{failed} of {all} who followed it since its last revision say that it did not work."),
        reason_fr: format!(
            "{failed} des {all} personnes qui l'ont suivie depuis sa dernière révision disent qu'elle n'a pas fonctionné."
        ),
    })
}

/// One state of a procedure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Revision {
    /// 1, 2, 3…
    pub number: i64,
    /// What it says.
    pub content: Content,
    /// The named person who approved it.
    pub author: String,
    /// The review it came from.
    pub review: Option<ReviewId>,
    /// What changed against the revision before, as unified diff lines.
    pub diff: String,
    /// When.
    pub created_at: Timestamp,
}

/// Unified diff of two contents, line by line; empty when they say the same.
#[must_use]
pub fn diff(before: Option<&Content>, after: &Content) -> String {
    let old = before.map(Content::lines).unwrap_or_default();
    let new = after.lines();
    similar::TextDiff::from_lines(old.as_str(), new.as_str()).unified_diff().context_radius(1).to_string()
}

/// What someone who followed a procedure reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Feedback {
    /// Whether it solved the problem.
    pub worked: bool,
    /// Why not, or what else.
    #[serde(default)]
    pub comment: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(worked: i64, failed: i64, reopened: i64) -> bool {
        doubt(&Reports { worked, failed, reopened }).is_some()
    }

    #[test]
    fn three_failures_that_are_half_of_the_reports_or_two_reopened_cases_cast_doubt() {
        assert!(!fails(0, 0, 0));
        assert!(!fails(0, 2, 0), "two may be chance");
        assert!(fails(0, 3, 0));
        assert!(fails(3, 3, 0));
        assert!(!fails(4, 3, 0), "most say that it works");
        assert!(!fails(0, 2, 1));
        assert!(fails(50, 0, 2), "a case that comes back weighs more than a word");
        let told = doubt(&Reports { worked: 1, failed: 3, reopened: 0 }).expect("it fails");
        assert!(told.reason.contains("3 of 4") && told.reason_fr.contains("3 des 4"), "{told:?}");
    }
}
