//! Whether a case tells enough for a procedure: one rule, whoever drafts.

use serde::{Deserialize, Serialize};

/// One of the four things that a procedure rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Why the machine failed.
    Cause,
    /// How that was found.
    Found,
    /// What mended it.
    Fix,
    /// How one knows that it is mended.
    Check,
}

impl Need {
    /// Its word in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cause => "cause",
            Self::Found => "found",
            Self::Fix => "fix",
            Self::Check => "check",
        }
    }
}

/// Which of the four a case tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// The cause.
    pub cause: bool,
    /// How it was found.
    pub found: bool,
    /// What fixed it.
    pub fix: bool,
    /// How it was checked.
    pub check: bool,
}

impl Told {
    /// What is not told, in the order of the four.
    #[must_use]
    pub fn missing(self) -> Vec<Need> {
        let all =
            [(self.cause, Need::Cause), (self.found, Need::Found), (self.fix, Need::Fix), (self.check, Need::Check)];
        all.into_iter().filter(|(told, _)| !told).map(|(_, need)| need).collect()
    }

    /// Whether the case gets questions and no procedure: it has no fix, or lacks two of the four.
    #[must_use]
    pub fn thin(self) -> bool {
        !self.fix || self.missing().len() >= 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: Told = Told { cause: true, found: true, fix: true, check: true };

    #[test]
    fn one_thing_may_be_missing_unless_it_is_the_fix() {
        assert!(!ALL.thin() && ALL.missing().is_empty());
        assert!(!Told { found: false, ..ALL }.thin());
        assert!(Told { fix: false, ..ALL }.thin());
        let told = Told { cause: false, check: false, ..ALL };
        assert!(told.thin());
        assert_eq!(told.missing(), [Need::Cause, Need::Check]);
    }
}
