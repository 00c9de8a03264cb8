//! The steps of a procedure from several tellings of the same work.

use savoir_models::text::Language;

use super::lexicon::{Cue, Label, Lexicon};
use super::likeness::{alike, same_step, shared, vague};
use super::looks;
use super::piece::{Look, Piece, Role};
use super::verbs::Kind;

/// A procedure of more steps than this is no procedure but a log; the first ones are kept.
const MAX_STEPS: usize = 40;
/// Above this a told step is worse to read than the short line of the actions.
const LONG: usize = 260;

/// More things to look at than this are not one step.
const MAX_LOOKS: usize = 4;
/// More orders than this are not one step.
const MAX_ORDERS: usize = 3;
/// Characters of a step that is read at once.
const ONE_BREATH: usize = 120;

/// A step with every piece that tells it.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) text: String,
    pub(super) told: Vec<Piece>,
    /// What it says to look at, where it is told by outcomes only.
    looked: Vec<String>,
}

impl Step {
    fn of(piece: &Piece) -> Self {
        Self { text: piece.text.clone(), told: vec![piece.clone()], looked: Vec::new() }
    }
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
                Role::State if last.is_none_or(|l| i < l) && tells_looks(piece) => self.look(piece, language),
                Role::State if proves(piece, after) => self.prove(Step::of(piece)),
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
            self.steps.push(Step::of(&piece));
        }
    }

    /// Takes the checks whose outcome a state tells: those that no step has yet. Those told next to each other are one step.
    fn look(&mut self, piece: &Piece, language: Language) {
        let checked = |s: &Step, look: &Look| {
            s.told.iter().any(|t| {
                matches!(t.role, Role::Step { kind: Kind::Check, .. }) && shared(&t.object, &look.object) >= 0.6
            })
        };
        let new: Vec<&Look> = piece.looks.iter().filter(|l| !self.steps.iter().any(|s| checked(s, l))).collect();
        for look in new {
            let role = Role::Step { kind: Kind::Check, verb: look.verb };
            let told = Piece { role, object: look.object.clone(), ..piece.clone() };
            let near = |s: &&mut Step| {
                let last = s.told.last();
                !s.looked.is_empty()
                    && s.looked.len() < MAX_LOOKS
                    && last.is_some_and(|l| l.source == piece.source && l.sentence + 1 >= piece.sentence)
            };
            if let Some(step) = self.steps.last_mut().filter(near) {
                step.looked.push(look.thing.clone());
                step.told.push(told);
                step.text = looks::order(look_verb(&step.told, language), &step.looked, language == Language::French);
            } else if self.steps.len() < MAX_STEPS {
                let looked = vec![look.thing.clone()];
                let told = vec![told];
                let text = looks::order(look_verb(&told, language), &looked, language == Language::French);
                self.steps.push(Step { text, told, looked });
            }
        }
    }

    /// Makes one step of what was told in one breath: neighbours of one sentence, as long as they can be read at once.
    /// What makes safe is never in one step with what mends or checks.
    pub(super) fn regroup(&mut self, language: Language) {
        // "Contrôlez la courroie, remplacez la courroie": who replaces it has looked at it.
        let mut seen: Vec<Step> = Vec::with_capacity(self.steps.len());
        for mut step in self.steps.drain(..) {
            if let Some(before) = seen.pop_if(|before| looked_at(before, &step)) {
                step.told.extend(before.told);
            }
            seen.push(step);
        }
        let mut out: Vec<(Step, Vec<String>)> = Vec::new();
        for step in seen {
            match out.last_mut() {
                Some((before, texts)) if texts.len() < MAX_ORDERS && belong(before, &step) => {
                    texts.push(looks::lower(&step.text));
                    before.text = joined(texts, language);
                    before.told.extend(step.told);
                }
                _ => out.push((step.clone(), vec![step.text])),
            }
        }
        self.steps = out.into_iter().map(|(step, _)| step).collect();
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
            let step = Step::of(piece);
            if matches!(kind, Kind::Check | Kind::Trial) && last.is_some_and(|l| i > l) {
                self.prove(step);
            } else if self.steps.len() < MAX_STEPS {
                self.steps.insert(at.min(self.steps.len()), step);
                at += 1;
            }
        }
    }
}

/// The order of a check that is told by its outcome: to measure where everything was measured, else to check.
fn look_verb(told: &[Piece], language: Language) -> &'static str {
    let verbs = &Lexicon::of(language).verbs;
    let verb = |p: &Piece| if let Role::Step { verb, .. } = p.role { Some(verb) } else { None };
    let first = told.first().and_then(verb);
    let same = told.iter().all(|p| verb(p) == first);
    let check = verbs.named(if language == Language::French { "contrôler" } else { "check" });
    let chosen = if same { first } else { check };
    chosen.map_or("", |v| verbs.list[v].imperative.as_str())
}

/// Whether a state tells checks that belong into the steps.
fn tells_looks(piece: &Piece) -> bool {
    let elsewhere = matches!(piece.label, Some(Label::Symptom | Label::Cause | Label::Result | Label::Safety));
    let symptom = piece.has(Cue::Symptom) && !piece.has(Cue::Fine);
    !piece.looks.is_empty() && !elsewhere && !symptom && !piece.has(Cue::Useless) && !piece.has(Cue::Other)
}

/// Whether the one step only looks at what the next one mends, told in the same sentence or the next.
fn looked_at(before: &Step, step: &Step) -> bool {
    let (Some(a), Some(b)) = (before.told.first(), step.told.first()) else { return false };
    before.looked.len() == 1
        && b.is_repair()
        && a.source == b.source
        && a.sentence + 1 >= b.sentence
        && shared(&a.object, &b.object) >= 0.8
}

/// Whether two steps were told in one breath.
fn belong(before: &Step, step: &Step) -> bool {
    let (Some(a), Some(b)) = (before.told.first(), step.told.first()) else { return false };
    let kinds =
        |s: &Step, wanted: Kind| s.told.iter().any(|p| matches!(p.role, Role::Step { kind, .. } if kind == wanted));
    let safe = kinds(before, Kind::Safety) || kinds(step, Kind::Safety);
    let other = [Kind::Repair, Kind::Check, Kind::Trial];
    let mends = other.into_iter().any(|k| kinds(before, k) || kinds(step, k));
    let length = before.text.chars().count() + step.text.chars().count();
    a.source == b.source && a.sentence == b.sentence && a.start <= b.start && !(safe && mends) && length <= ONE_BREATH
}

/// "Déposez le capot et nettoyez le filtre"; where one of them has an "et" of its own, "puis" keeps them apart.
fn joined(texts: &[String], language: Language) -> String {
    let (both, then) = match language {
        Language::French => (" et ", ", puis "),
        Language::English => (" and ", ", then "),
    };
    let link = if texts.iter().any(|t| t.contains(both)) { then } else { both };
    match texts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{}{link}{last}", rest.join(", ")),
        _ => texts.join(", "),
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
            let text = format!("{}{}{}", piece.text, next.link, looks::lower(&next.text));
            (Step { text, told: vec![piece.clone(), next.clone()], looked: Vec::new() }, 1)
        }
        None => (Step::of(piece), 0),
    }
}

/// Whether it holds something like a telephone number: eight digits with next to nothing between them.
fn personal(text: &str) -> bool {
    let (mut digits, mut apart) = (0, 0);
    for c in text.chars() {
        if c.is_ascii_digit() {
            (digits, apart) = (digits + 1, 0);
            if digits >= 8 {
                return true;
            }
        } else if !matches!(c, ' ' | '.' | '-' | '\u{a0}' | '\u{202f}') || apart > 0 {
            (digits, apart) = (0, 0);
        } else {
            apart += 1;
        }
    }
    text.contains('@')
}

/// Whether a state shows that the machine runs again.
fn proves(piece: &Piece, after: bool) -> bool {
    let words = piece.text.split_whitespace().count();
    if piece.has(Cue::Person) || piece.has(Cue::Noise) || personal(&piece.text) {
        return false;
    }
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
