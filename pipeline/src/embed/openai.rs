//! Embeddings from any endpoint that speaks OpenAI's `/embeddings`.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use secrecy::SecretString;

use crate::embed::builtin::normalise;
use crate::embed::{Embedder, Purpose};
use crate::fault::{Fault, Need};
use crate::openai::{self, OpenAi};
use crate::reach::Reach;

/// Texts of one request: small endpoints on one machine refuse more.
const TEXTS_A_REQUEST: usize = 64;

/// Where to ask, and for what.
#[derive(Clone)]
pub struct Endpoint {
    /// Its address, with or without `/v1`.
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
    /// How long one answer may take.
    pub timeout: Duration,
    /// Which private addresses may be called.
    pub reach: Reach,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint").field("base_url", &self.base_url).field("model", &self.model).finish_non_exhaustive()
    }
}

/// An embedder behind an endpoint.
#[derive(Debug)]
pub struct Remote {
    id: String,
    endpoint: Endpoint,
    service: OpenAi,
}

impl Remote {
    /// Prepares the client; nothing is called yet.
    ///
    /// # Errors
    /// [`Fault::Never`] when the address makes no sense.
    pub fn new(endpoint: Endpoint) -> Result<Self, Fault> {
        let service = openai::client(&endpoint.base_url, endpoint.api_key.as_ref(), endpoint.timeout, endpoint.reach)?;
        Ok(Self { id: format!("openai-{}", endpoint.model), endpoint, service })
    }

    async fn ask(&self, texts: &[String]) -> Result<Vec<Vec<f32>>, Fault> {
        let vectors = self.service.embed(&self.endpoint.model, texts, None).await?;
        let made = vectors.first().map_or(0, Vec::len);
        if made != self.endpoint.dimensions {
            let (model, configured) = (&self.endpoint.model, self.endpoint.dimensions);
            return Err(Fault::missing(
                Need::Embedder,
                format!(
                    "the model {model} makes vectors of {made} numbers, {configured} are configured: correct embedder.dimensions"
                ),
            ));
        }
        Ok(vectors)
    }
}

#[async_trait]
impl Embedder for Remote {
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
            let some: Vec<String> =
                some.iter().map(|t| if t.trim().is_empty() { " ".into() } else { format!("{prefix}{t}") }).collect();
            out.extend(self.ask(&some).await?);
        }
        out.iter_mut().for_each(|v| normalise(v));
        Ok(out)
    }
}
