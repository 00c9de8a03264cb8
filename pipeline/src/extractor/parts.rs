//! Parts: those the intervention lists, and those the text says were replaced.

use super::words::ENDS;
use savoir_models::content::{Part, Statement};
use savoir_models::evidence::Source;

use super::imperative::capital;
use super::lexicon::Lexicon;
use super::likeness::{shared, stems};
use super::piece::{Piece, Role};
use super::sentences::read;
use super::sources::Sources;
use crate::codes::references;

/// Verbs whose object is a part that one needs in hand.
const REPLACING: &[&str] = &["remplacer", "changer", "échanger", "replace", "change", "swap", "change out"];
/// Verbs whose object may be the part that was there before: a reference, or a word for "new", tells.
const FITTING: &[&str] = &["poser", "monter", "installer", "fit", "install"];

/// What every machine is held together and closed with.
const SMALL: &[&str] = &[
    "vi",
    "boulon",
    "ecrou",
    "rondelle",
    "capot",
    "carter",
    "facade",
    "couvercle",
    "tole",
    "grille",
    "nappe",
    "connecteur",
    "screw",
    "bolt",
    "nut",
    "washer",
    "cover",
    "panel",
    "guard",
    "lid",
    "plug",
    "connector",
];

/// The parts of a procedure.
pub(super) fn parts(sources: &Sources<'_>, steps: &[Piece]) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    for (i, used) in sources.case.intervention.intake.parts.iter().enumerate() {
        let name = sources.whole(&Source::Field { path: format!("parts[{i}].name") });
        let reference = sources.whole(&Source::Field { path: format!("parts[{i}].reference") });
        let Some(first) = name.as_ref().or(reference.as_ref()) else { continue };
        let text = capital(first.quote.trim());
        let evidence = name.iter().chain(reference.iter()).cloned().collect();
        let statement = Statement { text, evidence, ..Statement::default() };
        out.push(Part {
            statement,
            reference: used.reference.as_deref().map(|r| r.trim().to_owned()),
            quantity: used.quantity,
        });
    }
    let lexicon = Lexicon::of(sources.language);
    for piece in steps.iter().take(60) {
        let Role::Step { verb, .. } = piece.role else { continue };
        let name = lexicon.verbs.list[verb].name.as_str();
        let new = || piece.text.split(' ').any(|w| ["neuf", "neuve", "neufs", "neuves", "new"].contains(&w));
        if !REPLACING.contains(&name) && !FITTING.contains(&name) {
            continue;
        }
        for part in told(sources, lexicon, piece) {
            if FITTING.contains(&name) && !new() && part.reference.is_none() {
                continue;
            }
            let known = stems(&part.statement.text);
            let listed = out.iter().any(|p| {
                let same = p.reference.is_some() && part.reference.is_some() && {
                    let canonical = |r: &Option<String>| r.as_deref().and_then(crate::codes::canonical_reference);
                    canonical(&p.reference) == canonical(&part.reference)
                };
                same || shared(&stems(&p.statement.text), &known) >= 0.5
            });
            if !listed && out.len() < 20 {
                out.push(part);
            }
        }
    }
    out
}

/// The components that a step names as its object, each with its reference when one stands beside it.
fn told(sources: &Sources<'_>, lexicon: &Lexicon, piece: &Piece) -> Vec<Part> {
    let (start, end) = piece.thing;
    let text = &sources.texts[piece.source].text;
    let Some(thing) = text.get(start..end) else { return Vec::new() };
    let words = read(thing).words;
    let mut out = Vec::new();
    let mut i = 0;
    while i < words.len() && out.len() < 6 {
        if words[i].is("(") {
            i = (i..words.len()).find(|j| words[*j].is(")")).map_or(words.len(), |j| j + 1);
            continue;
        }
        // Where a component begins: a noun of the lexicon, or an English modifier before one.
        let head = (i..words.len().min(i + 3))
            .take_while(|j| !words[*j].mark)
            .find(|j| lexicon.noun(&words[*j].fold).is_some());
        let Some(head) = head.filter(|h| *h == i || !sources.french()) else {
            i += 1;
            continue;
        };
        let from = if sources.french() { head } else { modifiers(&words, i, head) };
        let mut to = head + 1;
        while to < words.len()
            && to < head + 6
            && !words[to].mark
            && !ENDS.contains(&words[to].fold)
            && !words[to].fold.contains(|c: char| c.is_ascii_digit())
        {
            to += 1;
        }
        while to > head + 1
            && matches!(
                words[to - 1].fold.as_str(),
                "de" | "d'" | "la" | "le" | "les" | "l'" | "des" | "the" | "of" | "a"
            )
        {
            to -= 1;
        }
        let (first, last) = (start + words[from].start, start + words[to - 1].end);
        // Screws and nuts are taken off and put back: parts only with a reference.
        let small = SMALL.contains(&words[head].fold.trim_end_matches('s'));
        if let Some(evidence) = sources.evidence(piece.source, first, last) {
            let beside = text.get(last..piece.end.max(last)).unwrap_or_default();
            let reference = references(beside.get(..beside.len().min(40)).unwrap_or_default()).into_iter().next();
            let reference = reference.and_then(|r| beside.get(r.start..r.end)).map(str::to_owned);
            let text = capital(&evidence.quote);
            if !small || reference.is_some() {
                out.push(Part { statement: Statement::new(text, evidence), reference, quantity: None });
            }
        }
        // What follows up to the next "and" or comma tells more of the same part.
        i = (to..words.len())
            .find(|j| words[*j].mark || matches!(words[*j].fold.as_str(), "et" | "and"))
            .map_or(words.len(), |j| j + 1);
    }
    out
}

fn modifiers(words: &[super::sentences::Word], from: usize, head: usize) -> usize {
    (from..head)
        .rev()
        .take_while(|j| {
            !words[*j].mark
                && !matches!(words[*j].fold.as_str(), "the" | "a" | "an" | "its" | "my" | "new" | "both" | "and" | "of")
        })
        .last()
        .unwrap_or(head)
}
