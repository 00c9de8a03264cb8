//! One case against its gold.

use savoir_models::content::{Content, HazardKind, Part};
use savoir_models::intervention::Equipment;
use savoir_models::text::Language;
use serde::{Deserialize, Serialize};

use super::super::Tally;
use super::super::alignment::{ALIKE, Pair, Told, align, in_order, likeness, told};
use super::super::gold::{Expected, Gold, GoldDraft, GoldPart};
use super::{Given, Miss, MissKind, asked};
use crate::codes::canonical_reference;

/// From this likeness on a cause is the one that was expected: a clause of the report against an expert's sentence.
const SAME_CAUSE: f64 = 0.33;

/// A title that shares this much with the expected one names the problem fully.
const FULL_TITLE: f64 = 0.5;

/// How good an answer is. What does not apply (a title where questions were expected) is nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Steps, one to one and in order.
    pub steps: Tally,
    /// The same whatever their order.
    pub steps_any_order: Tally,
    /// In order, however they are cut: pieces of a step that is found elsewhere count neither for nor against.
    pub steps_any_cut: Tally,
    /// Checks at the end.
    pub checks: Tally,
    /// Tools.
    pub tools: Tally,
    /// Parts: by reference, else by name.
    pub parts: Tally,
    /// Error codes.
    pub codes: Tally,
    /// Kinds of danger.
    pub hazards: Tally,
    /// What was asked for of what is lacking.
    pub lacks: Tally,
    /// Symptoms: twice the likeness of those that pair, over all that were expected and given.
    pub symptoms: Option<f64>,
    /// Likeness of the causes; 1 where none was expected and none given.
    pub cause: Option<f64>,
    /// Whether the cause is the one that was expected.
    pub cause_right: Option<bool>,
    /// Half a point for the machine (its model; where none is known, its family), half for the problem: the F-measure
    /// of content stems with the expected title, without the machine's words, full from [`FULL_TITLE`] on.
    pub title: Option<f64>,
    /// Statements of the draft.
    pub statements: usize,
    /// Those with a finding that nobody vouches for.
    pub unsupported: usize,
    /// Those without any evidence.
    pub unproven: usize,
}

struct Sheet {
    language: Language,
    scores: Scores,
    misses: Vec<Miss>,
}

impl Sheet {
    fn miss(&mut self, kind: MissKind, what: impl Into<String>) {
        self.misses.push(Miss { kind, what: what.into() });
    }
}

/// Scores what was given for a gold case.
pub(super) fn score(gold: &Gold, given: &Given) -> (Scores, Vec<Miss>) {
    let mut sheet = Sheet { language: gold.language(), scores: Scores::default(), misses: Vec::new() };
    match (&gold.file.expected, given) {
        (expected, Given::Failed(reason)) => {
            sheet.miss(MissKind::Failed, reason);
            if let Expected::Draft(draft) = expected {
                sheet.nothing(draft);
            }
        }
        (Expected::Draft(draft), Given::Draft(content)) => {
            sheet.statements(content);
            sheet.draft(draft, content, &gold.file.intake.equipment);
        }
        (Expected::Draft(draft), Given::Questions { questions, .. }) => {
            sheet.miss(MissKind::RefusedWrongly, questions.join(" "));
            sheet.nothing(draft);
        }
        (Expected::Questions(expected), Given::Questions { questions, .. }) => {
            let asked = asked(questions);
            for need in &expected.lacks {
                if !asked.contains(need) {
                    sheet.miss(MissKind::LackNotAsked, need.as_str());
                }
            }
            for need in asked.iter().filter(|n| !expected.lacks.contains(n)) {
                sheet.miss(MissKind::AskedInVain, need.as_str());
            }
            let right = asked.iter().filter(|n| expected.lacks.contains(n)).count();
            sheet.scores.lacks = Tally { expected: expected.lacks.len(), given: asked.len(), right };
        }
        (Expected::Questions(_), Given::Draft(content)) => {
            sheet.statements(content);
            sheet.miss(MissKind::DraftedWrongly, content.title.text.clone());
        }
    }
    (sheet.scores, sheet.misses)
}

impl Sheet {
    /// A procedure was expected and none given: everything is missing, and told once.
    fn nothing(&mut self, draft: &GoldDraft) {
        let missing = |expected| Tally { expected, given: 0, right: 0 };
        let scores = &mut self.scores;
        scores.steps = missing(draft.steps.len());
        (scores.steps_any_order, scores.steps_any_cut) = (scores.steps, scores.steps);
        scores.checks = missing(draft.verification.len());
        scores.tools = missing(draft.tools.len());
        scores.parts = missing(draft.parts.len());
        scores.codes = missing(draft.error_codes.len());
        scores.hazards = missing(draft.hazards.len());
        (scores.symptoms, scores.cause, scores.title) = (Some(0.0), Some(0.0), Some(0.0));
        scores.cause_right = Some(false);
    }

    fn statements(&mut self, content: &Content) {
        let all = content.statements();
        self.scores.statements = all.len();
        self.scores.unsupported = all.iter().filter(|(_, s)| s.open_findings().next().is_some()).count();
        self.scores.unproven = all.iter().filter(|(_, s)| s.evidence.is_empty()).count();
    }

    fn draft(&mut self, draft: &GoldDraft, content: &Content, equipment: &Equipment) {
        self.steps(draft, content);
        self.tools(draft, content);
        self.parts(&draft.parts, &content.parts);
        self.codes(draft, content);
        self.hazards(&draft.hazards, content);
        self.symptoms(draft, content);
        self.cause(draft, content);
        self.title(draft, content, equipment);
    }

    fn told<'a>(&self, texts: impl Iterator<Item = &'a str>) -> Vec<Told> {
        told(texts, self.language)
    }

    fn steps(&mut self, draft: &GoldDraft, content: &Content) {
        let expected = self.told(draft.steps.iter().map(String::as_str));
        let given = self.told(content.steps.iter().map(|s| s.text.as_str()));
        let expected_checks = self.told(draft.verification.iter().map(String::as_str));
        let given_checks = self.told(content.verification.iter().map(|s| s.text.as_str()));
        let pairs = align(&expected, &given);
        let ordered = in_order(&pairs);
        let tally = |right| Tally { expected: expected.len(), given: given.len(), right };
        self.scores.steps = tally(ordered.len());
        self.scores.steps_any_order = tally(pairs.len());
        let found = |i: usize| ordered.iter().any(|p| p.expected == i);
        let used = |i: usize| ordered.iter().any(|p| p.given == i);
        let merged = |i: &usize| !found(*i) && (0..given.len()).any(|g| used(g) && expected[*i].within(&given[g]));
        let split = |i: &usize| !used(*i) && (0..expected.len()).any(|e| found(e) && given[*i].within(&expected[e]));
        self.scores.steps_any_cut = Tally {
            expected: expected.len() - (0..expected.len()).filter(merged).count(),
            given: given.len() - (0..given.len()).filter(split).count(),
            right: ordered.len(),
        };
        for pair in pairs.iter().filter(|p| !ordered.contains(p)) {
            self.miss(MissKind::StepOrder, draft.steps[pair.expected].clone());
        }
        let check_pairs = align(&expected_checks, &given_checks);
        let same = |a: &Told, b: &Told| a.likeness(b) >= ALIKE;
        let free_checks = |i: &usize| !check_pairs.iter().any(|p| p.given == *i);
        for (i, text) in draft.steps.iter().enumerate().filter(|(i, _)| !pairs.iter().any(|p| p.expected == *i)) {
            let kind = if given.iter().any(|g| expected[i].within(g)) {
                MissKind::StepMerged
            } else if (0..given_checks.len()).filter(free_checks).any(|c| same(&expected[i], &given_checks[c])) {
                MissKind::StepAsCheck
            } else {
                MissKind::StepMissing
            };
            self.miss(kind, text.clone());
        }
        for (i, step) in content.steps.iter().enumerate().filter(|(i, _)| !pairs.iter().any(|p| p.given == *i)) {
            let kind = if expected.iter().any(|e| given[i].within(e)) {
                MissKind::StepSplit
            } else if expected_checks.iter().any(|c| same(c, &given[i])) {
                MissKind::CheckAsStep
            } else {
                MissKind::StepExtra
            };
            self.miss(kind, step.text.clone());
        }
        self.scores.checks =
            Tally { expected: expected_checks.len(), given: given_checks.len(), right: check_pairs.len() };
        let given_texts: Vec<&str> = content.verification.iter().map(|s| s.text.as_str()).collect();
        let expected_texts: Vec<&str> = draft.verification.iter().map(String::as_str).collect();
        self.unpaired(&check_pairs, (&expected_texts, &given_texts), (MissKind::CheckMissing, MissKind::CheckExtra));
    }

    /// Notes what of two lists has no partner.
    fn unpaired(&mut self, pairs: &[Pair], lists: (&[&str], &[&str]), kinds: (MissKind, MissKind)) {
        for (_, text) in lists.0.iter().enumerate().filter(|(i, _)| !pairs.iter().any(|p| p.expected == *i)) {
            self.miss(kinds.0, *text);
        }
        for (_, text) in lists.1.iter().enumerate().filter(|(i, _)| !pairs.iter().any(|p| p.given == *i)) {
            self.miss(kinds.1, *text);
        }
    }

    fn tools(&mut self, draft: &GoldDraft, content: &Content) {
        let expected: Vec<&str> = draft.tools.iter().map(String::as_str).collect();
        let given: Vec<&str> = content.tools.iter().map(|s| s.text.as_str()).collect();
        let pairs = align(&self.told(expected.iter().copied()), &self.told(given.iter().copied()));
        self.scores.tools = Tally { expected: expected.len(), given: given.len(), right: pairs.len() };
        self.unpaired(&pairs, (&expected, &given), (MissKind::ToolMissing, MissKind::ToolExtra));
    }

    fn parts(&mut self, expected: &[GoldPart], given: &[Part]) {
        let reference = |r: &Option<String>| r.as_deref().and_then(canonical_reference);
        let mut pairs: Vec<Pair> = Vec::new();
        for (e, part) in expected.iter().enumerate() {
            let wanted = reference(&part.reference);
            let same = |g: &usize| wanted.is_some() && reference(&given[*g].reference) == wanted;
            if let Some(g) = (0..given.len()).filter(|g| !pairs.iter().any(|p| p.given == *g)).find(same) {
                pairs.push(Pair { expected: e, given: g, likeness: 1.0 });
            }
        }
        // By name only where references do not speak against it.
        let names = (
            self.told(expected.iter().map(|p| p.name.as_str())),
            self.told(given.iter().map(|p| p.statement.text.as_str())),
        );
        for pair in align(&names.0, &names.1) {
            let taken = pairs.iter().any(|p| p.expected == pair.expected || p.given == pair.given);
            let (a, b) = (reference(&expected[pair.expected].reference), reference(&given[pair.given].reference));
            if !taken && (a.is_none() || b.is_none()) {
                pairs.push(pair);
            }
        }
        self.scores.parts = Tally { expected: expected.len(), given: given.len(), right: pairs.len() };
        let texts: Vec<&str> = expected.iter().map(|p| p.name.as_str()).collect();
        let given: Vec<&str> = given.iter().map(|p| p.statement.text.as_str()).collect();
        self.unpaired(&pairs, (&texts, &given), (MissKind::PartMissing, MissKind::PartExtra));
    }

    fn codes(&mut self, draft: &GoldDraft, content: &Content) {
        let (expected, given) = (&draft.error_codes, &content.applies_to.error_codes);
        let right = expected.iter().filter(|c| given.contains(c)).count();
        self.scores.codes = Tally { expected: expected.len(), given: given.len(), right };
        for code in expected.iter().filter(|c| !given.contains(c)) {
            self.miss(MissKind::CodeMissing, code);
        }
        for code in given.iter().filter(|c| !expected.contains(c)) {
            self.miss(MissKind::CodeExtra, code);
        }
    }

    fn hazards(&mut self, expected: &[HazardKind], content: &Content) {
        let mut given: Vec<HazardKind> = content.hazards.iter().map(|h| h.kind).collect();
        given.sort_unstable();
        given.dedup();
        let right = given.iter().filter(|k| expected.contains(k)).count();
        self.scores.hazards = Tally { expected: expected.len(), given: given.len(), right };
        for kind in expected.iter().filter(|k| !given.contains(k)) {
            self.miss(MissKind::HazardMissing, kind.as_str());
        }
        for kind in given.iter().filter(|k| !expected.contains(k)) {
            self.miss(MissKind::HazardExtra, kind.as_str());
        }
    }

    fn symptoms(&mut self, draft: &GoldDraft, content: &Content) {
        let expected: Vec<&str> = draft.symptoms.iter().map(String::as_str).collect();
        let given: Vec<&str> = content.symptoms.iter().map(|s| s.text.as_str()).collect();
        let pairs = align(&self.told(expected.iter().copied()), &self.told(given.iter().copied()));
        let all = expected.len() + given.len();
        let shared: f64 = pairs.iter().map(|p| p.likeness).sum();
        self.scores.symptoms = Some(if all == 0 { 1.0 } else { 2.0 * shared / all as f64 });
        self.unpaired(&pairs, (&expected, &given), (MissKind::SymptomMissing, MissKind::SymptomExtra));
    }

    fn cause(&mut self, draft: &GoldDraft, content: &Content) {
        let given = content.cause.as_ref().map(|s| s.text.as_str());
        let (score, wrong) = match (draft.cause.as_deref(), given) {
            (None, None) => (1.0, None),
            (None, Some(given)) => (0.0, Some((MissKind::CauseInvented, given))),
            (Some(expected), None) => (0.0, Some((MissKind::CauseMissing, expected))),
            (Some(expected), Some(given)) => {
                let score = likeness(expected, given, self.language);
                let as_symptom = draft.symptoms.iter().map(|s| likeness(s, given, self.language)).fold(0.0, f64::max);
                let kind = if as_symptom > score { MissKind::SymptomAsCause } else { MissKind::CauseWrong };
                (score, (score < SAME_CAUSE).then_some((kind, given)))
            }
        };
        self.scores.cause = Some(score);
        self.scores.cause_right = Some(wrong.is_none());
        if let Some((kind, what)) = wrong {
            self.miss(kind, what);
        }
    }

    fn title(&mut self, draft: &GoldDraft, content: &Content, equipment: &Equipment) {
        let title = &content.title.text;
        let compact =
            |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
        let words = |text: &str| crate::extractor::content_words(text, self.language);
        let named = words(title);
        let machine = match (equipment.model.as_deref(), equipment.family.as_deref()) {
            (Some(model), _) => compact(title).contains(&compact(model)),
            (None, Some(family)) => words(family).iter().all(|w| named.contains(w)),
            (None, None) => true,
        };
        let of_machine: Vec<String> =
            [&equipment.family, &equipment.model].into_iter().flatten().flat_map(|t| words(t)).collect();
        let problem = |text: &str| {
            let mut list: Vec<String> = words(text).into_iter().filter(|w| !of_machine.contains(w)).collect();
            list.sort_unstable();
            list.dedup();
            list
        };
        let (wanted, told) = (problem(&draft.title), problem(title));
        let right = told.iter().filter(|w| wanted.contains(w)).count();
        let shared = Tally { expected: wanted.len(), given: told.len(), right }.f1();
        let problem = (shared / FULL_TITLE).min(1.0);
        self.scores.title = Some((f64::from(u8::from(machine)) + problem) / 2.0);
        if !machine {
            self.miss(MissKind::TitleMachine, title);
        }
        if problem < 0.5 {
            self.miss(MissKind::TitleProblem, title);
        }
    }
}
