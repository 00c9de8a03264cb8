//! The pages, one file each: its template, its handlers, who may see it in the URL table.

pub(crate) mod link;
pub(crate) mod login;
pub(crate) mod procedure;
pub(crate) mod search;
