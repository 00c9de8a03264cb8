//! What language models cost: every call, also one whose answer was of no use.

use super::{Db, Result, Tx, read, write};
use crate::clock::Timestamp;
use crate::id::{InterventionId, UsageId};
use crate::usage::{Spent, Usage};

type Row = (i64, i64, i64, i64, i64);

fn spent((calls, prompt_tokens, completion_tokens, cost_micros, took_ms): Row) -> Spent {
    Spent { calls, prompt_tokens, completion_tokens, cost_micros, took_ms }
}

impl Db {
    /// What all calls cost from `from` up to, not including, `until`: with [`Timestamp::month`], those of a month.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn spent_between(&self, from: Timestamp, until: Timestamp) -> Result<Spent> {
        let row: Row = read!(self, c => sqlx::query_as(include_str!("../../sql/usages_between.sql"))
            .bind(from.0)
            .bind(until.0)
            .fetch_one(c)
            .await)?;
        Ok(spent(row))
    }

    /// What all calls for an intervention cost.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn spent_on(&self, id: InterventionId) -> Result<Spent> {
        let row: Row = read!(self, c => sqlx::query_as(include_str!("../../sql/usages_of.sql"))
            .bind(id.to_string())
            .fetch_one(c)
            .await)?;
        Ok(spent(row))
    }
}

impl Tx {
    /// Keeps what one call cost; `intervention` is missing where it was made for none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_usage(
        &mut self,
        intervention: Option<InterventionId>,
        usage: &Usage,
        now: Timestamp,
    ) -> Result<()> {
        write!(self, c => sqlx::query(include_str!("../../sql/usages_put.sql"))
            .bind(UsageId::new().to_string())
            .bind(intervention.map(|id| id.to_string()))
            .bind(usage.purpose.as_str())
            .bind(&usage.model)
            .bind(usage.prompt_tokens)
            .bind(usage.completion_tokens)
            .bind(usage.cost_micros)
            .bind(usage.took_ms)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }
}
