//! Where a quote stands in a text. A stand-in for `crate::verify::quotes::locate`, with its signature.

/// The bytes of `text` that `quote` stands for: exactly, or with other blanks between its words.
pub(super) fn locate(text: &str, quote: &str) -> Option<(usize, usize)> {
    let quote = quote.trim();
    if quote.is_empty() {
        return None;
    }
    if let Some(start) = text.find(quote) {
        return Some((start, start + quote.len()));
    }
    let wanted: Vec<&str> = quote.split_whitespace().collect();
    let words: Vec<&str> = text.split_whitespace().collect();
    let at = words.windows(wanted.len()).position(|w| w == wanted.as_slice())?;
    let offset = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let last = words[at + wanted.len() - 1];
    Some((offset(words[at]), offset(last) + last.len()))
}
