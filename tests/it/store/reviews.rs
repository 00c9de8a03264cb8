//! A decision and all that follows from it are one commit, and only one decision stands.

use savoir_models::draft::{Draft, Provenance};
use savoir_models::id::{DraftId, InterventionId};
use savoir_models::intervention::Stage;
use savoir_models::review::{Decision, Refusal, Review, ReviewState};
use savoir_models::store::{Db, Decided, house};
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_tests::data::{START, content, intake, reading};
use savoir_tests::databases::both;

fn expert(name: &str) -> Viewer {
    Viewer::new(name, Role::Expert)
}

const APPROVE: Decision = Decision::Approve { audience: Audience::Technician, into: None };

/// An intervention under review; `minutes` is what it cost.
async fn under_review(db: &Db, external_id: &str, minutes: i64) -> (InterventionId, Draft, Review) {
    let id = InterventionId::new();
    let mut draft = Draft {
        id: DraftId::new(),
        intervention: id,
        content: content("Ensacheuse : E42", "Arrêt en E42", "Remplacez le thermocouple"),
        provenance: Provenance {
            extractor: "test".into(),
            version: "1".into(),
            model: None,
            parameters: std::collections::BTreeMap::new(),
        },
        suspicions: Vec::new(),
        comparison: None,
        version: 1,
        created_at: START,
        updated_at: START,
    };
    let mut tx = db.begin().await.unwrap();
    tx.accept(id, &intake(external_id, "x"), &[], START).await.unwrap();
    draft.id = tx.put_draft(&draft).await.unwrap();
    tx.open_review(draft.id, minutes, START).await.unwrap();
    tx.commit().await.unwrap();
    let review = db.review_of(draft.id).await.unwrap().unwrap();
    (id, draft, review)
}

#[tokio::test]
async fn approving_makes_a_procedure_that_its_audience_reads_and_puts_its_publication_on_the_line() {
    for database in both().await {
        let db = &database.db;
        let (id, draft, review) = under_review(db, "T-1", 45).await;
        let decided = db.decide(review.id, &APPROVE, &expert("Anne"), reading(1), START).await.unwrap();
        let Decided::Done(Some(procedure)) = decided else { panic!("{decided:?}") };

        let found = db.procedure(procedure, &Viewer::new("t", Role::Technician)).await.unwrap().unwrap();
        assert_eq!(found.revision.content, draft.content);
        assert_eq!((found.revision.author.as_str(), found.cases), ("Anne", 1));
        assert_eq!(db.procedure(procedure, &Viewer::new("c", Role::Customer)).await.unwrap(), None);
        assert_eq!(db.revisions(procedure, &Viewer::new("c", Role::Customer)).await.unwrap(), []);
        let case = db.intervention(id, &house()).await.unwrap().unwrap();
        assert_eq!((case.stage, case.procedure), (Stage::Published, Some(procedure)));
        assert_eq!(db.jobs_of(&procedure.to_string()).await.unwrap()[0].step.as_str(), "publish");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_eight_experts_who_decide_at_once_one_prevails_and_the_others_are_told_who() {
    for database in both().await {
        let (_, _, review) = under_review(&database.db, "T-1", 45).await;
        let deciders: Vec<_> = (0..8)
            .map(|n| {
                let db = database.db.clone();
                tokio::spawn(async move {
                    db.decide(review.id, &APPROVE, &expert(&format!("e{n}")), reading(1), START).await.unwrap()
                })
            })
            .collect();
        let (mut done, mut late) = (0, 0);
        for decider in deciders {
            match decider.await.unwrap() {
                Decided::Done(_) => done += 1,
                Decided::Refused(Refusal::AlreadyDecided { by, .. }) if by.starts_with('e') => late += 1,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!((done, late), (1, 7), "on {}", database.db.kind());
        assert_eq!(database.db.status().await.unwrap().procedures["validated"], 1);
    }
}

#[tokio::test]
async fn an_edit_keeps_its_author_and_a_decision_on_the_text_before_it_is_refused() {
    for database in both().await {
        let db = &database.db;
        let (_, draft, review) = under_review(db, "T-1", 45).await;
        let mut better = draft.content.clone();
        better.steps[0].text = "Remplacez le thermocouple et sa gaine".into();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(tx.edit_draft(&draft, &better, &Viewer::new("Anne", Role::Expert), START).await.unwrap(), Some(2));
        assert_eq!(tx.edit_draft(&draft, &better, &Viewer::new("Paul", Role::Expert), START).await.unwrap(), None);
        tx.commit().await.unwrap();

        let stale = db.decide(review.id, &APPROVE, &expert("Paul"), reading(1), START).await.unwrap();
        assert_eq!(stale, Decided::Refused(Refusal::Stale { seen: 1, current: 2 }));
        let Decided::Done(Some(procedure)) =
            db.decide(review.id, &APPROVE, &expert("Paul"), reading(2), START).await.unwrap()
        else {
            panic!("the edited draft can be approved")
        };
        let found = db.procedure(procedure, &house()).await.unwrap().unwrap();
        assert_eq!(found.revision.content, better);

        let now_decided = db.draft(draft.id).await.unwrap().unwrap();
        let mut tx = db.begin().await.unwrap();
        assert_eq!(
            tx.edit_draft(&now_decided, &better, &Viewer::new("Anne", Role::Expert), START).await.unwrap(),
            None
        );
    }
}

#[tokio::test]
async fn cases_that_tell_the_same_are_counted_and_follow_the_decision() {
    for database in both().await {
        let db = &database.db;
        let (first, draft, review) = under_review(db, "T-1", 45).await;
        let second = InterventionId::new();
        let mut tx = db.begin().await.unwrap();
        tx.accept(second, &intake("T-2", "idem"), &[], START).await.unwrap();
        let again = Draft { id: DraftId::new(), intervention: second, ..draft.clone() };
        tx.put_draft(&again).await.unwrap();
        assert_eq!(tx.add_cases_to_draft(draft.id, again.id, 15).await.unwrap(), Some(vec![second]));
        assert_eq!(tx.add_cases_to_draft(draft.id, again.id, 15).await.unwrap(), Some(vec![]), "counted once");
        tx.commit().await.unwrap();
        let counted = db.review(review.id).await.unwrap().unwrap();
        assert_eq!(counted.cases, 2);
        assert!((counted.worth - 60.0).abs() < 1e-9, "worth is the minutes of all cases, not {}", counted.worth);

        let Decided::Done(procedure) =
            db.decide(review.id, &APPROVE, &expert("Anne"), reading(1), START).await.unwrap()
        else {
            panic!("approved")
        };
        for (id, stage) in [(first, Stage::Published), (second, Stage::Merged)] {
            let case = db.intervention(id, &house()).await.unwrap().unwrap();
            assert_eq!((case.stage, case.procedure), (stage, procedure));
        }
        let mut tx = db.begin().await.unwrap();
        let late = tx.add_cases_to_draft(draft.id, again.id, 15).await.unwrap();
        assert_eq!(late, None, "a decided review takes no more cases");
    }
}

#[tokio::test]
async fn the_queue_is_in_order_of_worth_and_its_pages_neither_overlap_nor_skip() {
    for database in both().await {
        let db = &database.db;
        for (n, minutes) in [30, 90, 30, 60, 30].into_iter().enumerate() {
            under_review(db, &format!("T-{n}"), minutes).await;
        }
        let (mut after, mut worths) = (None, Vec::new());
        loop {
            let page = db.reviews(ReviewState::Open, after, 2).await.unwrap();
            let Some(last) = page.last() else { break };
            after = Some((last.worth, last.id));
            worths.extend(page.iter().map(|r| r.worth));
        }
        assert_eq!(worths, [90.0, 60.0, 30.0, 30.0, 30.0]);
    }
}

#[tokio::test]
async fn merging_adds_the_cases_to_the_procedure_and_leaves_its_text_alone() {
    for database in both().await {
        let db = &database.db;
        let (_, _, one) = under_review(db, "T-1", 45).await;
        let Decided::Done(Some(known)) = db.decide(one.id, &APPROVE, &expert("Anne"), reading(1), START).await.unwrap()
        else {
            panic!("approved")
        };
        let (id, _, two) = under_review(db, "T-2", 45).await;
        let nowhere = Decision::Merge { into: savoir_models::id::ProcedureId::new() };
        assert!(matches!(
            db.decide(two.id, &nowhere, &expert("Anne"), reading(1), START).await.unwrap(),
            Decided::NoProcedure(_)
        ));
        assert_eq!(
            db.review(two.id).await.unwrap().unwrap().state,
            ReviewState::Open,
            "a failed decision changes nothing"
        );

        let merged =
            db.decide(two.id, &Decision::Merge { into: known }, &expert("Anne"), reading(1), START).await.unwrap();
        assert_eq!(merged, Decided::Done(Some(known)));
        let procedure = db.procedure(known, &house()).await.unwrap().unwrap();
        assert_eq!((procedure.cases, procedure.revision.number), (2, 1));
        assert_eq!(db.intervention(id, &house()).await.unwrap().unwrap().stage, Stage::Merged);
    }
}

#[tokio::test]
async fn approving_into_a_procedure_makes_its_next_revision_with_the_difference() {
    for database in both().await {
        let db = &database.db;
        let (_, _, one) = under_review(db, "T-1", 45).await;
        let Decided::Done(Some(known)) = db.decide(one.id, &APPROVE, &expert("Anne"), reading(1), START).await.unwrap()
        else {
            panic!("approved")
        };
        let (_, draft, two) = under_review(db, "T-2", 45).await;
        let mut better = draft.content.clone();
        better.steps[0].text = "Remplacez le thermocouple et sa gaine".into();
        let mut tx = db.begin().await.unwrap();
        tx.edit_draft(&draft, &better, &Viewer::new("Paul", Role::Expert), START).await.unwrap();
        tx.commit().await.unwrap();
        let into = Decision::Approve { audience: Audience::Customer, into: Some(known) };
        db.decide(two.id, &into, &expert("Paul"), reading(2), START).await.unwrap();

        let revisions = db.revisions(known, &house()).await.unwrap();
        assert_eq!(
            revisions.iter().map(|r| (r.number, r.author.as_str())).collect::<Vec<_>>(),
            [(2, "Paul"), (1, "Anne")]
        );
        assert!(revisions[0].diff.contains("+steps: Remplacez le thermocouple et sa gaine"), "{}", revisions[0].diff);
        assert_eq!(db.procedure(known, &house()).await.unwrap().unwrap().audience, Audience::Customer);
    }
}

#[tokio::test]
async fn a_draft_sent_back_waits_for_answers_and_a_rejected_one_says_why() {
    for database in both().await {
        let db = &database.db;
        let (id, _, review) = under_review(db, "T-1", 45).await;
        let ask = Decision::Ask { questions: vec!["Quel thermocouple ?".into()] };
        assert_eq!(db.decide(review.id, &ask, &expert("Anne"), reading(1), START).await.unwrap(), Decided::Done(None));
        assert_eq!(db.intervention(id, &house()).await.unwrap().unwrap().stage, Stage::NeedsAnswers);
        assert_eq!(db.questions(id).await.unwrap()[0].asked_by.as_deref(), Some("Anne"));
        assert_eq!(db.review(review.id).await.unwrap().unwrap().state, ReviewState::SentBack);

        let (id, _, review) = under_review(db, "T-2", 45).await;
        let reject = Decision::Reject { reason: "machine retirée du parc".into() };
        db.decide(review.id, &reject, &expert("Anne"), reading(1), START).await.unwrap();
        let case = db.intervention(id, &house()).await.unwrap().unwrap();
        assert_eq!((case.stage, case.waiting.as_deref()), (Stage::Rejected, Some("machine retirée du parc")));
        assert_eq!(db.status().await.unwrap().waiting, 1, "what was rejected says why and waits for nothing");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_that_was_answered_is_never_lost_to_a_decision_taken_at_the_same_moment() {
    for database in both().await {
        for round in 0..10 {
            let db = &database.db;
            let (_, draft, review) = under_review(db, &format!("T-{round}"), 45).await;
            let mut better = draft.content.clone();
            better.steps[0].text = "Remplacez le thermocouple et sa gaine".into();
            let editing = tokio::spawn({
                let (db, draft, better) = (db.clone(), draft.clone(), better.clone());
                async move {
                    let mut tx = db.begin().await.unwrap();
                    let version =
                        tx.edit_draft(&draft, &better, &Viewer::new("Anne", Role::Expert), START).await.unwrap();
                    tx.commit().await.unwrap();
                    version
                }
            });
            let decided = db.decide(review.id, &APPROVE, &expert("Paul"), reading(1), START).await.unwrap();
            match (editing.await.unwrap(), decided) {
                (Some(2), Decided::Refused(Refusal::Stale { current: 2, .. })) | (None, Decided::Done(Some(_))) => {}
                both => panic!("{both:?} on {}", database.db.kind()),
            }
        }
    }
}
