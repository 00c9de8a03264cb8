//! What the doors share, and the one builder of the server: tests use it as production does.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::Response;
use savoir_pipeline::kit::Kit;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;

use crate::config::Config;
use crate::error::{Code, Problem};
use crate::observe::{self, Meters};
use crate::oidc::Provider;
use crate::passwords::Passwords;
use crate::rates::{self, Rates};
use crate::{auth, error, input, listen, routes};

/// How many may watch the line at a time: each costs two small reads every half second.
const WATCHERS: usize = 64;

/// What every door may use.
pub struct App {
    /// The environment of the line.
    pub kit: Arc<Kit>,
    /// The settings.
    pub config: Arc<Config>,
    /// Cancelled when the server is to stop: streams end, nothing new is taken.
    pub stop: CancellationToken,
    pub(crate) meters: Meters,
    pub(crate) watchers: Arc<Semaphore>,
    pub(crate) passwords: Passwords,
    pub(crate) rates: Rates,
    /// Whether people reach the house over TLS.
    pub(crate) https: bool,
    pub(crate) oidc: Option<Provider>,
}

impl App {
    /// The doors of `kit`, under `config`, until `stop` is cancelled.
    #[must_use]
    pub fn new(kit: Arc<Kit>, config: Arc<Config>, stop: CancellationToken) -> Arc<Self> {
        let watchers = Arc::new(Semaphore::new(WATCHERS));
        let https = config.public_url().starts_with("https://");
        let (meters, passwords, rates) = (Meters::default(), Passwords::default(), Rates::default());
        let oidc = Provider::of(&config);
        Arc::new(Self { kit, config, stop, meters, watchers, passwords, rates, https, oidc })
    }
}

/// Every door, behind what all of them need.
pub fn router(app: Arc<App>) -> Router {
    let mut router = Router::new();
    for route in routes::ROUTES {
        let door = (route.door)(route.method)
            .route_layer(from_fn_with_state(app.clone(), rates::hold))
            .route_layer(from_fn_with_state((app.clone(), route), auth::guard));
        router = router.route(route.path, door);
    }
    router
        .fallback(async || Problem::from(Code::NoRoute))
        .method_not_allowed_fallback(async || Problem::from(Code::MethodNotAllowed))
        .layer(from_fn_with_state(app.clone(), auth::crossing))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), rates::door))
        .layer(from_fn(input::shape))
        .layer(from_fn(error::speak))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(observe::span)
                .on_request(())
                .on_response(observe::answered)
                .on_failure(()),
        )
        .layer(from_fn_with_state(app.clone(), observe::observe))
        .with_state(app)
}

/// Serves until `app.stop` is cancelled and the answers under way are given, for which they have
/// `worker.drain_seconds`: a slow upload may take an hour, and a process that is to stop is killed long before.
///
/// # Errors
/// When the listener fails.
pub async fn serve(listener: tokio::net::TcpListener, app: Arc<App>) -> std::io::Result<()> {
    let (stop, told) = (app.stop.clone(), app.stop.clone());
    let drain = Duration::from_secs(app.config.worker.drain_seconds);
    let serving = listen::serve(listener, router(app.clone()), &app.config.server, told);
    tokio::select! {
        served = serving => served,
        () = async { stop.cancelled().await; tokio::time::sleep(drain).await } => {
            tracing::warn!(seconds = drain.as_secs(), "breaking off the answers that were not given in time");
            Ok(())
        }
    }
}

/// A panic is our fault and tells the caller nothing.
fn panicked(cause: Box<dyn std::any::Any + Send>) -> Response {
    let cause = cause.downcast_ref::<String>().map(String::as_str).or_else(|| cause.downcast_ref::<&str>().copied());
    tracing::error!(cause = cause.unwrap_or("unknown"), "a handler panicked");
    axum::response::IntoResponse::into_response(Problem::from(Code::Internal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt;

    #[tokio::test]
    async fn a_panic_is_a_problem_that_tells_nothing() {
        let broken = get(async || -> &'static str { panic!("a secret of the house") });
        let router: Router = Router::new().route("/", broken).layer(CatchPanicLayer::custom(panicked));
        let Ok(answer) = router.oneshot(Request::new(Body::empty())).await;
        assert_eq!(answer.status(), 500);
        let body = to_bytes(answer.into_body(), 10_000).await.unwrap();
        let text = String::from_utf8_lossy(&body);
        assert!(text.contains("\"internal\"") && !text.contains("secret"), "{text}");
    }
}
