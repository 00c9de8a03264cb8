//! Drafts measured on gold cases, through the path of the line: redact, extract, verify.

mod beside;
mod misses;
mod score;
#[cfg(test)]
mod tests;

use std::time::Instant;

use savoir_models::content::Content;
use savoir_models::text::Language;
use savoir_models::usage::Spent;
use serde::{Deserialize, Serialize};

pub use beside::{Beside, beside};
pub use misses::{Miss, MissKind};
pub use score::Scores;

use super::gold::{Expected, Gold};
use super::run::share;
use super::{Figures, Named, Run, Tally};
use crate::enough::Need;
use crate::extractor::{Extraction, Extractor};
use crate::fault::Fault;
use crate::redact::redact;
use crate::verify::verify;

/// Counts what an extractor spends.
pub trait Meter: Send + Sync {
    /// Everything spent so far.
    fn spent(&self) -> Spent;
}

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// A procedure, verified.
    Draft(Box<Content>),
    /// Questions.
    Questions {
        /// Why.
        reason: String,
        /// Which.
        questions: Vec<String>,
    },
    /// Nothing that could be used: why.
    Failed(String),
}

/// A gold case, what came of it, and how good that is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Judged {
    /// The name of the case.
    pub name: String,
    /// What is special about it.
    pub about: String,
    /// Its language.
    pub language: Language,
    /// What was expected.
    pub expected: Expected,
    /// What was given.
    pub given: Given,
    /// How good it is.
    pub scores: Scores,
    /// Every single thing that is not as expected.
    pub misses: Vec<Miss>,
    /// What it cost.
    pub spent: Spent,
    /// How long it took: redact, extract and verify.
    pub seconds: f64,
}

/// Runs one gold case.
///
/// # Errors
/// [`Fault::Missing`] when the model's endpoint is not there: then nothing is measured. Any other fault is a result.
pub async fn judge(gold: &Gold, extractor: &dyn Extractor, meter: Option<&dyn Meter>) -> Result<Judged, Fault> {
    let spent = || meter.map(Meter::spent).unwrap_or_default();
    let (begun, before) = (Instant::now(), spent());
    let case = gold.case();
    let redaction = redact(&case);
    let given = match extractor.extract(&case, &redaction).await {
        Ok(Extraction::Draft(mut content)) => {
            verify(&case, &redaction, &mut content);
            Given::Draft(content)
        }
        Ok(Extraction::TooThin { reason, questions }) => Given::Questions { reason, questions },
        Err(fault @ Fault::Missing { .. }) => return Err(fault),
        Err(fault) => Given::Failed(fault.to_string()),
    };
    let seconds = begun.elapsed().as_secs_f64();
    let (scores, misses) = score::score(gold, &given);
    Ok(Judged {
        name: gold.name.clone(),
        about: gold.file.about.clone(),
        language: gold.language(),
        expected: gold.file.expected.clone(),
        given,
        scores,
        misses,
        spent: spent().since(before),
        seconds,
    })
}

/// All cases in one.
///
/// # Panics
/// Never: what was judged is JSON.
#[must_use]
pub fn sum(of: String, judged: &[Judged]) -> Run {
    let all: Vec<&Judged> = judged.iter().collect();
    let languages = Language::ALL
        .iter()
        .map(|language| (language, all.iter().copied().filter(|j| j.language == *language).collect::<Vec<_>>()))
        .filter(|(_, judged)| !judged.is_empty())
        .map(|(language, judged)| (language.to_string(), figures(&judged)))
        .collect();
    Run {
        eval: "extract".into(),
        of,
        cases: judged.len(),
        figures: figures(&all),
        languages,
        failures: failures(judged),
        details: judged.iter().filter_map(|j| serde_json::to_value(j).ok()).collect(),
    }
}

/// Misses by kind, the commonest first.
fn failures(judged: &[Judged]) -> Vec<Named> {
    let mut out: Vec<Named> = Vec::new();
    for kind in MissKind::ALL {
        let count = judged.iter().flat_map(|j| &j.misses).filter(|m| m.kind == *kind).count();
        if count > 0 {
            out.push(Named { name: kind.as_str().into(), count });
        }
    }
    out.sort_by_key(|n| std::cmp::Reverse(n.count));
    out
}

fn figures(judged: &[&Judged]) -> Figures {
    let mut out = Figures::default();
    let count = |what: &dyn Fn(&Judged) -> bool| judged.iter().filter(|j| what(j)).count();
    let tally = |of: &dyn Fn(&Scores) -> Tally| {
        let mut sum = Tally::default();
        judged.iter().for_each(|j| sum.add(of(&j.scores)));
        sum
    };
    let number = |n: usize| n as f64;
    let failed = count(&|j| matches!(j.given, Given::Failed(_)));
    let refused = count(&|j| j.refused() == Some(true) && !j.thin());
    let drafted = count(&|j| j.refused() == Some(false) && j.thin());
    out.put("schema_validity", 1.0 - share(failed, judged.len()).unwrap_or(0.0));
    out.put("refusal_accuracy", share(judged.len() - failed - refused - drafted, judged.len()).unwrap_or(1.0));
    out.put("drafted_thin", number(drafted));
    out.put("refused_rich", number(refused));
    out.put("lacks_f1", tally(&|s| s.lacks).f1());
    let steps = tally(&|s| s.steps);
    out.put("step_f1", steps.f1());
    out.put("step_precision", steps.precision());
    out.put("step_recall", steps.recall());
    out.put("step_f1_any_order", tally(&|s| s.steps_any_order).f1());
    out.put("step_f1_any_cut", tally(&|s| s.steps_any_cut).f1());
    out.put("check_f1", tally(&|s| s.checks).f1());
    out.put("tools_f1", tally(&|s| s.tools).f1());
    out.put("parts_f1", tally(&|s| s.parts).f1());
    out.put("codes_f1", tally(&|s| s.codes).f1());
    out.put("hazards_f1", tally(&|s| s.hazards).f1());
    out.mean("symptom_likeness", judged.iter().filter_map(|j| j.scores.symptoms));
    out.mean("cause_likeness", judged.iter().filter_map(|j| j.scores.cause));
    out.mean("cause_accuracy", judged.iter().filter_map(|j| j.scores.cause_right).map(|r| f64::from(u8::from(r))));
    out.mean("title_quality", judged.iter().filter_map(|j| j.scores.title));
    let statements: usize = judged.iter().map(|j| j.scores.statements).sum();
    let of_statements = |what: &dyn Fn(&Scores) -> usize| {
        share(judged.iter().map(|j| what(&j.scores)).sum(), statements).unwrap_or(0.0)
    };
    out.put("unsupported_rate", of_statements(&|s| s.unsupported));
    out.put("unproven_rate", of_statements(&|s| s.unproven));
    out.spent(judged.iter().map(|j| j.spent));
    out.put("seconds", judged.iter().map(|j| j.seconds).sum());
    out
}

impl Judged {
    /// Whether questions are expected.
    fn thin(&self) -> bool {
        matches!(self.expected, Expected::Questions(_))
    }

    /// Whether questions were given; nothing when neither they nor a draft were.
    fn refused(&self) -> Option<bool> {
        match self.given {
            Given::Draft(_) => Some(false),
            Given::Questions { .. } => Some(true),
            Given::Failed(_) => None,
        }
    }
}

/// What questions ask for.
fn asked(questions: &[String]) -> Vec<Need> {
    let mut out: Vec<Need> = questions.iter().filter_map(|q| crate::extractor::asks_for(q)).collect();
    out.sort_unstable();
    out.dedup();
    out
}
