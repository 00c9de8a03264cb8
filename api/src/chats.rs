//! The customer's chat: begin one, say something, read it again. An answer is JSON, or an event stream to who asks for one.

mod stream;

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use savoir_models::chat::{Approved, Chat, ChatMessage, ChatState, LineKind, Request, Slot};
use savoir_models::clock::Timestamp;
use savoir_models::intervention::FieldError;
use savoir_models::text::Language;
use savoir_models::viewer::{Role, Viewer};
use savoir_pipeline::chat::sentences::Choice;
use savoir_pipeline::chat::{self, Answer, Refusal, Said};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};
use crate::input::{self, Ask, At};
use crate::language;

/// The longest name of a message, in characters.
const LONGEST_NAME: usize = 64;

/// A conversation to be begun.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewChat {
    /// The visitor's; left out: what `Accept-Language` prefers. It follows what the visitor writes.
    #[serde(default)]
    language: Option<Language>,
}

/// A message of the visitor.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMessage {
    /// Its words; or those of one of the choices.
    #[schema(min_length = 1)]
    text: String,
    /// What the visitor's program calls it, up to 64 letters, digits, `-` and `_`: the same name, the same answer.
    #[schema(max_length = 64)]
    #[serde(default)]
    client_id: Option<String>,
}

/// Where to read on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Since {
    /// Only messages after this place.
    #[param(minimum = 0)]
    after: Option<i64>,
}

/// An answer that may be chosen: to say its text is to choose it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ChoiceView {
    pub(crate) key: &'static str,
    pub(crate) text: &'static str,
}

/// A message.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct MessageView {
    /// Its place in the conversation: 1, 2, 3…
    pub(crate) position: i64,
    pub(crate) kind: LineKind,
    /// Its words: the visitor's own, a sentence of the house, or what an expert approved, to the letter.
    pub(crate) text: String,
    /// The key of the house's sentence.
    pub(crate) sentence: Option<String>,
    /// Where the approved text stands.
    pub(crate) approved: Option<Approved>,
    /// What it may be answered with.
    pub(crate) choices: Vec<ChoiceView>,
    /// The place of the visitor's message that it answers.
    pub(crate) answers: Option<i64>,
    pub(crate) client_id: Option<String>,
    pub(crate) at: Timestamp,
}

impl MessageView {
    pub(crate) fn of(message: ChatMessage, language: Language) -> Self {
        let choices = message.choices.iter().filter_map(|key| Choice::of(key));
        let choices = choices.map(|choice| ChoiceView { key: choice.key(), text: choice.text(language) }).collect();
        let ChatMessage { position, answers, kind, sentence, text, approved, client_id, at, .. } = message;
        Self { position, kind, text, sentence, approved, choices, answers, client_id, at }
    }
}

/// The request by which people have a conversation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Handed {
    /// What the visitor says on the telephone.
    pub(crate) reference: String,
    pub(crate) urgent: bool,
}

/// A conversation, or the part of it that was asked for.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct ChatView {
    /// What leads to it, and to be kept secret: whoever has it reads the conversation. Only in the answer that begins it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<String>,
    pub(crate) language: Language,
    pub(crate) state: ChatState,
    /// What was asked last.
    pub(crate) asked: Option<Slot>,
    /// It takes no message any more: begin another one.
    pub(crate) is_over: bool,
    pub(crate) request: Option<Handed>,
    /// In order.
    pub(crate) messages: Vec<MessageView>,
}

impl ChatView {
    fn of(app: &App, chat: &Chat, messages: Vec<ChatMessage>, request: Option<Request>) -> Self {
        let language = chat.language;
        let is_over = chat::is_over(chat, app.config.chat.limits(), app.kit.clock.now());
        let request = request.map(|r| Handed { reference: r.reference, urgent: r.urgent });
        let messages = messages.into_iter().map(|m| MessageView::of(m, language)).collect();
        Self { id: None, language, state: chat.state, asked: chat.asked, is_over, request, messages }
    }

    fn answer(app: &App, answer: Answer) -> Self {
        Self::of(app, &answer.chat, answer.messages, answer.request)
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::NoChat => Code::NotFound.into(),
            Refusal::Ended => Code::ChatEnded.into(),
            Refusal::Full => Code::ChatFull.into(),
            Refusal::Busy => Code::Unavailable.into(),
            Refusal::Store(error) => error.into(),
            Refusal::Reused => {
                let (en, fr) = (
                    "another message of this conversation has it: take a new one",
                    "un autre message de cette conversation le porte : prenez-en un nouveau",
                );
                Self::field(Code::InvalidFields, FieldError::new("client_id", "reused", en, fr))
            }
        }
    }
}

/// With whose eyes the chat looks: those of the customer, or of all customers. Who tries it in the house sees no more.
fn eyes(bearer: &Bearer) -> Viewer {
    match bearer.viewer.role {
        Role::Customer => bearer.viewer.clone(),
        _ => Viewer::new(bearer.viewer.name.clone(), Role::Anonymous),
    }
}

/// Whether a conversation is that of whoever asks.
fn is_theirs(chat: &Chat, bearer: &Bearer) -> bool {
    match bearer.site {
        Some(site) => chat.site == Some(site),
        None => chat.owner.as_deref() == Some(bearer.owner.as_str()),
    }
}

/// Begins a conversation for whoever asks.
pub(crate) async fn open(app: &App, bearer: &Bearer, language: Language) -> Result<ChatView, Problem> {
    let now = app.kit.clock.now();
    let mut begun = Chat::begin(language, now);
    begun.site = bearer.site;
    if bearer.site.is_none() {
        begun.owner = Some(bearer.owner.clone());
        begun.visitor = Some(bearer.viewer.name.clone());
        begun.organisation.clone_from(&bearer.viewer.organisation);
    }
    let (secret, begun, messages) = chat::begin(&app.kit.db, begun, now).await?;
    let view = ChatView::of(app, &begun, messages, None);
    Ok(ChatView { id: Some(secret), ..view })
}

/// The messages of a conversation after the place `after`.
pub(crate) async fn read(app: &App, bearer: &Bearer, secret: &str, after: i64) -> Result<ChatView, Problem> {
    let db = &app.kit.db;
    let chat = db.chat(secret).await?.filter(|chat| is_theirs(chat, bearer)).ok_or(Code::NotFound)?;
    let messages = db.chat_messages(chat.id, after).await?;
    let request = db.request_of(chat.id).await?;
    Ok(ChatView::of(app, &chat, messages, request))
}

/// Takes a message in and answers it, also when whoever asked has hung up meanwhile.
pub(crate) async fn tell(app: &Arc<App>, bearer: &Bearer, secret: &str, said: Said) -> Result<ChatView, Problem> {
    let said = checked(app, said)?;
    let db = &app.kit.db;
    db.chat(secret).await?.filter(|chat| is_theirs(chat, bearer)).ok_or(Code::NotFound)?;
    let (app, viewer, secret) = (Arc::clone(app), eyes(bearer), secret.to_owned());
    let hearing = tokio::spawn(async move {
        let limits = app.config.chat.limits();
        let answer = chat::hear(&app.kit, &secret, &viewer, &said, limits).await?;
        Ok(ChatView::answer(&app, answer))
    });
    hearing.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a message of the chat was not heard");
        Err(Code::Internal.into())
    })
}

fn checked(app: &App, said: Said) -> Result<Said, Problem> {
    let longest = app.config.chat.message_characters;
    let mut errors = Vec::new();
    if said.text.trim().is_empty() {
        errors.push(FieldError::new("text", "empty", "must not be empty", "ne doit pas être vide"));
    }
    if said.text.chars().count() > longest {
        let (en, fr) = (format!("at most {longest} characters"), format!("{longest} caractères au plus"));
        errors.push(FieldError::new("text", "too_long", en, fr));
    }
    let plain = |name: &str| {
        (1..=LONGEST_NAME).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
    };
    if said.client_id.as_deref().is_some_and(|name| !plain(name)) {
        let (en, fr) = (
            format!("1 to {LONGEST_NAME} letters, digits, « - » and « _ »"),
            format!("de 1 à {LONGEST_NAME} lettres, chiffres, « - » et « _ »"),
        );
        errors.push(FieldError::new("client_id", "invalid", en, fr));
    }
    if errors.is_empty() { Ok(said) } else { Err(Problem::fields(Code::InvalidFields, errors)) }
}

/// Whether whoever asks wants the answer as an event stream.
fn wants_stream(headers: &HeaderMap) -> bool {
    let accept = headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok());
    accept.flat_map(|v| v.split(',')).any(|range| range.trim().starts_with("text/event-stream"))
}

/// Begins a conversation. Its first messages say what answers, and ask the first question.
#[utoipa::path(post, path = "/api/v1/chats", tag = "chat", request_body = NewChat,
    security(("token" = []), ("session" = []), ("site" = [])),
    responses((status = 201, body = ChatView, description = "Begun; Location leads to it", headers(("Location" = String)))))]
pub(crate) async fn create(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    headers: HeaderMap,
    input::Json(asked): input::Json<NewChat>,
) -> Result<Response, Problem> {
    let language = asked.language.unwrap_or_else(|| language::of(&headers));
    let view = open(&app, &bearer, language).await?;
    let place = view.id.as_deref().map(|id| HeaderValue::try_from(format!("/api/v1/chats/{id}")));
    let mut answer = (StatusCode::CREATED, Json(view)).into_response();
    if let Some(Ok(place)) = place {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    Ok(answer)
}

/// Shows a conversation. As an event stream (`Accept: text/event-stream`) its messages are events named `message`, from
/// `Last-Event-ID` on, with a last one named `state`.
#[utoipa::path(get, path = "/api/v1/chats/{id}", tag = "chat", params(("id" = String, Path), Since,
    ("Last-Event-ID" = Option<i64>, Header, description = "With an event stream: the place of the last message that was read")),
    security(("token" = []), ("session" = []), ("site" = [])),
    responses((status = 200, description = "The conversation",
        content((ChatView = "application/json"), (MessageView = "text/event-stream")))))]
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(secret): At<String>,
    Ask(since): Ask<Since>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let last = stream::last_read(&headers)?;
    let after = last.or(since.after).unwrap_or_default();
    let view = read(&app, &bearer, &secret, after).await?;
    Ok(if wants_stream(&headers) { stream::of(view) } else { Json(view).into_response() })
}

/// Says something in a conversation, and is answered. As an event stream, the messages come as with GET; what is wrong then
/// comes as an event named `problem`, once the stream has begun.
#[utoipa::path(post, path = "/api/v1/chats/{id}/messages", tag = "chat", params(("id" = String, Path)),
    request_body = NewMessage, security(("token" = []), ("session" = []), ("site" = [])),
    responses(
        (status = 200, description = "The visitor's message and what is said to it",
            content((ChatView = "application/json"), (MessageView = "text/event-stream"))),
        (status = 409, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "chat_full"),
        (status = 410, body = crate::error::ProblemBody, content_type = "application/problem+json", description = "chat_ended"),
    ))]
pub(crate) async fn say(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    At(secret): At<String>,
    headers: HeaderMap,
    input::Json(asked): input::Json<NewMessage>,
) -> Result<Response, Problem> {
    let said = Said { text: asked.text, client_id: asked.client_id };
    if !wants_stream(&headers) {
        return Ok(Json(tell(&app, &bearer, &secret, said).await?).into_response());
    }
    let language = language::of(&headers);
    stream::while_heard(async move { tell(&app, &bearer, &secret, said).await }, language).await
}
