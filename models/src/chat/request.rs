//! What people take over.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::clock::Timestamp;
use crate::id::{ChatId, RequestId};
use crate::text::words;

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
// What a customer asked for in an intervention is a `Request` of the description, too.
#[schema(as = ChatRequest)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_can_be_read_out() {
        let made: std::collections::BTreeSet<_> = (0..500).map(|_| reference(&crate::id::secret(8))).collect();
        assert!(made.len() > 480, "{}", made.len());
        for reference in made {
            assert_eq!(reference.len(), 9);
            assert!(
                !reference[2..].contains(['0', 'O', '1', 'I', 'L', 'S', '5', 'B', '8', 'Z', 'U', 'V']),
                "{reference}"
            );
        }
    }
}
