//! What is indexed: small texts with the fields a search filters by.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::content::Content;
use crate::draft::{Draft, Known};
use crate::id::PassageId;
use crate::procedure::{Confidence, Procedure};
use crate::text::{Language, words};
use crate::viewer::Audience;

words!(
    /// Which side of a procedure a passage tells.
    PassagePart {
        /// Title, symptoms, cause, machine and codes: what one searches by.
        Problem = "problem",
        /// Tools, parts, steps, verification.
        Fix = "fix",
    }
);

words!(
    /// Whose passage it is.
    Shelf {
        /// A draft's: compared with, never shown.
        Draft = "draft",
        /// A procedure's.
        Procedure = "procedure",
    }
);

/// A passage as SQL keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Passage {
    /// Its identifier: also its key in both indexes.
    pub id: PassageId,
    /// Whose it is.
    pub owner: Known,
    /// Which side.
    pub part: PassagePart,
    /// For whom its owner is.
    pub audience: Audience,
    /// The classes of readers who see exactly this of its owner. None in passages kept before there were such: then all
    /// who may read its owner, see [`Self::classes`].
    #[serde(default)]
    pub classes: Vec<Audience>,
    /// How much its owner is to be trusted.
    #[serde(default = "validated")]
    pub confidence: Confidence,
    /// Its language.
    pub language: Language,
    /// The owner's title.
    pub title: String,
    /// Its text.
    pub text: String,
    /// Kind of machine, as written.
    pub family: Option<String>,
    /// Manufacturer.
    pub manufacturer: Option<String>,
    /// Models.
    pub models: Vec<String>,
    /// Canonical error codes.
    pub codes: Vec<String>,
    /// Part references, canonical as codes are.
    pub references: Vec<String>,
    /// Its vector by the configured embedder; `None` until it has one.
    pub vector: Option<Vec<f32>>,
    /// Which embedder made the vector.
    pub embedder: Option<String>,
}

/// What passages are taken for that were kept before they carried their owner's confidence: they were those of validated
/// procedures, and of drafts, which nobody is shown.
#[must_use]
pub const fn validated() -> Confidence {
    Confidence::Validated
}

impl Passage {
    /// The classes of readers who find it.
    #[must_use]
    pub fn classes(&self) -> Vec<Audience> {
        if self.classes.is_empty() { self.audience.classes() } else { self.classes.clone() }
    }

    /// What its vector is made of: title and text.
    #[must_use]
    pub fn embedded_text(&self) -> String {
        format!("{}\n{}", self.title, self.text)
    }
}

/// A line of what both indexes follow: a passage put, or taken away.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Its place in the order that all followers share; grows with every commit, without being skipped over later.
    pub seq: i64,
    /// Which passage.
    pub id: PassageId,
    /// The passage as it is now; `None` when it was taken away.
    pub passage: Option<Passage>,
}

/// Who finds a passage, and how much it is to be trusted.
struct Readers {
    audience: Audience,
    confidence: Confidence,
    classes: Vec<Audience>,
}

/// The two passages of a content, without vectors.
fn passages(owner: Known, readers: &Readers, content: &Content) -> Vec<Passage> {
    let join = |lists: Vec<Vec<&str>>| lists.concat().join("\n");
    let texts = |s: &'_ [crate::content::Statement]| s.iter().map(|s| s.text.clone()).collect::<Vec<_>>();
    let symptoms = texts(&content.symptoms);
    let cause: Vec<String> = content.cause.iter().map(|c| c.text.clone()).collect();
    let tools = texts(&content.tools);
    let parts: Vec<String> = content.parts.iter().map(|p| p.statement.text.clone()).collect();
    let steps = texts(&content.steps);
    let verification = texts(&content.verification);
    fn refs(list: &[String]) -> Vec<&str> {
        list.iter().map(String::as_str).collect()
    }
    let make = |part, text| Passage {
        id: PassageId::new(),
        owner,
        part,
        audience: readers.audience,
        confidence: readers.confidence,
        classes: readers.classes.clone(),
        language: content.language,
        title: content.title.text.clone(),
        text,
        family: content.applies_to.family.clone(),
        manufacturer: content.applies_to.manufacturer.clone(),
        models: content.applies_to.models.clone(),
        codes: content.applies_to.error_codes.clone(),
        references: content.parts.iter().filter_map(|p| p.reference.clone()).collect(),
        vector: None,
        embedder: None,
    };
    vec![
        make(PassagePart::Problem, join(vec![refs(&symptoms), refs(&cause)])),
        make(PassagePart::Fix, join(vec![refs(&tools), refs(&parts), refs(&steps), refs(&verification)])),
    ]
}

/// The passages of a draft: seen by nobody but *compare*.
#[must_use]
pub fn of_draft(draft: &Draft) -> Vec<Passage> {
    let (audience, confidence) = (Audience::Internal, Confidence::WorkInProgress);
    passages(Known::Draft(draft.id), &Readers { audience, confidence, classes: audience.classes() }, &draft.content)
}

/// The passages of a procedure, two for each of its distinct projections, so that every reader finds exactly one of them;
/// none once it is archived.
#[must_use]
pub fn of_procedure(procedure: &Procedure) -> Vec<Passage> {
    if procedure.confidence == Confidence::Archived {
        return Vec::new();
    }
    let mut projections: Vec<(Content, Vec<Audience>)> = Vec::new();
    for class in procedure.readers().classes() {
        let seen = procedure.revision.content.seen_by(class);
        // Each class sees no more than the one before it: equal ones stand together.
        match projections.last_mut() {
            Some((content, classes)) if *content == seen => classes.push(class),
            _ => projections.push((seen, vec![class])),
        }
    }
    let (audience, confidence) = (procedure.readers(), procedure.confidence);
    let of = |(content, classes)| {
        passages(Known::Procedure(procedure.id), &Readers { audience, confidence, classes }, &content)
    };
    projections.into_iter().flat_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use crate::content::{AppliesTo, Statement};
    use crate::id::ProcedureId;
    use crate::procedure::{Governance, Revision};

    fn said(text: &str, audience: Option<Audience>) -> Statement {
        Statement { text: text.into(), audience, ..Statement::default() }
    }

    fn procedure(audience: Audience, steps: Vec<Statement>) -> Procedure {
        let content = Content {
            language: Language::English,
            title: said("Sealer", None),
            symptoms: Vec::new(),
            cause: None,
            prerequisites: Vec::new(),
            tools: Vec::new(),
            parts: Vec::new(),
            hazards: Vec::new(),
            steps,
            verification: Vec::new(),
            applies_to: AppliesTo::default(),
        };
        let (author, diff) = (String::new(), String::new());
        Procedure {
            id: ProcedureId::new(),
            confidence: Confidence::Validated,
            audience,
            governance: Governance::Experience,
            revision: Revision { number: 1, content, author, review: None, diff, created_at: Timestamp(0) },
            cases: 0,
            worked: 0,
            failed: 0,
            outcomes: Vec::new(),
            created_at: Timestamp(0),
        }
    }

    fn fixes(procedure: &Procedure) -> Vec<(Vec<Audience>, String)> {
        let fixes = of_procedure(procedure).into_iter().filter(|p| p.part == PassagePart::Fix);
        fixes.map(|p| (p.classes, p.text)).collect()
    }

    #[test]
    fn each_distinct_projection_has_its_passages_and_each_reader_finds_one_of_them() {
        use Audience::{Contractor, Customer, Internal, Technician};
        let whole = procedure(Customer, vec![said("wipe", None)]);
        assert_eq!(fixes(&whole), [(Audience::ALL.to_vec(), "wipe".to_owned())]);
        let narrowed = vec![said("read P12", Some(Technician)), said("wipe", None)];
        let told = |classes: &[Audience], text: &str| (classes.to_vec(), text.to_owned());
        assert_eq!(
            fixes(&procedure(Customer, narrowed.clone())),
            [told(&[Internal, Technician], "read P12\nwipe"), told(&[Contractor, Customer], "wipe")]
        );
        assert_eq!(fixes(&procedure(Technician, narrowed.clone())), [told(&[Internal, Technician], "read P12\nwipe")]);
        let doubted = Procedure { confidence: Confidence::NotValidated, ..procedure(Customer, narrowed) };
        assert_eq!(fixes(&doubted), [told(&[Internal, Technician], "read P12\nwipe")], "outsiders must not follow it");
    }

    #[test]
    fn a_passage_kept_before_there_were_classes_is_for_all_who_may_read_its_owner() {
        let procedure = procedure(Audience::Contractor, vec![said("wipe", None)]);
        let mut old = serde_json::to_value(&of_procedure(&procedure)[0]).expect("a passage is JSON");
        old.as_object_mut().expect("an object").remove("classes");
        let old: Passage = serde_json::from_value(old).expect("it reads back");
        assert_eq!(old.classes(), [Audience::Internal, Audience::Technician, Audience::Contractor]);
    }
}
