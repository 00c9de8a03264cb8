//! What can hurt, before customers see it: the safety role approves a second time.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use savoir_models::content::Content;
use savoir_models::id::OpeningId;
use savoir_models::intervention::FieldError;
use savoir_models::opening::{Opening, OpeningDecision, OpeningRefusal, OpeningState};
use savoir_models::store::Opened;
use savoir_models::viewer::{Audience, Viewer};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::{self, Ask, At, Page};

/// The longest reason, in characters.
const LONGEST_REASON: usize = 2_000;

/// Which openings to list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Only those in this state; `open` when left out.
    state: Option<OpeningState>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
    /// 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
}

/// An opening with what it opens.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpeningLine {
    #[serde(flatten)]
    pub(crate) opening: Opening,
    /// The procedure's title, as it is now.
    pub(crate) title: String,
    /// What customers would read, word for word; null once the procedure is at another revision.
    #[schema(required)]
    pub(crate) content: Option<Content>,
}

/// Lists what waits for a second approval before customers see it, the oldest first; or what was decided.
#[utoipa::path(get, path = "/api/v1/openings", tag = "openings", params(Listing),
    responses((status = 200, body = Page<OpeningLine>, description = "A page")))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    Ask(asked): Ask<Listing>,
) -> Result<Json<Page<OpeningLine>>, Problem> {
    let limit = input::limit(asked.limit, 50, 200)?;
    let after = input::cursor(asked.cursor.as_ref(), |text| text.parse().ok())?;
    let state = asked.state.unwrap_or(OpeningState::Open);
    let lines = some(&app, &bearer.viewer, (state, after), limit + 1).await?;
    Ok(Json(Page::of(lines, limit, |l: &OpeningLine| l.opening.id.to_string(), |l| l)))
}

/// Openings in a state after the cursor, the oldest first, with what customers would read.
pub(crate) async fn some(
    app: &App,
    viewer: &Viewer,
    (state, after): (OpeningState, Option<OpeningId>),
    limit: i64,
) -> Result<Vec<OpeningLine>, Problem> {
    let db = &app.kit.db;
    let mut lines = Vec::new();
    for opening in db.openings(state, after, limit).await? {
        let known = db.procedure(opening.procedure, viewer).await?.ok_or(Code::Internal)?.revision;
        let content = (known.number == opening.revision).then(|| known.content.seen_by(Audience::Customer));
        lines.push(OpeningLine { opening, title: known.content.title.text, content });
    }
    Ok(lines)
}

/// Decides whether customers may see a revision that can hurt. Only the safety role does, and nobody who approved or
/// edited it.
#[utoipa::path(post, path = "/api/v1/openings/{id}/decision", tag = "openings",
    params(("id" = OpeningId, Path), ("If-Match" = String, Header, description = "The revision that was read, as an ETag: \"3\"")),
    request_body = OpeningDecision,
    responses(
        (status = 200, body = Opening, description = "It stands"),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "opening_closed"),
        (status = 412, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "stale"),
        (status = 428, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "version_missing"),
    ))]
pub(crate) async fn decide(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<OpeningId>,
    headers: HeaderMap,
    input::Json(decision): input::Json<OpeningDecision>,
) -> Result<Json<Opening>, Problem> {
    let seen = input::if_match(&headers)?;
    conclude(&app, &bearer.viewer, id, (seen, &decision)).await.map(Json)
}

/// Decides on the opening of the revision `seen`.
pub(crate) async fn conclude(
    app: &App,
    viewer: &Viewer,
    id: OpeningId,
    (seen, decision): (i64, &OpeningDecision),
) -> Result<Opening, Problem> {
    let (_, reason) = decision.outcome();
    if reason.is_some_and(|r| r.chars().count() > LONGEST_REASON) {
        let (en, fr) = (format!("at most {LONGEST_REASON} characters"), format!("{LONGEST_REASON} caractères au plus"));
        return Err(Problem::field(Code::InvalidFields, FieldError::new("reason", "too_long", en, fr)));
    }
    match app.kit.db.decide_opening(id, decision, viewer, seen, app.kit.clock.now()).await? {
        Opened::Done(opening) => {
            app.kit.work.notify_one();
            Ok(opening)
        }
        Opened::Refused(refusal) => Err(refused(&refusal)),
        Opened::NoOpening => Err(Code::NotFound.into()),
    }
}

/// Why a decision on an opening is not taken.
fn refused(refusal: &OpeningRefusal) -> Problem {
    match refusal {
        OpeningRefusal::NotSafety => Problem::new(
            Code::Forbidden,
            "Only a named person of the safety role may decide on an opening.",
            "Seule une personne nommée du rôle sécurité peut trancher une ouverture.",
        ),
        OpeningRefusal::OwnText => Problem::new(
            Code::Forbidden,
            "Who approved or edited a text cannot be its second approver: somebody else of the safety role must decide.",
            "Qui a approuvé ou modifié un texte ne peut pas en être le second approbateur : une autre personne du rôle sécurité doit trancher.",
        ),
        OpeningRefusal::Closed { state } => Problem::new(
            Code::OpeningClosed,
            format!("This opening is no longer open: {state}."),
            format!("Cette ouverture n'attend plus de décision : {state}."),
        ),
        OpeningRefusal::Stale { seen, current } => Problem::new(
            Code::Stale,
            format!("The opening is of revision {current}, not {seen}: read it again."),
            format!("L'ouverture porte sur la révision {current} et non {seen} : relisez-la."),
        )
        .with(header::ETAG, input::etag(*current)),
        OpeningRefusal::NoReason => {
            let (en, fr) =
                ("say why, so that the expert can mend it", "dites pourquoi, pour que l'expert puisse corriger");
            Problem::field(Code::InvalidFields, FieldError::new("reason", "missing", en, fr))
        }
    }
}
