//! How well a draft is placed beside what is known: pairs of deliveries that an expert has judged. Both go through the offline
//! extractor, as they would down the line, and the second is held against the first. With a language model, those that
//! rules cannot tell apart or together are put before it, as on the line.
//!
//! Half of the pairs are held out: the judge's thresholds and lexicons are never tuned on them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use savoir_models::content::Content;
use savoir_models::draft::{Comparison, Draft, Known, Verdict};
use savoir_models::evidence::Case;
use savoir_models::id::{DraftId, InterventionId, ProcedureId};
use savoir_models::intervention::Intake;
use savoir_models::text::Language;
use serde::{Deserialize, Serialize};

use super::extract::Meter;
use super::run::share;
use super::{BadFile, Figures, Named, Run, Tally, gold, read};
use crate::compare::grey::{Grey, is_grey, second_opinion};
use crate::compare::{Rival, judge};
use crate::extractor::{Extraction, Extractor, offline};
use crate::fault::Fault;
use crate::llm::Llm;
use crate::prompts;

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
    /// Whether rules cannot tell.
    pub grey: bool,
    /// What rules said, where a model judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by_rules: Option<Verdict>,
}

/// Judges a pair by rules. The same pair gives the same, always.
#[must_use]
pub fn judge_pair(pair: &Pair) -> Judged {
    match placed(pair) {
        Ok((_, said)) => pair.judged(&said),
        Err(reason) => pair.undrafted(reason),
    }
}

/// Judges a pair, and asks `llm` where rules cannot tell.
///
/// # Errors
/// [`Fault::Missing`] when the model's endpoint is not there: then nothing is measured.
pub async fn judge_pair_with(pair: &Pair, llm: &Llm) -> Result<Judged, Fault> {
    let ((draft, rival), by_rules) = match placed(pair) {
        Ok(placed) => placed,
        Err(reason) => return Ok(pair.undrafted(reason)),
    };
    if !is_grey(&by_rules) {
        return Ok(pair.judged(&by_rules));
    }
    let cases = [Case::of(pair.draft.clone()), Case::of(pair.known.clone())];
    let grey = Grey { intervention: None, draft: &draft, rival: &rival, cases: &cases, by_rules: &by_rules };
    Ok(pair.judged(&second_opinion(llm, &grey, true).await?))
}

impl Pair {
    fn judged(&self, said: &Comparison) -> Judged {
        let by_rules = said.by_rules.unwrap_or(said.verdict);
        Judged {
            id: self.id.clone(),
            set: self.set,
            language: self.draft.language.unwrap_or(Language::French),
            expected: self.verdict,
            said: Some(said.verdict),
            similarity: said.similarity,
            reason: said.reason.clone(),
            grey: is_grey(&Comparison { verdict: by_rules, ..said.clone() }),
            by_rules: said.by_rules,
        }
    }

    fn undrafted(&self, reason: String) -> Judged {
        let none = Comparison::new(Verdict::New, None, 0.0, reason);
        Judged { said: None, ..self.judged(&none) }
    }
}

/// Both drafts and what rules say of them, or why one tells too little for a draft.
fn placed(pair: &Pair) -> Result<((Draft, Rival), Comparison), String> {
    let known = drafted(&pair.known).map_err(|reason| format!("known: {reason}"))?;
    let content = drafted(&pair.draft).map_err(|reason| format!("draft: {reason}"))?;
    let rival = Rival { known: Known::Procedure(ProcedureId::new()), version: 1, content: known };
    let said = judge(&content, std::slice::from_ref(&rival));
    let draft = Draft {
        id: DraftId::new(),
        intervention: InterventionId::new(),
        content,
        provenance: offline::Offline.provenance(),
        suspicions: Vec::new(),
        comparison: None,
        version: 1,
        created_at: pair.draft.closed_at,
        updated_at: pair.draft.closed_at,
    };
    Ok(((draft, rival), said))
}

/// What the offline extractor makes of a delivery, or why nothing.
fn drafted(intake: &Intake) -> Result<Content, String> {
    match offline::extract(&Case::of(intake.clone())) {
        Extraction::Draft(content) => Ok(*content),
        Extraction::TooThin { reason, .. } => Err(reason),
    }
}

/// Judges all pairs by rules.
#[must_use]
pub fn measure(pairs: &[Pair]) -> Run {
    let judged: Vec<Judged> = pairs.iter().map(judge_pair).collect();
    sum(format!("rules, drafts by offline {}", offline::VERSION), &judged)
}

/// Judges all pairs, those in the grey zone with `llm`, and adds what that took: how many were grey, of how many the model
/// gave a verdict, tokens, cost and seconds.
///
/// # Errors
/// As [`judge_pair_with`].
pub async fn measure_with(pairs: &[Pair], llm: &Llm) -> Result<Run, Fault> {
    let (begun, before) = (Instant::now(), llm.spent());
    let mut judged = Vec::with_capacity(pairs.len());
    for pair in pairs {
        judged.push(judge_pair_with(pair, llm).await?);
    }
    let spent = llm.spent().since(before);
    let of = format!(
        "rules, and {} (prompt {}) where they cannot tell, drafts by offline {}",
        llm.name(),
        prompts::compare::version_of(),
        offline::VERSION
    );
    let mut run = sum(of, &judged);
    let count = |which: &dyn Fn(&Judged) -> bool| judged.iter().filter(|j| which(j)).count() as f64;
    run.figures.put("grey", count(&|j| j.grey));
    run.figures.put("judged_by_model", count(&|j| j.by_rules.is_some()));
    run.figures.put("changed_by_model", count(&|j| j.by_rules.is_some() && j.by_rules != j.said));
    run.figures.spent(std::iter::once(spent));
    run.figures.put("seconds", begun.elapsed().as_secs_f64());
    Ok(run)
}

fn sum(of: String, judged: &[Judged]) -> Run {
    let all: Vec<&Judged> = judged.iter().collect();
    let chosen = |which: &dyn Fn(&Judged) -> bool| all.iter().copied().filter(|j| which(j)).collect::<Vec<_>>();
    let mut sums = figures(&all);
    let held = figures(&chosen(&|j| j.set == Half::HeldOut));
    sums.0.extend(held.0.into_iter().map(|(name, value)| (format!("held_out_{name}"), value)));
    let languages = Language::ALL.iter().map(|l| (l.to_string(), chosen(&|j| j.language == *l)));
    Run {
        eval: "compare".into(),
        of,
        cases: judged.len(),
        figures: sums,
        languages: languages.filter(|(_, of)| !of.is_empty()).map(|(l, of)| (l, figures(&of))).collect(),
        failures: failures(judged),
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
