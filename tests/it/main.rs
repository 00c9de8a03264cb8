//! The whole house, tested as one.
#![expect(clippy::unwrap_used, reason = "a test that panics has found something; its helpers may too")]

mod attacks;
mod audit;
mod browser;
mod canaries;
mod chat;
mod crash;
mod doors;
mod embed;
mod eval;
mod extract;
mod faces;
mod fuzz;
mod harness;
mod import;
mod index;
mod kill;
mod leaks;
mod life;
mod llm;
mod matrix;
mod openings;
mod outcomes;
mod person;
mod proposals;
mod protocol;
mod reach;
mod redact;
mod relevance;
mod retention;
mod search;
mod speech;
mod store;
mod tidy;
mod verify;
mod worker;
