//! Words that somebody must not see, looked for wherever they look: every readable door, by every role.

mod ground;
mod scopes;

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use savoir_api::routes::ROUTES;
use savoir_models::content::Content;
use savoir_models::opening::OpeningState;
use savoir_models::review::ReviewState;
use savoir_models::viewer::{Audience, Role};
use savoir_tests::call::get;
use savoir_tests::house::{House, house};
use serde_json::{Value, json};

use self::ground::{CONTRACTOR, DANGER, OFFICE, PERSON, SITE, TECHNICIAN, TITLE, cases, knowledge};

/// Who looks, and of whose.
const VIEWERS: [(Role, Option<&str>); 11] = [
    (Role::Administrator, None),
    (Role::Coordinator, None),
    (Role::Expert, None),
    (Role::Safety, None),
    (Role::Technician, None),
    (Role::Service, None),
    (Role::Contractor, Some("Nordservice")),
    (Role::Contractor, Some("Sudservice")),
    (Role::Customer, Some("Laiterie du Val")),
    (Role::Customer, Some("Brasserie du Parc")),
    (Role::Customer, None),
];

/// Every word that is looked for.
const WORDS: [&str; 8] = [OFFICE, TECHNICIAN, "ZARBREF", CONTRACTOR, TITLE, DANGER, SITE, PERSON];

/// Whether a viewer may see a word at a door of this path.
fn may(word: &str, (role, organisation): (Role, Option<&str>), path: &str) -> bool {
    let class = match role {
        Role::Administrator | Role::Coordinator | Role::Expert | Role::Safety => Some(Audience::Internal),
        Role::Technician => Some(Audience::Technician),
        Role::Contractor => Some(Audience::Contractor),
        Role::Customer | Role::Anonymous => Some(Audience::Customer),
        Role::Service => None,
    };
    let up_to = |audience| class.is_some_and(|class| class <= audience);
    let theirs = !matches!(role, Role::Contractor | Role::Customer)
        || matches!(organisation, Some("Sudservice" | "Brasserie du Parc"));
    match word {
        OFFICE | TITLE => up_to(Audience::Internal),
        TECHNICIAN | "ZARBREF" => up_to(Audience::Technician),
        CONTRACTOR | DANGER => up_to(Audience::Contractor),
        SITE => theirs,
        // A name stands in its own case, and nowhere that others read or a model is sent.
        _ => theirs && !["/prompt", "/procedures", "/search", "/openings"].iter().any(|p| path.contains(p)),
    }
}

/// The lines of the log, kept.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn keep(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let lines = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG).with_ansi(false);
        tracing::subscriber::set_default(lines.with_writer(move || log.clone()).finish())
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

/// Every address that a path of the table can have with what is in the house.
fn addresses(path: &str, ids: &[String], files: &[String]) -> Vec<String> {
    let mut out = vec![path.to_owned()];
    while let Some(at) = out.first().and_then(|p| p.find('{')) {
        let end = out[0][at..].find('}').unwrap() + at + 1;
        let known = if &out[0][at..end] == "{attachment}" { files } else { ids };
        let fill = |p: &String| known.iter().map(|id| p.replacen(&out[0][at..end], id, 1)).collect::<Vec<_>>();
        out = out.iter().flat_map(fill).collect();
    }
    out
}

/// A page shows again what one typed into its fields: that is no answer.
fn without_what_was_typed(text: &str, path: &str) -> String {
    let Some((_, typed)) = path.split_once("/?q=") else { return text.to_owned() };
    let shown = typed.replace("%20", " ");
    text.replace(&format!("value=\"{shown}\""), "").replace(&format!("value=\"/?q={typed}\""), "")
}

fn searches() -> impl Iterator<Item = String> {
    let texts = WORDS.into_iter().chain(["E42", "thermocouple", "armoire hors tension", "paramètre caché", "zarb"]);
    texts.map(|text| format!("/api/v1/search?q={}", text.replace(' ', "%20")))
}

/// Looks everywhere with everybody's eyes.
async fn look_everywhere(house: House) {
    let procedures = knowledge(&house, |_, content| Some(content)).await;
    let (interventions, files) = cases(&house).await;
    let db = &house.kit.db;
    let mut ids: Vec<String> = procedures.iter().map(ToString::to_string).collect();
    ids.extend(interventions.iter().map(ToString::to_string));
    for state in ReviewState::ALL {
        ids.extend(db.reviews(*state, None, 50).await.unwrap().into_iter().map(|r| r.id.to_string()));
    }
    let openings = db.openings(OpeningState::Open, None, 50).await.unwrap();
    assert_eq!(openings.len(), 1, "what hurts waits: {openings:?}");
    ids.extend(openings.into_iter().map(|o| o.id.to_string()));
    let files: Vec<String> = files.iter().map(ToString::to_string).collect();

    let log = Log::default();
    let _kept = log.keep();
    let (mut leaks, mut seen) = (Vec::new(), std::collections::BTreeSet::new());
    for (role, organisation) in VIEWERS {
        let token = house.token(role, organisation).await;
        for route in ROUTES.iter().filter(|r| r.verb() == "GET") {
            let paths = match route.path {
                "/api/v1/search" => searches().collect(),
                "/" => searches().map(|path| path.replacen("/api/v1/search", "/", 1)).collect(),
                path => addresses(path, &ids, &files),
            };
            for path in paths {
                let mut asked = get(&path).by(&token);
                let stream = path == "/api/v1/events";
                if stream {
                    asked = asked.with("last-event-id", "00000000-0000-0000-0000-000000000000");
                }
                let time = if stream { Duration::from_millis(400) } else { Duration::from_secs(20) };
                let answer = asked.to_for(&house, time).await;
                assert!(answer.status.as_u16() < 500, "{path} by {role}");
                let text = without_what_was_typed(&String::from_utf8_lossy(&answer.bytes), &path);
                let said = format!("{:?} {text}", answer.headers).to_lowercase();
                for word in WORDS.iter().filter(|w| said.contains(&w.to_lowercase())) {
                    if may(word, (role, organisation), &path) {
                        seen.insert((role, *word));
                    } else {
                        leaks.push(format!("{word} at {path} to {role} of {organisation:?}"));
                    }
                }
            }
        }
    }
    assert!(leaks.is_empty(), "\n{}", leaks.join("\n"));
    for (role, word) in [
        (Role::Expert, OFFICE),
        (Role::Expert, "ZARBREF"),
        (Role::Coordinator, TITLE),
        (Role::Technician, TECHNICIAN),
        (Role::Contractor, CONTRACTOR),
        (Role::Contractor, DANGER),
        (Role::Contractor, SITE),
        (Role::Customer, SITE),
        (Role::Customer, PERSON),
    ] {
        assert!(seen.contains(&(role, word)), "{role} is shown {word} somewhere, or this test looks at nothing");
    }
    let text = log.text().to_lowercase();
    assert!(text.contains("answered"), "the log was kept");
    for word in WORDS {
        let line = text.lines().find(|line| line.contains(&word.to_lowercase()));
        assert!(line.is_none(), "{word} in the log: {line:?}");
    }
}

#[tokio::test]
async fn no_word_reaches_those_who_must_not_see_it() {
    look_everywhere(house().await).await;
}

#[tokio::test]
async fn no_word_reaches_them_on_postgresql_either() {
    if let Some(house) = House::build().postgres().open().await {
        look_everywhere(house).await;
    }
}

/// What a search says, without the identifiers that differ from house to house.
async fn answers(house: &House, role: Role) -> Vec<Value> {
    let token = house.token(role, Some("Nordservice")).await;
    let mut out = Vec::new();
    let texts = [
        "termocouple de la machoir",
        "capot",
        "mâchoire thermocouple capot",
        "film thermocouple",
        "Lisez le paramètre",
    ];
    let paths = texts.into_iter().map(|t| format!("/api/v1/search?q={}", t.replace(' ', "%20")));
    for path in searches().chain(paths).chain(["/api/v1/search?family=ensacheuse%20verticale".to_owned()]) {
        let mut found = get(&path.replace('â', "%C3%A2").replace('è', "%C3%A8").replace('é', "%C3%A9"))
            .by(&token)
            .to(house)
            .await
            .expect(200);
        for hit in found["items"].as_array_mut().unwrap() {
            hit["procedure"] = json!(null);
        }
        if path.contains("family=") {
            // A list that nothing was asked of has no order that means anything.
            found["items"].as_array_mut().unwrap().sort_by_key(|hit| hit["title"].to_string());
        }
        out.push(json!({"path": path, "found": found}));
    }
    out
}

/// The search of a class in a house with everything is to the letter that of a house in which what it does not see was
/// never written: hits, their number, scores, pieces of text.
#[tokio::test]
async fn a_search_tells_nothing_of_what_is_hidden_not_even_by_its_numbers() {
    let whole = house().await;
    knowledge(&whole, |_, content| Some(content)).await;
    cases(&whole).await;
    for (role, class) in [
        (Role::Technician, Audience::Technician),
        (Role::Contractor, Audience::Contractor),
        (Role::Customer, Audience::Customer),
    ] {
        let bare = house().await;
        let seen = |name: &str, content: Content| match name {
            "hidden" => None,
            "hurts" if class == Audience::Customer => None,
            _ => Some(content.seen_by(class)),
        };
        knowledge(&bare, seen).await;
        let (with, without) = (answers(&whole, role).await, answers(&bare, role).await);
        for (with, without) in with.iter().zip(&without) {
            assert_eq!(with, without, "{role}");
        }
        assert!(
            with.iter().any(|a| a["found"]["items"].as_array().is_some_and(|i| i.len() >= 2)),
            "{role} finds something"
        );
    }
}
