//! Outgoing HTTP. The one place where clients are built, so that all share one TLS, one name and sensible limits.

use std::sync::{Arc, Once};
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::redirect::Policy;
use savoir_models::clock::Timestamp;

use crate::reach::{self, Reach, Resolver};

/// How a client behaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// The whole request may take this long; `None` for downloads, which are bounded by [`Self::silence`] alone.
    pub(crate) total: Option<Duration>,
    /// The longest wait for the next bytes.
    pub(crate) silence: Duration,
    /// Which redirects are followed.
    pub(crate) redirects: Redirects,
    /// Which private addresses are called.
    pub(crate) reach: Reach,
    /// Whether a connection serves another request. It must not where a server that answers one request twice would
    /// have its second answer taken for that of the next.
    pub(crate) reuse: bool,
}

/// Which redirects are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Redirects {
    /// None.
    Never,
    /// Within the same service: neither what is sent nor its key goes to another.
    Within,
    /// To other hosts as well, for what needs no key: see [`reach::may_follow`].
    Elsewhere,
}

impl Redirects {
    fn policy(self, reach: Reach) -> Policy {
        Policy::custom(move |attempt| {
            let (first, to) = (attempt.previous().first(), attempt.url());
            let follow = first.is_some_and(|first| match self {
                Self::Never => false,
                Self::Within => reach::same_service(first, to),
                Self::Elsewhere => reach::may_follow(first, to, reach),
            });
            // What is not followed is given to the caller as it came: its status says enough.
            if follow && attempt.previous().len() <= MOST_REDIRECTS { attempt.follow() } else { attempt.stop() }
        })
    }
}

const MOST_REDIRECTS: usize = 5;

/// The body is longer than was allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is longer than {0} bytes")]
pub(crate) struct TooLarge(pub(crate) usize);

/// A client of that manner. Certificates are judged by the machine's own store.
///
/// # Errors
/// When the machine has no certificates, in words for a person.
#[expect(clippy::disallowed_methods, reason = "this is the one place that makes HTTP clients")]
pub(crate) fn client(manner: Manner) -> Result<reqwest::Client, String> {
    static RING: Once = Once::new();
    // An error says that another part of the process has installed one before: that one serves as well.
    RING.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("savoir/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(manner.silence)
        .dns_resolver(Arc::new(Resolver(manner.reach)))
        .redirect(manner.redirects.policy(manner.reach));
    if let Some(total) = manner.total {
        builder = builder.timeout(total);
    }
    if !manner.reuse {
        builder = builder.pool_max_idle_per_host(0);
    }
    builder.build().map_err(|error| {
        let causes = causes(&error);
        format!("no HTTP client can be built ({causes}); on Debian, install the package ca-certificates")
    })
}

/// A request was not delivered, or its answer did not come whole; in words for a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Undelivered(String);

/// Carries requests to a service that the settings name and brings its answers. It follows no redirect, and waits and
/// reads no longer than it was told.
#[derive(Debug, Clone)]
pub struct Courier {
    client: reqwest::Client,
    most: usize,
}

impl Courier {
    /// One whose requests take `total` at most, with answers of up to `most` bytes, and that calls no private address but
    /// those of `reach`.
    ///
    /// # Errors
    /// When the machine has no certificates, in words for a person.
    pub fn new(total: Duration, most: usize, reach: Reach) -> Result<Self, String> {
        let manner = Manner { total: Some(total), silence: total, redirects: Redirects::Never, reach, reuse: true };
        client(manner).map(|client| Self { client, most })
    }

    /// Sends a request and waits for its answer, whatever its status.
    ///
    /// # Errors
    /// When no whole answer comes.
    pub async fn send(&self, request: ::http::Request<Vec<u8>>) -> Result<::http::Response<Vec<u8>>, Undelivered> {
        let lost = |error: &reqwest::Error| Undelivered(causes(error));
        let request = reqwest::Request::try_from(request).map_err(|e| lost(&e))?;
        let answer = capped(self.client.execute(request).await.map_err(|e| lost(&e))?, self.most);
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut out = ::http::Response::new(answer.bytes().await.map_err(|e| lost(&e))?.to_vec());
        *out.status_mut() = status;
        *out.headers_mut() = headers;
        Ok(out)
    }
}

/// The same response, whose body ends with [`TooLarge`] after `most` bytes: what is not read takes no memory.
pub(crate) fn capped(response: reqwest::Response, most: usize) -> reqwest::Response {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut read = 0;
    let body = response.bytes_stream().map(move |chunk| {
        let chunk: bytes::Bytes = chunk?;
        read += chunk.len();
        let fits: Result<_, Box<dyn std::error::Error + Send + Sync>> =
            if read > most { Err(TooLarge(most).into()) } else { Ok(chunk) };
        fits
    });
    let mut out = ::http::Response::new(reqwest::Body::wrap_stream(body));
    *out.status_mut() = status;
    *out.headers_mut() = headers;
    out.into()
}

/// What `Retry-After` asks for (RFC 9110: seconds, or a date, taken by the server's own clock); a day at most, for a
/// header that is wrong must not park work for ever.
pub(crate) fn retry_after(headers: &reqwest::header::HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
    let after = text(reqwest::header::RETRY_AFTER)?;
    let pause = match after.parse() {
        Ok(seconds) => Duration::from_secs(seconds),
        Err(_) => Timestamp::from_http(after)?.since(Timestamp::from_http(text(reqwest::header::DATE)?)?),
    };
    Some(pause.min(Duration::from_secs(86_400)))
}

/// The cause of this kind among those of an error.
pub(crate) fn cause<'a, T: std::error::Error + 'static>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(cause) = next {
        if let Some(found) = cause.downcast_ref() {
            return Some(found);
        }
        next = cause.source();
    }
    None
}

/// An error with all its causes: reqwest's own text leaves out what matters ("connection refused").
pub fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}
