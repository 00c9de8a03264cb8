//! `savoir demo`: the demo cases, all the way through the line.

mod people;
mod table;

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use indicatif::MultiProgress;
use savoir_models::intervention::Stage;
use savoir_models::job::JobState;
use savoir_models::review::{Decision, ReviewState};
use savoir_models::store::{Decided, InterventionFilter, Reading, house};
use savoir_models::viewer::{Audience, Role, Viewer};
use savoir_pipeline::index::is_locked;
use savoir_pipeline::kit::Kit;
use savoir_pipeline::search::{Query, search};
use savoir_pipeline::verify::hazards;
use savoir_pipeline::worker::Until;
use tokio_util::sync::CancellationToken;

use super::{Outcome, bar, import, serve, stop_signal, worker};
use crate::boot;
use crate::config::Config;
use crate::import::Options;

/// What `demo` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder of the demo cases.
    #[arg(long, value_name = "DIR", default_value = "demo")]
    from: PathBuf,
    /// End after the closing table instead of serving.
    #[arg(long)]
    no_serve: bool,
    /// Print one JSON object as the last line.
    #[arg(long)]
    json: bool,
}

/// What is looked for at the end: symptoms, a code spelt out, English.
const QUESTIONS: [&str; 3] = [
    "les sachets ne sont plus fermés, erreur quarante-deux",
    "compresseur température trop haute",
    "walk-in cold room, short cycling on E18",
];

/// How many drafts the demo expert approves.
const APPROVED: u64 = 8;

/// Runs the command; in the data folder of the settings when somebody named it (`named`), else in one of its own.
///
/// # Errors
/// When it cannot do what it is for, with what to do about it.
pub async fn run(arguments: &Arguments, config: &Config, named: bool) -> anyhow::Result<Outcome> {
    let from = &arguments.from;
    if !from.join("interventions.jsonl").is_file() {
        let sentence = format!("--from: {} holds no interventions.jsonl; start in Savoir's folder", from.display());
        return Ok(Outcome::WrongUse(sentence));
    }
    let config = Arc::new(settings(config, from, named)?);
    let begun = Instant::now();
    let kit = boot::kit(&config).await?;
    let stop = stop_signal()?;
    let people = people::people(&kit).await?;
    let accepted = bring_in(&kit, &config, from).await?;
    through_the_line(&kit, accepted, &stop).await?;
    let approved = approve(&kit, &stop).await?;
    let found = look_for(&kit).await?;
    let mut report = table::Report::of(&kit, accepted, approved, begun.elapsed()).await?;
    report.searches = found;
    report.people = people;
    if !arguments.json {
        report.print(&config);
    }
    if arguments.no_serve || stop.is_cancelled() {
        kit.db.close().await;
    } else {
        println!("serving at {} (Ctrl-C ends)", config.public_url());
    }
    if arguments.json {
        println!("{}", serde_json::to_string(&report)?);
    }
    let good = report.lost == 0 && report.failed == 0;
    if arguments.no_serve || stop.is_cancelled() {
        return Ok(if good { Outcome::Done } else { Outcome::Failed });
    }
    serve::serve(kit, config, stop).await
}

/// The demo's own settings: the demo speech model, and a data folder that begins empty, unless one was named.
fn settings(config: &Config, from: &Path, named: bool) -> anyhow::Result<Config> {
    let mut config = config.clone();
    config.speech.model = Some(from.join("speech/ggml-savoir-demo.bin").to_string_lossy().into_owned());
    if !named && config.data.dir == Path::new("data") {
        config.data.dir = from.join(".data/house");
        config.data.files = None;
        let folder = config.data.dir.display();
        if is_locked(&boot::index_folder(&config))? {
            anyhow::bail!("a demo is still running in {folder}: stop it first (Ctrl-C where it runs)");
        }
        if config.data.dir.exists() {
            std::fs::remove_dir_all(&config.data.dir).with_context(|| format!("{folder} cannot be emptied"))?;
        }
    }
    Ok(config)
}

/// Imports every case of the demo; returns how many there are now.
async fn bring_in(kit: &Kit, config: &Config, from: &Path) -> anyhow::Result<u64> {
    let mut intake = import::Intakes::new(kit.db.clone(), config)?;
    let mut accepted = 0;
    for name in ["interventions.jsonl", "voice.jsonl"] {
        let options = Options { restart: true, ..Options::default() };
        let summary = import::file(&from.join(name), &options, &mut intake).await?;
        anyhow::ensure!(
            summary.rejected == 0,
            "{name}: {} cases were rejected; see the report beside it",
            summary.rejected
        );
        accepted += summary.accepted + summary.repeated;
    }
    Ok(accepted)
}

/// Works until nothing is left to do, behind two bars: cases at the end of the line, and the recording being heard.
async fn through_the_line(kit: &Arc<Kit>, cases: u64, stop: &CancellationToken) -> anyhow::Result<()> {
    let bars = MultiProgress::new();
    let line = bars.add(bar(cases, "through the line", "cases"));
    let speech = bars.add(bar(100, "recording", "%"));
    let watching = {
        let (kit, line, speech) = (Arc::clone(kit), line.clone(), speech.clone());
        tokio::spawn(async move {
            loop {
                if let Ok(status) = kit.db.status().await {
                    let on_the_way: i64 =
                        status.interventions.iter().filter(|(stage, _)| moving(stage)).map(|(_, n)| n).sum();
                    line.set_position(cases.saturating_sub(u64::try_from(on_the_way).unwrap_or(0)));
                }
                let running = kit.db.jobs(JobState::Running, None, 50).await.unwrap_or_default();
                if let Some(job) = running.iter().find(|j| j.progress > 0.0) {
                    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share, 0 to 1")]
                    speech.set_position((job.progress * 100.0) as u64);
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        })
    };
    let worked = worker::work(kit, Until::Idle, stop).await;
    watching.abort();
    line.finish_and_clear();
    speech.finish_and_clear();
    worked
}

/// Whether an intervention at this stage is still on its way.
fn moving(stage: &str) -> bool {
    let on_the_way =
        [Stage::Received, Stage::Transcribed, Stage::Redacted, Stage::Drafted, Stage::Indexed, Stage::Compared];
    on_the_way.iter().any(|s| s.as_str() == stage)
}

/// The demo expert approves, of each kind of machine, what is worth most; every other one for customers too.
async fn approve(kit: &Arc<Kit>, stop: &CancellationToken) -> anyhow::Result<u64> {
    let expert = Viewer::new("Démo expert", Role::Expert);
    let mut machines = HashSet::new();
    let mut approved = 0;
    for review in kit.db.reviews(ReviewState::Open, None, 200).await? {
        let Some(draft) = kit.db.draft(review.draft).await? else { continue };
        // What its evidence does not carry is left to a person.
        if approved == APPROVED || !draft.content.open_findings().is_empty() {
            continue;
        }
        if !machines.insert(draft.content.applies_to.family.clone()) {
            continue;
        }
        let audience = if approved % 2 == 0 { Audience::Technician } else { Audience::Customer };
        let decision = Decision::Approve { audience, into: None };
        match kit
            .db
            .decide(
                review.id,
                &decision,
                &expert,
                Reading { version: draft.version, dangers: hazards::kinds },
                kit.clock.now(),
            )
            .await?
        {
            Decided::Done(_) => approved += 1,
            other => anyhow::bail!("the demo expert could not approve {}: {other:?}", draft.content.title.text),
        }
    }
    worker::work(kit, Until::Idle, stop).await?;
    Ok(approved)
}

/// Three questions of a technician.
async fn look_for(kit: &Kit) -> anyhow::Result<Vec<table::Search>> {
    let technician = Viewer::new("Démo technicien", Role::Technician);
    let mut found = Vec::new();
    for question in QUESTIONS {
        let query = Query { text: question.into(), limit: 3, ..Query::default() };
        let answer = search(&kit.index, kit.embedder.as_ref(), &query, &technician).await?;
        found.push(table::Search { question, hits: answer.hits.into_iter().map(|h| h.title).collect() });
    }
    Ok(found)
}

/// Every intervention there is.
async fn everything(kit: &Kit) -> anyhow::Result<Vec<savoir_models::intervention::Intervention>> {
    let mut all = Vec::new();
    loop {
        let after = all.last().map(|i: &savoir_models::intervention::Intervention| i.id);
        let filter = InterventionFilter { after, limit: 200, ..InterventionFilter::default() };
        let page = kit.db.interventions(&filter, &house()).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Sources;

    fn config(overrides: &[(&str, &str)]) -> Config {
        let overrides = overrides.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        Config::load(&Sources { overrides, ..Sources::default() }).unwrap()
    }

    #[test]
    fn a_demo_that_still_runs_keeps_its_folder_and_one_that_ended_leaves_it() {
        let from = std::env::temp_dir().join(savoir_models::id::JobId::new().to_string());
        let house = from.join(".data/house");
        std::fs::create_dir_all(&house).unwrap();
        let running = std::fs::File::create(house.join("index.lock")).unwrap();
        running.lock().unwrap();
        let error = settings(&config(&[]), &from, false).unwrap_err().to_string();
        assert!(error.contains("still running") && house.is_dir(), "{error}");
        drop(running);
        assert_eq!(settings(&config(&[]), &from, false).unwrap().data.dir, house);
        assert!(!house.exists());
        std::fs::remove_dir_all(from).unwrap();
    }

    #[test]
    fn a_data_folder_that_was_named_is_taken_even_when_it_is_the_usual_one() {
        let config = settings(&config(&[("data.dir", "data")]), Path::new("demo"), true).unwrap();
        assert_eq!(config.data.dir, Path::new("data"));
    }
}
