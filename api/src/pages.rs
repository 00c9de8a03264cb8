//! The pages, one file each: its template, its handlers, who may see it in the URL table.

pub(crate) mod chat;
pub(crate) mod desk;
pub(crate) mod intervention;
pub(crate) mod link;
pub(crate) mod login;
pub(crate) mod openings;
pub(crate) mod procedure;
pub(crate) mod queue;
pub(crate) mod report;
pub(crate) mod requests;
pub(crate) mod review;
pub(crate) mod search;
