//! What happened on the line, for those who watch.

use super::{Db, Result, Tx, parsed, read, write};
use crate::clock::Timestamp;
use crate::id::{EventId, InterventionId};
use crate::job::Event;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    intervention_id: String,
    kind: String,
    detail: String,
    at: i64,
}

impl Db {
    /// Events after `after`, oldest first. An event that is committed late by another process may be missed by one who
    /// watches: the stage in SQL is the truth, events are for watching.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events(&self, after: Option<EventId>, limit: i64) -> Result<Vec<Event>> {
        let rows: Vec<Row> = read!(self, c => sqlx::query_as("SELECT * FROM events WHERE id > $1 ORDER BY id LIMIT $2")
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(limit)
            .fetch_all(c)
            .await)?;
        rows.into_iter()
            .map(|r| {
                Ok(Event {
                    id: parsed("event", &r.id)?,
                    intervention: parsed("intervention", &r.intervention_id)?,
                    kind: r.kind,
                    detail: r.detail,
                    at: Timestamp(r.at),
                })
            })
            .collect()
    }

    /// The latest event's identifier: where one begins to watch.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_event(&self) -> Result<Option<EventId>> {
        let id: Option<(String,)> =
            read!(self, c => sqlx::query_as("SELECT id FROM events ORDER BY id DESC LIMIT 1").fetch_optional(c).await)?;
        id.map(|(id,)| parsed("event", &id)).transpose()
    }
}

impl Tx {
    /// Says that something happened.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tell(&mut self, intervention: InterventionId, kind: &str, detail: &str, now: Timestamp) -> Result<()> {
        write!(self, c => sqlx::query("INSERT INTO events (id, intervention_id, kind, detail, at) VALUES ($1, $2, $3, $4, $5)")
            .bind(EventId::new().to_string())
            .bind(intervention.to_string())
            .bind(kind)
            .bind(detail)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Forgets events older than `before`; returns how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_events(&mut self, before: Timestamp) -> Result<u64> {
        Ok(
            write!(self, c => sqlx::query("DELETE FROM events WHERE at < $1").bind(before.0).execute(c).await.map(|r| r.rows_affected()))?,
        )
    }
}
