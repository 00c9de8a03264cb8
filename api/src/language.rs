//! In which language somebody is answered.

use axum::http::{HeaderMap, header};
use savoir_models::text::Language;

use crate::auth::cookie_of;

/// The cookie that keeps what somebody chose on a page.
pub(crate) const COOKIE: &str = "savoir_language";

/// What they chose on a page; else French when `Accept-Language` puts it before English, English otherwise.
pub(crate) fn of(headers: &HeaderMap) -> Language {
    cookie_of(COOKIE, headers).and_then(|word| word.parse().ok()).unwrap_or_else(|| preferred(headers))
}

/// French when `Accept-Language` puts it before English, English otherwise.
fn preferred(headers: &HeaderMap) -> Language {
    let (mut french, mut english) = (0.0_f32, 0.0_f32);
    let ranges = headers.get_all(header::ACCEPT_LANGUAGE).iter().filter_map(|v| v.to_str().ok());
    for range in ranges.flat_map(|v| v.split(',')).take(50) {
        let mut pieces = range.split(';');
        let tag = pieces.next().unwrap_or_default().trim().to_ascii_lowercase();
        let quality = pieces.find_map(|p| p.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0_f32);
        match tag.split('-').next() {
            Some("fr") => french = french.max(quality),
            Some("en") => english = english.max(quality),
            _ => {}
        }
    }
    if french > english { Language::French } else { Language::English }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn preferred_of(text: &'static str) -> Language {
        preferred(&HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, HeaderValue::from_static(text))]))
    }

    #[test]
    fn french_is_spoken_to_those_who_prefer_it() {
        assert_eq!(preferred_of("fr"), Language::French);
        assert_eq!(preferred_of("fr-CA, en;q=0.8"), Language::French);
        assert_eq!(preferred_of("de, fr;q=0.5, en;q=0.4"), Language::French);
        assert_eq!(preferred_of("en-GB, fr;q=0.9"), Language::English);
        assert_eq!(preferred_of("fr;q=0"), Language::English);
        assert_eq!(preferred_of(";;;q=,,fr;q=bleu"), Language::French);
        assert_eq!(preferred(&HeaderMap::new()), Language::English);
    }

    #[test]
    fn what_was_chosen_on_a_page_comes_first() {
        let asked = |cookie: &'static str| {
            let pairs = [(header::ACCEPT_LANGUAGE, "fr"), (header::COOKIE, cookie)];
            of(&HeaderMap::from_iter(pairs.map(|(name, value)| (name, HeaderValue::from_static(value)))))
        };
        assert_eq!(asked("a=b; savoir_language=en"), Language::English);
        assert_eq!(asked("savoir_language=de"), Language::French);
        assert_eq!(asked("a=b"), Language::French);
    }
}
