use std::collections::BTreeMap;

use async_trait::async_trait;
use savoir_models::content::{AppliesTo, Content, Hazard, Part, Statement};
use savoir_models::draft::Provenance;
use savoir_models::evidence::Case;
use savoir_models::redaction::Redaction;
use savoir_models::text::Language;

use super::super::gold::{Expected, Gold, GoldDraft, GoldFile, shipped};
use super::*;

/// Gives what it was told to give.
struct Answers(fn(&GoldDraft) -> Result<Extraction, Fault>, GoldDraft);

#[async_trait]
impl Extractor for Answers {
    fn provenance(&self) -> Provenance {
        Provenance { extractor: "test".into(), version: "1".into(), model: None, parameters: BTreeMap::new() }
    }
    async fn extract(&self, _: &Case, _: &Redaction) -> Result<Extraction, Fault> {
        (self.0)(&self.1)
    }
}

fn said(text: &str) -> Statement {
    Statement { text: text.into(), ..Statement::default() }
}

/// The very draft that is expected.
fn perfect(gold: &GoldDraft) -> Content {
    let list = |texts: &[String]| texts.iter().map(|t| said(t)).collect();
    Content {
        language: Language::French,
        title: said(&gold.title),
        symptoms: list(&gold.symptoms),
        cause: gold.cause.as_deref().map(said),
        prerequisites: list(&gold.prerequisites),
        tools: list(&gold.tools),
        parts: gold
            .parts
            .iter()
            .map(|p| Part { statement: said(&p.name), reference: p.reference.clone(), quantity: None })
            .collect(),
        hazards: gold.hazards.iter().map(|k| Hazard { kind: *k, statement: said("danger") }).collect(),
        steps: list(&gold.steps),
        verification: list(&gold.verification),
        applies_to: AppliesTo { error_codes: gold.error_codes.clone(), ..AppliesTo::default() },
    }
}

fn rich() -> (Gold, GoldDraft) {
    let with_steps = |g: &Gold| match &g.file.expected {
        Expected::Draft(d) if d.steps.len() >= 5 && d.cause.is_some() && g.language() == Language::French => {
            Some((**d).clone())
        }
        _ => None,
    };
    shipped().unwrap().into_iter().find_map(|g| with_steps(&g).map(|d| (g, d))).unwrap()
}

async fn judged(give: fn(&GoldDraft) -> Result<Extraction, Fault>) -> Judged {
    let (gold, draft) = rich();
    judge(&gold, &Answers(give, draft), None).await.unwrap()
}

fn kinds(judged: &Judged) -> Vec<MissKind> {
    judged.misses.iter().map(|m| m.kind).collect()
}

#[tokio::test]
async fn the_expected_draft_itself_is_perfect() {
    let judged = judged(|d| Ok(Extraction::Draft(Box::new(perfect(d))))).await;
    assert_eq!(judged.misses, []);
    let figures = sum("test".into(), &[judged]).figures;
    for name in
        ["step_f1", "check_f1", "tools_f1", "parts_f1", "codes_f1", "hazards_f1", "cause_likeness", "title_quality"]
    {
        assert_eq!(figures.get(name), Some(1.0), "{name}");
    }
    assert_eq!(figures.get("unproven_rate"), Some(1.0), "nothing of it has evidence");
}

#[tokio::test]
async fn each_thing_that_is_wrong_is_named_by_its_kind() {
    let judged = judged(|d| {
        let mut content = perfect(d);
        let last = content.steps.pop().unwrap();
        content.steps.insert(0, last);
        content.steps.push(said("Appelez le fournisseur pour un devis de capotage"));
        content.cause = Some(said(&d.symptoms[0]));
        content.tools.clear();
        Ok(Extraction::Draft(Box::new(content)))
    })
    .await;
    let kinds = kinds(&judged);
    for kind in [MissKind::StepOrder, MissKind::StepExtra, MissKind::SymptomAsCause, MissKind::ToolMissing] {
        assert!(kinds.contains(&kind), "{kind:?} is not in {kinds:?}");
    }
    assert!(judged.scores.steps.right < judged.scores.steps_any_order.right);
}

#[tokio::test]
async fn a_step_cut_in_two_is_told_from_one_that_is_missing() {
    let judged = judged(|d| {
        let mut content = perfect(d);
        let first = d.steps.iter().position(|s| s.split_whitespace().count() >= 8).unwrap();
        let words: Vec<&str> = d.steps[first].split_whitespace().collect();
        let at = words.len() * 2 / 3;
        content.steps[first] = said(&words[..at].join(" "));
        content.steps.insert(first + 1, said(&words[at..].join(" ")));
        Ok(Extraction::Draft(Box::new(content)))
    })
    .await;
    assert_eq!(kinds(&judged), [MissKind::StepSplit], "{:?}", judged.misses);
    assert!(judged.scores.steps.f1() < 1.0);
    assert_eq!(judged.scores.steps_any_cut.f1(), 1.0);
}

#[tokio::test]
async fn refusing_is_right_where_the_case_is_thin_and_nowhere_else() {
    let questions = vec!["Quelle était la cause de la panne ?".to_owned()];
    let refused = judged(|_| {
        let questions = vec!["Quelle était la cause de la panne ?".to_owned()];
        Ok(Extraction::TooThin { reason: "x".into(), questions })
    })
    .await;
    assert_eq!(kinds(&refused), [MissKind::RefusedWrongly]);
    let thin = Gold {
        name: "thin".into(),
        file: GoldFile {
            expected: serde_json::from_str(r#"{"questions":{"lacks":["cause","check"]}}"#).unwrap(),
            ..rich().0.file
        },
    };
    let (scores, misses) = score::score(&thin, &Given::Questions { reason: String::new(), questions });
    assert_eq!((scores.lacks.expected, scores.lacks.right), (2, 1));
    assert_eq!(misses.iter().map(|m| m.kind).collect::<Vec<_>>(), [MissKind::LackNotAsked]);
    let drafted = Given::Draft(Box::new(perfect(&rich().1)));
    assert_eq!(score::score(&thin, &drafted).1[0].kind, MissKind::DraftedWrongly);
    let figures = sum("test".into(), &[refused]).figures;
    assert_eq!((figures.get("refusal_accuracy"), figures.get("step_f1")), (Some(0.0), Some(0.0)));
}

#[tokio::test]
async fn an_answer_that_is_none_counts_against_the_schema_and_a_missing_endpoint_ends_the_measure() {
    let failed = judged(|_| Err(Fault::never("not JSON"))).await;
    let figures = sum("test".into(), &[failed]).figures;
    assert_eq!(figures.get("schema_validity"), Some(0.0));
    let (gold, draft) = rich();
    let away = Answers(|_| Err(Fault::missing(crate::fault::Need::LanguageModel, "down")), draft);
    assert!(judge(&gold, &away, None).await.is_err());
}

#[tokio::test]
async fn what_a_case_costs_is_the_difference_on_the_meter() {
    struct Ticking(std::sync::atomic::AtomicI64);
    impl Meter for Ticking {
        fn spent(&self) -> Spent {
            let n = self.0.fetch_add(100, std::sync::atomic::Ordering::Relaxed);
            Spent { prompt_tokens: n, completion_tokens: n / 10, cost_micros: n * 1_000, ..Spent::default() }
        }
    }
    let (gold, draft) = rich();
    let extractor = Answers(|d| Ok(Extraction::Draft(Box::new(perfect(d)))), draft);
    let judged = judge(&gold, &extractor, Some(&Ticking(50.into()))).await.unwrap();
    assert_eq!((judged.spent.prompt_tokens, judged.spent.completion_tokens), (100, 10));
    assert!((judged.spent.cost() - 0.1).abs() < 1e-9);
}
