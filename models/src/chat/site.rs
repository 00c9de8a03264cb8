//! Web sites that may embed the chat.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::id::SiteId;

/// A web site that may embed the chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Site {
    /// Its identifier.
    pub id: SiteId,
    /// Its key, which is public: it stands in the site's pages.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// The origins whose pages may use the key, as browsers name them: `https://www.example.com`.
    pub origins: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when the key is good for nothing.
    pub revoked_at: Option<Timestamp>,
}

/// An origin as browsers name it: scheme, host in small letters, port where it is not the usual one; nothing after it.
/// `None` for what is none. Plain http is taken for this machine only.
#[must_use]
pub fn origin(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let (scheme, rest) = text.split_once("://")?;
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => (host, Some(port)),
        _ => (rest, None),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let bracketed = host.starts_with('[') && host.ends_with(']');
    let well = !host.is_empty() && (host.chars().all(plain) || (bracketed && host[1..host.len() - 1].contains(':')));
    let here = ["localhost", "127.0.0.1", "[::1]"].contains(&host) || host.ends_with(".localhost");
    let usual = match scheme {
        "https" => "443",
        "http" if here => "80",
        _ => return None,
    };
    let port = port.map(str::parse::<u16>).transpose().ok()?.map(|p| p.to_string()).filter(|p| p != usual);
    well.then(|| port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_what_a_browser_calls_it() {
        for (given, expected) in [
            ("https://www.Example.com", Some("https://www.example.com")),
            ("https://www.example.com/", Some("https://www.example.com")),
            ("https://www.example.com:443", Some("https://www.example.com")),
            ("https://www.example.com:8443", Some("https://www.example.com:8443")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("http://[::1]:3000", Some("http://[::1]:3000")),
            ("http://www.example.com", None),
            ("https://www.example.com/shop", None),
            ("https://a@b.example.com", None),
            ("https://*.example.com", None),
            ("null", None),
            ("*", None),
            ("https://", None),
            ("https://x:99999", None),
            ("javascript://x", None),
        ] {
            assert_eq!(origin(given).as_deref(), expected, "{given}");
        }
    }
}
