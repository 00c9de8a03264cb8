//! What a password must be (NIST SP 800-63B): long enough, and not the first that others would try. Nothing about capitals
//! and digits, and no end after so many days: both make passwords worse.

use savoir_models::account::login_of;
use savoir_models::intervention::FieldError;
use unicode_normalization::UnicodeNormalization;

/// In characters.
const SHORTEST: usize = 8;
/// In characters: a limit of the work, not of what people may think of.
const LONGEST: usize = 256;

/// Passwords that everybody tries first, a word each. Those shorter than eight are there for what is built on them.
const COMMON: &str = include_str!("common.txt");

/// What is wrong with `password` for the account `name`.
pub(crate) fn check(password: &str, name: &str) -> Option<FieldError> {
    let text: String = password.nfkc().collect();
    let length = text.chars().count();
    if length < SHORTEST {
        let (en, fr) = (format!("at least {SHORTEST} characters"), format!("{SHORTEST} caractères au moins"));
        return Some(FieldError::new("password", "too_short", en, fr));
    }
    if length > LONGEST {
        let (en, fr) = (format!("at most {LONGEST} characters"), format!("{LONGEST} caractères au plus"));
        return Some(FieldError::new("password", "too_long", en, fr));
    }
    is_easy(&text, name).then(|| {
        FieldError::new(
            "password",
            "too_common",
            "is one of the first that others would try: take a sentence of your own",
            "est l'un des premiers que d'autres essaieraient : prenez une phrase à vous",
        )
    })
}

fn is_easy(text: &str, name: &str) -> bool {
    let folded = login_of(text);
    let letters = plain(&folded);
    if is_sequence(&folded) || is_repeated(&folded) {
        return true;
    }
    // « password123! » is « password ».
    let core = letters.trim_end_matches(|c: char| !c.is_alphabetic());
    let core = core.trim_start_matches(|c: char| !c.is_alphabetic());
    let common = |word: &str| COMMON.lines().any(|line| !line.is_empty() && line == word);
    if common(&folded) || common(&letters) || (!core.is_empty() && common(core)) {
        return true;
    }
    // The name of the person or of the house, and little else.
    let own = login_of(name);
    let own = own.split_whitespace().chain([own.as_str(), "savoir"]);
    own.filter(|word| word.chars().count() >= 3)
        .any(|word| letters.contains(&plain(word)) && letters.chars().count() < plain(word).chars().count() + 5)
}

/// Without what people put in the place of letters.
fn plain(text: &str) -> String {
    let swap = |c: char| match c {
        '@' => 'a',
        '$' => 's',
        other => other,
    };
    text.chars().map(swap).filter(|c| c.is_alphanumeric()).collect()
}

/// « abcdefgh », « 87654321 »: each character follows the one before it.
fn is_sequence(text: &str) -> bool {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    [1, -1].iter().any(|step| codes.windows(2).all(|pair| pair[1] - pair[0] == *step))
}

/// « aaaaaaaa », « abcabcabc »: a short piece again and again.
fn is_repeated(text: &str) -> bool {
    let all: Vec<char> = text.chars().collect();
    (1..=4).any(|n| all.len() > n && all.iter().enumerate().all(|(i, c)| *c == all[i % n]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rules_table() {
        let long = "é".repeat(256);
        let too_long = "ab cd ef ".repeat(40);
        for (password, told) in [
            ("courte", Some("too_short")),
            ("1234567", Some("too_short")),
            ("ﬃﬃ", Some("too_short")),
            (too_long.as_str(), Some("too_long")),
            ("password", Some("too_common")),
            ("Password123!", Some("too_common")),
            ("p@$$word", Some("too_common")),
            ("motdepasse1", Some("too_common")),
            ("azertyuiop", Some("too_common")),
            ("12345678", Some("too_common")),
            ("98765432", Some("too_common")),
            ("abcdefghij", Some("too_common")),
            ("aaaaaaaaaa", Some("too_common")),
            ("abcabcabcabc", Some("too_common")),
            (long.as_str(), Some("too_common")),
            ("Léa Martin", Some("too_common")),
            ("Martin2026", Some("too_common")),
            ("savoir2026", Some("too_common")),
            ("pluie sur la verrière", None),
            ("tournevis", None),
            ("lamartinière est loin", None),
            ("correct horse battery staple", None),
            ("ÿ8☃kq1 zz", None),
        ] {
            assert_eq!(check(password, "Léa Martin").map(|e| e.code), told, "{password}");
        }
    }

    #[test]
    fn the_list_of_common_passwords_is_folded_and_says_nothing_twice() {
        let words: Vec<_> = COMMON.lines().collect();
        assert!(words.len() > 150, "{}", words.len());
        let once: std::collections::BTreeSet<_> = words.iter().collect();
        assert_eq!(once.len(), words.len());
        assert!(words.iter().all(|w| login_of(w) == *w && !w.is_empty()));
    }
}
