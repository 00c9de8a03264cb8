//! The search door: approved procedures, within what the viewer may read.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use savoir_models::id::ProcedureId;
use savoir_models::intervention::FieldError;
use savoir_models::passage::PassagePart;
use savoir_models::procedure::Confidence;
use savoir_models::text::Language;
use savoir_models::viewer::{Audience, Viewer};
use savoir_pipeline::search::{self, Hit};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::{self, Ask};

/// The longest question and filter, in characters.
const LONGEST: usize = 1_000;

/// A procedure that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Found {
    pub(crate) procedure: ProcedureId,
    pub(crate) title: String,
    /// How well it answers, 0 to 1; comparable within one answer only.
    pub(crate) score: f64,
    /// Which side of it was found.
    pub(crate) part: PassagePart,
    /// A piece of its text.
    pub(crate) snippet: String,
    /// What to highlight: stretches of `snippet`, in bytes (UTF-8), from and up to.
    pub(crate) highlights: Vec<[usize; 2]>,
    pub(crate) language: Language,
    pub(crate) audience: Audience,
    /// `not_validated`: an expert looks at it again, because it failed.
    pub(crate) confidence: Confidence,
    pub(crate) family: Option<String>,
    pub(crate) models: Vec<String>,
    /// Its error codes, canonical.
    pub(crate) codes: Vec<String>,
}

impl From<Hit> for Found {
    fn from(hit: Hit) -> Self {
        Self {
            procedure: hit.procedure,
            title: hit.title,
            score: hit.score,
            part: hit.part,
            snippet: hit.snippet.text,
            highlights: hit.snippet.marks.iter().map(|r| [r.start, r.end]).collect(),
            language: hit.language,
            audience: hit.audience,
            confidence: hit.confidence,
            family: hit.family,
            models: hit.models,
            codes: hit.codes,
        }
    }
}

/// A question to the search.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Query {
    /// Symptom, machine, words, codes; needed unless there is a filter.
    #[param(max_length = 1_000)]
    pub(crate) q: Option<String>,
    /// Only this kind of machine.
    pub(crate) family: Option<String>,
    /// Only this model.
    pub(crate) model: Option<String>,
    /// Only this error code, in any spelling.
    pub(crate) code: Option<String>,
    /// Only texts in this language.
    pub(crate) language: Option<Language>,
    /// 1 to 50; 10 when left out.
    #[param(minimum = 1, maximum = 50)]
    pub(crate) limit: Option<i64>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hits {
    /// The best first.
    pub(crate) items: Vec<Found>,
    /// Why vectors took no part, when they did not: these were found by words and codes alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) limited: Option<String>,
}

/// Searches approved procedures.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(Query),
    responses((status = 200, body = Hits, description = "What was found")))]
pub(crate) async fn search(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    Ask(query): Ask<Query>,
) -> Result<Json<Hits>, Problem> {
    find(&app, &bearer.viewer, query).await.map(Json)
}

/// Searches for `viewer`.
///
/// # Errors
/// When there is nothing to look for, something is too long, or the search fails.
pub(crate) async fn find(app: &App, viewer: &Viewer, query: Query) -> Result<Hits, Problem> {
    let limit = input::limit(query.limit, 10, 50)?;
    let filled = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let asked = search::Query {
        text: filled(query.q).unwrap_or_default(),
        family: filled(query.family),
        model: filled(query.model),
        code: filled(query.code),
        language: query.language,
        limit: usize::try_from(limit).unwrap_or(10),
    };
    let filters = [("family", &asked.family), ("model", &asked.model), ("code", &asked.code)];
    if asked.text.is_empty() && filters.iter().all(|(_, filter)| filter.is_none()) {
        let (en, fr) = ("say what to look for, or give a filter", "dites ce que vous cherchez, ou donnez un filtre");
        return Err(Problem::field(Code::BadQuery, FieldError::new("q", "missing", en, fr)));
    }
    let texts = filters.map(|(name, filter)| (name, filter.as_deref().unwrap_or_default()));
    for (field, text) in texts.into_iter().chain([("q", asked.text.as_str())]) {
        if text.chars().count() > LONGEST {
            let (en, fr) = (format!("at most {LONGEST} characters"), format!("{LONGEST} caractères au plus"));
            return Err(Problem::field(Code::BadQuery, FieldError::new(field, "too_long", en, fr)));
        }
    }
    let kit = &app.kit;
    let found = search::search(&kit.index, kit.embedder.as_ref(), &asked, viewer).await.map_err(|fault| {
        tracing::error!(%fault, "the search failed");
        Problem::from(Code::Unavailable)
    })?;
    Ok(Hits { items: found.hits.into_iter().map(Found::from).collect(), limited: found.limited })
}
