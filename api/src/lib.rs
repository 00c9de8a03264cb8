//! Savoir's doors: the HTTP API and the command line.

pub mod app;
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
mod operations;
mod peer;
mod procedures;
mod rates;
mod reviews;
pub mod routes;
mod search;
