//! Savoir's doors: the HTTP API and the command line.

pub mod config;
pub mod import;
