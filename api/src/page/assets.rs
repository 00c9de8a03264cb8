//! Styles, scripts and pictures of the pages, part of the program. Their address holds their hash: a browser keeps them for
//! a year and never shows an old one.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{HeaderValue, header};
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
    "icon.svg": "image/svg+xml";
}

/// Each asset's address.
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

/// Serves an asset.
pub(crate) async fn serve(Path(name): Path<String>) -> Result<Response, Problem> {
    let asset = ASSETS.iter().find(|asset| asset.name == name).ok_or(Code::NotFound)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable")),
    ];
    Ok((headers, asset.bytes).into_response())
}
