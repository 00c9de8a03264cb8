//! How much a visitor of the chat may say.

use std::time::Duration;

use savoir_pipeline::chat::Limits;
use serde::{Deserialize, Serialize};

use super::load::Problem;
use super::{Config, check};

/// The chat.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chat {
    /// Longest message, characters.
    pub message_characters: usize,
    /// Messages of a conversation before people take over.
    pub messages: u32,
    /// A conversation that is silent for so long ends, minutes.
    pub idle_minutes: u64,
    /// Messages of one unnamed visitor, by address, a minute.
    pub visitor_per_minute: u32,
    /// Messages of all unnamed visitors of one site, a minute.
    pub site_per_minute: u32,
}

impl Chat {
    /// The same as the conversation takes it.
    #[must_use]
    pub fn limits(&self) -> Limits {
        let idle = Duration::from_secs(self.idle_minutes.saturating_mul(60));
        Limits { messages: self.messages.into(), idle }
    }
}

impl Config {
    pub(super) fn check_chat(&self, found: &mut Vec<Problem>) {
        check::at_least_one("chat.message_characters", self.chat.message_characters as u64, found);
        check::at_least_one("chat.messages", self.chat.messages.into(), found);
        check::at_least_one("chat.idle_minutes", self.chat.idle_minutes, found);
        // What is told is read by rules, by the search and by a model: a book is no message.
        if self.chat.message_characters > 20_000 {
            found.push(Problem::new(
                "chat.message_characters",
                "longer than anything that can be understood as one message",
                "set it to 20000 or less",
            ));
        }
    }
}
