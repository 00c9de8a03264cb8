//! Where rules cannot tell, a language model is asked, if the house has one.
//!
//! What it may do, and what not:
//!
//! - It is asked about the grey zone only ([`is_grey`]), and about the nearest that the rules found: similarity and nearest
//!   stay theirs. It sees both texts masked, as numbered lines of data, and answers with a verdict, a reason and the
//!   numbers of the lines that differ: every word of a proposal is the draft's own, with its evidence.
//! - It says `same` only where the rules see nothing against it: where cause and repair are other things by the rules
//!   ([`allows`]), that word is not taken. What rules took for a contradiction shows both sides whatever the model says.
//! - **Its word alone hides nothing.** A case is counted without an expert only where the rules say `same` as well
//!   ([`Comparison::home`]): a text that talks a model into "same" gets as far as an expert's desk, with both verdicts on it.
//! - It is not asked about texts whose statements rest on what reads like an order, as long as no expert vouches for them.
//!
//! Where it is no help (an answer of no use after all repairs, a refusal, a text that is too long, a spent budget), the
//! rules' word stands: an expert looks at the draft anyway, and no draft waits a month for a second opinion. Only a model
//! whose endpoint is missing is waited for, as the extractor waits for it.

use savoir_models::content::{Content, FindingCode};
use savoir_models::draft::{Comparison, Draft, Provenance, Verdict};
use savoir_models::evidence::Case;
use savoir_models::id::InterventionId;
use savoir_models::text::Language;
use savoir_models::usage::Purpose;
use serde::Deserialize;
use serde_json::Value;

use super::judge::{SAME_PROBLEM, SAME_SYMPTOM};
use super::propose::{Difference, DifferenceKind, named};
use super::{Rival, propose, sides};
use crate::fault::{Fault, Need};
use crate::llm::{Failure, Flaw, Llm, Question, Useless, fingerprint};
use crate::prompts::{Prompt, Shown, compare};
use crate::redact::hide_in;
use crate::verify::suspicions;

/// How near to a border rules are no better than chance: half of what two tellings of one problem differ by.
const NEAR_A_BORDER: f64 = 0.06;

/// The longest reason, in characters: the prompt asks for one sentence.
const LONGEST_REASON: usize = 400;
/// The shortest: less explains nothing.
const SHORTEST_REASON: usize = 10;

/// More differences than this are no list of differences.
const MOST_DIFFERENCES: usize = 60;

/// The parameter of a provenance that names what was asked.
const REQUEST: &str = "request";

/// Whether rules cannot tell: there is something near, and the measure lies so close to the border between two verdicts
/// that another choice of words would have given the other. A model may then be asked.
pub(crate) fn is_grey(comparison: &Comparison) -> bool {
    let near = |border: f64| (comparison.similarity - border).abs() < NEAR_A_BORDER;
    match comparison.verdict {
        _ if comparison.nearest.is_none() => false,
        // Below the border it is another problem; above it too, where cause and repair are others.
        Verdict::New => near(SAME_PROBLEM) || comparison.similarity > SAME_PROBLEM,
        Verdict::Same => near(SAME_PROBLEM),
        // From the second border on, an opposite cause is a contradiction and no update.
        Verdict::Update | Verdict::Contradiction => near(SAME_PROBLEM) || near(SAME_SYMPTOM),
    }
}

/// A pair that rules cannot tell apart or together.
pub(crate) struct Grey<'a> {
    /// On whose account the model is asked.
    pub(crate) intervention: Option<InterventionId>,
    /// The draft.
    pub(crate) draft: &'a Draft,
    /// The nearest.
    pub(crate) rival: &'a Rival,
    /// The cases that either of them was drawn from, the draft's first: what is personal in any is hidden in both.
    pub(crate) cases: &'a [Case],
    /// The rules' word.
    pub(crate) by_rules: &'a Comparison,
}

/// What a model says of a pair.
#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Said {
    #[serde(default)]
    differences: Option<Vec<Difference>>,
    verdict: Verdict,
    reason: String,
}

/// What the model makes of the pair, with `judged_by` and `by_rules`; the rules' own word where it is of no help.
///
/// # Errors
/// [`Fault::Missing`] when the model's endpoint is not there, and [`Fault::Later`] when it may answer another time. On the
/// `last` try the rules' word stands instead of the latter: a case does not fail for want of a second opinion.
pub(crate) async fn second_opinion(llm: &Llm, grey: &Grey<'_>, last: bool) -> Result<Comparison, Fault> {
    let by_rules = || Ok(grey.by_rules.clone());
    if commands(&grey.draft.content) || commands(&grey.rival.content) {
        tracing::info!("the text reads like an order: no model is asked, the rules' word stands");
        return by_rules();
    }
    let prompt = prompt(llm, grey);
    let request = fingerprint(&prompt.messages());
    if let Some(kept) = kept(grey, &request) {
        return Ok(kept);
    }
    let longest = llm.settings().context_characters;
    if prompt.system.chars().count() + prompt.user.chars().count() > longest {
        tracing::info!(longest, "too long for the language model: the rules' word stands");
        return by_rules();
    }
    let question = Question { purpose: Purpose::Compare, intervention: grey.intervention, prompt: &prompt };
    let asked = {
        let _turn = llm.aside().await;
        llm.ask(&question, |answer| read(answer, grey)).await
    };
    let said = match asked {
        Ok(said) => said,
        Err(failure) => match failure {
            Failure::Missing { need, .. } if need != Need::Budget => return Err(failure.into()),
            Failure::Transient { .. } | Failure::Slow { .. } if !last => return Err(failure.into()),
            _ => {
                tracing::info!(%failure, "no second opinion from the language model: the rules' word stands");
                return by_rules();
            }
        },
    };
    if !allows(grey.by_rules, said.verdict) {
        tracing::info!(by_rules = %grey.by_rules.verdict, said = %said.verdict, "not the model's to say: the rules' word stands");
        return by_rules();
    }
    let mut parameters = llm.parameters();
    parameters.insert(REQUEST.into(), request);
    let (extractor, version) = ("model".to_owned(), prompt.version);
    Ok(judged(grey, said, Provenance { extractor, version, model: Some(llm.name().to_owned()), parameters }))
}

/// Whether a model may say this where the rules said that. It never says `same` of what mends another thing for another
/// cause: of a contradiction, and of what is told alike and is another problem for that reason alone. Every other verdict
/// brings the draft before an expert.
fn allows(by_rules: &Comparison, said: Verdict) -> bool {
    let against = match by_rules.verdict {
        Verdict::Contradiction => true,
        Verdict::New => by_rules.similarity >= SAME_PROBLEM,
        Verdict::Same | Verdict::Update => false,
    };
    said != Verdict::Same || !against
}

/// The comparison that follows from the model's word. What the rules found to show an expert (changes, both sides) stays.
fn judged(grey: &Grey<'_>, said: Said, by: Provenance) -> Comparison {
    let Grey { draft, rival, by_rules, .. } = grey;
    let opposite = [said.verdict, by_rules.verdict].contains(&Verdict::Contradiction);
    let proposal = match said.verdict {
        Verdict::Update => changes(grey, &said),
        _ => by_rules.proposal.clone(),
    };
    Comparison {
        verdict: said.verdict,
        reason: said.reason,
        proposal,
        sides: opposite.then(|| sides(draft, rival)),
        judged_by: Some(by),
        by_rules: Some(by_rules.verdict),
        ..(*by_rules).clone()
    }
}

/// What the draft would change: by the rules, and where these find nothing, by what the model names.
fn changes(grey: &Grey<'_>, said: &Said) -> Option<savoir_models::proposal::Proposal> {
    let differences = said.differences.as_deref().unwrap_or_default();
    propose(grey.draft, grey.rival).or_else(|| named(grey.draft, grey.rival, differences))
}

/// What the model said of the very same words before, of the same versions: a step that is run again does not pay again.
fn kept(grey: &Grey<'_>, request: &str) -> Option<Comparison> {
    let before = grey.draft.comparison.as_ref()?;
    let asked = before.judged_by.as_ref()?.parameters.get(REQUEST)?;
    let fits = before
        .proposal
        .as_ref()
        .is_none_or(|p| (p.known_version, p.draft_version) == (grey.rival.version, grey.draft.version));
    let same = asked == request && before.nearest == grey.by_rules.nearest;
    (same && fits && before.by_rules == Some(grey.by_rules.verdict)).then(|| before.clone())
}

/// Whether a text holds what nobody should put before a machine that reads: a statement that reads like an order, or holds
/// markup, and for which nobody vouches.
fn commands(content: &Content) -> bool {
    let doubtful = [FindingCode::Instruction, FindingCode::Markup];
    content.open_findings().iter().any(|(_, finding)| doubtful.contains(&finding.code))
}

/// What is sent: both texts, masked, their lines numbered.
fn prompt(llm: &Llm, grey: &Grey<'_>) -> Prompt {
    let (known, new) = (lines(&grey.rival.content), lines(&grey.draft.content));
    let of_known = known.len();
    let mut all = [known, new].concat();
    for case in grey.cases {
        all = hide_in(case, &all);
    }
    let numbered = |lines: &[String]| {
        let lines = lines.iter().enumerate().map(|(at, line)| format!("{}. {line}", at + 1));
        lines.collect::<Vec<_>>().join("\n")
    };
    let sources = [Shown::new("known", &numbered(&all[..of_known])), Shown::new("new", &numbered(&all[of_known..]))];
    let french = grey.draft.content.language == Language::French;
    compare::prompt(llm.house(), &compare::User { french, sources: &sources })
}

/// The statements of a content, a line each, in the order of [`Content::statements`]; the machine comes last.
fn lines(content: &Content) -> Vec<String> {
    let mut parts = content.parts.iter();
    let line = |(path, statement): (String, &savoir_models::content::Statement)| {
        let section = path.split('[').next().unwrap_or_default();
        let reference = if section == "parts" { parts.next().and_then(|p| p.reference.as_deref()) } else { None };
        let reference = reference.map(|r| format!(" ({r})")).unwrap_or_default();
        // On one line: a text must not number lines of its own.
        flat(&format!("{section}: {}{reference}", statement.text))
    };
    let mut out: Vec<String> = content.statements().into_iter().map(line).collect();
    let machine = &content.applies_to;
    let names = machine.family.iter().chain(&machine.manufacturer).chain(&machine.models).chain(&machine.error_codes);
    let names = names.map(String::as_str).collect::<Vec<_>>().join(", ");
    if !names.is_empty() {
        out.push(flat(&format!("machine: {names}")));
    }
    out
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Reads an answer about a pair.
///
/// # Errors
/// What is wrong with it, for the model to mend.
fn read(answer: &Value, grey: &Grey<'_>) -> Result<Said, Useless> {
    let wrong = |what: String| Err(Useless::new(Flaw::Shape, what));
    let mut said: Said = serde_path_to_error::deserialize(answer).map_err(|error| {
        let (path, why) = (error.path().to_string(), error.inner().to_string());
        let place = if path == "." { String::new() } else { format!("at {path}: ") };
        Useless::new(Flaw::Shape, format!("it has another shape: {place}{why}"))
    })?;
    said.reason = flat(&said.reason);
    if let Some(what) = unfit(&said.reason, &grey.draft.content) {
        return wrong(format!("at reason: {what}"));
    }
    let differences = said.differences.as_deref().unwrap_or_default();
    if differences.len() > MOST_DIFFERENCES {
        return wrong(format!("at differences: there are {}, {MOST_DIFFERENCES} at most", differences.len()));
    }
    let (known, new) = (lines(&grey.rival.content).len(), lines(&grey.draft.content).len());
    for (at, difference) in differences.iter().enumerate() {
        let beyond = |line: Option<usize>, last: usize| line.is_some_and(|n| n == 0 || n > last);
        if beyond(difference.known, known) || beyond(difference.new, new) {
            return wrong(format!(
                "at differences[{at}]: there is no such line; \"known\" has lines 1 to {known}, \"new\" 1 to {new}"
            ));
        }
    }
    let contradicts = differences.iter().any(|d| d.kind == DifferenceKind::Contradict);
    match said.verdict {
        Verdict::Same if !differences.is_empty() => {
            wrong("the verdict is \"same\" and there are differences: one of both is wrong".into())
        }
        Verdict::Update if contradicts => {
            wrong("the verdict is \"update\" and a difference contradicts: one of both is wrong".into())
        }
        Verdict::Update
            if grey.draft.content.language == grey.rival.content.language && changes(grey, &said).is_none() =>
        {
            wrong("the verdict is \"update\" and no difference names a line that \"new\" adds or changes".into())
        }
        _ => Ok(said),
    }
}

/// What is wrong with a reason that an expert is to read; `None` when nothing is.
fn unfit(reason: &str, draft: &Content) -> Option<String> {
    let length = reason.chars().count();
    if length < SHORTEST_REASON {
        return Some("it says nothing; give one sentence".into());
    }
    if length > LONGEST_REASON {
        return Some(format!("it has {length} characters; give one sentence of {LONGEST_REASON} at most"));
    }
    if reason.contains(['<', '>', '[', ']', '{', '}', '`', '|']) {
        return Some("it holds brackets or markup; give one sentence of plain words".into());
    }
    let lower = reason.to_lowercase();
    if ["://", "www.", "@"].iter().any(|mark| lower.contains(mark)) {
        return Some("it points elsewhere; give one sentence of plain words about the two texts".into());
    }
    // Read as a case would be: markup, invisible characters, orders to a machine or to its reader.
    let suspect = !suspicions(&Case::told(reason, draft.language)).is_empty();
    suspect.then(|| "it does not only say why; give one sentence of plain words about the two texts".into())
}

#[cfg(test)]
mod tests;
