//! t
mod speech;
