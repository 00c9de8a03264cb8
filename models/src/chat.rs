//! A customer's conversation with the house, and the request that people take over.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::id::{ChatId, ProcedureId, RequestId, SiteId};
use crate::text::{Language, words};

/// A web site that may embed the chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Site {
    /// Its identifier.
    pub id: SiteId,
    /// Its key, which is public: it stands in the site's pages.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// The origins whose pages may use the key, as browsers name them: `https://www.example.com`.
    pub origins: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Since when the key is good for nothing.
    pub revoked_at: Option<Timestamp>,
}

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

words!(
    /// Why people were asked to take over.
    RequestWhy {
        /// The visitor wants a person.
        Asked = "asked",
        /// Somebody may be in danger.
        Danger = "danger",
        /// No approved procedure fits.
        NothingFound = "nothing_found",
        /// What was tried did not help.
        NotHelped = "not_helped",
        /// Something else was wanted, twice.
        OutOfScope = "out_of_scope",
        /// The answers were not understood.
        Unclear = "unclear",
        /// The conversation has become too long.
        Limit = "limit",
    }
);

words!(
    /// Where a request stands.
    RequestState {
        /// Nobody has it yet.
        Open = "open",
        /// Somebody has.
        Taken = "taken",
        /// It is done.
        Closed = "closed",
    }
);

/// A request that people take over. What was said and tried stands in its conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Request {
    /// Its identifier.
    pub id: RequestId,
    /// What the visitor says on the telephone: `S-4K7Q-92`.
    pub reference: String,
    /// The conversation.
    pub chat: ChatId,
    /// Why.
    pub why: RequestWhy,
    /// Whether it comes before the others.
    pub urgent: bool,
    /// Where it stands.
    pub state: RequestState,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who has it.
    pub taken_by: Option<String>,
    /// Since when.
    pub taken_at: Option<Timestamp>,
    /// Who closed it.
    pub closed_by: Option<String>,
    /// When.
    pub closed_at: Option<Timestamp>,
    /// What came of it, when something was said.
    pub outcome: Option<String>,
}

/// Letters that nobody mistakes for another or for a digit on the telephone, and digits that look like no letter.
const LETTERS: &[u8] = b"ACDEFGHJKMNPQRTWXY";
const DIGITS: &[u8] = b"234679";

/// A reference that can be read out and heard, made of sixteen random hexadecimal digits (see [`crate::id::secret`]).
#[must_use]
pub fn reference(chance: &str) -> String {
    let mut rest = u64::from_str_radix(chance.get(..16).unwrap_or("0"), 16).unwrap_or(0);
    let mut one = |of: &[u8]| {
        let at = rest % of.len() as u64;
        rest /= of.len() as u64;
        char::from(of[at as usize])
    };
    let (a, b, c, d) = (one(DIGITS), one(LETTERS), one(DIGITS), one(LETTERS));
    let (e, f) = (one(DIGITS), one(DIGITS));
    format!("S-{a}{b}{c}{d}-{e}{f}")
}

/// An origin as browsers name it: scheme, host in small letters, port where it is not the usual one; nothing after it.
/// `None` for what is none. Plain http is taken for this machine only.
#[must_use]
pub fn origin(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/').to_ascii_lowercase();
    let (scheme, rest) = text.split_once("://")?;
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => (host, Some(port)),
        _ => (rest, None),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    let bracketed = host.starts_with('[') && host.ends_with(']');
    let well = !host.is_empty() && (host.chars().all(plain) || (bracketed && host[1..host.len() - 1].contains(':')));
    let here = ["localhost", "127.0.0.1", "[::1]"].contains(&host) || host.ends_with(".localhost");
    let usual = match scheme {
        "https" => "443",
        "http" if here => "80",
        _ => return None,
    };
    let port = port.map(str::parse::<u16>).transpose().ok()?.map(|p| p.to_string()).filter(|p| p != usual);
    well.then(|| port.map_or_else(|| format!("{scheme}://{host}"), |port| format!("{scheme}://{host}:{port}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_can_be_read_out() {
        let made: std::collections::BTreeSet<_> = (0..500).map(|_| reference(&crate::id::secret(8))).collect();
        assert!(made.len() > 480, "{}", made.len());
        for reference in made {
            assert_eq!(reference.len(), 9);
            assert!(!reference[2..].contains(['0', 'O', '1', 'I', 'L', 'S', '5', 'B', '8', 'Z', 'U', 'V']), "{reference}");
        }
    }

    #[test]
    fn an_origin_is_what_a_browser_calls_it() {
        for (given, expected) in [
            ("https://www.Example.com", Some("https://www.example.com")),
            ("https://www.example.com/", Some("https://www.example.com")),
            ("https://www.example.com:443", Some("https://www.example.com")),
            ("https://www.example.com:8443", Some("https://www.example.com:8443")),
            ("http://localhost:3000", Some("http://localhost:3000")),
            ("http://[::1]:3000", Some("http://[::1]:3000")),
            ("http://www.example.com", None),
            ("https://www.example.com/shop", None),
            ("https://a@b.example.com", None),
            ("https://*.example.com", None),
            ("null", None),
            ("*", None),
            ("https://", None),
            ("https://x:99999", None),
            ("javascript://x", None),
        ] {
            assert_eq!(origin(given).as_deref(), expected, "{given}");
        }
    }

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
