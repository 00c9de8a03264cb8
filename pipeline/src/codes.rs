//! Error codes and part references, in all their spellings.
//!
//! A code has a **canonical** form: its letters in capitals, then its digits without separator or leading zeros. "E42",
//! "E-42", "e 042" and "E quarante-deux" are all `E42`. A code told without its letter ("erreur 42", "error forty-two")
//! is canonical `42`: nobody can know which letter the display showed. How the two meet: [`same`] holds when the canonicals are
//! equal, or when one of them has no letter and the [`digits`] are equal. An index therefore keeps both the canonical and
//! its digits; a lettered query asks for the canonical first, and for bare digits as a weaker match.

pub(crate) mod numbers;
mod references;
pub(crate) mod words;

use savoir_models::text::Language;

pub(crate) use numbers::dictated;
pub use references::{canonical_reference, references};
use words::{CODE_WORDS, FILLERS, NAMED, UNITS};

/// A code found in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Letters in capitals, then digits without separator or leading zeros: "E42"; digits alone when no letter was told.
    pub canonical: String,
    /// First byte of its spelling in the text.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

impl Code {
    /// The digits alone: what "E42" and "erreur 42" have in common.
    #[must_use]
    pub fn digits(&self) -> &str {
        digits(&self.canonical)
    }
}

/// The digits of a canonical code: "42" for "E42" and for "42".
#[must_use]
pub fn digits(canonical: &str) -> &str {
    canonical.trim_start_matches(|c: char| c.is_alphabetic())
}

/// Whether two canonical codes may be the same display: equal, or one without letter and the same digits.
#[must_use]
pub fn same(a: &str, b: &str) -> bool {
    let bare = |code: &str| !code.starts_with(char::is_alphabetic);
    a == b || ((bare(a) || bare(b)) && digits(a) == digits(b) && !digits(a).is_empty())
}

/// Reads the number in words that `words` begin with: its digits, and how many words it took.
pub(crate) fn spelt<'a>(words: impl Iterator<Item = &'a str>, language: Language) -> Option<(String, usize)> {
    numbers::spelt(words, Some(language))
}

/// A run of letters and digits.
#[derive(Debug, Clone, Copy)]
struct Token<'a> {
    text: &'a str,
    start: usize,
    end: usize,
}

impl Token<'_> {
    fn numeric(&self) -> bool {
        self.text.bytes().all(|b| b.is_ascii_digit())
    }
    fn alphabetic(&self) -> bool {
        self.text.chars().all(char::is_alphabetic)
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (start, c.is_alphanumeric()) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                out.push(Token { text: &text[from..at], start: from, end: at });
                start = None;
            }
            _ => {}
        }
    }
    out
}

/// Lower case, without the accents of French and English.
pub(crate) fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(word.len());
    for c in word.chars().flat_map(char::to_lowercase) {
        let plain = match c {
            'à' | 'â' | 'ä' | 'á' => 'a',
            'ç' => 'c',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' | 'í' => 'i',
            'ô' | 'ö' | 'ó' => 'o',
            'ù' | 'û' | 'ü' | 'ú' => 'u',
            '’' => '\'',
            'œ' => {
                out.push('o');
                'e'
            }
            other => other,
        };
        out.push(plain);
    }
    out
}

/// Finds the codes of a text, in order, without overlap. `language` says how numbers are spelt out; without it both
/// French and English are understood.
///
/// Letters and digits are a code when a code word announces them ("défaut", "alarm"…). Without one, only the letters
/// that displays use for errors count, and not after a word that names a component, a place or a size ("contacteur K1",
/// "filtre F7", "ligne 2"), nor as screw threads, pipe sizes, refrigerants, machine models or quantities.
#[must_use]
pub fn find(text: &str, language: Option<Language>) -> Vec<Code> {
    let scan = Scan { text, tokens: tokens(text), language };
    let mut out: Vec<Code> = Vec::new();
    let mut i = 0;
    while i < scan.tokens.len() {
        let word = fold(scan.tokens[i].text);
        if CODE_WORDS.contains(&word)
            && let Some(next) = scan.announced(i, &mut out)
        {
            i = next;
        } else if let Some((code, next)) = scan.unannounced(i) {
            out.push(code);
            i = next;
        } else {
            i += 1;
        }
    }
    out
}

/// The canonical form of one code as somebody typed it: "e-042" → "E42", "Erreur 42" → "42", "A 31 (surchauffe)" →
/// "A31". `None` when it holds no digit, told or spelt out, or is no code at all.
#[must_use]
pub fn canonical(spelling: &str) -> Option<String> {
    let scan = Scan { text: spelling, tokens: tokens(spelling), language: None };
    if let Some((code, _)) = scan.read(0, true) {
        return Some(code.canonical);
    }
    if let Some(code) = find(spelling, None).into_iter().next() {
        return Some(code.canonical);
    }
    let compact: String = spelling.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase).collect();
    (compact.len() <= 16 && compact.chars().any(|c| c.is_ascii_digit()) && scan.tokens.len() <= 4).then_some(compact)
}

struct Scan<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    language: Option<Language>,
}

impl Scan<'_> {
    /// What stands between token `i` and the one after it; a full stop to the end.
    fn gap(&self, i: usize) -> &str {
        self.tokens.get(i + 1).map_or(".", |next| &self.text[self.tokens[i].end..next.start])
    }

    /// The codes that the code word at `i` announces, pushed to `out`; where to go on.
    fn announced(&self, i: usize, out: &mut Vec<Code>) -> Option<usize> {
        let near = |gap: &str| {
            gap.chars().count() <= 4 && gap.chars().all(|c| c.is_whitespace() || ":«»\"'’“”(°#-._=[".contains(c))
        };
        let mut at = i + 1;
        while at < self.tokens.len() && at <= i + 4 && near(self.gap(at - 1)) {
            if let Some((code, next)) = self.read(at, true) {
                // "alarme, 3 fois" and "fin du défaut. 2 heures plus tard" announce nothing.
                if code.canonical.starts_with(|c: char| c.is_ascii_digit())
                    && self.gap(at - 1).contains('.')
                    && !self.gap(at - 1).contains('°')
                {
                    return None;
                }
                out.push(code);
                let plural = self.tokens[i..at].iter().any(|t| t.text.ends_with(['s', 'S']));
                return Some(self.listed(next, plural, out));
            }
            if !FILLERS.contains(&fold(self.tokens[at].text)) {
                return None;
            }
            at += 1;
        }
        None
    }

    /// The codes that follow in a list ("E42 et A31", "erreurs 12, 14 et 18").
    fn listed(&self, mut at: usize, plural: bool, out: &mut Vec<Code>) -> usize {
        while at < self.tokens.len() {
            let link = ["et", "and", "ou", "or", "puis", "then"].contains(&fold(self.tokens[at].text).as_str());
            let gap = self.gap(at - 1).trim();
            let from = if link && gap.is_empty() { at + 1 } else { at };
            if from == at && !matches!(gap, "," | "/" | "+" | "&") {
                break;
            }
            match self.read(from, true) {
                Some((code, next)) if plural || code.canonical.starts_with(char::is_alphabetic) => {
                    out.push(code);
                    at = next;
                }
                _ => break,
            }
        }
        at
    }

    /// A code that no code word announces.
    fn unannounced(&self, i: usize) -> Option<(Code, usize)> {
        let (code, next) = self.read(i, false)?;
        let before = i.checked_sub(1).map(|p| (fold(self.tokens[p].text), self.gap(p)));
        if let Some((word, gap)) = before
            && (NAMED.contains(&word) && gap.trim().is_empty()
                || matches!(gap, "-" | "_" | "." | "")
                || word.ends_with(|c: char| c.is_ascii_digit()) && gap.trim().is_empty())
        {
            return None;
        }
        // "A12-B34" is a reference.
        let attached = self.text[code.end..].starts_with(['-', '_', '@'])
            && next < self.tokens.len()
            && self.gap(next - 1).len() == 1;
        (!attached).then_some((code, next))
    }

    /// Reads a code at token `i`, and where to go on. `announced`: a code word stands before it.
    fn read(&self, i: usize, announced: bool) -> Option<(Code, usize)> {
        let token = self.tokens.get(i)?;
        if token.alphabetic() {
            return self.lettered(i, announced);
        }
        if token.numeric() {
            let fits = announced && token.text.len() <= 6 && !self.counted(i + 1);
            return fits.then(|| (self.code("", token.text, i, i), i + 1));
        }
        let cut = token.text.find(|c: char| !c.is_alphabetic())?;
        let (letters, rest) = token.text.split_at(cut);
        let (number, suffix) = rest.split_at(rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()));
        let plain = suffix.is_empty() || (announced && suffix.len() == 1 && suffix.is_ascii());
        if !plain || !letters.is_ascii() || number.is_empty() || number.len() > 6 || letters.len() > 4 {
            return None;
        }
        if !announced && !alone(letters, number, false) {
            return None;
        }
        let mut code = self.code(letters, number, i, i);
        code.canonical.push_str(&suffix.to_uppercase());
        Some((code, i + 1))
    }

    /// A letter, then digits or a number in words.
    fn lettered(&self, i: usize, announced: bool) -> Option<(Code, usize)> {
        let token = self.tokens[i];
        let gap = self.gap(i);
        let joined = matches!(gap, "-" | "_" | "–") || (announced && gap == ".");
        let letters = match fold(token.text).as_str() {
            "effe" | "eff" if announced => "f".to_owned(),
            "hache" if announced => "h".to_owned(),
            other if other.len() <= 4 && other.is_ascii() && (announced || token.text.is_ascii()) => other.to_owned(),
            _ => String::new(),
        };
        let next = self.tokens.get(i + 1);
        let linked = joined || gap == " " || gap == "\u{a0}";
        if let Some(number) = next.filter(|n| n.numeric() && n.text.len() <= 6)
            && !letters.is_empty()
            && linked
            && !FILLERS.contains(&letters)
            && (joined || !self.counted(i + 2))
            && (announced || alone(&letters, number.text, !joined))
        {
            return Some((self.code(&letters, number.text, i, i + 1), i + 2));
        }
        let spelt = |at: usize| numbers::spelt(self.tokens[at..].iter().map(|t| t.text), self.language);
        if letters.len() == 1
            && linked
            && (announced || matches!(letters.as_str(), "e" | "f" | "h"))
            && let Some((number, count)) = spelt(i + 1)
            && !self.counted(i + 1 + count)
        {
            return Some((self.code(&letters, &number, i, i + count), i + 1 + count));
        }
        if announced
            && let Some((number, count)) = spelt(i)
            && number != "1"
            && !self.counted(i + count)
        {
            return Some((self.code("", &number, i, i + count - 1), i + count));
        }
        None
    }

    /// Whether token `i` is a unit or a thing counted, right after the number before it.
    fn counted(&self, i: usize) -> bool {
        let Some(token) = self.tokens.get(i) else { return false };
        let gap = &self.text[self.tokens[i - 1].end..token.start];
        let close = gap.trim().is_empty() || matches!(gap.trim(), "°" | "%");
        gap.contains(['%', '°'])
            || (close && UNITS.contains(&fold(token.text)) && !gap.contains('\n'))
            || (token.numeric() && matches!(gap, "," | "." | ":"))
    }

    fn code(&self, letters: &str, number: &str, first: usize, last: usize) -> Code {
        // Displays print ERR and ER for the word, not as the code's own letters.
        let letters = if matches!(fold(letters).as_str(), "err" | "er") { "" } else { letters };
        let mut end = self.tokens[last].end;
        let trimmed = number.trim_start_matches('0');
        let mut canonical = fold(letters).to_uppercase() + if trimmed.is_empty() { "0" } else { trimmed };
        // A sub-code ("E42.1") is another code than "E42".
        if let Some(sub) = self.tokens.get(last + 1).filter(|t| t.numeric() && !letters.is_empty())
            && self.gap(last) == "."
        {
            canonical.push('.');
            canonical.push_str(sub.text);
            end = sub.end;
        }
        Code { canonical, start: self.tokens[first].start, end }
    }
}

/// Whether letters and digits are a code without a code word before them; `spaced`: a space stands between them.
fn alone(letters: &str, number: &str, spaced: bool) -> bool {
    let padded = number.starts_with('0');
    match fold(letters).as_str() {
        "h" if number == "24" => false,
        "e" | "f" => number.len() <= 5,
        // R22 to R32 are refrigerants more often than codes.
        "r" if matches!(number, "22" | "23" | "32") => false,
        "b" | "r" | "s" => number.len() == 2 && !spaced,
        "h" => (2..=4).contains(&number.len()),
        "a" | "c" | "p" | "u" => (2..=5).contains(&number.len()) && (!spaced || padded),
        "al" | "err" | "er" => number.len() <= 4,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
