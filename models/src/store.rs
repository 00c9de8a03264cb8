//! Where everything is kept.

/// What the database said no to.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database itself failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}
