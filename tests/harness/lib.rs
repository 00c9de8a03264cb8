//! The harness: what several tests lean on.

pub mod data;
pub mod databases;
pub mod env;
pub mod postgres;
pub mod qdrant;
pub mod shelf;
