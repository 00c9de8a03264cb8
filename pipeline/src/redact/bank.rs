//! Accounts and cards. Their checks tell them from part numbers; a word that announces one counts more than its check,
//! for figures are mistyped.

use savoir_models::redaction::PersonalData;

use super::figures::{Figures, is_joined, leads, luhn, rest_97};
use super::lexicon::{ACCOUNT, BIC, CARD, IBAN};
use super::phone::is_announced;
use super::sheet::Sheet;
use super::text::only_space;

/// Finds the accounts and cards of a text.
pub(super) fn find(sheet: &mut Sheet<'_>) {
    let mut i = 0;
    while i < sheet.text.len() {
        let next = if sheet.is_taken(i, i + 1) {
            None
        } else {
            iban(sheet, i)
                .or_else(|| card(sheet, i))
                .or_else(|| rib(sheet, i))
                .or_else(|| bic(sheet, i))
                .or_else(|| account(sheet, i))
        };
        i = next.unwrap_or(i + 1);
    }
}

fn take(sheet: &mut Sheet<'_>, from: usize, to: usize, key: String) -> Option<usize> {
    sheet.take(PersonalData::Bank, (from, to), key).then_some(to)
}

/// How long the accounts of each country are (ISO 13616, the registry of 2024; Europe and its neighbours).
const LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DK", 18),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NL", 18),
    ("NO", 15),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("SA", 24),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("XK", 20),
];

/// "FR76 1480 9004 …": two letters, two figures, and as many more as the country has (ISO 13616).
fn iban(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    let text = &sheet.text;
    let head = text.spelt(i);
    let bytes = head.as_bytes();
    let form = bytes.len() >= 4
        && bytes.len() <= 34
        && bytes[..2].iter().all(u8::is_ascii_alphabetic)
        && bytes[2..4].iter().all(u8::is_ascii_digit);
    let country = head.get(..2)?.to_ascii_uppercase();
    let (_, length) = LENGTHS.iter().find(|(code, _)| form && *code == country)?;
    let (mut compact, mut to) = (String::new(), i);
    while compact.len() < *length {
        let group = text.spelt(to);
        // A word in small letters is no group of it.
        let small =
            group.contains(|c: char| c.is_ascii_lowercase()) && !head.starts_with(|c: char| c.is_ascii_lowercase());
        let gap = text.gap(to);
        if group.is_empty() || !group.is_ascii() || small {
            return None;
        }
        compact.push_str(&group.to_ascii_uppercase());
        to += 1;
        if compact.len() < *length && !(only_space(gap) && gap.chars().count() <= 2 || matches!(gap, "-" | ".")) {
            return None;
        }
    }
    let right = compact.len() == *length && rest_97(&format!("{}{}", &compact[4..], &compact[..4])) == Some(1);
    // Announced but mistyped: it is one all the same.
    let announced = text.behind(i, 4, IBAN).is_some();
    (right || announced).then(|| take(sheet, i, to, compact)).flatten()
}

/// Sixteen figures (fifteen of American Express) that pass Luhn's check and begin as cards do.
fn card(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    let text = &sheet.text;
    if !text.is_digits(i) {
        return None;
    }
    let figures = Figures::read(text, i);
    let cue = text.behind(i, 5, CARD).is_some();
    let fits = |digits: usize| {
        let groups = figures.groups_of(digits)?;
        let number = &figures.digits[..digits];
        let sizes = figures.sizes(groups);
        let grouped = groups == 1 || sizes == [4, 4, 4, 4] || sizes == [4, 6, 5] || sizes == [8, 8];
        let begins = if digits == 15 {
            number.starts_with("34") || number.starts_with("37")
        } else {
            number.starts_with(['2', '3', '4', '5', '6'])
        };
        (grouped && begins && (luhn(number) || cue)).then_some((groups, digits))
    };
    let (groups, digits) = fits(16).or_else(|| fits(15))?;
    let to = figures.end(groups)?;
    let thing = !cue && is_announced(text, i);
    if thing || is_joined(text, i, to) || sheet.is_guarded(i, to, |g| g.own) {
        return None;
    }
    let key = figures.digits[..digits].to_owned();
    take(sheet, i, to, key)
}

/// A French account: bank 5, branch 5, account 11, key 2.
fn rib(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    let text = &sheet.text;
    if !text.is_digits(i) || text.spelt(i).len() > 23 {
        return None;
    }
    let (mut compact, mut at) = (String::new(), i);
    while compact.len() < 23 && text.tokens.get(at).is_some() && text.spelt(at).len() <= 23 && text.spelt(at).is_ascii()
    {
        compact.push_str(&text.spelt(at).to_ascii_uppercase());
        at += 1;
        if compact.len() < 23 && !only_space(text.gap(at - 1)) {
            return None;
        }
    }
    let announced = text.behind(i, 6, ACCOUNT).is_some();
    let form =
        compact.len() == 23 && compact.bytes().enumerate().all(|(at, b)| b.is_ascii_digit() || (10..21).contains(&at));
    let right = form && rib_key(&compact);
    if compact.len() != 23 || !(announced || right) || sheet.is_guarded(i, at, |g| g.own) {
        return None;
    }
    take(sheet, i, at, compact)
}

/// Letters of the account count as figures (A and J are 1, S is 2 …); the whole is a multiple of 97.
fn rib_key(compact: &str) -> bool {
    let digits: Option<String> = compact
        .chars()
        .map(|c| match c {
            '0'..='9' => Some(c),
            'A'..='I' => char::from_digit(c as u32 - 'A' as u32 + 1, 10),
            'J'..='R' => char::from_digit(c as u32 - 'J' as u32 + 1, 10),
            'S'..='Z' => char::from_digit(c as u32 - 'S' as u32 + 2, 10),
            _ => None,
        })
        .collect();
    digits.is_some_and(|d| rest_97(&d) == Some(0))
}

/// Eight or eleven signs after "BIC" or "SWIFT" (ISO 9362).
fn bic(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    let text = &sheet.text;
    let spelt = text.spelt(i);
    let shape =
        matches!(spelt.len(), 8 | 11) && spelt.is_ascii() && spelt.as_bytes()[..6].iter().all(u8::is_ascii_uppercase);
    let cued = i > 0 && text.behind(i, 3, BIC).is_some() && (leads(text.before(i)) || only_space(text.before(i)));
    if !shape || !cued || !spelt.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()) {
        return None;
    }
    take(sheet, i, i + 1, spelt.to_owned())
}

/// "sort code 20-00-00, account number 55779911": a British account is known by what announces it.
fn account(sheet: &mut Sheet<'_>, i: usize) -> Option<usize> {
    let text = &sheet.text;
    let named = i > 0 && leads(text.gap(i - 1));
    let british = named && text.word(i - 1) == "account" && text.spelt(i).len() == 8;
    if !text.is_digits(i) || !(british || (named && text.is(i - 1, ACCOUNT))) {
        return None;
    }
    let figures = Figures::read(text, i);
    let groups = figures.ends.iter().rposition(|end| (6..=17).contains(end))? + 1;
    let to = figures.end(groups)?;
    let key = figures.digits[..figures.ends[groups - 1]].to_owned();
    take(sheet, i, to, key)
}

#[cfg(test)]
mod tests {
    use savoir_models::evidence::Source;

    use super::*;

    fn found(raw: &str) -> Vec<&str> {
        let mut sheet = Sheet::new(Source::Report, raw);
        find(&mut sheet);
        sheet.found.iter().map(|f| &raw[f.bytes.0..f.bytes.1]).collect()
    }

    #[test]
    fn accounts_and_cards_are_found_by_their_checks() {
        for number in [
            "GB82 WEST 1234 5698 7654 32",
            "FR1420041010050500013M02606",
            "DE89 3704 0044 0532 0130 00",
            "20041 01005 0500013M026 06",
            "4111 1111 1111 1111",
            "5555555555554444",
            "3782 822463 10005",
        ] {
            assert_eq!(found(&format!("Virement : {number} Merci")), [number]);
        }
    }

    #[test]
    fn what_is_announced_need_not_pass_its_check() {
        assert_eq!(
            found("IBAN FR76 1480 9004 1200 7318 8021 412, BIC KRMAFR2AXXX."),
            ["FR76 1480 9004 1200 7318 8021 412", "KRMAFR2AXXX"]
        );
        assert_eq!(found("carte 4970 1050 2387 1143"), ["4970 1050 2387 1143"]);
        assert_eq!(found("sort code 20-00-00, account number 55779911"), ["20-00-00", "55779911"]);
    }

    #[test]
    fn numbers_of_things_are_no_accounts() {
        for raw in [
            "GTIN 13760123450017",
            "IMEI 356938035643809",
            "machine serial 4917610000000001",
            "4111 1111 1111 1112",
            "Stylo BIC et feutre, BIC trouvé",
            "TVA FR19812345676",
            "SIRET 812 345 676 00017",
            // Words that pass the check by chance, as one in 97 does.
            "YR410 LOM66 Exhaust, CC708 Change Out Steering Control, MV3594 Replace Pos 1",
            "2026-04-33127",
        ] {
            assert_eq!(found(raw), Vec::<&str>::new(), "{raw}");
        }
    }
}
