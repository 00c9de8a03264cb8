//! What can hurt is shown to customers only after a second approval, on both databases.

mod hands;

use savoir_models::audit::Action;
use savoir_models::content::{Content, HazardKind, Statement};
use savoir_models::draft::{Comparison, Known, Verdict};
use savoir_models::id::ProcedureId;
use savoir_models::opening::{Opening, OpeningDecision, OpeningRefusal, OpeningState};
use savoir_models::passage;
use savoir_models::proposal::{Change, Edit, Proposal};
use savoir_models::review::{Decision, Refusal};
use savoir_models::store::{Db, Decided, Opened};
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_tests::call::{get, post};
use savoir_tests::data::{START, content, intake, reading, reviewed, said};
use savoir_tests::databases::both;
use savoir_tests::house::house;
use serde_json::json;

const HURTS: &str = "Mettez l'armoire hors tension";

fn anne() -> Viewer {
    Viewer::new("Anne", Role::Expert)
}

fn zoe() -> Viewer {
    Viewer::new("Zoé", Role::Safety)
}

async fn decide(db: &Db, external: &str, content: Content, decision: &Decision) -> Decided {
    let (_, _, review) = reviewed(db, &intake(external, "Fait."), content).await;
    db.decide(review.id, decision, &anne(), reading(1), START).await.unwrap()
}

fn for_customers(into: Option<ProcedureId>) -> Decision {
    Decision::Approve { audience: Audience::Customer, into }
}

async fn published(db: &Db, external: &str, step: &str) -> ProcedureId {
    let said = decide(db, external, content("Four", "Four froid", step), &for_customers(None)).await;
    let Decided::Done(Some(id)) = said else { panic!("{said:?}") };
    id
}

async fn sees(db: &Db, id: ProcedureId, role: Role) -> bool {
    db.procedure(id, &Viewer::new("x", role)).await.unwrap().is_some()
}

async fn opening(db: &Db, id: ProcedureId, revision: i64) -> Option<Opening> {
    db.opening_of(id, revision).await.unwrap()
}

fn yes() -> OpeningDecision {
    OpeningDecision::Approve { reason: None }
}

#[tokio::test]
async fn contractors_see_at_once_what_customers_see_after_the_safety_role_has_approved_it() {
    for database in both().await {
        let db = &database.db;
        let harmless = published(db, "T-1", "Nettoyez le filtre").await;
        assert!(sees(db, harmless, Role::Customer).await && opening(db, harmless, 1).await.is_none());

        let id = published(db, "T-2", HURTS).await;
        assert!(sees(db, id, Role::Contractor).await && !sees(db, id, Role::Customer).await);
        let asked = opening(db, id, 1).await.expect("it waits");
        assert_eq!((&asked.kinds[..], asked.asked_by.as_str()), (&[HazardKind::Electricity][..], "Anne"));

        let own = Viewer::new("anne ", Role::Safety);
        let refused = db.decide_opening(asked.id, &yes(), &own, 1, START).await.unwrap();
        assert_eq!(refused, Opened::Refused(OpeningRefusal::OwnText));
        assert!(!sees(db, id, Role::Customer).await);
        let done = db.decide_opening(asked.id, &yes(), &zoe(), 1, START).await.unwrap();
        let Opened::Done(done) = done else { panic!("{done:?}") };
        assert_eq!((done.state, done.decided_by.as_deref()), (OpeningState::Approved, Some("Zoé")));
        assert!(sees(db, id, Role::Customer).await);
        let again = db.decide_opening(asked.id, &yes(), &zoe(), 1, START).await.unwrap();
        assert_eq!(again, Opened::Refused(OpeningRefusal::Closed { state: OpeningState::Approved }));

        let lines = db.audit(0, 100).await.unwrap();
        let told: Vec<_> = lines.iter().map(|l| (l.action, l.who.as_str(), l.subject == id.to_string())).collect();
        let decided = (Action::ReviewDecided, "Anne", false);
        let (asked, opened) = ((Action::OpeningAsked, "Anne", true), (Action::OpeningDecided, "Zoé", true));
        assert_eq!(told, [decided, asked, decided, opened]);
        assert!(db.verify_audit().await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn who_edited_the_draft_cannot_open_it() {
    for database in both().await {
        let db = &database.db;
        let (_, draft, review) = reviewed(db, &intake("T-1", "Fait."), content("Four", "Four froid", "Nettoyez")).await;
        let mut tx = db.begin().await.unwrap();
        let edited = content("Four", "Four froid", HURTS);
        tx.edit_draft(&draft, &edited, &Viewer::new("Zoé", Role::Expert), START).await.unwrap().unwrap();
        tx.commit().await.unwrap();
        let done = db.decide(review.id, &for_customers(None), &anne(), reading(2), START).await.unwrap();
        let Decided::Done(Some(id)) = done else { panic!("{done:?}") };
        let asked = opening(db, id, 1).await.unwrap();
        let refused = db.decide_opening(asked.id, &yes(), &zoe(), 1, START).await.unwrap();
        assert_eq!(refused, Opened::Refused(OpeningRefusal::OwnText));
    }
}

#[tokio::test]
async fn a_refusal_keeps_it_for_contractors_and_says_why() {
    for database in both().await {
        let db = &database.db;
        let id = published(db, "T-1", HURTS).await;
        let asked = opening(db, id, 1).await.unwrap();
        let no = |reason: &str| OpeningDecision::Refuse { reason: reason.into() };
        let silent = db.decide_opening(asked.id, &no(" "), &zoe(), 1, START).await.unwrap();
        assert_eq!(silent, Opened::Refused(OpeningRefusal::NoReason));
        let done = db.decide_opening(asked.id, &no("trop dangereux"), &zoe(), 1, START).await.unwrap();
        let Opened::Done(done) = done else { panic!("{done:?}") };
        assert_eq!((done.state, done.reason.as_deref()), (OpeningState::Refused, Some("trop dangereux")));
        assert!(sees(db, id, Role::Contractor).await && !sees(db, id, Role::Customer).await);
    }
}

#[tokio::test]
async fn a_new_revision_overtakes_an_opening_and_takes_a_danger_back_from_customers() {
    for database in both().await {
        let db = &database.db;
        let id = published(db, "T-1", HURTS).await;
        let first = opening(db, id, 1).await.unwrap();
        let revise = async |external: &str, step: &str| {
            let said = decide(db, external, content("Four", "Four froid", step), &for_customers(Some(id))).await;
            assert_eq!(said, Decided::Done(Some(id)));
        };
        revise("T-2", "Purgez la pression du circuit").await;
        assert_eq!(opening(db, id, 1).await.unwrap().state, OpeningState::Overtaken);
        let late = db.decide_opening(first.id, &yes(), &zoe(), 1, START).await.unwrap();
        assert_eq!(late, Opened::Refused(OpeningRefusal::Closed { state: OpeningState::Overtaken }));
        let second = opening(db, id, 2).await.unwrap();
        assert_eq!(second.state, OpeningState::Open);
        let stale = db.decide_opening(second.id, &yes(), &zoe(), 1, START).await.unwrap();
        assert_eq!(stale, Opened::Refused(OpeningRefusal::Stale { seen: 1, current: 2 }));
        let done = db.decide_opening(second.id, &yes(), &zoe(), 2, START).await.unwrap();
        assert!(matches!(done, Opened::Done(_)) && sees(db, id, Role::Customer).await);

        // Customers see it; what is approved next can hurt again, and they wait again.
        let mut tx = db.begin().await.unwrap();
        let (procedure, house) = (db.procedure(id, &anne()).await.unwrap().unwrap(), Known::Procedure(id));
        tx.put_passages(house, passage::of_procedure(&procedure)).await.unwrap();
        tx.commit().await.unwrap();
        revise("T-3", HURTS).await;
        assert!(db.passages_of(house).await.unwrap().is_empty(), "nobody finds it until it is published anew");
        assert!(!sees(db, id, Role::Customer).await && sees(db, id, Role::Contractor).await);
        // Without a danger, nobody waits.
        revise("T-4", "Nettoyez le filtre").await;
        assert!(sees(db, id, Role::Customer).await && opening(db, id, 4).await.is_none());
    }
}

#[tokio::test]
async fn an_update_is_held_to_the_text_that_it_makes() {
    for database in both().await {
        let db = &database.db;
        let mut known = content("Four", "Four froid", "Ouvrez la porte");
        known.steps.push(Statement { audience: Some(Audience::Technician), ..said("Relevez le compteur") });
        let said_so = decide(db, "T-1", known, &for_customers(None)).await;
        let Decided::Done(Some(id)) = said_so else { panic!("{said_so:?}") };
        assert!(sees(db, id, Role::Customer).await);
        let (_, draft, review) = reviewed(db, &intake("T-2", "Fait."), content("Four", "Four froid", HURTS)).await;
        let because = |edit| Change { edit, reason: "because".into(), reason_fr: "parce que".into() };
        let changes = vec![
            because(Edit::Insert { after: Some(0), statement: said(HURTS) }),
            because(Edit::Replace { step: 1, by: said("Relevez le compteur deux fois") }),
        ];
        let proposal = Proposal { known_version: 1, draft_version: 1, changes };
        let mut comparison = Comparison::new(Verdict::Update, Some(Known::Procedure(id)), 0.8, "update".into());
        comparison.proposal = Some(proposal);
        let mut tx = db.begin().await.unwrap();
        tx.put_comparison(draft.id, &comparison).await.unwrap();
        tx.commit().await.unwrap();
        let update = Decision::Update { into: id, accept: vec![0, 1], audience: None };
        let done = db.decide(review.id, &update, &anne(), reading(1), START).await.unwrap();
        assert_eq!(done, Decided::Done(Some(id)));
        assert!(!sees(db, id, Role::Customer).await, "it was harmless before");
        assert_eq!(opening(db, id, 2).await.unwrap().kinds, [HazardKind::Electricity]);
        let now = db.procedure(id, &anne()).await.unwrap().unwrap();
        let kept: Vec<_> = now.revision.content.steps.iter().map(|s| s.audience).collect();
        assert_eq!(kept, [None, None, Some(Audience::Technician)], "what was kept from some stays so");
        let contractor = db.procedure(id, &Viewer::new("x", Role::Contractor)).await.unwrap().unwrap();
        assert_eq!(contractor.revision.content.steps.len(), 2);
    }
}

#[tokio::test]
async fn a_procedure_of_which_nothing_is_left_for_its_readers_is_not_approved() {
    for database in both().await {
        let mut told = content("Four", "Four froid", "Ouvrez la porte");
        told.steps[0].audience = Some(Audience::Technician);
        let said = decide(&database.db, "T-1", told, &for_customers(None)).await;
        let Decided::Refused(Refusal::Content { path, .. }) = said else { panic!("{said:?}") };
        assert_eq!(path, "steps");
    }
}

#[tokio::test]
async fn the_office_sees_what_waits_and_the_safety_role_decides_at_the_door() {
    let house = house().await;
    let (_, draft, review) =
        reviewed(&house.kit.db, &intake("T-1", "Fait."), content("Four : froid", "Four froid", HURTS)).await;
    let expert = house.token(Role::Expert, None).await;
    let (safety, customer) = (house.token(Role::Safety, None).await, house.token(Role::Customer, Some("x")).await);
    let approve = json!({"decision": "approve", "audience": "customer"});
    let path = format!("/api/v1/reviews/{}/decision", review.id);
    let call = post(&path, &approve).by(&expert).with("if-match", &format!("\"{}\"", draft.version));
    let taken = call.to(&house).await.expect(200);
    assert_eq!((&taken["opening"]["state"], &taken["opening"]["kinds"]), (&json!("open"), &json!(["electricity"])));
    house.work().await;
    let search = async |token: &str| {
        get("/api/v1/search?q=E42").by(token).to(&house).await.expect(200)["items"].as_array().unwrap().len()
    };
    assert_eq!((search(&customer).await, search(&safety).await), (0, 1));

    let list = get("/api/v1/openings").by(&safety).to(&house).await.expect(200);
    let line = &list["items"][0];
    assert_eq!((&line["title"], &line["content"]["steps"][0]["text"]), (&json!("Four : froid"), &json!(HURTS)));
    let door = format!("/api/v1/openings/{}/decision", line["id"].as_str().unwrap());
    let yes = json!({"decision": "approve"});
    let _ = post(&door, &yes).by(&expert).with("if-match", "\"1\"").to(&house).await.problem(403, "forbidden");
    let _ = post(&door, &yes).by(&safety).to(&house).await.problem(428, "version_missing");
    let _ = post(&door, &yes).by(&safety).with("if-match", "\"7\"").to(&house).await.problem(412, "stale");
    let no = json!({"decision": "refuse", "reason": " "});
    let refused = post(&door, &no).by(&safety).with("if-match", "\"1\"").to(&house).await;
    assert_eq!(refused.fields(), ["reason"]);
    let done = post(&door, &yes).by(&safety).with("if-match", "\"1\"").to(&house).await.expect(200);
    assert_eq!(done["state"], "approved");
    let _ = post(&door, &yes).by(&safety).with("if-match", "\"1\"").to(&house).await.problem(409, "opening_closed");
    house.work().await;
    assert_eq!(search(&customer).await, 1);
    let waiting = get("/api/v1/openings").by(&safety).to(&house).await.expect(200);
    assert_eq!(waiting["items"], json!([]));
    let decided = get("/api/v1/openings?state=approved").by(&expert).to(&house).await.expect(200);
    assert_eq!(decided["items"][0]["decided_by"], "safety of the test");
}
