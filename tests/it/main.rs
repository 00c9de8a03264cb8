//! The whole house, tested as one.

mod crash;
mod doors;
mod extract;
mod harness;
mod import;
mod index;
mod kill;
mod life;
mod relevance;
mod search;
mod speech;
mod store;
mod tidy;
