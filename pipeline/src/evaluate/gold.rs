//! Gold: cases with what a careful expert would make of them. The ones that the project ships are built in, so that a
//! measurement works from anywhere; a folder of the user's own holds files of the same shape.

mod approved;

use std::path::{Path, PathBuf};

pub use approved::of_approved;

use include_dir::{Dir, include_dir};
use savoir_models::content::HazardKind;
use savoir_models::evidence::{Case, Question};
use savoir_models::id::{AttachmentId, QuestionId};
use savoir_models::intervention::Intake;
use savoir_models::text::Language;
use savoir_models::transcript::{Segment, Transcript};
use serde::{Deserialize, Serialize};

use super::{BadFile, read};
use crate::enough::Need;

/// The folder `gold/` of the repository, as it was when the program was built.
static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../gold");

/// A part that a procedure should name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldPart {
    /// What it is.
    pub name: String,
    /// The manufacturer's reference.
    #[serde(default)]
    pub reference: Option<String>,
}

/// What a careful expert would publish.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldDraft {
    /// Names the machine and the problem.
    pub title: String,
    /// What is seen, heard, displayed.
    pub symptoms: Vec<String>,
    /// Why; nothing where the case does not tell.
    pub cause: Option<String>,
    /// What must be so before one starts.
    #[serde(default)]
    pub prerequisites: Vec<String>,
    /// What one needs in hand.
    #[serde(default)]
    pub tools: Vec<String>,
    /// What one needs to replace.
    #[serde(default)]
    pub parts: Vec<GoldPart>,
    /// What can hurt.
    #[serde(default)]
    pub hazards: Vec<HazardKind>,
    /// What to do, in order.
    pub steps: Vec<String>,
    /// How one knows that it worked.
    #[serde(default)]
    pub verification: Vec<String>,
    /// Error codes, canonical.
    #[serde(default)]
    pub error_codes: Vec<String>,
}

/// What a thin case lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldQuestions {
    /// What is to be asked for.
    pub lacks: Vec<Need>,
}

/// What is expected of a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// A procedure.
    Draft(Box<GoldDraft>),
    /// Questions: too little is told.
    Questions(GoldQuestions),
}

/// A question that the technician was asked, and the answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldAnswer {
    /// What was asked.
    pub question: String,
    /// What was answered.
    pub answer: String,
}

/// The shape of a gold file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldFile {
    /// What is special about the case, in one line.
    pub about: String,
    /// The intervention, as it would be delivered.
    pub intake: Intake,
    /// What was heard in its recordings, as a speech model would write it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transcripts: Vec<String>,
    /// What the technician was asked, where that is part of the case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<GoldAnswer>,
    /// What is expected of it.
    pub expected: Expected,
}

/// A gold case.
#[derive(Debug, Clone, PartialEq)]
pub struct Gold {
    /// Its file's name without the ending.
    pub name: String,
    /// What it says.
    pub file: GoldFile,
}

/// A file that the project ships, by its path inside `gold/`; `None` when there is none, or it is no text.
#[must_use]
pub fn shipped_file(path: &str) -> Option<&'static str> {
    SHIPPED.get_file(path)?.contents_utf8()
}

/// The gold cases of extraction that the project ships, in order of their names.
///
/// # Errors
/// Names the file and the field that is not as it should be.
pub fn shipped() -> Result<Vec<Gold>, BadFile> {
    let files = SHIPPED.get_dir("extract").map(|dir| dir.files().collect::<Vec<_>>()).unwrap_or_default();
    let mut files: Vec<_> = files.into_iter().filter(|f| is_json(f.path())).collect();
    files.sort_by_key(|f| f.path());
    files
        .into_iter()
        .map(|f| {
            let name = format!("gold/{}", f.path().display());
            parse(&name, f.path(), f.contents_utf8().unwrap_or_default())
        })
        .collect()
}

/// The gold cases of a folder: every `*.json` in it, or in its folder `extract` when it has one.
///
/// # Errors
/// Names the file and the field that is not as it should be, or the folder that has none.
pub fn folder(folder: &Path) -> Result<Vec<Gold>, BadFile> {
    let inner = folder.join("extract");
    let folder = if inner.is_dir() { inner } else { folder.to_path_buf() };
    let entries = std::fs::read_dir(&folder).map_err(|e| BadFile::whole(folder.display(), e))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|e| e.path()).filter(|p| is_json(p)).collect();
    files.sort();
    if files.is_empty() {
        return Err(BadFile::whole(folder.display(), "holds no gold case: files that end in .json are expected"));
    }
    files
        .iter()
        .map(|path| {
            let (name, text) = read(path)?;
            parse(&name, path, &text)
        })
        .collect()
}

fn is_json(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "json")
}

fn parse(shown: &str, path: &Path, text: &str) -> Result<Gold, BadFile> {
    let mut json = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
    let file: GoldFile = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let field = error.path().to_string();
        let inner = error.into_inner();
        BadFile { file: shown.to_owned(), line: inner.line(), reason: format!("{field}: {inner}") }
    })?;
    let wrong = |field: &str, reason: &str| Err(BadFile::whole(shown, format!("{field}: {reason}")));
    match &file.expected {
        Expected::Draft(draft) if draft.steps.is_empty() => {
            return wrong("expected.draft.steps", "a procedure has at least one step");
        }
        Expected::Draft(draft) if draft.title.trim().is_empty() => {
            return wrong("expected.draft.title", "must not be empty");
        }
        Expected::Draft(draft) => {
            let crooked = draft.error_codes.iter().find(|c| crate::codes::canonical(c).as_ref() != Some(c));
            if let Some(code) = crooked {
                let form = crate::codes::canonical(code).unwrap_or_default();
                return wrong("expected.draft.error_codes", &format!("« {code} » is not canonical, « {form} » is"));
            }
        }
        Expected::Questions(GoldQuestions { lacks }) => {
            let fix = lacks.contains(&Need::Fix);
            if !fix && lacks.len() < 2 {
                return wrong(
                    "expected.questions.lacks",
                    "a thin case lacks the fix, or two of cause, found, fix, check",
                );
            }
        }
    }
    if file.intake.report.is_none() && file.intake.actions.is_empty() && file.transcripts.is_empty() {
        return wrong("intake", "a report, actions or a transcript is needed");
    }
    let name = path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Gold { name, file })
}

impl Gold {
    /// Its language: that of the intake, French when it does not say.
    #[must_use]
    pub fn language(&self) -> Language {
        self.file.intake.language.unwrap_or(Language::French)
    }

    /// The case as a step of the line would read it.
    #[must_use]
    pub fn case(&self) -> Case {
        let transcripts = self.file.transcripts.iter().map(|text| heard(text, self.language())).collect();
        let asked = |a: &GoldAnswer| Question {
            id: QuestionId::new(),
            text: a.question.clone(),
            answer: Some(a.answer.clone()),
            asked_by: None,
        };
        Case {
            transcripts,
            questions: self.file.answers.iter().map(asked).collect(),
            ..Case::of(self.file.intake.clone())
        }
    }
}

/// A transcript of one stretch, spoken at a usual pace: nothing of it depends on when which word was said.
fn heard(text: &str, language: Language) -> Transcript {
    let words = i64::try_from(text.split_whitespace().count()).unwrap_or(0);
    let duration_ms = words * 400;
    let segment = Segment { start_ms: 0, end_ms: duration_ms, text: text.to_owned(), confidence: 1.0 };
    Transcript {
        attachment: AttachmentId::new(),
        language,
        model: "gold".into(),
        duration_ms,
        took_ms: 0,
        segments: vec![segment],
        note: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"about":"x","intake":{"source":"gold","external_id":"1","closed_at":"2026-01-01T00:00:00Z",
        "report":"Joint usé, remplacé."},"expected":{"draft":{"title":"Pompe","symptoms":[],"cause":null,
        "steps":["Remplacez le joint."],"error_codes":["E42"]}}}"#;

    fn wrong(from: &str, to: &str) -> String {
        assert!(GOOD.contains(from));
        parse("g.json", Path::new("g.json"), &GOOD.replace(from, to)).unwrap_err().to_string()
    }

    #[test]
    fn a_bad_file_is_named_with_its_field() {
        assert!(parse("g.json", Path::new("g.json"), GOOD).is_ok());
        let error = wrong(r#""title":"Pompe""#, r#""titel":"Pompe""#);
        assert!(error.starts_with("g.json, line 2: expected.draft") && error.contains("titel"), "{error}");
        assert!(wrong(r#"["Remplacez le joint."]"#, "[]").contains("expected.draft.steps"));
        assert!(wrong("E42", "e-042").contains("« E42 » is"));
        assert!(wrong(r#""report":"Joint usé, remplacé.""#, r#""technician":"x""#).contains("intake: a report"));
        assert!(wrong(r#""source":"gold","#, "").contains("intake"));
    }

    #[test]
    fn a_thin_case_lacks_the_fix_or_two_things() {
        let thin = |lacks: &str| {
            let from = GOOD.find("\"expected\"").unwrap();
            let text = format!(r#"{}"expected":{{"questions":{{"lacks":{lacks}}}}}}}"#, &GOOD[..from]);
            parse("g.json", Path::new("g.json"), &text).map(|_| ()).map_err(|e| e.to_string())
        };
        assert!(thin(r#"["cause"]"#).unwrap_err().contains("lacks"));
        assert_eq!(thin(r#"["fix"]"#), Ok(()));
        assert!(thin(r#"["cause","where"]"#).unwrap_err().contains("expected.questions"));
    }

    #[test]
    fn what_is_shipped_is_good_and_what_stands_in_the_folder() {
        let built_in = shipped().unwrap();
        let here = folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../gold")).unwrap();
        assert_eq!(built_in, here);
        assert!(shipped_file("README.md").is_some());
    }
}
