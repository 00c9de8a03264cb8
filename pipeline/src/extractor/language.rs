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
    let (mut french, mut english, mut seen) = (0_usize, 0_usize, 0_usize);
    for text in case.texts() {
        for word in text.text.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).take(ENOUGH) {
            // An accent is as good as a function word: English has none.
            french += usize::from(word.contains(['é', 'è', 'ê', 'à', 'ç', 'û', 'î', 'ô']));
            let folded = crate::codes::fold(word);
            french += usize::from(FRENCH_WORDS.contains(&folded));
            english += usize::from(ENGLISH_WORDS.contains(&folded));
            seen += 1;
        }
        if seen > ENOUGH {
            break;
        }
    }
    if english > french { Language::English } else { Language::French }
}
