//! The whole house, tested as one.

mod harness;
mod tidy;
