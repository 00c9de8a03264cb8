//! Where a log-in may lead: to a page of ours, whatever the address says.

/// The longest address that is kept.
const LONGEST: usize = 2_000;

/// Whether `path` leads to this host in every browser: one slash, then neither a second one nor what browsers read as one,
/// and nothing that they drop on the way or that would break the header.
pub(crate) fn is_local(path: &str) -> bool {
    let mut bytes = path.bytes();
    bytes.next() == Some(b'/')
        && bytes.next() != Some(b'/')
        && path.len() <= LONGEST
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_in_leads_to_our_own_pages_only() {
        for good in
            ["/", "/reviews", "/reviews/1?tab=a&next=https://x.example#here", "/%2f%2fx.example", "/a//b", "/@x"]
        {
            assert!(is_local(good), "{good}");
        }
        for bad in [
            "",
            "reviews",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/a\\b",
            "https://evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "data:text/html,x",
            " /a",
            "/\t/evil.example",
            "\t//evil.example",
            "/\n/evil.example",
            "/a\r\nSet-Cookie: x=y",
            "/a b",
            "/\u{0}",
            "/é",
            "/\u{2215}evil.example",
            "?x",
            "#x",
            "@evil.example",
        ] {
            assert!(!is_local(bad), "{bad:?}");
        }
        assert!(is_local(&format!("/{}", "a".repeat(LONGEST - 1))) && !is_local(&format!("/{}", "a".repeat(LONGEST))));
    }
}
