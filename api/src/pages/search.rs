//! The search: what one types on a phone beside a machine.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use savoir_models::procedure::Confidence;

use crate::app::App;
use crate::error::Problem;
use crate::input::Ask;
use crate::page::{Frame, Visitor};
use crate::search::{self, Found, Query};
use crate::words::{Portal, count};

#[derive(Template)]
#[template(path = "search.html")]
struct Search {
    frame: Frame,
    t: &'static Portal,
    asked: Query,
    is_filtered: bool,
    /// None before anything was asked.
    answer: Option<Answer>,
    /// Why it cannot be looked for.
    refused: Option<String>,
}

struct Answer {
    /// How many, in words.
    told: String,
    items: Vec<Shown>,
    is_limited: bool,
    /// The same question without filters.
    wider: String,
}

/// A procedure as the list shows it.
struct Shown {
    found: Found,
    /// The snippet, in pieces; whether each is highlighted.
    pieces: Vec<(String, bool)>,
}

impl Search {
    fn filled(field: &Option<String>) -> &str {
        field.as_deref().unwrap_or_default()
    }

    fn is_doubtful(found: &Found) -> bool {
        found.confidence != Confidence::Validated
    }
}

/// Shows the search, and what it finds.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Ask(asked): Ask<Query>,
) -> Result<Response, Problem> {
    let (t, viewer) = (Portal::of(visitor.language), visitor.viewer()?);
    let says = |field: &Option<String>| field.as_ref().is_some_and(|text| !text.trim().is_empty());
    let is_filtered = says(&asked.family) || says(&asked.model) || says(&asked.code);
    let (mut answer, mut refused) = (None, None);
    if says(&asked.q) || is_filtered {
        match search::find(&app, viewer, asked.clone()).await {
            Ok(hits) => {
                let n = i64::try_from(hits.items.len()).unwrap_or(i64::MAX);
                let told = count(visitor.language, n, t.found_one, t.found_many);
                let q = asked.q.as_deref().unwrap_or_default();
                let wider = serde_urlencoded::to_string([("q", q)]).unwrap_or_default();
                let items = hits.items.into_iter().map(Shown::of).collect();
                let is_limited = hits.limited.is_some();
                answer = Some(Answer { told, items, is_limited, wider: format!("/?{wider}") });
            }
            // What one typed stays where one typed it, with what is wrong with it beside it.
            Err(problem) if problem.code().row().1 < 500 => refused = Some(problem.detail(visitor.language).to_owned()),
            Err(problem) => return Err(problem),
        }
    }
    visitor.page(|frame| Search { frame, t, asked, is_filtered, answer, refused })
}

impl Shown {
    fn of(found: Found) -> Self {
        let (mut pieces, mut at) = (Vec::new(), 0);
        let text = |from, to| found.snippet.get(from..to).unwrap_or_default().to_owned();
        for [start, end] in &found.highlights {
            pieces.extend([(text(at, *start), false), (text(*start, *end), true)]);
            at = *end;
        }
        pieces.push((text(at, found.snippet.len()), false));
        pieces.retain(|(text, _)| !text.is_empty());
        Self { found, pieces }
    }
}
