//! Which language a text is in, by its function words.

use savoir_models::evidence::Case;
use savoir_models::text::Language;

const FRENCH: &[&str] = &[
    "le", "la", "les", "des", "du", "de", "un", "une", "et", "est", "en", "sur", "dans", "au", "aux", "pas", "ne",
    "plus", "ai", "avec", "pour", "par", "ce", "qui", "que", "il", "elle", "je", "nous", "apres", "puis", "mais",
    "sont", "etait", "a", "ras",
];
const ENGLISH: &[&str] = &[
    "the", "and", "was", "were", "is", "are", "of", "to", "in", "with", "for", "not", "it", "that", "this", "on", "at",
    "by", "from", "has", "have", "had", "after", "then", "but", "i", "we", "no", "new", "off", "out", "be", "an",
    "its", "again",
];

/// How many words are enough to know.
const ENOUGH: usize = 400;

/// The language of the case: the one that is stated; else what its texts are written in; French when they do not tell.
pub(super) fn detect(case: &Case) -> Language {
    if let Some(language) = case.language() {
        return language;
    }
    let (mut french, mut english, mut seen) = (0_usize, 0_usize, 0_usize);
    for text in case.texts() {
        for word in text.text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(ENOUGH) {
            // An accent is as good as a function word: English has none.
            french += usize::from(word.contains(['é', 'è', 'ê', 'à', 'ç', 'û', 'î', 'ô']));
            let folded = crate::codes::fold(word);
            french += usize::from(FRENCH.contains(&folded.as_str()));
            english += usize::from(ENGLISH.contains(&folded.as_str()));
            seen += 1;
        }
        if seen > ENOUGH {
            break;
        }
    }
    if english > french { Language::English } else { Language::French }
}
