//! The things that a text acts upon or blames: head nouns with what tells them apart ("filtre à air", "seat switch").

use savoir_models::text::Language;

use crate::codes::words::set;
use crate::extractor::deeds::tells_damage;
use crate::index::analysis::{fold, words};

set!(
    /// Words at which a noun and its complements end.
    ENDS =
    "en dans sur pour par sous sans jusque jusqu jusqu' qui que dont ref reference quand apres avant contre vers est etait \
     sont etaient for at on in to by from until of is was were are which that after before under against without \
     through clear"
);
set!(
    /// Words that join things of equal rank.
    JOINS = "et and avec with ou or puis then mais but donc so + = & : ;"
);
set!(
    /// Words that go before a noun.
    DETERMINERS = "le la les l l' un une des du son sa ses the a an new its both deux"
);
set!(
    /// Words that tell no thing from another: state, number, quantity, side of speech.
    QUALIFIERS =
    "neuf neuve neufs neuves complet complete complets completes nouveau nouvelle ancien ancienne vieux origine stock camion \
     deux trois quatre peu bien new old spare complete two three four kg g l litre litres mm bar v a w kw h ml reste \
     ok bon bonne"
);
set!(
    /// What is measured is no thing that can be mended: it says nothing of two causes that both name it.
    QUANTITIES =
    "tension pression temperature debit courant niveau manque trop exces defaut fluide charge partie cote sortie entree \
     voltage pressure flow current level lack fault system side output input short low high hors circuit"
);
set!(
    /// What is renewed, or filled up, whenever something is opened: news only where the cause blames it.
    SUNDRIES =
    "joint joints pate colle graisse rondelle rondelles collier colliers gasket gaskets seal seals o-ring o-rings \
     washer washers paste bolts screws grease \
     degraissant nettoyant alcool chiffon cleaner alcohol rag plein appoint"
);

/// Names of one thing in workshops: abbreviations, and words for what differs only by trade. The first is compared.
const SAME_THING: &[&[&str]] = &[
    &["thermocouple", "tc"],
    &["electrovanne", "ev"],
    &["vanne", "vl"],
    &["compresseur", "cpr"],
    &["radiateur", "echangeur", "refroidisseur", "aerorefrigerant"],
    &["tamis", "crepine"],
    &["cooler", "radiator", "exchanger"],
    &["strainer", "screen"],
];

/// Names of more than one word, folded, and the word that is compared.
const SAME_NAME: &[(&str, &str)] = &[("filtre a tamis", "tamis"), ("filtre en y", "tamis"), ("y strainer", "strainer")];

/// Where a text stands, which says how it names things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::compare) enum Place {
    /// After a verb. A segment after a comma counts when it begins with a determiner: else it is a measurement or a
    /// remark ("isolement 200 Mohm").
    Object,
    /// A part of the list.
    Part,
    /// A cause: every segment tells something, and an adjective tells a state ("huile blanche"), not which thing.
    Cause,
}

/// A thing that is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::compare) struct Thing {
    /// Its stem.
    pub(in crate::compare) head: String,
    /// Stems that tell it from others of its name.
    marks: Vec<String>,
    /// What is renewed whenever something is opened.
    pub(in crate::compare) sundry: bool,
    /// A quantity rather than a thing.
    pub(in crate::compare) quantity: bool,
}

impl Thing {
    /// Whether both may be one: the same name, and nothing that tells them apart. "Filtre" may be the "filtre à air";
    /// the "filtre à huile" is not.
    pub(in crate::compare) fn may_be(&self, other: &Self) -> bool {
        self.head == other.head
            && (self.marks.is_empty()
                || other.marks.is_empty()
                || self.marks.iter().any(|mark| other.marks.contains(mark)))
    }
}

/// The things that a text names, in order.
pub(in crate::compare) fn things(text: &str, language: Language, place: Place) -> Vec<Thing> {
    let folded = fold(&without_brackets(text)).replace(['\'', '’'], "' ");
    let named = SAME_NAME.iter().fold(folded, |text, (name, word)| text.replace(name, word));
    let spaced = named.replace(',', " , ").replace('+', " + ").replace('=', " = ").replace(':', " : ");
    let mut out = Vec::new();
    let mut segment: Vec<&str> = Vec::new();
    let (mut wanted, mut comma) = (true, false);
    for token in spaced.split_whitespace().chain(["+"]) {
        if token == "," || JOINS.contains(token) {
            out.extend(thing(&segment, language, place).filter(|_| wanted));
            segment.clear();
            comma = token == ",";
            wanted = true;
            continue;
        }
        if segment.is_empty() && comma && place == Place::Object {
            wanted = DETERMINERS.contains(token.trim_end_matches('\''));
        }
        segment.push(token);
    }
    out
}

fn without_brackets(text: &str) -> String {
    let mut depth = 0_usize;
    text.chars()
        .filter(|c| {
            match c {
                '(' => depth += 1,
                ')' => {
                    depth = depth.saturating_sub(1);
                    return false;
                }
                _ => {}
            }
            depth == 0
        })
        .collect()
}

fn thing(tokens: &[&str], language: Language, place: Place) -> Option<Thing> {
    let kept: Vec<&str> = tokens
        .iter()
        .map(|t| t.trim_matches(|c: char| !c.is_alphanumeric()))
        .take_while(|t| !ENDS.contains(t))
        .collect();
    let has_digit = |t: &str| t.chars().any(|c| c.is_ascii_digit());
    let noun = |t: &str| !has_digit(t) && t.len() > 1 && !QUALIFIERS.contains(t) && !words(t, language).is_empty();
    let sound = |t: &str| place == Place::Part || !tells_damage(t, language);
    let mut nouns: Vec<(usize, &str)> =
        kept.iter().enumerate().map(|(at, t)| (at, *t)).filter(|(_, t)| noun(t) && sound(t)).collect();
    if nouns.is_empty() && place != Place::Cause {
        // Only its number names it: a refrigerant, an oil, a part.
        nouns = kept.iter().map(|t| (0, *t)).filter(|(_, t)| has_digit(t) && t.contains(char::is_alphabetic)).collect();
        nouns.truncate(1);
    }
    let (at, head) = match language {
        Language::French => (!nouns.is_empty()).then(|| nouns.remove(0)),
        Language::English => nouns.pop(),
    }?;
    if place == Place::Cause && language == Language::French {
        let complement = |t: &&str| matches!(*t, "de" | "d" | "du" | "des" | "a" | "au" | "aux");
        let from = kept.iter().skip(at).position(complement).map_or(usize::MAX, |n| n + at);
        nouns.retain(|(place, _)| *place > from);
    }
    Some(Thing {
        sundry: SUNDRIES.contains(head),
        quantity: QUANTITIES.contains(head),
        head: stem(head, language),
        marks: nouns.into_iter().map(|(_, n)| stem(n, language)).collect(),
    })
}

fn stem(word: &str, language: Language) -> String {
    let stemmed = |w: &str| words(w, language).into_iter().next().map_or_else(|| w.to_owned(), |found| found.term);
    let mine = stemmed(word);
    let group = SAME_THING.iter().find(|group| group.iter().any(|name| stemmed(name) == mine));
    group.and_then(|group| group.first()).map_or(mine, |first| stemmed(first))
}
