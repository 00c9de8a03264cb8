//! The worker and the follower of the indexes, as long as they run.

use std::sync::Arc;
use std::time::{Duration, Instant};

use savoir_pipeline::index::{is_locked, saved_counts};
use savoir_pipeline::kit::LineSettings;
use savoir_pipeline::worker::single::one_job;
use savoir_pipeline::worker::{Until, Worker, follow};
use savoir_tests::house::{House, house};
use tokio_util::sync::CancellationToken;

use crate::life::deliver;

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_whose_database_is_away_at_its_start_waits_for_it() {
    let house = house().await;
    house.kit.db.close().await;
    let stop = CancellationToken::new();
    let working = tokio::spawn(Worker::new(Arc::clone(&house.kit), stop.clone()).run(Until::Stopped));
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert!(!working.is_finished(), "it gave up");
    stop.cancel();
    working.await.unwrap().expect("it ended because it was told to");
}

#[tokio::test(flavor = "multi_thread")]
async fn passages_that_nothing_told_of_are_followed_at_the_next_look_and_counted_for_others() {
    let line = LineSettings { poll: Duration::from_secs(1), ..LineSettings::default() };
    let house = House::build().line(line).open().await.unwrap();
    let folder = house.app.config.data.dir.join("index");
    let stop = CancellationToken::new();
    let following = tokio::spawn(follow(Arc::clone(&house.kit), stop.clone()));
    deliver(&house, "T-1").await;
    while one_job(&house.kit).await.unwrap().is_some() {}
    let passages = u64::try_from(house.kit.db.status().await.unwrap().passages).unwrap();
    assert!(passages > 0);
    let begun = Instant::now();
    while saved_counts(&folder) != Some((passages, passages)) {
        assert!(begun.elapsed() < Duration::from_millis(2_500), "{:?} of {passages}", saved_counts(&folder));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    stop.cancel();
    following.await.unwrap();
}

#[tokio::test]
async fn an_index_tells_whether_it_is_held_and_counts_of_one_that_is_gone_are_forgotten() {
    let house = house().await;
    let folder = house.app.config.data.dir.join("index");
    assert_eq!(saved_counts(&folder), None, "nobody has counted yet");
    house.kit.index.save_counts().await.unwrap();
    assert_eq!(saved_counts(&folder), Some((0, 0)));
    assert!(is_locked(&folder).unwrap());
    assert!(!is_locked(&folder.with_file_name("another")).unwrap());
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(saved_counts(&folder), None);
}

#[tokio::test]
async fn events_that_nobody_watches_any_more_are_forgotten_and_the_stages_stay() {
    let house = house().await;
    let id = crate::life::deliver(&house, "T-1").await;
    house.work().await;
    assert!(!house.kit.db.events(None, 100).await.unwrap().is_empty());
    house.clock.advance(Duration::from_secs(31 * 86_400));
    house.work().await;
    assert!(house.kit.db.events(None, 100).await.unwrap().is_empty());
    let kept = house.kit.db.intervention(id, &savoir_models::store::house()).await.unwrap().unwrap();
    assert_eq!(kept.stage, savoir_models::intervention::Stage::InReview);
}
