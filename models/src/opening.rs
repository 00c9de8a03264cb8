//! What can hurt is opened to customers by two: the expert who approves it, and somebody of the safety role after them.
//!
//! Pure functions; [`crate::store`] keeps what follows.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::content::{Content, HazardKind, Statement};
use crate::id::{OpeningId, ProcedureId};
use crate::intervention::FieldError;
use crate::text::{Language, words};
use crate::viewer::{Audience, Hand, Role, Signed, Viewer};

/// Tells what can hurt in a sentence, whatever is declared. The words for it are not known in this crate.
pub type Recogniser = fn(&str, Language) -> BTreeSet<HazardKind>;

words!(
    /// Whether an opening still wants a decision.
    OpeningState {
        /// It does: customers do not see the revision.
        Open = "open",
        /// Customers see it.
        Approved = "approved",
        /// They do not, for a reason.
        Refused = "refused",
        /// The procedure was revised or archived before anybody decided.
        Overtaken = "overtaken",
    }
);

/// A revision that an expert has opened to customers and that involves dangers: contractors at most see it until somebody
/// of the safety role has approved it too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Opening {
    /// Its identifier.
    pub id: OpeningId,
    /// Of which procedure.
    pub procedure: ProcedureId,
    /// Of which revision: what `If-Match` names.
    pub revision: i64,
    /// What can hurt in it.
    pub kinds: Vec<HazardKind>,
    /// Whether it is decided.
    pub state: OpeningState,
    /// The expert who approved the revision.
    pub asked_by: String,
    /// Whose hand that was, where it is known.
    #[serde(skip)]
    #[schema(ignore)]
    pub asked_hand: Option<Hand>,
    /// When.
    pub asked_at: Timestamp,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When; or when it was overtaken.
    pub decided_at: Option<Timestamp>,
    /// Why, when something was said.
    pub reason: Option<String>,
}

/// What the safety role decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "decision", rename_all = "snake_case", deny_unknown_fields)]
pub enum OpeningDecision {
    /// Customers may see it.
    Approve {
        /// What made sure of it.
        #[serde(default)]
        reason: Option<String>,
    },
    /// They may not.
    Refuse {
        /// Why; needed.
        reason: String,
    },
}

impl OpeningDecision {
    /// The state that it leads to, and the reason given.
    #[must_use]
    pub fn outcome(&self) -> (OpeningState, Option<&str>) {
        match self {
            Self::Approve { reason } => {
                (OpeningState::Approved, reason.as_deref().map(str::trim).filter(|r| !r.is_empty()))
            }
            Self::Refuse { reason } => (OpeningState::Refused, Some(reason.trim())),
        }
    }
}

/// Why a decision on an opening is not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningRefusal {
    /// The viewer has no such right, or no name.
    #[error("only a named person of the safety role may decide on an opening")]
    NotSafety,
    /// They approved the text, or had a hand in it.
    #[error("who approved or edited a text cannot be its second approver")]
    OwnText,
    /// It wants no decision any more.
    #[error("this opening is no longer open: {state}")]
    Closed {
        /// What it is now.
        state: OpeningState,
    },
    /// It is of another revision than the one that was read.
    #[error("the opening is of revision {current}, not {seen}: read it again")]
    Stale {
        /// What `If-Match` said.
        seen: i64,
        /// What it is.
        current: i64,
    },
    /// A reason is needed.
    #[error("reason: say why, so that the expert can mend it")]
    NoReason,
}

impl Opening {
    /// Whether `by` may decide so, having read revision `seen`. `hands` are those who approved or edited the
    /// text. Changes nothing.
    ///
    /// # Errors
    /// An [`OpeningRefusal`].
    pub fn decide(
        &self,
        decision: &OpeningDecision,
        by: &Viewer,
        seen: i64,
        hands: &[Signed],
    ) -> Result<(), OpeningRefusal> {
        if by.role != Role::Safety || by.name.trim().is_empty() {
            return Err(OpeningRefusal::NotSafety);
        }
        let asked = Signed { name: self.asked_by.clone(), hand: self.asked_hand };
        if hands.iter().chain([&asked]).any(|hand| hand.may_be(&by.signed())) {
            return Err(OpeningRefusal::OwnText);
        }
        if self.state != OpeningState::Open {
            return Err(OpeningRefusal::Closed { state: self.state });
        }
        if seen != self.revision {
            return Err(OpeningRefusal::Stale { seen, current: self.revision });
        }
        match decision {
            OpeningDecision::Refuse { reason } if reason.trim().is_empty() => Err(OpeningRefusal::NoReason),
            _ => Ok(()),
        }
    }
}

/// What can hurt customers who follow a content: the dangers it declares, and those that are recognised in what they do
/// or check. What is kept from them counts too when it stands before something they do: a lock-out that only technicians
/// are told of makes the steps after it no safer for those who are not.
#[must_use]
pub fn dangers(content: &Content, recognise: Recogniser) -> BTreeSet<HazardKind> {
    let shown = |s: &Statement| s.is_for(Audience::Customer);
    let end = content.steps.iter().rposition(shown).map_or(0, |last| last + 1);
    let checks = content.verification.iter().filter(|s| shown(s));
    let told = content.prerequisites.iter().chain(&content.steps[..end]).chain(checks);
    let recognised = told.flat_map(|s| recognise(&s.text, content.language));
    content.hazards.iter().map(|h| h.kind).chain(recognised).collect()
}

/// For whom a revision is published that an expert has approved for `wanted`, when `kinds` can hurt customers: they wait
/// for a second approval, and contractors do not.
#[must_use]
pub fn published_to(wanted: Audience, kinds: &BTreeSet<HazardKind>) -> Audience {
    if kinds.is_empty() { wanted } else { wanted.min(Audience::Contractor) }
}

/// What stands in the way of publishing a content for `audience`: nothing to do is left for them.
#[must_use]
pub fn nothing_left(content: &Content, audience: Audience) -> Option<FieldError> {
    content.seen_by(audience).steps.is_empty().then(|| {
        FieldError::new(
            "steps",
            "missing",
            format!("no step is meant for the audience {audience}: widen one, or approve for fewer readers"),
            format!("aucune étape ne s'adresse au public {audience} : élargissez-en une, ou approuvez pour moins de lecteurs"),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{AppliesTo, Hazard};

    fn said(text: &str, audience: Option<Audience>) -> Statement {
        Statement { text: text.into(), audience, ..Statement::default() }
    }

    fn content(steps: Vec<Statement>) -> Content {
        Content {
            language: Language::English,
            title: said("Sealer stops under pressure", None),
            symptoms: vec![said("hot", None)],
            cause: None,
            prerequisites: Vec::new(),
            tools: Vec::new(),
            parts: Vec::new(),
            hazards: Vec::new(),
            steps,
            verification: Vec::new(),
            applies_to: AppliesTo::default(),
        }
    }

    fn by_words(text: &str, _language: Language) -> BTreeSet<HazardKind> {
        let known = [("mains", HazardKind::Electricity), ("hot", HazardKind::Heat), ("pressure", HazardKind::Pressure)];
        known.into_iter().filter(|(word, _)| text.contains(word)).map(|(_, kind)| kind).collect()
    }

    fn kinds(content: &Content) -> Vec<HazardKind> {
        dangers(content, by_words).into_iter().collect()
    }

    #[test]
    fn dangers_are_those_declared_and_those_recognised_in_what_customers_do_or_check() {
        assert_eq!(kinds(&content(vec![said("wipe", None)])), [], "a title and a symptom tell what is, not what to do");
        assert_eq!(kinds(&content(vec![said("cut the mains", None)])), [HazardKind::Electricity]);
        let mut all = content(vec![said("wipe", None)]);
        all.prerequisites = vec![said("not hot", None)];
        all.verification = vec![said("read the pressure", None)];
        all.hazards = vec![Hazard { kind: HazardKind::Chemical, statement: said("acid", None) }];
        assert_eq!(kinds(&all), [HazardKind::Pressure, HazardKind::Heat, HazardKind::Chemical]);
    }

    #[test]
    fn what_is_kept_from_customers_counts_as_long_as_they_do_something_after_it() {
        let kept = |text| said(text, Some(Audience::Technician));
        assert_eq!(kinds(&content(vec![said("wipe", None), kept("cut the mains")])), []);
        let before = content(vec![kept("cut the mains"), said("open the hood", None)]);
        assert_eq!(kinds(&before), [HazardKind::Electricity]);
        let mut checked = content(vec![said("wipe", None)]);
        checked.verification = vec![kept("read the pressure")];
        assert_eq!(kinds(&checked), []);
    }

    #[test]
    fn only_customers_wait_for_the_second_approval() {
        let some = BTreeSet::from([HazardKind::Heat]);
        assert_eq!(published_to(Audience::Customer, &some), Audience::Contractor);
        assert_eq!(published_to(Audience::Customer, &BTreeSet::new()), Audience::Customer);
        assert_eq!(published_to(Audience::Technician, &some), Audience::Technician);
        assert!(nothing_left(&content(vec![said("wipe", Some(Audience::Contractor))]), Audience::Customer).is_some());
        assert!(nothing_left(&content(vec![said("wipe", None)]), Audience::Customer).is_none());
    }

    #[test]
    fn the_second_approver_is_of_the_safety_role_and_nobody_who_had_a_hand_in_the_text() {
        let opening = Opening {
            id: OpeningId::new(),
            procedure: ProcedureId::new(),
            revision: 3,
            kinds: vec![HazardKind::Heat],
            state: OpeningState::Open,
            asked_by: "Anne Roux".into(),
            asked_hand: None,
            asked_at: Timestamp(0),
            decided_by: None,
            decided_at: None,
            reason: None,
        };
        let yes = OpeningDecision::Approve { reason: None };
        let by = |name: &str, role| Viewer::new(name, role);
        let decide = |by: Viewer, seen| opening.decide(&yes, &by, seen, &[Signed { name: "Paul".into(), hand: None }]);
        assert_eq!(decide(by("Zoé", Role::Safety), 3), Ok(()));
        for role in [Role::Administrator, Role::Expert] {
            assert_eq!(decide(by("Zoé", role), 3), Err(OpeningRefusal::NotSafety));
        }
        assert_eq!(decide(by(" ", Role::Safety), 3), Err(OpeningRefusal::NotSafety));
        assert_eq!(decide(by(" anne  ROUX", Role::Safety), 3), Err(OpeningRefusal::OwnText), "who approved it");
        assert_eq!(decide(by("Paul", Role::Safety), 3), Err(OpeningRefusal::OwnText), "who edited it");
        assert_eq!(decide(by("Zoé", Role::Safety), 2), Err(OpeningRefusal::Stale { seen: 2, current: 3 }));
        let no = OpeningDecision::Refuse { reason: " ".into() };
        assert_eq!(opening.decide(&no, &by("Zoé", Role::Safety), 3, &[]), Err(OpeningRefusal::NoReason));
        let closed = Opening { state: OpeningState::Overtaken, ..opening };
        let refused = closed.decide(&yes, &by("Zoé", Role::Safety), 3, &[]);
        assert_eq!(refused, Err(OpeningRefusal::Closed { state: OpeningState::Overtaken }));
    }
}
