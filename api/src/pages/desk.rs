//! The desk: what is in the line and what is stuck, what the house has made week by week, what recurs.

use std::sync::Arc;
use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use savoir_models::clock::Timestamp;
use savoir_models::id::{InterventionId, ProcedureId};
use savoir_models::job::{Job, JobState, Step};
use savoir_models::store::Week;
use savoir_models::viewer::Viewer;

use crate::app::App;
use crate::error::{Code, Problem};
use crate::operations::{self, StatusReport};
use crate::page::{Frame, Visitor};
use crate::words::{Desk, fill};

/// How many weeks are shown: a quarter.
const WEEKS: u32 = 13;
/// How many lines of a list.
const MOST: i64 = 10;
/// A revision older than this is looked at again.
const OLD: Duration = Duration::from_secs(365 * 86_400);

#[derive(Template)]
#[template(path = "desk.html")]
struct Page {
    frame: Frame,
    t: &'static Desk,
    report: StatusReport,
    dead: Vec<Dead>,
    weeks: Vec<Week>,
    made: Chart,
    used: Chart,
    recurring: Vec<Line>,
    stale: Vec<Line>,
    costs: String,
    index: String,
    speech: String,
    extraction: String,
    embedding: String,
}

/// A step that was given up.
struct Dead {
    what: &'static str,
    why: String,
    intervention: Option<InterventionId>,
}

/// A procedure in a list.
struct Line {
    id: ProcedureId,
    title: String,
    cases: i64,
}

/// Pairs of bars, as a picture of 13 × 24 wide and 100 high.
struct Chart {
    bars: Vec<Bar>,
    most: i64,
}

struct Bar {
    x: usize,
    height: i64,
    is_second: bool,
    told: String,
}

impl Chart {
    fn of(weeks: &[Week], figures: impl Fn(&Week) -> (i64, i64)) -> Self {
        let most = weeks.iter().map(|w| figures(w).0.max(figures(w).1)).max().unwrap_or(0);
        let bar = |x, n: i64, is_second| Bar { x, height: n * 90 / most.max(1), is_second, told: n.to_string() };
        let pair = |(at, week): (usize, &Week)| {
            let (first, second) = figures(week);
            [bar(at * 24, first, false), bar(at * 24 + 11, second, true)]
        };
        Self { bars: weeks.iter().enumerate().flat_map(pair).collect(), most }
    }
}

/// Shows the desk.
pub(crate) async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Response, Problem> {
    let (t, viewer, kit, now) = (Desk::of(visitor.language), visitor.viewer()?, &app.kit, app.kit.clock.now());
    let report = operations::report(kit).await?;
    let dead = kit.db.jobs(JobState::Dead, None, MOST).await?.into_iter().map(|job| Dead::of(job, t)).collect();
    let weeks = kit.db.weeks(WEEKS, now).await?;
    let made = Chart::of(&weeks, |w| (w.drafted, w.approved));
    let used = Chart::of(&weeks, |w| (w.worked, w.failed));
    let recurring = lines(&app, viewer, kit.db.recurring(MOST).await?).await?;
    let stale = lines(&app, viewer, kit.db.stale(OLD, now, MOST).await?).await?;
    let (from, until) = now.month();
    let spent = kit.db.spent_between(from, until).await?;
    let tokens = spent.prompt_tokens + spent.completion_tokens;
    let money = format!("{:.2}", spent.cost_micros as f64 / 1e6);
    let costs = fill(t.calls, &[&spent.calls, &tokens, &money, &app.config.llm.currency]);
    let index = match report.index.text {
        Some(held) => fill(t.index_told, &[&held, &report.index.passages]),
        None => t.index_unknown.to_owned(),
    };
    let speech = match &kit.transcriber {
        Ok(transcriber) => transcriber.model().to_owned(),
        Err(why) => why.clone(),
    };
    let extraction = kit.extractor.provenance().model.unwrap_or_else(|| t.by_rules.to_owned());
    let embedding = kit.embedder.id().to_owned();
    visitor.page(|frame| Page {
        frame,
        t,
        report,
        dead,
        weeks,
        made,
        used,
        recurring,
        stale,
        costs,
        index,
        speech,
        extraction,
        embedding,
    })
}

async fn lines(app: &App, viewer: &Viewer, ids: Vec<ProcedureId>) -> Result<Vec<Line>, Problem> {
    let mut out = Vec::new();
    for id in ids {
        let Some(found) = app.kit.db.procedure(id, viewer).await? else { continue };
        out.push(Line { id, title: found.revision.content.title.text, cases: found.cases });
    }
    Ok(out)
}

impl Dead {
    fn of(job: Job, t: &'static Desk) -> Self {
        // What is published is a procedure; all other steps are of an intervention.
        let intervention = job.subject.parse().ok().filter(|_| job.step != Step::Publish);
        Self { what: step(job.step, t), why: job.fault.unwrap_or_default(), intervention }
    }
}

/// What a step is called.
fn step(step: Step, t: &'static Desk) -> &'static str {
    match step {
        Step::Transcribe => t.transcribe,
        Step::Redact => t.redact,
        Step::Extract => t.extract,
        Step::Index => t.index,
        Step::Compare => t.compare,
        Step::Review => t.review,
        Step::Publish => t.publish,
    }
}

/// The same weeks as a file for a spreadsheet.
pub(crate) async fn weeks(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    let mut out = csv::Writer::from_writer(Vec::new());
    let written = |_| Problem::from(Code::Internal);
    out.write_record(["week", "received", "drafted", "approved", "refused", "worked", "failed"]).map_err(written)?;
    for week in app.kit.db.weeks(WEEKS * 4, app.kit.clock.now()).await? {
        let day = |moment: Timestamp| moment.to_string().chars().take(10).collect::<String>();
        let figures = [week.received, week.drafted, week.approved, week.refused, week.worked, week.failed];
        let row = [day(week.start)].into_iter().chain(figures.map(|n| n.to_string()));
        out.write_record(row).map_err(written)?;
    }
    let text = out.into_inner().map_err(|_| Problem::from(Code::Internal))?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"savoir-weeks.csv\""),
    ];
    Ok((headers, text).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_fills_the_picture_and_weeks_without_anything_have_none() {
        let weeks = [Week::default(), Week { drafted: 4, approved: 2, ..Week::default() }];
        let chart = Chart::of(&weeks, |w| (w.drafted, w.approved));
        assert_eq!(chart.bars.iter().map(|b| b.height).collect::<Vec<_>>(), [0, 0, 90, 45]);
        assert_eq!(Chart::of(&[Week::default()], |w| (w.drafted, w.approved)).most, 0);
    }
}
