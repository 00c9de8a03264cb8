//! What was kept long enough is taken out: row first, file after.

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Db, Result, Tx, from_json, json, parsed, read, write};
use crate::clock::Timestamp;
use crate::evidence::Case;
use crate::id::{DraftId, InterventionId};
use crate::intervention::{AttachmentKind, Intake};
use crate::redaction::Redaction;
use crate::removal::{Portions, Removal, Removed};
use crate::transcript::Transcript;

/// What stands where a transcript was.
const REMOVED: &str = "Retirée à la fin de sa durée de conservation. / Removed at the end of its retention.";

const DUE: &str = include_str!("../../sql/retention_due.sql");

/// Cases that left the line before these moments lose what they hold of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// Recordings.
    pub audio: Timestamp,
    /// What was heard in them.
    pub transcripts: Timestamp,
    /// Messages.
    pub exchanges: Timestamp,
}

/// A revision whose text rests on a case.
#[derive(Debug, sqlx::FromRow)]
pub struct Resting {
    /// Its procedure.
    pub procedure_id: String,
    /// Its number.
    pub number: i64,
    /// What it says, as JSON.
    pub content: String,
    /// Whether it was approved from that case's own draft (1), or has only taken statements over from it (0).
    pub own: i64,
}

impl Db {
    /// Removed files whose bytes were not looked after yet, by hash, after `after`; and whether another row names them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn files_to_sweep(&self, after: &str, limit: i64) -> Result<Vec<(String, bool)>> {
        let rows: Vec<(String, i64)> = read!(self, c => sqlx::query_as(include_str!("../../sql/attachments_to_sweep.sql"))
            .bind(after)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        Ok(rows.into_iter().map(|(blob, named)| (blob, named != 0)).collect())
    }
}

impl Tx {
    /// Takes this night's run for the caller, unless another one began after `before`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_night(&mut self, before: Timestamp, now: Timestamp) -> Result<bool> {
        let done = write!(self, c => sqlx::query("UPDATE counters SET value = $1 WHERE name = 'retention' AND value < $2")
            .bind(now.0)
            .bind(before.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }

    /// Writes down that the bytes of a removed file are gone, or belong to another row.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn swept(&mut self, blob: &str, now: Timestamp) -> Result<()> {
        write!(self, c => sqlx::query("UPDATE attachments SET swept_at = $2 WHERE blob = $1 AND removed_at IS NOT NULL")
            .bind(blob)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Takes out what was kept long enough, of `limit` cases at most. What a review waits on is left as it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_due(&mut self, due: &Due, limit: i64, now: Timestamp) -> Result<Removed> {
        let ids = self.due(due, None, limit).await?;
        // Reviews, then interventions: in this order, as everywhere.
        for id in &ids {
            if let Some(draft) = self.draft_drawn_from(*id).await? {
                self.lock_review(draft).await?;
            }
        }
        for id in &ids {
            self.lock_intervention(*id).await?;
        }
        let mut all = Removed::default();
        for id in ids {
            // What was seen may have changed before it was held.
            if !self.due(due, Some(id), 1).await?.is_empty() {
                all.add(self.remove_of(id, due, now).await?);
            }
        }
        Ok(all)
    }

    async fn due(&mut self, due: &Due, only: Option<InterventionId>, limit: i64) -> Result<Vec<InterventionId>> {
        let rows: Vec<(String,)> = write!(self, c => sqlx::query_as(DUE)
            .bind(due.audio.0)
            .bind(due.transcripts.0)
            .bind(due.exchanges.0)
            .bind(limit)
            .bind(only.map(|id| id.to_string()))
            .fetch_all(c)
            .await)?;
        rows.iter().map(|(id,)| parsed("intervention", id)).collect()
    }

    /// The draft that was drawn from a case, as this unit sees it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn draft_drawn_from(&mut self, id: InterventionId) -> Result<Option<DraftId>> {
        let row: Option<(String,)> = write!(self, c => sqlx::query_as("SELECT id FROM drafts WHERE intervention_id = $1")
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(|(draft,)| parsed("draft", &draft)).transpose()
    }

    async fn remove_of(&mut self, id: InterventionId, due: &Due, now: Timestamp) -> Result<Removed> {
        let Some(case) = self.case_in(id).await? else { return Ok(Removed::default()) };
        let left = case.intervention.updated_at;
        let portions =
            Portions { audio: left < due.audio, transcripts: left < due.transcripts, exchanges: left < due.exchanges };
        let redaction = self.redaction_in(id).await?.unwrap_or_default();
        let draft = self.draft_drawn_from(id).await?;
        let removal = Removal { case: &case, redaction: &redaction, portions, draft, now };
        self.mask_quotes(&removal).await?;
        if !redaction.placeholders.is_empty() && (portions.transcripts || portions.exchanges) {
            self.put_redaction(id, &removal.redaction()).await?;
        }
        let mut done = Removed { cases: 1, ..Removed::default() };
        if portions.audio {
            done.files = self.remove_recordings(id, now).await?;
        }
        if portions.transcripts {
            done.transcripts = self.remove_transcripts(id, &case, now).await?;
        }
        if portions.exchanges {
            done.exchanges = case.intervention.intake.exchanges.iter().filter(|e| !e.text.is_empty()).count() as u64;
            let mut intake = case.intervention.intake.clone();
            intake.exchanges.iter_mut().for_each(|exchange| exchange.text.clear());
            self.rewrite_intake(id, &case.intervention.intake, &intake).await?;
            write!(self, c => sqlx::query("UPDATE interventions SET exchanges_removed_at = $2 WHERE id = $1")
                .bind(id.to_string())
                .bind(now.0)
                .execute(c)
                .await
                .map(|r| r.rows_affected()))?;
        }
        Ok(done)
    }

    /// Quotes of what goes are masked wherever a draft or a procedure keeps them.
    async fn mask_quotes(&mut self, removal: &Removal<'_>) -> Result<()> {
        let Some(draft) = removal.draft else { return Ok(()) };
        let row: (String, String, Option<String>) = write!(self, c => sqlx::query_as("SELECT content, suspicions, comparison FROM drafts WHERE id = $1")
            .bind(draft.to_string())
            .fetch_one(c)
            .await)?;
        let masked = |text: &str, own: bool| -> Result<Option<String>> {
            let mut value: Value = from_json("statements", text)?;
            if removal.mask(&mut value, own) { json(&value).map(Some) } else { Ok(None) }
        };
        let (content, suspicions) = (masked(&row.0, true)?, masked(&row.1, true)?);
        let comparison = row.2.as_deref().map(|text| masked(text, true)).transpose()?.flatten();
        for (statement, text) in [
            ("UPDATE drafts SET content = $2 WHERE id = $1", content),
            ("UPDATE drafts SET suspicions = $2 WHERE id = $1", suspicions),
            ("UPDATE drafts SET comparison = $2 WHERE id = $1", comparison),
        ] {
            let Some(text) = text else { continue };
            write!(self, c => sqlx::query(statement)
                .bind(draft.to_string())
                .bind(text)
                .execute(c)
                .await
                .map(|r| r.rows_affected()))?;
        }
        for revision in self.resting_on(draft).await? {
            let Some(text) = masked(&revision.content, revision.own != 0)? else { continue };
            self.rewrite_revision(&revision.procedure_id, revision.number, &text).await?;
        }
        Ok(())
    }

    /// The revisions whose text rests on the case of a draft.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn resting_on(&mut self, draft: DraftId) -> Result<Vec<Resting>> {
        Ok(write!(self, c => sqlx::query_as(include_str!("../../sql/revisions_resting_on.sql"))
            .bind(draft.to_string())
            .fetch_all(c)
            .await)?)
    }

    /// Replaces what a revision says.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rewrite_revision(&mut self, procedure: &str, number: i64, content: &str) -> Result<()> {
        write!(self, c => sqlx::query("UPDATE revisions SET content = $3 WHERE procedure_id = $1 AND number = $2")
            .bind(procedure)
            .bind(number)
            .bind(content)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Marks the recordings of a case as removed; their bytes are looked after once this is kept. Returns how many.
    async fn remove_recordings(&mut self, id: InterventionId, now: Timestamp) -> Result<u64> {
        Ok(
            write!(self, c => sqlx::query("UPDATE attachments SET removed_at = $2 WHERE intervention_id = $1 AND kind = $3 AND removed_at IS NULL")
            .bind(id.to_string())
            .bind(now.0)
            .bind(AttachmentKind::Audio.as_str())
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?,
        )
    }

    async fn remove_transcripts(&mut self, id: InterventionId, case: &Case, now: Timestamp) -> Result<u64> {
        for transcript in &case.transcripts {
            let empty = Transcript { segments: Vec::new(), note: Some(REMOVED.to_owned()), ..transcript.clone() };
            self.put_transcript(id, &empty).await?;
        }
        for question in case.intervention.attachments.iter().filter_map(|a| a.question) {
            write!(self, c => sqlx::query("UPDATE questions SET answer = '' WHERE id = $1 AND answer IS NOT NULL")
                .bind(question.to_string())
                .execute(c)
                .await
                .map(|r| r.rows_affected()))?;
        }
        Ok(
            write!(self, c => sqlx::query("UPDATE transcripts SET removed_at = $2 WHERE intervention_id = $1 AND removed_at IS NULL")
            .bind(id.to_string())
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?,
        )
    }

    /// Replaces what a case tells; what it was delivered as is remembered by its hash, so that a repetition is still told
    /// from news.
    pub(super) async fn rewrite_intake(&mut self, id: InterventionId, before: &Intake, now: &Intake) -> Result<()> {
        let text = json(now)?;
        write!(self, c => sqlx::query(include_str!("../../sql/interventions_rewrite.sql"))
            .bind(id.to_string())
            .bind(text)
            .bind(&now.customer)
            .bind(delivered_as(&json(before)?))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// What is personal in a case, as this unit sees it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn redaction_in(&mut self, id: InterventionId) -> Result<Option<Redaction>> {
        let row: Option<(String,)> = write!(self, c => sqlx::query_as("SELECT redaction FROM redactions WHERE intervention_id = $1")
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(|(text,)| from_json("redaction", &text)).transpose()
    }
}

/// The hash of a delivery's text.
pub(super) fn delivered_as(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}
