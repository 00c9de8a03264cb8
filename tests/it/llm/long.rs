//! Cases that a model cannot read at once.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use savoir_models::job::JobState;
use serde_json::{Value, json};

use super::*;

/// A report of many findings, each with its own number.
fn long_report() -> String {
    let mut out = String::from("Ensacheuse arrêtée en E42.\n\n");
    for n in 1..=160 {
        out.push_str(&format!("Contrôlez le point {n} de la liste : la mesure {n} était bonne au multimètre.\n\n"));
    }
    out.push_str(
        "Le thermocouple était coupé près du connecteur. Remplacez le thermocouple. 50 sachets testés, tous étanches.",
    );
    out
}

/// Says what each part tells: a step for every tenth point in it, and the four things where they stand.
fn reads(prompt: &str) -> Value {
    let text = prompt.rsplit_once("<source id=\"report\"").map_or(prompt, |(_, rest)| rest);
    let said = |text: &str| json!({"text": text, "quotes": [{"source": "report", "quote": text}]});
    let mut steps: Vec<Value> = (1..=16)
        .map(|n| format!("Contrôlez le point {} de la liste", n * 10))
        .filter(|step| text.contains(step.as_str()))
        .map(|step| said(&step))
        .collect();
    let fix = text.contains("Remplacez le thermocouple");
    if fix {
        steps.push(said("Remplacez le thermocouple"));
    }
    json!({"language": "fr", "title": said("Ensacheuse arrêtée en E42"), "symptoms": [],
        "cause": fix.then(|| said("Le thermocouple était coupé")), "prerequisites": [],
        "tools": [{"text": "Multimètre", "quotes": [{"source": "report", "quote": "au multimètre"}]}],
        "parts": [], "hazards": [], "steps": steps,
        "verification": if fix { vec![said("50 sachets testés, tous étanches")] } else { vec![] },
        "told": {"cause": fix, "found": fix, "fix": fix, "check": fix}, "questions": []})
}

fn user(request: &Value) -> String {
    request["messages"][1]["content"].as_str().unwrap().to_owned()
}

async fn draft_of(house: &House) -> savoir_models::content::Content {
    let id = deliver(house, "T-1", &long_report()).await;
    let job = try_once(house, id).await;
    house.kit.db.draft_of(id).await.unwrap().unwrap_or_else(|| panic!("{:?}", job.fault)).content
}

fn check(content: &savoir_models::content::Content) {
    let expected: Vec<String> = (1..=16)
        .map(|n| format!("Contrôlez le point {} de la liste", n * 10))
        .chain(["Remplacez le thermocouple".to_owned()])
        .collect();
    assert_eq!(content.steps.iter().map(|s| s.text.clone()).collect::<Vec<_>>(), expected, "each once, in order");
    assert!(content.steps.iter().all(|s| s.evidence.iter().all(|e| e.place.end > 0)), "all found in the whole text");
    assert_eq!(content.tools.len(), 1, "what every part says is said once");
    assert!(content.cause.is_some() && content.verification.len() == 1);
}

#[tokio::test]
async fn a_long_case_is_asked_about_in_parts_and_comes_back_as_one_draft() {
    let service = Service::start(|asked| says(&reads(&user(&asked.json())).to_string())).await;
    let narrow = LlmSettings { context_characters: 14_000, ..settings() };
    let house = asking(&service.address, narrow).await;
    check(&draft_of(&house).await);
    let prompts: Vec<String> = service.received().iter().map(|r| user(&r.json())).collect();
    assert!(prompts.len() > 2, "{} requests", prompts.len());
    for (n, prompt) in prompts.iter().enumerate() {
        assert!(prompt.contains(&format!("partie {} sur {}", n + 1, prompts.len())));
        assert!(prompt.contains("ensacheuse verticale"), "each part names the machine");
    }
    let whole: usize =
        service.received().iter().map(|r| r.json()["messages"].to_string().chars().count()).max().unwrap();
    assert!(whole < 15_500, "{whole} characters in one request");
}

#[tokio::test]
async fn a_long_case_that_is_broken_off_is_gone_on_with_and_not_paid_for_twice() {
    let service = Service::start(|asked| match asked.number {
        2 | 4 => (StatusCode::TOO_MANY_REQUESTS, "a request a minute").into_response(),
        _ => says(&reads(&user(&asked.json())).to_string()),
    })
    .await;
    let narrow = LlmSettings { context_characters: 14_000, ..settings() };
    let house = asking(&service.address, narrow).await;
    let id = deliver(&house, "T-1", &long_report()).await;
    assert_eq!(try_once(&house, id).await.state, JobState::Waiting);
    for _ in 0..2 {
        house.clock.advance(house.kit.line.recheck);
        one_job(&house.kit).await.unwrap();
    }
    check(&house.kit.db.draft_of(id).await.unwrap().unwrap().content);
    let parts: BTreeSet<String> = service.received().iter().map(|r| user(&r.json())).collect();
    assert_eq!(service.received().len(), parts.len() + 2, "each part was asked about once, and two were refused");
}

#[tokio::test]
async fn a_model_that_takes_less_than_it_is_set_to_is_asked_in_smaller_parts() {
    let service = Service::start(|asked| {
        let prompt = user(&asked.json());
        if prompt.chars().count() > 6_000 {
            // As OpenAI says it, and as llama.cpp did.
            let said = [
                (400, r#"{"error":{"message":"This model's maximum context length is 4096 tokens","code":"context_length_exceeded"}}"#),
                (200, r#"{"error":{"code":400,"message":"the request exceeds the available context size","type":"exceed_context_size_error"}}"#),
            ][asked.number % 2];
            return (StatusCode::from_u16(said.0).unwrap(), said.1).into_response();
        }
        says(&reads(&prompt).to_string())
    })
    .await;
    let house = asking(&service.address, settings()).await;
    check(&draft_of(&house).await);
}

#[tokio::test]
async fn a_model_that_takes_next_to_nothing_is_no_model_for_this() {
    let service = Service::start(|_| (StatusCode::PAYLOAD_TOO_LARGE, "request too large").into_response()).await;
    let house = asking(&service.address, settings()).await;
    let id = deliver(&house, "T-1", &long_report()).await;
    let job = try_once(&house, id).await;
    assert_eq!(job.state, JobState::Dead);
    assert!(job.fault.unwrap().contains("llm.context_characters"));
    assert!(service.received().len() < 10, "{} requests", service.received().len());
}

#[tokio::test]
async fn a_book_is_not_asked_about() {
    let service = Service::start(|_| says(&good())).await;
    let house = asking(&service.address, settings()).await;
    let id = deliver(&house, "T-1", &"Contrôlé le joint. ".repeat(250_000)).await;
    let job = try_once(&house, id).await;
    assert_eq!((job.state, service.received().len()), (JobState::Dead, 0));
    assert!(job.fault.unwrap().contains("64 at most"));
}

#[tokio::test]
async fn the_same_case_is_asked_about_in_the_same_words() {
    let service = Service::start(|asked| says(&reads(&user(&asked.json())).to_string())).await;
    let narrow = LlmSettings { context_characters: 14_000, ..settings() };
    for _ in 0..2 {
        let house = asking(&service.address, narrow.clone()).await;
        draft_of(&house).await;
    }
    let all = service.received();
    let asked: BTreeSet<String> = all.iter().map(savoir_tests::service::Received::text).collect();
    assert_eq!(asked.len() * 2, all.len());
}
