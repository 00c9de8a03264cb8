//! The whole house, tested as one.
#![expect(clippy::unwrap_used, reason = "a test that panics has found something; its helpers may too")]

mod attacks;
mod audit;
mod crash;
mod doors;
mod embed;
mod eval;
mod extract;
mod harness;
mod import;
mod index;
mod kill;
mod life;
mod llm;
mod outcomes;
mod person;
mod proposals;
mod protocol;
mod redact;
mod relevance;
mod retention;
mod search;
mod speech;
mod store;
mod tidy;
mod verify;
mod worker;
