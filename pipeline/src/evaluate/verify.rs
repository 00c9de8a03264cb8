//! How good the verifier is, on true statements with their evidence: how many of them it holds something against, and how
//! many it still lets pass once something in them has been changed for the worse.
//!
//! Every third line is held out: rules and lexicons are never tuned on it.

mod mutate;

use std::collections::BTreeMap;

use savoir_models::content::{AppliesTo, Content, FindingCode, Hazard, HazardKind, Part, Statement};
use savoir_models::evidence::{Case, Evidence, Place, Source};
use savoir_models::redaction::Redaction;
use savoir_models::text::Language;
use serde::{Deserialize, Serialize};

pub use mutate::Mutation;

/// A true statement, and the report it is drawn from.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Its name.
    pub id: String,
    /// Language of both.
    pub language: Language,
    /// Where in a procedure it stands: `steps`, `cause`…
    pub section: String,
    /// The report.
    pub source: String,
    /// What is said.
    pub statement: String,
    /// What of the report carries it, to the letter.
    pub quotes: Vec<String>,
    /// What it gives: `number`, `unit`, `code`, `reference`, `name`, `negation`, or `plain`.
    pub kinds: Vec<String>,
}

/// Reads the lines of a gold file (JSON Lines).
///
/// # Errors
/// The number of the line, from 1, that is not of this shape, and why.
pub fn read(text: &str) -> Result<Vec<Line>, (usize, String)> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(at, line)| serde_json::from_str(line).map_err(|e| (at + 1, e.to_string()))).collect()
}

/// How many of a kind, and how many of them were noticed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Noticed {
    /// All of them.
    pub all: usize,
    /// Those with a finding.
    pub noticed: usize,
    /// Those with a finding that says what is wrong: the number, the code…
    pub named: usize,
}

impl Noticed {
    /// The share that was noticed, 0 to 1; 1 where there is nothing to notice.
    #[must_use]
    pub fn rate(&self) -> f64 {
        if self.all == 0 { 1.0 } else { self.noticed as f64 / self.all as f64 }
    }
}

/// The figures of some lines.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Figures {
    /// True statements; what is noticed among them is noticed for nothing.
    pub truths: Noticed,
    /// Changed statements, by what was changed.
    pub mutations: BTreeMap<Mutation, Noticed>,
}

/// A statement that was judged wrongly.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Miss {
    /// The line's name.
    pub id: String,
    /// What was changed; nothing for a true statement.
    pub mutation: Option<Mutation>,
    /// What was judged.
    pub statement: String,
    /// The findings of a true statement.
    pub findings: Vec<String>,
}

/// What an evaluation of the verifier gives.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// All lines.
    pub all: Figures,
    /// Every third line, which nothing was tuned on.
    pub held_out: Figures,
    /// The others.
    pub tuned: Figures,
    /// Every wrong judgement.
    pub misses: Vec<Miss>,
}

/// Judges every true statement, and every statement that its mutations make of it. The same lines give the same, always.
#[must_use]
pub fn evaluate(lines: &[Line]) -> Report {
    let mut report = Report::default();
    let donors = mutate::Donors::of(lines);
    for (at, line) in lines.iter().enumerate() {
        let held = at % 3 == 2;
        let mut count = |mutation: Option<Mutation>, noticed: bool, named: bool| {
            let part = if held { &mut report.held_out } else { &mut report.tuned };
            for figures in [part, &mut report.all] {
                let counted = match mutation {
                    Some(mutation) => figures.mutations.entry(mutation).or_default(),
                    None => &mut figures.truths,
                };
                counted.all += 1;
                counted.noticed += usize::from(noticed);
                counted.named += usize::from(named);
            }
        };
        let found = judge(line, &line.statement);
        count(None, !found.is_empty(), !found.is_empty());
        if !found.is_empty() {
            let findings = found.iter().map(|(code, reason)| format!("{code}: {reason}")).collect();
            report.misses.push(Miss {
                id: line.id.clone(),
                mutation: None,
                statement: line.statement.clone(),
                findings,
            });
        }
        for (mutation, changed) in donors.mutations(lines, at) {
            let found = judge(line, &changed);
            count(Some(mutation), !found.is_empty(), found.iter().any(|(code, _)| mutation.names(*code)));
            if found.is_empty() {
                report.misses.push(Miss {
                    id: line.id.clone(),
                    mutation: Some(mutation),
                    statement: changed,
                    findings: Vec::new(),
                });
            }
        }
    }
    report
}

/// What the verifier holds against a statement that stands on the line's quotes.
fn judge(line: &Line, statement: &str) -> Vec<(FindingCode, String)> {
    let case = Case::told(&line.source, line.language);
    let mut content = content(line, statement);
    crate::verify::verify(&case, &Redaction::default(), &mut content);
    let statements = content.statements();
    let Some((_, judged)) = statements.iter().find(|(path, _)| path.starts_with(&line.section)) else {
        return Vec::new();
    };
    // One statement is no draft: what it leaves out is not asked.
    judged.open_findings().filter(|f| f.code != FindingCode::Omission).map(|f| (f.code, f.reason.clone())).collect()
}

/// A content that is nothing but the statement, in its section.
fn content(line: &Line, statement: &str) -> Content {
    let quote = |quote: &String| Evidence { source: Source::Report, quote: quote.clone(), place: Place::default() };
    let said = Statement {
        text: statement.to_owned(),
        evidence: line.quotes.iter().map(quote).collect(),
        ..Statement::default()
    };
    let mut content = Content {
        language: line.language,
        title: Statement::default(),
        symptoms: Vec::new(),
        cause: None,
        prerequisites: Vec::new(),
        tools: Vec::new(),
        parts: Vec::new(),
        hazards: Vec::new(),
        steps: Vec::new(),
        verification: Vec::new(),
        applies_to: AppliesTo::default(),
    };
    match line.section.as_str() {
        "title" => content.title = said,
        "symptoms" => content.symptoms.push(said),
        "cause" => content.cause = Some(said),
        "prerequisites" => content.prerequisites.push(said),
        "tools" => content.tools.push(said),
        "parts" => content.parts.push(Part { statement: said, reference: None, quantity: None }),
        "hazards" => content.hazards.push(Hazard { kind: HazardKind::Isolation, statement: said }),
        "verification" => content.verification.push(said),
        _ => content.steps.push(said),
    }
    content
}
