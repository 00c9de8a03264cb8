//! Numbers in words, as dictation writes them.

use savoir_models::text::Language;

use super::fold;

/// What a number word is worth, and how it joins with its neighbours.
#[derive(Clone, Copy)]
enum Word {
    /// 0 to 9.
    Unit(u32),
    /// 10 to 19.
    Teen(u32),
    /// 20 to 90.
    Ten(u32),
    Hundred,
    Thousand,
    /// French "vingt" after "quatre" multiplies.
    Vingt,
    /// "et", "and": only between numbers.
    And,
}

fn word(text: &str, language: Option<Language>) -> Option<Word> {
    use Word::{And, Hundred, Teen, Ten, Thousand, Unit, Vingt};
    let french = language != Some(Language::English);
    let english = language != Some(Language::French);
    let folded = fold(text);
    let in_french = || {
        Some(match folded.as_str() {
            "zero" => Unit(0),
            "un" | "une" => Unit(1),
            "deux" => Unit(2),
            "trois" => Unit(3),
            "quatre" => Unit(4),
            "cinq" => Unit(5),
            "six" => Unit(6),
            "sept" => Unit(7),
            "huit" => Unit(8),
            "neuf" => Unit(9),
            "dix" => Teen(10),
            "onze" => Teen(11),
            "douze" => Teen(12),
            "treize" => Teen(13),
            "quatorze" => Teen(14),
            "quinze" => Teen(15),
            "seize" => Teen(16),
            "vingt" | "vingts" => Vingt,
            "trente" => Ten(30),
            "quarante" => Ten(40),
            "cinquante" => Ten(50),
            "soixante" => Ten(60),
            "septante" => Ten(70),
            "huitante" | "octante" => Ten(80),
            "nonante" => Ten(90),
            "cent" | "cents" => Hundred,
            "mille" => Thousand,
            "et" => And,
            _ => return None,
        })
    };
    let in_english = || {
        Some(match folded.as_str() {
            "zero" | "oh" => Unit(0),
            "one" => Unit(1),
            "two" => Unit(2),
            "three" => Unit(3),
            "four" => Unit(4),
            "five" => Unit(5),
            "six" => Unit(6),
            "seven" => Unit(7),
            "eight" => Unit(8),
            "nine" => Unit(9),
            "ten" => Teen(10),
            "eleven" => Teen(11),
            "twelve" => Teen(12),
            "thirteen" => Teen(13),
            "fourteen" => Teen(14),
            "fifteen" => Teen(15),
            "sixteen" => Teen(16),
            "seventeen" => Teen(17),
            "eighteen" => Teen(18),
            "nineteen" => Teen(19),
            "twenty" => Ten(20),
            "thirty" => Ten(30),
            "forty" | "fourty" => Ten(40),
            "fifty" => Ten(50),
            "sixty" => Ten(60),
            "seventy" => Ten(70),
            "eighty" => Ten(80),
            "ninety" => Ten(90),
            "hundred" => Hundred,
            "thousand" => Thousand,
            "and" => And,
            _ => return None,
        })
    };
    let found = if french { in_french() } else { None };
    found.or_else(|| if english { in_english() } else { None })
}

/// Reads the number that the words begin with: its digits as one would type them ("zéro sept" → "07", "quatre deux" →
/// "42", "trois cent vingt" → "320"), and how many words it took.
pub(crate) fn spelt<'a>(words: impl Iterator<Item = &'a str>, language: Option<Language>) -> Option<(String, usize)> {
    let words: Vec<Word> = words.take(12).map_while(|w| word(w, language)).collect();
    let mut digits = String::new();
    let mut at = 0;
    while let Some((value, taken, single)) = group(&words[at..]) {
        // "one eighty five" is 185.
        let hundreds = language == Some(Language::English)
            && at == 1
            && matches!(words[0], Word::Unit(1..))
            && (10..100).contains(&value);
        if hundreds {
            digits.push_str(&value.to_string());
            at += taken;
            break;
        }
        // Numbers dictated digit by digit, or after a leading zero, are written side by side; others end the code.
        let follows = digits.is_empty() || (single && digits.len() < 6) || digits.chars().all(|c| c == '0');
        if !follows {
            break;
        }
        digits.push_str(&value.to_string());
        at += taken;
        if !single {
            break;
        }
    }
    (at > 0).then_some((digits, at))
}

/// One number of the ordinary grammar: value, words taken, and whether it is a single digit.
fn group(words: &[Word]) -> Option<(u32, usize, bool)> {
    let (mut total, mut current, mut at) = (0_u32, 0_u32, 0);
    // What may still be added: below 10, below 20 (French seventies), below 100.
    let mut room = 1000_u32;
    while let Some(word) = words.get(at) {
        match *word {
            Word::Unit(n) if room > 9 && (n > 0 || at == 0) => {
                let multiplied = matches!(words.get(at + 1), Some(Word::Vingt)) && n == 4;
                if multiplied {
                    current += 80;
                    at += 1;
                    room = 20;
                } else {
                    current += n;
                    room = 1;
                }
            }
            Word::Teen(n) if room > 19 || (room == 20) => {
                current += n;
                // "dix-sept"
                room = if n == 10 && matches!(words.get(at + 1), Some(Word::Unit(7..=9))) { 10 } else { 1 };
            }
            Word::Ten(n) if room >= 100 => {
                current += n;
                room = if n == 60 { 20 } else { 10 };
            }
            Word::Vingt if room >= 100 => {
                current += 20;
                room = 10;
            }
            // "fifteen hundred", "quinze cents"
            Word::Hundred if current < 20 && total % 1000 == 0 && room != 10 => {
                current = current.max(1) * 100;
                room = 100;
            }
            Word::Thousand if total == 0 => {
                total = current.max(1) * 1000;
                current = 0;
                room = 1000;
            }
            Word::And
                if at > 0
                    && matches!(words.get(at + 1), Some(Word::Unit(_) | Word::Teen(_) | Word::Ten(_)))
                    && room > 9 => {}
            _ => break,
        }
        at += 1;
    }
    // A trailing "et" belongs to the sentence.
    (at > 0).then(|| (total + current, at, at == 1 && matches!(words[0], Word::Unit(_))))
}

/// The figures that somebody dictates, all of them: "zéro six trente-neuf" → "0639", "double oh seven" → "007". Figures
/// that were typed stay; a word that is no number ends it.
pub(crate) fn dictated<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let spoken: Vec<&str> = words.take(64).collect();
    let values: Vec<Option<Word>> = spoken.iter().map(|w| word(if *w == "o" { "oh" } else { w }, None)).collect();
    let mut digits = String::new();
    let mut at = 0;
    while let Some(this) = spoken.get(at) {
        let run: Vec<Word> = values[at..].iter().map_while(|w| *w).collect();
        let times = match fold(this).as_str() {
            "double" => 2,
            "triple" => 3,
            _ => 1,
        };
        if this.bytes().all(|b| b.is_ascii_digit()) {
            digits.push_str(this);
            at += 1;
        } else if times > 1 {
            let Some(Some(Word::Unit(n))) = values.get(at + 1) else { break };
            digits.push_str(&n.to_string().repeat(times));
            at += 2;
        } else if let Some((value, taken, _)) = group(&run) {
            digits.push_str(&value.to_string());
            at += taken;
        } else {
            break;
        }
    }
    digits
}
