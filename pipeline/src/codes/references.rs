//! Part references: letters, digits and dashes as manufacturers print them.

use super::{Code, UNITS, fold, tokens};

/// Words that announce a reference.
const ANNOUNCE: &[&str] = &["ref", "reference", "references", "refs", "pn", "article", "part", "sku"];

/// Finds the part references of a text: what a reference word announces ("réf. 4512 778"), or a run of letters, digits
/// and dashes that mixes letters and at least two digits, five characters or more ("TC-K-150", "6205-2RS"). The canonical
/// form is in capitals without separators.
#[must_use]
pub fn references(text: &str) -> Vec<Code> {
    let tokens = tokens(text);
    let gap = |i: usize| tokens.get(i + 1).map_or("\n", |n| &text[tokens[i].end..n.start]);
    let mut out = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let announced = i > 0
            && gap(i - 1).len() <= 4
            && !gap(i - 1).contains(['\n', ','])
            && (ANNOUNCE.contains(&fold(tokens[i - 1].text).as_str())
                || (matches!(tokens[i - 1].text, "N" | "n" | "no") && i > 1 && gap(i - 2).len() <= 2));
        let mut last = i;
        while matches!(gap(last), "-" | "/" | "_" | ".") && last + 1 < tokens.len() && last < i + 8 {
            last += 1;
        }
        let spelling = &text[tokens[i].start..tokens[last].end];
        if let Some(canonical) = canonical_reference(spelling).filter(|_| announced || printed(spelling)) {
            out.push(Code { canonical, start: tokens[i].start, end: tokens[last].end });
        }
        i = last + 1;
    }
    out
}

/// Whether the spelling looks printed by a manufacturer, without being announced.
fn printed(spelling: &str) -> bool {
    let digits = spelling.chars().filter(char::is_ascii_digit).count();
    let letters = spelling.chars().filter(|c| c.is_ascii_alphabetic()).count();
    let lower = spelling.chars().any(char::is_lowercase);
    let cut = spelling.find(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | '-' | '/')).unwrap_or(spelling.len());
    // "150mm", "400V-50Hz", "2h30": a number and its unit.
    let quantity = cut > 0 && UNITS.contains(&fold(spelling[cut..].trim_end_matches(|c: char| !c.is_alphabetic())));
    let quantity = quantity || (cut > 0 && lower);
    digits >= 2 && letters >= 1 && digits + letters >= 5 && !quantity && !lower && spelling.is_ascii()
}

/// The canonical form of a part reference: capitals and digits only ("tc-k 150" → "TCK150"). `None` when it holds no digit
/// or fewer than three characters.
#[must_use]
pub fn canonical_reference(spelling: &str) -> Option<String> {
    let compact: String = spelling.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    (compact.chars().count() >= 3 && compact.len() <= 64 && compact.chars().any(|c| c.is_ascii_digit()))
        .then_some(compact)
}
