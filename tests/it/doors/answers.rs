//! Questions to the technician: answered in writing or by voice, in time or late.

use std::time::Duration;

use axum::http::Method;
use savoir_models::evidence::Source;
use savoir_models::viewer::Role;
use savoir_pipeline::kit::LineSettings;
use savoir_pipeline::worker::upkeep;
use savoir_tests::call::{call, get, post};
use savoir_tests::doubles::PARROT_SAYS;
use savoir_tests::house::{House, house};
use serde_json::{Value, json};

use super::{INTERVENTIONS, delivered, delivery_with};

const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt ";

/// A house in which questions wait so many seconds for their answers.
async fn patient_for(seconds: u64) -> House {
    let patience = Some(Duration::from_secs(seconds));
    let line = LineSettings { poll: Duration::from_millis(5), patience, ..LineSettings::default() };
    House::build().line(line).open().await.unwrap()
}

/// A case that is too thin, with its question: the path of the case, the technician's token, the question.
async fn asked(house: &House) -> (String, String, String) {
    let service = house.token(Role::Service, None).await;
    let id = delivered(house, &service, &delivery_with("T-thin", json!({"report": "Carte, ok."}))).await;
    house.work().await;
    let technician = house.token(Role::Technician, None).await;
    let case = format!("{INTERVENTIONS}/{id}");
    let page = get(&case).by(&technician).to(house).await.expect(200);
    assert_eq!(page["stage"], "needs_answers", "{page}");
    let question = page["questions"][0]["id"].as_str().unwrap().to_owned();
    (case, technician, question)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spoken_answer_is_heard_and_becomes_evidence_with_its_time() {
    let house = house().await;
    let (case, technician, question) = asked(&house).await;
    let parts = [(question.as_str(), Some("reponse.wav"), "audio/wav", WAV)];
    let answer = call(Method::POST, &format!("{case}/answers")).by(&technician).form(&parts).to(&house).await;
    assert_eq!(answer.expect(200), json!({"open": 0}));
    let page = get(&case).by(&technician).to(&house).await.expect(200);
    assert_eq!((&page["stage"], &page["jobs"][0]["step"]), (&json!("received"), &json!("transcribe")));
    house.work().await;

    let page = get(&case).by(&technician).to(&house).await.expect(200);
    assert_eq!(page["questions"][0]["answer"], PARROT_SAYS, "{page}");
    assert_eq!((&page["stage"], &page["attachments"][0]["question"]), (&json!("in_review"), &json!(question)));
    let id = page["id"].as_str().unwrap().parse().unwrap();
    let told = house.kit.db.case(id).await.unwrap().unwrap();
    let sources: Vec<Source> = told.texts().into_iter().map(|t| t.source).collect();
    assert!(!sources.iter().any(|s| matches!(s, Source::Transcript { .. })), "its words stand once: {sources:?}");
    let source = Source::Answer { question: question.parse().unwrap() };
    let evidence = told.evidence(&source, 0, 10).unwrap();
    assert_eq!((evidence.place.start_ms, evidence.place.end_ms), (Some(500), Some(4_000)));
}

#[tokio::test]
async fn a_recording_names_the_question_it_answers_and_is_one() {
    let house = house().await;
    let (case, technician, question) = asked(&house).await;
    let send = async |parts: &[(&str, Option<&str>, &str, &[u8])]| {
        call(Method::POST, &format!("{case}/answers")).by(&technician).form(parts).to(&house).await
    };
    let nobody = "00000000-0000-7000-8000-000000000000";
    let text = br#"{"answers": []}"#.as_slice();
    for (parts, field) in [
        (vec![("file", Some("a.wav"), "audio/wav", WAV)], "file"),
        (vec![(nobody, Some("a.wav"), "audio/wav", WAV)], nobody),
        (vec![(question.as_str(), Some("a.wav"), "audio/wav", b"PK\x03\x04zip".as_slice())], question.as_str()),
        (vec![(question.as_str(), Some("a.jpg"), "image/jpeg", b"\xff\xd8\xffjpeg".as_slice())], question.as_str()),
        (vec![("answers", None, "application/json", text)], "answers"),
        (
            vec![
                (question.as_str(), Some("a.wav"), "audio/wav", WAV),
                (question.as_str(), Some("b.wav"), "audio/wav", WAV),
            ],
            question.as_str(),
        ),
    ] {
        let answer = send(&parts).await;
        let _ = answer.problem(422, "invalid_fields");
        assert_eq!(answer.fields(), [field]);
    }
    let page = get(&case).by(&technician).to(&house).await.expect(200);
    assert_eq!((&page["questions"][0]["answer"], &page["attachments"]), (&Value::Null, &json!([])), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_that_nobody_answers_end_their_wait_and_a_late_answer_takes_the_case_up_again() {
    let house = patient_for(30 * 86_400).await;
    let (case, technician, question) = asked(&house).await;
    house.clock.advance(Duration::from_secs(29 * 86_400));
    assert_eq!(upkeep(&house.kit).await.unwrap().expired, 0);
    house.clock.advance(Duration::from_secs(2 * 86_400));
    assert_eq!(upkeep(&house.kit).await.unwrap().expired, 1);
    assert_eq!(upkeep(&house.kit).await.unwrap().expired, 0, "once");
    let page = get(&case).by(&technician).to(&house).await.expect(200);
    assert_eq!((&page["stage"], page["questions"].as_array().unwrap().len()), (&json!("unanswered"), 1));

    let late = json!({"answers": [{"question": question, "answer": "J'ai remplacé la carte de commande et relancé."}]});
    let _ = post(&format!("{case}/answers"), &late).by(&technician).to(&house).await.expect(200);
    house.work().await;
    let page = get(&case).by(&technician).to(&house).await.expect(200);
    assert_eq!(page["stage"], "in_review", "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_expert_asked_and_nobody_answered_comes_back_to_the_expert() {
    let house = patient_for(86_400).await;
    let (id, review) = super::under_review(&house, "T-1").await;
    let expert = house.token(Role::Expert, None).await;
    let ask = json!({"decision": "ask", "questions": ["Quel couple de serrage ?"]});
    let call = post(&format!("/api/v1/reviews/{review}/decision"), &ask).by(&expert).with("if-match", "\"1\"");
    let _ = call.to(&house).await.expect(200);
    house.clock.advance(Duration::from_secs(2 * 86_400));
    assert_eq!(upkeep(&house.kit).await.unwrap().expired, 1);
    house.work().await;
    let page = get(&format!("{INTERVENTIONS}/{id}")).by(&expert).to(&house).await.expect(200);
    assert_eq!((&page["stage"], &page["questions"]), (&json!("in_review"), &json!([])), "{page}");
    let page = get(&format!("/api/v1/reviews/{review}")).by(&expert).to(&house).await.expect(200);
    assert_eq!(page["review"]["state"], "open");
}
