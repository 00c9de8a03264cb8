//! Bytes that nobody thought of, given to what reads bytes of strangers. `make test` gives each a second, `make fuzz
//! SECONDS=600` as long as it says; what crashes is kept in `target/fuzz`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use axum::http::Method;
use futures_util::FutureExt;
use savoir_models::evidence::{Evidence, Place, Source};
use savoir_models::redaction::Redaction;
use savoir_models::viewer::Role;
use savoir_pipeline::extractor::{Extraction, offline};
use savoir_pipeline::speech::audio;
use savoir_pipeline::verify::{suspicions, verify};
use savoir_tests::call::{BOUNDARY, call};
use savoir_tests::data::content;
use savoir_tests::env::repository;
use savoir_tests::fuzz::{Fuzz, kind};
use savoir_tests::house::House;
use serde_json::json;

fn corpus(name: &str) -> PathBuf {
    repository().join("tests/corpus").join(name)
}

/// Runs `target` on everything, without letting it end the test.
fn every(mut fuzz: Fuzz, target: impl Fn(&[u8]) -> String) {
    while let Some(input) = fuzz.next_input() {
        let begun = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| target(&input))).ok();
        fuzz.note(input, outcome, begun.elapsed());
    }
    fuzz.end();
}

#[test]
fn recordings_of_any_bytes_are_heard_or_refused() {
    const WORDS: &[&[u8]] = &[
        b"RIFF",
        b"WAVEfmt ",
        b"data",
        b"fLaC",
        b"OggS",
        b"OpusHead",
        b"ID3",
        b"ftypM4A ",
        b"moov",
        b"\x1a\x45\xdf\xa3",
    ];
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("voix");
    every(Fuzz::new("audio", &repository().join("tests/fixtures/audio"), WORDS), |input| {
        std::fs::write(&path, input).unwrap();
        match audio::decode(&path, Duration::from_secs(30), &|| false) {
            // The line has no more to fear from a sound than its length.
            Ok(sound) => format!("{} s", sound.duration_ms() / 1_000),
            Err(bad) => kind(&bad.to_string()),
        }
    });
}

#[test]
fn reports_of_any_bytes_are_extracted_and_verified() {
    const WORDS: &[&[u8]] = &[
        b"\xc3\xa9",
        b"\xe2\x80\xae",
        b"\xe2\x80\x8b",
        b"230 V",
        b"4 Nm",
        b"ne jamais ",
        b"\n- ",
        b"{{",
        b"0x",
        b"1e999",
    ];
    every(Fuzz::new("verifier", &corpus("verifier"), WORDS), |input| {
        let text = String::from_utf8_lossy(input);
        let (report, claimed) = text.split_once('\u{1}').unwrap_or((&text, &text));
        let language = if input.len() % 2 == 0 { "fr" } else { "en" };
        let case =
            crate::extract::case(json!({"language": language, "equipment": {"family": "pompe"}, "report": report}));
        let said = suspicions(&case).len().min(3);
        let drawn = match offline::extract(&case) {
            Extraction::Draft(mut content) => {
                verify(&case, &Redaction::default(), &mut content);
                content.open_findings().len().min(5).to_string()
            }
            Extraction::TooThin { .. } => "thin".to_owned(),
        };
        // What a model could claim: any text, with a quote and a place that fit nothing.
        let mut claims = content(claimed, claimed, claimed);
        let (start, end) = (input.first().map_or(0, |b| usize::from(*b)), input.last().map_or(0, |b| usize::from(*b)));
        claims.steps[0].evidence = vec![Evidence {
            source: Source::Report,
            quote: claimed.into(),
            place: Place { start, end, start_ms: None, end_ms: None, removed_at: None },
        }];
        verify(&case, &Redaction::default(), &mut claims);
        let findings: Vec<_> = claims.open_findings().iter().map(|f| format!("{f:?}")).map(|f| kind(&f)).collect();
        format!("{said} {drawn} {}", findings.first().map_or("", String::as_str))
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_of_any_bytes_are_taken_or_refused() {
    const WORDS: &[&[u8]] = &[
        b"\r\n--savoir-test-boundary\r\n",
        b"--savoir-test-boundary--",
        b"Content-Disposition: form-data; name=\"",
        b"filename=\"",
        b"filename*=UTF-8''%ff",
        b"\r\n\r\n",
        b"{\"",
        b"\\u0000",
        b"\0",
    ];
    let house = House::build().set("limits.writes_per_minute", "0").open().await.unwrap();
    let token = house.token(Role::Service, None).await;
    let mut fuzz = Fuzz::new("multipart", &corpus("multipart"), WORDS);
    while let Some(input) = fuzz.next_input() {
        let begun = Instant::now();
        let media = format!("multipart/form-data; boundary={BOUNDARY}");
        let call = call(Method::POST, "/api/v1/interventions").by(&token).body(&media, input.clone());
        let answer = AssertUnwindSafe(call.to(&house)).catch_unwind().await.ok();
        let good = answer.filter(|answer| answer.status.as_u16() < 500);
        let outcome = good.map(|answer| {
            let body = if answer.bytes.is_empty() { json!({}) } else { answer.json() };
            format!("{} {} {}", answer.status, body["code"], kind(body["detail"].as_str().unwrap_or_default()))
        });
        fuzz.note(input, outcome, begun.elapsed());
    }
    fuzz.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_of_any_bytes_are_imported_or_refused() {
    const WORDS: &[&[u8]] = &[
        b"\"",
        b"\"\"",
        b",",
        b";",
        b"\t",
        b"\r\n",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"\xe9",
        b"2026-11-20",
        b"{\"source\":",
    ];
    let mut fuzz = Fuzz::new("csv", &corpus("csv"), WORDS);
    while let Some(input) = fuzz.next_input() {
        let begun = Instant::now();
        let name = if input.first() == Some(&b'{') { "a.jsonl" } else { "a.csv" };
        let imported = AssertUnwindSafe(crate::import::kind_of_import(name, &input)).catch_unwind().await.ok();
        fuzz.note(input, imported, begun.elapsed());
    }
    fuzz.end();
}
