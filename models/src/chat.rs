//! A customer's conversation with the house, and the request that people take over.

mod request;
mod site;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::id::{ChatId, ProcedureId, SiteId};
use crate::text::{Language, words};

pub use request::{Request, RequestState, RequestWhy, reference};
pub use site::{Site, origin};

words!(
    /// Where a conversation stands.
    ChatState {
        /// Something is still to be told.
        Asking = "asking",
        /// A procedure is proposed.
        Offered = "offered",
        /// It is shown step by step.
        Following = "following",
        /// Whether it helped is asked.
        Checking = "checking",
        /// It helped.
        Helped = "helped",
        /// People have it.
        HandedOver = "handed_over",
    }
);

words!(
    /// What must be known before a procedure is looked for.
    Slot {
        /// Which machine.
        Machine = "machine",
        /// What it does, or does not do.
        Symptom = "symptom",
        /// What its display shows.
        Code = "code",
        /// How much it matters.
        Urgency = "urgency",
    }
);

words!(
    /// How much it matters.
    Urgency {
        /// Production stands still.
        Stopped = "stopped",
        /// It goes on, badly.
        Degraded = "degraded",
        /// It can wait.
        CanWait = "can_wait",
        /// Asked, and not told.
        Untold = "untold",
    }
);

words!(
    /// What became of a procedure that was proposed.
    TriedOutcome {
        /// The visitor did not want it.
        Declined = "declined",
        /// They could not go on with it.
        Stuck = "stuck",
        /// They followed it, and it did not help.
        NotHelped = "not_helped",
        /// It helped.
        Helped = "helped",
        /// It was changed or taken away while it was followed.
        Withdrawn = "withdrawn",
        /// People took over before its end.
        BrokenOff = "broken_off",
    }
);

/// A procedure that was proposed, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Tried {
    /// Which.
    pub procedure: ProcedureId,
    /// In which revision.
    pub revision: i64,
    /// How many of its steps were shown.
    pub steps: i64,
    /// What became of it.
    pub outcome: TriedOutcome,
}

/// A conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chat {
    /// Its identifier; not the secret that its visitor holds.
    pub id: ChatId,
    /// The site that an unnamed visitor came by.
    pub site: Option<SiteId>,
    /// The token or account of a visitor who came in by name.
    pub owner: Option<String>,
    /// Their name.
    pub visitor: Option<String>,
    /// The customer they belong to.
    pub organisation: Option<String>,
    /// The language it is held in: that of the visitor's last message that told one.
    pub language: Language,
    /// Where it stands.
    pub state: ChatState,
    /// What was asked last and is not answered.
    pub asked: Option<Slot>,
    /// Which machine, in the visitor's words.
    pub machine: Option<String>,
    /// What it does, in the visitor's words.
    pub symptom: Option<String>,
    /// Its error code, canonical; empty when the visitor says that there is none.
    pub code: Option<String>,
    /// How much it matters.
    pub urgency: Option<Urgency>,
    /// The procedure that is proposed or followed, and its revision.
    pub procedure: Option<(ProcedureId, i64)>,
    /// How many of its steps were shown.
    pub step: i64,
    /// What was proposed before.
    pub tried: Vec<Tried>,
    /// How often something else was wanted than the chat is for.
    pub strays: i64,
    /// How often an answer was not understood since the last that was.
    pub unclear: i64,
    /// Messages of the visitor.
    pub told: i64,
    /// Messages in all: the next one's place.
    pub messages: i64,
    /// Grows with every turn.
    pub version: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// When something was last said.
    pub updated_at: Timestamp,
}

impl Chat {
    /// A conversation that begins.
    #[must_use]
    pub fn begin(language: Language, now: Timestamp) -> Self {
        Self {
            id: ChatId::new(),
            site: None,
            owner: None,
            visitor: None,
            organisation: None,
            language,
            state: ChatState::Asking,
            asked: None,
            machine: None,
            symptom: None,
            code: None,
            urgency: None,
            procedure: None,
            step: 0,
            tried: Vec::new(),
            strays: 0,
            unclear: 0,
            told: 0,
            messages: 0,
            version: 0,
            created_at: now,
            updated_at: now,
        }
    }

    /// What is to be asked next; none when enough is known to look for a procedure.
    #[must_use]
    pub fn lacks(&self) -> Option<Slot> {
        Slot::ALL.iter().copied().find(|slot| match slot {
            Slot::Machine => self.machine.is_none(),
            Slot::Symptom => self.symptom.is_none(),
            Slot::Code => self.code.is_none(),
            Slot::Urgency => self.urgency.is_none(),
        })
    }

    /// Writes down what became of the procedure at hand, if there is one.
    pub fn put_aside(&mut self, outcome: TriedOutcome) {
        if let Some((procedure, revision)) = self.procedure.take() {
            self.tried.push(Tried { procedure, revision, steps: self.step, outcome });
        }
        self.step = 0;
    }
}

words!(
    /// What a message is.
    LineKind {
        /// The visitor's own words.
        Visitor = "visitor",
        /// A sentence of the house's table.
        Sentence = "sentence",
        /// The title of an approved procedure.
        Title = "title",
        /// What must be so before one starts.
        Prerequisite = "prerequisite",
        /// A tool.
        Tool = "tool",
        /// A part, or its reference.
        Part = "part",
        /// What can hurt.
        Hazard = "hazard",
        /// A step.
        Step = "step",
        /// How to see that it worked.
        Verification = "verification",
        /// The reference of a request.
        Reference = "reference",
    }
);

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    /// Its place: 1, 2, 3…
    pub position: i64,
    /// The place of the visitor's message that it answers.
    pub answers: Option<i64>,
    /// What it is.
    pub kind: LineKind,
    /// Which sentence of the table.
    pub sentence: Option<String>,
    /// Its words.
    pub text: String,
    /// What the visitor may answer it with: keys of the table.
    pub choices: Vec<String>,
    /// The approved text that it is word for word.
    pub approved: Option<Approved>,
    /// What the visitor's program called it.
    pub client_id: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Where an approved text stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Approved {
    /// In which procedure.
    pub procedure: ProcedureId,
    /// In which revision.
    pub revision: i64,
    /// Where in what the viewer sees of it: `steps[2]`.
    pub path: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_thing_is_lacking_at_a_time_in_the_order_in_which_it_is_asked() {
        let mut chat = Chat::begin(Language::French, Timestamp(0));
        assert_eq!(chat.lacks(), Some(Slot::Machine));
        (chat.machine, chat.code) = (Some("four".into()), Some(String::new()));
        assert_eq!(chat.lacks(), Some(Slot::Symptom));
        (chat.symptom, chat.urgency) = (Some("froid".into()), Some(Urgency::Untold));
        assert_eq!(chat.lacks(), None);
    }
}
