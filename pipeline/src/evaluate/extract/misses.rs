//! What is not as expected, by kind.

use serde::{Deserialize, Serialize};

/// Declares the kinds with their words.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $word:literal),+ $(,)?) => {
        /// Kinds of what is not as expected.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum MissKind { $($(#[$doc])* $kind),+ }

        impl MissKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// Its words, for a person.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$kind => $word),+ }
            }
        }
    };
}

kinds!(
    /// A step that was expected is not there.
    StepMissing = "step missing",
    /// A step is there that was not expected.
    StepExtra = "step extra",
    /// A step stands in the wrong place.
    StepOrder = "step in the wrong order",
    /// A part of an expected step stands as a step of its own.
    StepSplit = "step split",
    /// An expected step is only a part of a given one.
    StepMerged = "step merged with another",
    /// A step is given as a check.
    StepAsCheck = "step given as a check",
    /// A check is given as a step.
    CheckAsStep = "check given as a step",
    /// A check that was expected is not there.
    CheckMissing = "check missing",
    /// A check is there that was not expected.
    CheckExtra = "check extra",
    /// The cause is not there.
    CauseMissing = "cause missing",
    /// Another cause is given.
    CauseWrong = "cause wrong",
    /// A cause is given where the case tells none.
    CauseInvented = "cause where none is told",
    /// A symptom is given as the cause.
    SymptomAsCause = "symptom as cause",
    /// A symptom that was expected is not there.
    SymptomMissing = "symptom missing",
    /// A symptom is there that was not expected.
    SymptomExtra = "symptom extra",
    /// A tool that was expected is not there.
    ToolMissing = "tool missing",
    /// A tool is there that was not expected.
    ToolExtra = "tool extra",
    /// A part that was expected is not there.
    PartMissing = "part missing",
    /// A part is there that was not expected.
    PartExtra = "part extra",
    /// An error code that was expected is not there.
    CodeMissing = "code missing",
    /// An error code is there that was not expected.
    CodeExtra = "code extra",
    /// A danger that was expected is not there.
    HazardMissing = "hazard missing",
    /// A danger is there that was not expected.
    HazardExtra = "hazard extra",
    /// The title does not name the machine.
    TitleMachine = "title without the machine",
    /// The title does not name the problem.
    TitleProblem = "title without the problem",
    /// Questions were asked though the case tells enough.
    RefusedWrongly = "refused wrongly",
    /// A draft was made of a thin case.
    DraftedWrongly = "drafted wrongly",
    /// Something that the case lacks was not asked for.
    LackNotAsked = "lack not asked for",
    /// Something was asked for that the case tells.
    AskedInVain = "asked for though told",
    /// Neither a draft nor questions.
    Failed = "no usable answer",
);

/// Something that is not as expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Miss {
    /// Of which kind.
    pub kind: MissKind,
    /// What: the expected statement, or the given one where none was expected.
    pub what: String,
}
