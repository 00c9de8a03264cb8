//! What cases do to a procedure: they confirm it, are taken back, or make an expert look at it anew.

use super::{Db, Result, Tx, from_json, parsed, read, write};
use crate::clock::Timestamp;
use crate::content::Content;
use crate::id::{InterventionId, ProcedureId, ReviewId};
use crate::intervention::{Intake, Stage};
use crate::job::Step;
use crate::procedure::{Confidence, Doubt, OutcomeRecord, Reports, doubt};

/// What cast doubt on a procedure, and what followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubted {
    /// Why it is not validated any more.
    pub doubt: Doubt,
    /// The review that was opened for it again.
    pub review: Option<ReviewId>,
}

#[derive(sqlx::FromRow)]
struct OutcomeRow {
    family: String,
    solved: i64,
    reopened: i64,
}

#[derive(sqlx::FromRow)]
struct ReportsRow {
    confidence: String,
    content: String,
    review_id: Option<String>,
    worked: i64,
    failed: i64,
    reopened: i64,
}

impl Db {
    /// How the cases of a procedure ended, by kind of machine.
    pub(super) async fn outcomes(&self, id: ProcedureId) -> Result<Vec<OutcomeRecord>> {
        let rows: Vec<OutcomeRow> = read!(self, c => sqlx::query_as(include_str!("../../sql/outcomes_of.sql"))
            .bind(id.to_string())
            .fetch_all(c)
            .await)?;
        let record = |r: OutcomeRow| OutcomeRecord {
            family: (!r.family.is_empty()).then_some(r.family),
            solved: r.solved,
            reopened: r.reopened,
        };
        Ok(rows.into_iter().map(record).collect())
    }
}

impl Tx {
    /// Holds the rows of procedures until the end of the unit. Procedures come before reviews and these before
    /// interventions, in every unit that takes more than one of them: else two could wait for each other.
    pub(super) async fn lock_procedures(&mut self, mut ids: Vec<ProcedureId>) -> Result<()> {
        ids.sort_unstable();
        ids.dedup();
        for id in ids {
            write!(self, c => sqlx::query("UPDATE procedures SET updated_at = updated_at WHERE id = $1")
                .bind(id.to_string())
                .execute(c)
                .await
                .map(|r| r.rows_affected()))?;
        }
        Ok(())
    }

    /// What a delivery said, as this unit sees it.
    pub(super) async fn intake(&mut self, id: InterventionId) -> Result<Intake> {
        let (text,): (String,) = write!(self, c => sqlx::query_as("SELECT intake FROM interventions WHERE id = $1")
            .bind(id.to_string())
            .fetch_one(c)
            .await)?;
        from_json("intervention", &text)
    }

    /// Counts how cases ended to the record of a procedure that they confirm.
    pub(super) async fn confirm(&mut self, id: ProcedureId, cases: &[InterventionId]) -> Result<()> {
        for case in cases {
            let intake = self.intake(*case).await?;
            if intake.is_solved() {
                self.record(id, &intake.family(), (1, 0)).await?;
            }
        }
        Ok(())
    }

    async fn record(&mut self, id: ProcedureId, family: &str, (solved, reopened): (i64, i64)) -> Result<()> {
        write!(self, c => sqlx::query(include_str!("../../sql/outcomes_put.sql"))
            .bind(id.to_string())
            .bind(family)
            .bind(solved)
            .bind(reopened)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Takes a case, which has failed again, from the procedure it was counted to. Returns the doubt that this casts.
    pub(super) async fn take_case_back(
        &mut self,
        id: ProcedureId,
        intake: &Intake,
        now: Timestamp,
    ) -> Result<Option<Doubted>> {
        let (left,): (i64,) = write!(self, c => sqlx::query_as(include_str!("../../sql/procedures_less.sql"))
            .bind(id.to_string())
            .bind(now.0)
            .fetch_one(c)
            .await)?;
        self.record(id, &intake.family(), (-i64::from(intake.is_solved()), 1)).await?;
        self.look_again(id, (left == 0).then(Doubt::no_case_left), now).await
    }

    /// Sends a validated procedure back to an expert when `given` says so, or what was reported of it since its last
    /// revision does: it is not validated any more, and the review of that revision is open for it again.
    pub(super) async fn look_again(
        &mut self,
        id: ProcedureId,
        given: Option<Doubt>,
        now: Timestamp,
    ) -> Result<Option<Doubted>> {
        let row: ReportsRow = write!(self, c => sqlx::query_as(include_str!("../../sql/procedures_reports.sql"))
            .bind(id.to_string())
            .fetch_one(c)
            .await)?;
        let reports = Reports { worked: row.worked, failed: row.failed, reopened: row.reopened };
        if parsed::<Confidence>("procedure", &row.confidence)? != Confidence::Validated {
            return Ok(None);
        }
        let Some(doubt) = given.or_else(|| doubt(&reports)) else { return Ok(None) };
        self.set_confidence(id, Confidence::NotValidated, now).await?;
        let review = row.review_id.map(|r| parsed("review", &r)).transpose()?;
        if let Some(review) = review {
            self.open_again(review, id, (&doubt, &from_json("revision", &row.content)?), now).await?;
        }
        self.put_job(Step::Publish, &id.to_string(), now).await?;
        Ok(Some(Doubted { doubt, review }))
    }

    async fn set_confidence(&mut self, id: ProcedureId, confidence: Confidence, now: Timestamp) -> Result<()> {
        write!(self, c => sqlx::query("UPDATE procedures SET confidence = $2, updated_at = $3 WHERE id = $1")
            .bind(id.to_string())
            .bind(confidence.as_str())
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Opens a review again for the procedure whose current revision it approved. Its draft says what the revision says:
    /// an update's draft did not.
    async fn open_again(
        &mut self,
        review: ReviewId,
        procedure: ProcedureId,
        (doubt, content): (&Doubt, &Content),
        now: Timestamp,
    ) -> Result<()> {
        let (draft,): (String,) = write!(self, c => sqlx::query_as(include_str!("../../sql/reviews_open_again.sql"))
            .bind(review.to_string())
            .bind(procedure.to_string())
            .bind(doubt.told_in(content.language))
            .bind(now.0)
            .fetch_one(c)
            .await)?;
        let draft = self.draft_in(parsed("draft", &draft)?).await?;
        if draft.content != *content {
            self.edit_draft(&draft, content, &super::house(), now).await?;
        }
        Ok(())
    }

    /// The cases of a procedure, as this unit sees them.
    pub(super) async fn cases_of_procedure(&mut self, id: ProcedureId) -> Result<Vec<InterventionId>> {
        let rows: Vec<(String,)> = write!(self, c => sqlx::query_as("SELECT id FROM interventions WHERE procedure_id = $1 ORDER BY id")
            .bind(id.to_string())
            .fetch_all(c)
            .await)?;
        rows.iter().map(|(id,)| parsed("case", id)).collect()
    }

    /// Archives a procedure: once its publication has run, nobody finds it.
    pub(super) async fn archive(&mut self, id: ProcedureId, now: Timestamp) -> Result<()> {
        self.set_confidence(id, Confidence::Archived, now).await?;
        self.overtake_openings(id, now).await?;
        self.put_job(Step::Publish, &id.to_string(), now).await
    }

    /// Moves the cases of one procedure to another, which they confirm, and archives the first; false when the other is
    /// archived or does not exist. What was reopened stays in the record of the first: it was its words that failed.
    pub(super) async fn move_procedure(
        &mut self,
        from: ProcedureId,
        to: ProcedureId,
        why: Option<&str>,
        now: Timestamp,
    ) -> Result<bool> {
        let cases = self.cases_of_procedure(from).await?;
        if !self.more_cases(to, cases.len(), now).await? {
            return Ok(false);
        }
        self.confirm(to, &cases).await?;
        write!(self, c => sqlx::query("UPDATE outcomes SET solved = 0 WHERE procedure_id = $1")
            .bind(from.to_string())
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        write!(self, c => sqlx::query("UPDATE procedures SET cases = 0 WHERE id = $1")
            .bind(from.to_string())
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        self.archive(from, now).await?;
        self.move_cases(&cases, Stage::Merged, Some(to), why, now).await?;
        Ok(true)
    }
}
