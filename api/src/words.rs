//! Everything a person reads on a page, in both languages, a row each. One that is missing in a language does not compile;
//! one that no page uses is a field that nobody reads, which the compiler warns of.

mod bench;
mod common;
mod desk;
mod entry;
mod field;
mod portal;
mod talk;
mod terms;

use savoir_models::text::Language;

pub(crate) use bench::Bench;
pub(crate) use common::Common;
pub(crate) use desk::Desk;
pub(crate) use entry::Entry;
pub(crate) use field::Field;
pub(crate) use portal::Portal;
pub(crate) use talk::{Handed, Talk};
#[cfg(test)]
use terms::Terms;
pub(crate) use terms::{audience, hazard, role};

/// Declares the words of a page: a struct with a field for each, made for a language by `of`. French stands first.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($key:ident: $french:literal | $english:literal;)+ }) => {
        $(#[$doc])*
        pub(crate) struct $name { $(pub(crate) $key: &'static str),+ }

        impl $name {
            /// The words in a language.
            pub(crate) const fn of(language: savoir_models::text::Language) -> &'static Self {
                const FRENCH: $name = $name { $($key: $french),+ };
                const ENGLISH: $name = $name { $($key: $english),+ };
                match language {
                    savoir_models::text::Language::French => &FRENCH,
                    savoir_models::text::Language::English => &ENGLISH,
                }
            }

            #[cfg(test)]
            pub(crate) const ROWS: &'static [(&'static str, &'static str, &'static str)] =
                &[$((stringify!($key), $french, $english)),+];
        }
    };
}
pub(crate) use words;

/// A sentence with its blanks (`{}`) filled, in order.
pub(crate) fn fill(sentence: &str, values: &[&dyn std::fmt::Display]) -> String {
    let mut pieces = sentence.split("{}");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for (at, piece) in pieces.enumerate() {
        if let Some(value) = values.get(at) {
            out.push_str(&value.to_string());
        }
        out.push_str(piece);
    }
    out
}

/// A count in words: French says 0 and 1 in the singular, English 1 only.
pub(crate) fn count(language: Language, n: i64, one: &str, many: &str) -> String {
    let is_one = match language {
        Language::French => n.abs() < 2,
        Language::English => n == 1,
    };
    fill(if is_one { one } else { many }, &[&n])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_told_in_both_languages_with_the_same_blanks() {
        for (key, french, english) in [
            Bench::ROWS,
            Common::ROWS,
            Desk::ROWS,
            Entry::ROWS,
            Field::ROWS,
            Handed::ROWS,
            Portal::ROWS,
            Talk::ROWS,
            Terms::ROWS,
        ]
        .concat()
        {
            assert!(!french.trim().is_empty() && !english.trim().is_empty(), "{key}");
            assert_eq!(french.matches("{}").count(), english.matches("{}").count(), "{key}");
            assert!(
                !french.contains(" :") || french.contains("\u{a0}:"),
                "{key}: a no-break space stands before « : »"
            );
        }
    }

    #[test]
    fn counts_are_singular_where_the_language_says_so() {
        let said = |language, n| count(language, n, "{} fois", "{} fois!");
        assert_eq!(said(Language::French, 0), "0 fois");
        assert_eq!(said(Language::English, 0), "0 fois!");
        assert_eq!(said(Language::French, 2), "2 fois!");
        assert_eq!(said(Language::English, 1), "1 fois");
    }
}
