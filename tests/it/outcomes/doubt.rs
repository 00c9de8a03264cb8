//! A procedure that fails those who follow it is not validated any more, and an expert looks at it again.

use savoir_models::draft::Known;
use savoir_models::id::{ProcedureId, ReviewId};
use savoir_models::intervention::Stage;
use savoir_models::procedure::Confidence;
use savoir_models::review::{Decision, Refusal, ReviewState};
use savoir_models::store::{Db, Decided, house};
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_pipeline::search::{Hit, Query, search};
use savoir_tests::data::{START, content, intake, reading, reviewed};
use savoir_tests::databases::both;
use savoir_tests::house::House;

use super::{APPROVE, decide, expert, merged, published, read, record, report, thermocouple};
use crate::crash::both_houses;

/// Reports failures until the procedure is doubted.
async fn fail(db: &Db, procedure: ProcedureId) -> ReviewId {
    assert_eq!(report(db, procedure, false).await.doubted, None);
    assert_eq!(report(db, procedure, false).await.doubted, None);
    let doubted = report(db, procedure, false).await.doubted.expect("three of three");
    assert_eq!(report(db, procedure, false).await.doubted, None, "once is enough");
    doubted.review.expect("its revision was reviewed")
}

#[tokio::test]
async fn repeated_failures_open_the_review_of_its_revision_again_and_say_why() {
    for database in both().await {
        let db = &database.db;
        let (_, review, procedure) = published(db, "T-1").await;
        assert_eq!(fail(db, procedure).await, review.id);
        assert_eq!(read(db, procedure).await.confidence, Confidence::NotValidated);
        let open = db.review(review.id).await.unwrap().unwrap();
        assert_eq!(
            (open.state, open.procedure, open.decision, open.decided_by),
            (ReviewState::Open, Some(procedure), None, None)
        );
        assert!(open.reason.as_deref().is_some_and(|r| r.contains("3 des 3")), "{:?}", open.reason);
        assert_eq!(db.reviews(ReviewState::Open, None, 10).await.unwrap().len(), 1, "on {}", db.kind());
        for (role, may) in [(Role::Customer, false), (Role::Contractor, false), (Role::Technician, true)] {
            let read = db.procedure(procedure, &Viewer::new("x", role)).await.unwrap();
            assert_eq!(read.is_some(), may, "{role}");
        }
    }
}

#[tokio::test]
async fn approving_it_again_revises_it_and_what_was_reported_before_counts_no_more() {
    for database in both().await {
        let db = &database.db;
        let (id, review, procedure) = published(db, "T-1").await;
        merged(db, &intake("T-2", "y"), procedure).await;
        fail(db, procedure).await;
        let draft = db.draft(review.draft).await.unwrap().unwrap();
        let mut better = draft.content.clone();
        better.steps[0].text = "Remplacez le thermocouple et sa gaine".into();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(tx.edit_draft(&draft, &better, &Viewer::new("Anne", Role::Expert), START).await.unwrap(), Some(2));
        tx.commit().await.unwrap();

        assert_eq!(decide(db, review.id, &APPROVE).await, Some(procedure), "never a second one");
        let found = read(db, procedure).await;
        assert_eq!((found.revision.number, found.confidence), (2, Confidence::Validated));
        assert_eq!(found.revision.content, better);
        assert_eq!((found.cases, found.outcomes), (2, vec![record("ensacheuse verticale", 2, 0)]), "counted once");
        assert_eq!(db.intervention(id, &house()).await.unwrap().unwrap().stage, Stage::Published);
        assert_eq!(db.status().await.unwrap().procedures["validated"], 1, "on {}", db.kind());
        fail(db, procedure).await;
    }
}

#[tokio::test]
async fn the_draft_of_an_update_says_what_the_procedure_says_when_it_is_looked_at_again() {
    for database in both().await {
        let db = &database.db;
        let (_, _, procedure) = published(db, "T-1").await;
        let other = content("Ensacheuse : E42", "Arrêt en E42", "Remplacez le relais");
        let (_, draft, review) = reviewed(db, &intake("T-2", "y"), other.clone()).await;
        decide(db, review.id, &Decision::Approve { audience: Audience::Customer, into: Some(procedure) }).await;
        // As if the expert's decision had been an update: the draft has other words than the revision.
        let mut tx = db.begin().await.unwrap();
        tx.put_draft(&savoir_models::draft::Draft { content: thermocouple(), ..draft.clone() }).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(fail(db, procedure).await, review.id);
        let shown = db.draft(draft.id).await.unwrap().unwrap();
        assert_eq!(shown.content, other, "on {}", db.kind());
        assert!(db.edited(draft.id).await.unwrap(), "the change has an author");
    }
}

#[tokio::test]
async fn rejecting_it_archives_it_and_merging_it_moves_its_cases() {
    for database in both().await {
        let db = &database.db;
        let (id, _, rejected) = published(db, "T-1").await;
        let review = fail(db, rejected).await;
        decide(db, review, &Decision::Reject { reason: "dangereuse".into() }).await;
        assert_eq!(read(db, rejected).await.confidence, Confidence::Archived);
        let case = db.intervention(id, &house()).await.unwrap().unwrap();
        assert_eq!((case.stage, case.waiting.as_deref()), (Stage::Rejected, Some("dangereuse")));
        assert_eq!(db.jobs_of(&rejected.to_string()).await.unwrap()[0].step.as_str(), "publish");

        let (_, _, home) = published(db, "T-2").await;
        let (first, _, failing) = published(db, "T-3").await;
        let second = merged(db, &intake("T-4", "z"), failing).await;
        let review = fail(db, failing).await;
        let itself = Decision::Merge { into: failing };
        let refused = db.decide(review, &itself, &expert(), reading(1), START).await.unwrap();
        assert_eq!(refused, Decided::Refused(Refusal::IntoItself));
        let ask = Decision::Ask { questions: vec!["Quel couple ?".into()] };
        let refused = db.decide(review, &ask, &expert(), reading(1), START).await.unwrap();
        assert_eq!(refused, Decided::Refused(Refusal::NothingToAsk));
        assert_eq!(decide(db, review, &Decision::Merge { into: home }).await, Some(home));
        let (kept, gone) = (read(db, home).await, read(db, failing).await);
        assert_eq!((kept.cases, gone.cases, gone.confidence), (3, 0, Confidence::Archived));
        assert_eq!(kept.outcomes, [record("ensacheuse verticale", 3, 0)]);
        assert_eq!(gone.outcomes, [record("ensacheuse verticale", 0, 0)], "on {}", db.kind());
        for case in [first, second] {
            let case = db.intervention(case, &house()).await.unwrap().unwrap();
            assert_eq!((case.stage, case.procedure), (Stage::Merged, Some(home)));
        }
    }
}

#[tokio::test]
async fn whoever_revises_it_from_another_case_closes_what_was_opened_for_it() {
    for database in both().await {
        let db = &database.db;
        let (_, _, procedure) = published(db, "T-1").await;
        let review = fail(db, procedure).await;
        let (_, _, other) = reviewed(db, &intake("T-2", "y"), thermocouple()).await;
        decide(db, other.id, &Decision::Approve { audience: Audience::Customer, into: Some(procedure) }).await;
        let closed = db.review(review).await.unwrap().unwrap();
        assert_eq!((closed.state, closed.decision.as_deref()), (ReviewState::Decided, Some("withdrawn")));
        assert_eq!(read(db, procedure).await.confidence, Confidence::Validated, "on {}", db.kind());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_and_decisions_at_the_same_moment_neither_wait_for_each_other_nor_open_two_reviews() {
    for database in both().await {
        let db = &database.db;
        let (_, _, procedure) = published(db, "T-0").await;
        let mut waiting = Vec::new();
        for n in 1..=6 {
            let (_, _, review) = reviewed(db, &intake(&format!("T-{n}"), "x"), thermocouple()).await;
            let (one, two) = (db.clone(), db.clone());
            waiting.push(tokio::spawn(async move {
                let merge = Decision::Merge { into: procedure };
                one.decide(review.id, &merge, &expert(), reading(1), START).await.map(|_| ())
            }));
            waiting.push(tokio::spawn(async move {
                report(&two, procedure, false).await;
                Ok(())
            }));
        }
        for one in waiting {
            one.await.unwrap().unwrap();
        }
        let found = read(db, procedure).await;
        assert_eq!((found.failed, found.cases, found.confidence), (6, 7, Confidence::NotValidated));
        assert_eq!(db.reviews(ReviewState::Open, None, 10).await.unwrap().len(), 1, "on {}", db.kind());
    }
}

async fn found(house: &House, role: Role) -> Vec<Hit> {
    let query = Query { text: "thermocouple E42".into(), ..Query::default() };
    let answer = search(&house.kit.index, house.kit.embedder.as_ref(), &query, &Viewer::new("x", role)).await;
    answer.unwrap().hits
}

#[tokio::test]
async fn what_is_not_validated_is_found_by_the_house_with_its_confidence_and_by_nobody_else() {
    for house in both_houses().await {
        let db = &house.kit.db;
        let (_, _, procedure) = published(db, "T-1").await;
        house.work().await;
        assert_eq!(found(&house, Role::Customer).await[0].confidence, Confidence::Validated);
        let review = fail(db, procedure).await;
        house.work().await;
        assert_eq!(found(&house, Role::Customer).await, [], "on {}", db.kind());
        assert_eq!(found(&house, Role::Contractor).await, []);
        let [hit] = &found(&house, Role::Technician).await[..] else { panic!("a technician finds it") };
        assert_eq!((hit.procedure, hit.confidence), (procedure, Confidence::NotValidated));

        decide(db, review, &APPROVE).await;
        house.work().await;
        assert_eq!(found(&house, Role::Customer).await[0].confidence, Confidence::Validated);
        let review = fail(db, procedure).await;
        decide(db, review, &Decision::Reject { reason: "dangereuse".into() }).await;
        house.work().await;
        assert_eq!(found(&house, Role::Expert).await, []);
        assert_eq!(db.passages_of(Known::Procedure(procedure)).await.unwrap(), []);
    }
}
