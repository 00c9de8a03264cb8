//! What cases do to procedures afterwards: they confirm them, take back what they told, and make an expert look again.

mod anew;
mod doubt;
mod reopening;

use savoir_models::content::Content;
use savoir_models::id::{InterventionId, ProcedureId, ReviewId};
use savoir_models::intervention::{Intake, Outcome};
use savoir_models::procedure::{Feedback, OutcomeRecord, Procedure};
use savoir_models::review::{Decision, Review};
use savoir_models::store::{Db, Decided, Reported, house};
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_tests::data::{START, content, intake, reading, reviewed};
use savoir_tests::databases::both;

const APPROVE: Decision = Decision::Approve { audience: Audience::Customer, into: None };

fn expert() -> Viewer {
    Viewer::new("Anne", Role::Expert)
}

fn thermocouple() -> Content {
    content("Ensacheuse : E42", "Arrêt en E42", "Remplacez le thermocouple")
}

/// A case that ended so, on this kind of machine.
fn ended(external_id: &str, family: &str, outcome: Option<Outcome>) -> Intake {
    let mut intake = intake(external_id, "Remplacé le thermocouple.");
    intake.equipment.family = (!family.is_empty()).then(|| family.to_owned());
    Intake { outcome, ..intake }
}

async fn decide(db: &Db, review: ReviewId, decision: &Decision) -> Option<ProcedureId> {
    let (review, draft) = (review, db.review(review).await.unwrap().unwrap().draft);
    let seen = db.draft(draft).await.unwrap().unwrap().version;
    match db.decide(review, decision, &expert(), reading(seen), START).await.unwrap() {
        Decided::Done(procedure) => procedure,
        other => panic!("{other:?}"),
    }
}

/// A procedure approved for customers, resting on the case `external_id`.
async fn published(db: &Db, external_id: &str) -> (InterventionId, Review, ProcedureId) {
    let (id, _, review) = reviewed(db, &intake(external_id, "Remplacé le thermocouple."), thermocouple()).await;
    let procedure = decide(db, review.id, &APPROVE).await.unwrap();
    (id, review, procedure)
}

/// Another case of a procedure, merged into it.
async fn merged(db: &Db, intake: &Intake, into: ProcedureId) -> InterventionId {
    let (id, _, review) = reviewed(db, intake, thermocouple()).await;
    decide(db, review.id, &Decision::Merge { into }).await;
    id
}

async fn read(db: &Db, id: ProcedureId) -> Procedure {
    db.procedure(id, &house()).await.unwrap().unwrap()
}

async fn report(db: &Db, id: ProcedureId, worked: bool) -> Reported {
    let mut tx = db.begin().await.unwrap();
    let reported = tx.put_feedback(id, &Feedback { worked, comment: None }, "Paul", START).await.unwrap();
    tx.commit().await.unwrap();
    reported
}

fn record(family: &str, solved: i64, reopened: i64) -> OutcomeRecord {
    OutcomeRecord { family: (!family.is_empty()).then(|| family.to_owned()), solved, reopened }
}

#[tokio::test]
async fn cases_that_were_solved_count_for_their_kind_of_machine_and_others_do_not() {
    for database in both().await {
        let db = &database.db;
        let (_, _, procedure) = published(db, "T-1").await;
        let cases = [
            ("T-2", "Ensacheuse  verticale", Some(Outcome::Solved)),
            ("T-3", "ensacheuse horizontale", None),
            ("T-4", "ensacheuse verticale", Some(Outcome::PartlySolved)),
            ("T-5", "ensacheuse verticale", Some(Outcome::NotSolved)),
            ("T-6", "", None),
        ];
        for (external_id, family, outcome) in cases {
            merged(db, &ended(external_id, family, outcome), procedure).await;
        }
        let found = read(db, procedure).await;
        assert_eq!(found.cases, 6, "all of them are cases");
        let expected = [record("", 1, 0), record("ensacheuse horizontale", 1, 0), record("ensacheuse verticale", 2, 0)];
        assert_eq!(found.outcomes, expected, "on {}", db.kind());
    }
}

#[tokio::test]
async fn all_cases_of_a_draft_count_when_it_is_approved_or_revises() {
    for database in both().await {
        let db = &database.db;
        let (_, known, review) = reviewed(db, &intake("T-1", "x"), thermocouple()).await;
        let (_, again, _) = reviewed(db, &intake("T-2", "y"), thermocouple()).await;
        let mut tx = db.begin().await.unwrap();
        tx.add_cases_to_draft(known.id, again.id, 45).await.unwrap();
        tx.commit().await.unwrap();
        let procedure = decide(db, review.id, &APPROVE).await.unwrap();
        assert_eq!(read(db, procedure).await.outcomes, [record("ensacheuse verticale", 2, 0)]);

        let (_, _, next) = reviewed(db, &intake("T-3", "z"), thermocouple()).await;
        let into = Decision::Approve { audience: Audience::Customer, into: Some(procedure) };
        decide(db, next.id, &into).await;
        let found = read(db, procedure).await;
        assert_eq!((found.cases, found.revision.number), (3, 2));
        assert_eq!(found.outcomes, [record("ensacheuse verticale", 3, 0)], "on {}", db.kind());
    }
}
