//! Services that speak OpenAI's protocol, one's own (vLLM, Ollama, whisper.cpp, speaches…) or another's.
//! The only place that names async-openai; what a language model says to it is in `openai/chat.rs`.

mod chat;

use std::time::Duration;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::middleware::HttpRequestFactory;
use async_openai::types::InputSource;
use async_openai::types::audio::{AudioInput, AudioResponseFormat, CreateTranscriptionRequest, TimestampGranularity};
use async_openai::types::embeddings::{CreateEmbeddingRequest, EmbeddingInput};
use bytes::Bytes;
use secrecy::{ExposeSecret, SecretString};

use crate::fault::{Fault, Need};
use crate::http::{self, Manner, Redirects};
use crate::reach::{self, Reach};

/// A client of one service.
#[derive(Debug, Clone)]
pub struct OpenAi {
    client: Client<OpenAIConfig>,
    base: String,
}

/// A recording, and how it is to be heard.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// Its bytes, in a format that the service knows.
    pub bytes: Vec<u8>,
    /// A name whose ending tells the format: services go by it.
    pub name: String,
    /// The model, as the service names it.
    pub model: String,
    /// The language, when known (`fr`, `en`).
    pub language: Option<String>,
    /// Words that are likely to be said.
    pub prompt: Option<String>,
    /// Whether segments with times are asked for (`verbose_json`), which some models cannot give.
    pub segments: bool,
}

/// A client of the service at `base_url`, which may end with its version (`/v1`) or not.
///
/// # Errors
/// [`Fault::Never`] when the address is no HTTP address, or the machine has no certificates.
pub fn client(
    base_url: &str,
    api_key: Option<&SecretString>,
    timeout: Duration,
    reach: Reach,
) -> Result<OpenAi, Fault> {
    let manner = Manner { total: Some(timeout), silence: timeout, redirects: Redirects::Within, reach, reuse: true };
    build(base_url, api_key, manner, usize::MAX)
}

/// A client of the service at `base_url` whose answers are read up to `most` bytes, each on a connection of its own, and
/// which sends nothing to where the service would have it sent instead: what it sends is a customer's case.
///
/// # Errors
/// See [`client`].
pub fn strict_client(
    base_url: &str,
    api_key: Option<&SecretString>,
    timeout: Duration,
    reach: Reach,
    most: usize,
) -> Result<OpenAi, Fault> {
    let manner = Manner { total: Some(timeout), silence: timeout, redirects: Redirects::Never, reach, reuse: false };
    build(base_url, api_key, manner, most)
}

fn build(base_url: &str, api_key: Option<&SecretString>, manner: Manner, most: usize) -> Result<OpenAi, Fault> {
    let base = base(base_url, manner.reach)?;
    let transport = http::client(manner).map_err(Fault::never)?;
    let key = api_key.map_or_else(String::new, |k| k.expose_secret().trim().to_owned());
    if !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Fault::never("api_key holds characters that no key has (spaces, accents); copy it again"));
    }
    let (keyless, shown) = (key.is_empty(), SecretString::from(key.clone()));
    // Every field is set: what is left out would be read from OPENAI_* variables behind the configuration's back.
    let config = OpenAIConfig::default().with_api_base(&base).with_api_key(key).with_org_id("").with_project_id("");
    // Without this service async-openai would repeat refused requests by itself and drop the Retry-After header;
    // trying again is the line's business.
    let send = tower::service_fn(move |request: HttpRequestFactory| {
        let (transport, shown) = (transport.clone(), shown.clone());
        async move {
            let mut request = request.build().await?;
            if keyless {
                // async-openai sends an empty bearer, which some services answer with 401.
                request.headers_mut().remove(reqwest::header::AUTHORIZATION);
            }
            let response = http::capped(transport.execute(request).await?, most);
            let status = response.status();
            if status.is_success() {
                return Ok::<_, OpenAIError>(response);
            }
            let after = http::retry_after(response.headers());
            let body = without(&response.text().await.unwrap_or_default(), shown.expose_secret());
            let refused = Refused { status: status.as_u16(), after, said: said(&body), code: code(&body) };
            Err(OpenAIError::Boxed(Box::new(refused)))
        }
    });
    Ok(OpenAi { client: Client::with_config(config).with_http_service(send), base })
}

/// The address with its version.
fn base(url: &str, reach: Reach) -> Result<String, Fault> {
    let trimmed = url.trim().trim_end_matches('/');
    let parsed = reach::target(trimmed, reach)
        .map_err(|why| Fault::never(format!("base_url: {why}; http://host:port/v1 is expected")))?;
    let version = |part: &str| part.strip_prefix('v').is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit()));
    let versioned = parsed.path_segments().is_some_and(|mut parts| parts.any(version));
    Ok(if versioned { trimmed.to_owned() } else { format!("{trimmed}/v1") })
}

/// The service answered, and its answer is no.
#[derive(Debug, thiserror::Error)]
#[error("{status}: {said}")]
struct Refused {
    status: u16,
    after: Option<Duration>,
    said: String,
    /// The service's own word for it, where it has one.
    code: String,
}

/// A text without the key: services quote the key that they refuse, and what they say is logged and shown.
fn without(body: &str, key: &str) -> String {
    if key.is_empty() { body.to_owned() } else { body.replace(key, "[api_key]") }
}

/// What an error body says to a person: its message when it has the usual form, else its beginning.
fn said(body: &str) -> String {
    let json: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let message = json
        .as_ref()
        .and_then(|j| ["/error/message", "/error", "/detail", "/message"].iter().find_map(|p| j.pointer(p)?.as_str()));
    message.unwrap_or(body).trim().chars().take(300).collect()
}

/// An error body's word for programs.
fn code(body: &str) -> String {
    let json: Option<serde_json::Value> = serde_json::from_str(body).ok();
    let word = json
        .as_ref()
        .and_then(|j| ["/error/code", "/error/type", "/code", "/type"].iter().find_map(|p| j.pointer(p)?.as_str()));
    word.unwrap_or_default().to_owned()
}

impl OpenAi {
    /// Sends a recording to `/audio/transcriptions`; the answer's JSON as it came, for services differ in what
    /// they leave out.
    ///
    /// # Errors
    /// See [`Self::fault`].
    pub async fn transcribe(&self, recording: Recording) -> Result<Bytes, Fault> {
        let file =
            AudioInput { source: InputSource::Bytes { filename: recording.name, bytes: Bytes::from(recording.bytes) } };
        let format = if recording.segments { AudioResponseFormat::VerboseJson } else { AudioResponseFormat::Json };
        let request = CreateTranscriptionRequest {
            file,
            model: recording.model,
            language: recording.language,
            prompt: recording.prompt,
            response_format: Some(format),
            timestamp_granularities: recording.segments.then(|| vec![TimestampGranularity::Segment]),
            ..CreateTranscriptionRequest::default()
        };
        self.client.audio().transcription().create_raw(request).await.map_err(|e| self.fault(Need::Speech, e))
    }

    /// The vectors of `texts`, in their order; all of the same length, `dimensions` when that is asked for.
    ///
    /// # Errors
    /// See [`Self::fault`]; [`Fault::Later`] as well when the answer has another number of vectors or other lengths.
    pub async fn embed(&self, model: &str, texts: &[String], dimensions: Option<u32>) -> Result<Vec<Vec<f32>>, Fault> {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let request = CreateEmbeddingRequest {
            model: model.into(),
            input: EmbeddingInput::StringArray(texts.to_vec()),
            encoding_format: None,
            user: None,
            dimensions,
        };
        let answer = self.client.embeddings().create(request).await.map_err(|e| self.fault(Need::Embedder, e))?;
        let mut vectors: Vec<Option<Vec<f32>>> = vec![None; texts.len()];
        for item in answer.data {
            if let Some(place) = vectors.get_mut(item.index as usize) {
                *place = Some(item.embedding);
            }
        }
        let wrong = |what: &str| Fault::later(format!("the embedding service at {} sent {what}", self.base));
        let vectors: Vec<Vec<f32>> =
            vectors.into_iter().collect::<Option<_>>().ok_or_else(|| wrong("too few vectors"))?;
        let length = dimensions.map_or_else(|| vectors[0].len(), |d| d as usize);
        if length == 0 || vectors.iter().any(|v| v.len() != length) {
            return Err(wrong(&format!("vectors of {} numbers where {length} were expected", vectors[0].len())));
        }
        if vectors.iter().flatten().any(|x| !x.is_finite()) {
            return Err(wrong("numbers that are none"));
        }
        Ok(vectors)
    }

    /// What the line should do about an error of this service: wait for it when it is not there or refuses the key
    /// (an operator mends that), give up on what it says is wrong with the request, try again otherwise.
    fn fault(&self, need: Need, error: OpenAIError) -> Fault {
        let base = &self.base;
        match error {
            OpenAIError::Boxed(error) => match error.downcast::<Refused>() {
                Ok(refused) => self.refused(need, &refused),
                Err(error) => Fault::later(format!("the service at {base} failed: {error}")),
            },
            OpenAIError::Reqwest(error) if error.is_connect() || error.is_builder() => {
                let causes = http::causes(&error);
                Fault::missing(
                    need,
                    format!("the service at {base} is not there ({causes}); start it or correct base_url"),
                )
            }
            OpenAIError::Reqwest(error) if error.is_timeout() => {
                // A model that is being loaded, or a machine that is too small: neither is this job's fault.
                Fault::missing(
                    need,
                    format!("the service at {base} did not answer in time; try later or raise its timeout"),
                )
            }
            OpenAIError::Reqwest(error) => {
                Fault::later(format!("the service at {base} broke off ({})", http::causes(&error)))
            }
            OpenAIError::JSONDeserialize(error, _) => {
                Fault::later(format!("the service at {base} sent what is not its protocol ({error}); check base_url"))
            }
            other => Fault::later(format!("the service at {base} failed: {other}")),
        }
    }

    fn refused(&self, need: Need, refused: &Refused) -> Fault {
        let (base, said) = (&self.base, &refused.said);
        match refused.status {
            300..=399 => Fault::missing(need, format!("the service at {base} has moved ({refused}); correct base_url")),
            402 => Fault::missing(need, format!("the service at {base} wants to be paid first ({refused})")),
            401 | 403 => {
                Fault::missing(need, format!("the service at {base} refuses the key ({said}); correct api_key"))
            }
            404 => Fault::missing(
                need,
                format!(
                    "the service at {base} does not know this address or model ({said}); correct base_url or model"
                ),
            ),
            // Restarting, loading its model, or asked too often: it will come, however long that takes.
            408 | 425 | 429 | 502..=504 => {
                let reason = format!("the service at {base} is not able to answer now ({refused})");
                Fault::Missing { need, after: refused.after, reason }
            }
            409 | 500.. => {
                let reason = format!("the service at {base} is not able to answer now ({refused})");
                Fault::Later { after: refused.after, reason }
            }
            _ => Fault::never(format!("the service at {base} refuses this request ({refused})")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_without_a_version_gets_one_and_one_with_a_version_keeps_it() {
        for (given, expected) in [
            ("http://localhost:8000", "http://localhost:8000/v1"),
            ("http://localhost:8000/", "http://localhost:8000/v1"),
            ("http://localhost:8000/v1/", "http://localhost:8000/v1"),
            ("https://host/openai/v1beta", "https://host/openai/v1beta"),
            ("https://host/voice", "https://host/voice/v1"),
        ] {
            assert_eq!(base(given, Reach::Written).unwrap(), expected);
        }
    }

    #[test]
    fn what_is_no_address_is_refused_with_an_example() {
        assert!(base("localhost:8000", Reach::Written).unwrap_err().to_string().contains("http://host:port/v1"));
    }

    #[test]
    fn a_key_that_a_service_quotes_is_not_passed_on() {
        let body = r#"{"error":{"message":"Incorrect API key provided: sk-1. You can find your API key at …"}}"#;
        assert_eq!(
            said(&without(body, "sk-1")),
            "Incorrect API key provided: [api_key]. You can find your API key at …"
        );
        assert_eq!(without("no key", ""), "no key");
    }

    #[test]
    fn the_message_of_an_error_is_found_in_its_usual_places() {
        assert_eq!(said(r#"{"error":{"message":"no such model"}}"#), "no such model");
        assert_eq!(said(r#"{"detail":"too long"}"#), "too long");
        assert_eq!(said("<h1>Bad gateway</h1>"), "<h1>Bad gateway</h1>");
    }
}
