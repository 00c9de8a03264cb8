//! What a language model is asked, and what its service's errors mean.
//!
//! Requests and answers are plain JSON: the services that speak this protocol leave out fields that the library's own
//! types want, and take others that it does not know.

use async_openai::error::OpenAIError;
use serde_json::Value;

use super::{OpenAi, Refused};
use crate::fault::Need;
use crate::http::{self, TooLarge};
use crate::llm::{Failure, Flaw};

/// What services say of a prompt that is longer than the model can read. Lower case.
const TOO_LONG: &[&str] = &[
    "context length",
    "context_length",
    "context size",
    "context_size",
    "context window",
    "context_exceeded",
    "maximum context",
    "maximum prompt length",
    "prompt is too long",
    "input is too long",
    "too many tokens",
    "too large for model",
];

/// What they say when they will not write such a thing.
const FILTERED: &[&str] = &["content_filter", "content_policy", "content management policy", "content filter"];

/// What servers that fail over a schema say with status 500.
const SCHEMA: &[&str] = &["response_format", "json_schema", "json schema", "grammar", "sampler"];

impl OpenAi {
    /// Sends `body` to `/chat/completions`; the answer's JSON as it came.
    ///
    /// # Errors
    /// A [`Failure`] of whichever kind.
    pub async fn chat(&self, body: &Value) -> Result<Value, Failure> {
        let answer: Value = self.client.chat().create_byot(body).await.map_err(|e| self.failure(e))?;
        match answer.get("error").filter(|e| !e.is_null() && answer.get("choices").is_none()) {
            // Some servers and gateways say no with status 200, and the true one inside.
            Some(error) => {
                let text = answer.to_string();
                let status = error.get("code").and_then(Value::as_u64).and_then(|code| u16::try_from(code).ok());
                let status = status.filter(|s| (400..600).contains(s)).unwrap_or(500);
                let refused = Refused { status, after: None, said: super::said(&text), code: super::code(&text) };
                Err(self.failure(OpenAIError::Boxed(Box::new(refused))))
            }
            None => Ok(answer),
        }
    }

    /// The models that the service says it has; empty when it lists none, as it need not.
    ///
    /// # Errors
    /// A [`Failure`] of whichever kind.
    pub async fn models(&self) -> Result<Vec<String>, Failure> {
        let list: Value = match self.client.models().list_byot().await {
            Ok(list) => list,
            Err(OpenAIError::Boxed(error))
                if error.downcast_ref::<Refused>().is_some_and(|r| [404, 405, 501].contains(&r.status)) =>
            {
                return Ok(Vec::new());
            }
            Err(error) => return Err(self.failure(error)),
        };
        let items = list.get("data").or_else(|| list.get("models")).and_then(Value::as_array);
        let name = |item: &Value| Some(item.get("id").or_else(|| item.get("name"))?.as_str()?.to_owned());
        Ok(items.into_iter().flatten().filter_map(name).collect())
    }

    /// The address of the service, with its version.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    fn failure(&self, error: OpenAIError) -> Failure {
        let base = &self.base;
        match &error {
            OpenAIError::Boxed(boxed) => {
                if let Some(refused) = boxed.downcast_ref::<Refused>()
                    && let Some(failure) = self.told(refused)
                {
                    return failure;
                }
            }
            OpenAIError::Reqwest(error) => {
                if let Some(TooLarge(most)) = http::cause(error) {
                    let reason = format!("the answer of the model at {base} is longer than {most} bytes");
                    return Failure::malformed(Flaw::TooLarge, reason);
                }
                if error.is_timeout() && !error.is_connect() {
                    let reason =
                        format!("the model at {base} did not answer in time; raise llm.endpoint.timeout_seconds");
                    return Failure::Slow { reason };
                }
            }
            OpenAIError::JSONDeserialize(_, body) if body.trim_start().starts_with('<') => {
                let reason = format!(
                    "there is a web page at {base}, not a model (« {} »); correct llm.endpoint.base_url or start the service",
                    crate::llm::beginning(body)
                );
                return Failure::missing(Need::LanguageModel, reason);
            }
            OpenAIError::JSONDeserialize(_, body) => {
                let answers = serde_json::Deserializer::from_str(body).into_iter::<Value>();
                if answers.take_while(Result::is_ok).count() > 1 {
                    let reason = format!("the model at {base} answered twice");
                    return Failure::malformed(Flaw::Twice, reason);
                }
                let reason = format!(
                    "the service at {base} sent what is not its protocol (« {} »); check llm.endpoint.base_url",
                    crate::llm::beginning(body)
                );
                return Failure::Transient { after: None, reason };
            }
            _ => {}
        }
        self.fault(Need::LanguageModel, error).into()
    }

    /// What only a language model's service says no to.
    fn told(&self, refused: &Refused) -> Option<Failure> {
        let (base, text) = (&self.base, format!("{} {}", refused.code, refused.said).to_lowercase());
        let says = |words: &[&str]| words.iter().any(|w| text.contains(w));
        match refused.status {
            400 | 403 | 422 if says(FILTERED) => {
                Some(Failure::Refused { reason: format!("the model at {base} will not answer this ({refused})") })
            }
            413 => {
                Some(Failure::TooLong { reason: format!("the model at {base} takes no text this long ({refused})") })
            }
            400 | 422 | 500 if says(TOO_LONG) => {
                Some(Failure::TooLong { reason: format!("the model at {base} takes no text this long ({refused})") })
            }
            400 | 415 | 422 | 501 => Some(Failure::Unsupported {
                said: text,
                reason: format!("the service at {base} refuses this request ({refused})"),
            }),
            500 if says(SCHEMA) => Some(Failure::Unsupported {
                said: format!("response_format {text}"),
                reason: format!("the service at {base} fails over this request ({refused})"),
            }),
            _ => None,
        }
    }
}
