//! Figures for those who lead: what came in, what was approved, what was of use, week by week; what recurs, what is stale.

use std::time::Duration;

use super::{Db, Result, parsed, read};
use crate::clock::Timestamp;
use crate::id::ProcedureId;

/// A week, from Monday, UTC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Week {
    /// Its first moment.
    pub start: Timestamp,
    /// Interventions that came in.
    pub received: i64,
    /// Drafts that were written.
    pub drafted: i64,
    /// Reviews that ended with a procedure: a new one, a changed one, or one case more.
    pub approved: i64,
    /// Reviews that were refused.
    pub refused: i64,
    /// Reports that a procedure worked.
    pub worked: i64,
    /// Reports that one did not.
    pub failed: i64,
}

const WEEK: i64 = 604_800_000;
/// From the first Monday's beginning to 1970.
const MONDAY: i64 = 259_200_000;

impl Week {
    fn of(number: i64) -> Self {
        Self { start: Timestamp(number * WEEK - MONDAY), ..Self::default() }
    }
}

impl Db {
    /// The last `count` weeks with the one of `now`, the oldest first; those in which nothing happened too.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn weeks(&self, count: u32, now: Timestamp) -> Result<Vec<Week>> {
        let last = (now.0 + MONDAY).div_euclid(WEEK);
        let first = last - i64::from(count.max(1)) + 1;
        let rows: Vec<(i64, String, i64)> = read!(self, c => sqlx::query_as(include_str!("../../sql/figures_weeks.sql"))
            .bind(Week::of(first).start.0)
            .fetch_all(c)
            .await)?;
        let mut weeks: Vec<Week> = (first..=last).map(Week::of).collect();
        for (number, what, n) in rows {
            let at = usize::try_from(number - first).ok().and_then(|at| weeks.get_mut(at));
            let Some(week) = at else { continue };
            let figure = match what.as_str() {
                "received" => &mut week.received,
                "drafted" => &mut week.drafted,
                "approved" => &mut week.approved,
                "refused" => &mut week.refused,
                "worked" => &mut week.worked,
                _ => &mut week.failed,
            };
            *figure += n;
        }
        Ok(weeks)
    }

    /// The procedures that rest on the most interventions, the most recurring first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn recurring(&self, limit: i64) -> Result<Vec<ProcedureId>> {
        let rows: Vec<(String,)> = read!(self, c => sqlx::query_as("SELECT id FROM procedures WHERE confidence <> 'archived' AND cases > 1 ORDER BY cases DESC, id LIMIT $1")
            .bind(limit)
            .fetch_all(c)
            .await)?;
        rows.iter().map(|(id,)| parsed("procedure", id)).collect()
    }

    /// Procedures that nobody validates any more, or whose revision is older than `age`, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stale(&self, age: Duration, now: Timestamp, limit: i64) -> Result<Vec<ProcedureId>> {
        let before = now.0.saturating_sub(i64::try_from(age.as_millis()).unwrap_or(i64::MAX));
        let rows: Vec<(String,)> = read!(self, c => sqlx::query_as(include_str!("../../sql/figures_stale.sql"))
            .bind(before)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        rows.iter().map(|(id,)| parsed("procedure", id)).collect()
    }
}
