//! Whether what a statement speaks of is spoken of in its evidence at all.

use std::rc::Rc;

use savoir_models::content::{Finding, FindingCode};

use super::ground::{Ground, Room};
use super::said::{Said, Section, finding, short};
use super::terms::Term;
use crate::extractor::trade;

/// Of the words that need proof, the share that must have it. Paraphrases may be free; a step of another case shares a word
/// with its evidence by chance at most.
const ENOUGH: f64 = 0.3;
/// A part is named, not told: at least this share of its name.
const NAMED: f64 = 0.5;

/// `given`: how many numbers, codes and references the evidence gives; they count as much as words.
pub(super) fn check(room: &Room<'_>, ground: &Ground<'_>, said: &Said<'_>, given: usize, out: &mut Vec<Finding>) {
    let judged: Vec<(usize, Rc<Term>, bool)> = said
        .terms(room)
        .into_iter()
        .map(|(i, term)| {
            let carried = carries(room, ground, said, i, &term);
            (i, term, carried)
        })
        .collect();
    let asked: Vec<&(usize, Rc<Term>, bool)> = judged.iter().filter(|(_, t, ok)| *ok || !t.plain).collect();
    let (needed, given) = if said.section == Section::Part { (NAMED, 0) } else { (ENOUGH, given) };
    let carried = asked.iter().filter(|(.., ok)| *ok).count() + given;
    if !asked.is_empty() && (carried as f64) < needed * (asked.len() + given) as f64 {
        let lost: Vec<&str> =
            asked.iter().filter(|(.., ok)| !ok).map(|(i, ..)| said.spelt(*i, i + 1)).take(4).collect();
        out.push(unsupported(&lost.join(", ")));
        return;
    }
    // A component that nobody speaks of was made up, however well the rest is told.
    if !matches!(said.section, Section::Part | Section::Step | Section::Cause | Section::Title) {
        return;
    }
    for (i, term, _) in &judged {
        let thing = trade::component(&term.fold, room.language) && !term.plain && !orders(room, said, *i, term);
        let known =
            room.names(term) || spelt_out(ground, said, *i) || room.of_machine(term) || measures(room, ground, term);
        if thing && !known {
            out.push(unsupported(said.spelt(*i, i + 1)));
            return;
        }
    }
}

/// Whether the sentences that are quoted, without those around them, speak of enough of a statement.
pub(super) fn enough(room: &Room<'_>, ground: &Ground<'_>, said: &Said<'_>) -> bool {
    let asked: Vec<Rc<Term>> = room.terms_of(&said.lexemes).into_iter().filter(|t| !t.plain).collect();
    let carried = asked.iter().filter(|term| ground.terms.iter().any(|t| t.means(term))).count();
    carried as f64 >= NAMED * asked.len() as f64
}

/// Whether a word that names a component is none here: an order ("Switch the burner off", "clean and seal"), or a state
/// ("short circuit").
fn orders(room: &Room<'_>, said: &Said<'_>, i: usize, term: &Term) -> bool {
    let fold = |n: Option<usize>| n.and_then(|n| said.lexemes.get(n)).map_or("", |l| l.fold.as_str());
    let (before, after) = (fold(i.checked_sub(1)), fold(Some(i + 1)));
    if term.fold == "circuit" && matches!(before, "short" | "open" | "court" | "-") {
        return true;
    }
    let opens = matches!(before, "" | "," | "." | ";" | ":" | "and" | "then" | "to");
    let acts = term.verb.is_some() || matches!(after, "the" | "a" | "off" | "on" | "both" | "all");
    room.language == savoir_models::text::Language::English && opens && acts
}

fn unsupported(about: &str) -> Finding {
    let shown = short(about, 60);
    let en = format!("The evidence cited does not speak of “{shown}”.");
    let fr = format!("La preuve citée ne parle pas de « {shown} ».");
    finding(FindingCode::Unsupported, shown, en, fr)
}

/// Whether the evidence, or what stands around it, carries a word.
fn carries(room: &Room<'_>, ground: &Ground<'_>, said: &Said<'_>, i: usize, term: &Term) -> bool {
    ground.around.iter().any(|t| t.means(term))
        || ground.terms.iter().any(|t| t.means(term))
        || room.of_machine(term)
        || (said.section != Section::Part && measures(room, ground, term))
        || spelt_out(ground, said, i)
}

/// "19,8 A" carries "intensité".
fn measures(room: &Room<'_>, ground: &Ground<'_>, term: &Term) -> bool {
    ground.quantities.iter().flatten().filter_map(|q| q.unit).any(|u| room.words.measured(term, u.family.name()))
}

/// "SSR" carries "solid state relay".
fn spelt_out(ground: &Ground<'_>, said: &Said<'_>, i: usize) -> bool {
    let near = &said.lexemes[i.saturating_sub(8)..said.lexemes.len().min(i + 9)];
    let mine = said.lexemes[i].start;
    let acronyms = ground.lexemes.iter().flat_map(|l| l.iter()).filter(|l| l.acronym() && l.exact.len() >= 3);
    acronyms.into_iter().any(|a| super::names::spells(near, a, |l| l.start == mine))
}
