//! Which language a text is in, by its function words.

use super::words::{ENGLISH_WORDS, FRENCH_WORDS};
use crate::codes::words::set;
use savoir_models::evidence::Case;
use savoir_models::text::Language;

/// How many words are enough to know.
const ENOUGH: usize = 400;

set!(
    /// Function words that French has and English has not.
    ONLY_FRENCH =
    "le la les des du une et est dans aux pas ne avec pour ce qui que elle nous puis mais sont etait vous votre sans sous \
     apres cette jusqu au"
);
set!(
    /// Function words that English has and French has not.
    ONLY_ENGLISH =
    "the and was were is are of with for not it that this by from has have then but until into your you its be before \
     without when which if to"
);

/// How many words of a text tell French, how many English.
pub(crate) fn tells(text: &str) -> (usize, usize) {
    let (mut french, mut english) = (0_usize, 0_usize);
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(ENOUGH) {
        let folded = crate::codes::fold(word);
        let accent = word.contains(['é', 'è', 'ê', 'à', 'ç', 'û', 'î', 'ô']);
        french += usize::from(accent || ONLY_FRENCH.contains(&folded));
        english += usize::from(ONLY_ENGLISH.contains(&folded));
    }
    (french, english)
}

/// The language of a text, when its function words leave no doubt.
pub(crate) fn clear(text: &str) -> Option<Language> {
    match tells(text) {
        (french, english) if french >= 2 && english * 4 <= french => Some(Language::French),
        (french, english) if english >= 2 && french * 4 <= english => Some(Language::English),
        _ => None,
    }
}

/// The language of the case: the one that is stated; else what its texts are written in; French when they do not tell.
pub(super) fn detect(case: &Case) -> Language {
    if let Some(language) = case.language() {
        return language;
    }
    let mut count = Count::default();
    for text in case.texts() {
        count.read(&text.text);
        if count.seen > ENOUGH {
            break;
        }
    }
    if count.english > count.french { Language::English } else { Language::French }
}

/// The language that texts are written in, when their function words leave no doubt.
pub(super) fn evident<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Language> {
    let mut count = Count::default();
    texts.for_each(|text| count.read(text));
    let (few, many, language) = if count.english > count.french {
        (count.french, count.english, Language::English)
    } else {
        (count.english, count.french, Language::French)
    };
    (many >= 4 && many >= 3 * few.max(1)).then_some(language)
}

/// Words that tell a language.
#[derive(Default)]
struct Count {
    french: usize,
    english: usize,
    seen: usize,
}

impl Count {
    fn read(&mut self, text: &str) {
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(ENOUGH) {
            // An accent is as good as a function word: English has none.
            self.french += usize::from(word.contains(['é', 'è', 'ê', 'à', 'ç', 'û', 'î', 'ô']));
            let folded = crate::codes::fold(word);
            self.french += usize::from(FRENCH_WORDS.contains(&folded));
            self.english += usize::from(ENGLISH_WORDS.contains(&folded));
            self.seen += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_evident_only_without_doubt() {
        let of = |text: &str| evident(std::iter::once(text));
        assert_eq!(of("Consignez la machine et remplacez le thermocouple de la mâchoire"), Some(Language::French));
        assert_eq!(of("Lock out the machine and replace the thermocouple of the jaw"), Some(Language::English));
        assert_eq!(of("Reset E42"), None);
        assert_eq!(of("the le the la the les"), None);
    }
}
