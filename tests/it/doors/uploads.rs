//! Closed interventions, delivered with files.

use std::sync::Arc;

use axum::http::Method;
use bytes::Bytes;
use savoir_models::viewer::Role;
use savoir_tests::call::{BOUNDARY, Call, Reply, call, form, get};
use savoir_tests::house::{House, house};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{INTERVENTIONS, delivery, delivery_with};

const WAV: &[u8] = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\x3e\0\0\0\x7d\0\0\x02\0\x10\0data\0\0\0\0";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01";
const ZIP: &[u8] = b"PK\x03\x04\x14\0\0\0\x08\0secret.txt";

type Part<'a> = (&'a str, Option<&'a str>, &'a str, &'a [u8]);

async fn small() -> (House, String) {
    let build = House::build().set("server.upload_file_limit_mib", "1").set("server.upload_total_limit_mib", "2");
    let house = build.set("server.json_limit_mib", "1").open().await.unwrap();
    let token = house.token(Role::Technician, None).await;
    (house, token)
}

fn upload(token: &str, parts: &[Part<'_>]) -> Call {
    call(Method::POST, INTERVENTIONS).by(token).form(parts)
}

fn told_by_voice(external_id: &str) -> String {
    delivery_with(external_id, json!({"report": null})).to_string()
}

async fn show(house: &House, token: &str, answer: &Reply) -> Value {
    get(answer.header("location")).by(token).to(house).await.expect(200)
}

/// How many files lie in the store of blobs, unfinished ones included.
fn blobs(house: &House) -> usize {
    fn count(folder: &std::path::Path) -> usize {
        let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path());
        entries.map(|path| if path.is_dir() { count(&path) } else { 1 }).sum()
    }
    count(&house.app.config.data.dir.join("files"))
}

#[tokio::test]
async fn files_are_kept_and_told_apart_by_their_content() {
    let (house, token) = small().await;
    let intake = told_by_voice("T-1");
    let parts: &[Part] = &[
        ("photo", Some("../../mâchoire.png"), "image/png", JPEG),
        ("intervention", None, "application/json", intake.as_bytes()),
        ("voice", Some("rapport.bin"), "application/octet-stream", WAV),
        ("doc", Some("notes.wav"), "audio/wav", b"bonjour"),
        ("clip", Some("dicte"), "audio/webm;codecs=opus", b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01"),
    ];
    let answer = upload(&token, parts).to(&house).await;
    assert_eq!(answer.expect(202)["stage"], "received");
    let page = show(&house, &token, &answer).await;
    let kept: Vec<_> =
        page["attachments"].as_array().unwrap().iter().map(|a| (a["kind"].clone(), a["name"].clone())).collect();
    let expected = [("photo", "mâchoire.png"), ("audio", "rapport.bin"), ("other", "notes.wav"), ("audio", "dicte")];
    assert_eq!(kept, expected.map(|(kind, name)| (json!(kind), json!(name))));
    assert_eq!(page["jobs"][0]["step"], "transcribe");
}

#[tokio::test]
async fn a_file_is_given_back_as_a_download_to_those_who_may_see_it() {
    let (house, token) = small().await;
    let intake = delivery("T-1").to_string();
    let parts: &[Part] = &[
        ("intervention", None, "application/json", intake.as_bytes()),
        ("f", Some("é;<b>.html"), "text/html", b"<script>"),
    ];
    let answer = upload(&token, parts).to(&house).await;
    let page = show(&house, &token, &answer).await;
    let file = format!("{}/attachments/{}", answer.header("location"), page["attachments"][0]["id"].as_str().unwrap());
    let given = get(&file).by(&token).to(&house).await;
    assert_eq!((given.status.as_u16(), given.bytes.as_slice()), (200, b"<script>".as_slice()));
    assert_eq!(given.header("content-type"), "application/octet-stream");
    assert_eq!(given.header("x-content-type-options"), "nosniff");
    assert!(given.header("content-disposition").starts_with("attachment; filename=\"_"), "{given:?}");
    let contractor = house.token(Role::Contractor, Some("Nordservice")).await;
    let _ = get(&file).by(&contractor).to(&house).await.problem(404, "not_found");
}

#[tokio::test]
async fn an_archive_renamed_wav_is_named_when_nothing_else_tells_of_the_case() {
    let (house, token) = small().await;
    let (voice, report) = (told_by_voice("T-1"), delivery("T-2").to_string());
    let parts: &[Part] = &[
        ("intervention", None, "application/json", voice.as_bytes()),
        ("audio", Some("rapport.wav"), "audio/wav", ZIP),
    ];
    let answer = upload(&token, parts).with("accept-language", "fr").to(&house).await;
    let body = answer.problem(422, "invalid_fields");
    assert_eq!(answer.fields(), ["report", "audio[0]"]);
    assert!(body["detail"].as_str().unwrap().contains("n'est pas un enregistrement mais une archive ZIP"), "{body}");
    // With a report it is a file like another.
    let parts: &[Part] = &[
        ("intervention", None, "application/json", report.as_bytes()),
        ("audio", Some("rapport.wav"), "audio/wav", ZIP),
    ];
    let answer = upload(&token, parts).to(&house).await;
    let page = show(&house, &token, &answer).await;
    assert_eq!((answer.status.as_u16(), &page["attachments"][0]["kind"]), (202, &json!("other")));
}

#[tokio::test]
async fn forms_that_are_none_are_refused_and_leave_nothing() {
    let (house, token) = small().await;
    let intake = told_by_voice("T-1");
    let json: Part = ("intervention", None, "application/json", intake.as_bytes());
    let voice: Part = ("audio", Some("a.wav"), "audio/wav", WAV);
    let send = async |bytes: Vec<u8>| {
        let media = format!("multipart/form-data; boundary={BOUNDARY}");
        call(Method::POST, INTERVENTIONS).by(&token).body(&media, bytes).to(&house).await
    };
    let whole = form(&[json, voice]);
    for cut in [10, 60, whole.len() / 2, whole.len() - 30, whole.len() - 3] {
        let answer = send(whole[..cut].to_vec()).await;
        assert_eq!(answer.status, 400, "cut at {cut}: {}", String::from_utf8_lossy(&answer.bytes));
        let _ = answer.problem(400, "upload_broken_off");
    }
    let _ = send(b"no boundary here".to_vec()).await.problem(400, "upload_broken_off");
    let endless = format!("--{BOUNDARY}\r\nX-Pad: {}", "x".repeat(300_000));
    assert_eq!(send(endless.into_bytes()).await.status, 400);
    let no_boundary =
        call(Method::POST, INTERVENTIONS).by(&token).body("multipart/form-data", whole.clone()).to(&house).await;
    let _ = no_boundary.problem(400, "invalid_multipart");

    for (parts, field) in [
        (vec![voice], "intervention"),
        (vec![json, json, voice], "intervention"),
        (vec![json, ("audio", Some("vide.wav"), "audio/wav", b"".as_slice())], "audio[0]"),
    ] {
        let answer = upload(&token, &parts).to(&house).await;
        let _ = answer.problem(422, "invalid_fields");
        assert_eq!(answer.fields(), [field]);
    }
    let latin: Part = ("intervention", None, "application/json", b"{\"source\": \"r\xe9gl\xe9\"}");
    let _ = upload(&token, &[latin, voice]).to(&house).await.problem(400, "invalid_utf8");
    assert_eq!(house.kit.db.status().await.unwrap().interventions.len(), 0);
}

#[tokio::test]
async fn files_over_their_limit_are_refused_by_name_and_leave_nothing_on_disk() {
    let (house, token) = small().await;
    let intake = told_by_voice("T-1");
    let json: Part = ("intervention", None, "application/json", intake.as_bytes());
    let big = [WAV, &vec![0; 1_100_000]].concat();
    let answer = upload(&token, &[json, ("audio", Some("long.wav"), "audio/wav", &big)]).to(&house).await;
    let _ = answer.problem(413, "too_large");
    assert_eq!(answer.fields(), ["audio[0]"]);
    assert_eq!(blobs(&house), 0);
    // Each within its limit, together over the limit of an upload.
    let half = [WAV, &vec![0; 900_000]].concat();
    let part: Part = ("audio", Some("a.wav"), "audio/wav", &half);
    let _ = upload(&token, &[json, part, part, part]).to(&house).await.problem(413, "too_large");
    let long = delivery_with("T-1", json!({"report": "x".repeat(1_100_000)})).to_string();
    let json: Part = ("intervention", None, "application/json", long.as_bytes());
    let _ = upload(&token, &[json]).to(&house).await.problem(413, "too_large");
}

#[tokio::test]
async fn an_upload_that_never_announces_its_size_is_cut_at_the_limit() {
    let (house, token) = small().await;
    let head = form(&[("audio", Some("a.wav"), "audio/wav", WAV)]);
    let head = Bytes::from(head[..head.len() - BOUNDARY.len() - 8].to_vec());
    let sent = Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = Arc::clone(&sent);
    let endless = futures_util::stream::iter(std::iter::once(head).chain(std::iter::repeat_with(move || {
        counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        Bytes::from_static(&[0; 64 * 1024])
    })));
    let endless = futures_util::StreamExt::map(endless, Ok::<_, std::io::Error>);
    let media = format!("multipart/form-data; boundary={BOUNDARY}");
    let call = call(Method::POST, INTERVENTIONS).by(&token).body(&media, axum::body::Body::from_stream(endless));
    let _ = call.to(&house).await.problem(413, "too_large");
    assert!(sent.load(std::sync::atomic::Ordering::Relaxed) < 40, "read on after the limit");
    assert_eq!(blobs(&house), 0);
}

#[tokio::test]
async fn ten_gigabytes_that_are_announced_are_refused_before_a_byte_is_read() {
    let house = house().await;
    let token = house.token(Role::Service, None).await;
    let mut socket = tokio::net::TcpStream::connect(house.listen().await).await.unwrap();
    let head = format!(
        "POST {INTERVENTIONS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nExpect: 100-continue\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 10737418240\r\n\r\n"
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 4096];
    let n = socket.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..n]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert!(answer.contains("too_large") && answer.contains("2048 MiB"), "{answer}");
}

#[tokio::test]
async fn the_same_upload_again_is_a_repetition_and_with_another_recording_it_is_not() {
    let (house, token) = small().await;
    let intake = told_by_voice("T-1");
    let json: Part = ("intervention", None, "application/json", intake.as_bytes());
    let voice: Part = ("audio", Some("a.wav"), "audio/wav", WAV);
    let send = async |parts: &[Part]| upload(&token, parts).with("idempotency-key", "k").to(&house).await;
    let first = send(&[json, voice]).await;
    let second = send(&[voice, json]).await;
    assert_eq!((first.status.as_u16(), first.json()), (202, second.json()));
    assert_eq!(upload(&token, &[json, voice]).to(&house).await.expect(200)["repeated"], true);
    let other = [WAV, b"\x01\x02"].concat();
    let other: Part = ("audio", Some("a.wav"), "audio/wav", &other);
    let _ = send(&[json, other]).await.problem(422, "idempotency_key_reused");
    let _ = upload(&token, &[json, other]).to(&house).await.problem(409, "already_received");
}
