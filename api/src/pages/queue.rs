//! The queue of the workbench: the most useful review first, with why it stands there.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use savoir_models::draft::Verdict;
use savoir_models::id::ReviewId;
use savoir_models::intervention::FieldError;
use savoir_models::review::{Decision, Review, ReviewState};
use savoir_models::text::Language;
use serde::Deserialize;

use super::review::{Before, verdict};
use crate::app::App;
use crate::error::{Code, Problem};
use crate::input::{Ask, Form};
use crate::page::{Frame, Visitor, see_other};
use crate::reviews::{self, ReviewLine};
use crate::words::{Bench, count, fill};

/// As much of the queue as one page shows, the most worthwhile; filters choose among these.
const MOST: i64 = 200;
/// What a review takes until the house has measured its own, seconds.
const USUAL: f64 = 120.0;

#[derive(Template)]
#[template(path = "queue.html")]
struct Queue {
    frame: Frame,
    t: &'static Bench,
    lines: Vec<Line>,
    families: Vec<String>,
    verdicts: Vec<(Verdict, &'static str)>,
    asked: Filter,
    is_filtered: bool,
    pace: String,
    notice: Option<String>,
}

struct Line {
    id: ReviewId,
    title: String,
    family: Option<String>,
    verdict: Option<&'static str>,
    why: String,
    findings: Option<String>,
    is_again: bool,
    taken_by: Option<String>,
    /// Whether somebody calls the reader there.
    is_called: bool,
    choose: String,
    version: i64,
    opened: savoir_models::clock::Timestamp,
}

/// What to show of the queue.
#[derive(Deserialize)]
pub(crate) struct Filter {
    #[serde(default)]
    family: String,
    #[serde(default)]
    verdict: String,
    /// Only what the reader has taken on, or is called to.
    mine: Option<String>,
    /// As much as one can review in so many minutes.
    minutes: Option<i64>,
    /// How many were just refused.
    refused: Option<i64>,
    #[serde(flatten)]
    before: Before,
}

/// Why a review stands where it stands: what the fault has cost.
pub(super) fn why(review: &Review, language: Language) -> String {
    let t = Bench::of(language);
    let cases = count(language, review.cases, t.cases_one, t.cases_many);
    // Its worth is the minutes of all its cases.
    let minutes = review.worth.round() as i64;
    fill(t.why, &[&cases, &count(language, minutes, t.minutes_one, t.minutes_many)])
}

/// Shows the queue.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Ask(asked): Ask<Filter>,
) -> Result<Response, Problem> {
    let (t, language) = (Bench::of(visitor.language), visitor.language);
    let found = reviews::queue(&app, ReviewState::Open, None, MOST).await?;
    let mut families: Vec<String> = found.iter().filter_map(|line| line.family.clone()).collect();
    families.sort_unstable();
    families.dedup();
    let name = &visitor.viewer()?.name;
    let called = app.kit.db.calling(name).await?;
    let fits = |line: &ReviewLine| {
        let is_mine = line.review.assigned_to.as_ref() == Some(name) || called.contains(&line.review.id);
        let family = asked.family.is_empty() || line.family.as_ref() == Some(&asked.family);
        (asked.mine.is_none() || is_mine)
            && family
            && (asked.verdict.is_empty() || line.verdict.is_some_and(|v| v.as_str() == asked.verdict))
    };
    let pace = app.kit.db.pace().await?.unwrap_or(USUAL).max(1.0);
    let most = asked.minutes.map_or(usize::MAX, |m| ((m.clamp(1, 600) * 60) as f64 / pace).max(1.0) as usize);
    let line = |line: ReviewLine| {
        let is_called = called.contains(&line.review.id);
        Line { is_called, ..Line::of(line, language) }
    };
    let lines = found.into_iter().filter(fits).take(most).map(line).collect();
    let pace = fill(t.seconds, &[&pace.round()]);
    let is_filtered =
        !asked.family.is_empty() || !asked.verdict.is_empty() || asked.minutes.is_some() || asked.mine.is_some();
    let verdicts = Verdict::ALL.iter().map(|v| (*v, verdict(*v, t))).collect();
    let notice = asked.refused.map(|n| count(language, n, t.refused_one, t.refused_many));
    let notice = notice.or_else(|| asked.before.done.as_ref().map(|_| t.decided_now.to_owned()));
    let pace = fill(t.thirty_hint, &[&pace]);
    visitor.page(|frame| Queue { frame, t, lines, families, verdicts, asked, is_filtered, pace, notice })
}

impl Line {
    fn of(line: ReviewLine, language: Language) -> Self {
        let t = Bench::of(language);
        let n = i64::try_from(line.open_findings).unwrap_or(i64::MAX);
        Self {
            id: line.review.id,
            choose: fill(t.choose, &[&line.title]),
            version: line.version,
            title: line.title,
            family: line.family,
            verdict: line.verdict.map(|v| verdict(v, t)),
            why: why(&line.review, language),
            findings: (n > 0).then(|| count(language, n, t.findings_one, t.findings_many)),
            is_again: line.review.procedure.is_some(),
            taken_by: line.review.assigned_to.as_ref().map(|name| fill(t.taken_by, &[name])),
            is_called: false,
            opened: line.review.opened_at,
        }
    }
}

/// Refuses what was ticked, all for the same reason. Reviews that somebody else decided in the meantime stay as they are.
pub(crate) async fn refuse(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let viewer = visitor.viewer()?;
    let reason = fields.iter().find(|(name, _)| name == "reason").map_or("", |(_, value)| value.trim());
    let chosen = fields.iter().filter(|(name, _)| name == "review").map(|(_, value)| value.split_once('@'));
    let chosen: Option<Vec<(ReviewId, i64)>> =
        chosen.map(|pair| pair.and_then(|(id, version)| Some((id.parse().ok()?, version.parse().ok()?)))).collect();
    let chosen = chosen.filter(|chosen| !chosen.is_empty()).ok_or_else(|| {
        let (en, fr) = ("tick at least one review", "cochez au moins une relecture");
        Problem::field(Code::InvalidFields, FieldError::new("review", "missing", en, fr))
    })?;
    let mut refused = 0;
    for (id, seen) in chosen {
        let decision = Decision::Reject { reason: reason.to_owned() };
        match reviews::conclude(&app, viewer, id, (seen, &decision)).await {
            Ok(_) => refused += 1,
            Err(problem) if matches!(problem.code(), Code::AlreadyDecided | Code::Stale) => {}
            Err(problem) => return Err(problem),
        }
    }
    Ok(see_other(&format!("/reviews?refused={refused}")))
}
