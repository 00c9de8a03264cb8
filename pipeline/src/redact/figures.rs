//! Figures in groups, as telephones, cards and accounts are written: "06 39 98 21 54", "FR76 1480 …".

use super::text::{Text, is_space, only_space};

/// The longest run that is read: no telephone and no card has more figures.
const MOST: usize = 24;

/// A run of groups of figures.
#[derive(Debug, Default)]
pub(super) struct Figures {
    /// The words of the groups: the first is that of the run.
    pub(super) groups: Vec<usize>,
    /// All figures, without what parts them.
    pub(super) digits: String,
    /// How many figures there are up to the end of each group.
    pub(super) ends: Vec<usize>,
}

impl Figures {
    /// Reads the groups from word `i` on. What parts them is one space or sign, the same or not.
    pub(super) fn read(text: &Text<'_>, i: usize) -> Self {
        let mut figures = Self::default();
        let mut at = i;
        while text.is_digits(at) && figures.digits.len() < MOST {
            figures.digits.push_str(text.spelt(at));
            figures.groups.push(at);
            figures.ends.push(figures.digits.len());
            // "(0161) 496 0000".
            let braced = at == i && text.before(i).ends_with('(') && matches!(text.gap(at), ") " | ")");
            if !parts(text.gap(at)) && !braced {
                break;
            }
            at += 1;
        }
        figures
    }

    /// The sizes of the first `groups` groups.
    pub(super) fn sizes(&self, groups: usize) -> Vec<usize> {
        self.ends.iter().take(groups).scan(0, |last, end| Some(end - std::mem::replace(last, *end))).collect()
    }

    /// How many groups give exactly `digits` figures.
    pub(super) fn groups_of(&self, digits: usize) -> Option<usize> {
        self.ends.iter().position(|end| *end == digits).map(|at| at + 1)
    }

    /// One past the last word of the first `groups` groups.
    pub(super) fn end(&self, groups: usize) -> Option<usize> {
        groups.checked_sub(1).and_then(|last| self.groups.get(last)).map(|word| word + 1)
    }
}

/// Whether this parts groups of one number.
fn parts(gap: &str) -> bool {
    let mut signs = gap.chars().filter(|c| !is_space(*c));
    let sign = signs.next();
    let plain = matches!(sign, None | Some('.' | '-' | '/' | '·' | '‑' | '–' | '_')) && signs.next().is_none();
    !gap.is_empty() && gap.chars().count() <= 3 && !gap.contains('\n') && plain
        // "bar. 06 39…" and "12 30 / 13 45" begin anew: these signs part groups without a space, or not at all.
        && !(matches!(sign, Some('.' | '/' | '_')) && gap.chars().count() > 1)
}

/// Whether the word stands inside a longer reference: a sign joins it to letters or figures without any space.
pub(super) fn is_joined(text: &Text<'_>, from: usize, to: usize) -> bool {
    let joint = |gap: &str| gap.chars().count() == 1 && gap.contains(['-', '/', '_', '.', '+', '#', '=', ',']);
    (from > 0 && joint(text.before(from))) || (to < text.len() && joint(text.gap(to - 1)))
}

/// Whether only space or a colon stands between two words.
pub(super) fn leads(gap: &str) -> bool {
    only_space(gap)
        || (gap.chars().count() <= 4
            && gap
                .trim_matches(is_space)
                .trim_matches([':', '=', '(', '°', '#', '.', '–', '-'])
                .trim_matches(is_space)
                .is_empty()
            && !gap.contains('\n'))
}

/// Luhn's check, of cards and of nothing else here (ISO/IEC 7812-1).
pub(super) fn luhn(digits: &str) -> bool {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(at, b)| {
            let n = u32::from(b - b'0') * if at % 2 == 1 { 2 } else { 1 };
            if n > 9 { n - 9 } else { n }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// The rest of dividing a number, written in figures and letters (A is 10), by 97: accounts and identities are checked by it.
pub(super) fn rest_97(number: &str) -> Option<u32> {
    number.chars().try_fold(0_u32, |rest, c| {
        let value = c.to_digit(36)?;
        Some((rest * if value > 9 { 100 } else { 10 } + value) % 97)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_read_with_whatever_parts_them() {
        for raw in ["06 39 98 21 54", "06.39.98.21.54", "06-39/98 21\u{202f}54", "06\u{200b}39 98 - 21 54"] {
            let figures = Figures::read(&Text::read(raw), 0);
            assert_eq!((figures.digits.as_str(), figures.groups_of(10)), ("0639982154", Some(5)), "{raw}");
        }
        let figures = Figures::read(&Text::read("0639 98 41 22. 7 bar"), 0);
        assert_eq!((figures.digits.as_str(), figures.sizes(3)), ("0639984122", vec![4, 2, 2]));
    }

    #[test]
    fn checks_hold_on_published_examples() {
        assert!(luhn("4111111111111111") && !luhn("4111111111111112"));
        // GB82 WEST 1234 5698 7654 32, with the country behind.
        assert_eq!(rest_97("WEST12345698765432GB82"), Some(1));
        assert_eq!(rest_97("É"), None);
    }
}
