//! Both indexes. (Placeholder until the index is merged.)

/// Both indexes.
#[derive(Debug)]
pub struct Index;
impl Index {
    /// Follows.
    pub async fn follow(&self, _: &savoir_models::store::Db) -> Result<(), crate::fault::Fault> {
        Ok(())
    }
}
