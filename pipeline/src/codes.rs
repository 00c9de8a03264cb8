//! Error codes and part references, in all their spellings.

/// A code found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Letters in capitals, then digits without separator or leading zeros: "E42".
    pub canonical: String,
    /// First byte of its spelling in the text.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}
