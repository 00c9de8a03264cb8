//! Proper nouns and acronyms: "Loctane", "MEK". A statement names what its evidence, or the machine's fields, name.

use savoir_models::content::{Finding, FindingCode};
use savoir_models::text::Language;

use super::figures::missing;
use super::ground::{Ground, Room};
use super::lexemes::{Gap, Lexeme};
use super::said::Said;
use crate::codes::words::set;

set!(
    /// Capitals that name nothing.
    COMMON =
    "ok hs ras ac dc no nc epi ppe led ph vat vs st m mm mr mme mlle mrs ms i hmi ihm pc usb ip dn pn max min o \
     janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre lundi mardi mercredi jeudi \
     vendredi samedi dimanche january february march april may june july august september october november december \
     monday tuesday wednesday thursday friday saturday sunday celsius fahrenheit kelvin on off stop"
);

/// Names that the evidence does not give.
pub(super) fn check(room: &Room<'_>, ground: &Ground<'_>, said: &Said<'_>, out: &mut Vec<Finding>) {
    let words = said.lexemes.iter().filter(|l| l.word() && l.exact.len() > 3);
    let capitals = words.clone().filter(|l| l.capital()).count();
    // Where Most Words Have A Capital it tells nothing.
    let titled = capitals * 2 > words.count().max(4);
    for (i, lexeme) in said.lexemes.iter().enumerate() {
        let acronym = lexeme.acronym();
        if said.dealt[i] || !lexeme.word() || !lexeme.capital() || lexeme.exact.len() < 2 || (titled && !acronym) {
            continue;
        }
        let opens = begins(&said.lexemes, i);
        if (opens && !acronym) || COMMON.contains(&lexeme.fold) || elided(&said.lexemes, i) {
            continue;
        }
        let carried =
            ground.lexemes.iter().any(|l| l.iter().any(|w| same(w, lexeme)) || (acronym && initials(l, lexeme)))
                || room.machine_words.iter().any(|w| same(w, lexeme))
                || listed(room, said, lexeme)
                || (acronym && (abbreviates(room, ground, lexeme) || joined(ground, lexeme)));
        if !carried {
            out.push(missing(FindingCode::Name, said.spelt(i, i + 1), None, ("The name", "Le nom")));
        }
    }
}

/// Whether the list of parts names it for what the statement speaks of.
fn listed(room: &Room<'_>, said: &Said<'_>, name: &Lexeme) -> bool {
    room.case.intervention.intake.parts.iter().filter_map(|p| p.name.as_deref()).any(|part| {
        super::lexemes::lexemes(part).iter().any(|w| same(w, name)) && super::figures::speaks_of(room, said, part)
    })
}

/// Whether a sentence, or what is like one, begins at lexeme `i`.
fn begins(lexemes: &[Lexeme], i: usize) -> bool {
    let Some(before) = i.checked_sub(1).map(|p| &lexemes[p]) else { return true };
    lexemes[i].gap == Gap::Line
        || matches!(before.fold.as_str(), "." | ":" | "!" | "?" | ";" | "(" | "\"" | "-" | "…" | "/" | ")")
}

/// "N" of "N·m", "L" of "L'huile".
fn elided(lexemes: &[Lexeme], i: usize) -> bool {
    lexemes.get(i + 1).is_some_and(|l| l.is("'") && l.glued()) && lexemes[i].exact.len() <= 2
}

fn same(theirs: &Lexeme, mine: &Lexeme) -> bool {
    let plain = |w: &str| w.trim_end_matches('s').to_owned();
    theirs.fold == mine.fold || (mine.fold.len() > 3 && plain(&theirs.fold) == plain(&mine.fold))
}

set!(
    /// Words that an acronym passes over: the "d'" and the "de" of VAT, "vérification d'absence de tension".
    SMALL = "de d du des l la le les a au of the and et"
);

/// Whether words in a row begin with the letters of an acronym: "solid state relay" is SSR, "fin de course" FDC.
pub(super) fn initials(lexemes: &[Lexeme], acronym: &Lexeme) -> bool {
    spells(lexemes, acronym, |_| true)
}

/// The same, of words of which `among` says yes to one.
pub(super) fn spells(lexemes: &[Lexeme], acronym: &Lexeme, among: impl Fn(&Lexeme) -> bool) -> bool {
    let letters: Vec<char> = acronym.fold.chars().collect();
    let all: Vec<&Lexeme> = lexemes.iter().filter(|l| l.word() || l.digits()).collect();
    let most: Vec<&Lexeme> = all.iter().copied().filter(|l| !SMALL.contains(&l.fold)).collect();
    (2..=5).contains(&letters.len())
        && [all, most].iter().any(|words| {
            words
                .windows(letters.len())
                .any(|w| w.iter().zip(&letters).all(|(l, c)| l.fold.starts_with(*c)) && w.iter().any(|l| among(l)))
        })
}

/// Whether the lexicon knows what it stands for: "EV" is an electrovanne.
fn abbreviates(room: &Room<'_>, ground: &Ground<'_>, acronym: &Lexeme) -> bool {
    let term = room.term(&acronym.fold);
    ground.terms.iter().any(|t| t.means(&term))
}

/// Whether its letters are told one by one: "S S R".
fn joined(ground: &Ground<'_>, acronym: &Lexeme) -> bool {
    let compact = super::compact::Compact::of(&acronym.exact);
    ground.lexemes.iter().any(|l| compact.find(l, Language::English).is_some())
}
