//! Texts that were decoded wrongly before they came here: what can be undone with certainty, and what cannot.
//!
//! Three kinds are undone. UTF-8 read as Windows-1252 (« dÃ©marre »); UTF-8 read as Mac Roman (« d√©marre »); and the
//! latter after « √ », which Windows-1252 does not have, became a question mark (« d?©marre »): the second half of the
//! character still tells which letter it was. Where the letter itself is gone (« d?marre »), nothing is guessed.

use super::encoding::{mac_roman, windows_1252};

/// What remains wrong with a text, in English and French.
pub(super) type Damage = (&'static str, &'static str);

/// The text as it was meant, if it can be known with certainty; `None` when there is nothing to mend.
pub(super) fn mend(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut mended: Option<String> = None;
    // Texts that went through two wrong doors need two passes; nobody has shown us four.
    for _ in 0..3 {
        let current = mended.as_deref().unwrap_or(text);
        let Some(next) = pass(current) else { break };
        mended = Some(next);
    }
    mended
}

fn pass(text: &str) -> Option<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let (mut at, mut changed, mut stray) = (0, false, false);
    while let Some(&c) = chars.get(at) {
        let found = undo(&chars[at..], windows_1252())
            .or_else(|| undo(&chars[at..], mac_roman()))
            .or_else(|| lost_lead(&chars, at))
            .or_else(|| control(c));
        if let Some((letter, length)) = found {
            out.push(letter);
            at += length;
            changed = true;
        } else {
            stray |= c == 'Ã';
            out.push(c);
            at += 1;
        }
    }
    // « à » whose second half, a hard space, was made a plain one: only believed in the company of other damage.
    if changed && stray {
        out = out.split(' ').map(|word| if word == "Ã" { "à" } else { word }).collect::<Vec<_>>().join(" ");
    }
    changed.then_some(out)
}

/// Reads the first characters as the bytes of one UTF-8 character, seen through `table`.
fn undo(chars: &[char], table: &[char; 128]) -> Option<(char, usize)> {
    let byte = |c: char| -> Option<u8> {
        // Latin-1 readers leave 0x80 to 0x9F as control characters where Windows-1252 has signs.
        if ('\u{80}'..='\u{9F}').contains(&c) {
            return u8::try_from(u32::from(c)).ok();
        }
        let at = table.iter().position(|t| *t == c)?;
        u8::try_from(at).ok().map(|b| b | 0x80)
    };
    let first = *chars.first()?;
    if first.is_ascii() {
        return None;
    }
    let lead = byte(first)?;
    let length = match lead {
        0xC2 | 0xC3 | 0xC5 => 2,
        0xE2 | 0xEF => 3,
        0xF0 => 4,
        _ => return None,
    };
    let mut bytes = vec![lead];
    for c in chars.get(1..length)? {
        bytes.push(byte(*c)?);
    }
    let letter = std::str::from_utf8(&bytes).ok()?.chars().next()?;
    plausible(letter).then_some((letter, length))
}

/// Characters of western texts: a sequence that gives anything else is a coincidence.
fn plausible(c: char) -> bool {
    matches!(c,
        '\u{A0}'..='\u{FF}' | 'Œ' | 'œ' | 'Ÿ' | '\u{2010}'..='\u{2027}' | '\u{202F}'..='\u{203A}'
        | '€' | '™' | '→' | '≤' | '≥' | '\u{FEFF}' | '\u{FFFD}' | '\u{1F300}'..='\u{1FAFF}')
}

/// « ?© » and its like: a question mark stands for « √ », the lost first half, and the second half is a sign of Mac
/// Roman. Signs that also end a word by themselves (a registered mark…) are believed inside a word only.
fn lost_lead(chars: &[char], at: usize) -> Option<(char, usize)> {
    if chars[at] != '?' {
        return None;
    }
    let letter = |i: usize| chars.get(i).is_some_and(|c| c.is_alphabetic());
    let (before, after) = (at > 0 && letter(at - 1), letter(at + 2));
    let (meant, believed) = match chars.get(at + 1)? {
        '©' => ('é', before || after),
        '†' => ('à', true),
        '®' => ('è', after),
        '™' => ('ê', after),
        'ß' => ('ç', after),
        '¢' => ('â', after),
        '´' => ('ë', after),
        'Æ' => ('î', after),
        'Ø' => ('ï', after),
        '¥' => ('ô', after),
        'ª' => ('û', after),
        'º' => ('ü', before && after),
        '§' => ('ä', before && after),
        _ => return None,
    };
    believed.then_some((meant, 2))
}

/// A control character of Latin-1 is a sign of Windows-1252: no text uses the former. NEL (0x85) is one too.
fn control(c: char) -> Option<(char, usize)> {
    let byte = u8::try_from(u32::from(c)).ok().filter(|b| (0x80..=0x9F).contains(b))?;
    let sign = windows_1252()[usize::from(byte & 0x7F)];
    (sign != c).then_some((sign, 1))
}

/// What is still wrong with a text that has been mended. Addresses of web pages are left out: they may hold anything.
pub(super) fn damage(text: &str) -> Option<Damage> {
    if text.contains('\u{FFFD}') {
        return Some((
            "characters were lost before the import (�): they cannot be known; correct the text in the source system",
            "des caractères ont été perdus avant l'import (�) et ne peuvent pas être retrouvés : corrigez le texte dans le système d'origine",
        ));
    }
    text.split_whitespace().find_map(|word| {
        let web = word.contains("://") || word.starts_with("www.") || word.contains('=');
        let chars: Vec<char> = word.chars().collect();
        let lost = |i: usize| {
            let after = chars.get(i + 1).copied().unwrap_or(' ');
            let before = i.checked_sub(1).and_then(|b| chars.get(b)).copied();
            let inside = before.is_some_and(char::is_lowercase) && after.is_lowercase();
            let first = before.is_none() && after.is_alphabetic() && !after.is_ascii();
            let half = !after.is_ascii() && !after.is_alphanumeric() && !matches!(after, '»' | '”' | '’' | '…' | '\u{A0}' | '\u{202F}' | '€' | '–' | '—' | '•' | '→');
            chars[i] == '?' && (inside || first || half)
        };
        (!web && (0..chars.len()).any(lost)).then_some((
            "a question mark seems to stand for an accented letter that was lost before the import; the text is kept as it is: correct it in the source system",
            "un point d'interrogation semble remplacer une lettre accentuée perdue avant l'import ; le texte est gardé tel quel : corrigez-le dans le système d'origine",
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(text: &str) -> String {
        mend(text).unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn utf8_read_as_windows_1252_is_undone() {
        assert_eq!(mended("ne dÃ©marre pas"), "ne démarre pas");
        assert_eq!(mended("Audio et wifi Ã\u{a0} des problÃ¨mes"), "Audio et wifi à des problèmes");
        assert_eq!(mended("Ã‰cran, lâ€™alimentation, 70Â â‚¬"), "Écran, l’alimentation, 70Â €");
        assert_eq!(mended("problÃƒÂ¨me"), "problème", "encoded twice over");
        assert_eq!(mended("Ã des problÃ¨mes Ã rÃ©gler"), "à des problèmes à régler");
    }

    #[test]
    fn utf8_read_as_mac_roman_is_undone() {
        assert_eq!(
            mended("R√©sistance, s'arr√™te, √ßa, √† c√¢bler, entra√Ænement"),
            "Résistance, s'arrête, ça, à câbler, entraînement"
        );
        assert_eq!(mended("K√§rcher"), "Kärcher");
    }

    #[test]
    fn a_lost_first_half_is_found_again_by_the_second() {
        assert_eq!(mended("ne d?©marre pas"), "ne démarre pas");
        assert_eq!(mended("Arr?™t Brutal + fum?©e constat?©"), "Arrêt Brutal + fumée constaté");
        assert_eq!(
            mended("?ßa marche, ?† l'int?©rieur, c?¢blage, Apr?®s, K?§rcher"),
            "ça marche, à l'intérieur, câblage, Après, Kärcher"
        );
    }

    #[test]
    fn sound_texts_are_left_alone() {
        for text in [
            "Où est l'élève ? À l'école, ça va : 90 °C, 12 €, « ôté » – œuvre…",
            "GERÄTE, Straße, Ångström, niño, São Paulo, ©2019 Philips®",
            "CASSÉ© Ça ? é",
            "√2 = 1,41 et R ≈ 12 Ω ¬",
        ] {
            assert_eq!(mend(text), None, "{text}");
            assert_eq!(damage(text), None, "{text}");
        }
        assert_eq!(
            damage("pas de souci? Mais (oubli?). http://a.fr/page?tri=a jack ?Racheter contact???). à visser ?"),
            None
        );
    }

    #[test]
    fn what_is_gone_is_reported_and_not_guessed() {
        for text in ["ne d?marre pas", "ne d\u{FFFD}marre pas", "?énorme", "voir l?∆"] {
            assert_eq!(mend(text), None, "{text}");
            assert!(damage(text).is_some(), "{text}");
        }
    }
}
