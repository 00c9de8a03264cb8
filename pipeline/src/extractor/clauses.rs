//! Clauses of a sentence, and the part each plays: something done, a state, or a fragment that belongs to its neighbour.

use savoir_models::text::Language;

use super::actions::{Action, How, analyse};
use super::imperative::trimmed;
use super::lexicon::{Cue, Hit, Lexicon};
use super::phrases::{determined, finite, subject_of};
use super::segments::{Sep, segments};
use super::sentences::{Sentence, Word};
use super::words::{FINITE, PREPOSITIONS};

/// The part a clause plays.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Something was done, or is to be done.
    Action(Action),
    /// Something is so.
    State,
    /// No verb: it belongs to what stands before it.
    Fragment,
}

/// A clause.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    /// First word.
    pub(super) from: usize,
    /// One past the last.
    pub(super) to: usize,
    pub(super) part: Part,
    sep: Sep,
}

impl Clause {
    /// Whether a colon or an arrow leads to it.
    pub(super) fn led(&self) -> bool {
        matches!(self.sep, Sep::Colon | Sep::Arrow)
    }
}

/// Where clauses are looked for.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) words: &'a [Word],
    pub(super) lexicon: &'static Lexicon,
    /// The cues of the sentence.
    pub(super) hits: &'a [Hit],
    /// Orders are expected: a list of actions, an expert's message, an answer.
    pub(super) orders: bool,
    /// Work is told: orders, or lines under a heading that announces work.
    pub(super) work: bool,
    /// First word of the sentence.
    pub(super) start: usize,
}

impl View<'_> {
    /// Whether the cue covers a word of the range.
    pub(super) fn has(&self, cue: Cue, from: usize, to: usize) -> bool {
        self.hits.iter().any(|h| h.cue == cue && h.from >= from && h.to <= to)
    }

    /// The folded word, or nothing past the end.
    pub(super) fn fold(&self, i: usize) -> &str {
        self.words.get(i).map_or("", |w| w.fold.as_str())
    }

    /// Whether the word begins a circumstance. The English article is spelt like "à".
    pub(super) fn leads(&self, i: usize) -> bool {
        PREPOSITIONS.contains(self.fold(i)) && (self.french() || self.fold(i) != "a")
    }

    /// Whether the word is a verb in a tense, of those that every text uses.
    pub(super) fn tensed(&self, i: usize) -> bool {
        FINITE.contains(self.fold(i)) && if self.french() { self.words[i].low != "à" } else { self.fold(i) != "a" }
    }

    pub(super) fn french(&self) -> bool {
        self.lexicon.language == Language::French
    }
}

/// The clauses of a sentence, in order.
pub(super) fn clauses(view: View<'_>, sentence: &Sentence) -> Vec<Clause> {
    let mut out: Vec<Clause> = Vec::new();
    let mut segment_before = (sentence.from, sentence.from);
    for (mut from, to, mut sep) in segments(view, sentence) {
        if sep == Sep::And && plural_of_two(view, from, to) && out.last().is_some_and(|l| l.to == segment_before.1) {
            // "bac et écoulement débouchés": the participle is about both nouns.
            if let Some(last) =
                out.last_mut().filter(|l| !matches!(l.part, Part::Action(_)) || l.from < segment_before.0)
            {
                last.to = trimmed(view.words, segment_before.0);
                if let Part::Action(action) = &mut last.part {
                    action.to = action.to.min(last.to);
                }
                (from, sep) = (segment_before.0, Sep::Comma);
                if last.to <= last.from {
                    out.pop();
                }
            }
        }
        segment_before = (from, to);
        let part = settle(view, analyse(view, from, to, out.last()), (from, to, sep), &out);
        let fragment = matches!(part, Part::Fragment);
        if let Part::Action(action) = &part
            && action.adopted
            && sep == Sep::And
            && let Some(Clause { part: Part::Action(before), to: end, .. }) = out.last_mut()
            && before.how == How::Passive
            && before.rest == before.to
        {
            // "sectionneur ouvert et cadenassé": one step of two verbs.
            before.heads.extend(action.heads.iter().copied());
            (before.rest, before.to, *end) = (action.rest, action.to, to);
            continue;
        }
        let Some(last) = out.last_mut() else {
            out.push(Clause { from, to, part, sep });
            continue;
        };
        let before = matches!(last.part, Part::Fragment);
        let joins = match sep {
            // A noun in a list belongs to what it is listed with.
            Sep::Comma => fragment,
            // "le joint et le roulement", "jeu et bruit"; two clauses only when both have a verb.
            // A participle in the singular is about the second noun only.
            Sep::And if before => fragment || !matches!(&part, Part::Action(a) if a.agreement.is_none_or(|a| !a.1)),
            Sep::And => fragment,
            _ => false,
        };
        if joins {
            last.to = to;
            if before && !fragment {
                // "joint et filtre remplacés": the participle is about both.
                let (from, sep) = (last.from, last.sep);
                out.pop();
                let part = analyse(view, from, to, out.last());
                out.push(Clause { from, to, part, sep });
            } else if let Part::Action(action) = &mut last.part {
                action.to = to;
            }
        } else {
            out.push(Clause { from, to, part, sep });
        }
    }
    gather(view, out)
}

/// Whether one noun in the singular stands before a participle in the plural.
fn plural_of_two(view: View<'_>, from: usize, to: usize) -> bool {
    let Part::Action(action) = analyse(view, from, to, None) else { return false };
    let head = view.fold(action.object.0);
    action.how == How::Passive
        && action.agreement.is_some_and(|a| a.1)
        && !head.ends_with(['s', 'x'])
        && !determined(view, action.object.0)
        && !head.starts_with(|c: char| c.is_ascii_digit())
}

/// What a clause is once its neighbour is known.
fn settle(view: View<'_>, part: Part, place: (usize, usize, Sep), told: &[Clause]) -> Part {
    let (from, to, sep) = place;
    let (Some(first), Some(before)) = (told.first(), told.last()) else { return part };
    match part {
        Part::Action(mut action)
            if action.plain()
                && action.agreement.is_some()
                && (action.bare(view)
                    || (sep != Sep::Comma && matches!(before.part, Part::State) && action.loose(view))) =>
        {
            let listed = action.agreement != Some((false, false));
            // "façade déposée, gravillon enlevé, nettoyée": the participle agrees with what was named before.
            let near =
                told.iter().rev().take_while(|c| matches!(c.part, Part::Action(_))).take(if listed { 3 } else { 1 });
            let named = near.filter_map(|c| if let Part::Action(named) = &c.part { Some(named) } else { None });
            let named = named.filter(|n| action.agreement.is_some_and(|a| n.fits(a))).map(|n| n.object).next();
            let state = matches!(before.part, Part::State);
            let led = matches!(sep, Sep::Colon | Sep::Arrow) && !matches!(before.part, Part::Action(_));
            let subject = if led {
                // "électrode encrassée : nettoyée": about what the line begins with.
                // English participles do not agree, so that only the nearest clause can be meant.
                let about = if view.french() { first } else { before };
                (!matches!(about.part, Part::Action(_))).then(|| subject_of(view, about)).flatten()
            } else if state && (listed || sep == Sep::And) {
                subject_of(view, before)
            } else {
                None
            };
            let agrees = |object: &(usize, usize)| {
                let gender = view.lexicon.noun(view.fold(object.0));
                gender.is_none_or(|feminine| action.agreement.is_some_and(|a| a.0 == feminine))
            };
            match named.or(subject.filter(agrees)) {
                Some(object) => action.adopt(object, to),
                None if listed || state || led => return Part::Fragment,
                None => {}
            }
            Part::Action(action)
        }
        // "…, machine arrêtée": how it was done, not one more thing done.
        Part::Action(action)
            if action.how == How::Passive
                && !view.orders
                && sep == Sep::Comma
                && match &before.part {
                    Part::Action(before) => before.how != How::Passive && !before.safe(view),
                    Part::State => !view.work,
                    Part::Fragment => false,
                }
                && action.heads.iter().all(|(_, f)| view.lexicon.verbs.list[f.verb].ambiguous) =>
        {
            if matches!(before.part, Part::State) { Part::State } else { Part::Fragment }
        }
        // "the seat switch and the torn rubber boot": still what was replaced.
        Part::State
            if matches!(sep, Sep::Comma | Sep::And)
                && matches!(before.part, Part::Action(_))
                && determined(view, from)
                && !finite(view, from, to) =>
        {
            Part::Fragment
        }
        part => part,
    }
}

/// Verbs without an object take that of the verb they are listed with: "démonté, nettoyé et regraissé le roulement".
fn gather(view: View<'_>, clauses: Vec<Clause>) -> Vec<Clause> {
    let mut out: Vec<Clause> = Vec::new();
    for mut clause in clauses {
        if let Part::Action(action) = &mut clause.part
            && matches!(clause.sep, Sep::Comma | Sep::And)
            && let Some(Clause { part: Part::Action(before), .. }) = out.last()
        {
            let shape = |a: &Action| a.heads.last().map(|(_, f)| f.shape);
            let listed = clause.sep == Sep::And || (shape(before) == shape(action) && before.bare(view));
            if action.plain() && before.plain() && before.objectless() && listed && before.to <= clause.from {
                let mut heads = before.heads.clone();
                heads.append(&mut action.heads);
                action.heads = heads;
                let from = out.last().map_or(clause.from, |b| b.from);
                out.pop();
                clause.from = from;
            }
        }
        out.push(clause);
    }
    out
}
