//! Requests that are made to be understood in two ways.

use std::net::SocketAddr;

use axum::extract::ConnectInfo;
use axum::http::Method;
use savoir_api::config::{Config, Sources};
use savoir_models::viewer::Role;
use savoir_tests::call::{call, get, post};
use savoir_tests::house::{House, house};
use serde_json::json;

use super::{INTERVENTIONS, connected, delivered, delivery};

#[tokio::test]
async fn two_hosts_or_none_that_is_one_are_refused() {
    let house = house().await;
    for hosts in [&["a.example", "b.example"][..], &["user@evil.example"], &["a b"], &["evil.example/path"], &[""]] {
        let call = hosts.iter().fold(get("/healthz"), |call, host| call.with("host", host));
        let _ = call.to(&house).await.problem(400, "bad_header");
    }
    for host in ["savoir.example.com", "127.0.0.1:4173", "[::1]:4173", "savoir"] {
        assert_eq!(get("/healthz").with("host", host).to(&house).await.status, 200, "{host}");
    }
}

#[tokio::test]
async fn no_answer_is_made_of_what_the_host_header_says() {
    let (house, token) = connected().await;
    let answer = post(INTERVENTIONS, &delivery("T-1")).by(&token).with("host", "evil.example");
    let answer =
        answer.with("x-forwarded-host", "evil.example").with("forwarded", "host=evil.example").to(&house).await;
    assert!(answer.header("location").starts_with(INTERVENTIONS), "{answer:?}");
    let text = format!("{answer:?}{}", String::from_utf8_lossy(&answer.bytes));
    assert!(!text.contains("evil.example"), "{text}");
}

#[tokio::test]
async fn a_page_whose_name_leads_to_this_machine_is_not_taken_for_it() {
    let house = house().await;
    let local = |host: &str| {
        let peer: SocketAddr = "127.0.0.1:5000".parse().unwrap();
        get("/metrics").with("host", host).extension(ConnectInfo(peer))
    };
    assert_eq!(local("127.0.0.1:4173").to(&house).await.status, 200);
    assert_eq!(local("localhost:4173").to(&house).await.status, 200);
    let _ = local("rebound.evil.example:4173").to(&house).await.problem(401, "token_missing");
    let _ = local("127.0.0.1.evil.example").to(&house).await.problem(401, "token_missing");
}

#[tokio::test]
async fn the_method_is_the_one_of_the_request_line() {
    let (house, token) = connected().await;
    let id = delivered(&house, &token, &delivery("T-1")).await;
    let path = format!("{INTERVENTIONS}/{id}");
    for name in ["x-http-method-override", "x-http-method", "x-method-override"] {
        let read = get(&path).by(&token).with(name, "DELETE").to(&house).await;
        assert_eq!(read.expect(200)["id"], id.as_str(), "{name}");
        let _ = get(&format!("{path}?_method=DELETE")).by(&token).with(name, "PUT").to(&house).await;
    }
    for method in ["TRACE", "DELETE", "PATCH", "PROPFIND", "get", "GETX"] {
        let method: Method = method.parse().unwrap();
        let answer = call(method.clone(), &path).by(&token).to(&house).await;
        let _ = answer.problem(405, "method_not_allowed");
    }
    // A safe method changes nothing, whatever is sent with it.
    let read = call(Method::GET, INTERVENTIONS).by(&token).json(&delivery("T-2")).to(&house).await;
    assert_eq!(read.expect(200)["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn addresses_are_taken_as_they_stand() {
    let (house, token) = connected().await;
    let id = delivered(&house, &token, &delivery("T-1")).await;
    for path in [
        format!("/api/v1/./interventions/{id}"),
        format!("/api/v1/search/../interventions/{id}"),
        format!("/api/v1//interventions/{id}"),
        format!("/api/v1/interventions/{id}/attachments/{id}/../../../../../etc/passwd"),
        format!("/API/v1/interventions/{id}"),
        format!("/api/v1/interventions/{id}/"),
        format!("/api/v1/%69nterventions/{id}%00.json/x"),
    ] {
        let answer = get(&path).by(&token).to(&house).await;
        assert!(answer.status == 404 || answer.status == 400, "{path}: {}", answer.status);
    }
    for hostile in
        ["%00", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e%5c%2e%2e", "%c0%ae%c0%ae%2f", "%e2%80%ae", "%ef%bc%8e%ef%bc%8e"]
    {
        let _ = get(&format!("{INTERVENTIONS}/{hostile}")).by(&token).to(&house).await.problem(400, "bad_identifier");
        let path = format!("{INTERVENTIONS}/{id}/attachments/{hostile}");
        let technician = house.token(Role::Technician, None).await;
        let _ = get(&path).by(&technician).to(&house).await.problem(400, "bad_identifier");
    }
    for query in ["q=%00", "q=a%00b", "q=%ff%fe", "q=%ed%a0%80", "q=%e2%80%ae", "q=e%cc%81", "limit=%00", "q=..%2f"] {
        let technician = house.token(Role::Technician, None).await;
        let answer = get(&format!("/api/v1/search?{query}")).by(&technician).to(&house).await;
        assert!(answer.status.as_u16() < 500, "{query}: {}", answer.status);
    }
}

#[tokio::test]
async fn an_address_that_is_too_long_is_refused() {
    let (house, token) = connected().await;
    let long = format!("{INTERVENTIONS}?cursor={}", "x".repeat(9_000));
    let _ = get(&long).by(&token).to(&house).await.problem(414, "address_too_long");
}

#[tokio::test]
async fn json_that_is_nested_without_end_is_refused_and_not_followed() {
    let (house, token) = connected().await;
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(200_000), close.repeat(200_000));
        let call = call(Method::POST, INTERVENTIONS).by(&token).body("application/json", deep.into_bytes());
        let status = call.to(&house).await.status;
        assert!(status == 400 || status == 422, "{status}");
    }
}

#[tokio::test]
async fn nothing_in_an_answer_tells_what_answers_and_no_other_origin_may_read_it() {
    let (house, token) = connected().await;
    for answer in [
        get("/healthz").with("origin", "https://evil.example").to(&house).await,
        get(INTERVENTIONS).by(&token).with("origin", "https://evil.example").to(&house).await,
        call(Method::OPTIONS, INTERVENTIONS)
            .with("origin", "https://evil.example")
            .with("access-control-request-method", "POST")
            .to(&house)
            .await,
    ] {
        assert!(!answer.headers.contains_key("server") && !answer.headers.contains_key("x-powered-by"));
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{answer:?}");
        assert!(!answer.headers.contains_key("strict-transport-security"), "nobody said that there is TLS");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value);
        }
        assert!(answer.header("permissions-policy").contains("camera=()"));
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"));
    }
    let tls = House::build().set("server.public_url", "https://savoir.example.com").open().await.unwrap();
    assert!(get("/healthz").to(&tls).await.header("strict-transport-security").starts_with("max-age="));
}

#[test]
fn a_secret_is_nowhere_in_what_is_printed_of_the_settings() {
    const CANARY: &str = "canary-7f3a9b";
    let pairs =
        |list: &[(&str, &str)]| list.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Vec<_>>();
    let load = |settings: &[(&str, &str)], env: &[(&str, &str)]| {
        let (overrides, env) = (pairs(settings), pairs(env));
        Config::load(&Sources { overrides, env, ..Sources::default() })
    };
    let settings = [
        ("speech.engine", "remote"),
        ("speech.endpoint.base_url", "https://speech.example.com/v1"),
        ("speech.endpoint.model", "m"),
        ("speech.endpoint.api_key_env", "SPEECH_KEY"),
        ("llm.endpoint.base_url", "https://llm.example.com/v1"),
        ("llm.endpoint.model", "m"),
        ("llm.endpoint.api_key_env", "LLM_KEY"),
        ("index.vectors", "server"),
        ("index.qdrant_url", "https://qdrant.example.com:6334"),
        ("index.qdrant_api_key_env", "QDRANT_KEY"),
        ("database.url", "postgres://savoir@db.example.com/savoir"),
        ("database.password_env", "DB_PASSWORD"),
    ];
    let secrets = ["SPEECH_KEY", "LLM_KEY", "QDRANT_KEY", "DB_PASSWORD"].map(|name| (name, CANARY));
    let config = load(&settings, &secrets).unwrap();
    assert!(config.speech.endpoint.api_key.is_some() && config.database.password.is_some());
    let shown = [format!("{config:?}"), format!("{config:#?}"), json!(config).to_string()];
    assert!(shown.iter().all(|text| !text.contains(CANARY)), "a secret is shown");

    for (key, value) in [
        ("llm.endpoint.base_url", "https://user:canary-7f3a9b@llm.example.com/v1"),
        ("index.qdrant_url", "https://canary-7f3a9b@qdrant.example.com"),
        ("database.url", "postgres://savoir:canary-7f3a9b@db.example.com/savoir"),
    ] {
        let mut wrong = settings.to_vec();
        wrong.push((key, value));
        let error = load(&wrong, &secrets).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(CANARY), "{key}: {error}");
    }
}
