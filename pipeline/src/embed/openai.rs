//! Embeddings from any endpoint that speaks OpenAI's `/embeddings`.

use std::fmt;

use async_openai::Client;
use async_openai::config::OpenAIConfig;
use async_openai::error::OpenAIError;
use async_openai::types::embeddings::{CreateEmbeddingRequest, EmbeddingInput};
use async_trait::async_trait;
use secrecy::{ExposeSecret, SecretString};

use crate::embed::builtin::normalise;
use crate::embed::{Embedder, Purpose};
use crate::fault::{Fault, Need};

/// Texts of one request: small endpoints on one machine refuse more.
const TEXTS_A_REQUEST: usize = 64;

/// Where to ask, and for what.
#[derive(Clone)]
pub struct Endpoint {
    /// Its address up to and without `/embeddings`, as in `http://localhost:11434/v1`.
    pub base_url: String,
    /// What it asks for, if anything.
    pub api_key: Option<SecretString>,
    /// Which model.
    pub model: String,
    /// Length of the model's vectors.
    pub dimensions: usize,
    /// What some models want before a text that is searched for ("passage: ").
    pub passage_prefix: String,
    /// What some models want before a question ("query: ").
    pub query_prefix: String,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("base_url", &self.base_url).field("model", &self.model).finish_non_exhaustive()
    }
}

/// An embedder behind an endpoint.
#[derive(Debug)]
pub struct OpenAi {
    id: String,
    endpoint: Endpoint,
    client: Client<OpenAIConfig>,
}

impl OpenAi {
    /// Prepares the client; nothing is called yet.
    #[must_use]
    pub fn new(endpoint: Endpoint) -> Self {
        let key = endpoint.api_key.as_ref().map_or("", |k| k.expose_secret());
        let config = OpenAIConfig::new().with_api_base(&endpoint.base_url).with_api_key(key);
        Self { id: format!("openai-{}", endpoint.model), endpoint, client: Client::with_config(config) }
    }

    async fn ask(&self, texts: Vec<String>) -> Result<Vec<Vec<f32>>, Fault> {
        let count = texts.len();
        let request = CreateEmbeddingRequest {
            model: self.endpoint.model.clone(),
            input: EmbeddingInput::StringArray(texts),
            encoding_format: None,
            user: None,
            dimensions: None,
        };
        let answer = self.client.embeddings().create(request).await.map_err(|e| self.failed(&e))?;
        let mut data = answer.data;
        data.sort_by_key(|d| d.index);
        let wrong = data.iter().find(|d| d.embedding.len() != self.endpoint.dimensions);
        if let Some(wrong) = wrong {
            return Err(Fault::missing(
                Need::Embedder,
                format!(
                    "the model {} makes vectors of {} numbers but {} are configured: correct embeddings.dimensions",
                    self.endpoint.model,
                    wrong.embedding.len(),
                    self.endpoint.dimensions
                ),
            ));
        }
        if data.len() != count {
            return Err(Fault::later(format!("{} vectors came back for {count} texts", data.len())));
        }
        Ok(data.into_iter().map(|d| d.embedding).collect())
    }

    fn failed(&self, error: &OpenAIError) -> Fault {
        let reason = format!("the embedding endpoint {} failed: {error}", self.endpoint.base_url);
        match error {
            OpenAIError::Reqwest(e) if e.is_connect() || e.is_timeout() => Fault::missing(Need::Embedder, reason),
            OpenAIError::ApiError(e) if matches!(e.status_code.as_u16(), 401 | 403 | 404) => {
                Fault::missing(Need::Embedder, reason)
            }
            _ => Fault::later(reason),
        }
    }
}

#[async_trait]
impl Embedder for OpenAi {
    fn id(&self) -> &str {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.endpoint.dimensions
    }

    async fn embed(&self, texts: &[String], purpose: Purpose) -> Result<Vec<Vec<f32>>, Fault> {
        let prefix = match purpose {
            Purpose::Passage => &self.endpoint.passage_prefix,
            Purpose::Query => &self.endpoint.query_prefix,
        };
        let mut out = Vec::with_capacity(texts.len());
        for some in texts.chunks(TEXTS_A_REQUEST) {
            // An empty input is an error to most endpoints: a blank stands for it.
            let some = some.iter().map(|t| if t.trim().is_empty() { " ".into() } else { format!("{prefix}{t}") });
            out.extend(self.ask(some.collect()).await?);
        }
        out.iter_mut().for_each(|v| normalise(v));
        Ok(out)
    }
}
