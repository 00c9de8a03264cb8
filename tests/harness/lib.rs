//! The harness: what several tests lean on.

pub mod env;
pub mod postgres;
