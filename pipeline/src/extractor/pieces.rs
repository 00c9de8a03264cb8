//! From one text of a case to pieces: steps, states and notes, in reading order, each with its bytes.

use super::clauses::View;
use super::lexicon::{Cue, Hit, Label, Lexicon};
use super::piece::{Nature, Pieces, Role};
use super::room::Room;
use super::sentences::{Reading, Sentence, read};
use super::tools;
use super::words::PREPOSITIONS;

/// Which part of a text a heading governs.
#[derive(Clone, Copy)]
struct Scope {
    label: Label,
    paragraph: usize,
    /// Only this line, when the heading stands on it with its text.
    line: Option<usize>,
    /// Only this sentence: advice in the middle of a line.
    sentence: Option<usize>,
}

/// Bytes of a text that are read: five hundred pages. What a machine has logged behind them is no report.
const READ: usize = 1_000_000;

/// Takes a text to pieces.
pub(super) fn pieces(lexicon: &'static Lexicon, text: &str, source: usize, nature: Nature) -> Pieces {
    let end = (0..=text.len().min(READ)).rev().find(|i| text.is_char_boundary(*i)).unwrap_or(0);
    let text = &text[..end];
    let reading = read(text);
    let accents = reading.words.iter().any(|w| w.low != w.fold);
    let hits: Vec<Vec<Hit>> =
        reading.sentences.iter().map(|s| lexicon.hits(&reading.words[s.from..s.to], s.from, accents)).collect();
    let poisoned = poisoned(&reading, &hits, nature);
    let mut out = Pieces::default();
    let mut scope: Option<Scope> = None;
    for (number, sentence) in reading.sentences.iter().enumerate() {
        if poisoned.binary_search(&sentence.paragraph).is_ok() {
            continue;
        }
        let hits = hits[number].as_slice();
        let past = |s: Scope| {
            s.paragraph != sentence.paragraph
                || s.line.is_some_and(|l| l != sentence.line)
                || s.sentence.is_some_and(|n| n != number)
        };
        if scope.is_some_and(past) {
            scope = None;
        }
        let mut body = sentence.clone();
        if let Some((label, from)) = heading(&reading, sentence, hits) {
            let alone = from >= sentence.to;
            let amid = label == Label::Drop && !alone && !reading.begins_line(sentence.from);
            scope = Some(Scope {
                label,
                paragraph: sentence.paragraph,
                line: (!alone).then_some(sentence.line),
                sentence: amid.then_some(number),
            });
            if alone {
                continue;
            }
            body.from = from;
        }
        let label = scope.map(|s| s.label);
        out.unsolved |= hits.iter().any(|h| h.cue == Cue::Unsolved);
        out.found |= label == Some(Label::Finding) || hits.iter().any(|h| h.cue == Cue::Found);
        if label == Some(Label::Drop) {
            continue;
        }
        let orders = nature == Nature::Orders;
        let work = orders || matches!(label, Some(Label::Work | Label::Safety));
        let view = View { words: &reading.words, lexicon, hits, orders, work, start: body.from };
        let room = Room { view, text, source, number, label };
        tools::mentions(&room, &body, &mut out.tools);
        if label == Some(Label::Note) || (room.view.has(Cue::Prerequisite, body.from, body.to) && label.is_none()) {
            out.pieces.extend(room.run(body.from, body.to, Role::Note));
        } else if nature == Nature::Customer {
            if !body.question && !room.view.has(Cue::Person, body.from, body.to) {
                out.pieces.extend(room.run(body.from, body.to, Role::State));
            }
        } else {
            room.sentence(&body, &mut out.pieces);
        }
    }
    out
}

/// The paragraphs that give orders to a machine that reads: nothing is taken from them. Of a customer's message nothing
/// at all is taken then.
fn poisoned(reading: &Reading, hits: &[Vec<Hit>], nature: Nature) -> Vec<usize> {
    let mut out: Vec<usize> = reading
        .sentences
        .iter()
        .zip(hits)
        .filter(|(_, hits)| hits.iter().any(|h| h.cue == Cue::Hostile))
        .map(|(s, _)| s.paragraph)
        .collect();
    if nature == Nature::Customer && !out.is_empty() {
        out = reading.sentences.iter().map(|s| s.paragraph).collect();
    }
    out.dedup();
    out
}

/// The heading that a sentence begins with, and where its own text begins.
fn heading(reading: &Reading, sentence: &Sentence, hits: &[Hit]) -> Option<(Label, usize)> {
    let longest =
        hits.iter().filter(|h| h.from == sentence.from && matches!(h.cue, Cue::Label(_))).max_by_key(|h| h.to)?;
    let Cue::Label(label) = longest.cue else { return None };
    let colon = (longest.to..sentence.to.min(sentence.from + 24))
        .find(|i| reading.words[*i].is(":"))
        .filter(|i| *i < sentence.from + 14 || i + 1 == sentence.to)
        .filter(|i| i + 1 == sentence.to || *i <= longest.to + 1 || announces(reading, longest));
    // "Vérification d'absence de tension : 0 V" names what was done; "Vérification : …" is a heading.
    let named = longest.to == sentence.from + 1
        && !reading.words[sentence.from].fold.ends_with('s')
        && reading.words.get(longest.to).is_some_and(|w| matches!(w.fold.as_str(), "d'" | "de" | "du" | "des" | "of"));
    match colon {
        Some(colon) if !named => Some((label, colon + 1)),
        None if sentence.to - sentence.from <= 4 && sentence.to == longest.to => Some((label, sentence.to)),
        // "Contrôles avant travaux", alone on its line.
        None if alone(reading, sentence) && reading.words[longest.to - 1].fold.ends_with('s') => {
            Some((label, sentence.to))
        }
        _ => None,
    }
}

/// Whether a sentence is a short line of its own without a number, and lines follow.
fn alone(reading: &Reading, sentence: &Sentence) -> bool {
    let words = &reading.words[sentence.from..sentence.to];
    words.len() <= 6
        && reading.begins_line(sentence.from)
        && reading.begins_line(sentence.to)
        && !words.iter().any(|w| w.mark || w.fold.contains(|c: char| c.is_ascii_digit()))
}

/// Whether words may stand between a heading's first word and its colon: "Contrôles, dans l'ordre :", "Constat à 7h20 :".
/// "Client soupçonne une fuite :" and "Checked first, all OK:" are sentences.
fn announces(reading: &Reading, label: &Hit) -> bool {
    let last = &reading.words[label.to - 1];
    let next = &reading.words[label.to];
    let named = label.to > label.from + 1;
    !last.fold.ends_with("ed") && (named || last.fold.ends_with('s') || next.mark || PREPOSITIONS.contains(&next.fold))
}
