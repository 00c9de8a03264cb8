//! Log-ins by OpenID Connect that were begun: of their secrets only hashes are kept, and each is used once.

use super::tokens::hash;
use super::{Result, Tx, write};
use crate::clock::Timestamp;

impl Tx {
    /// Writes down that a log-in was begun, by the secret that its browser keeps, and where it is to lead. Those that have
    /// run out are dropped.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_oidc(&mut self, secret: &str, return_to: &str, end: Timestamp, now: Timestamp) -> Result<()> {
        write!(self, c => sqlx::query("DELETE FROM oidc_starts WHERE expires_at <= $1")
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
        write!(self, c => sqlx::query("INSERT INTO oidc_starts (hash, return_to, expires_at) VALUES ($1, $2, $3)")
            .bind(hash(secret))
            .bind(return_to)
            .bind(end.0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Uses a log-in that was begun up, and tells where it is to lead; `None` when it is unknown, was used, or has run out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_oidc(&mut self, secret: &str, now: Timestamp) -> Result<Option<String>> {
        let row: Option<(String,)> = write!(self, c => sqlx::query_as("DELETE FROM oidc_starts WHERE hash = $1 AND expires_at > $2 RETURNING return_to")
            .bind(hash(secret))
            .bind(now.0)
            .fetch_optional(c)
            .await)?;
        Ok(row.map(|(return_to,)| return_to))
    }
}
