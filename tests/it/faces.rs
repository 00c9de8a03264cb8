//! The pages, as people see them: in a browser.

mod entry;
mod examples;
mod pages;
mod portal;
mod workbench;
