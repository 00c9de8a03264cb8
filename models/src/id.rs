//! Identifiers: UUID version 7, so that they sort by the moment they were made.
//!
//! This file is the only place that makes one (and with it the only source of randomness in `models`).

#![expect(clippy::disallowed_methods, reason = "this is the one place that makes identifiers and secrets")]

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text given is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("« {0} » is not an identifier: a UUID is expected")]
pub struct NotAnId(pub String);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(transparent)]
        #[schema(value_type = String, format = "uuid")]
        pub struct $name(Uuid);

        impl $name {
            /// A new identifier, later in order than every one made before it by this process.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "a default that differs each time would surprise")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The sixteen bytes, as an integer: a key for stores that want one.
            #[must_use]
            pub fn as_u128(self) -> u128 {
                self.0.as_u128()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Uuid::parse_str(text).map(Self).map_err(|_| NotAnId(text.into()))
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                text.parse()
            }
        }
    };
}

id!(/** An intervention. */ InterventionId);
id!(/** A file that came with an intervention. */ AttachmentId);
id!(/** A question to the technician. */ QuestionId);
id!(/** A draft. */ DraftId);
id!(/** A review. */ ReviewId);
id!(/** What was said of a review. */ CommentId);
id!(/** A procedure. */ ProcedureId);
id!(/** A revision that is to be opened to customers. */ OpeningId);
id!(/** A passage of the index. */ PassageId);
id!(/** A job of the line. */ JobId);
id!(/** An event of the line. */ EventId);
id!(/** A bearer token. */ TokenId);
id!(/** An account. */ AccountId);
id!(/** A browser that somebody came in with. */ SessionId);
id!(/** A call of a language model. */ UsageId);
id!(/** A web site that embeds the chat. */ SiteId);
id!(/** A conversation. */ ChatId);
id!(/** A message of a conversation. */ MessageId);
id!(/** A request to people. */ RequestId);

/// `bytes` random bytes in hexadecimal, from the operating system: for secrets such as tokens.
#[must_use]
pub fn secret(bytes: usize) -> String {
    // UUID v4 carries 122 random bits from the operating system's generator.
    let mut out = Vec::with_capacity(bytes + 16);
    while out.len() < bytes {
        out.extend_from_slice(Uuid::new_v4().as_bytes());
    }
    out.truncate(bytes);
    hex::encode(out)
}

/// A random number from 0 up to, not including, 1: for pauses that must not all end at the same moment.
#[must_use]
pub fn jitter() -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what an f64 holds")]
    let share = (Uuid::new_v4().as_u128() >> 75) as f64 / (1_u64 << 53) as f64;
    share
}
