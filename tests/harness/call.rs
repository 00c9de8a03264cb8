//! A request to a house, and what came back. It goes through the router as production builds it, without a socket.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use futures_util::StreamExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::house::House;

/// A request to be sent.
pub struct Call {
    request: Request<Body>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub bytes: Vec<u8>,
}

/// A request.
///
/// # Panics
/// When `path` is no address.
#[must_use]
pub fn call(method: Method, path: &str) -> Call {
    let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("an address");
    Call { request }
}

/// A `GET`.
#[must_use]
pub fn get(path: &str) -> Call {
    call(Method::GET, path)
}

/// A `POST` of JSON.
#[must_use]
pub fn post(path: &str, body: &Value) -> Call {
    call(Method::POST, path).json(body)
}

/// A `PUT` of JSON.
#[must_use]
pub fn put(path: &str, body: &Value) -> Call {
    call(Method::PUT, path).json(body)
}

impl Call {
    /// At another address.
    ///
    /// # Panics
    /// When `path` is no address.
    #[must_use]
    pub fn at(mut self, path: &str) -> Self {
        *self.request.uri_mut() = path.parse().expect("an address");
        self
    }

    /// With a token.
    #[must_use]
    pub fn by(self, token: &str) -> Self {
        self.with("authorization", &format!("Bearer {token}"))
    }

    /// With a header.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let name = header::HeaderName::from_bytes(name.as_bytes()).expect("a header's name");
        self.request.headers_mut().append(name, value.parse().expect("a header's value"));
        self
    }

    /// With something that the server's layers look for.
    #[must_use]
    pub fn extension<T: Clone + Send + Sync + 'static>(mut self, extension: T) -> Self {
        self.request.extensions_mut().insert(extension);
        self
    }

    /// With a body of JSON.
    #[must_use]
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string().into_bytes())
    }

    /// With a body.
    #[must_use]
    pub fn body(self, media_type: &str, bytes: impl Into<Body>) -> Self {
        let mut call = self.with("content-type", media_type);
        *call.request.body_mut() = bytes.into();
        call
    }

    /// With a form: parts of name, file name, media type and content.
    #[must_use]
    pub fn form(self, parts: &[(&str, Option<&str>, &str, &[u8])]) -> Self {
        self.body(&format!("multipart/form-data; boundary={BOUNDARY}"), form(parts))
    }

    /// Sends it.
    ///
    /// # Panics
    /// When the answer's body does not come.
    pub async fn to(self, house: &House) -> Reply {
        let Ok(answer) = savoir_api::app::router(house.app.clone()).oneshot(self.request).await;
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("a body").to_vec();
        Reply { status: parts.status, headers: parts.headers, bytes }
    }
}

impl Call {
    /// Sends it and takes what comes within `time`: for an answer that does not end.
    ///
    /// # Panics
    /// When the answer's body breaks off.
    pub async fn to_for(self, house: &House, time: Duration) -> Reply {
        let Ok(answer) = savoir_api::app::router(house.app.clone()).oneshot(self.request).await;
        let (parts, body) = answer.into_parts();
        let mut stream = body.into_data_stream();
        let mut bytes = Vec::new();
        let all = async {
            while let Some(piece) = stream.next().await {
                bytes.extend_from_slice(&piece.expect("a piece of a body"));
            }
        };
        let _ = tokio::time::timeout(time, all).await;
        Reply { status: parts.status, headers: parts.headers, bytes }
    }
}

/// The boundary of [`form`].
pub const BOUNDARY: &str = "savoir-test-boundary";

/// A form's bytes: parts of name, file name, media type and content.
#[must_use]
pub fn form(parts: &[(&str, Option<&str>, &str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, file, media_type, content) in parts {
        let file = file.map(|f| format!("; filename=\"{f}\"")).unwrap_or_default();
        let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n");
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(format!("Content-Type: {media_type}\r\n\r\n").as_bytes());
        out.extend_from_slice(content);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    out
}

impl Reply {
    /// Its body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|e| panic!("{e}: {} {}", self.status, String::from_utf8_lossy(&self.bytes)))
    }

    /// A header's text; empty when it is not there.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|v| v.to_str().ok()).unwrap_or_default()
    }

    /// A good answer's body.
    ///
    /// # Panics
    /// When it is another status.
    #[must_use]
    pub fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        if self.bytes.is_empty() { Value::Null } else { self.json() }
    }

    /// The problem that it must be: of this status and code, well-formed.
    ///
    /// # Panics
    /// When it is something else.
    #[must_use]
    pub fn problem(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(self.header("content-type"), "application/problem+json", "{body}");
        assert_eq!(body["code"], code, "{body}");
        assert_eq!(body["status"], status);
        assert_eq!(body["type"], format!("urn:savoir:problem:{code}"));
        assert!(body["title"].is_string() && body["detail"].is_string(), "{body}");
        assert_eq!(body["request_id"], self.header("x-request-id"));
        body
    }

    /// The fields that a problem names, in order.
    ///
    /// # Panics
    /// When it names none.
    #[must_use]
    pub fn fields(&self) -> Vec<String> {
        let body = self.json();
        let errors = body["errors"].as_array().unwrap_or_else(|| panic!("no errors in {body}"));
        let whole = |e: &Value| e["remedy"].is_string() && e["remedy_fr"].is_string() && e["code"].is_string();
        assert!(errors.iter().all(whole), "{body}");
        errors.iter().map(|e| e["field"].as_str().unwrap_or_default().to_owned()).collect()
    }
}
