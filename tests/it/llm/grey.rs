//! Where rules cannot tell what a draft is to what is known, a model is asked: what its word may do, and what not.

use std::sync::Arc;

use savoir_models::draft::{Comparison, Draft, Known, Verdict};
use savoir_models::id::ProcedureId;
use savoir_models::review::Decision;
use savoir_models::store::Decided;
use savoir_models::usage::{Purpose, Usage};
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_pipeline::evaluate::compare::{Judged, Pair, judge_pair, measure, measure_with, shipped};
use savoir_pipeline::extractor::offline::Offline;
use savoir_pipeline::kit::LineSettings;
use savoir_tests::data::{START, reading, said};
use savoir_tests::house::Builder;
use serde_json::json;

use super::*;

const REASON: &str = "Les deux textes racontent la même panne et le même remède.";

/// A pair of the shipped gold that rules cannot tell, of which they say one of these.
fn grey(wanted: &[Verdict]) -> Pair {
    one(|judged| judged.said.is_some_and(|v| wanted.contains(&v)))
}

/// One whose cause and repair are others by the rules.
fn opposed() -> Pair {
    one(|j| j.said == Some(Verdict::Contradiction) || (j.said == Some(Verdict::New) && j.similarity > 0.43))
}

fn one(fits: impl Fn(&Judged) -> bool) -> Pair {
    let judged = |pair: &Pair| Some(judge_pair(pair)).filter(|j| j.grey);
    shipped().unwrap().into_iter().find(|pair| judged(pair).is_some_and(|j| fits(&j))).expect("a grey pair")
}

fn answer(verdict: &str) -> String {
    json!({"differences": [], "verdict": verdict, "reason": REASON}).to_string()
}

fn advised(address: &str) -> Builder {
    House::build().extractor(Arc::new(Offline)).adviser(remote(address, Duration::from_secs(2)), settings())
}

async fn deliver_pair(house: &House, intake: &savoir_models::intervention::Intake) -> InterventionId {
    let id = InterventionId::new();
    let mut tx = house.kit.db.begin().await.unwrap();
    tx.accept(id, intake, &[], house.kit.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    house.work().await;
    id
}

/// The known half of a pair, approved; it tells whom to call as well.
async fn known(house: &House, pair: &Pair) -> ProcedureId {
    let db = &house.kit.db;
    let id = deliver_pair(house, &pair.known).await;
    let first = db.draft_of(id).await.unwrap().unwrap();
    let mut better = first.content.clone();
    better.steps.push(said("Prévenez Mme Quiquampoix au 06 39 98 41 07"));
    let mut tx = db.begin().await.unwrap();
    tx.edit_draft(&first, &better, &Viewer::new("Anne", Role::Expert), START).await.unwrap();
    tx.commit().await.unwrap();
    let (review, seen) = (db.review_of(first.id).await.unwrap().unwrap(), first.version + 1);
    let approve = Decision::Approve { audience: Audience::Technician, into: None };
    let anne = Viewer::new("Anne", Role::Expert);
    let Decided::Done(Some(procedure)) = db.decide(review.id, &approve, &anne, reading(seen), START).await.unwrap()
    else {
        panic!("approved")
    };
    house.work().await;
    procedure
}

async fn drafted(house: &House, id: InterventionId) -> (Stage, Draft, Comparison) {
    let draft = house.kit.db.draft_of(id).await.unwrap().expect("it tells enough");
    let said = draft.comparison.clone().expect("it was compared");
    (state(house, id).await.stage, draft, said)
}

/// What the rules alone say of the pair, on the line.
async fn by_rules(pair: &Pair) -> (Stage, Comparison) {
    let house = House::build().extractor(Arc::new(Offline)).open().await.unwrap();
    known(&house, pair).await;
    let id = deliver_pair(&house, &pair.draft).await;
    let (stage, _, said) = drafted(&house, id).await;
    assert_eq!((&said.judged_by, said.by_rules), (&None, None), "no model, no word of one");
    (stage, said)
}

/// The same comparison, but for whom it names.
fn is_theirs(said: &Comparison, rules: &Comparison) {
    let Comparison { verdict, similarity, reason, judged_by, by_rules, .. } = said;
    assert_eq!((verdict, reason, judged_by, by_rules), (&rules.verdict, &rules.reason, &None, &None));
    assert!((similarity - rules.similarity).abs() < 1e-9);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rules_cannot_tell_a_model_judges_and_the_draft_says_so() {
    let pair = grey(&[Verdict::Update, Verdict::New]);
    let (_, rules) = by_rules(&pair).await;
    let service = Service::start(|_| says(&answer("contradiction"))).await;
    let mut houses = vec![advised(&service.address).open().await.unwrap()];
    houses.extend(advised(&service.address).postgres().open().await);
    for (at, house) in houses.iter().enumerate() {
        let procedure = known(house, &pair).await;
        let id = deliver_pair(house, &pair.draft).await;
        let (stage, _, said) = drafted(house, id).await;
        assert_eq!((stage, said.verdict), (Stage::InReview, Verdict::Contradiction), "on {}", house.kit.db.kind());
        assert_eq!((said.by_rules, said.nearest), (Some(rules.verdict), Some(Known::Procedure(procedure))));
        assert!((said.similarity - rules.similarity).abs() < 1e-9, "the measure is the rules'");
        assert_eq!(said.reason, REASON);
        assert!(said.sides.is_some(), "a contradiction shows both sides");
        let by = said.judged_by.unwrap();
        assert_eq!((by.extractor.as_str(), by.model.as_deref(), by.version.len()), ("model", Some("m"), 12));
        let spent = house.kit.db.spent_on(id).await.unwrap();
        assert_eq!((spent.calls, spent.cost_micros), (1, 15_000), "on its account");
        assert_eq!(service.received().len(), at + 1, "the first had nothing to be compared with");
        let sent = service.received()[at].text();
        assert!(sent.contains("source id=\\\"known\\\"") && sent.contains("source id=\\\"new\\\""), "{sent}");
        assert!(!sent.contains("Quiquampoix") && !sent.contains("06 39") && sent.contains("[PHONE]"), "{sent}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_model_that_was_talked_into_same_hides_nothing() {
    let service = Service::start(|_| says(&answer("same"))).await;
    // Below the border, or with something added: the model's word stands on the draft, and an expert looks at it.
    let pair = grey(&[Verdict::Update]);
    let house = advised(&service.address).open().await.unwrap();
    let procedure = known(&house, &pair).await;
    let id = deliver_pair(&house, &pair.draft).await;
    let (stage, draft, said) = drafted(&house, id).await;
    assert_eq!((said.verdict, said.by_rules), (Verdict::Same, Some(Verdict::Update)));
    assert_eq!(stage, Stage::InReview, "only rules count a case without a look");
    assert!(house.kit.db.review_of(draft.id).await.unwrap().is_some());
    let found = house.kit.db.procedure(procedure, &the_house()).await.unwrap().unwrap();
    assert_eq!((found.cases, found.revision.number), (1, 1), "the procedure rests on what it rested on");
    // Cause and repair are others by the rules: the word is not taken at all.
    let pair = opposed();
    let (_, rules) = by_rules(&pair).await;
    let house = advised(&service.address).open().await.unwrap();
    known(&house, &pair).await;
    let id = deliver_pair(&house, &pair.draft).await;
    let (stage, _, said) = drafted(&house, id).await;
    is_theirs(&said, &rules);
    assert_eq!(stage, Stage::InReview);
    assert_eq!(service.received().len(), 2, "it was asked both times");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_endpoint_the_grey_ones_wait_and_only_these() {
    let pair = grey(&[Verdict::Update, Verdict::New, Verdict::Contradiction]);
    let address = Service::nowhere().await;
    let house = advised(&address).open().await.unwrap();
    known(&house, &pair).await;
    let id = deliver_pair(&house, &pair.draft).await;
    let waits = state(&house, id).await;
    assert_eq!(waits.stage, Stage::Indexed);
    assert!(waits.waiting.is_some(), "it says what it waits for");
    let waiting = job(&house, id).await;
    assert_eq!((waiting.failures, waiting.state), (0, savoir_models::job::JobState::Waiting));
    let other = deliver(&house, "T-9", REPORT).await;
    house.work().await;
    assert_eq!(state(&house, other).await.stage, Stage::InReview, "what no model is asked about goes on");
    let _service = Service::start_at(&address, |_| says(&answer("new"))).await;
    house.clock.advance(Duration::from_secs(60));
    house.work().await;
    let (stage, _, said) = drafted(&house, id).await;
    assert_eq!((stage, said.verdict, said.judged_by.is_some()), (Stage::InReview, Verdict::New, true));
    assert_eq!(state(&house, id).await.waiting, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_model_is_no_help_the_rules_word_stands() {
    let pair = grey(&[Verdict::Update, Verdict::New]);
    let (stage, rules) = by_rules(&pair).await;
    let answers = ["non", r#"{"differences":[],"verdict":"update","reason":"<b>x</b>"}"#, r#"{"verdict":"merge"}"#, ""];
    for text in answers {
        let service = Service::start(move |_| says(text)).await;
        let house = advised(&service.address).open().await.unwrap();
        known(&house, &pair).await;
        let id = deliver_pair(&house, &pair.draft).await;
        let (reached, _, said) = drafted(&house, id).await;
        is_theirs(&said, &rules);
        assert_eq!(reached, stage, "{text}");
        assert_eq!(job_count(&house, id).await, 0, "the line does not stop on it");
        let calls = house.kit.db.spent_on(id).await.unwrap().calls;
        assert_eq!(calls, i64::from(settings().repairs) + 1, "asked, and asked to mend it: {text}");
    }
    // A service that breaks down each time: the last try does without it.
    let service = Service::start(|_| {
        use axum::response::IntoResponse;
        (axum::http::StatusCode::INTERNAL_SERVER_ERROR, "broken").into_response()
    })
    .await;
    let impatient = LineSettings { backoff: Duration::from_millis(1), ..LineSettings::default() };
    let house = advised(&service.address).line(impatient).open().await.unwrap();
    known(&house, &pair).await;
    let id = deliver_pair(&house, &pair.draft).await;
    assert_eq!(service.received().len(), 5, "it is tried as often as any step");
    let (reached, _, said) = drafted(&house, id).await;
    is_theirs(&said, &rules);
    assert_eq!(reached, stage);
}

async fn job_count(house: &House, id: InterventionId) -> usize {
    house.kit.db.jobs_of(&id.to_string()).await.unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_does_not_wait_for_the_next_months_budget() {
    let pair = grey(&[Verdict::Update, Verdict::New]);
    let (stage, rules) = by_rules(&pair).await;
    let service = Service::start(|_| says(&answer("new"))).await;
    let mut thrifty = settings();
    thrifty.prices.monthly_budget = 0.01;
    let model = remote(&service.address, Duration::from_secs(2));
    let house = House::build().extractor(Arc::new(Offline)).adviser(model, thrifty).open().await.unwrap();
    let (prompt_tokens, completion_tokens, cost_micros, took_ms) = (1, 1, 1_000_000, 1);
    let spent =
        Usage { purpose: Purpose::Extract, model: "m".into(), prompt_tokens, completion_tokens, cost_micros, took_ms };
    let mut tx = house.kit.db.begin().await.unwrap();
    tx.put_usage(None, &spent, house.kit.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    known(&house, &pair).await;
    let id = deliver_pair(&house, &pair.draft).await;
    let (reached, _, said) = drafted(&house, id).await;
    is_theirs(&said, &rules);
    assert_eq!((reached, service.received().len()), (stage, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_measure_with_a_model_says_how_many_were_grey_and_what_it_cost() {
    let pairs = shipped().unwrap();
    let rules = measure(&pairs);
    let of = |run: &savoir_pipeline::evaluate::Run, name: &str| run.figures.get(name);
    assert_eq!(of(&rules, "grey"), None, "by rules nobody is asked");
    for (text, helps) in [("non".to_owned(), false), (answer("new"), true)] {
        let service = Service::start(move |_| says(&text)).await;
        let house = advised(&service.address).open().await.unwrap();
        let run = measure_with(&pairs, house.kit.llm.as_ref().unwrap()).await.unwrap();
        let (grey, judged) = (of(&run, "grey").unwrap(), of(&run, "judged_by_model").unwrap());
        println!("{grey} of {} pairs are grey, {judged} judged, accuracy {:?}", run.cases, of(&run, "accuracy"));
        assert!(grey > 0.0 && of(&run, "prompt_tokens").unwrap() >= 100.0 * grey, "{:?}", run.figures);
        if helps {
            assert_eq!((judged, of(&run, "cost")), (grey, Some(0.015 * grey)));
        } else {
            assert_eq!((judged, of(&run, "accuracy")), (0.0, of(&rules, "accuracy")), "the rules' word stands");
        }
    }
}
