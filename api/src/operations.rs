//! For those who keep the house running: life, readiness, counters, status, jobs.

use std::fmt::Write;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use savoir_models::id::JobId;
use savoir_models::job::{Job, JobState};
use savoir_models::store::{Counts, Status};
use savoir_pipeline::kit::Kit;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::{self, Ask, Page};

/// Further behind than this, searches would miss too much to be called ready.
const MOST_LAG: i64 = 10_000;

/// The process is alive.
#[utoipa::path(get, path = "/healthz", tag = "operations", security(()),
    responses((status = 200, content_type = "text/plain", body = String, description = "The process answers")))]
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// Whether requests can be served.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    ready: bool,
    /// The database answers.
    database: bool,
    /// How many changes the indexes are behind; missing when one does not answer.
    index_lag: Option<i64>,
}

/// Whether requests can be served.
#[utoipa::path(get, path = "/readyz", tag = "operations", security(()),
    responses(
        (status = 200, body = Readiness, description = "Ready"),
        (status = 503, body = Readiness, description = "Not ready"),
    ))]
pub(crate) async fn ready(State(app): State<Arc<App>>) -> (StatusCode, Json<Readiness>) {
    let database = app.kit.db.ping().await.is_ok();
    let index_lag = lag(&app).await;
    let ready = database && !app.stop.is_cancelled() && index_lag.is_some_and(|lag| lag <= MOST_LAG);
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(Readiness { ready, database, index_lag }))
}

async fn lag(app: &App) -> Option<i64> {
    let last = app.kit.db.last_seq().await.ok()?;
    let counts = app.kit.index.counts().await.ok()?;
    Some((last - counts.text_seq.min(counts.vectors_seq)).max(0))
}

/// The passages, as each of their keepers counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct IndexReport {
    /// In SQL.
    pub passages: i64,
    /// In the text index; null when the index does not answer.
    #[schema(required)]
    pub text: Option<u64>,
    /// In the vector index; null when the index does not answer.
    #[schema(required)]
    pub vectors: Option<u64>,
}

/// The state of the house; `savoir status --json` prints the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct StatusReport {
    /// Interventions by stage.
    pub interventions: Counts,
    /// How many of them wait for something.
    pub waiting: i64,
    /// Jobs by state.
    pub jobs: Counts,
    /// Reviews by state.
    pub reviews: Counts,
    /// Procedures by confidence.
    pub procedures: Counts,
    /// Passages.
    pub index: IndexReport,
}

impl StatusReport {
    /// What SQL counts, beside what the text index and the vectors hold, where that is known.
    pub(crate) fn new(status: Status, indexed: Option<(u64, u64)>) -> Self {
        let (text, vectors) = indexed.unzip();
        let Status { interventions, waiting, jobs, reviews, procedures, passages } = status;
        let index = IndexReport { passages, text, vectors };
        Self { interventions, waiting, jobs, reviews, procedures, index }
    }
}

/// The state of the house, as it is now.
pub(crate) async fn report(kit: &Kit) -> Result<StatusReport, Problem> {
    let status = kit.db.status().await?;
    let indexed = match kit.index.counts().await {
        Ok(counts) => Some((counts.text, counts.vectors)),
        Err(error) => {
            tracing::warn!(%error, "the index does not count: told as unknown");
            None
        }
    };
    Ok(StatusReport::new(status, indexed))
}

/// Counts everything.
#[utoipa::path(get, path = "/api/v1/status", tag = "operations",
    responses((status = 200, body = StatusReport, description = "The state of the house")))]
pub(crate) async fn status(State(app): State<Arc<App>>, _bearer: Bearer) -> Result<Json<StatusReport>, Problem> {
    report(&app.kit).await.map(Json)
}

/// Which jobs to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Only those in this state; `dead` when left out.
    state: Option<JobState>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// Lists jobs, oldest first.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "operations", params(Listing),
    responses((status = 200, body = Page<Job>, description = "A page")))]
pub(crate) async fn jobs(
    State(app): State<Arc<App>>,
    _bearer: Bearer,
    Ask(asked): Ask<Listing>,
) -> Result<Json<Page<Job>>, Problem> {
    let limit = input::limit(asked.limit, 50, 200)?;
    let after: Option<JobId> = input::cursor(asked.cursor.as_ref(), |text| text.parse().ok())?;
    let found = app.kit.db.jobs(asked.state.unwrap_or(JobState::Dead), after, limit + 1).await?;
    Ok(Json(Page::of(found, limit, |job: &Job| job.id.to_string(), |job| job)))
}

/// Counters for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "operations", security((), ("token" = [])),
    responses((status = 200, content_type = "text/plain", body = String, description = "In the Prometheus text format")))]
pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let report = report(&app.kit).await?;
    let lag = lag(&app).await;
    let mut out = String::new();
    let (passwords, what) =
        ("savoir_passwords_total", "Passwords hashed or held against a hash: tries to come in, mostly.");
    gauges(&mut out, &report, lag)
        .and_then(|()| app.meters.write(&mut out))
        .and_then(|()| writeln!(out, "# HELP {passwords} {what}\n# TYPE {passwords} counter"))
        .and_then(|()| writeln!(out, "{passwords} {}", app.passwords.computed()))
        .map_err(|_| Code::Internal)?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], out).into_response())
}

/// What is not known has no line: 0 would be read as a fact.
fn gauges(out: &mut String, report: &StatusReport, lag: Option<i64>) -> std::fmt::Result {
    let counted = [
        ("interventions", "stage", "Interventions by stage.", &report.interventions),
        ("jobs", "state", "Jobs by state; done ones are gone.", &report.jobs),
        ("reviews", "state", "Reviews by state.", &report.reviews),
        ("procedures", "confidence", "Procedures by confidence.", &report.procedures),
    ];
    for (name, label, help, counts) in counted {
        writeln!(out, "# HELP savoir_{name} {help}\n# TYPE savoir_{name} gauge")?;
        for (word, n) in counts {
            writeln!(out, "savoir_{name}{{{label}=\"{word}\"}} {n}")?;
        }
    }
    let IndexReport { passages, text, vectors } = report.index;
    writeln!(out, "# HELP savoir_passages Passages by keeper.\n# TYPE savoir_passages gauge")?;
    let passages = u64::try_from(passages).ok();
    for (keeper, n) in [("sql", passages), ("text", text), ("vectors", vectors)] {
        if let Some(n) = n {
            writeln!(out, "savoir_passages{{keeper=\"{keeper}\"}} {n}")?;
        }
    }
    for (name, help, n) in [
        ("waiting", "Interventions that wait for something or failed.", Some(report.waiting)),
        ("index_lag", "Changes that the indexes have yet to follow.", lag),
    ] {
        let Some(n) = n else { continue };
        writeln!(out, "# HELP savoir_{name} {help}\n# TYPE savoir_{name} gauge\nsavoir_{name} {n}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_index_that_does_not_answer_holds_is_told_as_unknown_and_never_as_nothing() {
        let report = StatusReport::new(Status { passages: 3, ..Status::default() }, None);
        let told = serde_json::to_value(&report).unwrap();
        assert_eq!(told["index"], serde_json::json!({"passages": 3, "text": null, "vectors": null}));
        let mut out = String::new();
        gauges(&mut out, &report, None).unwrap();
        assert!(out.contains("savoir_passages{keeper=\"sql\"} 3"), "{out}");
        for unknown in ["keeper=\"text\"", "keeper=\"vectors\"", "savoir_index_lag"] {
            assert!(!out.contains(unknown), "{unknown} is in\n{out}");
        }
    }
}
