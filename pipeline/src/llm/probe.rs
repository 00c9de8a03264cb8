//! Finding out what an endpoint can do, for `savoir doctor`.

use savoir_models::text::Language;
use savoir_models::usage::Purpose;
use serde_json::{Value, json};

use super::{Failure, Flaw, Llm, Output, Question, Useless};
use crate::prompts::Prompt;

/// What was found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Whether the service lists the model; `None` when it lists none at all.
    pub known: Option<bool>,
    /// The strictest form that it takes.
    pub output: Output,
    /// Whether the answer was held to the schema: it has a word that only the schema knows.
    pub held: bool,
}

/// The word that only the schema knows.
const WORD: &str = "savoir";

impl Llm {
    /// Asks for a word, in the forms that the settings allow, strictest first. Costs a few tokens for each.
    ///
    /// # Errors
    /// A [`Failure`] when no answer of use comes in any of them.
    pub async fn probe(&self) -> Result<Probe, Failure> {
        let models = match self.model.models().await {
            Err(missing @ Failure::Missing { .. }) => return Err(missing),
            // Another wrong answer here says nothing about the next.
            other => other.unwrap_or_default(),
        };
        // Ollama lists "name:latest" for what one calls by its name.
        let same = |listed: &String| listed == self.name() || listed.strip_suffix(":latest") == Some(self.name());
        let known = (!models.is_empty()).then(|| models.iter().any(same));
        let prompt = Prompt {
            name: "probe",
            version: "1".into(),
            language: Language::English,
            system: "You answer with one JSON object and nothing else.".into(),
            user: "Answer with {\"ready\": true}.".into(),
            schema: json!({
                "type": "object",
                "properties": {"ready": {"type": "boolean"}, "word": {"type": "string", "enum": [WORD]}},
                "required": ["ready", "word"],
                "additionalProperties": false
            }),
        };
        let question = Question { purpose: Purpose::Probe, intervention: None, prompt: &prompt };
        let read = |answer: &Value| match answer.get("ready").and_then(Value::as_bool) {
            Some(_) => Ok(answer.get("word").and_then(Value::as_str) == Some(WORD)),
            None => Err(Useless::new(Flaw::Shape, "ready is missing")),
        };
        loop {
            match self.ask(&question, read).await {
                Ok(held) => return Ok(Probe { known, output: self.abilities.manner().output, held }),
                // A service that takes a form and then answers nonsense in it does not have it.
                Err(Failure::Malformed { .. }) if self.abilities.step_down() => {}
                Err(failure) => return Err(failure),
            }
        }
    }
}
