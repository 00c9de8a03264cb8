//! What reviewers share, the figures of the desk, and what a witness corrects; on both databases.

use std::time::Duration;

use savoir_models::clock::Timestamp;
use savoir_models::job::JobState;
use savoir_models::procedure::Feedback;
use savoir_models::review::{Decision, ReviewState};
use savoir_models::store::{Comment, Decided, TEXTS};
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_tests::data::{START, content, intake, reading, reviewed};
use savoir_tests::databases::both;

fn expert() -> Viewer {
    Viewer::new("Anne", Role::Expert)
}

const APPROVE: Decision = Decision::Approve { audience: Audience::Technician, into: None };

#[tokio::test]
async fn a_review_is_taken_on_and_left_and_nobody_takes_on_what_is_decided() {
    for database in both().await {
        let db = &database.db;
        let review = reviewed(db, &intake("T-1", "x"), content("Four : froid", "Froid", "Changez le fusible")).await.2;
        let take = async |to: Option<&str>| {
            let mut tx = db.begin().await.unwrap();
            let done = tx.assign(review.id, to).await.unwrap();
            tx.commit().await.unwrap();
            (done, db.review(review.id).await.unwrap().unwrap().assigned_to)
        };
        assert_eq!(take(Some("Anne")).await, (true, Some("Anne".into())));
        let queue = db.queue(ReviewState::Open, None, 10).await.unwrap();
        assert_eq!(queue.len(), 1);
        assert_eq!((queue[0].review.assigned_to.as_deref(), queue[0].version), (Some("Anne"), 1));
        assert_eq!(queue[0].content.title.text, "Four : froid");
        assert_eq!(take(None).await, (true, None));
        assert!(matches!(db.decide(review.id, &APPROVE, &expert(), reading(1), START).await, Ok(Decided::Done(_))));
        assert_eq!(take(Some("Paul")).await, (false, None));
    }
}

#[tokio::test]
async fn who_is_called_in_a_comment_finds_the_review_until_it_is_decided() {
    for database in both().await {
        let db = &database.db;
        let review = reviewed(db, &intake("T-1", "x"), content("Four : froid", "Froid", "Changez le fusible")).await.2;
        let said = Comment { author: "Anne".into(), text: "@Paul, un avis ?".into(), created_at: START };
        let mut tx = db.begin().await.unwrap();
        tx.comment(review.id, &said, &["Paul".into(), "Paul".into(), "Zoé".into()]).await.unwrap();
        tx.commit().await.unwrap();
        // Each of those who are called is found, and can be erased, by themselves.
        let names = TEXTS.iter().find(|column| column.table == "mentions").unwrap();
        let held = db.texts(names, "", 10).await.unwrap();
        assert_eq!(held.iter().map(|h| h.text.as_str()).collect::<Vec<_>>(), ["Paul", "Zoé"]);
        assert_ne!(held[0].id, held[1].id);
        assert_eq!(db.comments(review.id).await.unwrap(), [said]);
        assert_eq!(db.calling("Paul").await.unwrap(), [review.id]);
        assert_eq!(db.calling("Anne").await.unwrap(), []);
        assert!(matches!(db.decide(review.id, &APPROVE, &expert(), reading(1), START).await, Ok(Decided::Done(_))));
        assert_eq!(db.calling("Paul").await.unwrap(), []);
    }
}

#[tokio::test]
async fn how_long_a_review_takes_is_known_once_one_was_measured() {
    for database in both().await {
        let db = &database.db;
        assert_eq!(db.pace().await.unwrap(), None);
        for (external, seconds) in [("T-1", 60), ("T-2", 120)] {
            let review = reviewed(db, &intake(external, "x"), content("Four", "Froid", "Changez le fusible")).await.2;
            let mut tx = db.begin().await.unwrap();
            tx.note_reading(review.id, seconds).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert_eq!(db.pace().await.unwrap(), Some(90.0));
    }
}

#[tokio::test]
async fn the_weeks_tell_what_happened_in_them_and_those_without_anything_are_there() {
    for database in both().await {
        let db = &database.db;
        let review = reviewed(db, &intake("T-1", "x"), content("Four : froid", "Froid", "Changez le fusible")).await.2;
        let decided = db.decide(review.id, &APPROVE, &expert(), reading(1), START).await.unwrap();
        let Decided::Done(Some(procedure)) = decided else { panic!("{decided:?}") };
        let later = START.after(Duration::from_secs(7 * 86_400));
        let mut tx = db.begin().await.unwrap();
        for worked in [true, false] {
            tx.put_feedback(procedure, &Feedback { worked, comment: None }, "Samir", later).await.unwrap();
        }
        tx.commit().await.unwrap();
        let weeks = db.weeks(3, later).await.unwrap();
        let told: Vec<_> =
            weeks.iter().map(|w| (w.received, w.drafted, w.approved, w.refused, w.worked, w.failed)).collect();
        assert_eq!(told, [(0, 0, 0, 0, 0, 0), (1, 1, 1, 0, 0, 0), (0, 0, 0, 0, 1, 1)]);
        // 5 January 1970 was a Monday.
        assert!(weeks.iter().all(|w| (w.start.0 - Timestamp(345_600_000).0) % 604_800_000 == 0));
        assert_eq!(db.recurring(5).await.unwrap(), [], "one case is no recurrence");
        assert_eq!(db.stale(Duration::from_secs(365 * 86_400), later, 5).await.unwrap(), []);
        let next_year = START.after(Duration::from_secs(400 * 86_400));
        assert_eq!(db.stale(Duration::from_secs(365 * 86_400), next_year, 5).await.unwrap(), [procedure]);
    }
}

#[tokio::test]
async fn a_correction_is_kept_as_an_answer_and_the_line_reads_the_case_again_unless_it_is_at_work() {
    for database in both().await {
        let db = &database.db;
        let (id, ..) = reviewed(db, &intake("T-1", "x"), content("Four : froid", "Froid", "Changez le fusible")).await;
        let correct = async |text: &str| db.correct(id, ("Correction", text), "Samir", START).await.unwrap();
        assert!(correct("C'était le fusible F3.").await);
        let questions = db.questions(id).await.unwrap();
        assert_eq!(questions.len(), 1);
        assert_eq!(questions[0].answer.as_deref(), Some("C'était le fusible F3."));
        assert_eq!(db.jobs(JobState::Ready, None, 5).await.unwrap().len(), 1);
        assert!(!correct("Et F4.").await, "the line is at work on it");
        assert_eq!(db.questions(id).await.unwrap().len(), 1);
    }
}
