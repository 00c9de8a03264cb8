//! Savoir's doors: the HTTP API and the command line.

pub mod import;
