//! The audit log: only ever read and added to.
//!
//! Lines take their places from a counter's row that is locked until the commit, as passages do: so two writers never
//! seal after the same line.

use super::{Db, Result, Tx, parsed, read, write};
use crate::audit::{Action, Chain, Entry, Line};
use crate::clock::Timestamp;

/// Lines read at once.
const PAGE: i64 = 1_000;

/// Which lines to read.
#[derive(Debug, Clone, Default)]
pub struct LineFilter {
    /// Only what was done.
    pub action: Option<Action>,
    /// Only by whom.
    pub who: Option<String>,
    /// Only to what.
    pub subject: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    seq: i64,
    at: i64,
    who: String,
    role: String,
    action: String,
    subject: String,
    detail: String,
    previous: String,
    seal: String,
}

impl Row {
    fn line(self) -> Result<Line> {
        Ok(Line {
            seq: self.seq,
            at: Timestamp(self.at),
            who: self.who,
            role: parsed("audit", &self.role)?,
            action: parsed("audit", &self.action)?,
            subject: self.subject,
            detail: self.detail,
            previous: self.previous,
            seal: self.seal,
        })
    }
}

impl Db {
    /// Lines of the audit log after place `after`, oldest first, `limit` at most.
    ///
    /// # Errors
    /// When the database fails, or a line does not read as what was written.
    pub async fn audit(&self, after: i64, limit: i64) -> Result<Vec<Line>> {
        let rows: Vec<Row> = read!(self, c => sqlx::query_as(include_str!("../../sql/audit_list.sql"))
            .bind(after)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(Row::line).collect()
    }

    /// Lines of the audit log, newest first, before place `before` when there is one, `limit` at most.
    ///
    /// # Errors
    /// When the database fails, or a line does not read as what was written.
    pub async fn audit_page(&self, filter: &LineFilter, before: Option<i64>, limit: i64) -> Result<Vec<Line>> {
        let rows: Vec<Row> = read!(self, c => sqlx::query_as(include_str!("../../sql/audit_page.sql"))
            .bind(before.unwrap_or(i64::MAX))
            .bind(filter.action.map(|action| action.as_str()))
            .bind(filter.who.as_deref())
            .bind(filter.subject.as_deref())
            .bind(limit)
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(Row::line).collect()
    }

    /// Reads the whole audit log and holds its chain together. Returns the place and the seal of its last line, or in
    /// words where it is broken.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn verify_audit(&self) -> Result<std::result::Result<(i64, String), String>> {
        // Counted first: what is added while we read is longer, never shorter, than what was counted.
        let (counted,): (i64,) =
            read!(self, c => sqlx::query_as("SELECT value FROM counters WHERE name = 'audit'").fetch_one(c).await)?;
        let mut chain = Chain::default();
        while chain.end().0 < counted {
            let page = match self.audit(chain.end().0, PAGE.min(counted - chain.end().0)).await {
                Ok(page) => page,
                Err(super::StoreError::Unreadable { why, .. }) => return Ok(Err(why)),
                Err(other) => return Err(other),
            };
            if page.is_empty() {
                break;
            }
            for line in &page {
                if let Err(broken) = chain.follow(line) {
                    return Ok(Err(broken.to_string()));
                }
            }
        }
        let (last, seal) = chain.end();
        Ok(chain.complete(counted).map(|()| (last, seal.to_owned())).map_err(|broken| broken.to_string()))
    }
}

impl Tx {
    /// Writes down, with what this transaction does, who did it. It gets its place at commit.
    pub fn note(&mut self, entry: Entry, now: Timestamp) {
        self.notes.push((entry, now));
    }

    /// Seals what was noted. Called by commit, last of all.
    pub(super) async fn seal_notes(&mut self) -> Result<()> {
        let notes = std::mem::take(&mut self.notes);
        let n = i64::try_from(notes.len()).unwrap_or(i64::MAX);
        if n == 0 {
            return Ok(());
        }
        let (last,): (i64,) = write!(self, c => sqlx::query_as("UPDATE counters SET value = value + $1 WHERE name = 'audit' RETURNING value")
            .bind(n)
            .fetch_one(c)
            .await)?;
        let before: Option<(String,)> = write!(self, c => sqlx::query_as("SELECT seal FROM audit WHERE seq = $1")
            .bind(last - n)
            .fetch_optional(c)
            .await)?;
        let mut previous = before.map(|(seal,)| seal).unwrap_or_default();
        for (place, (entry, at)) in (last - n + 1..).zip(notes) {
            let line = Line::sealed(entry, place, at, previous);
            write!(self, c => sqlx::query(include_str!("../../sql/audit_put.sql"))
                .bind(line.seq)
                .bind(line.at.0)
                .bind(&line.who)
                .bind(line.role.as_str())
                .bind(line.action.as_str())
                .bind(&line.subject)
                .bind(&line.detail)
                .bind(&line.previous)
                .bind(&line.seal)
                .execute(c)
                .await
                .map(|r| r.rows_affected()))?;
            previous = line.seal;
        }
        Ok(())
    }
}
