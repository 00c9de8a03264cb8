//! A house with something in every room: demo cases that went through the line, some approved, some not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use savoir_models::chat::Chat;
use savoir_models::clock::Timestamp;
use savoir_models::content::{AppliesTo, Statement};
use savoir_models::evidence::{Case, Evidence, Place, Source};
use savoir_models::id::{AccountId, InterventionId};
use savoir_models::intervention::{Intake, Stage};
use savoir_models::opening::{OpeningDecision, OpeningState};
use savoir_models::redaction::Redaction;
use savoir_models::review::{Decision, ReviewState};
use savoir_models::store::{Db, Decided, InterventionFilter, Opened, house as of_the_house};
use savoir_models::text::Language;
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_pipeline::chat::{self, Said};
use savoir_pipeline::extractor::offline::Offline;
use savoir_pipeline::verify::verify;

use crate::data::{content, intake, reading, reviewed};
use crate::env::repository;
use crate::house::{Builder, House};

/// Demo cases that are approved, by turns for customers and for technicians: French and English.
const APPROVED: [&str; 4] = ["D-001", "D-006", "D-012", "D-020"];
/// Demo cases that come after them: one told again, one that updates and one that contradicts what is approved, one that
/// tells too little, one with orders to a language model in it, one of an unknown machine.
const LATER: [&str; 7] = ["D-002", "D-003", "D-009", "D-013", "D-027", "D-035", "D-041"];

/// Opens a house of that build with rules for an extractor and no limits, and furnishes it: one of the procedures for
/// customers waits for the safety role, and one draft says what its case does not.
///
/// # Panics
/// When it cannot.
pub async fn furnished(builder: Builder) -> House {
    let free = ["reads_per_minute", "writes_per_minute", "anonymous_per_minute", "failures_per_minute"];
    let builder = free.iter().fold(builder, |builder, limit| builder.set(&format!("limits.{limit}"), "0"));
    let house = builder.extractor(Arc::new(Offline)).open().await.expect("a house on SQLite");
    for (turn, id) in bring_in(&house, &APPROVED).await.into_iter().enumerate() {
        let audience = if turn % 2 == 0 { Audience::Customer } else { Audience::Technician };
        approve(&house, id, audience).await;
    }
    house.work().await;
    bring_in(&house, &LATER).await;
    let openings = house.kit.db.openings(OpeningState::Open, None, 10).await.expect("openings");
    let safety = Viewer::new(names(Role::Safety), Role::Safety);
    for opening in openings.iter().skip(1) {
        let (db, now) = (&house.kit.db, house.kit.clock.now());
        let decided = db
            .decide_opening(opening.id, &OpeningDecision::Approve { reason: None }, &safety, opening.revision, now)
            .await;
        assert!(matches!(decided.expect("the database writes"), Opened::Done(_)), "it is opened");
    }
    house.work().await;
    talk(&house).await;
    flawed(&house.kit.db).await;
    house
}

/// Puts a draft under review whose second step says more than its case.
async fn flawed(db: &Db) {
    let report = "Bande arrêtée, courroie coupée. J'ai remplacé la courroie. J'ai serré les vis du capot. Essai de dix \
        minutes, la bande tourne rond.";
    let mut intake = intake("T-900", report);
    intake.equipment.family = Some("convoyeur à bande".into());
    let rests = |text: &str, quote: &str| {
        Statement::new(text, Evidence { source: Source::Report, quote: quote.into(), place: Place::default() })
    };
    let mut content = content("Convoyeur à bande : courroie coupée", "Bande arrêtée", "Remplacez la courroie.");
    content.title = rests("Convoyeur à bande : courroie coupée", "Bande arrêtée, courroie coupée");
    content.cause = Some(rests("La courroie était coupée.", "courroie coupée"));
    content.tools.clear();
    content.steps = vec![
        rests("Remplacez la courroie.", "J'ai remplacé la courroie"),
        rests("Serrez les vis du capot à 12 N·m.", "J'ai serré les vis du capot"),
    ];
    content.verification =
        vec![rests("La bande tourne rond pendant dix minutes.", "Essai de dix minutes, la bande tourne rond")];
    content.applies_to = AppliesTo { family: intake.equipment.family.clone(), ..AppliesTo::default() };
    verify(&Case::of(intake.clone()), &Redaction::default(), &mut content);
    assert_eq!(content.open_findings().len(), 1, "{:?}", content.open_findings());
    reviewed(db, &intake, content).await;
}

/// Brings demo cases in and through the line.
async fn bring_in(house: &House, cases: &[&str]) -> Vec<InterventionId> {
    let demo = std::fs::read_to_string(repository().join("demo/interventions.jsonl")).expect("the demo cases");
    let all: Vec<Intake> = demo.lines().map(|line| serde_json::from_str(line).expect("a demo case")).collect();
    let mut ids = Vec::new();
    let mut tx = house.kit.db.begin().await.expect("the database writes");
    for case in cases {
        let intake = all.iter().find(|intake| intake.external_id == *case).expect("a demo case of this number");
        ids.push(InterventionId::new());
        let accepted = tx.accept(ids[ids.len() - 1], intake, &[], house.kit.clock.now()).await;
        accepted.expect("it is accepted");
    }
    tx.commit().await.expect("the database commits");
    house.work().await;
    ids
}

/// Approves what became of a case.
async fn approve(house: &House, case: InterventionId, audience: Audience) {
    let db = &house.kit.db;
    let draft = db.draft_of(case).await.expect("the database reads").expect("a draft");
    let review = db.review_of(draft.id).await.expect("the database reads").expect("a review");
    let (decision, expert) =
        (Decision::Approve { audience, into: None }, Viewer::new(names(Role::Expert), Role::Expert));
    let decided = db.decide(review.id, &decision, &expert, reading(draft.version), house.kit.clock.now()).await;
    let decided = decided.expect("the database writes");
    assert!(matches!(decided, Decided::Done(_)), "{decided:?}");
}

/// What stands for the blanks of an address, as `{procedure}`: something of every kind that a house has, by kind.
///
/// # Panics
/// When the database fails.
pub async fn known(db: &Db) -> BTreeMap<&'static str, String> {
    let mut known = BTreeMap::new();
    let filter = InterventionFilter { limit: 200, ..InterventionFilter::default() };
    for intervention in db.interventions(&filter, &of_the_house()).await.expect("the database reads") {
        known.entry("intervention").or_insert(intervention.id.to_string());
        if intervention.stage == Stage::NeedsAnswers {
            known.entry("thin").or_insert(intervention.id.to_string());
        }
        let Some(procedure) = intervention.procedure else { continue };
        known.entry("procedure").or_insert(procedure.to_string());
        if db.procedure(procedure, &customer()).await.expect("the database reads").is_some() {
            known.entry("open").or_insert(procedure.to_string());
        }
    }
    for review in db.reviews(ReviewState::Open, None, 100).await.expect("the database reads") {
        let draft = db.draft(review.draft).await.expect("the database reads").expect("a draft");
        let is_flawed = !draft.content.open_findings().is_empty();
        let compared = draft.comparison.is_some_and(|comparison| comparison.nearest.is_some());
        let kind = if is_flawed {
            "flawed"
        } else if compared {
            "compared"
        } else {
            "review"
        };
        known.entry(kind).or_insert(review.id.to_string());
    }
    for review in db.reviews(ReviewState::Decided, None, 1).await.expect("the database reads") {
        known.entry("decided").or_insert(review.id.to_string());
    }
    for opening in db.openings(OpeningState::Open, None, 10).await.expect("the database reads") {
        known.entry("opening").or_insert(opening.id.to_string());
    }
    for site in db.sites().await.expect("the database reads") {
        known.entry("site").or_insert(site.key);
    }
    for request in db.requests(None, None, 1).await.expect("the database reads") {
        known.entry("request").or_insert(request.id.to_string());
    }
    known
}

/// A web site that embeds the chat, and a conversation on it that people have taken over.
async fn talk(house: &House) {
    let (db, now) = (&house.kit.db, house.kit.clock.now());
    let mut tx = db.begin().await.expect("the database writes");
    let origins = ["https://www.example.com".to_owned()];
    let site = tx.put_site("Boutique", &origins, now).await.expect("the database writes");
    tx.commit().await.expect("the database commits");
    let begun = Chat { site: Some(site.id), ..Chat::begin(Language::French, now) };
    let (secret, ..) = chat::begin(db, begun, now).await.expect("the database writes");
    let visitor = Viewer::new("visitor", Role::Anonymous);
    let limits = house.app.config.chat.limits();
    for text in [
        "Un four à pizza, il reste froid et ne chauffe plus",
        "Pas de code",
        "Production arrêtée",
        "Léa, 01 99 00 12 34",
    ] {
        let said = Said { text: text.into(), client_id: None };
        chat::hear(&house.kit, &secret, &visitor, &said, limits).await.expect("it is heard");
    }
}

/// A customer who sees what every customer sees.
fn customer() -> Viewer {
    Viewer { organisation: Some("Laiterie du Val".into()), ..Viewer::new("Un client", Role::Customer) }
}

/// The secret of a new session of somebody of this role.
///
/// # Panics
/// When the database fails.
pub async fn session(db: &Db, role: Role, organisation: Option<&str>, now: Timestamp) -> String {
    let name = organisation.map_or_else(|| names(role).to_owned(), |firm| format!("{}, {firm}", names(role)));
    let account = db.account_named(&name).await.expect("the database reads").map(|known| known.account.id);
    let mut tx = db.begin().await.expect("the database writes");
    let account: AccountId = match account {
        Some(account) => account,
        None => {
            let viewer = Viewer { organisation: organisation.map(str::to_owned), ..Viewer::new(name, role) };
            tx.put_account(&viewer, None, now).await.expect("the database writes").expect("a new name")
        }
    };
    let end = now.after(Duration::from_secs(86_400));
    let begun = tx.open_session(account, None, "Chromium", end, now).await.expect("the database writes");
    tx.commit().await.expect("the database commits");
    begun.expect("the account is open").secret
}

/// Who has which role here.
fn names(role: Role) -> &'static str {
    match role {
        Role::Administrator => "Anne Keller",
        Role::Coordinator => "Marc Dubois",
        Role::Expert => "Claire Roy",
        Role::Safety => "Paul Girard",
        Role::Technician => "Samir Haddad",
        Role::Contractor => "Lucas Weber",
        Role::Customer => "Julie Martin",
        Role::Service => "Connecteur",
        Role::Anonymous => "Visiteur",
    }
}
