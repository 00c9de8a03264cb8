//! A conversation as server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::{StreamExt, stream};
use savoir_models::text::Language;

use super::ChatView;
use crate::error::{Code, Problem};

/// So long an answer may take before the stream begins without it: then its beginning shows that something is coming.
const SOON: Duration = Duration::from_millis(400);

/// The place that `Last-Event-ID` names.
pub(super) fn last_read(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(HeaderName::from_static("last-event-id")) else { return Ok(None) };
    let place = value.to_str().ok().and_then(|v| v.parse().ok()).filter(|place| *place >= 0);
    place.map(Some).ok_or_else(|| {
        Problem::new(
            Code::BadHeader,
            "Last-Event-ID: the place of a message of this conversation is expected.",
            "Last-Event-ID : la place d'un message de cette conversation est attendue.",
        )
    })
}

/// The events of a conversation: each message, then where it stands.
fn events(view: ChatView) -> Vec<Event> {
    let mut out = Vec::new();
    for message in &view.messages {
        let event = Event::default().event("message").id(message.position.to_string()).json_data(message);
        out.extend(event.inspect_err(|error| tracing::error!(%error, "a message was not written")));
    }
    let rest = ChatView { messages: Vec::new(), ..view };
    out.extend(Event::default().event("state").json_data(&rest));
    out
}

fn problem(problem: &Problem, language: Language) -> Event {
    let (code, status, ..) = problem.code().row();
    let said = serde_json::json!({"code": code, "status": status, "detail": problem.detail(language)});
    Event::default().event("problem").data(said.to_string())
}

fn response(events: impl stream::Stream<Item = Event> + Send + 'static) -> Response {
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(10));
    Sse::new(events.map(Ok::<_, Infallible>)).keep_alive(keep_alive).into_response()
}

/// A conversation as it is.
pub(super) fn of(view: ChatView) -> Response {
    response(stream::iter(events(view)))
}

/// What a message is answered, as soon as there is something. What is wrong at once is answered as everywhere; what turns
/// out wrong later is an event.
pub(super) async fn while_heard(
    hearing: impl Future<Output = Result<ChatView, Problem>> + Send + 'static,
    language: Language,
) -> Result<Response, Problem> {
    let mut hearing = Box::pin(hearing);
    match tokio::time::timeout(SOON, &mut hearing).await {
        Ok(heard) => Ok(of(heard?)),
        Err(_) => {
            let begun = stream::once(async { Event::default().event("received").data("{}") });
            let rest = stream::once(hearing).flat_map(move |heard| {
                stream::iter(match heard {
                    Ok(view) => events(view),
                    Err(refused) => vec![problem(&refused, language)],
                })
            });
            Ok(response(begun.chain(rest)))
        }
    }
}
