//! Savoir's doors: the HTTP API and the command line.

mod accounts;
pub mod app;
mod audit;
mod auth;
pub mod boot;
pub mod commands;
pub mod config;
pub mod error;
mod events;
pub mod headers;
pub mod import;
mod input;
mod interventions;
mod listen;
mod observe;
pub mod openapi;
mod openings;
mod operations;
mod passwords;
mod peer;
mod procedures;
mod rates;
mod reviews;
pub mod routes;
mod search;
mod session;
mod tokens;
