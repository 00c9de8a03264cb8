//! `kill -9`, again and again: nothing is lost, nothing is done twice, and the index ends equal to SQL.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use savoir_models::draft::Known;
use savoir_models::intervention::Stage;
use savoir_models::review::ReviewState;
use savoir_models::store::{Db, InterventionFilter, house};
use savoir_pipeline::embed::builtin::Builtin;
use savoir_pipeline::index::vectors::{Place, Space};
use savoir_pipeline::index::{Index, Scope};
use savoir_tests::env;

const KILLS: u32 = 20;

fn command(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env::program());
    command.arg("--data").arg(data).args(arguments).current_dir(data).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Runs to the end; the last line of what it printed.
fn run(data: &Path, arguments: &[&str]) -> serde_json::Value {
    let output = command(data, arguments).stderr(Stdio::inherit()).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {:?}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(text.lines().last().unwrap_or("null")).unwrap_or_default()
}

/// Runs for `time` and kills it with no warning; true when it had ended before.
fn killed_after(data: &Path, arguments: &[&str], time: Duration) -> bool {
    let mut child = command(data, arguments).spawn().unwrap();
    let begun = Instant::now();
    while begun.elapsed() < time {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{arguments:?}: {status:?}");
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    false
}

async fn everything(db: &Db) -> Vec<savoir_models::intervention::Intervention> {
    let filter = InterventionFilter { limit: i64::MAX, ..Default::default() };
    db.interventions(&filter, &house()).await.unwrap()
}

#[tokio::test]
async fn twenty_kills_at_random_moments_lose_nothing_and_do_nothing_twice() {
    let Some(file) = env::shared("data/ords_fr/ords_fr.csv") else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path();
    // A copy, for the import keeps its place beside its file.
    let file = {
        let copy = data.join("ords_fr.csv");
        std::fs::copy(file, &copy).unwrap();
        copy.to_string_lossy().into_owned()
    };
    let mut chance = fastrand::Rng::with_seed(20_261_120);
    let import = ["import", file.as_str(), "--format", "ords", "--json"];
    let worker = ["worker", "--until-idle", "--set", "worker.poll_milliseconds=20"];
    let mut kills = 0;
    while kills < 5 && !killed_after(data, &import, Duration::from_millis(chance.u64(30..300))) {
        kills += 1;
    }
    let summary = run(data, &import);
    assert_eq!(summary["rejected"], 0, "{summary}");
    let total = run(data, &import)["repeated"].as_u64().unwrap();
    assert!(total > 1_300, "only {total} rows");
    while kills < KILLS {
        if killed_after(data, &worker, Duration::from_millis(chance.u64(250..2_000))) {
            break;
        }
        kills += 1;
    }
    run(data, &worker);
    let status = run(data, &["status", "--json"]);
    println!("after {kills} kills: {status}");
    assert!(kills >= 10, "the line was through after {kills} kills: make the pauses shorter");

    let db = Db::sqlite(&data.join("savoir.db")).await.unwrap();
    let all = everything(&db).await;
    assert_eq!(all.len() as u64, total, "interventions lost or doubled");
    let mut in_review = 0;
    for intervention in &all {
        match intervention.stage {
            Stage::InReview => in_review += 1,
            Stage::NeedsAnswers => {
                assert!(intervention.waiting.is_some(), "{}: no reason", intervention.intake.external_id)
            }
            Stage::Merged => {
                let home = db.case_of(intervention.id).await.unwrap();
                assert_ne!(home, db.draft_of(intervention.id).await.unwrap().map(|d| d.id), "merged into itself");
            }
            other => panic!("{} ended as {other}: {:?}", intervention.intake.external_id, intervention.waiting),
        }
    }
    let reviews = db.reviews(ReviewState::Open, None, i64::MAX).await.unwrap();
    assert_eq!(reviews.len(), in_review);
    let counted: i64 = reviews.iter().map(|r| r.cases).sum();
    let merged = all.iter().filter(|i| i.stage == Stage::Merged).count();
    assert_eq!(usize::try_from(counted).unwrap(), in_review + merged, "cases counted twice or not at all");

    let index = Index::open(&data.join("index"), Place::Edge, Space::of(&Builtin)).await.unwrap();
    let counts = index.counts().await.unwrap();
    let passages = status["index"]["passages"].as_u64().unwrap();
    assert_eq!((counts.text, counts.vectors), (passages, passages));
    let indexed = index.everything(&Scope::house()).await.unwrap();
    for review in &reviews {
        for neighbour in db.passages_of(Known::Draft(review.draft)).await.unwrap() {
            assert!(indexed.contains(&neighbour.passage.id), "{} is not in the text index", neighbour.passage.id);
        }
    }
    assert_eq!(indexed.len() as u64, passages);
}
