//! The whole house, tested as one.

mod harness;
mod store;
mod tidy;
