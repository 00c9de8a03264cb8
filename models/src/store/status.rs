//! Counts for those who keep the house running.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Db, Result, read};

/// How many there are of each word.
pub type Counts = BTreeMap<String, i64>;

/// The state of the house as SQL counts it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Status {
    /// Interventions by stage.
    pub interventions: Counts,
    /// How many of them wait for something.
    pub waiting: i64,
    /// Jobs by state; done ones have no row.
    pub jobs: Counts,
    /// Reviews by state.
    pub reviews: Counts,
    /// Procedures by confidence.
    pub procedures: Counts,
    /// Passages that the indexes must hold.
    pub passages: i64,
}

impl Db {
    /// Counts everything.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn status(&self) -> Result<Status> {
        let group = async |sql: &'static str| -> Result<Counts> {
            let rows: Vec<(String, i64)> = read!(self, c => sqlx::query_as(sql).fetch_all(c).await)?;
            Ok(rows.into_iter().collect())
        };
        let (waiting,): (i64,) =
            read!(self, c => sqlx::query_as(include_str!("../../sql/interventions_waiting.sql")).fetch_one(c).await)?;
        let (passages,): (i64,) =
            read!(self, c => sqlx::query_as("SELECT COUNT(*) FROM passages WHERE gone = 0").fetch_one(c).await)?;
        Ok(Status {
            interventions: group("SELECT stage, COUNT(*) FROM interventions WHERE told_anew_by IS NULL GROUP BY stage")
                .await?,
            waiting,
            jobs: group("SELECT state, COUNT(*) FROM jobs GROUP BY state").await?,
            reviews: group("SELECT state, COUNT(*) FROM reviews GROUP BY state").await?,
            procedures: group("SELECT confidence, COUNT(*) FROM procedures GROUP BY confidence").await?,
            passages,
        })
    }
}
