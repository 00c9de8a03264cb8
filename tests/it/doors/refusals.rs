//! What does not even look like a request.

use axum::http::Method;
use savoir_models::viewer::Role;
use savoir_tests::call::{call, get, post};
use savoir_tests::house::House;
use serde_json::json;

use super::{INTERVENTIONS, connected, delivery, delivery_with};

#[tokio::test]
async fn unknown_addresses_and_methods_are_problems_too() {
    let (house, token) = connected().await;
    for path in [
        "/nowhere",
        "/api/v1",
        "/api/v1/interventions/",
        "/api/v2/search",
        "/%00",
        "//healthz",
        "/api/v1/../../etc/passwd",
    ] {
        let _ = get(path).to(&house).await.problem(404, "no_such_address");
    }
    let answer = call(Method::DELETE, INTERVENTIONS).by(&token).to(&house).await;
    let _ = answer.problem(405, "method_not_allowed");
    let mut allowed: Vec<&str> = answer.header("allow").split(',').map(str::trim).collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["GET", "HEAD", "POST"]);
    for id in ["7", "00000000-0000-0000-0000-00000000000g", "%ff%fe", "..%2f..%2fetc"] {
        let _ = get(&format!("{INTERVENTIONS}/{id}")).by(&token).to(&house).await.problem(400, "bad_identifier");
    }
    let nobody = format!("{INTERVENTIONS}/00000000-0000-7000-8000-000000000000");
    let _ = get(&nobody).by(&token).to(&house).await.problem(404, "not_found");
}

#[tokio::test]
async fn bodies_that_are_no_json_are_told_where_they_break() {
    let (house, token) = connected().await;
    let send = async |media: &str, body: Vec<u8>| {
        call(Method::POST, INTERVENTIONS).by(&token).body(media, body).to(&house).await
    };
    let broken =
        send("application/json", b"{\"source\": \"glpi\",\n  oops}".to_vec()).await.problem(400, "invalid_json");
    assert!(broken["detail"].as_str().unwrap().starts_with("Line 2, column 3"), "{broken}");
    let _ = send("application/json", b"{\"source\": \"gl".to_vec()).await.problem(400, "invalid_json");
    let _ = send("application/json", Vec::new()).await.problem(400, "invalid_json");
    let _ = send("application/json", b"{} {}".to_vec()).await; // two documents are none: see below
    let two = [delivery("T-1").to_string(), delivery("T-2").to_string()].concat();
    let _ = send("application/json", two.into_bytes()).await.problem(400, "invalid_json");
    let deep = format!("{{\"equipment\": {}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
    let status = send("application/json", deep.into_bytes()).await.status;
    assert!(status == 400 || status == 422, "{status}");

    let latin: Vec<u8> =
        delivery("T-1").to_string().replace('é', "\u{1}").bytes().map(|b| if b == 1 { 0xe9 } else { b }).collect();
    let body = send("application/json", latin).await.problem(400, "invalid_utf8");
    assert!(body["detail"].as_str().unwrap().contains("UTF-8"), "{body}");
    let nul = delivery_with("T-1", json!({"technician": "M.\u{0}Roux"}));
    let body = post(INTERVENTIONS, &nul).by(&token).to(&house).await.problem(422, "invalid_fields");
    assert_eq!(body["errors"][0]["code"], "control_character");
    let bom = [b"\xef\xbb\xbf".as_slice(), delivery("T-bom").to_string().as_bytes()].concat();
    let _ = send("application/json; charset=utf-8", bom).await.expect(202);

    for media in ["text/plain", "application/xml", "application/jsonp", "garbage\u{e9}"] {
        let answer = send(media, b"{}".to_vec()).await;
        let _ = answer.problem(415, "wrong_content_type");
    }
    let none = call(Method::POST, INTERVENTIONS).by(&token).to(&house).await;
    let _ = none.problem(415, "wrong_content_type");
}

#[tokio::test]
async fn reports_over_five_megabytes_and_bodies_over_the_limit_are_refused() {
    let (house, token) = connected().await;
    let long = delivery_with("T-1", json!({"report": "é".repeat(2_700_000)}));
    let answer = post(INTERVENTIONS, &long).by(&token).to(&house).await;
    let _ = answer.problem(422, "invalid_fields");
    assert_eq!(answer.fields(), ["report"]);
    let fits = delivery_with("T-2", json!({"report": "é".repeat(2_600_000)}));
    let _ = post(INTERVENTIONS, &fits).by(&token).to(&house).await.expect(202);

    let small = House::build().set("server.json_limit_mib", "1").open().await.unwrap();
    let token = small.token(Role::Service, None).await;
    let answer = post(INTERVENTIONS, &delivery_with("T-1", json!({"report": "x".repeat(1_100_000)}))).by(&token);
    let body = answer.to(&small).await.problem(413, "too_large");
    assert!(body["detail"].as_str().unwrap().contains("1 MiB"), "{body}");
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_keep_it_safe() {
    let (house, token) = connected().await;
    for answer in [
        get("/healthz").to(&house).await,
        get("/nowhere").to(&house).await,
        get(INTERVENTIONS).by(&token).to(&house).await,
        get(INTERVENTIONS).to(&house).await,
    ] {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("x-frame-options"), "DENY");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"));
        assert_eq!(answer.header("x-request-id").len(), 36);
    }
}
