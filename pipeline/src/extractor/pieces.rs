//! From one text of a case to pieces: steps, states and notes, in reading order, each with its bytes.

use super::actions::How;
use super::clauses::{Clause, Part, View, clauses};
use super::imperative::{capital, order, slice, trimmed};
use super::lexicon::{Cue, Hit, Label, Lexicon};
use super::likeness;
use super::phrases::determined;
use super::piece::{Mention, Nature, Piece, Pieces, Role};
use super::sentences::{Reading, Sentence, Word, read};
use super::verbs::Kind;
use super::words::{CONNECTORS, STOP};

/// Which part of a text a heading governs.
#[derive(Clone, Copy)]
struct Scope {
    label: Label,
    paragraph: usize,
    /// Only this line, when the heading stands on it with its text.
    line: Option<usize>,
}

/// Takes a text to pieces.
pub(super) fn pieces(lexicon: &'static Lexicon, text: &str, source: usize, nature: Nature) -> Pieces {
    let reading = read(text);
    let hits: Vec<Vec<Hit>> =
        reading.sentences.iter().map(|s| lexicon.hits(&reading.words[s.from..s.to], s.from)).collect();
    let poisoned = poisoned(&reading, &hits, nature);
    let mut out = Pieces::default();
    let mut scope: Option<Scope> = None;
    for (number, sentence) in reading.sentences.iter().enumerate() {
        if poisoned.binary_search(&sentence.paragraph).is_ok() {
            continue;
        }
        let hits = hits[number].as_slice();
        if scope.is_some_and(|s| s.paragraph != sentence.paragraph || s.line.is_some_and(|l| l != sentence.line)) {
            scope = None;
        }
        let mut body = sentence.clone();
        if let Some((label, from)) = heading(&reading, sentence, hits) {
            let alone = from >= sentence.to;
            scope = Some(Scope { label, paragraph: sentence.paragraph, line: (!alone).then_some(sentence.line) });
            if alone {
                continue;
            }
            body.from = from;
        }
        let label = scope.map(|s| s.label);
        out.unsolved |= hits.iter().any(|h| h.cue == Cue::Unsolved);
        if label == Some(Label::Drop) {
            continue;
        }
        let orders = nature == Nature::Orders;
        let work = orders || matches!(label, Some(Label::Work | Label::Safety));
        let view = View { words: &reading.words, lexicon, hits, orders, work, start: body.from };
        let room = Room { view, text, source, number, label };
        room.tools(&body, &mut out.tools);
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
        .filter(|i| *i < sentence.from + 14 || i + 1 == sentence.to);
    // "Vérification d'absence de tension : 0 V" names what was done; "Vérification : …" is a heading.
    let named = longest.to == sentence.from + 1
        && !reading.words[sentence.from].fold.ends_with('s')
        && reading.words.get(longest.to).is_some_and(|w| matches!(w.fold.as_str(), "d'" | "de" | "du" | "des" | "of"));
    match colon {
        Some(colon) if !named => Some((label, colon + 1)),
        None if sentence.to - sentence.from <= 4 && sentence.to == longest.to => Some((label, sentence.to)),
        _ => None,
    }
}

struct Room<'a> {
    view: View<'a>,
    text: &'a str,
    source: usize,
    number: usize,
    label: Option<Label>,
}

impl Room<'_> {
    fn sentence(&self, sentence: &Sentence, out: &mut Vec<Piece>) {
        let mut parts = clauses(self.view, sentence);
        if sentence.question {
            // What is asked is not told; what stands before the question is.
            parts.pop();
        }
        let mut advised = false;
        let words = self.view.words;
        let mut passive: Option<usize> = None;
        let mut run: Option<(usize, usize)> = None;
        for clause in &parts {
            let dropped = self.dropped(clause);
            advised |= self.view.has(Cue::Advice, clause.from, clause.to);
            let step = match &clause.part {
                Part::Action(action) if !(dropped || advised && action.infinitive) => self.step(clause),
                _ => None,
            };
            let state = step.is_none() && !dropped && !matches!(clause.part, Part::Action(_));
            if let (Some(range), false) = (run, state) {
                out.extend(self.run(range.0, range.1, Role::State));
                run = None;
            }
            if state {
                // "Crépine déposée : colmatée aux trois quarts": what is colmatée stands before.
                let headless =
                    words.get(clause.from).is_some_and(|w| w.low.trim_end_matches(['e', 's']).ends_with('é'));
                let from = run.map_or(clause.from, |r| r.0);
                run = Some((if headless && run.is_none() { passive.unwrap_or(from) } else { from }, clause.to));
            }
            passive = match &clause.part {
                Part::Action(action) if action.how == How::Passive => Some(clause.from),
                _ => None,
            };
            match step {
                // "… and torque it to 38 Nm": the pronoun stands for what the step before named.
                Some(piece) if self.leans(clause) => {
                    if let Some(last) =
                        out.last_mut().filter(|l| l.sentence == self.number && matches!(l.role, Role::Step { .. }))
                    {
                        let link = if self.view.french() { "et" } else { "and" };
                        last.text = format!(
                            "{} {link} {}",
                            last.text,
                            piece.text.to_lowercase().get(..1).unwrap_or_default().to_owned()
                                + piece.text.get(1..).unwrap_or_default()
                        );
                        last.end = piece.end;
                    }
                }
                step => out.extend(step),
            }
        }
        if let Some((from, to)) = run {
            out.extend(self.run(from, to, Role::State));
        }
    }

    /// Whether nothing of the clause belongs into a procedure.
    fn dropped(&self, clause: &Clause) -> bool {
        let has = |cue| self.view.has(cue, clause.from, clause.to);
        match &clause.part {
            Part::Action(action) if action.how == How::Never => false,
            Part::Action(_) => {
                let elsewhere = matches!(self.label, Some(Label::Symptom | Label::Cause));
                elsewhere || has(Cue::Advice) || has(Cue::Other) || has(Cue::Useless) || has(Cue::Person)
            }
            _ => has(Cue::Noise) || has(Cue::Advice) || has(Cue::Person),
        }
    }

    /// What stands between word `from` and the clause before it.
    fn link(&self, from: usize) -> String {
        let words = self.view.words;
        let tie = |w: &Word| w.mark || CONNECTORS.contains(&w.fold);
        let mut before = from;
        while before > self.view.start && tie(&words[before - 1]) {
            before -= 1;
        }
        let Some(last) = before.checked_sub(1).filter(|_| before > self.view.start) else { return String::new() };
        let gap = &self.text[words[last].end..words[from].start];
        if gap.len() > 20 { ", ".to_owned() } else { gap.replace(['\n', '\r', '\t'], " ") }
    }

    /// Whether the clause's object is a pronoun.
    fn leans(&self, clause: &Clause) -> bool {
        let Part::Action(action) = &clause.part else { return false };
        let word = self.view.words.get(action.object.0).map_or("", |w| w.fold.as_str());
        action.how == How::Verb && matches!(word, "it" | "them") && !self.view.french()
    }

    fn step(&self, clause: &Clause) -> Option<Piece> {
        let Part::Action(action) = &clause.part else { return None };
        let text = order(self.view, self.text, action)?;
        let (_, form) = action.heads.last()?;
        let to = trimmed(self.view.words, action.to.max(clause.to));
        let first = action.heads.iter().map(|(at, _)| *at).chain([action.object.0]).min()?;
        let from = clause.from.min(first);
        // "J'ai réparé la presse" sums the work up and is no step of it.
        let name = self.view.lexicon.verbs.list[form.verb].name.as_str();
        let head = self.view.words.get(action.object.0 + usize::from(determined(self.view, action.object.0)));
        let whole = head.is_some_and(|w| self.view.lexicon.noun(&w.fold).is_none());
        if matches!(name, "réparer" | "dépanner" | "repair" | "mend") && whole {
            return None;
        }
        // "fait dix cafés d'essai", "ran 200 bottles": a trial whatever the verb.
        let tried = name == "faire" && self.view.has(Cue::Trial, from, to);
        let role = if tried {
            Role::Step { kind: Kind::Trial, verb: form.verb }
        } else if action.how == How::Never {
            Role::Never
        } else {
            Role::Step { kind: action.kind(self.view), verb: form.verb }
        };
        let (a, b) = if action.how == How::Passive { (action.object.0, to) } else { (action.object.0.min(to), to) };
        let object = self.view.words[a..b]
            .iter()
            .take_while(|w| !w.is(",") && !w.is("(") && !w.is(":") && w.fold != "ref")
            .filter(|w| !w.mark && w.fold.len() > 1 && !STOP.contains(&w.fold))
            .take(12)
            .map(|w| likeness::stem(&w.fold))
            .collect();
        let words = self.view.words;
        let thing = if a < b {
            (words[a].start, words[if action.how == How::Passive { action.object.1 } else { b } - 1].end)
        } else {
            (0, 0)
        };
        Some(Piece { object, thing, ..self.piece((from, to), text, role) })
    }

    /// A stretch that says how something is.
    fn run(&self, mut from: usize, to: usize, role: Role) -> Option<Piece> {
        let words = self.view.words;
        // "J'ai trouvé une fuite": what was found is what is so.
        let mut found = from;
        while found < to
            && matches!(
                self.view.fold(found),
                "j'" | "ai" | "on" | "a" | "i" | "we" | "nous" | "avons" | "aussi" | "also"
            )
        {
            found += 1;
        }
        if matches!(self.view.fold(found), "trouve" | "constate" | "found" | "noticed" | "detecte")
            && determined(self.view, found + 1)
        {
            from = found + 1;
        }
        if matches!(self.view.fold(from), "en" | "par") && matches!(self.view.fold(from + 1), "revanche" | "contre") {
            from += 2;
        }
        while from < to
            && (words[from].mark && !matches!(words[from].low.as_str(), "«" | "\"" | "(" | "“")
                || matches!(
                    words[from].fold.as_str(),
                    "et" | "puis" | "ensuite" | "alors" | "donc" | "mais" | "car" | "and" | "then" | "so" | "but"
                ))
        {
            from += 1;
        }
        let to = trimmed(words, to);
        let count = to.saturating_sub(from);
        // One word says nothing, but for a cause under its heading; a stretch without end says everything.
        let enough = if self.label == Some(Label::Cause) { 1 } else { 2 };
        if count < enough || words[to - 1].end - words[from].start > 400 {
            return None;
        }
        let text = capital(
            slice(self.text, words, from, to).trim_matches(['«', '»', '"', '“', '”', ' ', '\u{a0}', '\u{202f}']),
        );
        // "ne jamais ponter…", with a verb the lexicon does not have: no state, but worth knowing.
        let never = matches!(self.view.fold(from), "never")
            || (matches!(self.view.fold(from), "ne" | "do" | "n'")
                && matches!(self.view.fold(from + 1), "pas" | "jamais" | "not"));
        let role = if never && role == Role::State { Role::Note } else { role };
        Some(self.piece((from, to), text, role))
    }

    fn piece(&self, words: (usize, usize), text: String, role: Role) -> Piece {
        let (from, to) = words;
        let mut cues: Vec<Cue> =
            self.view.hits.iter().filter(|h| h.from >= from && h.to <= to).map(|h| h.cue).collect();
        // "ne chauffe plus", "n'a pas de pression": what fails is told by a negation.
        let fails = (from..to).any(|i| {
            matches!(self.view.fold(i), "ne" | "n'")
                && (i + 2..to.min(i + 6)).any(|j| matches!(self.view.fold(j), "plus" | "pas" | "jamais" | "rien"))
        });
        if fails && !cues.contains(&Cue::Result) && !cues.contains(&Cue::Damage) {
            cues.push(Cue::Symptom);
        }
        cues.dedup();
        Piece {
            source: self.source,
            sentence: self.number,
            start: self.view.words[from].start,
            end: self.view.words[to.max(from + 1) - 1].end,
            text,
            role,
            label: self.label,
            cues,
            link: self.link(from),
            object: Vec::new(),
            thing: (0, 0),
        }
    }

    /// The tools that the sentence names; of two that overlap the longer one.
    fn tools(&self, sentence: &Sentence, out: &mut Vec<Mention>) {
        let mut found: Vec<&Hit> =
            self.view.hits.iter().filter(|h| h.cue == Cue::Tool && h.from >= sentence.from).collect();
        found.sort_by_key(|h| (h.from, std::cmp::Reverse(h.to)));
        let mut end = 0;
        for hit in found {
            let refused = (hit.from.saturating_sub(3).max(sentence.from)..hit.from)
                .any(|i| matches!(self.view.fold(i), "jamais" | "pas" | "never" | "not" | "sans" | "without"));
            if hit.from < end || refused {
                continue;
            }
            end = hit.to;
            out.push(Mention {
                source: self.source,
                start: self.view.words[hit.from].start,
                end: self.view.words[hit.to - 1].end,
                text: capital(&slice(self.text, self.view.words, hit.from, hit.to)),
            });
        }
    }
}
