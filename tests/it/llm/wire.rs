//! What goes wrong between the house and its model's service.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use savoir_models::job::{JobState, Step};
use savoir_tests::chat::completion;
use savoir_tests::service::Act;

use super::*;

/// The job after one try at a house whose service answers so.
async fn after(answer: impl Fn() -> Response + Send + Sync + 'static) -> (Job, String) {
    let service = Service::start(move |_| answer()).await;
    let house = asking(&service.address, settings()).await;
    let id = deliver(&house, "T-1", REPORT).await;
    let job = try_once(&house, id).await;
    assert_eq!(job.step, Step::Extract, "nothing of it is accepted");
    assert_eq!(house.kit.db.draft_of(id).await.unwrap(), None);
    let reason = state(&house, id).await.waiting.expect("the reason is shown");
    assert_eq!(job.fault.as_deref(), Some(reason.as_str()));
    assert_eq!(service.received().len(), 1, "trying again is the line's business");
    (job, reason)
}

#[tokio::test]
async fn while_the_endpoint_is_down_the_case_waits_and_goes_on_by_itself() {
    let address = Service::nowhere().await;
    let house = asking(&address, settings()).await;
    let id = deliver(&house, "T-1", REPORT).await;
    let parked = try_once(&house, id).await;
    assert_eq!((parked.state, parked.failures), (JobState::Waiting, 0));
    assert!(state(&house, id).await.waiting.unwrap().contains(&address));
    for _ in 0..20 {
        house.clock.advance(house.kit.line.recheck);
        one_job(&house.kit).await.unwrap();
    }
    assert_eq!((job(&house, id).await.state, job(&house, id).await.failures), (JobState::Waiting, 0));
    assert_eq!(house.kit.db.spent_on(id).await.unwrap().calls, 0, "nobody answered, nothing is paid");
    let _service = Service::start_at(&address, |_| says(&good())).await;
    house.clock.advance(house.kit.line.recheck);
    house.work().await;
    let gone_on = state(&house, id).await;
    assert_eq!((gone_on.stage, gone_on.waiting), (Stage::InReview, None));
}

#[tokio::test]
async fn a_service_that_is_asked_too_often_is_asked_again_when_it_says() {
    let dated = [("retry-after", "Fri, 20 Nov 2026 08:10:00 GMT"), ("date", "Fri, 20 Nov 2026 08:00:00 GMT")];
    for (headers, seconds) in [([("retry-after", "170"), ("x", "y")], 170), (dated, 600)] {
        let (job, reason) = after(move || {
            (StatusCode::TOO_MANY_REQUESTS, headers, r#"{"error":{"message":"slow down"}}"#).into_response()
        })
        .await;
        assert_eq!((job.state, job.failures), (JobState::Waiting, 0), "{reason}");
        assert_eq!(job.ready_at.since(savoir_tests::data::START), Duration::from_secs(seconds));
        assert!(reason.contains("429") && reason.contains("slow down"), "{reason}");
    }
}

#[tokio::test]
async fn what_an_operator_must_mend_parks_the_work_and_says_what() {
    let cases: [(StatusCode, &str, &str); 4] = [
        (StatusCode::UNAUTHORIZED, r#"{"error":{"message":"bad key"}}"#, "api_key (bad key)"),
        (StatusCode::NOT_FOUND, r#"{"error":{"message":"no model m"}}"#, "no model m"),
        (StatusCode::PAYMENT_REQUIRED, "no credit", "no credit"),
        (StatusCode::OK, "<!DOCTYPE html><html><title>Please log in</title></html>", "a web page"),
    ];
    for (status, body, said) in cases {
        let (job, reason) = after(move || (status, body).into_response()).await;
        assert_eq!((job.state, job.failures), (JobState::Waiting, 0), "{reason}");
        let wanted: Vec<&str> = said.split(" (").collect();
        assert!(wanted.iter().all(|w| reason.contains(w.trim_end_matches(')'))), "{reason}");
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again_a_limited_number_of_times() {
    let bodies = [
        (StatusCode::INTERNAL_SERVER_ERROR, "out of memory".to_owned(), "out of memory"),
        (StatusCode::OK, r#"{"error":{"code":500,"message":"out of memory"}}"#.to_owned(), "out of memory"),
        (StatusCode::OK, String::new(), "not its protocol"),
        (StatusCode::OK, r#"{"status":"ok"}"#.to_owned(), "not its protocol"),
        (StatusCode::OK, r#"{"choices":[{"mess"#.to_owned(), "not its protocol"),
        (StatusCode::OK, format!("{0}{0}", completion("{}")), "answered twice"),
        (StatusCode::OK, completion(&"x".repeat(3 * 1024 * 1024)).to_string(), "longer than 2097152 bytes"),
    ];
    for (status, body, said) in bodies {
        let (job, reason) = after(move || (status, body.clone()).into_response()).await;
        assert_eq!((job.state, job.failures), (JobState::Ready, 1), "{reason}");
        assert!(reason.contains(said), "{reason}");
    }
}

#[tokio::test]
async fn what_never_goes_better_is_set_aside() {
    let filtered = r#"{"error":{"message":"The response was filtered","code":"content_filter"}}"#;
    let refused =
        r#"{"choices":[{"message":{"content":null,"refusal":"I cannot help with that"},"finish_reason":"stop"}]}"#;
    let unknown = r#"{"error":{"message":"stream is required"}}"#;
    let inside = r#"{"error":{"code":400,"message":"no such field","type":"invalid_request_error"}}"#;
    for (status, body) in [(400, filtered), (200, refused), (400, unknown), (200, inside)] {
        let service = Service::start(move |_| (StatusCode::from_u16(status).unwrap(), body).into_response()).await;
        let house = asking(&service.address, settings()).await;
        let id = deliver(&house, "T-1", REPORT).await;
        assert_eq!(try_once(&house, id).await.state, JobState::Dead, "{body}");
        assert_eq!(state(&house, id).await.stage, Stage::Failed);
    }
}

#[tokio::test]
async fn a_service_that_fails_once_does_not_fail_the_case() {
    let service = Service::start(|asked| match asked.number {
        1 => (StatusCode::BAD_GATEWAY, "restarting").into_response(),
        2 => (StatusCode::INTERNAL_SERVER_ERROR, "oops").into_response(),
        _ => says(&good()),
    })
    .await;
    let house = asking(&service.address, settings()).await;
    let id = deliver(&house, "T-1", REPORT).await;
    try_once(&house, id).await;
    for _ in 0..2 {
        house.clock.advance(house.kit.line.recheck);
        one_job(&house.kit).await.unwrap();
    }
    house.work().await;
    assert_eq!(state(&house, id).await.stage, Stage::InReview);
}

fn response(body: &str) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    format!("{head}content-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// The job after one try at a house that gives up after 300 ms.
async fn impatient(service: &Service) -> (House, InterventionId, Job) {
    let model = remote(&service.address, Duration::from_millis(300));
    let house = House::build().llm(model, settings()).open().await.unwrap();
    let id = deliver(&house, "T-1", REPORT).await;
    let job = try_once(&house, id).await;
    (house, id, job)
}

#[tokio::test]
async fn a_service_that_stalls_is_waited_for_and_what_it_may_have_cost_is_written_down() {
    let half = response(&completion(&good()).to_string())[..200].to_vec();
    for beginning in [Vec::new(), half] {
        let service =
            Service::raw(move |_| vec![Act::Send(beginning.clone()), Act::Wait(Duration::from_secs(3))]).await;
        let (house, id, job) = impatient(&service).await;
        assert_eq!((job.state, job.failures), (JobState::Waiting, 0), "{:?}", job.fault);
        assert!(job.fault.unwrap().contains("in time"));
        let spent = house.kit.db.spent_on(id).await.unwrap();
        assert!(spent.calls == 1 && spent.prompt_tokens > 500 && spent.completion_tokens == 0, "{spent:?}");
    }
}

#[tokio::test]
async fn a_case_that_takes_too_long_at_a_service_that_lives_does_not_hold_up_the_others() {
    let service = Service::raw(|asked| match asked.path.as_str() {
        "/v1/models" => vec![Act::Send(response(r#"{"data":[{"id":"m"}]}"#))],
        _ => vec![Act::Wait(Duration::from_secs(3))],
    })
    .await;
    let (_house, _, job) = impatient(&service).await;
    assert_eq!((job.state, job.failures), (JobState::Ready, 1), "{:?}", job.fault);
}

#[tokio::test]
async fn a_connection_that_breaks_half_way_gives_no_draft_and_is_tried_again() {
    let answer = response(&completion(&good()).to_string());
    let service = Service::raw(move |asked| match asked.number {
        1 => vec![Act::Send(answer[..answer.len() / 2].to_vec())],
        2 => Vec::new(),
        _ => vec![Act::Send(answer.clone())],
    })
    .await;
    let (house, id, job) = impatient(&service).await;
    assert_eq!((job.state, job.failures), (JobState::Ready, 1), "{:?}", job.fault);
    assert!(job.fault.unwrap().contains("broke off"));
    for _ in 0..2 {
        house.clock.advance(house.kit.line.recheck);
        one_job(&house.kit).await.unwrap();
    }
    house.work().await;
    assert_eq!(state(&house, id).await.stage, Stage::InReview);
}

#[tokio::test]
async fn a_second_answer_on_the_same_connection_is_never_that_of_the_next_case() {
    // Each request is answered rightly, and then once more with the words of another case.
    let service = Service::raw(|asked| {
        let first = asked.text().contains("premier cas");
        let (mine, other) = if first { ("premier cas", "second cas") } else { ("second cas", "premier cas") };
        let answer = |word: &str| {
            let mut draft: serde_json::Value = serde_json::from_str(&good()).unwrap();
            draft["steps"][0]["text"] = format!("Remplacez le thermocouple du {word}").into();
            response(&completion(&draft.to_string()).to_string())
        };
        vec![Act::Send(answer(mine)), Act::Send(answer(other)), Act::Wait(Duration::from_secs(1))]
    })
    .await;
    let house = asking(&service.address, settings()).await;
    for (external_id, word) in [("T-1", "premier cas"), ("T-2", "second cas"), ("T-3", "premier cas")] {
        let id = deliver(&house, external_id, &format!("{REPORT} C'était le {word}.")).await;
        try_once(&house, id).await;
        let draft = house.kit.db.draft_of(id).await.unwrap().unwrap();
        assert_eq!(draft.content.steps[0].text, format!("Remplacez le thermocouple du {word}"));
        while one_job(&house.kit).await.unwrap().is_some() {}
    }
}

#[tokio::test]
async fn a_case_is_sent_to_nobody_but_the_service_that_is_configured() {
    static REACHED: AtomicBool = AtomicBool::new(false);
    let stranger = Service::start(|_| {
        REACHED.store(true, Ordering::SeqCst);
        says(&good())
    })
    .await;
    let elsewhere = format!("{}/v1/chat/completions", stranger.address);
    let moved = move || (StatusCode::TEMPORARY_REDIRECT, [("location", elsewhere.clone())], "").into_response();
    let (job, reason) = after(moved).await;
    assert_eq!(job.state, JobState::Waiting);
    assert!(reason.contains("has moved") && !REACHED.load(Ordering::SeqCst), "{reason}");
}
