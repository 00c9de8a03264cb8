//! The whole house, tested as one.

mod doors;
mod harness;
mod import;
mod index;
mod kill;
mod relevance;
mod search;
mod speech;
mod store;
mod tidy;
