//! Language models that say what they are told to.

use axum::response::{IntoResponse, Response};
use savoir_pipeline::llm::remote::{Remote, RemoteSettings};
use savoir_pipeline::llm::{ChatModel, LlmSettings};
use savoir_pipeline::reach::Reach;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// A body of `/chat/completions` whose message is `text`, with 100 tokens asked and 50 answered.
#[must_use]
pub fn completion(text: &str) -> Value {
    json!({"id": "c", "object": "chat.completion", "created": 0, "model": "m",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 150}})
}

/// The same as a response.
#[must_use]
pub fn says(text: &str) -> Response {
    ([("content-type", "application/json")], completion(text).to_string()).into_response()
}

/// A model at `address`, given up on after `timeout`.
///
/// # Panics
/// When that is no address.
#[must_use]
pub fn remote(address: &str, timeout: Duration) -> Arc<dyn ChatModel> {
    let settings =
        RemoteSettings { base_url: address.into(), api_key: None, model: "m".into(), timeout, reach: Reach::Written };
    Arc::new(Remote::new(settings).expect("an address"))
}

/// Settings under which nothing is learnt and a call costs one hundredth and a half: a unit for ten thousand tokens.
#[must_use]
pub fn settings() -> LlmSettings {
    let mut settings = LlmSettings::default();
    settings.prices.prompt_per_million = 100.0;
    settings.prices.completion_per_million = 100.0;
    settings
}

/// A whole and honest draft of a case with a report: each of the words given is a quote from it.
#[must_use]
pub fn draft(title: &str, cause: &str, step: &str, check: &str) -> Value {
    let said = |text: &str| json!({"text": text, "quotes": [{"source": "report", "quote": text}]});
    json!({"language": "fr", "title": said(title), "symptoms": [said(title)], "cause": said(cause), "prerequisites": [],
        "tools": [], "parts": [], "hazards": [], "steps": [said(step)], "verification": [said(check)],
        "told": {"cause": true, "found": true, "fix": true, "check": true}, "questions": []})
}
