//! The search door. What searches stands behind [`Finder`]: `boot` gives the index, tests give a double.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use futures_util::future::BoxFuture;
use savoir_models::id::ProcedureId;
use savoir_models::intervention::FieldError;
use savoir_models::passage::PassagePart;
use savoir_models::text::Language;
use savoir_models::viewer::Viewer;
use savoir_pipeline::fault::Fault;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::{self, Ask};

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Words, as they were typed; may be empty when there is a code.
    pub text: String,
    /// Only this kind of machine.
    pub family: Option<String>,
    /// Only this model.
    pub model: Option<String>,
    /// Only this error code, in any spelling.
    pub code: Option<String>,
    /// Only texts in this language.
    pub language: Option<Language>,
    /// At most so many.
    pub limit: usize,
}

/// A procedure that was found.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Found {
    /// Which.
    pub procedure: ProcedureId,
    /// Its title.
    pub title: String,
    /// Greater is nearer; comparable within one answer only.
    pub score: f64,
    /// Which side of it was found.
    pub part: PassagePart,
    /// A piece of its text.
    pub snippet: String,
    /// What to highlight: stretches of `snippet`, in bytes, from and up to.
    pub highlights: Vec<(usize, usize)>,
    /// Its error codes.
    pub codes: Vec<String>,
}

/// How far the indexes are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct IndexCounts {
    /// Passages in the text index.
    pub text: i64,
    /// Vectors in the vector index.
    pub vectors: i64,
    /// The last change that both have applied.
    #[serde(skip)]
    pub cursor: i64,
}

/// Searches, for a viewer: what they may not read is not even ranked.
pub trait Finder: Send + Sync + 'static {
    /// The nearest procedures, the best first.
    ///
    /// # Errors
    /// [`Fault::Missing`] and [`Fault::Later`] when an index or a model is not there.
    fn find<'a>(&'a self, wanted: &'a Wanted, viewer: &'a Viewer) -> BoxFuture<'a, Result<Vec<Found>, Fault>>;

    /// How far the indexes are.
    ///
    /// # Errors
    /// When an index does not answer.
    fn counts(&self) -> BoxFuture<'_, Result<IndexCounts, Fault>>;
}

/// A question to the search.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Query {
    /// Symptom, machine, words; needed unless there is a code.
    #[param(max_length = 1_000)]
    q: Option<String>,
    /// Only this kind of machine.
    family: Option<String>,
    /// Only this model.
    model: Option<String>,
    /// Only this error code, in any spelling.
    code: Option<String>,
    /// Only texts in this language.
    language: Option<Language>,
    /// 1 to 50; 10 when left out.
    #[param(minimum = 1, maximum = 50)]
    limit: Option<i64>,
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hits {
    /// The best first.
    items: Vec<Found>,
}

/// Searches approved procedures.
#[utoipa::path(get, path = "/api/v1/search", tag = "search", params(Query),
    responses((status = 200, body = Hits, description = "What was found")))]
pub(crate) async fn search(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    Ask(query): Ask<Query>,
) -> Result<Json<Hits>, Problem> {
    let limit = input::limit(query.limit, 10, 50)?;
    let filled = |text: Option<String>| text.map(|t| t.trim().to_owned()).filter(|t| !t.is_empty());
    let wanted = Wanted {
        text: filled(query.q).unwrap_or_default(),
        family: filled(query.family),
        model: filled(query.model),
        code: filled(query.code),
        language: query.language,
        limit: usize::try_from(limit).unwrap_or(10),
    };
    if wanted.text.is_empty() && wanted.code.is_none() {
        let (en, fr) = ("say what to look for, or give a code", "dites ce que vous cherchez, ou donnez un code");
        return Err(Problem::field(Code::BadQuery, FieldError::new("q", "missing", en, fr)));
    }
    let fields = [
        ("q", Some(&wanted.text)),
        ("family", wanted.family.as_ref()),
        ("model", wanted.model.as_ref()),
        ("code", wanted.code.as_ref()),
    ];
    for (field, text) in fields {
        if text.is_some_and(|t| t.chars().count() > 1_000) {
            let error = FieldError::new(field, "too_long", "at most 1000 characters", "1000 caractères au plus");
            return Err(Problem::field(Code::BadQuery, error));
        }
    }
    let items = app.finder.find(&wanted, &bearer.viewer).await.map_err(|fault| {
        tracing::warn!(%fault, "the search failed");
        Problem::from(Code::Unavailable)
    })?;
    Ok(Json(Hits { items }))
}
