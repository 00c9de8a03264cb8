//! What a language model's answer cost.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::words;

words!(
    /// What a model was asked for.
    Purpose {
        /// To draft a procedure.
        Extract = "extract",
        /// To judge whether two tell the same.
        Compare = "compare",
        /// To word questions to the technician.
        Questions = "questions",
        /// To find out what the endpoint can do.
        Probe = "probe",
        /// To understand what a visitor of the chat means.
        Chat = "chat",
    }
);

/// One call of a model: also one whose answer was of no use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Usage {
    /// What it was asked for.
    pub purpose: Purpose,
    /// The model, as its endpoint names it.
    pub model: String,
    /// Tokens of the prompt; estimated when the endpoint does not say.
    pub prompt_tokens: i64,
    /// Tokens of the answer.
    pub completion_tokens: i64,
    /// Millionths of the currency that the settings' prices are in.
    pub cost_micros: i64,
    /// How long it took, in ms.
    pub took_ms: i64,
}

/// What several calls cost together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Spent {
    /// How many calls.
    pub calls: i64,
    /// Tokens of the prompts.
    pub prompt_tokens: i64,
    /// Tokens of the answers.
    pub completion_tokens: i64,
    /// Millionths of the currency that the settings' prices are in.
    pub cost_micros: i64,
    /// How long they took, in ms.
    pub took_ms: i64,
}

impl Spent {
    /// Another call.
    pub fn add(&mut self, usage: &Usage) {
        self.calls += 1;
        self.prompt_tokens += usage.prompt_tokens;
        self.completion_tokens += usage.completion_tokens;
        self.cost_micros += usage.cost_micros;
        self.took_ms += usage.took_ms;
    }

    /// What was spent after `before`, of one account.
    #[must_use]
    pub const fn since(self, before: Self) -> Self {
        Self {
            calls: self.calls - before.calls,
            prompt_tokens: self.prompt_tokens - before.prompt_tokens,
            completion_tokens: self.completion_tokens - before.completion_tokens,
            cost_micros: self.cost_micros - before.cost_micros,
            took_ms: self.took_ms - before.took_ms,
        }
    }

    /// The cost in units of the currency that the settings' prices are in.
    #[must_use]
    pub fn cost(self) -> f64 {
        self.cost_micros as f64 / 1e6
    }
}
