//! The pages, as people see them: in a browser.

mod chat;
mod entry;
mod examples;
mod pages;
mod portal;
