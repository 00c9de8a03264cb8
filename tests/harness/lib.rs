//! The harness: what several tests lean on.

pub mod browser;
pub mod call;
pub mod cassettes;
pub mod chat;
pub mod data;
pub mod databases;
pub mod doubles;
pub mod env;
pub mod furnished;
pub mod fuzz;
pub mod house;
pub mod llama;
pub mod postgres;
pub mod provider;
pub mod qdrant;
pub mod service;
pub mod shelf;
pub mod world;
