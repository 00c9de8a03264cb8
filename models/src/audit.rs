//! Who saw, said, changed and took out what.
//!
//! The log only grows. Each line carries a seal over its own words and the seal of the line before it, so that a line
//! that is changed, taken out or put between others breaks the chain from there on. Who could write to the database could
//! also seal everything anew: keep an export elsewhere (`savoir audit export`), and its last seal tells.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::text::words;
use crate::viewer::{Role, Viewer};

words!(
    /// What somebody did.
    Action {
        /// Saw what a language model would be sent.
        PromptSeen = "prompt_seen",
        /// Changed a draft.
        DraftEdited = "draft_edited",
        /// Vouched for a statement in spite of a finding.
        FindingOverridden = "finding_overridden",
        /// Decided on a review.
        ReviewDecided = "review_decided",
        /// Asked for a procedure to be opened to customers.
        OpeningAsked = "opening_asked",
        /// Decided on such an opening, as second approver.
        OpeningDecided = "opening_decided",
        /// Reopened an intervention.
        InterventionReopened = "intervention_reopened",
        /// Took data out of the house.
        Exported = "exported",
        /// Started the house with other settings than before.
        SettingsChanged = "settings_changed",
        /// Made an account.
        AccountMade = "account_made",
        /// Changed the role, the organisation or the state of an account.
        AccountChanged = "account_changed",
        /// Made a link by which a password is set once.
        LinkMade = "link_made",
        /// Set a password.
        PasswordSet = "password_set",
        /// Came in.
        LoggedIn = "logged_in",
        /// Tried too often to come in: the account is locked for a while.
        LockedOut = "locked_out",
        /// Ended a session.
        SessionEnded = "session_ended",
        /// Made a token.
        TokenMade = "token_made",
        /// Took a token back.
        TokenRevoked = "token_revoked",
        /// Let a web site embed the chat.
        SiteMade = "site_made",
        /// Took the key of a web site back.
        SiteRevoked = "site_revoked",
        /// Took a request of the chat over, or closed it.
        RequestDecided = "request_decided",
        /// Took out what is known of a person.
        PersonExported = "person_exported",
        /// Erased what is known of a person.
        PersonErased = "person_erased",
        /// Deleted what had been kept long enough.
        RetentionApplied = "retention_applied",
    }
);

/// Something that is to be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Who did it.
    pub who: String,
    /// As what.
    pub role: Role,
    /// What they did.
    pub action: Action,
    /// To what: an identifier, a name. Nothing personal of customers and nothing secret: the log is kept for long.
    pub subject: String,
    /// What else there is to know, for a person.
    pub detail: String,
}

impl Entry {
    /// What `viewer` did to `subject`.
    pub fn new(viewer: &Viewer, action: Action, subject: impl ToString, detail: impl Into<String>) -> Self {
        Self {
            who: viewer.name.clone(),
            role: viewer.role,
            action,
            subject: subject.to_string(),
            detail: detail.into(),
        }
    }
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Line {
    /// Its place: 1, 2, 3… without a gap.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub who: String,
    /// As what.
    pub role: Role,
    /// What they did.
    pub action: Action,
    /// To what.
    pub subject: String,
    /// What else there is to know.
    pub detail: String,
    /// The seal of the line before; empty for the first.
    pub previous: String,
    /// SHA-256, in hexadecimal, over all of the above.
    pub seal: String,
}

impl Line {
    /// The line for `entry`, after the one that ends with the seal `previous`.
    #[must_use]
    pub fn sealed(entry: Entry, seq: i64, at: Timestamp, previous: String) -> Self {
        let Entry { who, role, action, subject, detail } = entry;
        let mut line = Self { seq, at, who, role, action, subject, detail, previous, seal: String::new() };
        line.seal = line.over();
        line
    }

    /// The seal over its words. Lengths stand before the words, so that none can pass for part of its neighbour.
    fn over(&self) -> String {
        let (seq, at) = (self.seq.to_string(), self.at.0.to_string());
        let (role, action) = (self.role.as_str(), self.action.as_str());
        let mut hash = Sha256::new();
        for field in [&seq, &at, &self.who, role, action, &self.subject, &self.detail, &self.previous] {
            hash.update((field.len() as u64).to_le_bytes());
            hash.update(field.as_bytes());
        }
        hex::encode(hash.finalize())
    }
}

/// Where a log is broken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A place is empty, or taken twice.
    #[error("line {expected} of the audit log is missing: {found} stands in its place")]
    Missing {
        /// The place.
        expected: i64,
        /// What comes instead.
        found: i64,
    },
    /// A line does not follow the one before it.
    #[error("line {0} of the audit log does not follow the line before it: one of the two was changed")]
    Apart(i64),
    /// The words of a line are not those that were sealed.
    #[error("line {0} of the audit log was changed after it was written")]
    Changed(i64),
    /// Lines at the end are missing.
    #[error("the audit log ends at line {last}, though {counted} lines were written")]
    Short {
        /// The last line there is.
        last: i64,
        /// How many there were.
        counted: i64,
    },
}

/// Reads a log line by line and tells where its chain breaks.
#[derive(Debug, Default)]
pub struct Chain {
    last: i64,
    seal: String,
}

impl Chain {
    /// Holds the next line against those before it.
    ///
    /// # Errors
    /// Where the chain is broken.
    pub fn follow(&mut self, line: &Line) -> Result<(), Broken> {
        if line.seq != self.last + 1 {
            return Err(Broken::Missing { expected: self.last + 1, found: line.seq });
        }
        if line.previous != self.seal {
            return Err(Broken::Apart(line.seq));
        }
        if line.seal != line.over() {
            return Err(Broken::Changed(line.seq));
        }
        (self.last, self.seal) = (line.seq, line.seal.clone());
        Ok(())
    }

    /// The place and the seal of the last line that was followed.
    #[must_use]
    pub fn end(&self) -> (i64, &str) {
        (self.last, &self.seal)
    }

    /// Holds the end against how many lines were ever written.
    ///
    /// # Errors
    /// When some are missing at the end.
    pub fn complete(&self, counted: i64) -> Result<(), Broken> {
        if self.last == counted { Ok(()) } else { Err(Broken::Short { last: self.last, counted }) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log() -> Vec<Line> {
        let viewer = Viewer::new("Anne", Role::Expert);
        let mut lines: Vec<Line> = Vec::new();
        for n in 1..=4 {
            let entry = Entry::new(&viewer, Action::DraftEdited, format!("draft {n}"), "version 2");
            let previous = lines.last().map(|l| l.seal.clone()).unwrap_or_default();
            lines.push(Line::sealed(entry, n, Timestamp(n), previous));
        }
        lines
    }

    fn verdict(lines: &[Line]) -> Result<(), Broken> {
        let mut chain = Chain::default();
        lines.iter().try_for_each(|l| chain.follow(l))?;
        chain.complete(4)
    }

    #[test]
    fn a_log_that_nobody_touched_holds() {
        assert_eq!(verdict(&log()), Ok(()));
    }

    #[test]
    fn whoever_changes_removes_or_inserts_a_line_breaks_the_chain() {
        let mut changed = log();
        changed[1].who = "Bertrand".into();
        assert_eq!(verdict(&changed), Err(Broken::Changed(2)));

        let mut resealed = changed.clone();
        resealed[1].seal = resealed[1].over();
        assert_eq!(verdict(&resealed), Err(Broken::Apart(3)), "a new seal does not fit the next line");

        let mut removed = log();
        removed.remove(1);
        assert_eq!(verdict(&removed), Err(Broken::Missing { expected: 2, found: 3 }));

        let mut short = log();
        short.pop();
        assert_eq!(verdict(&short), Err(Broken::Short { last: 3, counted: 4 }));
    }

    #[test]
    fn words_cannot_move_from_one_field_to_the_next() {
        let viewer = Viewer::new("A", Role::Expert);
        let seal = |subject: &str, detail: &str| {
            Line::sealed(Entry::new(&viewer, Action::Exported, subject, detail), 1, Timestamp(0), String::new()).seal
        };
        assert_ne!(seal("ab", "c"), seal("a", "bc"));
    }
}
