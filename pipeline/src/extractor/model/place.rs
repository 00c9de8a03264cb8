//! Where a quote stands in a text, to the letter.

/// The bytes of `text` that `quote` stands for: exactly, or with other blanks between its words.
pub(super) fn exactly(text: &str, quote: &str) -> Option<(usize, usize)> {
    let quote = quote.trim();
    if quote.is_empty() {
        return None;
    }
    if let Some(start) = text.find(quote) {
        return Some((start, start + quote.len()));
    }
    let (flat, places) = flattened(text);
    let (wanted, _) = flattened(quote);
    let start = flat.find(&wanted)?;
    let last = places[start + wanted.len() - 1];
    let end = last + text[last..].chars().next().map_or(0, char::len_utf8);
    Some((places[start], end))
}

/// A text with one space for each run of blanks, and for each of its bytes the place of its character in the original.
fn flattened(text: &str) -> (String, Vec<usize>) {
    let (mut flat, mut places) = (String::with_capacity(text.len()), Vec::with_capacity(text.len()));
    for (at, c) in text.char_indices() {
        let c = if c.is_whitespace() { ' ' } else { c };
        if c != ' ' || !flat.ends_with(' ') {
            flat.push(c);
            places.extend(std::iter::repeat_n(at, c.len_utf8()));
        }
    }
    (flat, places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_is_found_whatever_blanks_stand_between_its_words() {
        let text = "Vu  la vanne\n\tgrippée, nettoyée.";
        let found = |quote| exactly(text, quote).map(|(a, b)| &text[a..b]);
        assert_eq!(found("la vanne grippée"), Some("la vanne\n\tgrippée"));
        assert_eq!(found(" nettoyée "), Some("nettoyée"));
        assert_eq!(found("la vanne nettoyée"), None);
        assert_eq!((found(""), found(" \n")), (None, None));
    }
}
