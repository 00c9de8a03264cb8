//! The line, watched as it moves: server-sent events.

use std::collections::{HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName};
use axum::response::sse::{Event as Sent, KeepAlive, Sse};
use futures_util::{Stream, stream};
use savoir_models::id::{EventId, JobId};
use savoir_models::intervention::Stage;
use savoir_models::job::{Event, Job, JobState, Step};
use savoir_models::viewer::Audience;
use serde::Serialize;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::ToSchema;

use crate::app::App;
use crate::auth::Bearer;
use crate::error::{Code, Problem};

/// Between two looks at the line.
const LOOK: Duration = Duration::from_millis(500);
/// After so many looks the stream ends; the watcher comes back by itself, and its token is looked at again.
const LOOKS: u32 = 1_200;
/// Events and jobs taken in one look.
const MOST: i64 = 200;

/// How far a running step is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StepProgress {
    /// The intervention (or, for `publish`, the procedure) that is worked on.
    subject: String,
    /// Which step.
    step: Step,
    /// 0 to 1.
    progress: f64,
}

struct Watch {
    app: Arc<App>,
    /// They are told, too, why a case was counted to what is known: that names a procedure, which may be for the office
    /// alone.
    whole: bool,
    after: Option<EventId>,
    shares: HashMap<JobId, f64>,
    queue: VecDeque<Sent>,
    looks: u32,
    _place: OwnedSemaphorePermit,
}

/// Watches the line.
#[utoipa::path(get, path = "/api/v1/events", tag = "operations",
    params(("Last-Event-ID" = Option<String>, Header, description = "Go on after this event; from now on when left out")),
    responses((status = 200, content_type = "text/event-stream", body = Event,
        description = "Events named `moved` (an Event) and `progress` (a StepProgress), until somebody hangs up")))]
pub(crate) async fn watch(
    State(app): State<Arc<App>>,
    bearer: Bearer,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Sent, Infallible>>>, Problem> {
    let place = app.watchers.clone().try_acquire_owned().map_err(|_| Code::Unavailable)?;
    let after = match headers.get(HeaderName::from_static("last-event-id")) {
        Some(value) => Some(value.to_str().ok().and_then(|v| v.parse().ok()).ok_or_else(|| {
            Problem::new(
                Code::BadHeader,
                "Last-Event-ID: the id of an event of this stream is expected.",
                "Last-Event-ID : l'identifiant d'un événement de ce flux est attendu.",
            )
        })?),
        None => app.kit.db.last_event().await?,
    };
    let whole = bearer.viewer.class() == Some(Audience::Internal);
    let watch = Watch { app, whole, after, shares: HashMap::new(), queue: VecDeque::new(), looks: 0, _place: place };
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(15));
    Ok(Sse::new(stream::unfold(watch, Watch::next)).keep_alive(keep_alive))
}

impl Watch {
    async fn next(mut self) -> Option<(Result<Sent, Infallible>, Self)> {
        loop {
            if let Some(sent) = self.queue.pop_front() {
                return Some((Ok(sent), self));
            }
            if self.looks == LOOKS {
                return None;
            }
            if self.looks > 0 {
                tokio::select! {
                    () = self.app.stop.cancelled() => return None,
                    () = tokio::time::sleep(LOOK) => {}
                }
            }
            self.looks += 1;
            if let Err(problem) = self.look().await {
                // The watcher cannot be told in words once the stream has begun; it comes back and hears them then.
                tracing::warn!(code = problem.code().row().0, "a stream of events ended early");
                return None;
            }
        }
    }

    async fn look(&mut self) -> Result<(), Problem> {
        let db = &self.app.kit.db;
        for mut event in db.events(self.after, MOST).await? {
            if !self.whole && event.kind == Stage::Merged.as_str() {
                event.detail.clear();
            }
            self.after = Some(event.id);
            self.queue.push_back(sent("moved", Some(event.id), &event)?);
        }
        let running = db.jobs(JobState::Running, None, MOST).await?;
        self.shares.retain(|id, _| running.iter().any(|job| job.id == *id));
        for Job { id, subject, step, progress, .. } in running {
            if progress > 0.0 && self.shares.insert(id, progress) != Some(progress) {
                self.queue.push_back(sent("progress", None, &StepProgress { subject, step, progress })?);
            }
        }
        Ok(())
    }
}

fn sent(name: &str, id: Option<EventId>, data: &impl Serialize) -> Result<Sent, Problem> {
    let event = Sent::default().event(name).json_data(data).map_err(|_| Problem::from(Code::Internal))?;
    Ok(match id {
        Some(id) => event.id(id.to_string()),
        None => event,
    })
}
