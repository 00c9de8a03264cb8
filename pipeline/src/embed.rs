//! From texts to vectors.

pub mod builtin;
pub mod model2vec;
pub mod openai;

use async_trait::async_trait;

use crate::fault::Fault;

/// What a text is embedded for: some models want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It will be searched for.
    Passage,
    /// It searches.
    Query,
}

/// Turns texts into vectors of unit length.
#[async_trait]
pub trait Embedder: Send + Sync + 'static {
    /// Names model and version: vectors of another id are of another space.
    fn id(&self) -> &str;

    /// Length of every vector.
    fn dimensions(&self) -> usize;

    /// One vector a text, in order.
    ///
    /// # Errors
    /// [`Fault::Missing`] when the model's endpoint is not there, [`Fault::Later`] for what may pass.
    async fn embed(&self, texts: &[String], purpose: Purpose) -> Result<Vec<Vec<f32>>, Fault>;
}
