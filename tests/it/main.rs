//! The whole house, tested from outside.

mod import;
