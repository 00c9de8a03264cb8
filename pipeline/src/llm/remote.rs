//! A model behind any endpoint that speaks OpenAI's `/chat/completions`.

use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use super::{Ask, ChatModel, Failure, MOST_ANSWER_BYTES, Output, Reply, beginning};
use crate::fault::Fault;
use crate::openai::{self, OpenAi};
use crate::reach::Reach;

/// Where to ask, and for what.
#[derive(Debug, Clone)]
pub struct RemoteSettings {
    /// Its address, with or without `/v1`.
    pub base_url: String,
    /// Its key, when it wants one.
    pub api_key: Option<SecretString>,
    /// The model, as the service names it.
    pub model: String,
    /// How long one answer may take.
    pub timeout: Duration,
    /// Which private addresses may be called.
    pub reach: Reach,
}

/// A model behind an endpoint.
#[derive(Debug)]
pub struct Remote {
    service: OpenAi,
    model: String,
}

impl Remote {
    /// Prepares the client; nothing is called yet.
    ///
    /// # Errors
    /// [`Fault::Never`] when the address makes no sense.
    pub fn new(settings: RemoteSettings) -> Result<Self, Fault> {
        let RemoteSettings { base_url, api_key, model, timeout, reach } = settings;
        let service = openai::strict_client(&base_url, api_key.as_ref(), timeout, reach, MOST_ANSWER_BYTES)?;
        Ok(Self { service, model })
    }
}

#[async_trait]
impl ChatModel for Remote {
    fn name(&self) -> &str {
        &self.model
    }

    async fn chat(&self, ask: &Ask<'_>) -> Result<Reply, Failure> {
        let answer = self.service.chat(&body(&self.model, ask)).await?;
        reply(&answer).ok_or_else(|| {
            let reason = format!(
                "the model at {} sent what is not its protocol (« {} »); check llm.endpoint.base_url",
                self.service.base(),
                beginning(&answer.to_string())
            );
            Failure::Transient { after: None, reason }
        })
    }

    async fn models(&self) -> Result<Vec<String>, Failure> {
        self.service.models().await
    }
}

/// The request as it is sent.
#[must_use]
pub fn body(model: &str, ask: &Ask<'_>) -> Value {
    let mut out = Map::new();
    out.insert("model".into(), model.into());
    out.insert("messages".into(), json!(ask.messages));
    out.insert("stream".into(), false.into());
    let manner = &ask.manner;
    out.insert(manner.limit.0.as_str().into(), manner.limit.1.into());
    if let Some(temperature) = manner.temperature {
        out.insert("temperature".into(), temperature.into());
    }
    if let Some((field, seed)) = manner.seed {
        out.insert(field.as_str().into(), seed.into());
    }
    let (name, schema) = ask.schema;
    let format = match manner.output {
        Output::JsonSchema | Output::Auto => {
            json!({"type": "json_schema", "json_schema": {"name": name, "strict": true, "schema": schema}})
        }
        Output::JsonObject => json!({"type": "json_object"}),
        Output::Text => Value::Null,
    };
    if !format.is_null() {
        out.insert("response_format".into(), format);
    }
    Value::Object(out)
}

/// The answer as far as it has the usual form; `None` when it has no choice of a message.
fn reply(answer: &Value) -> Option<Reply> {
    let choices = answer.get("choices")?.as_array()?;
    let first = choices.first()?;
    let message = first.get("message")?;
    let text = words(message.get("content").unwrap_or(&Value::Null));
    let ended = first.get("finish_reason").and_then(Value::as_str).unwrap_or_default();
    let filtered = (ended == "content_filter").then(|| "content_filter".to_owned());
    let refusal = message.get("refusal").and_then(Value::as_str).filter(|r| !r.trim().is_empty()).map(str::to_owned);
    let count = |name: &str| answer.pointer(&format!("/usage/{name}")).and_then(Value::as_i64).filter(|n| *n > 0);
    Some(Reply {
        text,
        cut: ended == "length",
        answers: choices.len(),
        refusal: refusal.or(filtered),
        prompt_tokens: count("prompt_tokens"),
        completion_tokens: count("completion_tokens"),
    })
}

/// The words of a content: a text, or parts of which those that are thoughts are left out.
fn words(content: &Value) -> String {
    let part = |part: &Value| part.get("text").and_then(Value::as_str).map(str::to_owned);
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(part).collect(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_with_what_services_leave_out() {
        let least = json!({"choices": [{"message": {"content": "a"}}]});
        assert_eq!(reply(&least), Some(Reply { text: "a".into(), answers: 1, ..Reply::default() }));
        let parts =
            json!([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "a"}]);
        assert_eq!(words(&parts), "a");
        let thought =
            json!({"choices": [{"message": {"content": null, "reasoning_content": "…"}, "finish_reason": "length"}]});
        let thought = reply(&thought).unwrap();
        assert!(thought.cut && thought.text.is_empty());
        assert_eq!(reply(&json!({"error": {"message": "no"}})), None);
        assert_eq!(reply(&json!({"choices": []})), None);
        assert_eq!(reply(&json!([])), None);
    }

    #[test]
    fn a_refusal_is_told_from_an_answer() {
        let said = json!({"choices": [{"message": {"content": null, "refusal": "I can't"}, "finish_reason": "stop"}]});
        assert_eq!(reply(&said).unwrap().refusal.as_deref(), Some("I can't"));
        let filtered = json!({"choices": [{"message": {"content": ""}, "finish_reason": "content_filter"}]});
        assert!(reply(&filtered).unwrap().refusal.is_some());
    }
}
