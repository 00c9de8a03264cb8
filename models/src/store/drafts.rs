//! Drafts and the edits that experts made to them.

use super::{Db, Result, Tx, from_json, json, parsed, read, write};
use crate::clock::Timestamp;
use crate::content::Content;
use crate::draft::{Comparison, Draft};
use crate::id::{DraftId, InterventionId};
use crate::viewer::Viewer;

const CASES_OF: &str = "SELECT intervention_id FROM cases WHERE draft_id = $1 ORDER BY intervention_id";

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    intervention_id: String,
    content: String,
    provenance: String,
    suspicions: String,
    comparison: Option<String>,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

impl Row {
    fn draft(self) -> Result<Draft> {
        Ok(Draft {
            id: parsed("draft", &self.id)?,
            intervention: parsed("draft", &self.intervention_id)?,
            content: from_json("draft content", &self.content)?,
            provenance: from_json("draft provenance", &self.provenance)?,
            suspicions: from_json("suspicions", &self.suspicions)?,
            comparison: self.comparison.map(|c| from_json("comparison", &c)).transpose()?,
            version: self.version,
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
        })
    }
}

impl Db {
    /// A draft.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn draft(&self, id: DraftId) -> Result<Option<Draft>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM drafts WHERE id = $1").bind(id.to_string()).fetch_optional(c).await)?;
        row.map(Row::draft).transpose()
    }

    /// The draft drawn from an intervention.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn draft_of(&self, intervention: InterventionId) -> Result<Option<Draft>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM drafts WHERE intervention_id = $1")
            .bind(intervention.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(Row::draft).transpose()
    }

    /// Whether an expert has edited a draft.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn edited(&self, draft: DraftId) -> Result<bool> {
        let (edits,): (i64,) = read!(self, c => sqlx::query_as("SELECT COUNT(*) FROM edits WHERE draft_id = $1")
            .bind(draft.to_string())
            .fetch_one(c)
            .await)?;
        Ok(edits > 0)
    }

    /// The draft that an intervention is a case of: its own, or the one that told the same before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn case_of(&self, intervention: InterventionId) -> Result<Option<DraftId>> {
        let row: Option<(String,)> = read!(self, c => sqlx::query_as("SELECT draft_id FROM cases WHERE intervention_id = $1")
            .bind(intervention.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(|(id,)| parsed("case", &id)).transpose()
    }

    /// The interventions that a draft stands for: its own and those that told the same.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cases_of(&self, draft: DraftId) -> Result<Vec<InterventionId>> {
        let rows: Vec<(String,)> =
            read!(self, c => sqlx::query_as(CASES_OF).bind(draft.to_string()).fetch_all(c).await)?;
        rows.iter().map(|(id,)| parsed("case", id)).collect()
    }
}

impl Tx {
    /// The interventions that a draft stands for, as this unit sees them.
    pub(super) async fn cases_in(&mut self, draft: DraftId) -> Result<Vec<InterventionId>> {
        let rows: Vec<(String,)> =
            write!(self, c => sqlx::query_as(CASES_OF).bind(draft.to_string()).fetch_all(c).await)?;
        rows.iter().map(|(id,)| parsed("case", id)).collect()
    }

    /// A draft, as this unit sees it.
    pub(super) async fn draft_in(&mut self, id: DraftId) -> Result<Draft> {
        let row: Row = write!(self, c => sqlx::query_as("SELECT * FROM drafts WHERE id = $1").bind(id.to_string()).fetch_one(c).await)?;
        row.draft()
    }

    /// Keeps the draft of an intervention; an earlier one keeps its identifier and takes the new content. Returns the
    /// identifier it is kept under.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_draft(&mut self, draft: &Draft) -> Result<DraftId> {
        let (content, provenance) = (json(&draft.content)?, json(&draft.provenance)?);
        let suspicions = json(&draft.suspicions)?;
        let (id,): (String,) = write!(self, c => sqlx::query_as(include_str!("../../sql/drafts_put.sql"))
            .bind(draft.id.to_string())
            .bind(draft.intervention.to_string())
            .bind(content)
            .bind(provenance)
            .bind(suspicions)
            .bind(draft.created_at.0)
            .fetch_one(c)
            .await)?;
        write!(self, c => sqlx::query(include_str!("../../sql/cases_put.sql"))
            .bind(draft.intervention.to_string())
            .bind(&id)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        parsed("draft", &id)
    }

    /// Keeps what comparing said of a draft.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_comparison(&mut self, draft: DraftId, comparison: &Comparison) -> Result<()> {
        let text = json(comparison)?;
        write!(self, c => sqlx::query("UPDATE drafts SET comparison = $2 WHERE id = $1")
            .bind(draft.to_string())
            .bind(text)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// The same for a draft whose review is open and that is still as it was read; false when either is no longer so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_comparison_in_review(&mut self, draft: &Draft, comparison: &Comparison) -> Result<bool> {
        if !self.lock_open_review(draft.id).await? || self.draft_in(draft.id).await?.version != draft.version {
            return Ok(false);
        }
        self.put_comparison(draft.id, comparison).await?;
        Ok(true)
    }

    /// Replaces the content of `draft`, as it was read, and keeps who changed what. Returns the new version, or `None`
    /// when the draft is no longer at that version or its review no longer open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn edit_draft(
        &mut self,
        draft: &Draft,
        content: &Content,
        by: &Viewer,
        now: Timestamp,
    ) -> Result<Option<i64>> {
        if !self.lock_open_review(draft.id).await? {
            return Ok(None);
        }
        let text = json(content)?;
        let done = write!(self, c => sqlx::query(include_str!("../../sql/drafts_edit.sql"))
            .bind(draft.id.to_string())
            .bind(draft.version)
            .bind(text)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        if done == 0 {
            return Ok(None);
        }
        let mut diff = crate::procedure::diff(Some(&draft.content), content);
        diff.push_str(&content.vouched_since(&draft.content));
        write!(self, c => sqlx::query(include_str!("../../sql/edits_put.sql"))
            .bind(draft.id.to_string())
            .bind(draft.version + 1)
            .bind(&by.name)
            .bind(diff)
            .bind(now.0)
            .bind(by.hand.map(|hand| hand.to_string()))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(Some(draft.version + 1))
    }
}
