//! Static embeddings from a model2vec folder (`config.json`, `model.safetensors`, `tokenizer.json`).

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use model2vec_rs::model::StaticModel;
use sha2::{Digest, Sha256};

use crate::embed::builtin::normalise;
use crate::embed::{Embedder, Purpose};
use crate::fault::{Fault, Need};

/// Tokens of a text that are looked at.
const MOST_TOKENS: usize = 512;

/// A model2vec model in memory.
pub struct Model2Vec {
    id: String,
    dimensions: usize,
    model: Arc<StaticModel>,
}

impl std::fmt::Debug for Model2Vec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Model2Vec").field("id", &self.id).field("dimensions", &self.dimensions).finish_non_exhaustive()
    }
}

impl Model2Vec {
    /// Loads the model of a folder. Its id carries a digest of its weights: other weights are another space.
    ///
    /// # Errors
    /// [`Fault::Missing`] when a file of the model is not there or cannot be read.
    pub fn open(folder: &Path) -> Result<Self, Fault> {
        let missing = |reason: String| {
            let folder = folder.display();
            Fault::missing(
                Need::Embedder,
                format!(
                    "the embedding model in {folder} cannot be loaded ({reason}): the folder must hold config.json, \
                     model.safetensors and tokenizer.json of a model2vec model"
                ),
            )
        };
        let read = |name: &str| std::fs::read(folder.join(name)).map_err(|e| missing(format!("{name}: {e}")));
        let (tokenizer, weights, config) = (read("tokenizer.json")?, read("model.safetensors")?, read("config.json")?);
        let digest = hex::encode(Sha256::digest(&weights));
        let name = folder.file_name().map_or_else(|| "model".into(), |n| n.to_string_lossy().into_owned());
        let model =
            StaticModel::from_bytes(tokenizer, weights, config, Some(true)).map_err(|e| missing(format!("{e:#}")))?;
        let id = format!("model2vec-{name}-{}", &digest[..8]);
        Ok(Self { id, dimensions: model.dim(), model: Arc::new(model) })
    }
}

#[async_trait]
impl Embedder for Model2Vec {
    fn id(&self) -> &str {
        &self.id
    }

    fn dimensions(&self) -> usize {
        self.dimensions
    }

    async fn embed(&self, texts: &[String], _purpose: Purpose) -> Result<Vec<Vec<f32>>, Fault> {
        let (model, texts) = (Arc::clone(&self.model), texts.to_vec());
        let work = move || {
            let mut vectors = model.encode_with_args(&texts, Some(MOST_TOKENS), 256);
            vectors.iter_mut().for_each(|v| normalise(v));
            vectors
        };
        tokio::task::spawn_blocking(work).await.map_err(Fault::later)
    }
}
