//! What every answer says to browsers, so that nothing of it is run, framed, kept or asked for by others. Pages of
//! other origins read nothing here but the chat, and that from the origins of its site (`auth/visitor.rs`).

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use savoir_models::id;

/// On every answer that does not say otherwise itself.
const SAFE: [(HeaderName, &str); 9] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "no-store"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "no-referrer"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    ),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()",
    ),
    (HeaderName::from_static("x-permitted-cross-domain-policies"), "none"),
];

/// A file that somebody sent: shown in no origin of ours, even by a browser that is talked into showing it.
pub(crate) const SANDBOX: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// Two years, as the lists of browsers want it.
const HTTPS_ONLY: &str = "max-age=63072000";

/// Makes an answer safe. `https`: whether people reach the house over TLS only.
pub(crate) fn secure(headers: &mut HeaderMap, https: bool) {
    for (name, value) in SAFE {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if https {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static(HTTPS_ONLY));
    }
    headers.remove(header::SERVER);
}

/// A page, written with the nonce of this one answer: only `<script nonce>` and `<style nonce>` that carry it are taken.
/// Everything else a page needs comes from the house itself; it may use the microphone, for dictation.
pub fn page(write: impl FnOnce(&str) -> String) -> Response {
    let nonce = id::secret(16);
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' blob:; \
         media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self'; manifest-src 'self'; \
         worker-src 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    let mut answer = Html(write(&nonce)).into_response();
    let headers = answer.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static("default-src 'none'")),
    );
    // With no-referrer, browsers say « Origin: null » with forms, and ours would look like those of a stranger.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("permissions-policy", HeaderValue::from_static("microphone=(self), camera=(), geolocation=()"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_page_takes_only_scripts_with_the_nonce_of_its_own_answer() {
        let shown = async || {
            let mut answer = page(|nonce| format!("<script nonce=\"{nonce}\">1</script>"));
            secure(answer.headers_mut(), true);
            let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
            let body = axum::body::to_bytes(answer.into_body(), 10_000).await.unwrap();
            (policy, String::from_utf8(body.to_vec()).unwrap())
        };
        let ((policy, text), (other, _)) = (shown().await, shown().await);
        let nonce = text.split('"').nth(1).unwrap();
        assert_eq!(nonce.len(), 32);
        assert!(policy.contains(&format!("script-src 'nonce-{nonce}';")) && !other.contains(nonce), "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*') && !policy.contains("http"), "{policy}");
    }

    #[test]
    fn strict_transport_is_asked_for_only_where_there_is_tls() {
        let mut headers = HeaderMap::new();
        secure(&mut headers, false);
        assert!(!headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        secure(&mut headers, true);
        assert!(headers[header::STRICT_TRANSPORT_SECURITY].to_str().unwrap().starts_with("max-age=63072000"));
    }
}
