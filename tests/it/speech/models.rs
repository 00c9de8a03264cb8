//! `savoir models pull`: small files from a hub on this machine.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::{Path as Route, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use futures_util::StreamExt;
use savoir_pipeline::reach::Reach;
use savoir_pipeline::speech::catalogue::{Known, Purpose, State as OnDisk, Verdict, state, verify};
use savoir_pipeline::speech::pull::{PullError, pull};

/// SHA-256 of [`content`], as `sha256sum` says.
const DIGEST: &str = "96ad0ddabe9c733d4550fde750255a94806811029be67504bd9bd68e556686b9";

/// 100,000 bytes that are not all the same.
fn content() -> Vec<u8> {
    (0..100_000_u32).map(|i| (i * 7 % 251) as u8).collect()
}

const MODEL: Known = Known {
    name: "test",
    file: "ggml-test.bin",
    repository: "house/models",
    bytes: 100_000,
    sha256: Some(DIGEST),
    purpose: Purpose::Speech,
};

/// A hub: what it serves, how it behaves, and the ranges it was asked for.
#[derive(Clone, Default)]
struct Hub {
    served: Vec<u8>,
    /// Sent with the redirect, as the public hub does.
    linked_etag: Option<String>,
    /// Ends every answer after that many bytes.
    breaks_after: Option<usize>,
    no_ranges: bool,
    ranges: Arc<Mutex<Vec<Option<u64>>>>,
}

async fn resolve(State(hub): State<Hub>, method: Method, Route(path): Route<String>, headers: HeaderMap) -> Response {
    if path == "hub/house/models/resolve/main/ggml-test.bin" {
        let mut answer = (StatusCode::FOUND, [("location", "/storage")]).into_response();
        if let Some(etag) = &hub.linked_etag {
            answer.headers_mut().insert("x-linked-etag", format!("\"{etag}\"").parse().unwrap());
            answer.headers_mut().insert("x-linked-size", hub.served.len().into());
        }
        return answer;
    }
    if path != "storage" {
        return StatusCode::NOT_FOUND.into_response();
    }
    if method == Method::HEAD {
        return StatusCode::OK.into_response();
    }
    let asked = headers
        .get("range")
        .map(|r| r.to_str().unwrap().trim_start_matches("bytes=").trim_end_matches('-').parse::<u64>().unwrap());
    hub.ranges.lock().unwrap().push(asked);
    let start = if hub.no_ranges { 0 } else { asked.unwrap_or(0) as usize };
    let length = hub.served.len();
    let body = hub.served[start..].to_vec();
    let body = match hub.breaks_after.filter(|n| *n < body.len()) {
        // A body that fails: the connection is cut in the middle of it.
        Some(n) => Body::from_stream(
            futures_util::stream::iter([Ok(bytes::Bytes::from(body[..n].to_vec())), Err(std::io::Error::other("cut"))])
                .then(async |piece| {
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                    piece
                }),
        ),
        None => Body::from(body),
    };
    let mut answer = Response::new(body);
    if start > 0 {
        *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
        let range = format!("bytes {start}-{}/{length}", length - 1);
        answer.headers_mut().insert("content-range", range.parse().unwrap());
    }
    answer
}

impl Hub {
    fn of(served: Vec<u8>) -> Self {
        Self { served, linked_etag: Some(DIGEST.into()), ..Self::default() }
    }

    async fn start(&self) -> String {
        let router = Router::new().route("/{*path}", any(resolve)).with_state(self.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/hub", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        address
    }

    fn ranges(&self) -> Vec<Option<u64>> {
        self.ranges.lock().unwrap().clone()
    }
}

fn silent(_: u64, _: u64) {}

#[tokio::test]
async fn a_model_is_fetched_from_a_mirror_checked_and_not_fetched_twice() {
    let (hub, folder) = (Hub::of(content()), tempfile::tempdir().unwrap());
    let mirror = hub.start().await;
    let seen = Mutex::new(Vec::new());
    let progress = |done, total| seen.lock().unwrap().push((done, total));
    let path = pull(&MODEL, folder.path(), &mirror, &progress, Reach::Written).await.unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), content());
    assert_eq!(seen.lock().unwrap().last(), Some(&(100_000, 100_000)));
    assert_eq!(state(&MODEL, folder.path()), OnDisk::Present);
    assert_eq!(verify(&MODEL, folder.path()).unwrap(), Verdict::Intact);
    pull(&MODEL, folder.path(), &mirror, &silent, Reach::Written).await.unwrap();
    assert_eq!(hub.ranges(), [None]);
}

#[tokio::test]
async fn an_unfinished_download_goes_on_where_it_stopped() {
    let (hub, folder) = (Hub::of(content()), tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("ggml-test.bin.part"), &content()[..40_000]).unwrap();
    assert_eq!(state(&MODEL, folder.path()), OnDisk::Partial(40_000));
    let path = pull(&MODEL, folder.path(), &hub.start().await, &silent, Reach::Written).await.unwrap();
    assert_eq!(std::fs::read(path).unwrap(), content());
    assert_eq!(hub.ranges(), [Some(40_000)]);
    assert!(!folder.path().join("ggml-test.bin.part").exists());
}

#[tokio::test]
async fn a_connection_that_breaks_is_taken_up_again_and_what_came_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub { breaks_after: Some(15_000), ..Hub::of(content()) };
    let mirror = hub.start().await;
    let error = pull(&MODEL, folder.path(), &mirror, &silent, Reach::Written).await.unwrap_err();
    println!("{error}");
    assert!(matches!(error, PullError::Broken { .. }) && error.to_string().contains("run the same command again"));
    assert!(hub.ranges().len() > 1, "one break is no reason to give up");
    assert!(
        matches!(state(&MODEL, folder.path()), OnDisk::Partial(n) if n >= 60_000),
        "{:?}",
        state(&MODEL, folder.path())
    );
    // The same command once more.
    pull(&MODEL, folder.path(), &mirror, &silent, Reach::Written).await.unwrap();
    assert_eq!(verify(&MODEL, folder.path()).unwrap(), Verdict::Intact);
}

#[tokio::test]
async fn a_server_without_ranges_sends_everything_again() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub { no_ranges: true, ..Hub::of(content()) };
    std::fs::write(folder.path().join("ggml-test.bin.part"), &content()[..40_000]).unwrap();
    let path = pull(&MODEL, folder.path(), &hub.start().await, &silent, Reach::Written).await.unwrap();
    assert_eq!(std::fs::read(path).unwrap(), content());
}

#[tokio::test]
async fn a_beginning_of_another_file_is_thrown_away_and_fetched_again() {
    let (hub, folder) = (Hub::of(content()), tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("ggml-test.bin.part"), vec![9; 40_000]).unwrap();
    let path = pull(&MODEL, folder.path(), &hub.start().await, &silent, Reach::Written).await.unwrap();
    assert_eq!(std::fs::read(path).unwrap(), content());
    assert_eq!(hub.ranges(), [Some(40_000), None]);
}

#[tokio::test]
async fn another_file_under_the_name_is_refused_and_not_kept() {
    let mut other = content();
    other[500] ^= 1;
    for announced in [None, Some("0".repeat(64))] {
        let folder = tempfile::tempdir().unwrap();
        let hub = Hub { linked_etag: announced.clone(), ..Hub::of(other.clone()) };
        let error = pull(&MODEL, folder.path(), &hub.start().await, &silent, Reach::Written).await.unwrap_err();
        assert!(matches!(error, PullError::NotTheModel { .. }), "{error}");
        assert!(error.to_string().contains(DIGEST));
        assert_eq!(state(&MODEL, folder.path()), OnDisk::Absent);
        assert_eq!(hub.ranges().len(), usize::from(announced.is_none()), "what is announced wrong is not fetched");
    }
}

#[tokio::test]
async fn a_file_of_another_size_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let hub = Hub { linked_etag: None, ..Hub::of([content(), content()].concat()) };
    let error = pull(&MODEL, folder.path(), &hub.start().await, &silent, Reach::Written).await.unwrap_err();
    assert!(matches!(error, PullError::OtherSize { .. }), "{error}");
    assert_eq!(state(&MODEL, folder.path()), OnDisk::Absent);
}

#[tokio::test]
async fn a_digest_that_is_not_known_is_taken_at_first_use_and_held_to_later() {
    let (hub, folder) = (Hub::of(content()), tempfile::tempdir().unwrap());
    let unknown = Known { sha256: None, bytes: 1, ..MODEL };
    let path = pull(&unknown, folder.path(), &hub.start().await, &silent, Reach::Written).await.unwrap();
    let sidecar = std::fs::read_to_string(folder.path().join("ggml-test.bin.sha256")).unwrap();
    assert_eq!(sidecar, format!("{DIGEST}  ggml-test.bin\n"));
    assert_eq!(verify(&unknown, folder.path()).unwrap(), Verdict::Intact);
    std::fs::write(path, b"something else").unwrap();
    assert!(matches!(verify(&unknown, folder.path()).unwrap(), Verdict::Damaged { .. }));
}

#[tokio::test]
async fn an_address_without_the_file_and_one_without_a_server_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let mirror = Hub::of(content()).start().await;
    let elsewhere = Known { repository: "no/where", ..MODEL };
    let error = pull(&elsewhere, folder.path(), &mirror, &silent, Reach::Written).await.unwrap_err();
    assert!(matches!(error, PullError::Refused { status: 404, .. }) && error.to_string().contains("mirror"), "{error}");
    let error = pull(&MODEL, folder.path(), "http://127.0.0.1:9", &silent, Reach::Written).await.unwrap_err();
    assert!(matches!(error, PullError::Broken { done: 0, .. }), "{error}");
}
