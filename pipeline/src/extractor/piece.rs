//! A piece of a text: a step, a state or a note, with its bytes and what its words hint at.

use savoir_models::content::HazardKind;

use super::lexicon::{Cue, Label};
use super::verbs::Kind;

/// Whose words they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// What was done, told afterwards: report, transcript.
    Told,
    /// What was done or is to be done, a line each: actions, an answer, an expert's message.
    Orders,
    /// The customer's words: symptoms only.
    Customer,
}

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Something to do, already in the imperative.
    Step {
        kind: Kind,
        /// Position in the lexicon's verbs.
        verb: usize,
    },
    /// Something never to do.
    Never,
    /// Something is, or was, so.
    State,
    /// Worth knowing before one starts.
    Note,
}

/// A piece of a text.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    /// Which text, by its position in the case.
    pub(super) source: usize,
    /// Which sentence of it.
    pub(super) sentence: usize,
    /// First byte.
    pub(super) start: usize,
    /// One past the last.
    pub(super) end: usize,
    /// What it says, ready to be shown.
    pub(super) text: String,
    pub(super) role: Role,
    pub(super) label: Option<Label>,
    /// What its words hint at.
    pub(super) cues: Vec<Cue>,
    /// What stands between it and the clause before it in its sentence: ", ", " et ".
    pub(super) link: String,
    /// The words of its object, folded; for telling whether two steps are one.
    pub(super) object: Vec<String>,
    /// The bytes of its object.
    pub(super) thing: (usize, usize),
    /// The checks that a state is the outcome of.
    pub(super) looks: Vec<Look>,
    /// The clauses of a state.
    pub(super) clauses: Vec<Part>,
}

/// A clause of a state.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// First byte.
    pub(super) start: usize,
    /// One past the last.
    pub(super) end: usize,
    /// It tells damage, or a cause.
    pub(super) bad: bool,
    /// It says that something is fine, or only gives a value.
    pub(super) fine: bool,
    /// It tells work that was done.
    pub(super) done: bool,
    /// A colon leads to it: it is about what stands before.
    pub(super) led: bool,
}

/// A check that is told by its outcome only: "filtre propre", "ressort cassé", "flèche : 28 mm".
#[derive(Debug, Clone)]
pub(super) struct Look {
    /// What was looked at, with its article.
    pub(super) thing: String,
    /// The words of it, folded and cut to stems.
    pub(super) object: Vec<String>,
    /// Position of the verb in the lexicon: to check, or to measure where a value was read.
    pub(super) verb: usize,
}

impl Piece {
    pub(super) fn has(&self, cue: Cue) -> bool {
        self.cues.contains(&cue)
    }

    pub(super) fn is_repair(&self) -> bool {
        matches!(self.role, Role::Step { kind: Kind::Repair, .. })
    }

    pub(super) fn hazards(&self) -> impl Iterator<Item = HazardKind> + '_ {
        self.cues.iter().filter_map(|c| if let Cue::Hazard(kind) = c { Some(*kind) } else { None })
    }
}

/// A tool that a text names.
#[derive(Debug, Clone)]
pub(super) struct Mention {
    pub(super) source: usize,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) text: String,
}

/// What a text gives.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) pieces: Vec<Piece>,
    pub(super) tools: Vec<Mention>,
    /// It says that the problem stands.
    pub(super) unsolved: bool,
    /// It says how the fault was found.
    pub(super) found: bool,
}
