//! The drafts of a long case's parts as one.

use savoir_models::content::{Hazard, HazardKind, Part, Statement};

use super::super::likeness::{alike, stems};
use super::answer::{Answer, Told};
use super::view::View;

/// What was drawn from a case, or from a part of it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Drawn {
    pub(super) title: Statement,
    pub(super) symptoms: Vec<Statement>,
    pub(super) cause: Option<Statement>,
    pub(super) prerequisites: Vec<Statement>,
    pub(super) tools: Vec<Statement>,
    pub(super) parts: Vec<Part>,
    pub(super) hazards: Vec<Hazard>,
    pub(super) steps: Vec<Statement>,
    pub(super) verification: Vec<Statement>,
    pub(super) told: Told,
    pub(super) questions: Vec<String>,
}

/// Whether a quote of it stands in the case.
pub(super) fn proven(statement: &Statement) -> bool {
    statement.evidence.iter().any(|e| e.place.end > 0)
}

impl Drawn {
    /// One answer, its quotes found.
    pub(super) fn of(view: &View<'_>, answer: &Answer) -> Self {
        let all = |said: &[super::answer::Said]| said.iter().map(|s| view.statement(s)).collect::<Vec<_>>();
        let mut prerequisites = all(&answer.prerequisites);
        let mut hazards = Vec::new();
        for hazard in &answer.hazards {
            let statement = view.statement(&hazard.said);
            match hazard.kind.trim().to_lowercase().replace([' ', '-'], "_").parse::<HazardKind>() {
                Ok(kind) => hazards.push(Hazard { kind, statement }),
                // A danger of a kind that we do not know is a danger all the same: it is said before the steps.
                Err(_) => prerequisites.push(statement),
            }
        }
        let part = |part: &super::answer::SaidPart| Part {
            statement: view.statement(&part.said),
            reference: part.reference(),
            quantity: part.quantity(),
        };
        Self {
            title: view.statement(&answer.title),
            symptoms: all(&answer.symptoms),
            cause: answer.cause.as_ref().map(|c| view.statement(c)),
            prerequisites,
            tools: all(&answer.tools),
            parts: answer.parts.iter().map(part).collect(),
            hazards,
            steps: all(&answer.steps),
            verification: all(&answer.verification),
            told: answer.told,
            questions: answer.questions.clone(),
        }
    }

    /// This part and the one after it. What both say is said once, with the evidence of both.
    pub(super) fn and(mut self, next: Self) -> Self {
        if !proven(&self.title) && proven(&next.title) {
            self.title = next.title;
        }
        self.cause = match (self.cause, next.cause) {
            (Some(first), Some(second)) if proven(&first) || !proven(&second) => {
                let mut causes = vec![first];
                join(&mut causes, vec![second]);
                causes.into_iter().next()
            }
            (first, second) => second.or(first),
        };
        join(&mut self.symptoms, next.symptoms);
        join(&mut self.prerequisites, next.prerequisites);
        join(&mut self.tools, next.tools);
        join(&mut self.steps, next.steps);
        join(&mut self.verification, next.verification);
        for part in next.parts {
            let same = |known: &&mut Part| {
                let references = known.reference.as_ref().zip(part.reference.as_ref());
                references.map_or_else(|| said_twice(&known.statement, &part.statement), |(a, b)| a == b)
            };
            match self.parts.iter_mut().find(same) {
                Some(known) => {
                    add_evidence(&mut known.statement, part.statement);
                    known.reference = known.reference.take().or(part.reference);
                    known.quantity = known.quantity.or(part.quantity);
                }
                None => self.parts.push(part),
            }
        }
        for hazard in next.hazards {
            match self.hazards.iter_mut().find(|h| h.kind == hazard.kind && said_twice(&h.statement, &hazard.statement))
            {
                Some(known) => add_evidence(&mut known.statement, hazard.statement),
                None => self.hazards.push(hazard),
            }
        }
        let (a, b) = (self.told, next.told);
        self.told = Told {
            cause: a.cause || b.cause,
            found: a.found || b.found,
            fix: a.fix || b.fix,
            check: a.check || b.check,
        };
        self.questions.extend(next.questions);
        self
    }
}

/// Puts those of a later part after those of an earlier one.
fn join(known: &mut Vec<Statement>, next: Vec<Statement>) {
    let before = known.len();
    for statement in next {
        match known[..before].iter_mut().find(|k| said_twice(k, &statement)) {
            Some(twin) => add_evidence(twin, statement),
            None => known.push(statement),
        }
    }
}

/// Whether two statements of different parts are one: the same words, most of them, and the same numbers.
fn said_twice(a: &Statement, b: &Statement) -> bool {
    let (few, many) = (stems(&a.text).len(), stems(&b.text).len());
    let numbers = |text: &str| {
        let mut all: Vec<String> =
            text.split(|c: char| !c.is_ascii_digit()).filter(|n| !n.is_empty()).map(str::to_owned).collect();
        all.sort();
        all
    };
    // A short statement is in many longer ones: both must be of a length.
    let of_a_length = few.min(many) * 3 >= few.max(many) * 2;
    a.text == b.text || (of_a_length && alike(&a.text, &b.text) && numbers(&a.text) == numbers(&b.text))
}

fn add_evidence(known: &mut Statement, twin: Statement) {
    for evidence in twin.evidence {
        if !known.evidence.contains(&evidence) {
            known.evidence.push(evidence);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use savoir_models::evidence::{Evidence, Place, Source};

    fn said(text: &str, start: usize) -> Statement {
        let place = Place { start, end: start + 1, ..Place::default() };
        Statement::new(text, Evidence { source: Source::Report, quote: text.into(), place })
    }

    #[test]
    fn what_two_parts_say_is_said_once_with_the_evidence_of_both() {
        let first = Drawn {
            steps: vec![said("Consignez la machine", 0), said("Serrez la vis à 5 N·m", 10)],
            told: Told { cause: true, ..Told::default() },
            ..Drawn::default()
        };
        let second = Drawn {
            title: said("Pompe : fuite", 99),
            cause: Some(said("Joint usé", 50)),
            steps: vec![
                said("Consignez la machine", 20),
                said("Serrez la vis à 8 N·m", 30),
                said("Remplacez le joint", 40),
            ],
            told: Told { fix: true, ..Told::default() },
            ..Drawn::default()
        };
        let both = first.and(second);
        let steps: Vec<(&str, usize)> = both.steps.iter().map(|s| (s.text.as_str(), s.evidence.len())).collect();
        assert_eq!(
            steps,
            [
                ("Consignez la machine", 2),
                ("Serrez la vis à 5 N·m", 1),
                ("Serrez la vis à 8 N·m", 1),
                ("Remplacez le joint", 1)
            ]
        );
        assert_eq!((both.title.text.as_str(), both.cause.unwrap().text.as_str()), ("Pompe : fuite", "Joint usé"));
        assert!(both.told.cause && both.told.fix && !both.told.check);
    }
}
