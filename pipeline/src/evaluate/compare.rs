//! How well a draft is placed beside what is known: pairs of deliveries that an expert has judged. Both go through the offline
//! extractor, as they would down the line, and the second is held against the first.
//!
//! Half of the pairs are held out: the judge's thresholds and lexicons are never tuned on them.

use std::collections::BTreeMap;
use std::path::Path;

use savoir_models::content::Content;
use savoir_models::draft::{Known, Verdict};
use savoir_models::id::ProcedureId;
use savoir_models::intervention::Intake;
use savoir_models::text::Language;
use serde::{Deserialize, Serialize};

use super::run::share;
use super::{BadFile, Figures, Named, Run, Tally, case_of, gold, read};
use crate::compare::{Rival, judge};
use crate::extractor::{Extraction, offline};

/// Which half of the pairs one belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Half {
    /// The judge may be mended by it.
    Tune,
    /// It may not.
    HeldOut,
}

/// Two deliveries, and what the second is to the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pair {
    /// Its name.
    pub id: String,
    /// Which half.
    pub set: Half,
    /// What an expert says of the second.
    pub verdict: Verdict,
    /// Why, in a line.
    pub why: String,
    /// What is known.
    pub known: Intake,
    /// What comes in.
    pub draft: Intake,
}

/// The pairs that the project ships.
///
/// # Errors
/// Names the line that is not as it should be.
pub fn shipped() -> Result<Vec<Pair>, BadFile> {
    let text = gold::shipped_file("compare.jsonl").unwrap_or_default();
    parse("gold/compare.jsonl", text)
}

/// The pairs of a file: JSON Lines.
///
/// # Errors
/// Names the line that is not as it should be.
pub fn file(file: &Path) -> Result<Vec<Pair>, BadFile> {
    let (name, text) = read(file)?;
    parse(&name, &text)
}

fn parse(file: &str, text: &str) -> Result<Vec<Pair>, BadFile> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let pair = |(at, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|e| BadFile { file: file.to_owned(), line: at + 1, reason: e.to_string() })
    };
    let pairs: Vec<Pair> = lines.map(pair).collect::<Result<_, _>>()?;
    if pairs.is_empty() {
        return Err(BadFile::whole(file, "holds no pair: JSON Lines with known, draft and verdict are expected"));
    }
    Ok(pairs)
}

/// A pair, judged.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Judged {
    /// The pair's name.
    pub id: String,
    /// Its half.
    pub set: Half,
    /// Its language.
    pub language: Language,
    /// What the expert says.
    pub expected: Verdict,
    /// What the judge says; nothing when one of the two tells too little for a draft.
    pub said: Option<Verdict>,
    /// How near they are, 0 to 1.
    pub similarity: f64,
    /// What the judge gives for a reason, or why there is no draft.
    pub reason: String,
}

/// Judges a pair. The same pair gives the same, always.
#[must_use]
pub fn judge_pair(pair: &Pair) -> Judged {
    let language = pair.draft.language.unwrap_or(Language::French);
    let judged = |said, similarity, reason| Judged {
        id: pair.id.clone(),
        set: pair.set,
        language,
        expected: pair.verdict,
        said,
        similarity,
        reason,
    };
    let (known, draft) = match (drafted(&pair.known), drafted(&pair.draft)) {
        (Ok(known), Ok(draft)) => (known, draft),
        (Err(reason), _) => return judged(None, 0.0, format!("known: {reason}")),
        (_, Err(reason)) => return judged(None, 0.0, format!("draft: {reason}")),
    };
    let rival = Rival { known: Known::Procedure(ProcedureId::new()), version: 1, content: known };
    let said = judge(&draft, &[rival]);
    judged(Some(said.verdict), said.similarity, said.reason)
}

/// What the offline extractor makes of a delivery, or why nothing.
fn drafted(intake: &Intake) -> Result<Content, String> {
    match offline::extract(&case_of(intake.clone())) {
        Extraction::Draft(content) => Ok(*content),
        Extraction::TooThin { reason, .. } => Err(reason),
    }
}

/// Judges all pairs.
#[must_use]
pub fn measure(pairs: &[Pair]) -> Run {
    let judged: Vec<Judged> = pairs.iter().map(judge_pair).collect();
    let all: Vec<&Judged> = judged.iter().collect();
    let of = |which: &dyn Fn(&Judged) -> bool| all.iter().copied().filter(|j| which(j)).collect::<Vec<_>>();
    let mut sums = figures(&all);
    let held = figures(&of(&|j| j.set == Half::HeldOut));
    sums.0.extend(held.0.into_iter().map(|(name, value)| (format!("held_out_{name}"), value)));
    let languages = Language::ALL.iter().map(|l| (l.to_string(), of(&|j| j.language == *l)));
    Run {
        eval: "compare".into(),
        of: format!("rules, drafts by offline {}", offline::VERSION),
        cases: judged.len(),
        figures: sums,
        languages: languages.filter(|(_, of)| !of.is_empty()).map(|(l, of)| (l, figures(&of))).collect(),
        failures: failures(&judged),
        details: judged.iter().filter_map(|j| serde_json::to_value(j).ok()).collect(),
    }
}

fn figures(judged: &[&Judged]) -> Figures {
    let mut out = Figures::default();
    let right = judged.iter().filter(|j| j.said == Some(j.expected)).count();
    let drafted = judged.iter().filter(|j| j.said.is_some()).count();
    out.put("accuracy", share(right, judged.len()).unwrap_or(1.0));
    // What the judge is to be blamed for: the extractor may have refused what tells enough.
    out.put("accuracy_of_drafted", share(right, drafted).unwrap_or(1.0));
    for verdict in Verdict::ALL {
        let expected = judged.iter().filter(|j| j.expected == *verdict).count();
        let given = judged.iter().filter(|j| j.said == Some(*verdict)).count();
        let right = judged.iter().filter(|j| j.said == Some(*verdict) && j.expected == *verdict).count();
        let tally = Tally { expected, given, right };
        out.put(&format!("{verdict}_precision"), tally.precision());
        out.put(&format!("{verdict}_recall"), tally.recall());
    }
    out.put("undrafted_rate", share(judged.len() - drafted, judged.len()).unwrap_or(0.0));
    out
}

/// What was taken for what, the commonest first.
fn failures(judged: &[Judged]) -> Vec<Named> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for one in judged.iter().filter(|j| j.said != Some(j.expected)) {
        let said = one.said.map_or("not drafted", |s| s.as_str());
        *counts.entry(format!("{} taken for {said}", one.expected)).or_default() += 1;
    }
    let mut out: Vec<Named> = counts.into_iter().map(|(name, count)| Named { name, count }).collect();
    out.sort_by_key(|n| std::cmp::Reverse(n.count));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pairs_that_are_shipped_cover_both_languages_and_every_verdict_in_both_halves() {
        let pairs = shipped().unwrap();
        assert!(pairs.len() >= 60, "{}", pairs.len());
        for half in [Half::Tune, Half::HeldOut] {
            for verdict in Verdict::ALL {
                for language in Language::ALL {
                    let has = |p: &Pair| p.set == half && p.verdict == *verdict && p.draft.language == Some(*language);
                    assert!(pairs.iter().any(has), "{half:?} {verdict} {language}");
                }
            }
        }
        let names: std::collections::BTreeSet<&str> = pairs.iter().map(|p| p.id.as_str()).collect();
        assert_eq!(names.len(), pairs.len(), "a name stands twice");
    }

    #[test]
    fn a_line_of_another_shape_is_named() {
        let wrong = parse("x.jsonl", "\n{\"id\": \"a\"}\n").unwrap_err();
        assert_eq!((wrong.file.as_str(), wrong.line), ("x.jsonl", 2));
        assert!(parse("x.jsonl", "\n").is_err());
    }

    #[test]
    fn a_wrong_same_would_hide_knowledge_and_is_not_said() {
        let run = measure(&shipped().unwrap());
        let figure = |name: &str| run.figures.get(name).unwrap();
        assert_eq!((figure("same_precision"), figure("held_out_same_precision")), (1.0, 1.0), "{:?}", run.failures);
        // Floors well below what is reached: what they tell of is a fault, not a word more or less in a lexicon.
        for name in ["accuracy_of_drafted", "held_out_accuracy_of_drafted", "new_precision", "update_recall"] {
            assert!(figure(name) > 0.8, "{name}: {:?}", run.figures);
        }
    }

    #[test]
    fn of_the_demo_every_pair_is_placed_as_its_label_says() {
        let read = |name: &str| {
            let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../demo").join(name);
            std::fs::read_to_string(file).unwrap()
        };
        let labels: serde_json::Value = serde_json::from_str(&read("labels.json")).unwrap();
        let told = |line: &str| {
            let intake: Intake = serde_json::from_str(line).unwrap();
            Some((intake.external_id.clone(), drafted(&intake).ok()?))
        };
        let cases: Vec<(String, Content)> = read("interventions.jsonl").lines().filter_map(told).collect();
        let mut labelled = 0;
        for (at, (id, draft)) in cases.iter().enumerate() {
            let label = &labels["interventions"][id];
            for (other, known) in &cases[..at] {
                let known = Rival { known: Known::Procedure(ProcedureId::new()), version: 1, content: known.clone() };
                let said = judge(draft, &[known]).verdict;
                let expected = match label["kind"].as_str().filter(|_| label["of"] == other.as_str()) {
                    Some("duplicate") => Verdict::Same,
                    Some("update") => Verdict::Update,
                    Some("contradiction") => Verdict::Contradiction,
                    // Whatever it is to the others, it hides behind none of them.
                    _ => {
                        assert_ne!(said, Verdict::Same, "{id} and {other}");
                        continue;
                    }
                };
                // Told in two languages, or of two names of one family: these meet by vectors and an expert, not by words.
                if draft.language == known_language(&cases, other) && said != Verdict::New {
                    assert_eq!(said, expected, "{id} and {other}");
                    labelled += 1;
                }
            }
        }
        assert!(labelled >= 8, "only {labelled} pairs are recognised");
    }

    fn known_language(cases: &[(String, Content)], id: &str) -> Language {
        cases.iter().find(|(other, _)| other == id).map(|(_, content)| content.language).unwrap()
    }
}
