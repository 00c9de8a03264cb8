//! The review queue.

use super::{Db, Result, Tx, parsed, read, write};
use crate::clock::Timestamp;
use crate::id::{DraftId, InterventionId, ProcedureId, ReviewId};
use crate::intervention::Stage;
use crate::review::{Review, ReviewState, WITHDRAWN};

/// How a review is closed.
#[derive(Debug, Clone, Copy)]
pub struct Closing<'a> {
    /// The decision's word.
    pub decision: &'a str,
    /// The reason given, if any.
    pub reason: Option<&'a str>,
    /// Who decided.
    pub by: &'a str,
    /// When.
    pub at: Timestamp,
    /// Decided, or sent back.
    pub state: ReviewState,
    /// The version of the draft that was read.
    pub draft_version: i64,
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    draft_id: String,
    state: String,
    worth: f64,
    cases: i64,
    opened_at: i64,
    decision: Option<String>,
    reason: Option<String>,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    procedure_id: Option<String>,
    assigned_to: Option<String>,
}

impl Row {
    pub(super) fn review(self) -> Result<Review> {
        Ok(Review {
            id: parsed("review", &self.id)?,
            draft: parsed("review", &self.draft_id)?,
            state: parsed("review state", &self.state)?,
            worth: self.worth,
            cases: self.cases,
            opened_at: Timestamp(self.opened_at),
            decision: self.decision,
            reason: self.reason,
            decided_by: self.decided_by,
            decided_at: self.decided_at.map(Timestamp),
            procedure: self.procedure_id.map(|p| parsed("review", &p)).transpose()?,
            assigned_to: self.assigned_to,
        })
    }
}

/// Where a page of the queue begins: after a review, or at the top.
pub(super) fn place(after: Option<(f64, ReviewId)>) -> (f64, String) {
    after.map_or((f64::MAX, String::new()), |(worth, id)| (worth, id.to_string()))
}

impl Db {
    /// A review.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn review(&self, id: ReviewId) -> Result<Option<Review>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM reviews WHERE id = $1").bind(id.to_string()).fetch_optional(c).await)?;
        row.map(Row::review).transpose()
    }

    /// The review of a draft.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn review_of(&self, draft: DraftId) -> Result<Option<Review>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM reviews WHERE draft_id = $1").bind(draft.to_string()).fetch_optional(c).await)?;
        row.map(Row::review).transpose()
    }

    /// Reviews of a state, the most worthwhile first, after the cursor.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reviews(&self, state: ReviewState, after: Option<(f64, ReviewId)>, limit: i64) -> Result<Vec<Review>> {
        let (worth, id) = place(after);
        let rows: Vec<Row> = read!(self, c => sqlx::query_as(include_str!("../../sql/reviews_list.sql"))
            .bind(state.as_str())
            .bind(worth)
            .bind(id)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(Row::review).collect()
    }
}

impl Tx {
    /// A review as this unit sees it, with the version of its draft.
    pub(super) async fn review_and_version(&mut self, id: ReviewId) -> Result<Option<(Review, i64)>> {
        let row: Option<Row> = write!(self, c => sqlx::query_as("SELECT * FROM reviews WHERE id = $1").bind(id.to_string()).fetch_optional(c).await)?;
        let Some(row) = row else { return Ok(None) };
        let (version,): (i64,) = write!(self, c => sqlx::query_as("SELECT version FROM drafts WHERE id = $1").bind(&row.draft_id).fetch_one(c).await)?;
        Ok(Some((row.review()?, version)))
    }

    /// Opens the review of a draft, or opens it again after answers came; one that was decided stays so. `minutes` is what
    /// its cases cost together: the worth of the review.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_review(&mut self, draft: DraftId, minutes: i64, now: Timestamp) -> Result<()> {
        write!(self, c => sqlx::query(include_str!("../../sql/reviews_open.sql"))
            .bind(ReviewId::new().to_string())
            .bind(draft.to_string())
            .bind(minutes)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Holds the row of an open review until the end of the unit, so that counting a case, editing and deciding come one
    /// after the other; false when the review is not open.
    pub(super) async fn lock_open_review(&mut self, draft: DraftId) -> Result<bool> {
        let open = write!(self, c => sqlx::query("UPDATE reviews SET minutes = minutes WHERE draft_id = $1 AND state = 'open'")
            .bind(draft.to_string())
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(open == 1)
    }

    /// Holds the row of a draft's review, whatever its state, until the end of the unit.
    pub(super) async fn lock_review(&mut self, draft: DraftId) -> Result<()> {
        write!(self, c => sqlx::query("UPDATE reviews SET minutes = minutes WHERE draft_id = $1")
            .bind(draft.to_string())
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Takes a case that cost `minutes` from the count of a draft's review.
    pub(super) async fn uncount_case(&mut self, draft: DraftId, minutes: i64) -> Result<()> {
        write!(self, c => sqlx::query(include_str!("../../sql/reviews_uncount_case.sql"))
            .bind(draft.to_string())
            .bind(minutes)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Closes what was opened again for a procedure and waits: who decided on `but` has revised it.
    pub(super) async fn overtake_reviews(
        &mut self,
        procedure: ProcedureId,
        but: ReviewId,
        by: &str,
        now: Timestamp,
    ) -> Result<()> {
        write!(self, c => sqlx::query(include_str!("../../sql/reviews_overtake.sql"))
            .bind(procedure.to_string())
            .bind(but.to_string())
            .bind(WITHDRAWN)
            .bind(by)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Counts the cases of `draft` (its own, and what was counted with it before) as cases of `known`, whose review is
    /// open; `None` when it no longer is. Returns the cases.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_cases_to_draft(
        &mut self,
        known: DraftId,
        draft: DraftId,
        minutes: i64,
    ) -> Result<Option<Vec<InterventionId>>> {
        if !self.lock_open_review(known).await? {
            return Ok(None);
        }
        let cases = self.cases_in(draft).await?;
        if draft == known || cases.is_empty() {
            return Ok(Some(cases));
        }
        write!(self, c => sqlx::query("UPDATE cases SET draft_id = $2 WHERE draft_id = $1")
            .bind(draft.to_string())
            .bind(known.to_string())
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        let count = i64::try_from(cases.len()).unwrap_or(i64::MAX);
        write!(self, c => sqlx::query(include_str!("../../sql/reviews_count_cases.sql"))
            .bind(known.to_string())
            .bind(minutes)
            .bind(count)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(Some(cases))
    }

    /// Ends the review of a draft that was sent back and now turns out to tell what is known.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_sent_back(&mut self, draft: DraftId, now: Timestamp) -> Result<()> {
        write!(self, c => sqlx::query(include_str!("../../sql/reviews_end_sent_back.sql"))
            .bind(draft.to_string())
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Closes an open review whose draft is still at the version that was read; false when either is no longer so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close_review(&mut self, id: ReviewId, closing: Closing<'_>) -> Result<bool> {
        // In a statement of its own: once its row is held, the version that the next one reads is the latest.
        write!(self, c => sqlx::query("UPDATE reviews SET minutes = minutes WHERE id = $1")
            .bind(id.to_string())
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        let done = write!(self, c => sqlx::query(include_str!("../../sql/reviews_close.sql"))
            .bind(id.to_string())
            .bind(closing.state.as_str())
            .bind(closing.decision)
            .bind(closing.reason)
            .bind(closing.by)
            .bind(closing.at.0)
            .bind(closing.draft_version)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }

    /// Moves cases to `stage`, and to `procedure` if there is one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn move_cases(
        &mut self,
        cases: &[InterventionId],
        stage: Stage,
        procedure: Option<ProcedureId>,
        why: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        for id in cases {
            if let Some(procedure) = procedure {
                self.set_procedure(*id, procedure).await?;
            }
            self.move_to(*id, stage, why, now).await?;
        }
        Ok(())
    }
}
