//! What a procedure says: the same shape for a draft, for what an expert edits and for what is published.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::evidence::{Evidence, Source};
use crate::intervention::FieldError;
use crate::text::{Language, words};
use crate::viewer::Audience;

/// Statements of one content: nobody follows a longer one, and each is held against its evidence.
pub const MOST_STATEMENTS: usize = 400;

words!(
    /// What can be wrong with a statement, as far as rules can tell.
    FindingCode {
        /// It points at no evidence.
        Unproven = "unproven",
        /// A quote does not stand in its source.
        QuoteMissing = "quote_missing",
        /// Too little of what it says stands in its evidence.
        Unsupported = "unsupported",
        /// A number is not in its evidence.
        Number = "number",
        /// A number has another unit there.
        Unit = "unit",
        /// An error code is not in its evidence.
        Code = "code",
        /// A part reference is not in its evidence.
        Reference = "reference",
        /// A name is not in its evidence.
        Name = "name",
        /// It affirms what its evidence denies, or denies what it affirms.
        Negation = "negation",
        /// It stands in another order than its evidence tells.
        Order = "order",
        /// The case tells of something that made the machine safe, and no step does.
        Omission = "omission",
        /// It rests only on words that do not tell what was done: a customer's message, a field.
        Witness = "witness",
        /// Its evidence tries to give orders to a machine that reads.
        Instruction = "instruction",
        /// It names a person, or gives something personal.
        PersonalData = "personal_data",
        /// It holds markup, a link or invisible characters.
        Markup = "markup",
        /// It is in another language than the draft.
        Language = "language",
    }
);

/// An expert's word that a statement stands in spite of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Override {
    /// The named expert.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, when something was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What the verifier holds against a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    /// A stable word for programs.
    pub code: FindingCode,
    /// What it is about: the number, the name, the quote. With the code, what tells one finding of a statement from
    /// another.
    #[serde(default)]
    pub about: String,
    /// What is wrong, for a person, in English.
    pub reason: String,
    /// The same in French.
    pub reason_fr: String,
    /// Who vouches for the statement all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overridden: Option<Override>,
}

/// One thing that is said, and where it comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// The words.
    pub text: String,
    /// Quotes that carry it. A statement without any is shown as unproven.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
    /// What is held against it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<Finding>,
    /// For whom it alone is, when that is fewer than those who read the procedure. It can only narrow: see
    /// [`Content::seen_by`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<Audience>,
}

impl Statement {
    /// A statement resting on one quote.
    pub fn new(text: impl Into<String>, evidence: Evidence) -> Self {
        Self { text: text.into(), evidence: vec![evidence], ..Self::default() }
    }
}

/// A part that the procedure needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// What it is.
    pub statement: Statement,
    /// The manufacturer's reference.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// How many.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<f64>,
}

words!(
    /// What can hurt.
    HazardKind {
        /// Energy must be isolated and locked out.
        Isolation = "isolation",
        /// Mains voltage.
        Electricity = "electricity",
        /// Compressed air, steam, hydraulics.
        Pressure = "pressure",
        /// Hot or very cold surfaces.
        Heat = "heat",
        /// Work at height.
        Height = "height",
        /// Chemicals.
        Chemical = "chemical",
        /// Refrigerants.
        Refrigerant = "refrigerant",
        /// Moving or falling parts.
        MovingParts = "moving_parts",
    }
);

/// A danger, said before the steps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hazard {
    /// What kind.
    pub kind: HazardKind,
    /// What is said of it.
    pub statement: Statement,
}

/// The machines it applies to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AppliesTo {
    /// Kind of machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// Manufacturer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    /// Models.
    pub models: Vec<String>,
    /// Error codes, canonical: letters and digits without separators or leading zeros ("E42").
    pub error_codes: Vec<String>,
    /// Firmware it was seen with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub firmware: Option<String>,
}

/// The content of a draft or of a procedure's revision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Language of its texts.
    pub language: Language,
    /// Names the machine and the problem.
    pub title: Statement,
    /// What is seen, heard, displayed.
    #[serde(default)]
    pub symptoms: Vec<Statement>,
    /// Why.
    #[serde(default)]
    pub cause: Option<Statement>,
    /// What must be so before one starts.
    #[serde(default)]
    pub prerequisites: Vec<Statement>,
    /// What one needs in hand.
    #[serde(default)]
    pub tools: Vec<Statement>,
    /// What one needs to replace.
    #[serde(default)]
    pub parts: Vec<Part>,
    /// What can hurt.
    #[serde(default)]
    pub hazards: Vec<Hazard>,
    /// What to do, in order, in the imperative.
    #[serde(default)]
    pub steps: Vec<Statement>,
    /// How one knows that it worked.
    #[serde(default)]
    pub verification: Vec<Statement>,
    /// For which machines.
    #[serde(default)]
    pub applies_to: AppliesTo,
}

impl FindingCode {
    /// Whether vouching for it needs a reason: what tries to command, and what is personal, is let through for cause.
    #[must_use]
    pub const fn wants_reason(self) -> bool {
        matches!(self, Self::Instruction | Self::PersonalData)
    }
}

impl Statement {
    /// Findings that nobody vouches for.
    pub fn open_findings(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|f| f.overridden.is_none())
    }
}

impl Content {
    /// Every statement, to be changed, in the order of [`Self::statements`].
    pub fn statements_mut(&mut self) -> Vec<&mut Statement> {
        let mut out = vec![&mut self.title];
        out.extend(&mut self.symptoms);
        out.extend(&mut self.cause);
        out.extend(&mut self.prerequisites);
        out.extend(&mut self.tools);
        out.extend(self.parts.iter_mut().map(|p| &mut p.statement));
        out.extend(self.hazards.iter_mut().map(|h| &mut h.statement));
        out.extend(&mut self.steps);
        out.extend(&mut self.verification);
        out
    }

    /// Every statement with its path (`title`, `steps[2]`…), in reading order.
    #[must_use]
    pub fn statements(&self) -> Vec<(String, &Statement)> {
        fn list<'a>(name: &str, items: impl Iterator<Item = &'a Statement>) -> Vec<(String, &'a Statement)> {
            items.enumerate().map(|(i, s)| (format!("{name}[{i}]"), s)).collect()
        }
        let mut out = vec![("title".to_owned(), &self.title)];
        out.extend(list("symptoms", self.symptoms.iter()));
        out.extend(self.cause.iter().map(|s| ("cause".to_owned(), s)));
        out.extend(list("prerequisites", self.prerequisites.iter()));
        out.extend(list("tools", self.tools.iter()));
        out.extend(list("parts", self.parts.iter().map(|p| &p.statement)));
        out.extend(list("hazards", self.hazards.iter().map(|h| &h.statement)));
        out.extend(list("steps", self.steps.iter()));
        out.extend(list("verification", self.verification.iter()));
        out
    }

    /// Findings that nobody vouches for, with the paths of their statements, in reading order.
    #[must_use]
    pub fn open_findings(&self) -> Vec<(String, &Finding)> {
        let statements = self.statements().into_iter();
        statements.flat_map(|(path, s)| s.open_findings().map(move |f| (path.clone(), f))).collect()
    }

    /// Takes the findings, with their overrides, from the statements of `before` that say the same. Whatever findings
    /// came with this content are forgotten: nobody vouches by sending them. Evidence from another case stays only with
    /// a statement that had it before, for it cannot be looked up here.
    pub fn keep_findings(&mut self, before: &Self) {
        let known = before.statements();
        for statement in self.statements_mut() {
            let same = known.iter().find(|(_, s)| s.text.trim() == statement.text.trim()).map(|(_, s)| *s);
            statement.findings = same.map(|s| s.findings.clone()).unwrap_or_default();
            let had = |e: &Evidence| same.is_some_and(|s| s.evidence.contains(e));
            statement.evidence.retain(|e| !matches!(e.source, Source::Elsewhere { .. }) || had(e));
            statement.evidence.iter_mut().filter(|e| !had(e)).for_each(|e| e.place.removed_at = None);
        }
    }

    /// An expert vouches for the statement at `path`: for what is open against it, or for what has this code only.
    /// Returns the findings it was about; none when nothing of that kind is open there.
    pub fn vouch(&mut self, path: &str, code: Option<FindingCode>, word: &Override) -> Vec<FindingCode> {
        let Some(at) = self.statements().iter().position(|(p, _)| p == path) else { return Vec::new() };
        let findings = self.statements_mut().swap_remove(at).findings.iter_mut();
        let open = findings.filter(|f| f.overridden.is_none() && code.is_none_or(|c| c == f.code));
        open.map(|finding| {
            finding.overridden = Some(word.clone());
            finding.code
        })
        .collect()
    }

    /// What experts vouch for here and did not in `before`, a line each, for the record of an edit.
    #[must_use]
    pub fn vouched_since(&self, before: &Self) -> String {
        let mut out = String::new();
        for (path, statement) in self.statements() {
            let known = before.statements().into_iter().find(|(_, s)| s.text == statement.text);
            for finding in &statement.findings {
                let Some(word) = &finding.overridden else { continue };
                if known.as_ref().is_some_and(|(_, s)| s.findings.contains(finding)) {
                    continue;
                }
                let (code, about, by) = (finding.code, &finding.about, &word.by);
                let reason = word.reason.as_deref().unwrap_or("-");
                out.push_str(&format!("! {path} {code} « {about} » ({by}: {reason})\n"));
            }
        }
        out
    }

    /// What an expert's edit must fulfil before it is kept: a title, at least one step, no empty statement, and nothing
    /// hidden from readers who need it.
    #[must_use]
    pub fn check(&self) -> Vec<FieldError> {
        let mut errors: Vec<FieldError> = self
            .statements()
            .into_iter()
            .filter(|(_, s)| s.text.trim().is_empty())
            .map(|(path, _)| FieldError::new(path, "empty", "must not be empty", "ne doit pas être vide"))
            .chain(self.hidden_from_those_who_need_it())
            .collect();
        let statements = self.statements().len();
        if statements > MOST_STATEMENTS {
            errors.push(FieldError::new(
                "steps",
                "too_many",
                format!("{statements} statements, {MOST_STATEMENTS} at most: make several procedures of it"),
                format!("{statements} énoncés, {MOST_STATEMENTS} au plus : faites-en plusieurs procédures"),
            ));
        }
        if self.steps.is_empty() {
            errors.push(FieldError::new(
                "steps",
                "missing",
                "a procedure has at least one step",
                "une procédure comporte au moins une étape",
            ));
        }
        errors
    }

    /// The content as plain lines, for diffs and for reading aloud: one statement a line, sections named, and for whom it
    /// is when that is not everybody.
    #[must_use]
    pub fn lines(&self) -> String {
        self.statements().into_iter().fold(String::new(), |mut out, (path, statement)| {
            let section = path.split('[').next().unwrap_or_default();
            out.push_str(section);
            if let Some(audience) = statement.audience {
                out.push_str(&format!(" ({audience})"));
            }
            out.push_str(": ");
            out.push_str(&statement.text);
            out.push('\n');
            out
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_has_so_many_statements_and_no_more() {
        let said = |n: usize| Statement { text: format!("Serrez la vis {n}."), ..Statement::default() };
        let mut content = Content {
            language: Language::French,
            title: said(0),
            symptoms: vec![said(1)],
            cause: None,
            prerequisites: Vec::new(),
            tools: Vec::new(),
            parts: Vec::new(),
            hazards: Vec::new(),
            steps: (2..MOST_STATEMENTS).map(said).collect(),
            verification: Vec::new(),
            applies_to: AppliesTo::default(),
        };
        assert!(content.check().is_empty(), "{:?}", content.check());
        content.steps.push(said(0));
        let codes: Vec<_> = content.check().into_iter().map(|e| e.code).collect();
        assert_eq!(codes, ["too_many"]);
    }
}
