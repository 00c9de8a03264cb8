//! Failures at every named point of every step, and every step twice: what is kept is what one quiet run keeps.

use std::time::Duration;

use savoir_models::draft::Known;
use savoir_models::id::InterventionId;
use savoir_models::job::{JobState, Step};
use savoir_models::review::{Decision, ReviewState};
use savoir_models::store::{Claimed, Decided, house as the_house};
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_pipeline::hooks::Point;
use savoir_pipeline::worker::single::{lease, one_job, work_on};
use savoir_tests::data::reading;
use savoir_tests::house::{House, house};

use crate::life::deliver;

/// A house on SQLite, and one on PostgreSQL where it is installed.
pub(crate) async fn both_houses() -> Vec<House> {
    let mut houses = vec![house().await];
    houses.extend(House::build().postgres().open().await);
    houses
}

/// Runs everything that is ready, and, as time goes by, what a killed worker left.
async fn run_to_the_end(house: &House) {
    for _ in 0..50 {
        while one_job(&house.kit).await.unwrap().is_some() {}
        if house.kit.db.jobs(JobState::Running, None, 1).await.unwrap().is_empty() {
            return;
        }
        house.clock.advance(house.kit.line.lease + Duration::from_secs(1));
    }
    panic!("the line does not come to an end");
}

/// Approves the only open review.
async fn approve(house: &House) {
    let review = house.kit.db.reviews(ReviewState::Open, None, 2).await.unwrap().pop().expect("a review is open");
    let decision = Decision::Approve { audience: Audience::Technician, into: None };
    let expert = Viewer::new("Anne", Role::Expert);
    let decided = house.kit.db.decide(review.id, &decision, &expert, reading(1), house.kit.clock.now()).await.unwrap();
    assert!(matches!(decided, Decided::Done(Some(_))), "{decided:?}");
}

/// All that was kept of one intervention, without identifiers and moments.
async fn kept(house: &House, id: InterventionId) -> String {
    let db = &house.kit.db;
    let intervention = db.intervention(id, &the_house()).await.unwrap().unwrap();
    let draft = db.draft_of(id).await.unwrap().unwrap();
    let status = db.status().await.unwrap();
    let events = db.events(None, 1_000).await.unwrap();
    let story: Vec<&str> = events.iter().map(|e| e.kind.as_str()).collect();
    let changes = db.changes(0, 1_000).await.unwrap();
    format!(
        "{:?} {:?}\ntranscripts {}\ndraft version {} {:?}\nown passages {}\npassages put {}, gone {}\nreview cases {:?}\n{status:?}\n{story:?}",
        intervention.stage,
        intervention.waiting,
        db.transcripts(id).await.unwrap().len(),
        draft.version,
        draft.comparison.map(|c| c.verdict),
        db.passages_of(Known::Draft(draft.id)).await.unwrap().len(),
        changes.iter().filter(|c| c.passage.is_some()).count(),
        changes.iter().filter(|c| c.passage.is_none()).count(),
        db.review_of(draft.id).await.unwrap().map(|r| r.cases),
    )
}

#[tokio::test]
async fn a_worker_killed_at_any_point_of_any_step_leaves_what_a_quiet_run_leaves() {
    for quiet in both_houses().await {
        let kind = quiet.kit.db.kind();
        let id = deliver(&quiet, "T-0").await;
        run_to_the_end(&quiet).await;
        approve(&quiet).await;
        run_to_the_end(&quiet).await;
        let expected = kept(&quiet, id).await;
        for step in Step::ALL {
            for point in Point::ALL {
                let house =
                    if kind == "sqlite" { house().await } else { House::build().postgres().open().await.unwrap() };
                house.kit.hooks.kill_at(*step, point);
                let id = deliver(&house, "T-0").await;
                run_to_the_end(&house).await;
                approve(&house).await;
                run_to_the_end(&house).await;
                assert!(!house.kit.hooks.pending(), "{step} never came to {point:?}");
                assert_eq!(kept(&house, id).await, expected, "killed at {point:?} of {step} on {kind}");
            }
        }
    }
}

#[tokio::test]
async fn a_step_in_two_hands_at_once_is_kept_once() {
    for house in both_houses().await {
        let id = deliver(&house, "T-1").await;
        let mut approved = false;
        loop {
            let Some(first) = claim(&house).await else {
                if approved {
                    break;
                }
                approve(&house).await;
                approved = true;
                continue;
            };
            // The first worker is slow: its lease runs out, a second one claims the same job, and both finish.
            house.clock.advance(house.kit.line.lease + Duration::from_secs(1));
            let second = claim(&house).await.expect("the lease has run out");
            assert_eq!((second.id, second.attempt), (first.id, first.attempt + 1));
            work_on(&house.kit, first.clone()).await;
            let still = house.kit.db.jobs_of(&first.subject).await.unwrap();
            assert_eq!(still[0].attempt, second.attempt, "{}: the late result was kept", first.step);
            work_on(&house.kit, second).await;
        }
        let story: Vec<String> = house.kit.db.events(None, 100).await.unwrap().into_iter().map(|e| e.kind).collect();
        let expected =
            ["received", "transcribed", "redacted", "drafted", "indexed", "compared", "in_review", "published"];
        assert_eq!(story, expected, "on {}", house.kit.db.kind());
        assert_eq!(house.kit.db.transcripts(id).await.unwrap().len(), 1);
    }
}

async fn claim(house: &House) -> Option<savoir_models::job::Job> {
    for lane in savoir_models::job::Lane::ALL {
        let claimed = house.kit.db.claim(*lane, &lease(&house.kit), house.kit.clock.now(), 1).await.unwrap().pop();
        match claimed {
            Some(Claimed::Run(job)) => return Some(job),
            Some(Claimed::Dead(job)) => panic!("{job:?}"),
            None => {}
        }
    }
    None
}
