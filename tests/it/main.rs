//! The whole house, tested as one.

mod harness;
mod import;
mod speech;
mod store;
mod tidy;
