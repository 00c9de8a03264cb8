//! Requests that the chat hands over: who has them, and what was said and tried.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use savoir_models::audit::{Action, Entry};
use savoir_models::chat::{Chat, Request, RequestState, Slot, Tried, Urgency};
use savoir_models::id::RequestId;
use savoir_models::intervention::FieldError;
use savoir_models::text::Language;
use savoir_models::viewer::Viewer;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::Bearer;
use crate::chats::MessageView;
use crate::error::{Code, Problem};
use crate::input::{self, Ask, At, Page};

/// The longest outcome, in characters.
const LONGEST_OUTCOME: usize = 2_000;

/// Which requests to list.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listing {
    /// Only those in this state; all when left out.
    pub(crate) state: Option<RequestState>,
    /// The `next_cursor` of the page before.
    pub(crate) cursor: Option<String>,
    /// 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<i64>,
}

/// A request with what it is about.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestLine {
    #[serde(flatten)]
    pub(crate) request: Request,
    pub(crate) language: Language,
    /// In the visitor's words.
    pub(crate) machine: Option<String>,
    pub(crate) symptom: Option<String>,
    /// Empty: the visitor says that there is none.
    pub(crate) code: Option<String>,
    pub(crate) urgency: Option<Urgency>,
    /// What was asked last and not answered.
    pub(crate) asked: Option<Slot>,
    /// The name of a visitor who came in by name.
    pub(crate) visitor: Option<String>,
    pub(crate) organisation: Option<String>,
    /// What was proposed, and what became of it.
    pub(crate) tried: Vec<Tried>,
}

impl RequestLine {
    fn of(request: Request, chat: Chat) -> Self {
        let Chat { language, machine, symptom, code, urgency, asked, visitor, organisation, tried, .. } = chat;
        Self { request, language, machine, symptom, code, urgency, asked, visitor, organisation, tried }
    }
}

/// A request with everything that was said.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RequestWhole {
    #[serde(flatten)]
    pub(crate) line: RequestLine,
    /// The conversation.
    pub(crate) messages: Vec<MessageView>,
}

/// What is done with a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "decision", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum RequestDecision {
    /// Whoever says so has it from now on.
    Take {},
    /// It is done.
    Close {
        /// What came of it.
        #[serde(default)]
        outcome: Option<String>,
    },
}

/// The requests on a page of the list.
pub(crate) async fn lines(app: &App, asked: &Listing) -> Result<Page<RequestLine>, Problem> {
    let limit = input::limit(asked.limit, 50, 200)?;
    let read = |text: &str| {
        let (urgent, id) = text.split_once('.')?;
        Some((matches!(urgent, "1"), id.parse().ok()?)).filter(|_| ["0", "1"].contains(&urgent))
    };
    let after: Option<(bool, RequestId)> = input::cursor(asked.cursor.as_ref(), read)?;
    let db = &app.kit.db;
    let mut found = Vec::new();
    for request in db.requests(asked.state, after, limit + 1).await? {
        // A conversation that retention takes away goes with its request.
        if let Some(chat) = db.chat_of(request.chat).await? {
            found.push(RequestLine::of(request, chat));
        }
    }
    let cursor = |line: &RequestLine| format!("{}.{}", u8::from(line.request.urgent), line.request.id);
    Ok(Page::of(found, limit, cursor, |line| line))
}

/// A request with its conversation.
pub(crate) async fn whole(app: &App, id: RequestId) -> Result<RequestWhole, Problem> {
    let db = &app.kit.db;
    let request = db.request(id).await?.ok_or(Code::NotFound)?;
    let chat = db.chat_of(request.chat).await?.ok_or(Code::NotFound)?;
    let language = chat.language;
    let messages = db.chat_messages(chat.id, 0).await?;
    let messages = messages.into_iter().map(|m| MessageView::of(m, language)).collect();
    Ok(RequestWhole { line: RequestLine::of(request, chat), messages })
}

/// Takes or closes a request, and writes down who did.
pub(crate) async fn settle(
    app: &App,
    by: &Viewer,
    id: RequestId,
    decision: &RequestDecision,
) -> Result<Request, Problem> {
    let known = app.kit.db.request(id).await?.ok_or(Code::NotFound)?;
    let now = app.kit.clock.now();
    let mut tx = app.kit.db.begin().await?;
    let (done, word) = match decision {
        RequestDecision::Take {} => (tx.take_request(id, &by.name, now).await?, "taken"),
        RequestDecision::Close { outcome } => {
            let outcome = outcome.as_deref().map(str::trim).filter(|o| !o.is_empty());
            if outcome.is_some_and(|o| o.chars().count() > LONGEST_OUTCOME) {
                let (en, fr) =
                    (format!("at most {LONGEST_OUTCOME} characters"), format!("{LONGEST_OUTCOME} caractères au plus"));
                return Err(Problem::field(Code::InvalidFields, FieldError::new("outcome", "too_long", en, fr)));
            }
            (tx.close_request(id, &by.name, outcome, now).await?, "closed")
        }
    };
    if !done {
        return Err(Code::RequestSettled.into());
    }
    tx.note(Entry::new(by, Action::RequestDecided, &known.reference, word), now);
    tx.commit().await?;
    app.kit.db.request(id).await?.ok_or_else(|| Code::NotFound.into())
}

/// Lists what the chat has handed over, the urgent first, the oldest first.
#[utoipa::path(get, path = "/api/v1/requests", tag = "chat", params(Listing),
    responses((status = 200, body = Page<RequestLine>, description = "A page")))]
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    _bearer: Bearer,
    Ask(asked): Ask<Listing>,
) -> Result<Json<Page<RequestLine>>, Problem> {
    Ok(Json(lines(&app, &asked).await?))
}

/// Shows a request with everything that was said and tried.
#[utoipa::path(get, path = "/api/v1/requests/{id}", tag = "chat", params(("id" = RequestId, Path)),
    responses((status = 200, body = RequestWhole, description = "The request with its conversation")))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    _bearer: Bearer,
    At(id): At<RequestId>,
) -> Result<Json<RequestWhole>, Problem> {
    Ok(Json(whole(&app, id).await?))
}

/// Takes a request, or closes it.
#[utoipa::path(post, path = "/api/v1/requests/{id}/decision", tag = "chat", params(("id" = RequestId, Path)),
    request_body = RequestDecision,
    responses(
        (status = 200, body = Request, description = "It stands"),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "request_settled"),
    ))]
pub(crate) async fn decide(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(id): At<RequestId>,
    input::Json(decision): input::Json<RequestDecision>,
) -> Result<Json<Request>, Problem> {
    Ok(Json(settle(&app, &bearer.viewer, id, &decision).await?))
}
