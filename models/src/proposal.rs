//! What a draft would change in what is known, statement by statement, for an expert to choose from.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::content::{Content, Hazard, HazardKind, Part, Statement};
use crate::evidence::Source;
use crate::id::DraftId;
use crate::procedure::diff;

/// One change. Places are those of the known text's steps, from 0, before any change: accepting one change leaves the
/// places of the others as they are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Edit {
    /// A step that is not told.
    Insert {
        /// The step it comes right after; none: it comes first.
        after: Option<usize>,
        /// The step.
        statement: Statement,
    },
    /// A step that is to be told otherwise.
    Replace {
        /// Which.
        step: usize,
        /// By what.
        by: Statement,
    },
    /// A step that belongs elsewhere.
    Move {
        /// Which.
        step: usize,
        /// The step it comes right after; none: it comes first.
        after: Option<usize>,
    },
    /// A danger, or what must be so before one starts.
    Warn {
        /// What can hurt; none: it is a prerequisite.
        hazard: Option<HazardKind>,
        /// What is said of it.
        statement: Statement,
    },
    /// A part that is not listed.
    Part {
        /// Which.
        part: Part,
    },
    /// A tool that is not listed.
    Tool {
        /// Which.
        statement: Statement,
    },
    /// A sign of the fault that is not told.
    Symptom {
        /// Which.
        statement: Statement,
    },
    /// A cause, in place of the one that is told or where none is.
    Cause {
        /// Which.
        statement: Statement,
    },
    /// How one knows that it worked.
    Check {
        /// How.
        statement: Statement,
    },
    /// More machines or displays that it holds for.
    Applies {
        /// Models.
        models: Vec<String>,
        /// Canonical error codes.
        error_codes: Vec<String>,
    },
}

/// A change, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// What would change.
    #[serde(flatten)]
    pub edit: Edit,
    /// Why, for a person, in English.
    pub reason: String,
    /// The same in French.
    pub reason_fr: String,
}

/// The changes that a draft proposes for the known text it was compared with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Proposal {
    /// What the known text was when they were compared: a procedure's revision, or a draft's version.
    pub known_version: i64,
    /// The version of the draft that proposes.
    pub draft_version: i64,
    /// The changes; a decision names them by their places in this list.
    pub changes: Vec<Change>,
}

impl Edit {
    /// The statement that would be put in, if the change puts one in.
    #[must_use]
    pub fn statement(&self) -> Option<&Statement> {
        match self {
            Self::Insert { statement, .. }
            | Self::Warn { statement, .. }
            | Self::Tool { statement }
            | Self::Symptom { statement }
            | Self::Cause { statement }
            | Self::Check { statement } => Some(statement),
            Self::Replace { by, .. } => Some(by),
            Self::Part { part } => Some(&part.statement),
            Self::Move { .. } | Self::Applies { .. } => None,
        }
    }
}

impl Proposal {
    /// What `known` says with the changes at `accept`. Statements keep their evidence, those of `known` and those of the
    /// draft. Places out of range and repetitions change nothing.
    #[must_use]
    pub fn apply(&self, known: &Content, accept: &[usize]) -> Content {
        let accepted: BTreeSet<usize> = accept.iter().copied().collect();
        let edits: Vec<&Edit> = accepted.into_iter().filter_map(|at| self.changes.get(at)).map(|c| &c.edit).collect();
        let mut out = known.clone();
        out.steps = steps(&known.steps, &edits);
        for edit in edits {
            match edit.clone() {
                Edit::Insert { .. } | Edit::Replace { .. } | Edit::Move { .. } => {}
                Edit::Warn { hazard: Some(kind), statement } => out.hazards.push(Hazard { kind, statement }),
                Edit::Warn { hazard: None, statement } => out.prerequisites.push(statement),
                Edit::Part { part } => out.parts.push(part),
                Edit::Tool { statement } => out.tools.push(statement),
                Edit::Symptom { statement } => out.symptoms.push(statement),
                Edit::Cause { statement } => out.cause = Some(in_place_of(out.cause.as_ref(), statement)),
                Edit::Check { statement } => out.verification.push(statement),
                Edit::Applies { models, error_codes } => {
                    add(&mut out.applies_to.models, models);
                    add(&mut out.applies_to.error_codes, error_codes);
                }
            }
        }
        out
    }

    /// What the changes at `accept` change in `known`, as unified diff lines.
    #[must_use]
    pub fn diff(&self, known: &Content, accept: &[usize]) -> String {
        diff(Some(known), &self.apply(known, accept))
    }
}

fn steps(known: &[Statement], edits: &[&Edit]) -> Vec<Statement> {
    let mut told: Vec<Statement> = known.to_vec();
    let mut order: Vec<usize> = (0..known.len()).collect();
    for edit in edits {
        match edit {
            Edit::Replace { step, by } => {
                if let Some(old) = told.get_mut(*step) {
                    *old = in_place_of(Some(old), by.clone());
                }
            }
            Edit::Move { step, after } if *after != Some(*step) && *step < known.len() => {
                order.retain(|at| at != step);
                let place = after.and_then(|after| order.iter().position(|at| *at == after)).map_or(0, |at| at + 1);
                order.insert(place, *step);
            }
            _ => {}
        }
    }
    let last = known.len().checked_sub(1);
    let put_in = |place: Option<usize>| {
        edits.iter().filter_map(move |edit| match edit {
            Edit::Insert { after, statement } => ((*after).min(last) == place).then_some(statement),
            _ => None,
        })
    };
    let mut out: Vec<Statement> = put_in(None).cloned().collect();
    for at in order {
        out.push(told[at].clone());
        out.extend(put_in(Some(at)).cloned());
    }
    out
}

/// A statement that takes the place of another is for no more readers than that was.
fn in_place_of(old: Option<&Statement>, mut by: Statement) -> Statement {
    by.audience = old.and_then(|o| o.audience).into_iter().chain(by.audience).min();
    by
}

fn add(list: &mut Vec<String>, more: Vec<String>) {
    for one in more {
        if !list.contains(&one) {
            list.push(one);
        }
    }
}

/// The content of a revision for use in another one: its evidence names `draft`, in whose case it stands, so that it is
/// not looked for in the case of the draft that comes next.
#[must_use]
pub fn taken_over(content: &Content, draft: DraftId) -> Content {
    let mut out = content.clone();
    for evidence in out.statements_mut().into_iter().flat_map(|s| &mut s.evidence) {
        if !matches!(evidence.source, Source::Elsewhere { .. }) {
            let source = std::mem::replace(&mut evidence.source, Source::Report);
            evidence.source = Source::Elsewhere { draft, source: Box::new(source) };
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::AppliesTo;
    use crate::evidence::{Evidence, Place};
    use crate::text::Language;

    fn said(text: &str) -> Statement {
        Statement::new(text, Evidence { source: Source::Report, quote: text.into(), place: Place::default() })
    }

    fn known() -> Content {
        Content {
            language: Language::French,
            title: said("Four : porte, D12"),
            symptoms: Vec::new(),
            cause: Some(said("Microrupteur usé")),
            prerequisites: Vec::new(),
            tools: Vec::new(),
            parts: Vec::new(),
            hazards: Vec::new(),
            steps: ["Consigner", "Ouvrir", "Remplacer", "Essayer"].map(said).to_vec(),
            verification: Vec::new(),
            applies_to: AppliesTo { models: vec!["F1".into()], ..AppliesTo::default() },
        }
    }

    fn proposal(edits: impl IntoIterator<Item = Edit>) -> Proposal {
        let because = |edit| Change { edit, reason: "because".into(), reason_fr: "parce que".into() };
        Proposal { known_version: 1, draft_version: 1, changes: edits.into_iter().map(because).collect() }
    }

    fn insert(after: Option<usize>, text: &str) -> Edit {
        Edit::Insert { after, statement: said(text) }
    }

    fn texts(content: &Content) -> Vec<&str> {
        content.steps.iter().map(|s| s.text.as_str()).collect()
    }

    #[test]
    fn each_change_finds_its_place_whatever_others_are_accepted() {
        let all = proposal([
            insert(None, "Prévenir"),
            Edit::Replace { step: 2, by: said("Remplacer et serrer à 2 N·m") },
            insert(Some(2), "Régler"),
            insert(Some(2), "Repérer"),
            Edit::Move { step: 3, after: Some(1) },
            insert(Some(3), "Noter"),
        ]);
        assert_eq!(texts(&all.apply(&known(), &[2])), ["Consigner", "Ouvrir", "Remplacer", "Régler", "Essayer"]);
        assert_eq!(
            texts(&all.apply(&known(), &[3, 2, 2, 99])),
            ["Consigner", "Ouvrir", "Remplacer", "Régler", "Repérer", "Essayer"]
        );
        // What stands after a step goes with it.
        assert_eq!(
            texts(&all.apply(&known(), &[0, 1, 2, 4, 5])),
            ["Prévenir", "Consigner", "Ouvrir", "Essayer", "Noter", "Remplacer et serrer à 2 N·m", "Régler"]
        );
        assert_eq!(all.apply(&known(), &[]), known());
    }

    #[test]
    fn places_that_do_not_exist_are_the_end_and_a_step_cannot_follow_itself() {
        let odd = proposal([
            insert(Some(40), "Noter"),
            Edit::Move { step: 9, after: None },
            Edit::Move { step: 1, after: Some(1) },
            Edit::Replace { step: 7, by: said("x") },
        ]);
        assert_eq!(
            texts(&odd.apply(&known(), &[0, 1, 2, 3])),
            ["Consigner", "Ouvrir", "Remplacer", "Essayer", "Noter"]
        );
        let nothing = Content { steps: Vec::new(), ..known() };
        assert_eq!(texts(&odd.apply(&nothing, &[0])), ["Noter"]);
    }

    #[test]
    fn what_is_no_step_goes_to_its_own_list_with_its_evidence() {
        let part = Part { statement: said("ressort"), reference: Some("R-1".into()), quantity: Some(1.0) };
        let all = proposal([
            Edit::Warn { hazard: Some(HazardKind::Heat), statement: said("Porte brûlante") },
            Edit::Warn { hazard: None, statement: said("Four froid") },
            Edit::Part { part },
            Edit::Tool { statement: said("ohmmètre") },
            Edit::Symptom { statement: said("Affiche D12") },
            Edit::Cause { statement: said("Ressort cassé") },
            Edit::Check { statement: said("Dix fermetures") },
            Edit::Applies { models: vec!["F1".into(), "F2".into()], error_codes: vec!["D12".into()] },
        ]);
        let out = all.apply(&known(), &[0, 1, 2, 3, 4, 5, 6, 7]);
        assert_eq!(out.hazards[0].kind, HazardKind::Heat);
        assert_eq!(out.parts[0].statement.evidence[0].quote, "ressort");
        assert_eq!(out.cause.as_ref().map(|c| c.text.as_str()), Some("Ressort cassé"));
        assert_eq!(out.applies_to.models, ["F1", "F2"]);
        assert_eq!(out.applies_to.error_codes, ["D12"]);
        let told = all.diff(&known(), &[1, 5]);
        assert!(told.contains("-cause: Microrupteur usé\n+cause: Ressort cassé\n+prerequisites: Four froid"), "{told}");
    }

    #[test]
    fn what_is_taken_over_says_in_whose_case_its_evidence_stands() {
        let (one, two) = (DraftId::new(), DraftId::new());
        let once = taken_over(&known(), one);
        let elsewhere = Source::Elsewhere { draft: one, source: Box::new(Source::Report) };
        assert_eq!(once.steps[0].evidence[0].source, elsewhere);
        assert_eq!(taken_over(&once, two), once, "what was taken over before keeps its own case");
        let json = serde_json::to_value(&once.steps[0].evidence[0].source).expect("a source is JSON");
        assert_eq!(json["source"]["kind"], "report");
        assert_eq!(serde_json::from_value::<Source>(json).expect("and reads back"), elsewhere);
    }

    #[test]
    fn a_change_reads_back_as_it_was_written() {
        for change in proposal([insert(None, "a"), Edit::Move { step: 1, after: Some(3) }]).changes {
            let json = serde_json::to_value(&change).expect("a change is JSON");
            assert_eq!(serde_json::from_value::<Change>(json).expect("and reads back"), change);
        }
    }
}
