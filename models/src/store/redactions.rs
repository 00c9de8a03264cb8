//! What is personal in a case.

use super::{Db, Result, Tx, from_json, json, read, write};
use crate::id::InterventionId;
use crate::redaction::Redaction;

impl Db {
    /// What was found to be personal in an intervention; `None` before the step that looks for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn redaction(&self, id: InterventionId) -> Result<Option<Redaction>> {
        let row: Option<(String,)> = read!(self, c => sqlx::query_as("SELECT redaction FROM redactions WHERE intervention_id = $1")
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(|(text,)| from_json("redaction", &text)).transpose()
    }
}

impl Tx {
    /// Keeps what is personal in an intervention, in place of what was found before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_redaction(&mut self, id: InterventionId, redaction: &Redaction) -> Result<()> {
        let text = json(redaction)?;
        write!(self, c => sqlx::query(include_str!("../../sql/redactions_put.sql"))
            .bind(id.to_string())
            .bind(text)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }
}
