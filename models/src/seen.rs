//! One source, several projections: what each class of readers sees of a content, and of what carries one.
//!
//! Pure, and applied where a procedure is read ([`crate::store::Db::procedure`]) and where its passages are made
//! ([`crate::passage::of_procedure`]): no caller is given what its viewer may not see.

use crate::content::{Content, Statement};
use crate::intervention::FieldError;
use crate::procedure::{Procedure, Revision};
use crate::viewer::Audience;

impl Statement {
    /// Whether readers of `class` see it, as far as it alone says.
    #[must_use]
    pub fn is_for(&self, class: Audience) -> bool {
        self.audience.is_none_or(|audience| class.sees(audience))
    }
}

impl Content {
    /// What readers of `class` see: statements that are not meant for them are gone, with the part or the tool that they
    /// name. Title and hazards are never hidden: whoever sees a step sees what can hurt.
    #[must_use]
    pub fn seen_by(&self, class: Audience) -> Self {
        let mut out = self.clone();
        for list in [&mut out.symptoms, &mut out.prerequisites, &mut out.tools, &mut out.steps, &mut out.verification] {
            list.retain(|s| s.is_for(class));
        }
        out.cause = out.cause.filter(|s| s.is_for(class));
        out.parts.retain(|p| p.statement.is_for(class));
        out
    }

    /// Whether readers of `class` see all of it.
    #[must_use]
    pub fn is_whole_for(&self, class: Audience) -> bool {
        self.statements().into_iter().all(|(_, s)| s.is_for(class))
    }

    /// What must not be narrowed, and is.
    pub(crate) fn hidden_from_those_who_need_it(&self) -> Vec<FieldError> {
        let narrowed = |s: &Statement| s.audience.is_some_and(|a| a != Audience::Customer);
        let title = narrowed(&self.title).then(|| {
            let (en, fr) =
                ("the title is for all who see the procedure", "le titre vaut pour tous ceux qui voient la procédure");
            FieldError::new("title.audience", "not_possible", en, fr)
        });
        let hazards = self.hazards.iter().enumerate().filter(|(_, h)| narrowed(&h.statement)).map(|(at, _)| {
            let (en, fr) = (
                "a danger is said to all who see the procedure: whoever sees a step must see what can hurt",
                "un danger est dit à tous ceux qui voient la procédure : qui voit une étape doit voir ce qui peut blesser",
            );
            FieldError::new(format!("hazards[{at}].statement.audience"), "not_possible", en, fr)
        });
        title.into_iter().chain(hazards).collect()
    }

    /// Gives statements that do not say for whom they are the audience that the same words had in `before`: what was kept
    /// from some readers stays so until somebody says otherwise.
    pub fn keep_audiences(&mut self, before: &Self) {
        let known = before.statements();
        for statement in self.statements_mut() {
            let same = known.iter().find(|(_, s)| s.text.trim() == statement.text.trim());
            statement.audience = statement.audience.or_else(|| same.and_then(|(_, s)| s.audience));
        }
    }

    /// Takes out what was said in the cases of others and in the house: quotes and findings.
    fn bare(&mut self) {
        for statement in self.statements_mut() {
            statement.evidence.clear();
            statement.findings.clear();
        }
    }
}

impl Revision {
    /// What readers of `class` see. Its diff goes when it would show them a statement that is, or was, kept from them.
    #[must_use]
    pub fn seen_by(self, class: Audience) -> Self {
        let tells_more = !self.content.is_whole_for(class) || self.diff.lines().any(|line| is_kept_from(line, class));
        let mut out = Self { content: self.content.seen_by(class), ..self };
        if tells_more {
            out.diff.clear();
        }
        if class.is_outside() {
            out.content.bare();
            out.diff.clear();
            out.review = None;
        }
        out
    }
}

/// Whether a line of a diff, as [`Content::lines`] writes them, is a statement that `class` must not see.
fn is_kept_from(line: &str, class: Audience) -> bool {
    let Some((section, _)) = line.split_once(": ") else { return false };
    Audience::ALL.iter().any(|a| !class.sees(*a) && section.ends_with(&format!(" ({a})")))
}

impl Procedure {
    /// What readers of `class` see of it. How its cases ended stays in the house.
    #[must_use]
    pub fn seen_by(self, class: Audience) -> Self {
        let mut out = Self { revision: self.revision.seen_by(class), ..self };
        if class.is_outside() {
            out.outcomes.clear();
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::content::{AppliesTo, Hazard, HazardKind, Part};
    use crate::procedure::diff;
    use crate::text::Language;

    fn said(text: &str, audience: Option<Audience>) -> Statement {
        Statement { text: text.into(), audience, ..Statement::default() }
    }

    fn content(steps: &[(&str, Option<Audience>)]) -> Content {
        Content {
            language: Language::English,
            title: said("Sealer stops", None),
            symptoms: Vec::new(),
            cause: None,
            prerequisites: Vec::new(),
            tools: Vec::new(),
            parts: Vec::new(),
            hazards: Vec::new(),
            steps: steps.iter().map(|(text, audience)| said(text, *audience)).collect(),
            verification: Vec::new(),
            applies_to: AppliesTo::default(),
        }
    }

    fn steps(content: &Content, class: Audience) -> Vec<String> {
        content.seen_by(class).steps.into_iter().map(|s| s.text).collect()
    }

    #[test]
    fn each_class_sees_what_is_meant_for_it_and_for_those_further_outside() {
        use Audience::{Contractor, Customer, Internal, Technician};
        let said = content(&[
            ("all", None),
            ("wide", Some(Customer)),
            ("trade", Some(Contractor)),
            ("own", Some(Technician)),
            ("office", Some(Internal)),
        ]);
        assert_eq!(steps(&said, Internal), ["all", "wide", "trade", "own", "office"]);
        assert_eq!(steps(&said, Technician), ["all", "wide", "trade", "own"]);
        assert_eq!(steps(&said, Contractor), ["all", "wide", "trade"]);
        assert_eq!(steps(&said, Customer), ["all", "wide"]);
        assert!(said.is_whole_for(Internal) && !said.is_whole_for(Technician));
    }

    #[test]
    fn a_part_goes_with_its_statement_and_a_cause_too_but_never_a_danger_or_the_title() {
        let mut all = content(&[("all", None)]);
        let office = |text| said(text, Some(Audience::Internal));
        all.title = office("title");
        all.cause = Some(office("cause"));
        all.symptoms = vec![office("symptom")];
        all.parts = vec![Part { statement: office("part"), reference: Some("R-1".into()), quantity: None }];
        all.hazards = vec![Hazard { kind: HazardKind::Heat, statement: office("hot") }];
        let seen = all.seen_by(Audience::Customer);
        assert!(seen.cause.is_none() && seen.symptoms.is_empty() && seen.parts.is_empty());
        assert_eq!((seen.title.text.as_str(), seen.hazards.len()), ("title", 1));
        let fields: Vec<String> = all.check().into_iter().map(|e| e.field).collect();
        assert_eq!(fields, ["title.audience", "hazards[0].statement.audience"]);
    }

    #[test]
    fn a_diff_is_shown_to_those_only_who_may_see_every_line_of_it() {
        let (open, narrowed) = (
            content(&[("open the hood", None), ("read P12", None)]),
            content(&[("open the hood", None), ("read P12", Some(Audience::Internal))]),
        );
        let revision = |before: &Content, after: &Content| Revision {
            number: 2,
            content: after.clone(),
            author: "Anne".into(),
            review: None,
            diff: diff(Some(before), after),
            created_at: Timestamp(0),
        };
        let now = revision(&open, &narrowed);
        assert!(now.diff.contains("-steps: read P12\n+steps (internal): read P12"), "{}", now.diff);
        assert!(!now.clone().seen_by(Audience::Internal).diff.is_empty());
        assert!(now.seen_by(Audience::Technician).diff.is_empty());
        let gone = revision(&narrowed, &content(&[("open the hood", None)]));
        assert!(gone.content.is_whole_for(Audience::Technician));
        assert!(gone.seen_by(Audience::Technician).diff.is_empty(), "what it took out was kept from them");
        let said = revision(&content(&[("open the hood", None)]), &open);
        assert!(!said.seen_by(Audience::Technician).diff.is_empty());
    }

    #[test]
    fn what_was_kept_from_some_stays_so_until_somebody_says_otherwise() {
        let before = content(&[("read P12", Some(Audience::Internal)), ("close", Some(Audience::Technician))]);
        let mut after = content(&[("read P12", None), ("close", Some(Audience::Customer)), ("new", None)]);
        after.keep_audiences(&before);
        let kept: Vec<_> = after.steps.iter().map(|s| s.audience).collect();
        assert_eq!(kept, [Some(Audience::Internal), Some(Audience::Customer), None]);
    }
}
