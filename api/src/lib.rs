//! Savoir's doors: the HTTP API and the command line.

mod accounts;
pub mod app;
mod auth;
pub mod boot;
pub mod commands;
pub mod config;
pub mod error;
mod events;
pub mod import;
mod input;
mod interventions;
mod observe;
mod oidc;
pub mod openapi;
mod openings;
mod operations;
mod passwords;
mod procedures;
mod reviews;
pub mod routes;
mod search;
mod session;
mod tokens;
