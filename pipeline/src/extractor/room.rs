//! From one sentence to its pieces.

use super::actions::{Action, How};
use super::clauses::{Clause, Part, View, clauses};
use super::imperative::{capital, order, slice, trimmed};
use super::lexicon::{Cue, Label};
use super::likeness;
use super::looks::look;
use super::phrases::determined;
use super::piece::{self, Look, Piece, Role};
use super::sentences::{Sentence, Word};
use super::verbs::{Kind, Shape};
use super::words::{CONNECTORS, NOTICES, STOP};

/// A sentence and all that is known around it.
pub(super) struct Room<'a> {
    pub(super) view: View<'a>,
    pub(super) text: &'a str,
    /// Which text of the case.
    pub(super) source: usize,
    /// Which sentence of it.
    pub(super) number: usize,
    pub(super) label: Option<Label>,
}

impl Room<'_> {
    /// Its pieces.
    pub(super) fn sentence(&self, sentence: &Sentence, out: &mut Vec<Piece>) {
        let mut parts = clauses(self.view, sentence);
        if sentence.question {
            // What is asked is not told; what stands before the question is.
            parts.pop();
        }
        let mut advised = false;
        let words = self.view.words;
        let mut passive: Option<usize> = None;
        let mut run: Option<(usize, usize)> = None;
        let (mut looks, mut told): (Vec<Look>, Vec<piece::Part>) = (Vec::new(), Vec::new());
        let begun = out.len();
        for (at, clause) in parts.iter().enumerate() {
            let dropped = self.dropped(clause);
            // Under "Cause :" a participle tells what is so: "borne desserrée".
            let found = matches!(&clause.part, Part::Action(a) if a.how == How::Passive)
                && matches!(self.label, Some(Label::Symptom | Label::Cause));
            advised |= self.view.has(Cue::Advice, clause.from, clause.to);
            if self.view.has(Cue::Vain, clause.from, clause.to) && !matches!(clause.part, Part::Action(_)) {
                // "remis à 62 : aucun effet": what was tried in vain is no step.
                let tried = |p: &Piece| matches!(p.role, Role::Step { kind, .. } if kind != Kind::Safety);
                let mut kept: Vec<Piece> = out.drain(begun..).filter(|p| !tried(p)).collect();
                // What was suspected was not it.
                kept.iter_mut().for_each(|p| p.cues.push(Cue::Vain));
                out.extend(kept);
            }
            let step = match &clause.part {
                Part::Action(action) if !(dropped || advised && action.infinitive && !self.unchanged(action)) => {
                    self.step(clause)
                }
                _ => None,
            };
            let state = step.is_none() && (found || !dropped && !matches!(clause.part, Part::Action(_)));
            if let (Some(range), false) = (run, state) {
                out.extend(self.state(range, std::mem::take(&mut looks), std::mem::take(&mut told)));
                run = None;
            }
            if state {
                looks.extend(look(self.view, self.text, &parts, at));
                told.extend(self.clause(clause));
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
                    let ours = |l: &&mut Piece| l.sentence == self.number && matches!(l.role, Role::Step { .. });
                    if let Some(last) = out[begun..].iter_mut().rev().find(ours) {
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
        if let Some(range) = run {
            out.extend(self.state(range, looks, told));
        }
    }

    /// A state, with the checks that it is the outcome of and its clauses.
    fn state(&self, range: (usize, usize), looks: Vec<Look>, clauses: Vec<piece::Part>) -> Option<Piece> {
        Some(Piece { looks, clauses, ..self.run(range.0, range.1, Role::State)? })
    }

    /// A clause of a state.
    fn clause(&self, clause: &Clause) -> Option<piece::Part> {
        let words = self.view.words;
        let to = trimmed(words, clause.to);
        let from = (clause.from..to).find(|i| !words[*i].mark && !CONNECTORS.contains(&words[*i].fold))?;
        let has = |cue| self.view.has(cue, from, to);
        let bad = has(Cue::Damage) || has(Cue::Cause);
        let number = words[from..to].iter().any(|w| w.fold.starts_with(|c: char| c.is_ascii_digit()));
        let fine = !bad && (has(Cue::Fine) || number);
        let done = (from..to).any(|i| {
            let form = self.view.lexicon.verbs.form(words, i).filter(|f| matches!(f.shape, Shape::Participle { .. }));
            form.is_some_and(|f| self.view.lexicon.verbs.list[f.verb].kind == Kind::Repair)
                && !self.view.hits.iter().any(|h| h.cue == Cue::Damage && h.from <= i && h.to > i)
        });
        Some(piece::Part { start: words[from].start, end: words[to - 1].end, bad, fine, done, led: clause.led() })
    }

    /// Whether the form of its verb may as well be the past.
    fn unchanged(&self, action: &Action) -> bool {
        action.heads.iter().all(|(_, f)| self.view.lexicon.verbs.list[f.verb].unchanged)
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
        // "Inversez la": what it is about was not understood.
        let last = &self.view.words[to.max(1) - 1];
        if matches!(last.low.as_str(), "le" | "la" | "les" | "un" | "une" | "the" | "a" | "an") {
            return None;
        }
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
        // Whoever puts up a notice mends nothing.
        let notice = matches!(name, "coller" | "poser" | "mettre" | "stick" | "put" | "fix" | "fit")
            && head.is_some_and(|w| NOTICES.contains(&w.fold));
        let role = if notice {
            Role::Step { kind: Kind::Handling, verb: form.verb }
        } else if tried {
            Role::Step { kind: Kind::Trial, verb: form.verb }
        } else if action.how == How::Never {
            Role::Never
        } else {
            Role::Step { kind: action.kind(self.view), verb: form.verb }
        };
        let before = matches!(action.how, How::Passive | How::Particle);
        let (a, b) = if before { (action.object.0, to) } else { (action.object.0.min(to), to) };
        let object = self.view.words[a..b]
            .iter()
            .take_while(|w| !w.is(",") && !w.is("(") && !w.is(":") && w.fold != "ref")
            .filter(|w| !w.mark && w.fold.len() > 1 && !STOP.contains(&w.fold))
            .take(12)
            .map(|w| likeness::stem(&w.fold))
            .collect();
        let words = self.view.words;
        let thing =
            if a < b { (words[a].start, words[if before { action.object.1 } else { b } - 1].end) } else { (0, 0) };
        Some(Piece { object, thing, ..self.piece((from, to), text, role) })
    }

    /// A stretch that says how something is.
    pub(super) fn run(&self, mut from: usize, to: usize, role: Role) -> Option<Piece> {
        let words = self.view.words;
        // "J'ai trouvé une fuite": what was found is what is so.
        let mut found = from;
        let mut seen = false;
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
            seen = true;
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
        let piece = self.piece((from, to), text, role);
        Some(if seen { Piece { label: piece.label.or(Some(Label::Finding)), ..piece } } else { piece })
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
            looks: Vec::new(),
            clauses: Vec::new(),
        }
    }
}
