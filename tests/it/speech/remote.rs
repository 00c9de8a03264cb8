//! Hearing through a service that speaks OpenAI's protocol: here one on this machine that says what it is told to.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use savoir_models::text::Language;
use savoir_pipeline::fault::Need;
use savoir_pipeline::reach::Reach;
use savoir_pipeline::speech::remote::{Remote, RemoteSettings};
use savoir_tests::service::Service;

use super::*;

fn remote(base_url: &str, key: Option<&str>) -> Remote {
    Remote::new(RemoteSettings {
        base_url: base_url.into(),
        api_key: key.map(|k| k.to_owned().into()),
        model: "whisper-large".into(),
        timeout: Duration::from_secs(5),
        reach: Reach::Written,
        max_minutes: 120,
        decoding: Decoding::Here,
    })
    .unwrap()
}

async fn listen(remote: &Remote, hints: &Hints) -> Result<Heard, Fault> {
    remote.transcribe(&fixture("sentence-opus.ogg"), hints, &Progress::default()).await
}

const ANSWER: &str = r#"{"task":"transcribe","language":"french","duration":3.45,"text":"La vanne est grippée. Merci.",
 "segments":[{"id":0,"start":0.2,"end":2.0,"text":" La vanne est grippée.","avg_logprob":-0.05,"no_speech_prob":0.01},
 {"id":1,"start":2.0,"end":3.4,"text":" Sous-titres réalisés par la communauté d'Amara.org","avg_logprob":-0.3}]}"#;

#[tokio::test]
async fn a_service_is_sent_the_recording_and_its_segments_come_back() {
    let service = Service::start(|_| ANSWER.into_response()).await;
    let hints = Hints { language: Some(Language::French), vocabulary: vec!["vanne".into(), "E42".into()] };
    for base in [service.address.clone(), format!("{}/v1/", service.address)] {
        let heard = listen(&remote(&base, Some("key-1")), &hints).await.unwrap();
        assert_eq!(heard.segments.len(), 1);
        assert_eq!((heard.segments[0].start_ms, heard.segments[0].end_ms), (200, 2_000));
        assert_eq!(text(&heard), "La vanne est grippée.");
        assert_eq!(heard.duration_ms, 3_450);
    }
    let sent = &service.received()[0];
    let fields = sent.form().await;
    assert_eq!(sent.path, "/v1/audio/transcriptions");
    assert_eq!(sent.headers["authorization"], "Bearer key-1");
    let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    assert_eq!(field("file"), Some("a.ogg, 9270 bytes"), "named for its content and sent as it is");
    assert_eq!(field("model"), Some("whisper-large"));
    assert_eq!(field("response_format"), Some("verbose_json"));
    assert_eq!(field("language"), Some("fr"));
    assert_eq!(field("prompt"), Some("vanne, E42"));
}

#[tokio::test]
async fn a_service_without_a_key_is_sent_none_and_names_the_language_itself() {
    let service = Service::start(|_| ANSWER.replace("french", "english").into_response()).await;
    let heard = listen(&remote(&service.address, None), &Hints::default()).await.unwrap();
    assert_eq!(heard.language, Language::English);
    let sent = &service.received()[0];
    let fields = sent.form().await;
    assert!(!sent.headers.contains_key("authorization"));
    assert!(fields.iter().all(|(name, _)| name != "language" && name != "prompt"));
}

#[tokio::test]
async fn a_busy_service_is_asked_again_when_it_says_and_not_before() {
    let busy = |_: &_| (StatusCode::SERVICE_UNAVAILABLE, [("retry-after", "17")], "loading the model").into_response();
    let service = Service::start(busy).await;
    let fault = listen(&remote(&service.address, None), &Hints::default()).await.unwrap_err();
    assert!(
        matches!(fault, Fault::Missing { after: Some(after), .. } if after == Duration::from_secs(17)),
        "{fault:?}"
    );
    assert!(fault.to_string().contains("loading the model"), "{fault}");
    assert_eq!(service.received().len(), 1, "trying again is the line's business");
}

#[tokio::test]
async fn a_refused_key_or_an_unknown_model_parks_the_work() {
    for (status, said) in [(StatusCode::UNAUTHORIZED, "api_key"), (StatusCode::NOT_FOUND, "model")] {
        let refuse = move |_: &_| (status, r#"{"error":{"message":"no such thing"}}"#).into_response();
        let service = Service::start(refuse).await;
        let fault = listen(&remote(&service.address, Some("old")), &Hints::default()).await.unwrap_err();
        assert!(matches!(fault, Fault::Missing { need: Need::Speech, .. }), "{fault:?}");
        assert!(fault.to_string().contains(said) && fault.to_string().contains("no such thing"), "{fault}");
        assert!(!format!("{fault:?}").contains("old"), "a key has no place in an error");
    }
}

#[tokio::test]
async fn a_service_that_is_down_parks_the_work_with_its_address() {
    let address = Service::nowhere().await;
    let fault = listen(&remote(&address, None), &Hints::default()).await.unwrap_err();
    println!("{fault}");
    assert!(matches!(fault, Fault::Missing { need: Need::Speech, .. }), "{fault:?}");
    assert!(fault.to_string().contains(&address));
}

#[tokio::test]
async fn an_answer_that_is_not_the_protocol_is_no_transcript() {
    for answer in ["<html>Please log in</html>", r#"{"status":"ok"}"#, ""] {
        let service = Service::start(move |_| answer.into_response()).await;
        let fault = listen(&remote(&service.address, None), &Hints::default()).await.unwrap_err();
        assert!(matches!(fault, Fault::Later { .. }) && fault.to_string().contains("check base_url"), "{fault:?}");
    }
}

#[tokio::test]
async fn a_request_that_the_service_finds_wrong_is_given_up() {
    let refuse = |_: &_| (StatusCode::PAYLOAD_TOO_LARGE, r#"{"error":{"message":"Maximum is 25 MB"}}"#).into_response();
    let service = Service::start(refuse).await;
    let fault = listen(&remote(&service.address, None), &Hints::default()).await.unwrap_err();
    assert!(matches!(fault, Fault::Never { .. }) && fault.to_string().contains("Maximum is 25 MB"), "{fault:?}");
}

#[tokio::test]
async fn a_model_without_segments_is_asked_for_its_text_alone() {
    let service = Service::start(|asked| match asked.number {
        1 => (StatusCode::BAD_REQUEST, r#"{"error":{"message":"response_format 'verbose_json' is not supported"}}"#)
            .into_response(),
        _ => r#"{"text":"La vanne est grippée et le joint est usé."}"#.into_response(),
    })
    .await;
    let heard = listen(&remote(&service.address, None), &Hints::default()).await.unwrap();
    assert_eq!((heard.segments[0].start_ms, heard.segments[0].end_ms), (0, 3_450));
    assert_eq!(heard.language, Language::French);
    assert_eq!(service.received().len(), 2);
}

#[tokio::test]
async fn a_silent_recording_is_not_sent_at_all() {
    let service = Service::start(|_| ANSWER.into_response()).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("silence.wav");
    std::fs::write(&path, super::bad::wav(16_000, 1, &[0; 32_000])).unwrap();
    let heard =
        remote(&service.address, None).transcribe(&path, &Hints::default(), &Progress::default()).await.unwrap();
    assert_eq!((heard.segments.len(), heard.duration_ms, service.received().len()), (0, 2_000, 0));
}

#[tokio::test]
async fn a_service_that_does_not_answer_in_time_is_tried_later() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    let settings = RemoteSettings {
        base_url,
        api_key: None,
        model: "m".into(),
        timeout: Duration::from_millis(200),
        reach: Reach::Written,
        max_minutes: 5,
        decoding: Decoding::Here,
    };
    let fault = listen(&Remote::new(settings).unwrap(), &Hints::default()).await.unwrap_err();
    assert!(matches!(fault, Fault::Missing { .. }) && fault.to_string().contains("in time"), "{fault:?}");
}

async fn embeddings(answer: &'static str, dimensions: Option<u32>) -> Result<Vec<Vec<f32>>, Fault> {
    let service = Service::start(move |_| answer.into_response()).await;
    let service =
        savoir_pipeline::openai::client(&service.address, None, Duration::from_secs(5), Reach::Written).unwrap();
    service.embed("m", &["un".into(), "deux".into()], dimensions).await
}

const VECTORS: &str = r#"{"object":"list","model":"m","usage":{"prompt_tokens":2,"total_tokens":2},"data":[
 {"object":"embedding","index":1,"embedding":[0.0,1.0]},{"object":"embedding","index":0,"embedding":[1.0,0.0]}]}"#;

#[tokio::test]
async fn vectors_come_in_the_order_of_the_texts_and_not_of_the_answer() {
    assert_eq!(embeddings(VECTORS, Some(2)).await.unwrap(), [[1.0, 0.0], [0.0, 1.0]]);
}

#[tokio::test]
async fn vectors_that_are_missing_or_of_another_length_are_no_vectors() {
    let fault = embeddings(VECTORS, Some(384)).await.unwrap_err();
    assert!(matches!(fault, Fault::Later { .. }) && fault.to_string().contains("384"), "{fault:?}");
    let one = r#"{"object":"list","model":"m","usage":{"prompt_tokens":2,"total_tokens":2},"data":[
        {"object":"embedding","index":0,"embedding":[1.0,0.0]}]}"#;
    let fault = embeddings(one, None).await.unwrap_err();
    assert!(matches!(fault, Fault::Later { .. }) && fault.to_string().contains("too few"), "{fault:?}");
}
