//! Styles, scripts and pictures of the pages, part of the program. Their address holds their hash: a browser keeps them for
//! a year and never shows an old one.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};

use crate::error::{Code, Problem};

/// A file that pages name.
struct Asset {
    name: &'static str,
    kind: &'static str,
    bytes: &'static [u8],
}

macro_rules! assets {
    ($($name:literal: $kind:literal;)+) => {
        const ASSETS: &[Asset] =
            &[$(Asset { name: $name, kind: $kind, bytes: include_bytes!(concat!("../../static/", $name)) }),+];
    };
}

assets! {
    "app.css": "text/css; charset=utf-8";
    "chat.css": "text/css; charset=utf-8";
    "app.js": "text/javascript; charset=utf-8";
    "bench.css": "text/css; charset=utf-8";
    "bench.js": "text/javascript; charset=utf-8";
    "search.js": "text/javascript; charset=utf-8";
    "follow.js": "text/javascript; charset=utf-8";
    "report.js": "text/javascript; charset=utf-8";
    "recordings.js": "text/javascript; charset=utf-8";
    "procedure.js": "text/javascript; charset=utf-8";
    "link.js": "text/javascript; charset=utf-8";
    "sw.js": "text/javascript; charset=utf-8";
    "app.webmanifest": "application/manifest+json";
    "icon.svg": "image/svg+xml";
}

/// Each asset's address, in the order of the assets.
static ADDRESSES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let address =
        |asset: &Asset| format!("/static/{}?v={}", asset.name, &hex::encode(Sha256::digest(asset.bytes))[..12]);
    ASSETS.iter().map(address).collect()
});

/// The address of an asset, as a page names it.
pub(super) fn address(name: &str) -> &'static str {
    let at = ASSETS.iter().position(|asset| asset.name == name);
    debug_assert!(at.is_some(), "{name} is no asset");
    at.map_or("", |at| ADDRESSES[at].as_str())
}

/// Serves an asset. Only under the address that a page names may a browser keep it for good.
pub(crate) async fn serve(Path(name): Path<String>, uri: Uri) -> Result<Response, Problem> {
    let at = ASSETS.iter().position(|asset| asset.name == name).ok_or(Code::NotFound)?;
    let (asset, is_named) = (&ASSETS[at], uri.path_and_query().is_some_and(|asked| asked.as_str() == ADDRESSES[at]));
    let kept = if is_named { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static(kept)),
    ];
    let mut answer = (headers, asset.bytes).into_response();
    if name == "sw.js" {
        // It works for every page, and asks for nothing but ours.
        let headers = answer.headers_mut();
        headers.insert("service-worker-allowed", HeaderValue::from_static("/"));
        let policy = "default-src 'none'; connect-src 'self'";
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    }
    Ok(answer)
}
