//! A service on this machine that says what it is told to: behind a real socket, as a stranger's would be.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::HeaderMap;
use axum::response::Response;
use bytes::Bytes;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request that came in.
#[derive(Debug, Clone)]
pub struct Received {
    /// Its number, from 1.
    pub number: usize,
    /// Its path.
    pub path: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Received {
    /// Its body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.text()))
    }

    /// Its body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The fields of its form; of a file, its name and its size.
    ///
    /// # Panics
    /// When it is no form.
    pub async fn form(&self) -> Vec<(String, String)> {
        let mut request = Request::new(Body::from(self.body.clone()));
        *request.headers_mut() = self.headers.clone();
        let mut form = Multipart::from_request(request, &()).await.expect("a form");
        let mut fields = Vec::new();
        while let Some(field) = form.next_field().await.expect("a field") {
            let name = field.name().expect("a name").to_owned();
            let value = match field.file_name().map(str::to_owned) {
                Some(file) => format!("{file}, {} bytes", field.bytes().await.expect("a file").len()),
                None => field.text().await.expect("a text"),
            };
            fields.push((name, value));
        }
        fields
    }
}

/// A service that is gone when the test's runtime is.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its address: `http://127.0.0.1:…`.
    pub address: String,
    received: Arc<Mutex<Vec<Received>>>,
}

/// What a broken service does.
#[derive(Debug, Clone)]
pub enum Act {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Waits.
    Wait(Duration),
}

type Answer = Arc<dyn Fn(&Received) -> Response + Send + Sync>;

impl Service {
    /// One that answers every request with what `answer` says.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn start(answer: impl Fn(&Received) -> Response + Send + Sync + 'static) -> Self {
        Self::start_at("http://127.0.0.1:0", answer).await
    }

    /// The same at an address where there was nothing before.
    ///
    /// # Panics
    /// When its port is taken.
    pub async fn start_at(address: &str, answer: impl Fn(&Received) -> Response + Send + Sync + 'static) -> Self {
        let (listener, service) = Self::bind(address).await;
        let answer: Answer = Arc::new(answer);
        let router = Router::new().fallback(received).with_state((service.clone(), answer));
        tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        service
    }

    /// One that does to every request what `acts` says, byte by byte, and closes the connection.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn raw(acts: impl Fn(&Received) -> Vec<Act> + Send + Sync + 'static) -> Self {
        let (listener, service) = Self::bind("http://127.0.0.1:0").await;
        let (acts, serving) = (Arc::new(acts), service.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (acts, service) = (Arc::clone(&acts), serving.clone());
                tokio::spawn(async move {
                    let Some((path, body)) = read(&mut stream).await else { return };
                    let received = service.take(path, HeaderMap::new(), body);
                    for act in acts(&received) {
                        match act {
                            // Who has hung up does not hear the rest.
                            Act::Send(bytes) if stream.write_all(&bytes).await.is_err() => return,
                            Act::Send(_) => {}
                            Act::Wait(pause) => tokio::time::sleep(pause).await,
                        }
                    }
                });
            }
        });
        service
    }

    /// The address of a service that is not there.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn nowhere() -> String {
        Self::bind("http://127.0.0.1:0").await.1.address
    }

    /// What came in so far.
    ///
    /// # Panics
    /// When a test panicked in here.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.received.lock().expect("no test panicked in here").clone()
    }

    async fn bind(address: &str) -> (TcpListener, Self) {
        let place = address.strip_prefix("http://").expect("an address");
        let listener = TcpListener::bind(place).await.expect("a free port");
        let address = format!("http://{}", listener.local_addr().expect("an address"));
        (listener, Self { address, received: Arc::default() })
    }

    fn take(&self, path: String, headers: HeaderMap, body: Bytes) -> Received {
        let mut all = self.received.lock().expect("no test panicked in here");
        let received = Received { number: all.len() + 1, path, headers, body };
        all.push(received.clone());
        received
    }
}

async fn received(State((service, answer)): State<(Service, Answer)>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    answer(&service.take(head.uri.path().to_owned(), head.headers, body))
}

/// The path and the body of a request, read by hand.
async fn read(stream: &mut TcpStream) -> Option<(String, Bytes)> {
    let mut bytes = Vec::new();
    loop {
        let mut more = [0; 8_192];
        let n = stream.read(&mut more).await.ok().filter(|n| *n > 0)?;
        bytes.extend_from_slice(&more[..n]);
        let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let length = head.split_once("content-length: ").map_or("0", |(_, rest)| rest.lines().next().unwrap_or("0"));
        if bytes.len() >= end + 4 + length.trim().parse::<usize>().ok()? {
            let path = head.split(' ').nth(1)?.to_owned();
            return Some((path, Bytes::copy_from_slice(&bytes[end + 4..])));
        }
    }
}
