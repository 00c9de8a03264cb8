//! A case is opened again: what it told is taken back; and it is closed anew.

use super::outcomes::Doubted;
use super::{Db, Result, StoreError, Tx, from_json, json, parsed, write};
use crate::audit::{Action, Entry};
use crate::clock::Timestamp;
use crate::draft::Known;
use crate::id::{DraftId, InterventionId, ProcedureId, ReviewId};
use crate::intervention::{Intake, Stage};
use crate::job::Step;
use crate::review::WITHDRAWN;
use crate::viewer::Viewer;

/// How often to look again at a case that the line moves on in the meantime: it has a handful of steps.
const TRIES: usize = 30;

/// What became of a reopening.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reopening {
    /// It was open again already; nothing was changed.
    pub repeated: bool,
    /// The review that was closed, because nothing is left to decide.
    pub withdrawn: Option<ReviewId>,
    /// The procedure that the case was taken from.
    pub procedure: Option<ProcedureId>,
    /// What that did to the procedure.
    pub doubted: Option<Doubted>,
}

/// Where a case stands, and what it was counted to.
#[derive(Debug, Clone, PartialEq)]
struct Standing {
    stage: Stage,
    intake: Intake,
    procedure: Option<ProcedureId>,
    /// The draft that it is a case of.
    counted: Option<DraftId>,
    /// The draft that was drawn from it.
    own: Option<DraftId>,
}

#[derive(sqlx::FromRow)]
struct StandingRow {
    stage: String,
    intake: String,
    procedure_id: Option<String>,
    counted: Option<String>,
    own: Option<String>,
}

impl StandingRow {
    fn standing(self) -> Result<Standing> {
        let draft = |id: Option<String>| id.map(|id| parsed("draft", &id)).transpose();
        Ok(Standing {
            stage: parsed("stage", &self.stage)?,
            intake: from_json("intervention", &self.intake)?,
            procedure: self.procedure_id.map(|id| parsed("procedure", &id)).transpose()?,
            counted: draft(self.counted)?,
            own: draft(self.own)?,
        })
    }
}

const STANDING: &str = include_str!("../../sql/interventions_standing.sql");

impl Db {
    /// Opens a case again: what it told is taken back from wherever it was counted, its jobs are dropped, and it waits for
    /// a new delivery. Doing it twice does nothing more. `None` when there is no such case.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn reopen(
        &self,
        id: InterventionId,
        reason: &str,
        by: &Viewer,
        now: Timestamp,
    ) -> Result<Option<Reopening>> {
        for _ in 0..TRIES {
            let mut tx = self.begin().await?;
            let Some(seen) = tx.standing(id).await? else { return Ok(None) };
            if seen.stage == Stage::Reopened {
                return Ok(Some(Reopening { repeated: true, ..Reopening::default() }));
            }
            // Jobs, procedures, reviews, interventions: in this order, as everywhere. What was seen may have changed before
            // the last of them is held.
            tx.drop_jobs(id).await?;
            tx.lock_procedures(seen.procedure.into_iter().collect()).await?;
            for draft in [seen.counted, seen.own].into_iter().flatten() {
                tx.lock_review(draft).await?;
            }
            tx.lock_intervention(id).await?;
            if tx.standing(id).await?.as_ref() != Some(&seen) {
                continue;
            }
            let done = tx.take_back(id, &seen, (reason, &by.name), now).await?;
            let told = done.procedure.map(|procedure| format!("taken back from procedure {procedure}"));
            tx.note(Entry::new(by, Action::InterventionReopened, id, told.unwrap_or_default()), now);
            tx.commit().await?;
            return Ok(Some(done));
        }
        Err(StoreError::NotCommitted(format!("{id} moves on all the time")))
    }
}

impl Tx {
    async fn standing(&mut self, id: InterventionId) -> Result<Option<Standing>> {
        let row: Option<StandingRow> =
            write!(self, c => sqlx::query_as(STANDING).bind(id.to_string()).fetch_optional(c).await)?;
        row.map(StandingRow::standing).transpose()
    }

    async fn take_back(
        &mut self,
        id: InterventionId,
        seen: &Standing,
        (reason, by): (&str, &str),
        now: Timestamp,
    ) -> Result<Reopening> {
        let mut done = Reopening::default();
        match (seen.procedure, seen.counted) {
            (Some(procedure), _) => {
                done.procedure = Some(procedure);
                done.doubted = self.take_case_back(procedure, &seen.intake, now).await?;
            }
            (None, Some(other)) if seen.own != Some(other) => {
                if seen.stage == Stage::Merged {
                    self.uncount_case(other, seen.intake.minutes()).await?;
                }
            }
            (None, _) => {
                if let Some(own) = seen.own {
                    self.find_heir(own, id, now).await?;
                    done.withdrawn = self.withdraw(own, (reason, by), now).await?;
                }
            }
        }
        if let Some(own) = seen.own {
            self.take_away(Known::Draft(own)).await?;
        }
        for statement in [
            "DELETE FROM cases WHERE intervention_id = $1",
            // An answer would put the case back on the line.
            "DELETE FROM questions WHERE intervention_id = $1 AND answer IS NULL",
            "UPDATE interventions SET procedure_id = NULL WHERE id = $1",
        ] {
            write!(self, c => sqlx::query(statement).bind(id.to_string()).execute(c).await.map(|r| r.rows_affected()))?;
        }
        self.move_to(id, Stage::Reopened, Some(reason), now).await?;
        Ok(done)
    }

    /// Cases that were counted to the draft of a case that is taken back tell the same in words of their own: the first of
    /// them stands for all from now on, and goes down the line again from its draft.
    async fn find_heir(&mut self, draft: DraftId, left: InterventionId, now: Timestamp) -> Result<()> {
        let others: Vec<_> = self.cases_in(draft).await?.into_iter().filter(|case| *case != left).collect();
        let Some(heir) = others.first() else { return Ok(()) };
        let Some(own) = self.standing(*heir).await?.and_then(|standing| standing.own) else { return Ok(()) };
        let mut minutes = 0;
        for case in &others {
            minutes += self.intake(*case).await?.minutes();
        }
        write!(self, c => sqlx::query("UPDATE cases SET draft_id = $2 WHERE draft_id = $1 AND intervention_id <> $3")
            .bind(draft.to_string())
            .bind(own.to_string())
            .bind(left.to_string())
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        write!(self, c => sqlx::query(include_str!("../../sql/reviews_stand_alone.sql"))
            .bind(own.to_string())
            .bind(minutes)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        self.put_job(Step::Index, &heir.to_string(), now).await?;
        self.move_to(*heir, Step::Index.stage_before(), None, now).await
    }

    /// Closes the review of a draft, if it waits for a decision: nothing is left to decide.
    async fn withdraw(
        &mut self,
        draft: DraftId,
        (reason, by): (&str, &str),
        now: Timestamp,
    ) -> Result<Option<ReviewId>> {
        let row: Option<(String,)> = write!(self, c => sqlx::query_as(include_str!("../../sql/reviews_withdraw.sql"))
            .bind(draft.to_string())
            .bind(WITHDRAWN)
            .bind(reason)
            .bind(by)
            .bind(now.0)
            .fetch_optional(c)
            .await)?;
        row.map(|(id,)| parsed("review", &id)).transpose()
    }

    /// Takes the place of what a case told before it was reopened. That is kept under an identifier of its own, with its
    /// files, transcripts, draft and review: a procedure may rest on its words.
    pub(super) async fn renew(
        &mut self,
        id: InterventionId,
        intake: &Intake,
        stage: Stage,
        now: Timestamp,
    ) -> Result<()> {
        let before = InterventionId::new();
        write!(self, c => sqlx::query(include_str!("../../sql/interventions_set_aside.sql"))
            .bind(id.to_string())
            .bind(before.to_string())
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        for statement in [
            "UPDATE attachments SET intervention_id = $2 WHERE intervention_id = $1",
            "UPDATE transcripts SET intervention_id = $2 WHERE intervention_id = $1",
            "UPDATE questions SET intervention_id = $2 WHERE intervention_id = $1",
            "UPDATE redactions SET intervention_id = $2 WHERE intervention_id = $1",
            "UPDATE drafts SET intervention_id = $2 WHERE intervention_id = $1",
        ] {
            write!(self, c => sqlx::query(statement)
                .bind(id.to_string())
                .bind(before.to_string())
                .execute(c)
                .await
                .map(|r| r.rows_affected()))?;
        }
        let text = json(intake)?;
        write!(self, c => sqlx::query(include_str!("../../sql/interventions_renew.sql"))
            .bind(id.to_string())
            .bind(&intake.provider)
            .bind(&intake.customer)
            .bind(stage.as_str())
            .bind(text)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }
}
