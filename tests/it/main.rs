//! The whole house, tested as one.

mod harness;
mod store;
mod tidy;
//! The whole house, tested from outside.

mod import;
//! t
mod speech;
