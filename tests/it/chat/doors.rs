//! Who may come to the chat, from where, and with what.

use axum::http::Method;
use savoir_api::commands::{Outcome, site as command};
use savoir_api::config::{Config, Sources};
use savoir_api::routes::{ROUTES, Who};
use savoir_models::audit::Action;
use savoir_models::viewer::Role;
use savoir_tests::call::{Call, call, get, post};
use savoir_tests::house::{House, house};
use serde_json::{Value, json};

use super::{As, CHATS, ORIGIN, Talk, site, visitor};

fn from(key: &str, origin: &str, call: Call) -> Call {
    call.with("x-site-key", key).with("origin", origin)
}

#[tokio::test]
async fn a_key_is_good_for_pages_of_its_own_site_only_and_as_long_as_it_stands() {
    let house = house().await;
    let (key, other) = (site(&house, ORIGIN).await, site(&house, "https://other.example").await);
    let begin = |key: &str, origin: &str| from(key, origin, post(CHATS, &json!({})));
    let good = begin(&key, ORIGIN).to(&house).await;
    assert_eq!((good.status.as_u16(), good.header("access-control-allow-origin")), (201, ORIGIN));
    let wrong = [
        "https://evil.example",
        "null",
        "https://www.laiterie.example.evil.example",
        "https://other.example",
        "http://www.laiterie.example",
        "https://www.laiterie.example:8443",
        "https://www.laiterie.example/",
    ];
    for origin in wrong {
        let refused = begin(&key, origin).to(&house).await;
        let _ = refused.problem(403, "origin_refused");
        assert_eq!(refused.header("access-control-allow-origin"), "", "{origin}");
    }
    let without = post(CHATS, &json!({})).with("x-site-key", &key).to(&house).await;
    let _ = without.problem(403, "origin_refused");
    let _ = begin(&key, ORIGIN).with("origin", ORIGIN).to(&house).await.problem(403, "origin_refused");
    let _ = begin("pub_0000", ORIGIN).to(&house).await.problem(401, "site_unknown");
    let _ = post(CHATS, &json!({})).with("origin", ORIGIN).to(&house).await.problem(401, "token_missing");
    let _ = begin(&key, ORIGIN).by("sav_unknown").to(&house).await.problem(401, "token_unknown");

    let id = good.json()["id"].as_str().unwrap().to_owned();
    let read = |key: &str, origin: &str| from(key, origin, get(&format!("{CHATS}/{id}")));
    let _ = read(&key, ORIGIN).to(&house).await.expect(200);
    let _ = read(&other, "https://other.example").to(&house).await.problem(404, "not_found");
    let customer = house.token(Role::Customer, Some("Laiterie du Val")).await;
    let _ = get(&format!("{CHATS}/{id}")).by(&customer).to(&house).await.problem(404, "not_found");

    let known = house.kit.db.site(&key).await.unwrap().unwrap();
    let admin = house.token(Role::Administrator, None).await;
    let revoke = call(Method::DELETE, &format!("/api/v1/sites/{}", known.id));
    assert_eq!(revoke.by(&admin).to(&house).await.status, 204);
    let _ = begin(&key, ORIGIN).to(&house).await.problem(401, "site_unknown");
    let _ = read(&key, ORIGIN).to(&house).await.problem(401, "site_unknown");
}

#[tokio::test]
async fn browsers_are_told_before_they_ask_and_only_at_the_chat() {
    let house = house().await;
    let key = site(&house, ORIGIN).await;
    let asks = |path: &str, origin: &str| {
        let asked = call(Method::OPTIONS, path).with("origin", origin).with("access-control-request-method", "POST");
        asked.with("access-control-request-headers", "content-type,x-site-key")
    };
    let may = asks(CHATS, ORIGIN).to(&house).await;
    assert_eq!((may.status.as_u16(), may.header("access-control-allow-origin")), (204, ORIGIN));
    assert!(may.header("access-control-allow-headers").contains("x-site-key"));
    assert_eq!(may.header("access-control-allow-credentials"), "");
    assert_eq!(asks(CHATS, "https://evil.example").to(&house).await.status, 403);
    for route in ROUTES {
        let open = matches!(route.who, Who::VisitorsOr(_));
        let path =
            route.path.replace("{id}", "x").replace("{attachment}", "x").replace("{file}", "x").replace("{key}", "x");
        let answer = asks(&path, ORIGIN).to(&house).await;
        assert_eq!(answer.header("access-control-allow-origin") == ORIGIN, open, "{}", route.path);
        let method: Method = route.verb().parse().unwrap();
        let answer =
            from(&key, ORIGIN, call(method.clone(), &path)).to_for(&house, std::time::Duration::from_millis(50)).await;
        assert_eq!(answer.header("access-control-allow-origin") == ORIGIN, open, "{method} {}", route.path);
        if !open && !matches!(route.who, Who::Anyone) {
            assert_eq!(answer.status, 401, "{method} {}: a site's key opens the chat and nothing else", route.path);
        }
    }
}

#[tokio::test]
async fn a_conversation_is_its_visitor_s_alone() {
    let house = house().await;
    let of = async |customer: &str| As::Token(house.token(Role::Customer, Some(customer)).await);
    let (theirs, others) = (of("Laiterie du Val").await, of("Brasserie du Parc").await);
    let mut talk = Talk::begin(&house, &theirs, "fr").await;
    talk.say("zarbsite est en panne").await;
    let spy = others.sends(get(&format!("{CHATS}/{}", talk.id))).to(&house).await;
    let nothing = others.sends(get(&format!("{CHATS}/chat_0000"))).to(&house).await;
    assert_eq!((spy.status, nothing.status), (nothing.status, axum::http::StatusCode::NOT_FOUND));
    let _ = others.sends(post(&talk.path(), &json!({"text": "x"}))).to(&house).await.problem(404, "not_found");
    let chat = house.kit.db.chat(&talk.id).await.unwrap().unwrap();
    let by_row = theirs.sends(get(&format!("{CHATS}/{}", chat.id))).to(&house).await;
    let _ = by_row.problem(404, "not_found");
    assert_eq!(talk.id.len(), "chat_".len() + 48, "nobody guesses it");
}

#[tokio::test]
async fn what_cannot_be_taken_is_named() {
    let house = house().await;
    let who = visitor(&house).await;
    let mut talk = Talk::begin(&house, &who, "fr").await;
    for (body, field) in [
        (json!({}), "text"),
        (json!({"text": "  "}), "text"),
        (json!({"text": "x".repeat(2_001)}), "text"),
        (json!({"text": "x", "client_id": ""}), "client_id"),
        (json!({"text": "x", "client_id": "a b"}), "client_id"),
        (json!({"text": "x", "state": "helped"}), "state"),
    ] {
        let refused = talk.send(&body).await;
        assert_eq!((refused.status.as_u16(), refused.fields()), (422, vec![field.to_owned()]), "{body}");
    }
    let nul = who.sends(call(Method::POST, &talk.path())).body("application/json", r#"{"text":"a\u0000b"}"#);
    assert_eq!(nul.to(&house).await.status.as_u16() / 100, 4);
    let form = who.sends(call(Method::POST, &talk.path())).body("text/plain", "hello");
    let _ = form.to(&house).await.problem(415, "wrong_content_type");
    let path = format!("{CHATS}/{}", talk.id);
    let _ = who.sends(get(&path)).with("last-event-id", "x").to(&house).await.problem(400, "bad_header");
    let _ = who.sends(get(&format!("{path}?after=x"))).to(&house).await.problem(400, "bad_query");
    let _ = who.sends(post(CHATS, &json!({"language": "de"}))).to(&house).await.problem(422, "invalid_fields");
    talk.say("\u{202e}<script>alert(1)</script>").await;
}

#[tokio::test]
async fn a_site_and_an_address_have_a_limit_of_their_own() {
    let house =
        House::build().set("chat.site_per_minute", "4").set("chat.visitor_per_minute", "2").open().await.unwrap();
    let (key, other) = (site(&house, ORIGIN).await, site(&house, "https://other.example").await);
    let at = |key: &str, origin: &str, address: &str| {
        let peer: std::net::SocketAddr = format!("{address}:5000").parse().unwrap();
        from(key, origin, post(CHATS, &json!({}))).extension(axum::extract::ConnectInfo(peer))
    };
    for address in ["192.0.2.1", "192.0.2.1", "192.0.2.2", "192.0.2.2"] {
        let _ = at(&key, ORIGIN, address).to(&house).await.expect(201);
    }
    let refused = at(&key, ORIGIN, "192.0.2.1").to(&house).await;
    let _ = refused.problem(429, "too_many_requests");
    assert!(!refused.header("retry-after").is_empty());
    assert_eq!(refused.header("access-control-allow-origin"), ORIGIN, "the widget may read why");
    let _ = at(&key, ORIGIN, "192.0.2.3").to(&house).await.problem(429, "too_many_requests");
    let _ = at(&other, "https://other.example", "192.0.2.3").to(&house).await.expect(201);
}

#[tokio::test]
async fn sites_are_made_listed_and_taken_back_by_administrators_and_that_is_written_down() {
    let house = house().await;
    let admin = house.token(Role::Administrator, None).await;
    let make = async |body: Value| post("/api/v1/sites", &body).by(&admin).to(&house).await;
    let made =
        make(json!({"name": "Boutique", "origins": ["https://Shop.example.com:443/", "http://localhost:3000"]})).await;
    let made = made.expect(201);
    assert_eq!(made["origins"], json!(["https://shop.example.com", "http://localhost:3000"]));
    assert!(made["key"].as_str().unwrap().starts_with("pub_"));
    for (body, field) in [
        (json!({"name": "", "origins": ["https://a.example"]}), "name"),
        (json!({"name": "a", "origins": []}), "origins"),
        (json!({"name": "a", "origins": ["*"]}), "origins[0]"),
        (json!({"name": "a", "origins": ["https://a.example/x", "https://b.example"]}), "origins[0]"),
        (json!({"name": "a", "origins": ["http://a.example"]}), "origins[0]"),
    ] {
        assert_eq!(make(body.clone()).await.fields(), [field], "{body}");
    }
    let list = get("/api/v1/sites").by(&admin).to(&house).await.expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    let gone = call(Method::DELETE, &format!("/api/v1/sites/{}", made["id"].as_str().unwrap()));
    assert_eq!(gone.by(&admin).to(&house).await.status, 204);
    let again = call(Method::DELETE, &format!("/api/v1/sites/{}", made["id"].as_str().unwrap()));
    let _ = again.by(&admin).to(&house).await.problem(404, "not_found");
    let log: Vec<_> = house.kit.db.audit(0, 10).await.unwrap().into_iter().map(|l| (l.action, l.detail)).collect();
    let told = "Boutique: https://shop.example.com http://localhost:3000".to_owned();
    assert_eq!(log, [(Action::SiteMade, told), (Action::SiteRevoked, String::new())]);
}

#[tokio::test]
async fn the_command_line_does_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let overrides = vec![("data.dir".to_owned(), folder.path().display().to_string())];
    let config = Config::load(&Sources { overrides, ..Sources::default() }).unwrap();
    let make =
        |origin: &str| command::Command::Create { name: "Boutique".into(), origins: vec![origin.into()], json: false };
    assert!(matches!(command::run(&make("shop"), &config).await.unwrap(), Outcome::WrongUse(_)));
    assert_eq!(command::run(&make("https://shop.example"), &config).await.unwrap(), Outcome::Done);
    let db = savoir_api::boot::database(&config).await.unwrap();
    let site = db.sites().await.unwrap().remove(0);
    db.close().await;
    let revoke = command::Command::Revoke { id: site.id };
    assert_eq!(command::run(&revoke, &config).await.unwrap(), Outcome::Done);
    assert_eq!(command::run(&revoke, &config).await.unwrap(), Outcome::Failed);
    assert_eq!(command::run(&command::Command::List, &config).await.unwrap(), Outcome::Done);
}
