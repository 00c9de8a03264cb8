//! Procedures, their revisions, and what those who followed them report.

use super::outcomes::Doubted;
use super::{Db, Result, Tx, from_json, json, parsed, read, write};
use crate::clock::Timestamp;
use crate::id::{DraftId, EventId, InterventionId, ProcedureId};
use crate::procedure::{Confidence, Feedback, Governance, Procedure, Revision};
use crate::viewer::{Audience, Viewer};

/// What a report made of a procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// How often it is now reported to have worked.
    pub worked: i64,
    /// How often not.
    pub failed: i64,
    /// That an expert looks at it again, and why.
    pub doubted: Option<Doubted>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    confidence: String,
    audience: String,
    governance: String,
    cases: i64,
    worked: i64,
    failed: i64,
    created_at: i64,
    #[sqlx(flatten)]
    revision: RevisionRow,
}

#[derive(sqlx::FromRow)]
struct RevisionRow {
    number: i64,
    content: String,
    author: String,
    review_id: Option<String>,
    diff: String,
    revised_at: i64,
}

impl RevisionRow {
    fn revision(self) -> Result<Revision> {
        Ok(Revision {
            number: self.number,
            content: from_json("revision", &self.content)?,
            author: self.author,
            review: self.review_id.map(|r| parsed("revision", &r)).transpose()?,
            diff: self.diff,
            created_at: Timestamp(self.revised_at),
        })
    }
}

impl Row {
    fn procedure(self) -> Result<Procedure> {
        Ok(Procedure {
            id: parsed("procedure", &self.id)?,
            confidence: parsed("procedure", &self.confidence)?,
            audience: parsed("procedure", &self.audience)?,
            governance: parsed("procedure", &self.governance)?,
            revision: self.revision.revision()?,
            cases: self.cases,
            worked: self.worked,
            failed: self.failed,
            outcomes: Vec::new(),
            created_at: Timestamp(self.created_at),
        })
    }
}

impl Db {
    /// A procedure with its current revision, if `viewer` may read it, and of it what their class sees.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn procedure(&self, id: ProcedureId, viewer: &Viewer) -> Result<Option<Procedure>> {
        let [internal, technician, contractor, customer] = Audience::ALL else { return Ok(None) };
        let Some(class) = viewer.class() else { return Ok(None) };
        let may = |a: &Audience| if viewer.may_read(*a) { a.as_str() } else { "" };
        let row: Option<Row> = read!(self, c => sqlx::query_as(include_str!("../../sql/procedures_get.sql"))
            .bind(id.to_string())
            .bind(may(internal))
            .bind(may(technician))
            .bind(may(contractor))
            .bind(may(customer))
            .fetch_optional(c)
            .await)?;
        let Some(row) = row else { return Ok(None) };
        let outcomes = self.outcomes(id).await?;
        Ok(Some(Procedure { outcomes, ..row.procedure()? }.seen_by(class)))
    }

    /// The revisions of a procedure that `viewer` may read, newest first, and of them what their class sees.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revisions(&self, id: ProcedureId, viewer: &Viewer) -> Result<Vec<Revision>> {
        let (Some(class), Some(_)) = (viewer.class(), self.procedure(id, viewer).await?) else { return Ok(Vec::new()) };
        let rows: Vec<RevisionRow> = read!(self, c => sqlx::query_as(include_str!("../../sql/revisions_of.sql"))
            .bind(id.to_string())
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(|row| Ok(row.revision()?.seen_by(class))).collect()
    }
}

impl Tx {
    /// Keeps a new procedure with its first revision.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_procedure(
        &mut self,
        id: ProcedureId,
        audience: Audience,
        cases: i64,
        first: &Revision,
    ) -> Result<()> {
        write!(self, c => sqlx::query(include_str!("../../sql/procedures_put.sql"))
            .bind(id.to_string())
            .bind(Confidence::Validated.as_str())
            .bind(audience.as_str())
            .bind(Governance::Experience.as_str())
            .bind(cases)
            .bind(first.created_at.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        self.put_revision(id, first).await
    }

    /// Makes `next` the current revision of a procedure, for `audience` from now on, and validates it; false when its number
    /// does not follow the current one: somebody was quicker.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revise(&mut self, id: ProcedureId, audience: Audience, next: &Revision) -> Result<bool> {
        let done = write!(self, c => sqlx::query(include_str!("../../sql/procedures_revise.sql"))
            .bind(id.to_string())
            .bind(next.number)
            .bind(audience.as_str())
            .bind(next.created_at.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        if done == 1 {
            self.put_revision(id, next).await?;
        }
        Ok(done == 1)
    }

    async fn put_revision(&mut self, id: ProcedureId, revision: &Revision) -> Result<()> {
        let content = json(&revision.content)?;
        write!(self, c => sqlx::query(include_str!("../../sql/revisions_put.sql"))
            .bind(id.to_string())
            .bind(revision.number)
            .bind(content)
            .bind(&revision.author)
            .bind(revision.review.map(|r| r.to_string()))
            .bind(&revision.diff)
            .bind(revision.created_at.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Counts the cases of a draft to a procedure that is not archived, and how they ended to its record; `None` when there
    /// is no such procedure. Returns the cases.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_cases_to_procedure(
        &mut self,
        id: ProcedureId,
        draft: DraftId,
        now: Timestamp,
    ) -> Result<Option<Vec<InterventionId>>> {
        let cases = self.cases_in(draft).await?;
        if !self.more_cases(id, cases.len(), now).await? {
            return Ok(None);
        }
        self.confirm(id, &cases).await?;
        Ok(Some(cases))
    }

    /// Raises the count of a procedure that is not archived; false when there is none.
    pub(super) async fn more_cases(&mut self, id: ProcedureId, more: usize, now: Timestamp) -> Result<bool> {
        let more = i64::try_from(more).unwrap_or(i64::MAX);
        let done = write!(self, c => sqlx::query("UPDATE procedures SET cases = cases + $2, updated_at = $3 WHERE id = $1 AND confidence <> 'archived'")
            .bind(id.to_string())
            .bind(more)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }

    /// Says which procedure an intervention is a case of.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn set_procedure(&mut self, intervention: InterventionId, procedure: ProcedureId) -> Result<()> {
        write!(self, c => sqlx::query("UPDATE interventions SET procedure_id = $2 WHERE id = $1")
            .bind(intervention.to_string())
            .bind(procedure.to_string())
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Keeps what someone who followed a procedure reports, and has an expert look at it again when too many say that it
    /// fails.
    ///
    /// # Errors
    /// When the database fails, or there is no such procedure.
    pub async fn put_feedback(
        &mut self,
        id: ProcedureId,
        feedback: &Feedback,
        author: &str,
        now: Timestamp,
    ) -> Result<Reported> {
        let worked = i64::from(feedback.worked);
        let (all_worked, all_failed): (i64, i64) = write!(self, c => sqlx::query_as(include_str!("../../sql/procedures_report.sql"))
            .bind(id.to_string())
            .bind(worked)
            .fetch_one(c)
            .await)?;
        write!(self, c => sqlx::query(include_str!("../../sql/feedback_put.sql"))
            .bind(EventId::new().to_string())
            .bind(id.to_string())
            .bind(worked)
            .bind(&feedback.comment)
            .bind(author)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        let doubted = if feedback.worked { None } else { self.look_again(id, None, now).await? };
        Ok(Reported { worked: all_worked, failed: all_failed, doubted })
    }
}
