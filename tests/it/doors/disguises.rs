//! Files that are not what they say, and files that unpack to more than anybody has room for.

use axum::http::Method;
use savoir_models::viewer::Role;
use savoir_tests::call::{Reply, call, get};
use savoir_tests::house::{House, house};

use super::{INTERVENTIONS, connected, delivery};

/// Delivers one file beside a report; the answer to asking for it back, and what the case says of it.
async fn sent(name: &str, announced: &str, bytes: &[u8]) -> (Reply, serde_json::Value) {
    let house: House = house().await;
    let token = house.token(Role::Technician, None).await;
    let intake = delivery("T-1").to_string();
    let parts = [("intervention", None, "application/json", intake.as_bytes()), ("file", Some(name), announced, bytes)];
    let answer = call(Method::POST, INTERVENTIONS).by(&token).form(&parts).to(&house).await;
    let _ = answer.expect(202);
    let case = get(answer.header("location")).by(&token).to(&house).await.expect(200);
    let kept = case["attachments"][0].clone();
    let path = format!("{}/attachments/{}", answer.header("location"), kept["id"].as_str().unwrap());
    (get(&path).by(&token).to(&house).await, kept)
}

#[tokio::test]
async fn what_a_browser_would_run_is_kept_as_bytes_whatever_it_calls_itself() {
    for (name, announced, bytes) in [
        ("voix.wav", "audio/wav", b"<!DOCTYPE html><script>alert(1)</script>".as_slice()),
        ("photo.png", "image/png", b"<html><body onload=alert(1)>"),
        ("plan.svg", "image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("plan.jpg", "image/jpeg", b"<?xml version='1.0'?><svg onload='alert(1)'/>"),
        ("voix.mp3", "audio/mpeg", b"MZ\x90\0\x03\0\0\0"),
        ("voix.ogg", "audio/ogg", b"\x7fELF\x02\x01\x01\0"),
        ("photo.gif", "image/gif", b"#!/bin/sh\nrm -rf /\n"),
        ("x.js", "text/javascript", b"fetch('https://evil.example')"),
    ] {
        let (given, kept) = sent(name, announced, bytes).await;
        assert_eq!(
            (&kept["kind"], given.header("content-type")),
            (&"other".into(), "application/octet-stream"),
            "{name}"
        );
        assert_eq!(given.bytes, bytes, "{name}: given back as it came");
        assert!(given.header("content-disposition").starts_with("attachment;"), "{name}: {given:?}");
        assert!(given.header("content-security-policy").starts_with("sandbox;"), "{name}");
        assert_eq!(given.header("x-content-type-options"), "nosniff");
        assert_eq!(given.header("cross-origin-resource-policy"), "same-origin");
    }
}

#[tokio::test]
async fn a_recording_is_one_whatever_it_calls_itself_and_is_still_a_download() {
    let (given, kept) = sent("page.html", "text/html", b"fLaC\0\0\0\x22<script>alert(1)</script>").await;
    assert_eq!((&kept["kind"], given.header("content-type")), (&"audio".into(), "audio/flac"));
    assert!(given.header("content-disposition").starts_with("attachment;"));
    assert!(given.header("content-security-policy").starts_with("sandbox;"));
}

#[tokio::test]
async fn names_are_neither_paths_nor_headers_nor_written_backwards() {
    for (name, kept_as) in [
        ("../../../../etc/cron.d/evil", "evil"),
        ("..\\..\\windows\\system32\\evil.dll", "evil.dll"),
        ("/etc/passwd", "passwd"),
        ("photo\u{202e}gnp.exe", "photognp.exe"),
        ("...", "sans-nom"),
        ("nom%0d%0aSet-Cookie: a=b.png", "nom%0d%0aSet-Cookie: a=b.png"),
    ] {
        let (given, kept) = sent(name, "application/octet-stream", b"\x01\x02\x03").await;
        assert_eq!(kept["name"], kept_as, "{name}");
        assert_eq!(given.headers.get("set-cookie"), None, "{name}");
        let said = given.header("content-disposition");
        assert!(!said.contains(['\r', '\n', '/', '\\']) && !said.contains("%0d"), "{name}: {said}");
    }
}

/// A PNG that says it is 65,535 × 65,535 pixels: 17 GB unpacked.
const HUGE: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\xff\xff\0\0\xff\xff\x10\x06\0\0\0";

#[tokio::test(flavor = "multi_thread")]
async fn no_picture_and_no_archive_is_unpacked_by_the_doors_or_the_line() {
    // The overlapping entries of a zip bomb are never looked at: its signature is all that is read of it.
    let zip = [b"PK\x03\x04\x14\0\0\0\x08\0".as_slice(), &[0xff; 4_000]].concat();
    for (name, media, bytes, kind) in
        [("photo.png", "image/png", HUGE, "photo"), ("bombe.zip", "application/zip", zip.as_slice(), "other")]
    {
        let (given, kept) = sent(name, media, bytes).await;
        assert_eq!((&kept["kind"], &kept["bytes"]), (&kind.into(), &bytes.len().into()), "{name}");
        assert_eq!(given.bytes, bytes, "{name}");
    }
}

#[tokio::test]
async fn compressed_bodies_are_refused_before_they_are_read() {
    let (house, token) = connected().await;
    // The beginning of a gzip stream; what it unpacks to is nobody's business here.
    let gzip = b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec();
    for (media, encoding) in [
        ("application/json", "gzip"),
        ("application/json", "deflate"),
        ("application/json", "identity, br"),
        ("multipart/form-data; boundary=b", "zstd"),
    ] {
        let call = call(Method::POST, INTERVENTIONS).by(&token).with("content-encoding", encoding);
        let body = call.body(media, gzip.clone()).to(&house).await.problem(415, "wrong_content_type");
        assert!(body["detail"].as_str().unwrap().contains("Content-Encoding"), "{body}");
    }
    let plain = call(Method::POST, INTERVENTIONS).by(&token).with("content-encoding", "identity");
    let _ = plain.json(&delivery("T-plain")).to(&house).await.expect(202);
}
