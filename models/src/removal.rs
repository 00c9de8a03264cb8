//! What of a case is taken out when it was kept long enough: its sources go, what an expert approved stays.
//!
//! A quote of a source that is gone keeps its words, for an expert approved what it carries, but names nobody any more.

use serde_json::Value;

use crate::clock::Timestamp;
use crate::evidence::{self, Case, Place, Source};
use crate::id::DraftId;
use crate::redaction::Redaction;

/// What of a case is taken out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Portions {
    /// The files of its recordings.
    pub audio: bool,
    /// What was heard in them.
    pub transcripts: bool,
    /// Its messages.
    pub exchanges: bool,
}

/// What was taken out.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Removed {
    /// Cases that something was taken out of.
    pub cases: u64,
    /// Files of recordings.
    pub files: u64,
    /// Transcripts.
    pub transcripts: u64,
    /// Messages.
    pub exchanges: u64,
    /// Conversations of the chat.
    pub chats: u64,
}

impl Removed {
    /// The same with `other`.
    pub fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.files += other.files;
        self.transcripts += other.transcripts;
        self.exchanges += other.exchanges;
        self.chats += other.chats;
    }

    /// What was taken out of cases, in words, for the audit log.
    #[must_use]
    pub fn told(&self) -> String {
        let Self { cases, files, transcripts, exchanges, .. } = self;
        format!("{cases} cases: {files} recordings, {transcripts} transcripts, {exchanges} messages")
    }
}

impl Portions {
    /// Whether a text of the case goes.
    #[must_use]
    pub fn take(self, case: &Case, source: &Source) -> bool {
        match source {
            Source::Exchange { .. } => self.exchanges,
            Source::Transcript { .. } => self.transcripts,
            Source::Answer { question } => self.transcripts && spoken(case, *question),
            _ => false,
        }
    }
}

/// Whether the answer to a question was spoken: then its words are a transcript's.
fn spoken(case: &Case, question: crate::id::QuestionId) -> bool {
    case.intervention.attachments.iter().any(|a| a.question == Some(question))
}

/// A case of which something is taken out, as it was before.
pub struct Removal<'a> {
    /// The case, whole.
    pub case: &'a Case,
    /// What is personal in it.
    pub redaction: &'a Redaction,
    /// What goes.
    pub portions: Portions,
    /// The draft that was drawn from it.
    pub draft: Option<DraftId>,
    /// When.
    pub now: Timestamp,
}

impl Removal<'_> {
    /// Goes through a structure of statements and masks the quotes whose source goes; true when there was one. `own` tells
    /// whether it was drawn from this case, so that its sources are this case's.
    pub fn mask(&self, value: &mut Value, own: bool) -> bool {
        let texts = self.case.texts();
        evidence::each(value, own, &mut |evidence, own| {
            let goes = evidence.of(self.draft, own).is_some_and(|source| self.portions.take(self.case, source));
            if !goes || evidence.place.removed_at.is_some() {
                return false;
            }
            evidence.quote = self.redaction.hide(&evidence.quote, &texts).into_owned();
            evidence.place = Place { removed_at: Some(self.now), ..Place::default() };
            true
        })
    }

    /// What is still personal in the case afterwards; the placeholders keep their numbers, and those that stood in what
    /// goes stand for nothing any more.
    #[must_use]
    pub fn redaction(&self) -> Redaction {
        let texts = self.case.texts();
        let mut kept = self.redaction.clone();
        kept.masked.retain(|m| !self.portions.take(self.case, &m.source));
        let masked = &kept.masked;
        for (at, placeholder) in kept.placeholders.iter_mut().enumerate() {
            let spellings = masked
                .iter()
                .filter(|m| m.placeholder == at)
                .filter_map(|m| texts.iter().find(|t| t.source == m.source).and_then(|t| t.text.get(m.start..m.end)));
            placeholder.original = spellings.max_by_key(|s| s.len()).map_or_else(|| placeholder.label(), str::to_owned);
        }
        kept
    }
}
