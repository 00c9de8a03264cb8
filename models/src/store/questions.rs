//! Questions to the technician, and the answers.

use super::{Db, Result, Tx, parsed, read, write};
use crate::clock::Timestamp;
use crate::evidence::Question;
use crate::id::{InterventionId, QuestionId};

#[derive(sqlx::FromRow)]
struct QuestionRow {
    id: String,
    text: String,
    answer: Option<String>,
    asked_by: Option<String>,
}

impl Db {
    /// The questions of an intervention, in the order they were asked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn questions(&self, id: InterventionId) -> Result<Vec<Question>> {
        let rows: Vec<QuestionRow> = read!(self, c => sqlx::query_as("SELECT * FROM questions WHERE intervention_id = $1 ORDER BY id")
            .bind(id.to_string())
            .fetch_all(c)
            .await)?;
        rows.into_iter()
            .map(|r| {
                Ok(Question { id: parsed("question", &r.id)?, text: r.text, answer: r.answer, asked_by: r.asked_by })
            })
            .collect()
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
}
