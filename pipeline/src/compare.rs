//! Whether a draft says something new.
