//! The customer's chat: what it asks, shows and hands over, and that it never says a word of its own.
//!
//! Every answer of every conversation here goes through [`Talk`], which holds each word of it against the house's table of
//! sentences and the revision that an expert approved.

mod adversaries;
mod doors;
mod kept;
mod model;
mod races;
mod talks;

use savoir_models::content::{Content, Hazard, HazardKind, Statement};
use savoir_models::id::ProcedureId;
use savoir_models::opening::OpeningDecision;
use savoir_models::procedure::Revision;
use savoir_models::review::Decision;
use savoir_models::store::{Decided, Opened, house as the_house};
use savoir_models::text::Language;
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_pipeline::chat::sentences::{Choice, Sentence};
use savoir_pipeline::verify::hazards::kinds;
use savoir_tests::call::{Call, Reply, get, post};
use savoir_tests::data::{content, intake, reading, reviewed, said};
use savoir_tests::house::House;
use serde_json::{Value, json};

pub(crate) const CHATS: &str = "/api/v1/chats";
const ORIGIN: &str = "https://www.laiterie.example";

/// Approves a content for an audience, by an expert and, where it can hurt, by the safety role.
pub(crate) async fn published(house: &House, name: &str, content: Content, audience: Audience) -> ProcedureId {
    let (db, now) = (&house.kit.db, house.kit.clock.now());
    let (_, _, review) = reviewed(db, &intake(name, "Fait."), content).await;
    let decision = Decision::Approve { audience, into: None };
    let decided = db.decide(review.id, &decision, &Viewer::new("Anne", Role::Expert), reading(1), now).await.unwrap();
    let Decided::Done(Some(id)) = decided else { panic!("{name}: {decided:?}") };
    if let Some(opening) = db.opening_of(id, 1).await.unwrap() {
        let (approve, by) = (OpeningDecision::Approve { reason: None }, Viewer::new("Sophie", Role::Safety));
        let opened = db.decide_opening(opening.id, &approve, &by, 1, now).await.unwrap();
        assert!(matches!(opened, Opened::Done(_)), "{opened:?}");
    }
    house.work().await;
    id
}

/// A procedure for customers: two dangers, one of which belongs to the second of three steps; and a step for the office.
pub(crate) fn jaw() -> Content {
    let mut jaw = content("Ensacheuse : arrêt en E42", "Arrêt en E42, mâchoire froide", "Ouvrez le capot");
    let hazard = |kind, text| Hazard { kind, statement: said(text) };
    jaw.hazards = vec![
        hazard(HazardKind::Heat, "Les mâchoires sont brûlantes"),
        hazard(HazardKind::MovingParts, "Le film avance sans prévenir"),
    ];
    jaw.prerequisites = vec![said("Machine vide")];
    jaw.steps.push(Statement { audience: Some(Audience::Internal), ..said("Lisez le paramètre zarbinterne") });
    jaw.steps.push(said("Laissez refroidir les mâchoires"));
    jaw.steps.push(said("Nettoyez la fente de mesure"));
    jaw
}

/// How somebody comes to the chat.
#[derive(Clone)]
enum As {
    Token(String),
    Site(String, &'static str),
}

impl As {
    fn sends(&self, call: Call) -> Call {
        match self {
            Self::Token(token) => call.by(token),
            Self::Site(key, origin) => call.with("x-site-key", key).with("origin", origin),
        }
    }
}

/// The key of a new site with this origin.
pub(crate) async fn site(house: &House, origin: &str) -> String {
    let mut tx = house.kit.db.begin().await.unwrap();
    let site = tx.put_site("Laiterie", &[origin.to_owned()], house.kit.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    site.key
}

async fn visitor(house: &House) -> As {
    As::Site(site(house, ORIGIN).await, ORIGIN)
}

/// A conversation.
struct Talk<'h> {
    house: &'h House,
    who: As,
    id: String,
    /// Everything that was said, in order.
    messages: Vec<Value>,
}

impl<'h> Talk<'h> {
    async fn begin(house: &'h House, who: &As, language: &str) -> Self {
        let asked = who.sends(post(CHATS, &json!({"language": language})));
        let view = asked.to(house).await.expect(201);
        let mut talk = Self { house, who: who.clone(), id: view["id"].as_str().unwrap().to_owned(), messages: vec![] };
        talk.hold(&view).await;
        talk
    }

    fn path(&self) -> String {
        format!("{CHATS}/{}/messages", self.id)
    }

    async fn send(&self, body: &Value) -> Reply {
        self.who.sends(post(&self.path(), body)).to(self.house).await
    }

    /// Says something; what is answered was held against what may be said.
    async fn say(&mut self, text: &str) -> Value {
        let view = self.send(&json!({"text": text})).await.expect(200);
        assert_eq!(view["messages"][0]["kind"], "visitor");
        self.hold(&view).await;
        view
    }

    async fn hold(&mut self, view: &Value) {
        for message in view["messages"].as_array().unwrap() {
            hold(self.house, message).await;
            self.messages.push(message.clone());
        }
    }

    async fn read(&self) -> Value {
        self.who.sends(get(&format!("{CHATS}/{}", self.id))).to(self.house).await.expect(200)
    }
}

/// The words of what was answered.
fn texts(view: &Value) -> Vec<&str> {
    view["messages"].as_array().unwrap().iter().skip(1).map(|m| m["text"].as_str().unwrap()).collect()
}

/// The keys of the house's sentences in it.
fn sentences(view: &Value) -> Vec<&str> {
    view["messages"].as_array().unwrap().iter().filter_map(|m| m["sentence"].as_str()).collect()
}

/// Every word of a message is the visitor's own, a sentence of the table, a reference, or approved, to the letter.
async fn hold(house: &House, message: &Value) {
    let text = message["text"].as_str().unwrap();
    for choice in message["choices"].as_array().unwrap() {
        let known = Choice::of(choice["key"].as_str().unwrap()).unwrap();
        assert!(Language::ALL.iter().any(|l| known.text(*l) == choice["text"]), "{choice}");
    }
    match message["kind"].as_str().unwrap() {
        "visitor" => {}
        "sentence" => {
            let known = Sentence::of(message["sentence"].as_str().unwrap()).unwrap();
            assert!(Language::ALL.iter().any(|l| known.text(*l) == text), "{message}");
        }
        "reference" => {
            let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
            assert!(text.starts_with("S-") && text.len() == 9 && text.chars().all(plain), "{message}");
        }
        _ => {
            let (id, number) = (&message["approved"]["procedure"], message["approved"]["revision"].as_i64());
            let id: ProcedureId = id.as_str().unwrap().parse().unwrap();
            let revisions = house.kit.db.revisions(id, &the_house()).await.unwrap();
            let revision: &Revision = revisions.iter().find(|r| Some(r.number) == number).expect("it was approved");
            let seen = serde_json::to_value(revision.content.seen_by(Audience::Customer)).unwrap();
            let path = message["approved"]["path"].as_str().unwrap();
            let pointer = format!("/{}", path.replace(['[', '.'], "/").replace(']', ""));
            let there = seen.pointer(&pointer).unwrap_or_else(|| panic!("{path} of {seen}"));
            assert_eq!(there.get("text").unwrap_or(there), text, "word for word");
        }
    }
}

/// A house of each kind with the procedure of the jaw.
async fn houses() -> Vec<(House, ProcedureId)> {
    let mut all = Vec::new();
    for house in crate::crash::both_houses().await {
        let id = published(&house, "jaw", jaw(), Audience::Customer).await;
        all.push((house, id));
    }
    all
}

/// The dangers are those that the house recognises, or the tests would show nothing.
#[test]
fn the_procedure_of_these_tests_has_a_danger_in_its_second_step() {
    let dangers = kinds("Laissez refroidir les mâchoires", Language::French);
    assert!(dangers.contains(&HazardKind::Heat) && kinds("Ouvrez le capot", Language::French).is_empty());
}
