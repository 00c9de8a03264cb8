//! Connections: how many, from whom, and how long they may take to say what they want. What comes of them is the
//! router's. Only HTTP/1.1 is spoken here; TLS and newer versions are the proxy's.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::config::Server;
use crate::peer;

/// More headers than any browser or connector sends.
const MOST_HEADERS: usize = 100;

/// Takes connections until `stop` is cancelled, then waits for the answers under way.
///
/// # Errors
/// When the listener fails for good.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    settings: &Server,
    stop: CancellationToken,
) -> io::Result<()> {
    let speaker = speaker(settings);
    let (places, tracker, callers) =
        (Arc::new(Semaphore::new(settings.connections)), TaskTracker::new(), Callers::default());
    loop {
        let room = async { Arc::clone(&places).acquire_owned().await.map_err(io::Error::other) };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = async { Ok::<_, io::Error>((room.await?, listener.accept().await)) } => accepted?,
        };
        let (place, (stream, from)) = match accepted {
            (place, Ok(accepted)) => (place, accepted),
            (_, Err(error)) => {
                // Too many open files, or a caller who went away: neither is the end of the server.
                tracing::warn!(%error, "a connection was not taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let trusted = settings.trusted_proxies.as_ref().is_some_and(|trusted| trusted.contain(from.ip()));
        let most = if trusted { usize::MAX } else { settings.connections_per_address };
        let Some(caller) = callers.enter(peer::caller(from.ip().to_canonical()), most) else {
            tracing::debug!(address = %from.ip(), "closed: too many connections from one address");
            continue;
        };
        let talking = talk(speaker.clone(), stream, from, (router.clone(), stop.clone()));
        tracker.spawn(async move {
            talking.await;
            drop((place, caller));
        });
    }
    drop(listener);
    tracker.close();
    tracker.wait().await;
    Ok(())
}

fn speaker(settings: &Server) -> http1::Builder {
    let mut speaker = http1::Builder::new();
    speaker
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(settings.header_timeout_seconds))
        .max_headers(MOST_HEADERS)
        .max_header_size(usize::try_from(settings.header_limit_kib.saturating_mul(1024)).unwrap_or(usize::MAX));
    speaker
}

/// One connection, until it ends or is asked to.
async fn talk(
    speaker: http1::Builder,
    stream: TcpStream,
    from: SocketAddr,
    (router, stop): (Router, CancellationToken),
) {
    // An answer is written whole: there is nothing to wait for.
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "no TCP_NODELAY");
    }
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(from));
        router.clone().oneshot(request)
    });
    let talk = speaker.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(talk);
    let ended = tokio::select! {
        ended = talk.as_mut() => ended,
        () = stop.cancelled() => {
            talk.as_mut().graceful_shutdown();
            talk.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended badly");
    }
}

/// Who is connected, how often.
#[derive(Default, Clone)]
struct Callers(Arc<Mutex<HashMap<IpAddr, usize>>>);

/// One connection of a caller, as long as it lasts.
struct Caller(Callers, IpAddr);

impl Callers {
    fn enter(&self, address: IpAddr, most: usize) -> Option<Caller> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(address).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Caller(self.clone(), address))
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        let mut counts = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.1) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.1);
            }
        }
    }
}
