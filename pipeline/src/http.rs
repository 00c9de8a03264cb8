//! Outgoing HTTP. The one place where clients are built, so that all share one TLS, one name and sensible limits.

use std::sync::Once;
use std::time::Duration;

/// How a client behaves.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Manner {
    /// The whole request may take this long; `None` for downloads, which are bounded by [`Self::silence`] alone.
    pub(crate) total: Option<Duration>,
    /// The longest wait for the next bytes.
    pub(crate) silence: Duration,
    /// Whether redirects are followed.
    pub(crate) redirects: bool,
}

/// A client of that manner. Certificates are judged by the machine's own store.
///
/// # Errors
/// When the machine has no certificates, in words for a person.
#[expect(clippy::disallowed_methods, reason = "this is the one place that makes HTTP clients")]
pub(crate) fn client(manner: Manner) -> Result<reqwest::Client, String> {
    static RING: Once = Once::new();
    // An error says that another part of the process has installed one before: that one serves as well.
    RING.call_once(|| drop(rustls::crypto::ring::default_provider().install_default()));
    let redirect =
        if manner.redirects { reqwest::redirect::Policy::default() } else { reqwest::redirect::Policy::none() };
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("savoir/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(10))
        .read_timeout(manner.silence)
        .redirect(redirect);
    if let Some(total) = manner.total {
        builder = builder.timeout(total);
    }
    builder.build().map_err(|error| {
        let causes = causes(&error);
        format!("no HTTP client can be built ({causes}); on Debian, install the package ca-certificates")
    })
}

/// An error with all its causes: reqwest's own text leaves out what matters ("connection refused").
pub(crate) fn causes(error: &(dyn std::error::Error + 'static)) -> String {
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
