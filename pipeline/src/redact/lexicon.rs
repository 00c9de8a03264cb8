//! What redaction knows: first names, the words that stand beside personal data, and words that are no names.
//!
//! Every word has its classes as bits of one number, so that a text is looked up once, word by word. The files are the place
//! to teach it a word; the rules stay in the code.

use std::collections::HashMap;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Classes of words, each a bit, named after the sections of the lexicon files.
macro_rules! classes {
    ($($name:ident = $bit:literal $section:literal),+ $(,)?) => {
        $(pub(super) const $name: u64 = 1 << $bit;)+
        fn class(section: &str) -> Option<u64> {
            match section { $($section => Some($name),)+ _ => None }
        }
    };
}

classes!(
    SURE = 0 "sure",
    CAPITAL = 1 "capital",
    UNSURE = 2 "unsure",
    NEVER = 3 "never",
    SOMETIMES = 4 "sometimes",
    TITLE = 5 "title",
    SEE = 6 "see",
    ROLE = 7 "role",
    WITH = 8 "with",
    INTRO = 9 "intro",
    SAYS = 10 "says",
    AFTER = 11 "after",
    GREETING = 12 "greeting",
    CLOSING = 13 "closing",
    HEADER = 14 "header",
    DEPARTMENT = 15 "department",
    COMPANY = 16 "company",
    PLACE = 17 "place",
    MACHINE = 18 "machine",
    BRAND = 19 "brand",
    PARTICLE = 20 "particle",
    FILLER = 21 "filler",
    STREET = 22 "street",
    STREET_EN = 23 "street.en",
    ZONE = 24 "zone",
    ADDRESS = 25 "address",
    WITHIN = 26 "within",
    PHONE = 27 "phone",
    CALL = 28 "call",
    EXTENSION = 29 "extension",
    ANNOUNCE = 30 "announce",
    VEHICLE = 31 "vehicle",
    PLATE = 32 "plate",
    PASSWORD = 33 "password",
    PIN = 34 "pin",
    KEY = 35 "key",
    DOOR = 36 "door",
    LOGIN = 37 "login",
    IBAN = 38 "iban",
    BIC = 39 "bic",
    CARD = 40 "card",
    ACCOUNT = 41 "account",
    SSN = 42 "ssn",
    PAPER = 43 "paper",
    BIRTH = 44 "birth",
    AT = 45 "mail.at",
    DOT = 46 "dot",
    DASH = 47 "dash",
    TLD = 48 "tld",
    DIGIT = 49 "digit",
    TEN = 50 "ten",
    JOINT = 51 "joint",
    MONTH = 52 "month",
    HELPER = 53 "helper",
    ARTICLE = 54 "article",
    SAYING = 55 "saying",
    WHOSE = 56 "whose",
    PAIR = 57 "pair",
    NET = 58 "net",
    ACCESS = 59 "access",
    ERROR = 60 "error",
);

/// A phrase begins with this word.
pub(super) const STARTS: u64 = 1 << 63;
/// A first name, of whatever certainty.
pub(super) const GIVEN: u64 = SURE | CAPITAL | UNSURE;
/// Any word of the lexicon that is neither a first name nor part of a family name.
pub(super) const KNOWN: u64 = !(GIVEN | PARTICLE | TLD | STARTS);
/// What no family name is, unless it is among [`SOMETIMES`].
pub(super) const HARD: u64 =
    NEVER | TITLE | ROLE | GREETING | CLOSING | DEPARTMENT | COMPANY | PLACE | MACHINE | BRAND | STREET | MONTH;
/// A number in words.
pub(super) const NUMBER: u64 = DIGIT | TEN | JOINT;

/// All that is known.
#[derive(Default)]
pub(super) struct Lexicon {
    words: HashMap<String, u64>,
    /// By their first word: the words that follow, and the classes of the last one.
    phrases: HashMap<String, Vec<(Vec<String>, u64)>>,
}

static LEXICON: LazyLock<Lexicon> = LazyLock::new(|| {
    let mut lexicon = Lexicon::default();
    lexicon.read(include_str!("lexicon/names.txt"), |text| text.split_whitespace().collect());
    lexicon.read(include_str!("lexicon/words.txt"), |text| text.split_whitespace().collect());
    for file in [include_str!("lexicon/cues.txt"), include_str!("lexicon/data.txt")] {
        lexicon.read(file, |text| text.split('|').collect());
    }
    // The components and the deeds that the extractor knows are no persons.
    for file in [include_str!("../extractor/lexicon/fr/nouns.txt"), include_str!("../extractor/lexicon/en/nouns.txt")] {
        lexicon.borrow(file, MACHINE, true);
    }
    for file in [include_str!("../extractor/lexicon/fr/verbs.txt"), include_str!("../extractor/lexicon/en/verbs.txt")] {
        lexicon.borrow(file, NEVER, false);
    }
    lexicon
});

impl Lexicon {
    /// The lexicon of both languages: texts mix them.
    pub(super) fn get() -> &'static Self {
        &LEXICON
    }

    /// The classes of a folded word; 0 when it is unknown.
    pub(super) fn of(&self, word: &str) -> u64 {
        self.words.get(word).copied().unwrap_or(0)
    }

    /// The phrases that begin with this word: the words that follow, and the classes of the last one.
    pub(super) fn phrases(&self, first: &str) -> &[(Vec<String>, u64)] {
        self.phrases.get(first).map_or(&[], Vec::as_slice)
    }

    fn read<'a>(&mut self, file: &'a str, split: impl Fn(&'a str) -> Vec<&'a str>) {
        let mut bit = 0;
        for line in file.lines().filter(|l| !l.starts_with('#')) {
            if let Some(section) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                bit = class(section).unwrap_or_else(|| unreachable!("no class is named {section}"));
                continue;
            }
            for cue in split(line) {
                let mut words = cue.split_whitespace().map(fold);
                let Some(first) = words.next() else { continue };
                let rest: Vec<String> = words.collect();
                if rest.is_empty() {
                    *self.words.entry(first).or_default() |= bit;
                } else {
                    *self.words.entry(first.clone()).or_default() |= STARTS;
                    self.phrases.entry(first).or_default().push((rest, bit));
                }
            }
        }
    }

    /// Takes the words of a file of the extractor, unless they are first names.
    fn borrow(&mut self, file: &str, bit: u64, plural: bool) {
        for line in file.lines().filter(|l| !l.starts_with('#')) {
            // Of "passe-fil" neither half is a component.
            let words = line.split(|c: char| !(c.is_alphabetic() || c == '-')).filter(|w| !w.contains('-'));
            let words = words.filter(|w| w.chars().count() > 2);
            for word in words.map(fold) {
                if plural {
                    let entry = self.words.entry(word.clone() + "s").or_default();
                    *entry |= if *entry & GIVEN == 0 { bit } else { 0 };
                }
                let entry = self.words.entry(word).or_default();
                *entry |= if *entry & SURE == 0 { bit } else { 0 };
            }
        }
    }
}

/// Lower case without any accent, whether it was typed as one character or as two.
pub(super) fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let plain: String = word.nfd().filter(|c| !is_combining_mark(*c)).collect();
    crate::codes::fold(&plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_capitals_do_not_matter_however_they_were_typed() {
        assert_eq!(fold("Gaëlle"), "gaelle");
        assert_eq!(fold("Gae\u{308}lle"), "gaelle");
        assert_eq!(fold("ŽOFIA"), "zofia");
        assert_eq!(fold("Œuvre"), "oeuvre");
    }

    #[test]
    fn every_section_is_read_and_words_may_have_several_classes() {
        let lexicon = Lexicon::get();
        assert_eq!(lexicon.of("karim") & SURE, SURE);
        assert_eq!(lexicon.of("claire") & CAPITAL, CAPITAL);
        assert_eq!(lexicon.of("mark") & UNSURE, UNSURE);
        assert_ne!(lexicon.of("pompe") & MACHINE, 0, "a component of the cue file or of the extractor");
        assert_ne!(lexicon.of("verins") & MACHINE, 0, "its plural");
        let phrase = (vec!["de".to_owned(), "passe".to_owned()], PASSWORD);
        assert!(lexicon.of("mot") & STARTS != 0 && lexicon.phrases("mot").contains(&phrase));
    }
}
