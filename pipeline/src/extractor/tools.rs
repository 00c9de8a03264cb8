//! Tools that the texts name.
//!
//! Some words name a tool wherever they stand ("multimètre"); others do where something is done with it ("à la brosse",
//! "with the cloth"); a verb may imply one ("cadenassé"). Each is taken with the words that tell which one it is: "gants
//! isolants", "damp lint-free cloth".

use savoir_models::content::Statement;

use super::clauses::View;
use super::imperative::{capital, slice};
use super::lexicon::{Cue, Hit};
use super::likeness::alike;
use super::phrases::determined;
use super::piece::Mention;
use super::room::Room;
use super::sentences::Sentence;
use super::sources::Sources;
use super::verbs::Shape;
use super::words::{CONNECTORS, COPULAS, NO_NOUN, STOP};

/// Words that tell which tool it is, at most.
const MODIFIERS: usize = 3;

/// The tools that a sentence names; of two that overlap the longer one.
pub(super) fn mentions(room: &Room<'_>, sentence: &Sentence, out: &mut Vec<Mention>) {
    let view = room.view;
    let tool = |h: &&Hit| matches!(h.cue, Cue::Tool | Cue::Instrument | Cue::Implied) && h.from >= sentence.from;
    let mut found: Vec<&Hit> = view.hits.iter().filter(tool).collect();
    found.sort_by_key(|h| (h.from, std::cmp::Reverse(h.to)));
    let mut end = 0;
    for hit in found {
        let refused = (hit.from.saturating_sub(3).max(sentence.from)..hit.from)
            .any(|i| matches!(view.fold(i), "jamais" | "pas" | "never" | "not" | "sans" | "without"));
        if hit.from < end || refused || fixed(view, hit.to) {
            continue;
        }
        let (from, to) = match hit.cue {
            Cue::Instrument if !used(view, hit.from, sentence.from) => continue,
            Cue::Implied => (hit.from, hit.to),
            _ => whole(view, hit, sentence),
        };
        end = to;
        let text = match hit.cue {
            Cue::Implied if view.french() => "Cadenas".to_owned(),
            Cue::Implied => "Padlock".to_owned(),
            _ => capital(&slice(room.text, view.words, from, to)),
        };
        let (start, end) = (view.words[from].start, view.words[to - 1].end);
        out.push(Mention { source: room.source, start, end, text });
    }
}

/// Whether what stands before `to` belongs to the machine: "manomètre à 0", "pompe à vide à vidanger".
fn fixed(view: View<'_>, to: usize) -> bool {
    let next = view.fold(to + 1);
    let value = matches!(view.fold(to), "a" | "at" | "=" | ":") && next.starts_with(|c: char| c.is_ascii_digit());
    let work = view.words.get(to).is_some_and(|w| w.low == "à")
        && view.lexicon.verbs.form(view.words, to + 1).is_some_and(|f| f.shape == Shape::Infinitive);
    value
        || work
        || matches!(view.fold(to), "indique" | "affiche" | "reads" | "shows")
        || COPULAS.contains(view.fold(to))
}

/// Whether something is done with what begins at word `at`.
fn used(view: View<'_>, at: usize, begin: usize) -> bool {
    let most = if view.french() { 2 } else { MODIFIERS + 1 };
    (at.saturating_sub(most).max(begin)..at).rev().take_while(|j| !view.words[*j].mark || view.words[*j].is("+")).any(
        |j| match view.fold(j) {
            "avec" | "au" | "aux" => view.french(),
            "a" => view.french() && view.words[j].low == "à",
            "with" | "using" | "w/" | "w" | "against" => !view.french(),
            _ => false,
        },
    )
}

/// The tool with the words that tell which one it is: behind it in French, before it in English.
fn whole(view: View<'_>, hit: &Hit, sentence: &Sentence) -> (usize, usize) {
    let (mut from, mut to) = (hit.from, hit.to);
    if view.french() {
        if to + 1 < sentence.to && matches!(view.fold(to), "de" | "d'") && plain(view, to + 1) {
            to += 2;
        } else if to + 2 < sentence.to && view.words[to].low == "à" && view.fold(to + 1) == "l'" && plain(view, to + 2)
        {
            to += 3;
        }
        if to < sentence.to && plain(view, to) && view.lexicon.noun(view.fold(to)).is_none() {
            to += 1;
        }
    } else {
        while from > sentence.from && hit.from - from < MODIFIERS && plain(view, from - 1) {
            from -= 1;
        }
    }
    (from, to)
}

/// Whether a word can tell which tool it is.
fn plain(view: View<'_>, j: usize) -> bool {
    let word = &view.words[j];
    let cue =
        view.hits.iter().any(|h| h.from <= j && h.to > j && matches!(h.cue, Cue::Fine | Cue::Damage | Cue::Result));
    !word.mark
        && !cue
        && word.low.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '\''))
        && word.low.chars().count() > 2
        && !matches!(
            word.fold.as_str(),
            "dessous" | "dessus" | "devant" | "derriere" | "autour" | "neuf" | "neuve" | "neufs" | "neuves" | "new"
        )
        && !STOP.contains(&word.fold)
        && !NO_NOUN.contains(&word.fold)
        && !CONNECTORS.contains(&word.fold)
        && !view.leads(j)
        && !view.tensed(j)
        && !determined(view, j)
        && view.lexicon.verbs.form(view.words, j).is_none()
}

/// What one needs in hand, each once.
pub(super) fn tools(sources: &Sources<'_>, mentions: &[Mention]) -> Vec<Statement> {
    let mut out: Vec<Statement> = Vec::new();
    for mention in mentions {
        // Told again with more words: "bac", then "bac d'étanchéité".
        if let Some(known) = out.iter_mut().find(|s| alike(&s.text, &mention.text))
            && known.text.len() < mention.text.len()
            && let Some(evidence) = sources.evidence(mention.source, mention.start, mention.end)
        {
            *known = Statement::new(mention.text.clone(), evidence);
            continue;
        }
        if out.len() < 12
            && !out.iter().any(|s| alike(&s.text, &mention.text))
            && let Some(evidence) = sources.evidence(mention.source, mention.start, mention.end)
        {
            out.push(Statement::new(mention.text.clone(), evidence));
        }
    }
    out
}
