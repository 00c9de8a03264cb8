//! How an expert changes a content by hand, one thing at a time. Pure: what comes out is checked and verified by whoever
//! keeps it.

use crate::content::{AppliesTo, Content, Hazard, HazardKind, Part, Statement};
use crate::evidence::Evidence;
use crate::viewer::Audience;

/// One change. Statements are named by their paths, as [`Content::statements`] gives them.
#[derive(Debug, Clone, PartialEq)]
pub enum Amendment {
    /// It says something else. In a list each line becomes a statement of its own, resting on the same evidence; no line
    /// at all takes it away.
    Say {
        /// Which.
        path: String,
        /// The words.
        text: String,
    },
    /// One more at the end of a list, a line each.
    Add {
        /// The list: `steps`, `symptoms`…, or `cause`.
        section: String,
        /// The words.
        text: String,
    },
    /// It changes places with its neighbour.
    Shift {
        /// Which.
        path: String,
        /// Towards the beginning.
        up: bool,
    },
    /// For whom it alone is.
    Narrow {
        /// Which.
        path: String,
        /// None: for all who read the procedure.
        audience: Option<Audience>,
    },
    /// It rests on one more quote.
    Rest {
        /// Which.
        path: String,
        /// The quote.
        evidence: Evidence,
    },
    /// The kind of a danger.
    Kind {
        /// Which.
        path: String,
        /// What can hurt.
        kind: HazardKind,
    },
    /// How a part is ordered.
    Needs {
        /// Which.
        path: String,
        /// The manufacturer's reference.
        reference: Option<String>,
        /// How many.
        quantity: Option<f64>,
    },
    /// For which machines it is.
    Machines(AppliesTo),
}

/// What stands in a list of a content.
trait Line: Clone {
    fn statement(&mut self) -> &mut Statement;
    fn new(statement: Statement) -> Self;
}

impl Line for Statement {
    fn statement(&mut self) -> &mut Statement {
        self
    }
    fn new(statement: Statement) -> Self {
        statement
    }
}

impl Line for Part {
    fn statement(&mut self) -> &mut Statement {
        &mut self.statement
    }
    fn new(statement: Statement) -> Self {
        Self { statement, reference: None, quantity: None }
    }
}

impl Line for Hazard {
    fn statement(&mut self) -> &mut Statement {
        &mut self.statement
    }
    fn new(statement: Statement) -> Self {
        Self { kind: HazardKind::Isolation, statement }
    }
}

/// Something done to a list: where, and what.
enum Act<'a> {
    Say(usize, &'a str),
    Add(&'a str),
    Shift(usize, bool),
}

impl Act<'_> {
    fn on<T: Line>(&self, list: &mut Vec<T>) -> bool {
        match *self {
            Self::Say(at, text) => {
                let Some(old) = list.get(at).cloned() else { return false };
                let said = lines(text).map(|line| {
                    let mut new = old.clone();
                    line.clone_into(&mut new.statement().text);
                    new
                });
                list.splice(at..=at, said.collect::<Vec<_>>());
            }
            Self::Add(text) => {
                list.extend(lines(text).map(|line| T::new(Statement { text: line.into(), ..Statement::default() })));
            }
            Self::Shift(at, up) => {
                let other = if up { at.checked_sub(1) } else { Some(at + 1) };
                let Some(other) = other.filter(|other| *other < list.len() && at < list.len()) else { return false };
                list.swap(at, other);
            }
        }
        true
    }
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// `steps[2]` is the list `steps` and the place 2; `title` is no place in a list.
fn place(path: &str) -> Option<(&str, usize)> {
    let (section, rest) = path.split_once('[')?;
    Some((section, rest.strip_suffix(']')?.parse().ok()?))
}

impl Content {
    /// Makes the change; false when there is nothing at the place it names.
    pub fn amend(&mut self, amendment: &Amendment) -> bool {
        match amendment {
            Amendment::Say { path, text } => match (path.as_str(), place(path)) {
                (_, Some((section, at))) => self.on(section, &Act::Say(at, text)),
                ("title", None) => {
                    self.title.text = lines(text).collect::<Vec<_>>().join(" ");
                    true
                }
                ("cause", None) => {
                    let said = lines(text).collect::<Vec<_>>().join(" ");
                    let before = self.cause.take();
                    let known = before.is_some();
                    self.cause = before.filter(|_| !said.is_empty()).map(|cause| Statement { text: said, ..cause });
                    known
                }
                _ => false,
            },
            Amendment::Add { section, text } if section == "cause" => {
                let said = lines(text).collect::<Vec<_>>().join(" ");
                let is_free = self.cause.is_none() && !said.is_empty();
                if is_free {
                    self.cause = Some(Statement { text: said, ..Statement::default() });
                }
                is_free
            }
            Amendment::Add { section, text } => self.on(section, &Act::Add(text)),
            Amendment::Shift { path, up } => {
                place(path).is_some_and(|(section, at)| self.on(section, &Act::Shift(at, *up)))
            }
            Amendment::Narrow { path, audience } => self.with(path, |statement| statement.audience = *audience),
            Amendment::Rest { path, evidence } => self.with(path, |statement| {
                if !statement.evidence.contains(evidence) {
                    statement.evidence.push(evidence.clone());
                }
            }),
            Amendment::Kind { path, kind } => {
                let at = place(path).filter(|(section, _)| *section == "hazards").map(|(_, at)| at);
                let found = at.and_then(|at| self.hazards.get_mut(at));
                found.map(|hazard| hazard.kind = *kind).is_some()
            }
            Amendment::Needs { path, reference, quantity } => {
                let at = place(path).filter(|(section, _)| *section == "parts").map(|(_, at)| at);
                let found = at.and_then(|at| self.parts.get_mut(at));
                found.map(|part| (part.reference, part.quantity) = (reference.clone(), *quantity)).is_some()
            }
            Amendment::Machines(applies_to) => {
                self.applies_to = applies_to.clone();
                true
            }
        }
    }

    fn with(&mut self, path: &str, change: impl FnOnce(&mut Statement)) -> bool {
        let at = self.statements().iter().position(|(p, _)| p == path);
        at.map(|at| change(self.statements_mut().swap_remove(at))).is_some()
    }

    fn on(&mut self, section: &str, act: &Act<'_>) -> bool {
        match section {
            "symptoms" => act.on(&mut self.symptoms),
            "prerequisites" => act.on(&mut self.prerequisites),
            "tools" => act.on(&mut self.tools),
            "parts" => act.on(&mut self.parts),
            "hazards" => act.on(&mut self.hazards),
            "steps" => act.on(&mut self.steps),
            "verification" => act.on(&mut self.verification),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::{Place, Source};
    use crate::text::Language;

    fn content(steps: &[&str]) -> Content {
        let quote = Evidence { source: Source::Report, quote: "q".into(), place: Place::default() };
        Content {
            language: Language::French,
            title: Statement { text: "Four : froid".into(), ..Statement::default() },
            symptoms: Vec::new(),
            cause: None,
            prerequisites: Vec::new(),
            tools: Vec::new(),
            parts: Vec::new(),
            hazards: Vec::new(),
            steps: steps.iter().map(|text| Statement::new(*text, quote.clone())).collect(),
            verification: Vec::new(),
            applies_to: AppliesTo::default(),
        }
    }

    fn steps(content: &Content) -> Vec<&str> {
        content.steps.iter().map(|s| s.text.as_str()).collect()
    }

    fn say(path: &str, text: &str) -> Amendment {
        Amendment::Say { path: path.into(), text: text.into() }
    }

    #[test]
    fn each_line_of_a_step_becomes_a_step_on_the_same_evidence_and_no_line_takes_it_away() {
        let mut four = content(&["a", "b", "c"]);
        assert!(four.amend(&say("steps[1]", "b one\n\n  b two \n")));
        assert_eq!(steps(&four), ["a", "b one", "b two", "c"]);
        assert!(four.steps.iter().all(|s| s.evidence.len() == 1));
        assert!(four.amend(&say("steps[0]", " \n")));
        assert_eq!(steps(&four), ["b one", "b two", "c"]);
        assert!(!four.amend(&say("steps[7]", "x")) && !four.amend(&say("nothing", "x")));
    }

    #[test]
    fn steps_change_places_with_their_neighbours_and_stop_at_the_ends() {
        let mut four = content(&["a", "b", "c"]);
        let shift = |path: &str, up| Amendment::Shift { path: path.into(), up };
        assert!(four.amend(&shift("steps[2]", true)));
        assert_eq!(steps(&four), ["a", "c", "b"]);
        assert!(!four.amend(&shift("steps[0]", true)) && !four.amend(&shift("steps[2]", false)));
        assert!(four.amend(&shift("steps[0]", false)));
        assert_eq!(steps(&four), ["c", "a", "b"]);
    }

    #[test]
    fn a_cause_is_said_once_and_can_be_taken_away() {
        let mut four = content(&["a"]);
        let add = |text: &str| Amendment::Add { section: "cause".into(), text: text.into() };
        assert!(!four.amend(&say("cause", "x")), "there is none to change");
        assert!(four.amend(&add("resistance burnt")) && !four.amend(&add("another")));
        assert!(four.amend(&say("cause", "fuse blown")));
        assert_eq!(four.cause.as_ref().unwrap().text, "fuse blown");
        assert!(four.amend(&say("cause", "")) && four.cause.is_none());
    }

    #[test]
    fn a_part_keeps_how_it_is_ordered_when_its_words_change() {
        let mut four = content(&["a"]);
        assert!(four.amend(&Amendment::Add { section: "parts".into(), text: "fuse".into() }));
        let needs = Amendment::Needs { path: "parts[0]".into(), reference: Some("F-10".into()), quantity: Some(2.0) };
        assert!(four.amend(&needs) && four.amend(&say("parts[0]", "fuse 10 A")));
        let part = &four.parts[0];
        assert_eq!((part.statement.text.as_str(), part.reference.as_deref()), ("fuse 10 A", Some("F-10")));
        assert!(!four.amend(&Amendment::Kind { path: "parts[0]".into(), kind: HazardKind::Heat }));
    }

    #[test]
    fn evidence_is_added_once() {
        let mut four = content(&["a"]);
        let evidence = Evidence { source: Source::Report, quote: "q".into(), place: Place::default() };
        let rest = Amendment::Rest { path: "steps[0]".into(), evidence };
        assert!(four.amend(&rest) && four.amend(&rest));
        assert_eq!(four.steps[0].evidence.len(), 1);
    }
}
