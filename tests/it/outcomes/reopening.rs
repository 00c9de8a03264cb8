//! A case that is opened again takes back what it told, from wherever it was counted.

use savoir_models::draft::Known;
use savoir_models::id::InterventionId;
use savoir_models::intervention::{Outcome, Stage};
use savoir_models::job::{Job, JobState, Lane, Step};
use savoir_models::procedure::Confidence;
use savoir_models::review::{Refusal, ReviewState};
use savoir_models::store::{Claimed, Db, Decided, Given, Lease, Reopening, StoreError, house};
use savoir_pipeline::worker::single::{lease, one_job, work_on};
use savoir_tests::data::{START, intake, reading, reviewed};
use savoir_tests::databases::both;
use savoir_tests::house::House;

use crate::crash::both_houses;

use super::{APPROVE, ended, expert, merged, published, read, record, thermocouple};

async fn reopen(db: &Db, id: InterventionId) -> Reopening {
    db.reopen(id, "la panne est revenue", &expert(), START).await.unwrap().expect("there is such a case")
}

async fn stands(db: &Db, id: InterventionId) -> (Stage, Option<String>) {
    let found = db.intervention(id, &house()).await.unwrap().unwrap();
    (found.stage, found.waiting)
}

#[tokio::test]
async fn the_only_case_under_review_closes_it_and_its_passages_go_and_a_second_time_changes_nothing() {
    for database in both().await {
        let db = &database.db;
        let (id, draft, review) = reviewed(db, &intake("T-1", "x"), thermocouple()).await;
        let mut tx = db.begin().await.unwrap();
        tx.put_passages(Known::Draft(draft.id), savoir_models::passage::of_draft(&draft)).await.unwrap();
        tx.commit().await.unwrap();

        let done = reopen(db, id).await;
        assert_eq!(done, Reopening { withdrawn: Some(review.id), ..Reopening::default() });
        assert_eq!(stands(db, id).await, (Stage::Reopened, Some("la panne est revenue".into())));
        let closed = db.review(review.id).await.unwrap().unwrap();
        assert_eq!(
            (closed.state, closed.decision.as_deref(), closed.decided_by.as_deref()),
            (ReviewState::Decided, Some("withdrawn"), Some("Anne"))
        );
        assert_eq!(db.passages_of(Known::Draft(draft.id)).await.unwrap(), []);
        let late = db.decide(review.id, &APPROVE, &expert(), reading(1), START).await.unwrap();
        assert!(matches!(late, Decided::Refused(Refusal::AlreadyDecided { .. })), "{late:?}");

        let events = db.events(None, 100).await.unwrap().len();
        assert_eq!(reopen(db, id).await, Reopening { repeated: true, ..Reopening::default() });
        assert_eq!(db.events(None, 100).await.unwrap().len(), events, "nothing happened on {}", db.kind());
        assert_eq!(db.status().await.unwrap().waiting, 0, "it waits for nobody in the house");
        assert_eq!(db.reopen(InterventionId::new(), "x", &expert(), START).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_case_that_was_counted_to_another_draft_is_taken_from_its_count_and_worth() {
    for database in both().await {
        let db = &database.db;
        let (_, known, review) = reviewed(db, &intake("T-1", "x"), thermocouple()).await;
        let (second, again, own) = reviewed(db, &intake("T-2", "y"), thermocouple()).await;
        let mut tx = db.begin().await.unwrap();
        tx.add_cases_to_draft(known.id, again.id, 45).await.unwrap();
        tx.move_cases(&[second], Stage::Merged, None, Some("déjà connu"), START).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(db.review(review.id).await.unwrap().unwrap().cases, 2);

        assert_eq!(reopen(db, second).await, Reopening::default());
        let counted = db.review(review.id).await.unwrap().unwrap();
        assert_eq!((counted.cases, counted.worth, counted.state), (1, 45.0, ReviewState::Open), "on {}", db.kind());
        assert_eq!(db.cases_of(known.id).await.unwrap().len(), 1);
        assert_eq!(db.review(own.id).await.unwrap().unwrap().state, ReviewState::Open, "its own review is not touched");
    }
}

#[tokio::test]
async fn a_case_of_a_procedure_is_taken_from_its_cases_and_its_record() {
    for database in both().await {
        let db = &database.db;
        let (_, _, procedure) = published(db, "T-1").await;
        let second = merged(db, &intake("T-2", "y"), procedure).await;
        let third = merged(db, &ended("T-3", "four", Some(Outcome::NotSolved)), procedure).await;
        let done = reopen(db, second).await;
        assert_eq!(
            (done.procedure, done.doubted),
            (Some(procedure), None),
            "one that comes back may have another fault"
        );
        let found = read(db, procedure).await;
        assert_eq!((found.cases, found.confidence), (2, Confidence::Validated));
        assert_eq!(found.outcomes, [record("ensacheuse verticale", 1, 1)]);
        assert_eq!(db.intervention(second, &house()).await.unwrap().unwrap().procedure, None);

        let done = reopen(db, third).await;
        assert!(done.doubted.is_some(), "two are a sign");
        let found = read(db, procedure).await;
        assert_eq!(found.outcomes, [record("ensacheuse verticale", 1, 1), record("four", 0, 1)], "on {}", db.kind());
        assert_eq!((found.cases, found.confidence), (1, Confidence::NotValidated));
    }
}

#[tokio::test]
async fn the_only_case_of_a_procedure_leaves_it_unvalidated_with_its_review_open() {
    for database in both().await {
        let db = &database.db;
        let (id, review, procedure) = published(db, "T-1").await;
        let done = reopen(db, id).await;
        assert_eq!((done.procedure, done.withdrawn), (Some(procedure), None));
        assert_eq!(done.doubted.unwrap().review, Some(review.id));
        let open = db.review(review.id).await.unwrap().unwrap();
        assert_eq!((open.state, open.procedure, open.cases), (ReviewState::Open, Some(procedure), 0));
        assert!(open.reason.as_deref().is_some_and(|r| r.starts_with("Le seul cas")), "{open:?}");
        let found = read(db, procedure).await;
        assert_eq!((found.confidence, found.cases), (Confidence::NotValidated, 0), "on {}", db.kind());
    }
}

#[tokio::test]
async fn its_jobs_are_dropped_and_one_that_runs_keeps_nothing() {
    for database in both().await {
        let db = &database.db;
        let id = InterventionId::new();
        let mut tx = db.begin().await.unwrap();
        tx.accept(id, &intake("T-1", "x"), &[], START).await.unwrap();
        tx.commit().await.unwrap();
        let lease = Lease { worker: "w".into(), length: std::time::Duration::from_secs(60), max_failures: 3 };
        let claimed = db.claim(Lane::Rest, &lease, START, 1).await.unwrap();
        let [Claimed::Run(job)] = &claimed[..] else { panic!("{claimed:?}") };
        assert_eq!(reopen(db, id).await, Reopening::default());
        assert_eq!(db.jobs_of(&id.to_string()).await.unwrap(), []);
        let mut tx = db.begin().await.unwrap();
        assert!(matches!(tx.finish(job).await, Err(StoreError::LostLease(_))));
        drop(tx);
        assert_eq!(stands(db, id).await.0, Stage::Reopened, "on {}", db.kind());
    }
}

#[tokio::test]
async fn open_questions_go_so_that_no_late_answer_puts_the_case_back_on_the_line() {
    for database in both().await {
        let db = &database.db;
        let (id, ..) = reviewed(db, &intake("T-1", "x"), thermocouple()).await;
        let mut tx = db.begin().await.unwrap();
        tx.ask(id, &["Quel couple ?".into()], None, START).await.unwrap();
        tx.move_to(id, Stage::NeedsAnswers, None, START).await.unwrap();
        tx.commit().await.unwrap();
        let question = db.questions(id).await.unwrap()[0].id;
        reopen(db, id).await;
        let late = db.answer(id, &[(question, Given::Text("2 N·m".into()))], "Paul", START).await.unwrap();
        assert_eq!(late, savoir_models::store::Answered::NoQuestion(question));
        assert_eq!(stands(db, id).await.0, Stage::Reopened, "on {}", db.kind());
    }
}

#[tokio::test]
async fn the_next_case_takes_the_place_of_one_that_others_were_counted_to() {
    for database in both().await {
        let db = &database.db;
        let (first, known, review) = reviewed(db, &intake("T-1", "x"), thermocouple()).await;
        let (second, heir, _) = reviewed(db, &intake("T-2", "y"), thermocouple()).await;
        let (third, last, _) = reviewed(db, &intake("T-3", "z"), thermocouple()).await;
        let mut tx = db.begin().await.unwrap();
        for draft in [&heir, &last] {
            tx.add_cases_to_draft(known.id, draft.id, 45).await.unwrap();
        }
        tx.move_cases(&[second, third], Stage::Merged, None, None, START).await.unwrap();
        for draft in [heir.id, last.id] {
            tx.end_sent_back(draft, START).await.unwrap();
        }
        tx.commit().await.unwrap();

        assert_eq!(reopen(db, first).await.withdrawn, Some(review.id));
        assert_eq!(db.cases_of(heir.id).await.unwrap(), [second, third]);
        assert_eq!(stands(db, second).await.0, Stage::Drafted);
        assert_eq!(stands(db, third).await.0, Stage::Merged);
        let jobs = db.jobs(JobState::Ready, None, 10).await.unwrap();
        assert_eq!(
            jobs.iter().map(|j| (j.step, j.subject.clone())).collect::<Vec<_>>(),
            [(Step::Index, second.to_string())],
            "on {}",
            db.kind()
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_and_a_reopening_at_the_same_moment_leave_one_story() {
    for database in both().await {
        for round in 0..10 {
            let db = &database.db;
            let (id, _, review) = reviewed(db, &intake(&format!("T-{round}"), "x"), thermocouple()).await;
            let deciding = tokio::spawn({
                let db = db.clone();
                async move { db.decide(review.id, &APPROVE, &expert(), reading(1), START).await.unwrap() }
            });
            let done = reopen(db, id).await;
            match (deciding.await.unwrap(), &done) {
                (Decided::Done(Some(made)), Reopening { procedure: Some(taken), doubted: Some(_), .. }) => {
                    assert_eq!(made, *taken);
                    assert_eq!(read(db, made).await.cases, 0);
                }
                (Decided::Refused(Refusal::AlreadyDecided { decision, .. }), Reopening { withdrawn: Some(_), .. }) => {
                    assert_eq!(decision, "withdrawn");
                }
                both => panic!("{both:?} on {}", db.kind()),
            }
            assert_eq!(stands(db, id).await.0, Stage::Reopened);
        }
    }
}

/// The oldest job of the line, claimed.
async fn claimed(house: &House) -> Option<Job> {
    for lane in Lane::ALL {
        let claimed = house.kit.db.claim(*lane, &lease(&house.kit), house.kit.clock.now(), 1).await.unwrap().pop();
        if let Some(Claimed::Run(job)) = claimed {
            return Some(job);
        }
    }
    None
}

#[tokio::test]
async fn whatever_step_a_worker_has_in_hand_it_keeps_nothing_of_a_case_that_is_reopened_meanwhile() {
    // One round for each step of the line, from the first to the last before the expert.
    for before in 0..6 {
        for house in both_houses().await {
            let db = &house.kit.db;
            let id = crate::life::deliver(&house, "T-1").await;
            for _ in 0..before {
                one_job(&house.kit).await.unwrap().expect("the next step is ready");
            }
            let job = claimed(&house).await.expect("a step is in hand");
            reopen(db, id).await;
            let (step, kind) = (job.step, db.kind());
            work_on(&house.kit, job).await;
            assert_eq!(stands(db, id).await.0, Stage::Reopened, "{step} on {kind}");
            assert_eq!(one_job(&house.kit).await.unwrap(), None, "{step} on {kind}: nothing is left to do");
            assert_eq!(db.reviews(ReviewState::Open, None, 10).await.unwrap(), []);
            if let Some(draft) = db.draft_of(id).await.unwrap() {
                assert_eq!(db.passages_of(Known::Draft(draft.id)).await.unwrap(), [], "{step} on {kind}");
            }
        }
    }
}
