//! Savoir's nouns, and the only place with SQL.
//!
//! | word | what it is |
//! |---|---|
//! | [`intervention`] | a closed case as the ticketing system delivers it |
//! | [`transcript`] | what was said in a recording, with times |
//! | [`content`] | what a procedure says |
//! | [`evidence`] | where a statement comes from |
//! | [`redaction`] | what is personal in a case, and what stands for it |
//! | [`usage`] | what a language model's answers cost |
//! | [`amend`] | how an expert changes a content by hand |
//! | [`draft`] | content as the line proposes it |
//! | [`review`] | a draft before an expert |
//! | [`proposal`] | what a draft would change in what is known |
//! | [`procedure`] | content that an expert approved |
//! | [`passage`] | what is indexed |
//! | [`viewer`] | who is looking |
//! | [`opening`] | what can hurt, before customers see it |
//! | [`seen`] | what each class of readers sees |
//! | [`account`] | who comes in, and for what |
//! | [`audit`] | who did what, sealed |
//! | [`chat`] | a customer's conversation, and the request that people take over |
//! | [`job`] | a unit of work of the durable line |
//! | [`store`] | where all of it is kept |

pub mod account;
pub mod amend;
pub mod audit;
pub mod chat;
pub mod clock;
pub mod content;
pub mod draft;
pub mod evidence;
pub mod id;
pub mod intervention;
pub mod job;
pub mod opening;
pub mod passage;
pub mod procedure;
pub mod proposal;
pub mod redaction;
pub mod removal;
pub mod review;
pub mod seen;
pub mod store;
pub mod text;
pub mod transcript;
pub mod usage;
pub mod viewer;
