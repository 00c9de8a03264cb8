//! t
mod extract;
