//! What is seen of requests: an id, a line in the log, counters. Never a header's value, never a body.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Response};
use axum::middleware::Next;
use savoir_models::id::EventId;
use tracing::Span;

use crate::app::App;
use crate::headers;

/// Leads from an answer to its lines in the log.
#[derive(Debug, Clone)]
pub(crate) struct RequestId(pub(crate) String);

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives the request its id, counts it, and makes its answer safe.
pub(crate) async fn observe(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response<Body> {
    let begun = Instant::now();
    let id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|v| v.to_str().ok())
        .filter(|v| is_plain_id(v))
        .map_or_else(|| EventId::new().to_string(), str::to_owned);
    let method = method_word(request.method());
    let route = route_of(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut answer = next.run(request).await;
    app.meters.count(method, &route, answer.status().as_u16(), begun.elapsed());
    let said = answer.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&id) {
        said.insert(REQUEST_ID, value);
    }
    headers::secure(said, app.https);
    answer
}

/// What a caller may name a request: it goes into the log, so nothing that could forge a line of it.
fn is_plain_id(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// The pattern of the route, never the address itself: that may hold what people searched for.
fn route_of<B>(request: &axum::http::Request<B>) -> String {
    request.extensions().get::<MatchedPath>().map_or_else(|| "unmatched".to_owned(), |p| p.as_str().to_owned())
}

/// A method may be any word; counters must not grow with what callers invent.
fn method_word(method: &axum::http::Method) -> &'static str {
    ["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH"]
        .into_iter()
        .find(|known| *known == method.as_str())
        .unwrap_or("other")
}

/// The span of a request: everything logged while it is worked on carries it.
pub(crate) fn span<B>(request: &axum::http::Request<B>) -> Span {
    let id = request.extensions().get::<RequestId>().map_or("", |id| id.0.as_str());
    tracing::info_span!("request", method = method_word(request.method()), route = %route_of(request), id)
}

/// The line in the log.
pub(crate) fn answered<B>(answer: &Response<B>, took: Duration, _span: &Span) {
    let (status, ms) = (answer.status().as_u16(), took.as_millis());
    if status >= 500 {
        tracing::error!(status, ms, "answered");
    } else {
        tracing::info!(status, ms, "answered");
    }
}

/// Upper bounds of the duration histogram, in seconds.
const BOUNDS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

#[derive(Default)]
struct Counts {
    requests: BTreeMap<(&'static str, String, u16), u64>,
    /// By route: buckets, sum in seconds, count.
    durations: BTreeMap<String, ([u64; BOUNDS.len()], f64, u64)>,
}

/// Counters of requests, by route pattern: their number is bounded by the table of routes.
#[derive(Default)]
pub(crate) struct Meters(Mutex<Counts>);

impl Meters {
    fn count(&self, method: &'static str, route: &str, status: u16, took: Duration) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.requests.entry((method, route.to_owned(), status)).or_default() += 1;
        let (buckets, sum, count) = counts.durations.entry(route.to_owned()).or_default();
        let seconds = took.as_secs_f64();
        for (bucket, bound) in buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(seconds <= bound);
        }
        *sum += seconds;
        *count += 1;
    }

    /// In the Prometheus text format 0.0.4.
    pub(crate) fn write(&self, out: &mut String) -> std::fmt::Result {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(out, "# HELP savoir_http_requests_total Requests answered.")?;
        writeln!(out, "# TYPE savoir_http_requests_total counter")?;
        for ((method, route, status), n) in &counts.requests {
            writeln!(
                out,
                "savoir_http_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} {n}"
            )?;
        }
        let name = "savoir_http_request_duration_seconds";
        writeln!(out, "# HELP {name} Time to the head of the answer.\n# TYPE {name} histogram")?;
        for (route, (buckets, sum, count)) in &counts.durations {
            for (bucket, bound) in buckets.iter().zip(BOUNDS) {
                writeln!(out, "{name}_bucket{{route=\"{route}\",le=\"{bound}\"}} {bucket}")?;
            }
            writeln!(out, "{name}_bucket{{route=\"{route}\",le=\"+Inf\"}} {count}")?;
            writeln!(out, "{name}_sum{{route=\"{route}\"}} {sum}\n{name}_count{{route=\"{route}\"}} {count}")?;
        }
        Ok(())
    }
}
