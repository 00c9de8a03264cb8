//! Savoir's verbs: the steps of the line, the adapters to models, the index and the search.

pub mod codes;
pub mod embed;
pub mod extractor;
pub mod fault;
pub(crate) mod http;
pub mod openai;
pub mod progress;
pub mod speech;
