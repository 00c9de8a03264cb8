//! Savoir's verbs: the steps of the line, the adapters to models, the index and the search.

pub mod blobs;
pub mod chat;
pub mod codes;
pub mod compare;
pub mod embed;
pub mod enough;
pub mod evaluate;
pub mod extractor;
pub mod fault;
pub mod hooks;
pub mod http;
pub mod index;
pub mod kit;
pub mod llm;
pub mod openai;
pub mod person;
pub mod progress;
pub mod prompts;
pub mod reach;
pub mod redact;
pub mod search;
pub mod speech;
pub mod step;
mod steps;
pub mod verify;
pub mod worker;
