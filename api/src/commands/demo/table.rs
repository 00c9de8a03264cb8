//! What the demo says at its end.

use std::collections::BTreeMap;
use std::time::Duration;

use comfy_table::Table;
use savoir_models::intervention::Stage;
use savoir_models::viewer::Role;
use savoir_pipeline::kit::Kit;
use serde::Serialize;

use super::people::People;
use crate::config::Config;

/// A question and what it found.
#[derive(Debug, Serialize)]
pub(super) struct Search {
    pub(super) question: &'static str,
    pub(super) hits: Vec<String>,
}

/// The closing figures. `waiting` are those that need an answer or something missing; `lost` are those accepted that
/// the database no longer has.
#[derive(Serialize)]
pub(super) struct Report {
    pub(super) interventions: u64,
    pub(super) transcribed: u64,
    pub(super) drafted: u64,
    pub(super) merged: u64,
    pub(super) waiting: u64,
    pub(super) waiting_for: BTreeMap<String, u64>,
    pub(super) in_review: u64,
    pub(super) approved: u64,
    pub(super) failed: u64,
    pub(super) lost: u64,
    pub(super) seconds: f64,
    /// Seconds of work per second of speech.
    pub(super) speech_rtf: f64,
    pub(super) searches: Vec<Search>,
    #[serde(skip)]
    pub(super) people: People,
}

impl Report {
    pub(super) async fn of(kit: &Kit, accepted: u64, approved: u64, took: Duration) -> anyhow::Result<Self> {
        let all = super::everything(kit).await?;
        let mut report = Self {
            interventions: accepted,
            transcribed: 0,
            drafted: 0,
            merged: 0,
            waiting: 0,
            waiting_for: BTreeMap::new(),
            in_review: 0,
            approved,
            failed: 0,
            lost: accepted.saturating_sub(all.len() as u64),
            seconds: (took.as_secs_f64() * 10.0).round() / 10.0,
            speech_rtf: 0.0,
            searches: Vec::new(),
            people: People::default(),
        };
        let (mut heard, mut worked) = (0_i64, 0_i64);
        for intervention in &all {
            for transcript in kit.db.transcripts(intervention.id).await? {
                report.transcribed += 1;
                heard += transcript.duration_ms;
                worked += transcript.took_ms;
            }
            report.drafted += u64::from(kit.db.draft_of(intervention.id).await?.is_some());
            match intervention.stage {
                Stage::Merged => report.merged += 1,
                Stage::InReview => report.in_review += 1,
                Stage::Failed => report.failed += 1,
                Stage::Published | Stage::Rejected => {}
                _ => {
                    report.waiting += 1;
                    let why = intervention.waiting.clone().unwrap_or_else(|| intervention.stage.to_string());
                    *report.waiting_for.entry(why).or_default() += 1;
                }
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of a demo")]
        if heard > 0 {
            report.speech_rtf = (worked as f64 / heard as f64 * 1000.0).round() / 1000.0;
        }
        Ok(report)
    }

    /// For people.
    pub(super) fn print(&self, config: &Config) {
        let mut table = Table::new();
        table.load_preset(comfy_table::presets::UTF8_BORDERS_ONLY);
        let mut row = |what: &str, n: String, why: String| {
            table.add_row(vec![what.to_owned(), n, why]);
        };
        row("interventions", self.interventions.to_string(), "accepted".into());
        row(
            "transcribed",
            self.transcribed.to_string(),
            format!("voice reports; real-time factor {}", self.speech_rtf),
        );
        row("drafted", self.drafted.to_string(), "procedures proposed, each statement with its evidence".into());
        row("merged", self.merged.to_string(), "tell what another case told: counted with it".into());
        row("approved", self.approved.to_string(), "by the demo expert; the search finds them".into());
        row("in review", self.in_review.to_string(), "wait for an expert".into());
        for (why, n) in &self.waiting_for {
            row("waiting", n.to_string(), why.clone());
        }
        row("failed", self.failed.to_string(), String::new());
        row("lost", self.lost.to_string(), String::new());
        row("seconds", self.seconds.to_string(), String::new());
        println!("{table}");
        for search in &self.searches {
            println!("? {}", search.question);
            for hit in &search.hits {
                println!("    {hit}");
            }
            if search.hits.is_empty() {
                println!("    nothing");
            }
        }
        println!(
            "\nin a browser, at {}, with the password {} for all of them:",
            config.public_url(),
            self.people.password
        );
        for (role, name) in &self.people.names {
            println!("  {role:14} {name}");
        }
        println!("\ntokens, good for a week:");
        for (role, token) in &self.people.tokens {
            println!("  {role:14} {token}");
        }
        let technician = self.people.tokens.iter().find(|(role, _)| *role == Role::Technician).map_or("", |(_, t)| t);
        let address = config.server.listen;
        println!("\ncurl -H 'Authorization: Bearer {technician}' 'http://{address}/api/v1/search?q=E42'\n");
    }
}
