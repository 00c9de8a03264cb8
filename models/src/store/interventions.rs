//! Interventions with their files, transcripts and questions.

use super::retention::delivered_as;
use super::{Db, Result, Tx, from_json, json, parsed, read, write};
use crate::clock::Timestamp;
use crate::id::InterventionId;
use crate::intervention::{Attachment, Intake, Intervention, Stage};
use crate::transcript::Transcript;
use crate::viewer::Viewer;

/// What became of a delivery.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is kept.
    New,
    /// It was already there, to the letter.
    Repeated(InterventionId),
    /// Its source and external_id were already there with other content; nothing was changed.
    Different(InterventionId),
    /// It had been reopened and is closed anew: this delivery takes the place of the one before.
    Again(InterventionId),
}

/// Which interventions to list.
#[derive(Debug, Clone, Default)]
pub struct InterventionFilter {
    /// Only this stage.
    pub stage: Option<Stage>,
    /// Only those that wait for something or failed.
    pub waiting: bool,
    /// Only those after this one: the cursor.
    pub after: Option<InterventionId>,
    /// At most so many.
    pub limit: i64,
}

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    id: String,
    stage: String,
    waiting: Option<String>,
    procedure_id: Option<String>,
    intake: String,
    received_at: i64,
    updated_at: i64,
}

#[derive(sqlx::FromRow)]
pub(super) struct AttachmentRow {
    id: String,
    kind: String,
    name: String,
    media_type: String,
    bytes: i64,
    blob: String,
    question_id: Option<String>,
    removed_at: Option<i64>,
}

impl Row {
    pub(super) fn intervention(self) -> Result<Intervention> {
        Ok(Intervention {
            id: parsed("intervention", &self.id)?,
            intake: from_json("intervention", &self.intake)?,
            attachments: Vec::new(),
            stage: parsed("stage", &self.stage)?,
            waiting: self.waiting,
            procedure: self.procedure_id.map(|p| parsed("intervention", &p)).transpose()?,
            received_at: Timestamp(self.received_at),
            updated_at: Timestamp(self.updated_at),
        })
    }
}

impl AttachmentRow {
    pub(super) fn attachment(self) -> Result<Attachment> {
        Ok(Attachment {
            id: parsed("attachment", &self.id)?,
            kind: parsed("attachment", &self.kind)?,
            name: self.name,
            media_type: self.media_type,
            bytes: self.bytes,
            blob: self.blob,
            question: self.question_id.map(|q| parsed("attachment", &q)).transpose()?,
            removed_at: self.removed_at.map(Timestamp),
        })
    }
}

impl Db {
    /// The intervention `id`, if there is one and `viewer` may see it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn intervention(&self, id: InterventionId, viewer: &Viewer) -> Result<Option<Intervention>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as(include_str!("../../sql/interventions_get.sql"))
            .bind(id.to_string())
            .bind(viewer.provider_scope())
            .bind(viewer.customer_scope())
            .fetch_optional(c)
            .await)?;
        let Some(row) = row else { return Ok(None) };
        let mut found = row.intervention()?;
        self.attach(std::slice::from_mut(&mut found)).await?;
        Ok(Some(found))
    }

    /// Interventions in order of arrival.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn interventions(&self, filter: &InterventionFilter, viewer: &Viewer) -> Result<Vec<Intervention>> {
        let rows: Vec<Row> = read!(self, c => sqlx::query_as(include_str!("../../sql/interventions_list.sql"))
            .bind(filter.after.map(|id| id.to_string()).unwrap_or_default())
            .bind(filter.stage.map(Stage::as_str))
            .bind(i64::from(filter.waiting))
            .bind(viewer.provider_scope())
            .bind(viewer.customer_scope())
            .bind(filter.limit)
            .fetch_all(c)
            .await)?;
        let mut found = rows.into_iter().map(Row::intervention).collect::<Result<Vec<_>>>()?;
        self.attach(&mut found).await?;
        Ok(found)
    }

    /// Fills in the files of `found`, which is in order of identifiers.
    pub(super) async fn attach(&self, found: &mut [Intervention]) -> Result<()> {
        for intervention in found {
            let rows: Vec<AttachmentRow> = read!(self, c => sqlx::query_as(include_str!("../../sql/attachments_of.sql"))
                .bind(intervention.id.to_string())
                .fetch_all(c)
                .await)?;
            intervention.attachments = rows.into_iter().map(AttachmentRow::attachment).collect::<Result<_>>()?;
        }
        Ok(())
    }

    /// The intervention that a creation by `owner` (a token, an account) with this key made before, with the hash of
    /// that request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn repetition(&self, owner: &str, key: &str) -> Result<Option<(InterventionId, String)>> {
        let row: Option<(String, String)> = read!(self, c => sqlx::query_as(include_str!("../../sql/idempotency_get.sql"))
            .bind(owner)
            .bind(key)
            .fetch_optional(c)
            .await)?;
        row.map(|(id, hash)| Ok((parsed("intervention", &id)?, hash))).transpose()
    }
}

impl Tx {
    /// Keeps a delivery, unless its source and external_id are already there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_intervention(
        &mut self,
        id: InterventionId,
        intake: &Intake,
        files: &[Attachment],
        stage: Stage,
        now: Timestamp,
    ) -> Result<Added> {
        let text = json(intake)?;
        let added = write!(self, c => sqlx::query(include_str!("../../sql/interventions_add.sql"))
            .bind(id.to_string())
            .bind(&intake.source)
            .bind(&intake.external_id)
            .bind(&intake.provider)
            .bind(&intake.customer)
            .bind(stage.as_str())
            .bind(&text)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        if added == 0 {
            return self.delivered_before(intake, files, (stage, now)).await;
        }
        self.add_files(id, files).await?;
        Ok(Added::New)
    }

    async fn add_files(&mut self, id: InterventionId, files: &[Attachment]) -> Result<()> {
        for (position, file) in (0_i64..).zip(files) {
            self.attach(id, position, file).await?;
        }
        Ok(())
    }

    /// Adds a file to an intervention, at `position` among its files.
    async fn attach(&mut self, id: InterventionId, position: i64, file: &Attachment) -> Result<()> {
        write!(self, c => sqlx::query(include_str!("../../sql/attachments_add.sql"))
            .bind(file.id.to_string())
            .bind(id.to_string())
            .bind(position)
            .bind(file.kind.as_str())
            .bind(&file.name)
            .bind(&file.media_type)
            .bind(file.bytes)
            .bind(&file.blob)
            .bind(file.question.map(|q| q.to_string()))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Adds a file behind those that an intervention has. Its row must be held.
    pub(super) async fn attach_last(&mut self, id: InterventionId, file: &Attachment) -> Result<()> {
        let (position,): (i64,) = write!(self, c => sqlx::query_as("SELECT COUNT(*) FROM attachments WHERE intervention_id = $1")
            .bind(id.to_string())
            .fetch_one(c)
            .await)?;
        self.attach(id, position, file).await
    }

    async fn delivered_before(
        &mut self,
        intake: &Intake,
        files: &[Attachment],
        (stage, now): (Stage, Timestamp),
    ) -> Result<Added> {
        let same = (&intake.source, &intake.external_id);
        // The row first: of two who deliver a reopened case at once, the second must see what the first one brought.
        write!(self, c => sqlx::query("UPDATE interventions SET updated_at = updated_at WHERE source = $1 AND external_id = $2")
            .bind(same.0)
            .bind(same.1)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        let (id, before, text, told): (String, String, String, Option<String>) = write!(self, c => sqlx::query_as(include_str!("../../sql/interventions_same.sql"))
            .bind(same.0)
            .bind(same.1)
            .fetch_one(c)
            .await)?;
        let rows: Vec<AttachmentRow> = write!(self, c => sqlx::query_as(include_str!("../../sql/attachments_of.sql"))
            .bind(&id)
            .fetch_all(c)
            .await)?;
        let same_files = rows
            .iter()
            .filter(|r| r.question_id.is_none())
            .map(|r| r.blob.as_str())
            .eq(files.iter().map(|f| f.blob.as_str()));
        let id = parsed("intervention", &id)?;
        let given = json(intake)?;
        // What was taken out of a case since is not news when it is delivered again.
        let same_words = text == given || told.is_some_and(|told| told == delivered_as(&given));
        if same_words && same_files {
            // Also while it is reopened: that is the old delivery come late, for one that was closed anew has another moment.
            return Ok(Added::Repeated(id));
        }
        if parsed::<Stage>("stage", &before)? != Stage::Reopened {
            return Ok(Added::Different(id));
        }
        self.renew(id, intake, stage, now).await?;
        self.add_files(id, files).await?;
        Ok(Added::Again(id))
    }

    /// Remembers which intervention a creation key made; false when the key was used before, which a simultaneous
    /// request may have done: then the unit must be dropped.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remember_key(
        &mut self,
        owner: &str,
        key: &str,
        request_hash: &str,
        made: InterventionId,
        now: Timestamp,
    ) -> Result<bool> {
        let done = write!(self, c => sqlx::query(include_str!("../../sql/idempotency_put.sql"))
            .bind(owner)
            .bind(key)
            .bind(request_hash)
            .bind(made.to_string())
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }

    /// Moves an intervention to `stage`; what it waited for is forgotten.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn move_to(&mut self, id: InterventionId, stage: Stage, why: Option<&str>, now: Timestamp) -> Result<()> {
        write!(self, c => sqlx::query("UPDATE interventions SET stage = $2, waiting = $3, updated_at = $4 WHERE id = $1")
            .bind(id.to_string())
            .bind(stage.as_str())
            .bind(why)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        self.tell(id, stage.as_str(), why.unwrap_or_default(), now).await
    }

    /// Says what an intervention waits for, where it stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn park(&mut self, id: InterventionId, why: &str, now: Timestamp) -> Result<()> {
        let news = write!(self, c => sqlx::query(include_str!("../../sql/interventions_park.sql"))
            .bind(id.to_string())
            .bind(why)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        if news == 1 { self.tell(id, "waiting", why, now).await } else { Ok(()) }
    }

    /// Keeps a recording's transcript, in place of an earlier one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_transcript(&mut self, intervention: InterventionId, transcript: &Transcript) -> Result<()> {
        let text = json(transcript)?;
        write!(self, c => sqlx::query(include_str!("../../sql/transcripts_put.sql"))
            .bind(transcript.attachment.to_string())
            .bind(intervention.to_string())
            .bind(text)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Holds an intervention's row until the end of the unit.
    pub(super) async fn lock_intervention(&mut self, id: InterventionId) -> Result<()> {
        write!(self, c => sqlx::query("UPDATE interventions SET updated_at = updated_at WHERE id = $1")
            .bind(id.to_string())
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }
}
