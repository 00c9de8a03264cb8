//! The pages, as people see them: in a browser.

mod chat;
mod dictation;
mod entry;
mod examples;
mod openings;
mod pages;
mod portal;
mod screenshots;
mod workbench;
