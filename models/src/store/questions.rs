//! Questions to the technician, and the answers.

use super::{Db, Result, Tx, parsed, read, write};
use crate::clock::Timestamp;
use crate::evidence::Question;
use crate::id::{InterventionId, QuestionId};
use crate::intervention::Stage;
use crate::job::Step;

/// What an operator reads of a case whose questions were not answered in time.
const UNANSWERED: &str = "Sans réponse dans le délai : le dossier est gardé, une réponse tardive le reprend. / \
    Not answered in time: the case is kept, a late answer takes it up again.";

#[derive(sqlx::FromRow)]
pub(super) struct QuestionRow {
    id: String,
    text: String,
    answer: Option<String>,
    asked_by: Option<String>,
}

impl QuestionRow {
    pub(super) fn question(self) -> Result<Question> {
        let Self { id, text, answer, asked_by } = self;
        Ok(Question { id: parsed("question", &id)?, text, answer, asked_by })
    }
}

pub(super) const QUESTIONS_OF: &str = "SELECT * FROM questions WHERE intervention_id = $1 ORDER BY id";

impl Db {
    /// The questions of an intervention, in the order they were asked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn questions(&self, id: InterventionId) -> Result<Vec<Question>> {
        let rows: Vec<QuestionRow> = read!(self, c => sqlx::query_as(QUESTIONS_OF)
            .bind(id.to_string())
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(QuestionRow::question).collect()
    }
}

impl Db {
    /// Keeps what a witness corrects or adds, as the answer to a question that nobody had asked, and lets the line read the
    /// case again. False, and nothing is kept, while the line works on the case or once it is decided.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn correct(
        &self,
        id: InterventionId,
        (asked, text): (&str, &str),
        by: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let mut tx = self.begin().await?;
        tx.lock_intervention(id).await?;
        let (stage,): (String,) = write!(tx, c => sqlx::query_as("SELECT stage FROM interventions WHERE id = $1")
            .bind(id.to_string())
            .fetch_one(c)
            .await)?;
        if ![Stage::NeedsAnswers, Stage::InReview].iter().any(|waits| waits.as_str() == stage) {
            return Ok(false);
        }
        let question = QuestionId::new();
        write!(tx, c => sqlx::query(include_str!("../../sql/questions_ask.sql"))
            .bind(question.to_string())
            .bind(id.to_string())
            .bind(asked)
            .bind(by)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        tx.answer(id, question, text, by).await?;
        tx.put_job(Step::Redact, &id.to_string(), now).await?;
        tx.move_to(id, Step::Redact.stage_before(), None, now).await?;
        tx.commit().await?;
        Ok(true)
    }
}

impl Tx {
    /// Puts questions to the technician. Open ones of before are taken away: they are replaced.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn ask(
        &mut self,
        intervention: InterventionId,
        questions: &[String],
        by: Option<&str>,
        now: Timestamp,
    ) -> Result<()> {
        write!(self, c => sqlx::query("DELETE FROM questions WHERE intervention_id = $1 AND answer IS NULL")
            .bind(intervention.to_string())
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        for question in questions {
            write!(self, c => sqlx::query(include_str!("../../sql/questions_ask.sql"))
                .bind(QuestionId::new().to_string())
                .bind(intervention.to_string())
                .bind(question)
                .bind(by)
                .bind(now.0)
                .execute(c)
                .await
                .map(|r| r.rows_affected()))?;
        }
        Ok(())
    }

    /// Keeps the answer to a question of `intervention`; false when there is no such open question.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answer(
        &mut self,
        intervention: InterventionId,
        question: QuestionId,
        answer: &str,
        by: &str,
    ) -> Result<bool> {
        let done = write!(self, c => sqlx::query(include_str!("../../sql/questions_answer.sql"))
            .bind(question.to_string())
            .bind(intervention.to_string())
            .bind(answer)
            .bind(by)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }

    /// How many questions of an intervention are open.
    pub(super) async fn open_questions(&mut self, intervention: InterventionId) -> Result<usize> {
        let (open,): (i64,) = write!(self, c => sqlx::query_as("SELECT COUNT(*) FROM questions WHERE intervention_id = $1 AND answer IS NULL")
            .bind(intervention.to_string())
            .fetch_one(c)
            .await)?;
        Ok(usize::try_from(open).unwrap_or(0))
    }

    /// How many spoken answers of an intervention were not heard yet.
    pub(super) async fn unheard_answers(&mut self, intervention: InterventionId) -> Result<i64> {
        let (unheard,): (i64,) = write!(self, c => sqlx::query_as(include_str!("../../sql/questions_unheard.sql"))
            .bind(intervention.to_string())
            .fetch_one(c)
            .await)?;
        Ok(unheard)
    }

    /// Fills in a spoken answer; one in which nothing was heard leaves its question open again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hear_answer(&mut self, question: QuestionId, heard: &str) -> Result<()> {
        let heard = Some(heard.trim()).filter(|text| !text.is_empty());
        write!(self, c => sqlx::query("UPDATE questions SET answer = $2 WHERE id = $1")
            .bind(question.to_string())
            .bind(heard)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Ends the wait for answers to questions that were all asked before `before`, at most `limit` interventions at a
    /// time: each case is kept as it is, and an answer that comes late takes it up again. A case that an expert had sent
    /// back goes to its review again, without the answers. Returns how many cases it was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn expire_questions(&mut self, before: Timestamp, limit: i64, now: Timestamp) -> Result<usize> {
        let rows: Vec<(String, Option<String>)> = write!(self, c => sqlx::query_as(include_str!("../../sql/questions_expired.sql"))
            .bind(before.0)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        for (id, draft) in &rows {
            let id = parsed("intervention", id)?;
            if draft.is_some() {
                // Nothing is open any more: a late answer must not pull a case back that an expert has decided on.
                self.ask(id, &[], None, now).await?;
                self.put_job(Step::Index, &id.to_string(), now).await?;
                self.move_to(id, Stage::Drafted, None, now).await?;
            } else {
                self.move_to(id, Stage::Unanswered, Some(UNANSWERED), now).await?;
            }
        }
        Ok(rows.len())
    }
}
