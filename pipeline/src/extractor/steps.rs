//! The steps of a procedure from several tellings of the same work.

use savoir_models::text::Language;

use super::lexicon::{Cue, Label};
use super::likeness::{alike, same_step, vague};
use super::piece::{Piece, Role};
use super::verbs::Kind;

/// A procedure of more steps than this is no procedure but a log; the first ones are kept.
const MAX_STEPS: usize = 40;
/// Above this a told step is worse to read than the short line of the actions.
const LONG: usize = 260;

/// A step with every piece that tells it.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) text: String,
    pub(super) told: Vec<Piece>,
}

/// Steps and checks, in order.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    pub(super) steps: Vec<Step>,
    pub(super) verification: Vec<Step>,
}

impl Sequence {
    /// Whether something in it mends.
    pub(super) fn repairs(&self) -> bool {
        self.steps.iter().any(|s| s.told.iter().any(Piece::is_repair))
    }

    /// Takes a telling of the work: what comes before its last repair are steps, checks and trials after it are the
    /// verification, with the results that are told there.
    pub(super) fn tell(&mut self, pieces: &[Piece], language: Language) {
        let last = pieces.iter().rposition(Piece::is_repair);
        let mut i = 0;
        while i < pieces.len() && self.steps.len() < MAX_STEPS {
            let piece = &pieces[i];
            let after = last.map_or(i > 0 && piece.has(Cue::Result), |l| i > l);
            match piece.role {
                Role::Step { kind, .. } => {
                    let proves = matches!(kind, Kind::Check | Kind::Trial);
                    if proves && (after && last.is_some() || piece.label == Some(Label::Result)) {
                        let (step, taken) = with_outcome(pieces, i);
                        i += taken;
                        self.prove(step);
                    } else {
                        self.add(piece.clone(), language);
                    }
                }
                Role::State if proves(piece, after) => {
                    self.prove(Step { text: piece.text.clone(), told: vec![piece.clone()] })
                }
                _ => {}
            }
            i += 1;
        }
    }

    fn add(&mut self, piece: Piece, language: Language) {
        if let Some(known) = self
            .steps
            .iter_mut()
            .find(|s| s.told.iter().any(|t| same_step(t, &piece, language) && t.text.len() >= piece.text.len()))
        {
            // A few tellings prove a step as well as a hundred.
            if known.told.len() < 4 {
                known.told.push(piece);
            }
        } else {
            self.steps.push(Step { text: piece.text.clone(), told: vec![piece] });
        }
    }

    fn prove(&mut self, step: Step) {
        if self.verification.len() < 8 && !self.verification.iter().any(|v| alike(&v.text, &step.text)) {
            self.verification.push(step);
        }
    }

    /// Takes the short lines of the actions: one that a told step already says lends it its evidence, and its words where
    /// those are easier to read; another takes its place after the one before it.
    pub(super) fn list(&mut self, actions: &[Piece], language: Language) {
        let last = actions.iter().rposition(Piece::is_repair);
        let (mut at, mut anchored) = (0, false);
        for (i, piece) in actions.iter().enumerate() {
            let Role::Step { kind, .. } = piece.role else { continue };
            let same = |s: &Step| s.told.iter().any(|t| same_step(t, piece, language));
            if let Some(found) = self.steps.iter().position(same) {
                let step = &mut self.steps[found];
                if step.text.len() > LONG {
                    step.text.clone_from(&piece.text);
                }
                step.told.push(piece.clone());
                (at, anchored) = (at.max(found + 1), true);
                continue;
            }
            if let Some(step) = self.verification.iter_mut().find(|s| same(s) || alike(&s.text, &piece.text)) {
                step.told.push(piece.clone());
                continue;
            }
            if !anchored && piece.is_repair() {
                // Safety and diagnosis that only the report tells come before the first repair, whatever the list holds
                // before it.
                let repair = self.steps.iter().skip(at).position(|s| s.told.iter().any(Piece::is_repair));
                at = repair.map_or(self.steps.len(), |r| at + r);
                anchored = true;
            }
            let step = Step { text: piece.text.clone(), told: vec![piece.clone()] };
            if matches!(kind, Kind::Check | Kind::Trial) && last.is_some_and(|l| i > l) {
                self.prove(step);
            } else if self.steps.len() < MAX_STEPS {
                self.steps.insert(at.min(self.steps.len()), step);
                at += 1;
            }
        }
    }
}

/// A check and what came of it, told in the same sentence: "Contrôlez la pression, elle est à 7,5 bars".
fn with_outcome(pieces: &[Piece], i: usize) -> (Step, usize) {
    let piece = &pieces[i];
    let next = pieces.get(i + 1).filter(|n| {
        n.role == Role::State
            && n.source == piece.source
            && n.sentence == piece.sentence
            && n.start >= piece.end
            && n.start - piece.end <= 8
    });
    match next {
        Some(next) => {
            let mut words = next.text.chars();
            let lower: String = words.next().map(|c| c.to_lowercase().chain(words).collect()).unwrap_or_default();
            let outcome =
                if next.text.chars().nth(1).is_some_and(char::is_uppercase) { next.text.clone() } else { lower };
            let text = format!("{}{}{outcome}", piece.text, next.link);
            (Step { text, told: vec![piece.clone(), next.clone()] }, 1)
        }
        None => (Step { text: piece.text.clone(), told: vec![piece.clone()] }, 0),
    }
}

/// Whether a state shows that the machine runs again.
fn proves(piece: &Piece, after: bool) -> bool {
    let words = piece.text.split_whitespace().count();
    if piece.has(Cue::Useless) || (vague(&piece.text) && piece.label != Some(Label::Result)) {
        return false;
    }
    let measured = piece.text.contains(|c: char| c.is_ascii_digit());
    if piece.label == Some(Label::Result) {
        return words >= 3;
    }
    let shown = piece.has(Cue::Result) || (measured && !piece.has(Cue::Symptom));
    after
        && shown
        && (words >= 4 || measured && words >= 3)
        && (!piece.has(Cue::Damage) || piece.has(Cue::Result))
        && !matches!(piece.label, Some(Label::Symptom | Label::Cause | Label::Finding))
}
