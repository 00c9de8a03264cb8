//! What a model may say, and what becomes of it.

use axum::http::StatusCode;
use axum::response::IntoResponse;
use savoir_models::evidence::Source;
use savoir_models::job::{JobState, Step};
use savoir_pipeline::llm::Output;
use savoir_tests::chat::completion;
use serde_json::{Value, json};

use super::*;

/// The draft that a model's answer gave.
async fn drafted(answer: &str) -> savoir_models::content::Content {
    let answer = answer.to_owned();
    let service = Service::start(move |_| says(&answer)).await;
    let house = asking(&service.address, settings()).await;
    let id = deliver(&house, "T-1", REPORT).await;
    try_once(&house, id).await;
    house.kit.db.draft_of(id).await.unwrap().expect("a draft").content
}

#[tokio::test]
async fn a_useless_answer_is_mended_twice_and_then_the_job_is_tried_again_later() {
    let english = good()
        .replace("Ensacheuse arrêtée en E42", "The bagger stops with E42")
        .replace("Remplacez le thermocouple", "Replace the thermocouple of the jaw with a new one")
        .replace("Le thermocouple était coupé", "The thermocouple was broken near the connector")
        .replace("50 sachets testés, tous étanches", "50 bags were tested and all of them are tight");
    let answers = [
        (String::new(), "it is empty"),
        ("Bien sûr ! Voici la procédure : remplacez {la sonde}.".into(), "no JSON object"),
        (good()[..200].to_owned(), "cut before its end"),
        (good().replace("\"told\"", ",\"told\""), "not valid JSON"),
        (r#"{"procedure": ["Remplacez le thermocouple"]}"#.into(), "another shape"),
        (good().replace("\"text\"", "\"texte\""), "another shape"),
        (format!("{}\n{}", good(), good()), "more than one JSON object"),
        (english, "written in English"),
    ];
    for (answer, wrong) in answers {
        let service = Service::start(move |_| says(&answer)).await;
        let house = asking(&service.address, settings()).await;
        let id = deliver(&house, "T-1", REPORT).await;
        let job = try_once(&house, id).await;
        assert_eq!(
            (job.step, job.state, job.failures),
            (Step::Extract, JobState::Ready, 1),
            "{wrong}: {:?}",
            job.fault
        );
        assert!(job.fault.as_ref().unwrap().contains(wrong), "{wrong}: {:?}", job.fault);
        assert_eq!(house.kit.db.draft_of(id).await.unwrap(), None);
        let spent = house.kit.db.spent_on(id).await.unwrap();
        assert_eq!((spent.calls, spent.cost_micros), (3, 45_000), "useless answers are paid for too");
        let repair = service.received()[2].json();
        let messages = repair["messages"].as_array().unwrap();
        let said = messages.last().unwrap()["content"].as_str().unwrap();
        assert!(said.contains("ne peut pas servir") && said.contains(wrong), "{said}");
        assert!(messages.len() <= 4, "only the last answer is shown again");
    }
}

#[tokio::test]
async fn an_answer_that_is_mended_is_a_draft() {
    let service = Service::start(|asked| match asked.number {
        1 => {
            let mut cut = completion(&good()[..300]);
            cut["choices"][0]["finish_reason"] = "length".into();
            cut.to_string().into_response()
        }
        _ => says(&good()),
    })
    .await;
    let house = asking(&service.address, settings()).await;
    let id = deliver(&house, "T-1", REPORT).await;
    house.work().await;
    assert_eq!(state(&house, id).await.stage, Stage::InReview);
    assert_eq!(house.kit.db.spent_on(id).await.unwrap().calls, 2);
}

#[tokio::test]
async fn several_choices_are_no_answer() {
    let service = Service::start(|asked| {
        let mut two = completion(&good());
        let other = two["choices"][0].clone();
        two["choices"].as_array_mut().unwrap().push(other);
        if asked.number == 1 { two.to_string().into_response() } else { says(&good()) }
    })
    .await;
    let house = asking(&service.address, settings()).await;
    deliver(&house, "T-1", REPORT).await;
    house.work().await;
    assert_eq!(service.received().len(), 2, "it was asked for exactly one");
}

#[tokio::test]
async fn fences_chatter_and_thoughts_around_a_draft_do_not_matter() {
    let around = format!(
        "<think>Si {{je}} copiais… {{\"x\": 1}}</think>\nVoici :\n```json\n{}\n```\nBonne journée {{à vous}} !",
        good()
    );
    assert_eq!(drafted(&around).await.steps[0].text, "Remplacez le thermocouple");
}

#[tokio::test]
async fn an_invented_quote_is_kept_without_a_place_and_a_mistaken_source_is_put_right() {
    let mut answer: Value = serde_json::from_str(&good()).unwrap();
    let said =
        |text: &str, source: &str, quote: &str| json!({"text": text, "quotes": [{"source": source, "quote": quote}]});
    answer["steps"] = json!([
        said("Remplacez le thermocouple", "report", "Remplacez  le\nthermocouple"),
        said("Graissez le palier", "report", "palier graissé à la pompe"),
        said("Testez 50 sachets", "exchanges[7]", "50 sachets testés, tous étanches"),
        said("Contrôlez le connecteur", "<source id=\"report\">", "coupé près du connecteur"),
        said("Priez", "nulle part", "rien de tel"),
    ]);
    let content = drafted(&answer.to_string()).await;
    let places: Vec<(Source, &str, bool)> = content
        .steps
        .iter()
        .map(|s| (s.evidence[0].source.clone(), s.evidence[0].quote.as_str(), s.evidence[0].place.end > 0))
        .collect();
    assert_eq!(places[0], (Source::Report, "Remplacez le thermocouple", true), "as it stands there");
    assert_eq!(places[1], (Source::Report, "palier graissé à la pompe", false));
    assert_eq!(places[2], (Source::Report, "50 sachets testés, tous étanches", true));
    assert_eq!(places[3], (Source::Report, "coupé près du connecteur", true));
    assert_eq!((places[4].1, places[4].2), ("rien de tel", false));
}

#[tokio::test]
async fn markup_stays_for_the_verifier_to_see_and_an_unknown_danger_is_still_told() {
    let mut answer: Value = serde_json::from_str(&good()).unwrap();
    answer["steps"][0]["text"] = "Remplacez <script>alert(1)</script> la sonde".into();
    answer["hazards"] = json!([
        {"kind": "pressure", "text": "Air à 7 bar", "quotes": []},
        {"kind": "Moving Parts", "text": "Mâchoires mobiles", "quotes": []},
        {"kind": "rayonnement", "text": "Source laser", "quotes": []},
    ]);
    let content = drafted(&answer.to_string()).await;
    assert_eq!(content.steps[0].text, "Remplacez <script>alert(1)</script> la sonde");
    assert_eq!(content.hazards.len(), 2);
    assert_eq!(content.prerequisites[0].text, "Source laser");
}

/// A case whose answers of the model are these, in turn; the questions that were put.
async fn asked(answers: Vec<String>) -> (Vec<String>, Intervention, usize) {
    let service = Service::start(move |asked| {
        answers.get(asked.number - 1).map_or_else(|| (StatusCode::BAD_REQUEST, "no more").into_response(), |a| says(a))
    })
    .await;
    let house = asking(&service.address, settings()).await;
    let id = deliver(&house, "T-1", REPORT).await;
    house.work().await;
    let questions = house.kit.db.questions(id).await.unwrap();
    (questions.into_iter().map(|q| q.text).collect(), state(&house, id).await, service.received().len())
}

#[tokio::test]
async fn a_case_that_lacks_two_of_the_four_things_gets_the_models_questions() {
    let mut answer: Value = serde_json::from_str(&good()).unwrap();
    answer["told"] = json!({"cause": false, "found": false, "fix": true, "check": true});
    answer["questions"] =
        json!(["Pourquoi le fil a-t-il cassé à cet endroit ?", "Qu'avez-vous mesuré sur le thermocouple ?"]);
    let (questions, intervention, calls) = asked(vec![answer.to_string()]).await;
    assert_eq!(intervention.stage, Stage::NeedsAnswers);
    assert_eq!(questions.len(), 2);
    assert_eq!(questions[0], "Pourquoi le fil a-t-il cassé à cet endroit ?");
    assert!(intervention.waiting.unwrap().contains("la cause, comment on a trouvé la cause"));
    assert_eq!(calls, 1);
}

#[tokio::test]
async fn what_a_model_only_claims_to_be_told_counts_as_lacking_and_its_questions_are_asked_for() {
    let mut answer: Value = serde_json::from_str(&good()).unwrap();
    answer["cause"] = Value::Null;
    answer["verification"] =
        json!([{"text": "Dix cycles", "quotes": [{"source": "report", "quote": "dix cycles sans défaut"}]}]);
    let reworded =
        json!({"questions": ["Quelle était la cause de l'arrêt en E42 ?", "Comment avez-vous vérifié la soudure ?"]});
    let (questions, intervention, calls) = asked(vec![answer.to_string(), reworded.to_string()]).await;
    assert_eq!((intervention.stage, calls), (Stage::NeedsAnswers, 2));
    assert_eq!(questions[0], "Quelle était la cause de l'arrêt en E42 ?");
}

#[tokio::test]
async fn questions_that_may_not_be_put_are_those_of_the_rules_instead() {
    let mut answer: Value = serde_json::from_str(&good()).unwrap();
    answer["steps"] = json!([]);
    answer["questions"] = json!(["Quel est le mot de passe du client ?", "Ouvrez https://example.com/ ?"]);
    let (questions, intervention, _) = asked(vec![answer.to_string()]).await;
    assert_eq!(intervention.stage, Stage::NeedsAnswers);
    assert!((2..=4).contains(&questions.len()), "{questions:?}");
    assert!(questions[0].contains("Qu'avez-vous remplacé"), "{questions:?}");
    assert!(questions.iter().all(|q| !q.contains("mot de passe") && !q.contains("http")), "{questions:?}");
}

#[tokio::test]
async fn a_form_that_the_service_does_not_take_is_stepped_down_from_once_and_remembered() {
    let service = Service::start(|asked| {
        let form = asked.json()["response_format"]["type"].as_str().unwrap_or("text").to_owned();
        let refuse = |status: u16, said: &str| (StatusCode::from_u16(status).unwrap(), said.to_owned()).into_response();
        match form.as_str() {
            "json_schema" => {
                refuse(400, r#"{"error":{"message":"response_format.type json_schema is not supported"}}"#)
            }
            "json_object" => refuse(422, r#"{"detail":"body.response_format: extra fields not permitted"}"#),
            _ => says(&format!("```\n{}\n```", good())),
        }
    })
    .await;
    let house = asking(&service.address, settings()).await;
    for external_id in ["T-1", "T-2"] {
        let id = deliver(&house, external_id, REPORT).await;
        try_once(&house, id).await;
        let draft = house.kit.db.draft_of(id).await.unwrap().unwrap();
        assert_eq!(draft.provenance.parameters["output"], "text");
        assert_eq!(house.kit.db.spent_on(id).await.unwrap().calls, 1, "a refused request costs nothing");
        while one_job(&house.kit).await.unwrap().is_some() {}
    }
    assert_eq!(service.received().len(), 4, "two were refused, and it was remembered");

    let set = LlmSettings { output: Output::JsonSchema, ..settings() };
    let house = asking(&service.address, set).await;
    let id = deliver(&house, "T-3", REPORT).await;
    let job = try_once(&house, id).await;
    assert_eq!(job.state, JobState::Dead, "a form that was set is not given up");
    assert!(job.fault.unwrap().contains("json_schema is not supported"));
}

#[tokio::test]
async fn a_probe_tells_what_a_service_can_do_and_costs_a_few_tokens() {
    use savoir_pipeline::llm::Probe;
    let held = json!({"ready": true, "word": "savoir"}).to_string();
    let service = Service::start(move |asked| match asked.path.as_str() {
        "/v1/models" => r#"{"object":"list","data":[{"id":"m:latest"},{"id":"other"}]}"#.into_response(),
        _ => says(&held),
    })
    .await;
    let house = asking(&service.address, settings()).await;
    let probe = house.kit.llm.as_ref().unwrap().probe().await.unwrap();
    assert_eq!(probe, Probe { known: Some(true), output: Output::JsonSchema, held: true });
    let (begin, end) = house.kit.clock.now().month();
    assert_eq!(house.kit.db.spent_between(begin, end).await.unwrap().calls, 1);

    let careless = Service::start(|asked| match asked.path.as_str() {
        "/v1/models" => StatusCode::NOT_FOUND.into_response(),
        _ if asked.json()["response_format"]["type"] == "json_schema" => says("I am ready!"),
        _ => says(r#"{"ready": true}"#),
    })
    .await;
    let house = asking(&careless.address, settings()).await;
    let probe = house.kit.llm.as_ref().unwrap().probe().await.unwrap();
    assert_eq!(probe, Probe { known: None, output: Output::JsonObject, held: false });
}
