//! What crosses several tables at once: accepting, deciding, answering, retrying.

use super::{Added, Closing, Db, Result, Tx};
use crate::clock::Timestamp;
use crate::draft::Draft;
use crate::id::{InterventionId, ProcedureId, QuestionId, ReviewId};
use crate::intervention::{Attachment, AttachmentKind, Intake, Stage};
use crate::job::Step;
use crate::procedure::{Procedure, Revision, diff};
use crate::review::{Decision, Outcome, Refusal, Review, ReviewState};
use crate::viewer::{Role, Viewer};

/// What became of a decision.
#[derive(Debug, Clone, PartialEq)]
pub enum Decided {
    /// It stands. The procedure it made, changed or added to, if it did.
    Done(Option<ProcedureId>),
    /// It was not taken; nothing was changed.
    Refused(Refusal),
    /// The procedure named does not exist, may not be seen, or was changed in the meantime.
    NoProcedure(ProcedureId),
    /// There is no such review.
    NoReview,
}

/// An answer: words, or a recording of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Given {
    /// What was written.
    Text(String),
    /// What was said: kept as a file of the intervention, transcribed before the line goes on.
    Voice(Attachment),
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// It is kept; the line goes on once no question is open.
    Kept {
        /// How many questions are still open.
        open: usize,
    },
    /// There is no such open question.
    NoQuestion(QuestionId),
}

impl Tx {
    /// Accepts a delivery: keeps it and puts its first job on the line, both or neither.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn accept(
        &mut self,
        id: InterventionId,
        intake: &Intake,
        files: &[Attachment],
        now: Timestamp,
    ) -> Result<Added> {
        let heard = files.iter().any(|f| f.kind == AttachmentKind::Audio);
        let (stage, step) =
            if heard { (Stage::Received, Step::Transcribe) } else { (Stage::Transcribed, Step::Redact) };
        let added = self.add_intervention(id, intake, files, stage, now).await?;
        if added == Added::New {
            self.put_job(step, &id.to_string(), now).await?;
            self.tell(id, stage.as_str(), "", now).await?;
        }
        Ok(added)
    }

    async fn conclude(
        &mut self,
        review: &Review,
        draft: &Draft,
        outcome: Outcome,
        who: (&Viewer, Timestamp),
        known: Option<Procedure>,
    ) -> Result<Decided> {
        let (by, now) = who;
        // Read after the review is closed: its row was the lock under which cases are added.
        let cases = self.cases_in(draft.id).await?;
        let count = i64::try_from(cases.len()).unwrap_or(i64::MAX);
        let revision = |number, before| Revision {
            number,
            diff: diff(before, &draft.content),
            content: draft.content.clone(),
            author: by.name.clone(),
            review: Some(review.id),
            created_at: now,
        };
        let (stage, procedure, why) = match outcome {
            Outcome::Publish { audience } => {
                let id = ProcedureId::new();
                self.put_procedure(id, audience, count, &revision(1, None)).await?;
                (Stage::Published, Some(id), None)
            }
            Outcome::Revise { procedure, audience } => {
                let Some(before) = known else { return Ok(Decided::NoProcedure(procedure)) };
                let next = revision(before.revision.number + 1, Some(&before.revision.content));
                if !self.revise(procedure, audience, count, &next).await? {
                    return Ok(Decided::NoProcedure(procedure));
                }
                (Stage::Published, Some(procedure), None)
            }
            Outcome::AddCases { procedure } => {
                if self.add_cases_to_procedure(procedure, draft.id, now).await?.is_none() {
                    return Ok(Decided::NoProcedure(procedure));
                }
                (Stage::Merged, Some(procedure), None)
            }
            Outcome::Refuse { reason } => (Stage::Rejected, None, Some(reason)),
            Outcome::SendBack { questions } => {
                self.ask(draft.intervention, &questions, Some(&by.name), now).await?;
                self.take_away_drafts(&[draft.id]).await?;
                self.move_to(draft.intervention, Stage::NeedsAnswers, Some(&questions.join(" ")), now).await?;
                return Ok(Decided::Done(None));
            }
        };
        self.move_cases(&cases, stage, procedure, why.as_deref(), now).await?;
        if stage == Stage::Published && cases.len() > 1 {
            let others: Vec<_> = cases.iter().copied().filter(|id| *id != draft.intervention).collect();
            self.move_cases(&others, Stage::Merged, procedure, None, now).await?;
        }
        self.take_away_drafts(&[draft.id]).await?;
        if stage == Stage::Published
            && let Some(procedure) = procedure
        {
            self.put_job(Step::Publish, &procedure.to_string(), now).await?;
        }
        Ok(Decided::Done(procedure))
    }
}

impl Db {
    /// Decides on a review, having read version `seen` of its draft: everything that follows is one commit.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn decide(
        &self,
        id: ReviewId,
        decision: &Decision,
        by: &Viewer,
        seen: i64,
        now: Timestamp,
    ) -> Result<Decided> {
        let Some(review) = self.review(id).await? else { return Ok(Decided::NoReview) };
        let Some(draft) = self.draft(review.draft).await? else { return Ok(Decided::NoReview) };
        let outcome = match review.decide(&draft, decision, by, seen) {
            Ok(outcome) => outcome,
            Err(refusal) => return Ok(Decided::Refused(refusal)),
        };
        let reason = match &outcome {
            Outcome::Refuse { reason } => Some(reason.clone()),
            Outcome::SendBack { questions } => Some(questions.join("\n")),
            _ => None,
        };
        let state =
            if matches!(outcome, Outcome::SendBack { .. }) { ReviewState::SentBack } else { ReviewState::Decided };
        let closing = Closing {
            decision: decision.word(),
            reason: reason.as_deref(),
            by: &by.name,
            at: now,
            state,
            draft_version: seen,
        };
        // Read before the unit begins: one that holds a connection must not want another.
        let known = match &outcome {
            Outcome::Revise { procedure, .. } => self.procedure(*procedure, by).await?,
            _ => None,
        };
        let mut tx = self.begin().await?;
        if !tx.close_review(id, closing).await? {
            return who_was_quicker(&mut tx, id, seen).await;
        }
        let decided = tx.conclude(&review, &draft, outcome, (by, now), known).await?;
        if matches!(decided, Decided::Done(_)) {
            tx.commit().await?;
        }
        Ok(decided)
    }

    /// Keeps answers to open questions of an intervention; once none is open, the case goes down the line again with
    /// them: from its recordings when answers were spoken, else from its redaction, for answers too may name people.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn answer(
        &self,
        id: InterventionId,
        answers: &[(QuestionId, Given)],
        by: &str,
        now: Timestamp,
    ) -> Result<Answered> {
        let mut tx = self.begin().await?;
        // The row first: of two who answer the last questions at once, the second must see the first one's answer.
        tx.lock_intervention(id).await?;
        for (question, given) in answers {
            // What was spoken is filled in when it is heard.
            let text = if let Given::Text(text) = given { text } else { "" };
            if !tx.answer(id, *question, text, by).await? {
                return Ok(Answered::NoQuestion(*question));
            }
            if let Given::Voice(recording) = given {
                tx.attach_last(id, recording).await?;
            }
        }
        let open = tx.open_questions(id).await?;
        if open == 0 {
            let unheard = tx.unheard_answers(id).await? > 0;
            let step = if unheard { Step::Transcribe } else { Step::Redact };
            tx.put_job(step, &id.to_string(), now).await?;
            tx.move_to(id, step.stage_before(), None, now).await?;
        }
        tx.commit().await?;
        Ok(Answered::Kept { open })
    }

    /// Gives the dead jobs of an intervention (or of a procedure's publication) another life; false when none is dead.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retry(&self, subject: &str, now: Timestamp) -> Result<bool> {
        let mut tx = self.begin().await?;
        let steps = tx.retry_dead(subject, now).await?;
        for step in &steps {
            if *step != Step::Publish
                && let Ok(id) = subject.parse()
            {
                tx.move_to(id, step.stage_before(), None, now).await?;
            }
        }
        tx.commit().await?;
        Ok(!steps.is_empty())
    }
}

/// The house itself, for what the line reads on its own behalf.
#[must_use]
pub fn house() -> Viewer {
    Viewer::new("savoir", Role::Administrator)
}

/// Why a review could not be closed. Read inside the unit: the other decision may be written and not yet committed.
async fn who_was_quicker(tx: &mut Tx, id: ReviewId, seen: i64) -> Result<Decided> {
    let Some((review, current)) = tx.review_and_version(id).await? else { return Ok(Decided::NoReview) };
    if review.state == ReviewState::Open {
        return Ok(Decided::Refused(Refusal::Stale { seen, current }));
    }
    let decision = review.decision.unwrap_or_else(|| review.state.to_string());
    let by = review.decided_by.unwrap_or_default();
    Ok(Decided::Refused(Refusal::AlreadyDecided { decision, by }))
}
