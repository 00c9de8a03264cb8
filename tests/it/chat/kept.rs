//! How long conversations are kept, and how one person's words are found and erased.

use std::time::Duration;

use savoir_models::viewer::{Role, Viewer};
use savoir_pipeline::kit::{LineSettings, Retention};
use savoir_pipeline::person::{Person, Wish, erase, find};
use savoir_pipeline::worker::upkeep;
use savoir_tests::call::{get, post};
use savoir_tests::house::House;
use serde_json::json;

use super::{CHATS, Talk, visitor};

const DAY: Duration = Duration::from_secs(86_400);

async fn houses() -> Vec<House> {
    let retention = Retention { chats: Some(DAY * 30), ..Retention::default() };
    let line = LineSettings { poll: Duration::from_millis(5), retention, ..LineSettings::default() };
    let mut all = vec![House::build().line(line.clone()).open().await.unwrap()];
    all.extend(House::build().postgres().line(line).open().await);
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn conversations_go_when_they_were_kept_long_enough_unless_people_still_work_on_them() {
    for house in houses().await {
        let who = visitor(&house).await;
        let _unused = Talk::begin(&house, &who, "fr").await;
        let mut silent = Talk::begin(&house, &who, "fr").await;
        silent.say("un four").await;
        let mut handed = Talk::begin(&house, &who, "fr").await;
        handed.say("une personne").await;
        house.clock.advance(DAY * 2);
        assert_eq!(upkeep(&house.kit).await.unwrap().removed.chats, 1, "the one in which nobody said a word");
        house.clock.advance(DAY * 29);
        assert_eq!(upkeep(&house.kit).await.unwrap().removed.chats, 1);
        let gone = who.sends(get(&format!("{CHATS}/{}", silent.id))).to(&house).await;
        let _ = gone.problem(404, "not_found");
        let request = house.kit.db.requests(None, None, 10).await.unwrap().remove(0);
        let coordinator = house.token(Role::Coordinator, None).await;
        let close = post(&format!("/api/v1/requests/{}/decision", request.id), &json!({"decision": "close"}));
        let _ = close.by(&coordinator).to(&house).await.expect(200);
        house.clock.advance(DAY * 29);
        assert_eq!(upkeep(&house.kit).await.unwrap().removed.chats, 0, "it was closed a month ago, not quite");
        house.clock.advance(DAY * 2);
        assert_eq!(upkeep(&house.kit).await.unwrap().removed.chats, 1);
        assert!(house.kit.db.requests(None, None, 10).await.unwrap().is_empty());
        let lines = house.kit.db.audit(0, 100).await.unwrap();
        assert_eq!(lines.iter().filter(|l| l.subject == "chats").count(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_found_in_conversations_and_erased_from_them() {
    for house in houses().await {
        let db = &house.kit.db;
        let who = visitor(&house).await;
        let mut talk = Talk::begin(&house, &who, "fr").await;
        talk.say("le four de Nathalie Quéré").await;
        talk.say("Nathalie Quéré dit qu'il ne chauffe plus").await;
        talk.say("une personne").await;
        let coordinator = house.token(Role::Coordinator, None).await;
        let request = db.requests(None, None, 10).await.unwrap().remove(0);
        let close = json!({"decision": "close", "outcome": "vu avec Nathalie Quéré"});
        let closed =
            post(&format!("/api/v1/requests/{}/decision", request.id), &close).by(&coordinator).to(&house).await;
        let _ = closed.expect(200);
        let person = Person::parse("Nathalie Quéré").unwrap();
        let found = find(db, &person).await.unwrap();
        let places: std::collections::BTreeSet<_> = found.occurrences.iter().map(|o| (o.table, o.column)).collect();
        for place in [("chats", "machine"), ("chats", "symptom"), ("chat_messages", "text"), ("requests", "outcome")] {
            assert!(places.contains(&place), "{place:?} in {places:?}");
        }
        let wish = Wish { by: Viewer::new("anne", Role::Administrator), audio: false, pseudonym: None };
        erase(db, &found, &wish, house.kit.clock.now()).await.unwrap();
        let whole = get(&format!("/api/v1/requests/{}", request.id)).by(&coordinator).to(&house).await.expect(200);
        assert!(!whole.to_string().contains("Quéré") && whole.to_string().contains("[erased]"), "{whole}");
        assert!(find(db, &person).await.unwrap().occurrences.is_empty());
    }
}
