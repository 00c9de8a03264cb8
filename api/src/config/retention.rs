//! How long what is personal is kept.

use std::time::Duration;

use savoir_pipeline::kit::Retention as Kept;
use serde::{Deserialize, Serialize};

/// Days that what is personal is kept after its case has left the line; 0: for ever.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Recordings.
    pub audio_days: u32,
    /// What was heard in them.
    pub transcripts_days: u32,
    /// Messages between the customer and the house.
    pub exchanges_days: u32,
    /// Conversations of the chat.
    pub chats_days: u32,
}

impl Retention {
    /// The same as the line takes it.
    #[must_use]
    pub fn kept(&self) -> Kept {
        let days = |n: u32| (n > 0).then(|| Duration::from_secs(u64::from(n) * 86_400));
        Kept {
            audio: days(self.audio_days),
            transcripts: days(self.transcripts_days),
            exchanges: days(self.exchanges_days),
            chats: days(self.chats_days),
        }
    }
}
