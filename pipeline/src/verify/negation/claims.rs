//! What a stretch of words affirms and what it denies, by the words of negation of both languages.

use std::rc::Rc;

use savoir_models::text::Language;

use super::super::ground::Room;
use super::super::lexemes::{Gap, Kind, Lexeme};
use super::super::terms::{Term, meaningful};
use super::scan::{Found, Scan, undone};

/// A word of meaning, and whether it is denied.
#[derive(Debug, Clone)]
pub(in super::super) struct Claim {
    pub(in super::super) term: Rc<Term>,
    pub(in super::super) denied: bool,
    /// Neither: "ne rechargez qu'après"; a word after one that is denied.
    pub(in super::super) both: bool,
    /// Denied until something is so: "ne relancez pas avant que".
    pub(in super::super) bounded: bool,
    /// Which clause it stands in.
    pub(in super::super) clause: usize,
    pub(in super::super) lexeme: usize,
    /// What denies it.
    pub(in super::super) by: usize,
    /// The noun that others before it only tell more of: "smell" of "no gas smell".
    pub(in super::super) head: bool,
}

/// What a stretch of lexemes affirms and denies.
#[derive(Debug, Default)]
pub(in super::super) struct Claims {
    pub(in super::super) claims: Vec<Claim>,
    /// Clauses that hold a word which denies by itself.
    pub(in super::super) lacks: Vec<usize>,
    /// Clauses that hold a negation.
    pub(in super::super) denials: Vec<usize>,
    /// It says of what stands before it that it is never to be done.
    pub(in super::super) forbids: bool,
}

/// Reads what lexemes affirm and deny.
pub(in super::super) fn claims(room: &Room<'_>, lexemes: &[Lexeme]) -> Claims {
    let language = room.language;
    let scan = Scan { lexemes, language };
    let (mut denied, mut both) = (vec![None; lexemes.len()], vec![false; lexemes.len()]);
    let mut bounds = vec![false; lexemes.len()];
    let (mut clauses, mut heads) = (Vec::with_capacity(lexemes.len()), vec![true; lexemes.len()]);
    let mut out = Claims::default();
    let mut gone: Vec<(usize, usize)> = Vec::new();
    let (mut clause, mut began, mut open) = (0, 0, usize::MAX);
    for (i, lexeme) in lexemes.iter().enumerate() {
        let ends =
            lexeme.kind == Kind::Mark && matches!(lexeme.fold.as_str(), "." | ";" | ":" | "," | "(" | ")" | "!" | "?");
        // Dictation has no marks: what is joined after a dozen words is another clause.
        let joins = matches!(
            lexeme.fold.as_str(),
            "et" | "puis"
                | "donc"
                | "mais"
                | "j"
                | "je"
                | "on"
                | "and"
                | "then"
                | "so"
                | "but"
                | "i"
                | "we"
                | "ensuite"
        );
        if ends || (i > 0 && lexeme.gap == Gap::Line) || (joins && i - began > 8) {
            clause += 1;
            began = i;
        }
        clauses.push(clause);
        // "regardez si la tige bouge": what follows may be so or not.
        let asks = matches!(lexeme.fold.as_str(), "si" | "if" | "whether")
            || (lexeme.is("s") && lexemes.get(i + 2).is_some_and(|l| matches!(l.fold.as_str(), "il" | "ils")));
        if asks {
            open = clause;
        }
        both[i] |= open == clause;
        let found = match language {
            Language::French => scan.french(i),
            Language::English => scan.english(i),
        };
        match found {
            Found::Nothing => {}
            Found::Only(at) => both[at] = true,
            Found::Denied(_) if open == clause => {}
            Found::Denied(targets) => {
                out.denials.push(clause);
                // "il ne faut jamais faire ça": whatever was told before is denied.
                out.forbids |= targets.first().is_some_and(|t| {
                    matches!(
                        lexemes[*t].fold.as_str(),
                        "faire" | "refaire" | "recommencer" | "do" | "again" | "repeat" | "done"
                    )
                });
                // "jamais … avec des outils non isolés": twice denied is affirmed.
                let twice = out.denials.iter().rev().take(2).filter(|c| **c == clause).count() > 1
                    && matches!(lexeme.fold.as_str(), "non" | "sans" | "without" | "not");
                if twice {
                    targets.into_iter().for_each(|t| both[t] = true);
                    let from = clauses.partition_point(|c| *c < clause).max(i.saturating_sub(40));
                    (from..i).filter(|t| denied[*t].take().is_some()).for_each(|t| both[t] = true);
                    continue;
                }
                // What follows in the clause may be what is meant: "pas au lavage MEK".
                let last = targets.iter().max().copied().unwrap_or(i);
                (last + 1..scan.reach(last + 1).min(last + 9)).for_each(|t| both[t] |= !targets.is_empty());
                let bounded = scan.bounded(last);
                for target in targets {
                    both[target] |= bounded;
                    bounds[target] = bounded;
                    denied[target] = (!bounded).then_some(i);
                    heads[target] = target == last;
                }
            }
        }
        let term = lexeme.word().then(|| room.term(&lexeme.fold));
        if term.as_ref().is_some_and(|t| t.lack) || lexeme.is("0") {
            out.lacks.push(clause);
        }
        // "sinon ça chauffe": what would be, and is not.
        let would = matches!(lexeme.fold.as_str(), "sinon" | "otherwise" | "else" | "peine" | "risque" | "risk");
        if would || term.is_some_and(|t| t.gone) {
            gone.push((clause, i));
        }
    }
    for (i, lexeme) in lexemes.iter().enumerate() {
        let said = meaningful(lexeme, language) && (denied[i].is_some() || !scan.light(i));
        if said || lexeme.digits() {
            let told = if language == Language::English { undone(&lexeme.fold) } else { None };
            let term = room.term(told.unwrap_or(&lexeme.fold));
            let by = denied[i];
            // What is gone, and not the word that says so.
            let near = gone.partition_point(|g| g.0 < clauses[i]);
            let ended = gone.get(near).is_some_and(|g| g.0 == clauses[i] && g.1 != i && g.1.abs_diff(i) <= 8);
            out.claims.push(Claim {
                term,
                denied: by.is_some(),
                both: both[i] || ended,
                bounded: bounds[i],
                clause: clauses[i],
                lexeme: i,
                by: by.unwrap_or(i),
                head: heads[i],
            });
        }
    }
    out
}
