//! All that is known of one intervention, put together.

use super::interventions::{AttachmentRow, Row};
use super::questions::{QUESTIONS_OF, QuestionRow};
use super::{Db, Result, Tx, from_json, read, write};
use crate::evidence::Case;
use crate::id::InterventionId;
use crate::transcript::Transcript;

const ONE: &str = "SELECT * FROM interventions WHERE id = $1";

impl Db {
    /// All that is known of an intervention: for the steps of the line, which act for the house.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn case(&self, id: InterventionId) -> Result<Option<Case>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as(ONE)
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        let Some(row) = row else { return Ok(None) };
        let mut intervention = row.intervention()?;
        self.attach(std::slice::from_mut(&mut intervention)).await?;
        let transcripts =
            if intervention.recordings().next().is_some() { self.transcripts(id).await? } else { Vec::new() };
        let questions = self.questions(id).await?;
        Ok(Some(Case { intervention, transcripts, questions }))
    }

    /// The transcripts of an intervention's recordings, in order of the recordings.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn transcripts(&self, id: InterventionId) -> Result<Vec<Transcript>> {
        let rows: Vec<(String,)> = read!(self, c => sqlx::query_as(include_str!("../../sql/transcripts_of.sql"))
            .bind(id.to_string())
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(|(text,)| from_json("transcript", &text)).collect()
    }
}

impl Tx {
    /// The same as this unit sees it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn case_in(&mut self, id: InterventionId) -> Result<Option<Case>> {
        let row: Option<Row> = write!(self, c => sqlx::query_as(ONE).bind(id.to_string()).fetch_optional(c).await)?;
        let Some(row) = row else { return Ok(None) };
        let mut intervention = row.intervention()?;
        let files: Vec<AttachmentRow> = write!(self, c => sqlx::query_as(include_str!("../../sql/attachments_of.sql"))
            .bind(id.to_string())
            .fetch_all(c)
            .await)?;
        intervention.attachments = files.into_iter().map(AttachmentRow::attachment).collect::<Result<_>>()?;
        let heard: Vec<(String,)> = write!(self, c => sqlx::query_as(include_str!("../../sql/transcripts_of.sql"))
            .bind(id.to_string())
            .fetch_all(c)
            .await)?;
        let transcripts = heard.iter().map(|(text,)| from_json("transcript", text)).collect::<Result<_>>()?;
        let asked: Vec<QuestionRow> =
            write!(self, c => sqlx::query_as(QUESTIONS_OF).bind(id.to_string()).fetch_all(c).await)?;
        let questions = asked.into_iter().map(QuestionRow::question).collect::<Result<_>>()?;
        Ok(Some(Case { intervention, transcripts, questions }))
    }
}
