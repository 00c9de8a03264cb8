//! What is affirmed and what is denied.
//!
//! Every word of negation denies the word that it is about ("ne *touchez* pas", "pas de *goutte*", "not *moved*"). A
//! statement that denies what its evidence affirms, or affirms what it denies, says the contrary. Words that deny by
//! themselves ("absence", "untouched", "fermé") answer for one another, so that a paraphrase passes.

mod claims;
mod scan;

use savoir_models::content::{Finding, FindingCode};

use super::ground::{Ground, Room};
use super::lexemes::Lexeme;
use super::said::{Said, Section, finding};
use crate::codes::words::set;
use crate::extractor::trade;
use claims::{Claim, Claims, claims};

set!(
    /// Orders to look and measure.
    CHECKS =
    "verifiez controlez mesurez constatez relevez notez testez essayez regardez examinez inspectez cherchez check verify confirm \
     ensure measure make carry test inspect examine look find"
);

/// What a statement denies against its evidence, or affirms against it.
pub(super) fn check(room: &Room<'_>, ground: &Ground<'_>, said: &Said<'_>, out: &mut Vec<Finding>) {
    // What one needs in hand is a list of things.
    if matches!(said.section, Section::Tool | Section::Part) {
        return;
    }
    let mine = claims(room, &said.lexemes);
    let theirs: Vec<Claims> = ground.lexemes.iter().map(|l| claims(room, l)).collect();
    if let Some(claim) = wrongly_denied(room, ground, said, &mine, &theirs) {
        let word = said.spelt(claim.lexeme, claim.lexeme + 1);
        let en = format!("The statement denies “{word}”; the evidence cited does not.");
        let fr = format!("L'énoncé nie « {word} », la preuve citée ne le nie pas.");
        out.push(finding(FindingCode::Negation, word, en, fr));
    } else if let Some(word) = presence(ground, said) {
        let en = format!("The statement says “{word}”; the evidence cited says that it is absent.");
        let fr = format!("L'énoncé dit « {word} », la preuve citée en dit l'absence.");
        out.push(finding(FindingCode::Negation, word, en, fr));
    } else if let Some((claim, their)) = contrary(room, said, &mine, &theirs) {
        let word = said.spelt(claim.lexeme, claim.lexeme + 1);
        let en = format!("The statement says “{word}”, the evidence cited “{their}”.");
        let fr = format!("L'énoncé dit « {word} », la preuve citée « {their} ».");
        out.push(finding(FindingCode::Negation, word, en, fr));
    } else if let Some(claim) = wrongly_affirmed(&mine, &theirs).filter(|_| !looks(said)) {
        let word = said.spelt(claim.lexeme, claim.lexeme + 1);
        let en = format!("The evidence cited denies “{word}”; the statement does not.");
        let fr = format!("La preuve citée nie « {word} », l'énoncé ne le nie pas.");
        out.push(finding(FindingCode::Negation, word, en, fr));
    }
}

/// A word that the statement denies, and its evidence does not.
fn wrongly_denied<'m>(
    room: &Room<'_>,
    ground: &Ground<'_>,
    said: &Said<'_>,
    mine: &'m Claims,
    theirs: &[Claims],
) -> Option<&'m Claim> {
    let evidence = || theirs.iter().flat_map(|c| c.claims.iter().map(move |claim| (c, claim)));
    // "Ne remontez pas … avant" against "remonté avant".
    let first_done = |m: &&Claim| {
        let done = |l: &[Lexeme], t: &Claim| {
            let told = !t.denied && !t.both && t.term.again(&m.term);
            told && l[t.lexeme + 1..].iter().take(8).any(|w| w.is("avant") || w.is("before"))
        };
        m.bounded && theirs.iter().zip(&ground.lexemes).any(|(c, l)| c.claims.iter().any(|t| done(l, t)))
    };
    if let Some(claim) = mine.claims.iter().find(first_done) {
        return Some(claim);
    }
    let denied: Vec<&Claim> = mine.claims.iter().filter(|c| c.denied).collect();
    let first = *denied.first()?;
    let shared = evidence().any(|(_, t)| {
        denied.iter().any(|m| (t.denied && t.term.means(&m.term)) || (t.both && t.term.is(&m.term)))
            || (t.denied && mine.claims.iter().any(|m| m.both && m.term.is(&t.term)))
    });
    // The same words in the same order: "plus d'eau" in both.
    let repeated = |m: &Claim| {
        let (no, word) = (&said.lexemes[m.by].fold, &said.lexemes[m.lexeme].fold);
        let near = |l: &[Lexeme], i: usize| l[i + 1..].iter().take(6).any(|w| w.fold == *word);
        ground.lexemes.iter().any(|l| (0..l.len()).any(|i| l[i].fold == *no && near(l, i)))
    };
    let forbidden = forbids(said) && theirs.iter().any(|c| c.forbids);
    if shared || forbidden || denied.iter().any(|m| repeated(m)) {
        return None;
    }
    // The same word, or a verb for it, told without any lack beside it.
    let affirms = |c: &Claims, t: &Claim, m: &Claim| {
        let verbs = t.term.verb.is_some() && m.term.verb.is_some();
        !t.denied
            && !t.both
            && (t.term.is(&m.term) || (verbs && t.term.means(&m.term) && !c.lacks.binary_search(&t.clause).is_ok()))
    };
    if let Some(claim) = denied.iter().find(|m| evidence().any(|(c, t)| affirms(c, t, m))) {
        return Some(claim);
    }
    unanswered(room, said, mine, theirs, first).then_some(first)
}

/// Whether a statement begins with a prohibition.
fn forbids(said: &Said<'_>) -> bool {
    said.lexemes.first().is_some_and(|l| matches!(l.fold.as_str(), "ne" | "n" | "do" | "don" | "never"))
}

/// Whether a statement asks to look at something without saying what is to be seen.
fn looks(said: &Said<'_>) -> bool {
    let first = said.lexemes.first().is_some_and(|l| CHECKS.contains(&l.fold));
    let told = |l: &Lexeme| matches!(l.fold.as_str(), "que" | "qu" | "that" | ":" | "il" | "elle" | "it");
    first && !said.lexemes.iter().any(told)
}

/// Whether nothing in the evidence answers a denial of what it does not speak of.
fn unanswered(room: &Room<'_>, said: &Said<'_>, mine: &Claims, theirs: &[Claims], first: &Claim) -> bool {
    let evidence = || theirs.iter().flat_map(|c| c.claims.iter());
    let opposed =
        mine.claims.iter().filter(|c| c.denied).any(|m| evidence().any(|t| room.words.opposed(&m.term, &t.term)));
    // "Ne vérifiez pas …": nobody tells what he did not check.
    let forbids = first.lexeme <= 3 && forbids(said);
    // A denial answers where it speaks of the same things.
    let about = |c: &Claims, clause: usize| {
        let words = |t: &&Claim| t.clause == clause && !t.term.fold.starts_with(|c: char| c.is_ascii_digit());
        let mut told = c.claims.iter().filter(words);
        (!forbids && told.clone().count() < 2) || told.any(|t| mine.claims.iter().any(|m| m.term.means(&t.term)))
    };
    let denies = theirs.iter().any(|c| c.denials.iter().any(|clause| about(c, *clause)));
    let lacks = theirs.iter().any(|c| !c.lacks.is_empty());
    let state = matches!(said.section, Section::Symptom | Section::Cause);
    // "n'est pas défaillante" against "HS": a lack denied by a lack.
    let damage = state && (first.term.lack || trade::damage(&first.term.fold, room.language));
    let answer = opposed
        || (denies && !(forbids && CHECKS.contains(&first.term.fold)))
        || (state && lacks && !damage)
        || (!state && !forbids);
    !answer
}

/// "présence de tension" against "absence de tension" or its acronym.
fn presence<'a>(ground: &Ground<'_>, said: &Said<'a>) -> Option<&'a str> {
    let at = said.lexemes.iter().position(|l| matches!(l.fold.as_str(), "presence" | "present" | "presente"))?;
    let told = |words: &[&str]| ground.lexemes.iter().any(|l| l.iter().any(|w| words.contains(&w.fold.as_str())));
    let absent = told(&["absence", "vat", "absent", "absente"]);
    (absent && !told(&["presence", "present", "presente", "presents"])).then(|| said.spelt(at, at + 1))
}

/// A state that the statement tells, and its evidence tells the contrary of: "étanche" against "fuit". Steps change
/// states, so they are not asked.
fn contrary<'m, 't>(
    room: &Room<'_>,
    said: &Said<'_>,
    mine: &'m Claims,
    theirs: &'t [Claims],
) -> Option<(&'m Claim, &'t str)> {
    let plain = |c: &&Claims| c.denials.is_empty();
    if !matches!(said.section, Section::Symptom | Section::Cause)
        || !mine.denials.is_empty()
        || !theirs.iter().all(|c| plain(&c))
    {
        return None;
    }
    let evidence = || theirs.iter().flat_map(|c| c.claims.iter());
    mine.claims.iter().find_map(|m| {
        let their = evidence().find(|t| room.words.contrary(&m.term, &t.term))?;
        let said_there = evidence().any(|t| t.term.means(&m.term));
        let said_here = mine.claims.iter().any(|m| m.term.means(&their.term));
        (!said_there && !said_here).then_some((m, their.term.fold.as_str()))
    })
}

/// A word that the statement affirms, and its evidence denies.
fn wrongly_affirmed<'m>(mine: &'m Claims, theirs: &[Claims]) -> Option<&'m Claim> {
    let evidence = || theirs.iter().flat_map(|c| c.claims.iter());
    for their in evidence().filter(|t| t.denied && t.head) {
        let same = |m: &Claim| m.term.means(&their.term);
        let mut said = mine.claims.iter().filter(|m| same(m)).peekable();
        if said.peek().is_none() || evidence().any(|t| !t.denied && t.term.again(&their.term)) {
            continue;
        }
        let excused = said.clone().any(|m| {
            let told = evidence().any(|t| !t.denied && t.term.is(&m.term));
            told || m.denied || m.both || mine.lacks.binary_search(&m.clause).is_ok()
        });
        if !excused {
            return said.next();
        }
    }
    None
}
