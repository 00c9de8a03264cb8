//! Stretches of a case that read like orders to a machine.
//!
//! A report tells what was done; it does not speak to its reader. Whatever does, or hides what it says, is shown to the
//! expert, and no statement may rest on it unseen. Nothing here decides: a suspicion that is none costs a look.

mod decoded;
mod defeat;
mod hidden;
mod markup;
mod phrases;
mod views;

use savoir_models::evidence::{Evidence, Place, Source, Suspicion};

use super::ground::Room;
use super::lexemes::{Lexeme, lexemes};
use super::said::short;
use crate::extractor::trade;

pub(super) use defeat::{defeats, disarms};
pub(super) use markup::unclean;

/// A stretch of a text, and why it is suspect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doubt {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) en: String,
    pub(super) fr: String,
    /// It ends what came before it.
    closes: bool,
}

impl Doubt {
    fn new(start: usize, end: usize, en: impl Into<String>, fr: impl Into<String>) -> Self {
        Self { start, end, en: en.into(), fr: fr.into(), closes: false }
    }
}

/// A paragraph of its own is suspect as a whole, up to this many bytes.
const TRAIN: usize = 700;
/// A text with more doubts than this is suspect as a whole.
const MOST: usize = 200;
/// A sentence longer than this is a dictation without full stops: of it the order and this many bytes after it are suspect.
const LONG: usize = 400;
const AROUND: usize = 100;

/// The suspicions of a case, in order of its texts; stretches of one text do not overlap.
pub(super) fn suspicions(room: &Room<'_>) -> Vec<Suspicion> {
    let case = room.case;
    let mut out = Vec::new();
    for (i, text) in room.texts.iter().enumerate() {
        let name = matches!(&text.source, Source::Field { path } if !path.starts_with("request.symptom"));
        for doubt in doubts(&text.text, &room.hay(i).lexemes, name) {
            out.extend(case.evidence_in(text, doubt.start, doubt.end).map(|evidence| Suspicion {
                evidence,
                reason: doubt.en,
                reason_fr: doubt.fr,
            }));
        }
    }
    // Fields that nobody quotes may be read all the same.
    let intake = &case.intervention.intake;
    let senders = intake.exchanges.iter().enumerate().map(|(i, e)| (format!("exchanges[{i}].from"), e.from.as_str()));
    let fields = [
        ("customer", &intake.customer),
        ("technician", &intake.technician),
        ("provider", &intake.provider),
        ("equipment.serial", &intake.equipment.serial),
        ("equipment.firmware", &intake.equipment.firmware),
        ("request.channel", &intake.request.channel),
        ("request.urgency", &intake.request.urgency),
    ];
    let fields = fields.into_iter().filter_map(|(path, text)| Some((path.to_owned(), text.as_deref()?)));
    for (path, text) in fields.chain(senders) {
        for doubt in doubts(text, &lexemes(text), true) {
            let place = Place { start: doubt.start, end: doubt.end, ..Place::default() };
            let quote = text.get(doubt.start..doubt.end).unwrap_or_default().to_owned();
            let evidence = Evidence { source: Source::Field { path: path.clone() }, quote, place };
            out.push(Suspicion { evidence, reason: doubt.en, reason_fr: doubt.fr });
        }
    }
    out
}

/// Whether anything in a text is suspect.
pub(super) fn speaks(text: &str) -> bool {
    !doubts(text, &lexemes(text), false).is_empty()
}

/// What is suspect in one text. `name`: it should be a name, so that an order in it is one word too many.
fn doubts(text: &str, read: &[Lexeme], name: bool) -> Vec<Doubt> {
    let mut found = phrases::spoken(text, read);
    found.extend(markup::structures(text));
    found.extend(hidden::hidden(text, read));
    found.extend(defeat::ordered(text, read, name));
    if found.is_empty() {
        return found;
    }
    found.sort_by_key(|d| (d.start, std::cmp::Reverse(d.end)));
    if found.len() > MOST {
        let Doubt { start, en, fr, .. } = found.swap_remove(0);
        return vec![Doubt::new(start, text.len(), en, fr)];
    }
    let sentences = trade::sentences(text);
    let mut wide: Vec<Doubt> = found.into_iter().map(|doubt| widened(text, &sentences, doubt)).collect();
    wide.sort_by_key(|d| (d.start, std::cmp::Reverse(d.end)));
    let mut out: Vec<Doubt> = Vec::new();
    for doubt in wide {
        match out.last_mut() {
            Some(last) if doubt.start < last.end => last.end = last.end.max(doubt.end),
            _ => out.push(doubt),
        }
    }
    out
}

/// The whole sentence, and the whole paragraph where it is one of its own; of a dictation that has neither, what follows.
fn widened(text: &str, sentences: &[(usize, usize)], doubt: Doubt) -> Doubt {
    let first = sentences.partition_point(|s| s.1 <= doubt.start);
    let last = sentences.partition_point(|s| s.0 < doubt.end);
    if first >= last {
        return doubt;
    }
    let (mut start, mut end) = (sentences[first].0.min(doubt.start), sentences[last - 1].1.max(doubt.end));
    let blank = |at: usize| text[..at].rfind("\n\n").map_or(0, |n| n + 2);
    start = start.max(blank(doubt.start));
    end = text[doubt.end..].find("\n\n").map_or(end, |n| end.min(doubt.end + n));
    let from = text[..start].rfind('\n').map_or(0, |n| n + 1);
    let to = text[end..].find('\n').map_or(text.len(), |n| end + n);
    let from = if to - from < 40 || text[..from].ends_with("\n\n") { blank(start) } else { from };
    let to = text[to..].find("\n\n").map_or(text.len(), |n| to + n).min(from + TRAIN).max(to);
    if to - from <= TRAIN && (to - from) * 2 < text.trim().len() {
        (start, end) = (text.floor_char_boundary(from), text.floor_char_boundary(to));
    } else if end - start > LONG {
        start = doubt.start;
        end = text.floor_char_boundary(end.min(doubt.end + if doubt.closes { 0 } else { AROUND }));
    }
    Doubt { start, end, ..doubt }
}

/// A few words of a text for a reason.
fn shown(text: &str, start: usize, end: usize) -> String {
    short(text.get(start..end).unwrap_or_default(), 60)
}
