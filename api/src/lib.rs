//! Savoir's doors: the HTTP API and the command line.

pub mod app;
mod audit;
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
pub mod openapi;
mod operations;
mod procedures;
mod reviews;
pub mod routes;
mod search;
