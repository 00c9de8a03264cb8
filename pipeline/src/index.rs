//! Both indexes. (Placeholder until the index is merged.)

/// Both indexes.
#[derive(Debug)]
pub struct Index;
