//! Every text in which a person may be named, column by column: for giving one person's data out, and for erasing them.

use sqlx::AssertSqlSafe;

use super::{Db, Result, Tx, read, write};
use crate::clock::Timestamp;
use crate::id::{AttachmentId, DraftId};

/// A column of texts that people write or that are drawn from them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextColumn {
    /// Its table.
    pub table: &'static str,
    /// Its name.
    pub column: &'static str,
    /// What tells a row: its key, or its keys with a blank between.
    key: &'static str,
    /// The case or the procedure that a row belongs to, as SQL; empty text for none.
    owner: &'static str,
    /// Whether it holds a structure in JSON.
    pub json: bool,
    /// Whether it holds the name that an account signed with.
    pub signed: bool,
}

const fn text(table: &'static str, column: &'static str, key: &'static str, owner: &'static str) -> TextColumn {
    TextColumn { table, column, key, owner, json: false, signed: false }
}

const fn json(table: &'static str, column: &'static str, key: &'static str, owner: &'static str) -> TextColumn {
    TextColumn { json: true, ..text(table, column, key, owner) }
}

const fn signed(table: &'static str, column: &'static str, key: &'static str, owner: &'static str) -> TextColumn {
    TextColumn { signed: true, ..text(table, column, key, owner) }
}

const CASE: &str = "intervention_id";
const EDIT: &str = "draft_id || ' ' || CAST(version AS TEXT)";
const OF_DRAFT: &str = "(SELECT d.intervention_id FROM drafts d WHERE d.id = draft_id)";
const MENTION: &str = "comment_id || ' ' || name";
const OF_REVIEW: &str =
    "(SELECT d.intervention_id FROM reviews r JOIN drafts d ON d.id = r.draft_id WHERE r.id = review_id)";
const REVISION: &str = "procedure_id || ' ' || CAST(number AS TEXT)";

/// All of them.
pub const TEXTS: &[TextColumn] = &[
    json("interventions", "intake", "id", "id"),
    text("interventions", "customer", "id", "id"),
    text("interventions", "provider", "id", "id"),
    text("interventions", "waiting", "id", "id"),
    text("attachments", "name", "id", CASE),
    json("transcripts", "transcript", "attachment_id", CASE),
    text("questions", "text", "id", CASE),
    text("questions", "answer", "id", CASE),
    signed("questions", "asked_by", "id", CASE),
    signed("questions", "answered_by", "id", CASE),
    json("redactions", "redaction", CASE, CASE),
    json("drafts", "content", "id", CASE),
    json("drafts", "suspicions", "id", CASE),
    json("drafts", "comparison", "id", CASE),
    text("edits", "diff", EDIT, OF_DRAFT),
    signed("edits", "author", EDIT, OF_DRAFT),
    text("reviews", "reason", "id", OF_DRAFT),
    signed("reviews", "decided_by", "id", OF_DRAFT),
    signed("reviews", "assigned_to", "id", OF_DRAFT),
    text("comments", "text", "id", OF_REVIEW),
    signed("comments", "author", "id", OF_REVIEW),
    signed("mentions", "name", MENTION, "comment_id"),
    json("revisions", "content", REVISION, "procedure_id"),
    text("revisions", "diff", REVISION, "procedure_id"),
    signed("revisions", "author", REVISION, "procedure_id"),
    text("feedback", "comment", "id", "procedure_id"),
    text("feedback", "author", "id", "procedure_id"),
    signed("openings", "asked_by", "id", "procedure_id"),
    signed("openings", "decided_by", "id", "procedure_id"),
    text("openings", "reason", "id", "procedure_id"),
    text("events", "detail", "id", CASE),
    text("jobs", "fault", "id", "subject"),
    json("passages", "passage", "id", "owner_id"),
    signed("tokens", "name", "id", "''"),
    text("chats", "machine", "id", "id"),
    text("chats", "symptom", "id", "id"),
    text("chats", "organisation", "id", "id"),
    signed("chats", "visitor", "id", "id"),
    text("chat_messages", "text", "id", "chat_id"),
    text("requests", "outcome", "id", "chat_id"),
    signed("requests", "taken_by", "id", "chat_id"),
    signed("requests", "closed_by", "id", "chat_id"),
];

/// A text as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Held {
    /// What tells its row.
    pub id: String,
    /// The case, the procedure or the draft it belongs to; empty for none.
    pub owner: String,
    /// The text.
    pub text: String,
}

impl Db {
    /// The texts of a column, in order of their rows, after the row `after`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn texts(&self, column: &TextColumn, after: &str, limit: i64) -> Result<Vec<Held>> {
        let TextColumn { table, column, key, owner, .. } = column;
        let statement = format!(
            "SELECT {key} AS id, {owner} AS owner, {column} AS text FROM {table} \
             WHERE {column} IS NOT NULL AND {key} > $1 ORDER BY {key} LIMIT $2"
        );
        let rows: Vec<Held> = read!(self, c => sqlx::query_as(AssertSqlSafe(statement))
            .bind(after)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        Ok(rows)
    }
}

impl Tx {
    /// A text of a column, held until the end of the unit; `None` when its row is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn held_text(&mut self, of: &TextColumn, id: &str) -> Result<Option<String>> {
        let TextColumn { table, column, key, .. } = of;
        let statement = format!("UPDATE {table} SET {column} = {column} WHERE {key} = $1 RETURNING {column}");
        let row: Option<(Option<String>,)> =
            write!(self, c => sqlx::query_as(AssertSqlSafe(statement)).bind(id).fetch_optional(c).await)?;
        Ok(row.and_then(|(text,)| text))
    }

    /// Replaces a text of a column.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_text(&mut self, of: &TextColumn, id: &str, text: &str) -> Result<()> {
        let TextColumn { table, column, key, .. } = of;
        let statement = format!("UPDATE {table} SET {column} = $2 WHERE {key} = $1");
        write!(self, c => sqlx::query(AssertSqlSafe(statement))
            .bind(id)
            .bind(text)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Remembers what a case was delivered as, before its words change.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remember_delivery(&mut self, case: &str, intake: &str) -> Result<()> {
        write!(self, c => sqlx::query("UPDATE interventions SET delivered_as = COALESCE(delivered_as, $2) WHERE id = $1")
            .bind(case)
            .bind(super::retention::delivered_as(intake))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Counts a draft whose review is open one version on: what was read of it before is no longer what it says.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outdate_draft(&mut self, draft: DraftId) -> Result<()> {
        if self.lock_open_review(draft).await? {
            write!(self, c => sqlx::query("UPDATE drafts SET version = version + 1 WHERE id = $1")
                .bind(draft.to_string())
                .execute(c)
                .await
                .map(|r| r.rows_affected()))?;
        }
        Ok(())
    }

    /// Marks a file as removed; its bytes are looked after once this is kept. False when it was removed before.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_file(&mut self, file: AttachmentId, now: Timestamp) -> Result<bool> {
        let done = write!(self, c => sqlx::query("UPDATE attachments SET removed_at = $2 WHERE id = $1 AND removed_at IS NULL")
            .bind(file.to_string())
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }
}
