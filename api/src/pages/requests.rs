//! The coordinator's page: what the chat has handed over, and who has it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use savoir_models::chat::{LineKind, RequestState, RequestWhy, TriedOutcome, Urgency};
use savoir_models::id::{ProcedureId, RequestId};
use savoir_models::viewer::Viewer;
use serde::Deserialize;

use crate::app::App;
use crate::chats::MessageView;
use crate::error::{Code, Problem};
use crate::input::{Ask, At, Form};
use crate::page::{Frame, Visitor, see_other};
use crate::requests::{self, Listing, RequestDecision, RequestLine};
use crate::words::{Handed, fill};

#[derive(Template)]
#[template(path = "requests.html")]
struct Requests {
    frame: Frame,
    t: &'static Handed,
    states: Vec<(&'static str, &'static str, bool)>,
    lines: Vec<Line>,
    /// The address of the next page.
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "request.html")]
struct Whole {
    frame: Frame,
    t: &'static Handed,
    line: Line,
    tried: Vec<TriedLine>,
    messages: Vec<MessageView>,
    refused: Option<&'static str>,
}

impl Whole {
    fn is_own(message: &MessageView) -> bool {
        message.kind == LineKind::Visitor
    }
}

/// A request as it is shown.
struct Line {
    said: RequestLine,
    why: &'static str,
    state: &'static str,
    code: Option<String>,
    urgency: Option<&'static str>,
    from: String,
    taken: Option<String>,
    closed: Option<String>,
}

/// A procedure that was proposed.
struct TriedLine {
    procedure: ProcedureId,
    title: String,
    outcome: &'static str,
    steps: Option<String>,
}

impl Line {
    fn of(said: RequestLine, t: &'static Handed) -> Self {
        let why = match said.request.why {
            RequestWhy::Asked => t.asked,
            RequestWhy::Danger => t.danger,
            RequestWhy::NothingFound => t.nothing_found,
            RequestWhy::NotHelped => t.not_helped,
            RequestWhy::OutOfScope => t.out_of_scope,
            RequestWhy::Unclear => t.unclear,
            RequestWhy::Limit => t.limit,
        };
        let urgency = said.urgency.map(|urgency| match urgency {
            Urgency::Stopped => t.stopped,
            Urgency::Degraded => t.degraded,
            Urgency::CanWait => t.can_wait,
            Urgency::Untold => t.untold,
        });
        let code = said.code.as_ref().map(|code| if code.is_empty() { t.no_code.to_owned() } else { code.clone() });
        let named = [&said.visitor, &said.organisation].into_iter().flatten().map(String::as_str).collect::<Vec<_>>();
        let from = if named.is_empty() { t.visitor_unnamed.to_owned() } else { named.join(", ") };
        let by = |sentence, who: &Option<String>| who.as_ref().map(|who| fill(sentence, &[who]));
        let (taken, closed) = (by(t.taken_by, &said.request.taken_by), by(t.closed_by, &said.request.closed_by));
        let state = state(said.request.state, t);
        Self { said, why, state, code, urgency, from, taken, closed }
    }
}

const fn state(state: RequestState, t: &Handed) -> &'static str {
    match state {
        RequestState::Open => t.open,
        RequestState::Taken => t.taken,
        RequestState::Closed => t.closed,
    }
}

/// Which requests to show.
#[derive(Deserialize)]
pub(crate) struct Filter {
    #[serde(default)]
    state: String,
    cursor: Option<String>,
}

/// Shows the requests.
pub(crate) async fn list(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    Ask(asked): Ask<Filter>,
) -> Result<Response, Problem> {
    let t = Handed::of(visitor.language);
    let wanted: Option<RequestState> = asked.state.parse().ok();
    let page = requests::lines(&app, &Listing { state: wanted, cursor: asked.cursor, limit: None }).await?;
    let pairs =
        |cursor: &String| serde_urlencoded::to_string([("state", asked.state.as_str()), ("cursor", cursor.as_str())]);
    let next =
        page.next_cursor.as_ref().and_then(|cursor| pairs(cursor).ok()).map(|query| format!("/requests?{query}"));
    let lines = page.items.into_iter().map(|line| Line::of(line, t)).collect();
    let states = RequestState::ALL.iter().map(|s| (s.as_str(), state(*s, t), wanted == Some(*s))).collect();
    visitor.page(|frame| Requests { frame, t, states, lines, next })
}

/// Shows a request with everything that was said and tried.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(id): At<RequestId>,
) -> Result<Response, Problem> {
    page(&app, &visitor, id, None).await
}

async fn page(app: &App, visitor: &Visitor, id: RequestId, refused: Option<&'static str>) -> Result<Response, Problem> {
    let (t, viewer) = (Handed::of(visitor.language), visitor.viewer()?);
    let whole = requests::whole(app, id).await?;
    let tried = tried(app, viewer, &whole.line, t).await?;
    let (line, messages) = (Line::of(whole.line, t), whole.messages);
    visitor.page(|frame| Whole { frame, t, line, tried, messages, refused })
}

/// What was proposed, by its title as it is now.
async fn tried(app: &App, viewer: &Viewer, line: &RequestLine, t: &'static Handed) -> Result<Vec<TriedLine>, Problem> {
    let mut out = Vec::new();
    for tried in &line.tried {
        let known = app.kit.db.procedure(tried.procedure, viewer).await?;
        let title = known.map_or_else(|| tried.procedure.to_string(), |p| p.revision.content.title.text);
        let outcome = match tried.outcome {
            TriedOutcome::Declined => t.declined,
            TriedOutcome::Stuck => t.stuck,
            TriedOutcome::NotHelped => t.no_help,
            TriedOutcome::Helped => t.helped,
            TriedOutcome::Withdrawn => t.withdrawn,
            TriedOutcome::BrokenOff => t.broken_off,
        };
        let steps = (tried.steps > 0).then(|| fill(t.steps, &[&tried.steps]));
        out.push(TriedLine { procedure: tried.procedure, title, outcome, steps });
    }
    Ok(out)
}

/// A filled-in form.
#[derive(Deserialize)]
pub(crate) struct Filled {
    decision: String,
    #[serde(default)]
    outcome: String,
}

/// Takes a request, or closes it.
pub(crate) async fn decide(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    At(id): At<RequestId>,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let decision = match filled.decision.as_str() {
        "close" => RequestDecision::Close { outcome: Some(filled.outcome) },
        _ => RequestDecision::Take {},
    };
    match requests::settle(&app, visitor.viewer()?, id, &decision).await {
        Ok(_) => Ok(see_other(&format!("/requests/{id}"))),
        Err(problem) if problem.code() == Code::RequestSettled => {
            page(&app, &visitor, id, Some(Handed::of(visitor.language).settled)).await
        }
        Err(problem) => Err(problem),
    }
}
