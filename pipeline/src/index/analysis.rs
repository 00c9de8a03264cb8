//! From text to the words that are compared: the same for both indexes, for highlighting and for *compare*.
//!
//! French and English are cut apart (elision, possessives), stop words go, the rest is stemmed (Snowball) and folded
//! (no accents, no capitals). Words with a digit in them are never stemmed: they are codes, sizes and references.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use frostem::{Algorithm, Stemmer};
use savoir_models::text::Language;
use unicode_normalization::UnicodeNormalization;

/// A word of a text, ready to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// What is compared.
    pub term: String,
    /// Its bytes in the text.
    pub at: Range<usize>,
}

/// Characters of a word that are looked at: what is longer is no word but a pasted blob.
const LONGEST_WORD: usize = 48;

/// What elides before a vowel in French ("l'électrovanne").
const ELISIONS: &[&str] =
    &["l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu", "presqu", "quelqu"];

/// What follows an apostrophe in English without being a word ("doesn't", "pump's").
const ENCLITICS: &[&str] = &["s", "t", "d", "m", "re", "ve", "ll"];

const FRENCH_STOP_WORDS: &str = "a ai aie ait as au aucun aucune aux avaient avais avait avant avec avez avoir avons ayant c ca car ce ceci cela celle celles celui ces cet cette ceux chaque chez ci comme comment d dans de depuis des du elle elles en encore es est et etaient etait etant ete etes etre eu eux fait faire faut il ils j je jusque l la laquelle le lequel les lesquelles lesquels leur leurs lors lorsque lui m ma mais me meme memes mes mon n ne ni nos notre nous on ont ou par parce pas peut peuvent plus pour pourquoi puis qu quand que quel quelle quelles quels qui quoi s sa se sera serait ses si sien son sont suis sur t ta te tes toi ton tous tout toute toutes tres tu un une va vers voici voila vos votre vous y";

const ENGLISH_STOP_WORDS: &str = "a about after all also am an and any are as at be because been before being both but by can could did do does doing done each for from get had has have having he her here hers him his how i if in into is it its itself just me more most my no nor not of on once only or other our ours own same she should so some such than that the their theirs them then there these they this those through to too us very was we were what when where which while who whom why will with would you your yours";

static FRENCH: LazyLock<HashSet<&'static str>> = LazyLock::new(|| FRENCH_STOP_WORDS.split(' ').collect());
static ENGLISH: LazyLock<HashSet<&'static str>> = LazyLock::new(|| ENGLISH_STOP_WORDS.split(' ').collect());

/// Whether a folded word says nothing in `language`; `None` asks for both languages.
pub(crate) fn is_stop_word(folded: &str, language: Option<Language>) -> bool {
    match language {
        Some(Language::French) => FRENCH.contains(folded),
        Some(Language::English) => ENGLISH.contains(folded),
        None => FRENCH.contains(folded) || ENGLISH.contains(folded),
    }
}

/// Small letters without accents or ligatures: « Électrovanne » is `electrovanne`.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.nfd().flat_map(char::to_lowercase).filter(|c| !is_mark(*c)) {
        match letter {
            'œ' => out.push_str("oe"),
            'æ' => out.push_str("ae"),
            'ß' => out.push_str("ss"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            other => out.push(other),
        }
    }
    out
}

/// What two spellings of the same machine family share: folded words, without their plural.
#[must_use]
pub fn family_key(family: &str) -> String {
    let words: Vec<String> = cut(family)
        .into_iter()
        .map(|at| fold(&family[at]))
        .map(|w| if w.len() > 3 { w.trim_end_matches(['s', 'x']).to_owned() } else { w })
        .collect();
    words.join(" ")
}

/// What two spellings of the same model, reference or code share: "GA 37", "ga-37" and "GA37" are `ga37`.
#[must_use]
pub fn exact_key(name: &str) -> String {
    fold(name).chars().filter(|c| c.is_alphanumeric()).take(LONGEST_WORD * 2).collect()
}

/// The words of `text` as `language` has them, in order.
#[must_use]
pub fn words(text: &str, language: Language) -> Vec<Word> {
    let stemmer = Stemmer::new(match language {
        Language::French => Algorithm::French,
        Language::English => Algorithm::English,
    });
    kept(text, Some(language))
        .map(|(at, lower, folded)| {
            let term = match () {
                () if folded.chars().any(|c| c.is_ascii_digit()) => folded,
                // The stemmer knows the accents of its language, so they go after it.
                () => fold(&stemmer.stem(&lower)),
            };
            Word { term, at }
        })
        .collect()
}

/// The words of a text of whatever language: folded, not stemmed, without the stop words of either.
#[must_use]
pub fn plain_words(text: &str) -> Vec<Word> {
    kept(text, None).map(|(at, _, term)| Word { term, at }).collect()
}

/// Place, small letters, and folded form of every word that says something.
fn kept(text: &str, language: Option<Language>) -> impl Iterator<Item = (Range<usize>, String, String)> {
    let spans = cut(text);
    let apostrophe = |at: usize| text[at..].starts_with(['\'', '’', 'ʼ']);
    let mut out = Vec::with_capacity(spans.len());
    let mut after_apostrophe = false;
    for at in spans {
        let before_apostrophe = apostrophe(at.end);
        let lower: String = text[at.clone()].nfc().flat_map(char::to_lowercase).take(LONGEST_WORD).collect();
        let folded = fold(&lower);
        let elided = before_apostrophe && language != Some(Language::English) && ELISIONS.contains(&folded.as_str());
        let enclitic = after_apostrophe && language != Some(Language::French) && ENCLITICS.contains(&folded.as_str());
        if !elided && !enclitic && !folded.is_empty() && !is_stop_word(&folded, language) {
            out.push((at, lower, folded));
        }
        after_apostrophe = before_apostrophe;
    }
    out.into_iter()
}

/// Where words stand: runs of letters, digits and their marks; a decimal number is one word.
fn cut(text: &str) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut start = None;
    let mut previous = ' ';
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        let next = letters.peek().map_or(' ', |(_, c)| *c);
        let decimal = matches!(letter, '.' | ',') && previous.is_ascii_digit() && next.is_ascii_digit();
        let inside = letter.is_alphanumeric() || is_mark(letter) || (decimal && start.is_some());
        match (start, inside) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                out.push(from..at);
                start = None;
            }
            _ => {}
        }
        previous = letter;
    }
    if let Some(from) = start {
        out.push(from..text.len());
    }
    out
}

/// A combining accent, as decomposed text has them.
fn is_mark(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(text: &str, language: Language) -> Vec<String> {
        words(text, language).into_iter().map(|w| w.term).collect()
    }

    #[test]
    fn elision_plural_gender_and_accents_make_no_difference_in_french() {
        let expected = terms("electrovanne bloquée", Language::French);
        assert_eq!(expected.len(), 2);
        for spelling in
            ["L'électrovanne bloquée", "les électrovannes bloquées", "d’ÉLECTROVANNE bloque", "Électrovanne bloqué"]
        {
            assert_eq!(terms(spelling, Language::French), expected, "{spelling}");
        }
    }

    #[test]
    fn decomposed_accents_are_the_same_letters() {
        assert_eq!(terms("de\u{301}marre", Language::French), terms("démarre", Language::French));
    }

    #[test]
    fn english_possessives_and_endings_go() {
        assert_eq!(
            terms("the pump's bearings don't rotate", Language::English),
            terms("pumps bearing don rotated", Language::English)
        );
    }

    #[test]
    fn codes_and_decimal_numbers_stay_whole() {
        assert_eq!(terms("défaut E42 à 7,5 bar", Language::French), ["defaut", "e42", "7,5", "bar"]);
    }

    #[test]
    fn a_word_knows_its_place_in_the_text() {
        let text = "Vérifier l’électrovanne";
        let found = words(text, Language::French);
        assert_eq!(&text[found[1].at.clone()], "électrovanne");
    }

    #[test]
    fn families_are_the_same_in_plural_capitals_and_without_accents() {
        assert_eq!(family_key("Compresseurs à vis"), family_key("compresseur a vis"));
        assert_ne!(family_key("Compresseur à vis"), family_key("Compresseur à pistons"));
    }

    #[test]
    fn emoji_and_punctuation_are_no_words() {
        assert!(words("🙂 — … ?! ' ’", Language::French).is_empty());
    }

    #[test]
    fn a_pasted_blob_is_cut_short() {
        let found = words(&"x".repeat(100_000), Language::English);
        assert!(found[0].term.len() <= LONGEST_WORD);
    }
}
