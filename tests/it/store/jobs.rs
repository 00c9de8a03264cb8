//! Leases and fences: a job is never in two hands whose work is both kept.

use std::collections::HashSet;
use std::time::Duration;

use savoir_models::clock::Timestamp;
use savoir_models::job::{Job, JobState, Lane, Step};
use savoir_models::store::{Claimed, Db, Lease, StoreError};
use savoir_tests::data::START;
use savoir_tests::databases::both;

fn lease(worker: &str) -> Lease {
    Lease { worker: worker.into(), length: Duration::from_secs(60), max_failures: 3 }
}

async fn put(db: &Db, subjects: impl Iterator<Item = String>) {
    let mut tx = db.begin().await.unwrap();
    for subject in subjects {
        tx.put_job(Step::Redact, &subject, START).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn claim_one(db: &Db, worker: &str, now: Timestamp) -> Option<Job> {
    match db.claim(Lane::Rest, &lease(worker), now, 1).await.unwrap().pop()? {
        Claimed::Run(job) => Some(job),
        Claimed::Dead(job) => panic!("{job:?} is dead"),
    }
}

async fn finish(db: &Db, job: &Job) -> Result<(), StoreError> {
    let mut tx = db.begin().await?;
    tx.finish(job).await?;
    tx.commit().await
}

#[tokio::test(flavor = "multi_thread")]
async fn sixteen_claimers_never_get_the_same_job() {
    for database in both().await {
        put(&database.db, (0..400).map(|n| format!("s{n:03}"))).await;
        let claimers: Vec<_> = (0..16)
            .map(|n| {
                let db = database.db.clone();
                tokio::spawn(async move {
                    let mut mine = Vec::new();
                    loop {
                        let claimed = db.claim(Lane::Rest, &lease(&format!("w{n}")), START, 3).await.unwrap();
                        if claimed.is_empty() {
                            return mine;
                        }
                        mine.extend(claimed);
                    }
                })
            })
            .collect();
        let mut seen = HashSet::new();
        for claimer in claimers {
            for claimed in claimer.await.unwrap() {
                let Claimed::Run(job) = claimed else { panic!("{claimed:?}") };
                assert!(seen.insert(job.subject.clone()), "{} claimed twice on {}", job.subject, database.db.kind());
            }
        }
        // A claimer that lost the race for its three may have stopped early; what is left is still there.
        while let Some(job) = claim_one(&database.db, "last", START).await {
            assert!(seen.insert(job.subject));
        }
        assert_eq!(seen.len(), 400);
    }
}

#[tokio::test]
async fn a_job_whose_lease_has_run_out_is_claimed_again_and_the_first_claimer_can_no_longer_finish_it() {
    for database in both().await {
        let db = &database.db;
        put(db, std::iter::once("s".to_owned())).await;
        let first = claim_one(db, "first", START).await.unwrap();
        assert_eq!(claim_one(db, "second", START.after(Duration::from_secs(59))).await, None);
        let second = claim_one(db, "second", START.after(Duration::from_secs(61))).await.unwrap();
        assert_eq!((second.id, second.attempt, second.failures), (first.id, 2, 1));
        assert!(matches!(finish(db, &first).await, Err(StoreError::LostLease(id)) if id == first.id));
        assert!(!db.heartbeat(&first, START, 0.5).await.unwrap());
        finish(db, &second).await.unwrap();
        assert!(matches!(finish(db, &second).await, Err(StoreError::LostLease(_))));
        assert_eq!(db.jobs_of("s").await.unwrap(), []);
    }
}

#[tokio::test]
async fn a_heartbeat_holds_the_job_and_shows_how_far_it_is() {
    for database in both().await {
        let db = &database.db;
        put(db, std::iter::once("s".to_owned())).await;
        let job = claim_one(db, "w", START).await.unwrap();
        let later = START.after(Duration::from_secs(50));
        assert!(db.heartbeat(&job, later.after(Duration::from_secs(60)), 0.25).await.unwrap());
        assert_eq!(claim_one(db, "other", START.after(Duration::from_secs(70))).await, None);
        let running = db.jobs(JobState::Running, None, 10).await.unwrap();
        assert!((running[0].progress - 0.25).abs() < f64::EPSILON);
    }
}

#[tokio::test]
async fn a_job_that_kills_its_process_each_time_ends_among_the_dead_and_can_be_retried() {
    for database in both().await {
        let db = &database.db;
        put(db, std::iter::once("s".to_owned())).await;
        let mut now = START;
        for _ in 0..3 {
            claim_one(db, "w", now).await.unwrap();
            now = now.after(Duration::from_secs(61));
        }
        let claimed = db.claim(Lane::Rest, &lease("w"), now, 1).await.unwrap();
        assert!(matches!(&claimed[..], [Claimed::Dead(job)] if job.failures == 3), "{claimed:?}");
        assert_eq!(claim_one(db, "w", now.after(Duration::from_secs(600))).await, None);
        assert_eq!(db.status().await.unwrap().jobs["dead"], 1);
        assert!(db.retry("s", now).await.unwrap());
        assert!(!db.retry("s", now).await.unwrap());
        assert_eq!(claim_one(db, "w", now).await.unwrap().failures, 0);
    }
}

#[tokio::test]
async fn a_waiting_job_is_tried_again_for_ever_and_at_once_when_woken() {
    for database in both().await {
        let db = &database.db;
        put(db, std::iter::once("s".to_owned())).await;
        let mut now = START;
        for _ in 0..10 {
            let job = claim_one(db, "w", now).await.unwrap();
            now = now.after(Duration::from_secs(30));
            let mut tx = db.begin().await.unwrap();
            tx.put_back(&job, JobState::Waiting, now, "no speech model", false).await.unwrap();
            tx.commit().await.unwrap();
        }
        let early = START;
        assert_eq!(claim_one(db, "w", early).await, None);
        assert_eq!(db.work_left(early).await.unwrap(), 0);
        assert_eq!(db.wake_waiting(early).await.unwrap(), 1);
        assert_eq!(claim_one(db, "w", early).await.unwrap().failures, 0);
    }
}

#[tokio::test]
async fn a_job_put_twice_is_there_once_and_takes_the_lease_from_who_had_it() {
    for database in both().await {
        let db = &database.db;
        put(db, std::iter::once("s".to_owned())).await;
        let running = claim_one(db, "w", START).await.unwrap();
        put(db, std::iter::once("s".to_owned())).await;
        assert_eq!(db.jobs_of("s").await.unwrap().len(), 1);
        assert!(matches!(finish(db, &running).await, Err(StoreError::LostLease(_))));
        assert!(claim_one(db, "w", START).await.is_some());
    }
}

#[tokio::test]
async fn the_job_that_follows_is_as_old_as_the_one_before_and_goes_before_younger_ones() {
    for database in both().await {
        let db = &database.db;
        put(db, std::iter::once("old".to_owned())).await;
        let now = START.after(Duration::from_secs(5));
        let old = claim_one(db, "w", now).await.unwrap();
        let mut tx = db.begin().await.unwrap();
        tx.put_job(Step::Redact, "young", now).await.unwrap();
        tx.finish(&old).await.unwrap();
        tx.put_next(&old, Step::Compare, None, now).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(claim_one(db, "w", now).await.unwrap().subject, "old");
        assert_eq!(claim_one(db, "w", now).await.unwrap().subject, "young");
    }
}

#[tokio::test]
async fn a_publication_goes_before_any_backlog() {
    for database in both().await {
        let db = &database.db;
        put(db, (0..50).map(|n| format!("s{n:02}"))).await;
        let now = START.after(Duration::from_secs(60));
        let mut tx = db.begin().await.unwrap();
        tx.put_job(Step::Publish, "procedure", now).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(claim_one(db, "w", now).await.unwrap().step, Step::Publish);
    }
}

#[tokio::test]
async fn one_probe_speaks_for_all_that_wait_for_the_same() {
    for database in both().await {
        let db = &database.db;
        put(db, (0..20).map(|n| format!("s{n:02}"))).await;
        let probe = claim_one(db, "w", START).await.unwrap();
        let later = START.after(Duration::from_secs(30));
        let mut tx = db.begin().await.unwrap();
        tx.put_back(&probe, JobState::Waiting, later, "the model is away", false).await.unwrap();
        tx.put_off(Step::Redact, later, "the model is away", START).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(claim_one(db, "w", START).await, None);
        assert_eq!(db.status().await.unwrap().jobs["waiting"], 20);
        assert!(claim_one(db, "w", later).await.is_some());
    }
}
