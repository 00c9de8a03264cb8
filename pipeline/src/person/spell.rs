//! How a person stands in a text: by name in either order, by an initial, by mail or by telephone.

use savoir_models::redaction::PersonalData;
use sha2::{Digest, Sha256};

use crate::codes::fold;

/// What stands where a person stood.
pub const ERASED: &str = "[erased]";

/// A person, by what is known of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    kind: PersonalData,
    /// Folded: every spelling in words, or the mail address, or the digits.
    spellings: Vec<Vec<String>>,
}

/// A word of a text, folded.
struct Word {
    fold: String,
    start: usize,
    end: usize,
}

fn words(text: &str) -> Vec<Word> {
    let mut out = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        let part = c.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&c);
        match (part, start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                out.push(Word { fold: fold(&text[from..at]), start: from, end: at });
                start = None;
            }
            _ => {}
        }
    }
    out
}

/// The digits that tell one telephone from another: without the country and without the zero of the trunk.
fn number(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let rest = digits
        .strip_prefix("0033")
        .or_else(|| text.trim_start().starts_with('+').then(|| digits.strip_prefix("33"))?);
    let rest = rest.unwrap_or(&digits).trim_start_matches('0');
    (rest.len() >= 7).then(|| rest.to_owned())
}

impl Person {
    /// A person by a mail address, a telephone number or a name; `None` when it is too little to tell anybody by.
    #[must_use]
    pub fn parse(given: &str) -> Option<Self> {
        let given = given.trim();
        if given.contains('@') {
            return (given.len() > 4)
                .then(|| Self { kind: PersonalData::Mail, spellings: vec![vec![given.to_lowercase()]] });
        }
        if !given.chars().any(char::is_alphabetic) {
            return number(given).map(|number| Self { kind: PersonalData::Phone, spellings: vec![vec![number]] });
        }
        let name: Vec<String> = words(given).into_iter().map(|w| w.fold).collect();
        if name.iter().map(String::len).sum::<usize>() < 3 {
            return None;
        }
        let mut spellings = vec![name.clone()];
        if let [first, family @ ..] = name.as_slice()
            && !family.is_empty()
        {
            spellings.push(family.iter().chain([first]).cloned().collect());
            let initial: String = first.chars().take(1).collect();
            spellings.push(std::iter::once(&initial).chain(family).cloned().collect());
        }
        Some(Self { kind: PersonalData::Person, spellings })
    }

    /// The same, who is also called like this. Only for names.
    #[must_use]
    pub fn also(&self, spellings: impl Iterator<Item = String>) -> Self {
        let mut more = self.clone();
        if self.kind == PersonalData::Person {
            more.spellings.extend(spellings.map(|s| words(&s).into_iter().map(|w| w.fold).collect::<Vec<_>>()));
            more.spellings.retain(|s| s.iter().map(String::len).sum::<usize>() > 1);
            more.spellings.sort_by_key(|s| std::cmp::Reverse(s.len()));
            more.spellings.dedup();
        }
        more
    }

    /// What stands for the person in the audit log: the same for the same person, and no name.
    #[must_use]
    pub fn hash(&self) -> String {
        let told = format!("{} {}", self.kind, self.spellings.first().map(|s| s.join(" ")).unwrap_or_default());
        hex::encode(Sha256::digest(told.as_bytes())).chars().take(16).collect()
    }

    /// Where the person stands in a text: first bytes and one past the last, in order, without overlap.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<(usize, usize)> {
        match self.kind {
            PersonalData::Mail => self.mails(text),
            PersonalData::Phone => self.phones(text),
            _ => self.names(text),
        }
    }

    /// Whether a text is nothing but the person: a namesake by family is another.
    #[must_use]
    pub fn is(&self, text: &str) -> bool {
        self.find(text.trim()) == [(0, text.trim().len())]
    }

    /// A text without the person.
    #[must_use]
    pub fn erase(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for (start, end) in self.find(text) {
            out.push_str(&text[at..start]);
            out.push_str(ERASED);
            at = end;
        }
        out.push_str(&text[at..]);
        out
    }

    fn names(&self, text: &str) -> Vec<(usize, usize)> {
        let all = words(text);
        let (mut out, mut at) = (Vec::new(), 0);
        // Two words of a name have nothing between them that ends a thought.
        let near = |a: &Word, b: &Word| {
            let between = &text[a.end..b.start];
            between.len() <= 4 && between.chars().all(|c| c.is_whitespace() || "-.,'’".contains(c))
        };
        while at < all.len() {
            let fits = |spelling: &&Vec<String>| {
                let rest = &all[at..];
                rest.len() >= spelling.len()
                    && spelling.iter().zip(rest).all(|(a, b)| *a == b.fold)
                    && rest[..spelling.len()].windows(2).all(|w| near(&w[0], &w[1]))
            };
            match self.spellings.iter().filter(fits).map(Vec::len).max() {
                Some(n) if n > 0 => {
                    out.push((all[at].start, all[at + n - 1].end));
                    at += n;
                }
                _ => at += 1,
            }
        }
        out
    }

    fn mails(&self, text: &str) -> Vec<(usize, usize)> {
        let part = |c: char| c.is_alphanumeric() || ".-_+@".contains(c);
        let mut out = Vec::new();
        let mut start = None;
        for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
            match (part(c), start) {
                (true, None) => start = Some(at),
                (false, Some(from)) => {
                    let word = text[from..at].trim_end_matches('.');
                    if self.spellings.iter().flatten().any(|mail| word.to_lowercase() == *mail) {
                        out.push((from, from + word.len()));
                    }
                    start = None;
                }
                _ => {}
            }
        }
        out
    }

    fn phones(&self, text: &str) -> Vec<(usize, usize)> {
        let mut out = Vec::new();
        let mut run: Option<(usize, usize)> = None;
        for (at, c) in text.char_indices().chain(std::iter::once((text.len(), 'x'))) {
            match run {
                _ if c.is_ascii_digit() => run = Some((run.map_or(at, |r| r.0), at + 1)),
                None if c == '+' => run = Some((at, at + 1)),
                Some((_, end)) if at - end < 3 && " .-/()\u{a0}\u{202f}".contains(c) => {}
                Some((from, end)) => {
                    let told = number(&text[from..end]);
                    if told.is_some_and(|told| self.spellings.iter().flatten().any(|n| *n == told)) {
                        out.push((from, end));
                    }
                    run = None;
                }
                None => {}
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn erased(who: &str, text: &str) -> String {
        Person::parse(who).expect("somebody").erase(text)
    }

    #[test]
    fn a_name_is_found_in_either_order_by_its_initial_and_without_its_accents() {
        let text = "Vu avec Gaëlle Le Goff, LE GOFF Gaelle et G. Le Goff ; M. Le Goff et Gaëlle Martin restent.";
        let left = "Vu avec [erased], [erased] et [erased] ; M. Le Goff et Gaëlle Martin restent.";
        assert_eq!(erased("gaelle le goff", text), left);
        assert_eq!(erased("Paul", "Paul a vu Paulin, Jean-Paul."), "[erased] a vu Paulin, Jean-[erased].");
    }

    #[test]
    fn a_mail_and_a_telephone_are_found_however_they_are_written_and_whole_only() {
        assert_eq!(
            erased("J.Roux@site.fr", "À j.roux@SITE.fr. Pas j.roux@site.fr.org"),
            "À [erased]. Pas j.roux@site.fr.org"
        );
        let text = "06 39 98 21 54, +33 6 39.98.21.54 ou 0033639982154 ; pas 06 39 98 21 55 ni 063998215412";
        assert_eq!(erased("0639982154", text), "[erased], [erased] ou [erased] ; pas 06 39 98 21 55 ni 063998215412");
    }

    #[test]
    fn too_little_tells_nobody() {
        for little in ["", "a", "J D", "12 34", "@"] {
            assert_eq!(Person::parse(little), None, "{little}");
        }
    }

    #[test]
    fn the_hash_is_the_same_for_the_same_person_and_holds_no_name() {
        let hash = |who: &str| Person::parse(who).expect("somebody").hash();
        assert_eq!(hash("Gaëlle Le Goff"), hash(" gaelle LE GOFF "));
        assert_ne!(hash("Gaëlle Le Goff"), hash("Gaëlle Martin"));
        assert_eq!(hash("+33 6 39 98 21 54"), hash("06.39.98.21.54"));
    }
}
