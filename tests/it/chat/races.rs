//! Messages that come twice, at the same time, or over a line that breaks.

use savoir_models::chat::LineKind;
use savoir_tests::call::{get, post};
use savoir_tests::house::house;
use serde_json::json;

use super::{CHATS, Talk, houses, texts, visitor};

#[tokio::test(flavor = "multi_thread")]
async fn the_same_message_is_answered_once_however_often_it_comes() {
    for (house, _) in houses().await {
        let who = visitor(&house).await;
        let talk = Talk::begin(&house, &who, "fr").await;
        let body = json!({"text": "notre ensacheuse VP 320 s'arrête", "client_id": "m-1"});
        let all = futures_util::future::join_all((0..6).map(|_| talk.send(&body))).await;
        let first = all[0].expect(200)["messages"].clone();
        assert!(all.iter().all(|reply| reply.expect(200)["messages"] == first));
        assert_eq!(talk.send(&body).await.expect(200)["messages"], first);
        let read = talk.read().await;
        let own = read["messages"].as_array().unwrap().iter().filter(|m| m["kind"] == "visitor").count();
        assert_eq!(own, 1);
        let other = talk.send(&json!({"text": "autre chose", "client_id": "m-1"})).await;
        assert_eq!((other.status.as_u16(), other.fields()), (422, vec!["client_id".to_owned()]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_at_the_same_time_are_taken_one_after_the_other() {
    for (house, _) in houses().await {
        let who = visitor(&house).await;
        let talk = Talk::begin(&house, &who, "fr").await;
        let said = ["notre ensacheuse VP 320", "elle s'arrête en E42", "production arrêtée", "une personne"];
        let sent = said.map(|text| {
            let talk = &talk;
            async move { talk.send(&json!({"text": text})).await.expect(200) }
        });
        futures_util::future::join_all(sent).await;
        let chat = house.kit.db.chat(&talk.id).await.unwrap().unwrap();
        let messages = house.kit.db.chat_messages(chat.id, 0).await.unwrap();
        let places: Vec<i64> = messages.iter().map(|m| m.position).collect();
        assert_eq!(places, (1..=chat.messages).collect::<Vec<_>>(), "no place is missing or taken twice");
        assert_eq!(chat.told, 4);
        let own: Vec<_> = messages.iter().filter(|m| m.kind == LineKind::Visitor).collect();
        assert!(own.iter().all(|m| messages.iter().any(|a| a.answers == Some(m.position))), "each is answered");
        let requests = house.kit.db.requests(None, None, 10).await.unwrap();
        assert_eq!(requests.iter().filter(|r| r.chat == chat.id).count(), 1);
    }
}

/// The events of a stream: name, id, data.
fn events(bytes: &[u8]) -> Vec<(String, String, serde_json::Value)> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let blocks = text.split("\n\n").filter(|block| block.contains("event:"));
    let field = |block: &str, name: &str| {
        block.lines().find_map(|l| l.strip_prefix(name)).unwrap_or_default().trim().to_owned()
    };
    blocks.map(|b| (field(b, "event:"), field(b, "id:"), serde_json::from_str(&field(b, "data:")).unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_stream_and_a_broken_line_loses_and_repeats_nothing() {
    let house = house().await;
    let who = visitor(&house).await;
    let talk = Talk::begin(&house, &who, "fr").await;
    let body = json!({"text": "un four", "client_id": "m-1"});
    let asked = who.sends(post(&talk.path(), &body)).with("accept", "text/event-stream").to(&house).await;
    assert_eq!(asked.header("content-type"), "text/event-stream");
    let streamed = events(&asked.bytes);
    let names: Vec<_> = streamed.iter().filter(|e| e.0 != "received").map(|e| (e.0.as_str(), e.1.as_str())).collect();
    assert_eq!(names, [("message", "3"), ("message", "4"), ("state", "")]);
    assert_eq!(streamed.last().unwrap().2["state"], "asking");
    // The line broke after the second message: what came since is read, and what was sent is sent again.
    let path = format!("{CHATS}/{}", talk.id);
    let again = who.sends(get(&path)).with("accept", "text/event-stream").with("last-event-id", "2").to(&house).await;
    assert_eq!(events(&again.bytes).iter().filter(|e| e.0 == "message").count(), 2);
    let repeated = who.sends(post(&talk.path(), &body)).with("accept", "text/event-stream").to(&house).await;
    assert_eq!(
        events(&repeated.bytes).iter().find(|e| e.1 == "4").map(|e| &e.2),
        streamed.iter().find(|e| e.1 == "4").map(|e| &e.2)
    );
    let json = who.sends(get(&format!("{path}?after=3"))).to(&house).await.expect(200);
    assert_eq!((json["messages"].as_array().unwrap().len(), texts(&json).len()), (1, 0));
    let wrong =
        who.sends(post(&talk.path(), &json!({"text": ""}))).with("accept", "text/event-stream").to(&house).await;
    let _ = wrong.problem(422, "invalid_fields");
}
