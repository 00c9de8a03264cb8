//! What crosses several tables at once: accepting, deciding, answering, retrying.

use super::openings::{Next, Reading};
use super::{Added, Closing, Db, Result, Tx};
use crate::audit::{Action, Entry};
use crate::clock::Timestamp;
use crate::content::Content;
use crate::draft::{Draft, Known};
use crate::id::{DraftId, InterventionId, ProcedureId, QuestionId, ReviewId};
use crate::intervention::{Attachment, AttachmentKind, Intake, Stage};
use crate::job::Step;
use crate::opening::{Recogniser, dangers, nothing_left, published_to};
use crate::procedure::{Procedure, Revision, diff};
use crate::proposal::taken_over;
use crate::review::{Decision, Outcome, Refusal, Review, ReviewState};
use crate::viewer::{Audience, Role, Viewer};

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

/// An expert's decision on its way to be kept.
#[derive(Clone, Copy)]
struct Ruling<'a> {
    review: &'a Review,
    draft: &'a Draft,
    outcome: &'a Outcome,
    by: &'a Viewer,
    dangers: Recogniser,
    now: Timestamp,
}

impl Ruling<'_> {
    /// The decision as the audit log tells it: without its reason, which may name people and stands with the review.
    fn entry(&self, decision: &Decision, procedure: Option<ProcedureId>) -> Entry {
        let mut told = decision.word().to_owned();
        let audience = match self.outcome {
            Outcome::Publish { audience } | Outcome::Revise { audience, .. } => Some(*audience),
            Outcome::Update { audience, .. } => *audience,
            _ => None,
        };
        if let Some(audience) = audience {
            told.push_str(&format!(", for {audience}"));
        }
        if let Some(procedure) = procedure {
            told.push_str(&format!(", procedure {procedure}"));
        }
        Entry::new(self.by, Action::ReviewDecided, self.review.id, told)
    }

    /// What it makes of a procedure's text.
    fn revision(&self, before: Option<&Revision>, content: Content) -> Revision {
        Revision {
            number: before.map_or(0, |b| b.number) + 1,
            diff: diff(before.map(|b| &b.content), &content),
            content,
            author: self.by.name.clone(),
            review: Some(self.review.id),
            created_at: self.now,
        }
    }

    /// The next revision of a procedure, approved for `wanted`: published for them, or for contractors while it waits to be
    /// opened. An error is what stands in its way.
    fn next(&self, before: Option<&Procedure>, content: Content, wanted: Audience) -> Result<Next, Decided> {
        if let Some(error) = nothing_left(&content, wanted) {
            let (path, reason, reason_fr) = (error.field, error.remedy, error.remedy_fr);
            return Err(Decided::Refused(Refusal::Content { path, reason, reason_fr }));
        }
        let kinds = dangers(&content, self.dangers);
        let audience = published_to(wanted, &kinds);
        let waits = audience != wanted;
        let hides = before.is_some_and(|b| audience < b.audience) || !content.is_whole_for(audience);
        let revision = self.revision(before.map(|b| &b.revision), content);
        let dangers = if waits { kinds.into_iter().collect() } else { Vec::new() };
        Ok(Next { audience, revision, dangers, hides })
    }
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
        if let Some(id) = match added {
            Added::New => Some(id),
            Added::Again(known) => Some(known),
            Added::Repeated(_) | Added::Different(_) => None,
        } {
            self.put_job(step, &id.to_string(), now).await?;
            self.tell(id, stage.as_str(), "", now).await?;
        }
        Ok(added)
    }

    async fn conclude(&mut self, ruling: &Ruling<'_>, next: Option<Next>) -> Result<Decided> {
        let Ruling { review, draft, outcome, by, now, .. } = *ruling;
        let own = review.procedure;
        // Read after the review is closed: its row was the lock under which cases are added.
        let cases = self.cases_in(draft.id).await?;
        let stage = match outcome {
            Outcome::SendBack { questions } => {
                self.ask(draft.intervention, questions, Some(&by.name), now).await?;
                self.take_away_drafts(&[draft.id]).await?;
                self.move_to(draft.intervention, Stage::NeedsAnswers, Some(&questions.join(" ")), now).await?;
                return Ok(Decided::Done(None));
            }
            Outcome::Refuse { reason } => {
                let cases = match own {
                    Some(own) => self.cases_of_procedure(own).await?,
                    None => cases,
                };
                if let Some(own) = own {
                    self.archive(own, now).await?;
                }
                self.move_cases(&cases, Stage::Rejected, None, Some(reason), now).await?;
                self.take_away_drafts(&[draft.id]).await?;
                return Ok(Decided::Done(own));
            }
            Outcome::AddCases { .. } => Stage::Merged,
            _ => Stage::Published,
        };
        let procedure = match (outcome.procedure(), next) {
            (None, Some(first)) => {
                let id = ProcedureId::new();
                let count = i64::try_from(cases.len()).unwrap_or(i64::MAX);
                self.put_procedure(id, first.audience, count, &first.revision).await?;
                self.open_later(id, &first, by).await?;
                self.confirm(id, &cases).await?;
                id
            }
            (Some(id), next) => {
                if let Some(next) = next {
                    if !self.revise(id, next.audience, &next.revision).await? {
                        return Ok(Decided::NoProcedure(id));
                    }
                    self.overtake_openings(id, now).await?;
                    if next.hides {
                        // At once: publishing it anew may have to wait for an embedder.
                        self.take_away(Known::Procedure(id)).await?;
                    }
                    self.open_later(id, &next, by).await?;
                    self.overtake_reviews(id, review.id, &by.name, now).await?;
                }
                if !self.join(id, review, draft.id, now).await? {
                    return Ok(Decided::NoProcedure(id));
                }
                id
            }
            // Only a publication names no procedure, and it has a first revision.
            (None, None) => return Ok(Decided::NoReview),
        };
        if own.is_none() {
            let (its, others): (Vec<_>, Vec<_>) = cases.into_iter().partition(|case| *case == draft.intervention);
            self.move_cases(&its, stage, Some(procedure), None, now).await?;
            self.move_cases(&others, Stage::Merged, Some(procedure), None, now).await?;
        }
        self.take_away_drafts(&[draft.id]).await?;
        if stage == Stage::Published {
            self.put_job(Step::Publish, &procedure.to_string(), now).await?;
        }
        Ok(Decided::Done(Some(procedure)))
    }

    /// Counts to a procedure what a review stands for: the cases of its draft, or all those of the procedure that it was
    /// opened again for, which is then no more; false when there is no such procedure.
    async fn join(&mut self, id: ProcedureId, review: &Review, draft: DraftId, now: Timestamp) -> Result<bool> {
        match review.procedure {
            Some(own) if own == id => Ok(true),
            Some(own) => self.move_procedure(own, id, None, now).await,
            None => Ok(self.add_cases_to_procedure(id, draft, now).await?.is_some()),
        }
    }
}

impl Db {
    /// Decides on a review, having `read` its draft: everything that follows is one commit.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn decide(
        &self,
        id: ReviewId,
        decision: &Decision,
        by: &Viewer,
        read: Reading,
        now: Timestamp,
    ) -> Result<Decided> {
        let Reading { version: seen, dangers } = read;
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
        let ruling = Ruling { review: &review, draft: &draft, outcome: &outcome, by, dangers, now };
        // Read before the unit begins: one that holds a connection must not want another.
        let next = match self.next_revision(&ruling).await? {
            Ok(next) => next,
            Err(decided) => return Ok(decided),
        };
        let mut tx = self.begin().await?;
        tx.lock_procedures(outcome.procedure().into_iter().chain(review.procedure).collect()).await?;
        if !tx.close_review(id, closing).await? {
            return who_was_quicker(&mut tx, id, seen).await;
        }
        let decided = tx.conclude(&ruling, next).await?;
        if let Decided::Done(procedure) = decided {
            tx.note(ruling.entry(decision, procedure), now);
            tx.commit().await?;
        }
        Ok(decided)
    }

    /// What the procedure says once the ruling stands, and for whom; `None` when its text stays. An error is the answer to
    /// who decided.
    async fn next_revision(&self, ruling: &Ruling<'_>) -> Result<Result<Option<Next>, Decided>> {
        let content = &ruling.draft.content;
        let (id, given) = match ruling.outcome {
            Outcome::Publish { audience } => return Ok(ruling.next(None, content.clone(), *audience).map(Some)),
            Outcome::Revise { procedure, audience } => (*procedure, Some(*audience)),
            Outcome::Update { procedure, audience, .. } => (*procedure, *audience),
            _ => return Ok(Ok(None)),
        };
        let Some(known) = self.procedure(id, ruling.by).await? else { return Ok(Err(Decided::NoProcedure(id))) };
        let said = match ruling.outcome {
            Outcome::Update { accept, .. } => match self.updated(ruling.draft, &known, accept).await? {
                Some(content) => content,
                None => return Ok(Err(Decided::Refused(Refusal::ComparedBefore))),
            },
            _ => {
                let mut said = content.clone();
                // The draft of another case knows nothing of what is kept from whom. That of the procedure itself does.
                if ruling.review.procedure != Some(id) {
                    said.keep_audiences(&known.revision.content);
                }
                said
            }
        };
        let wanted = match given {
            Some(audience) => audience,
            None => self.wanted(&known).await?,
        };
        Ok(ruling.next(Some(&known), said, wanted).map(Some))
    }

    /// What a procedure says with the changes that a draft proposes; `None` when it is not the text that the draft was
    /// compared with, or no longer.
    async fn updated(&self, draft: &Draft, known: &Procedure, accept: &[usize]) -> Result<Option<Content>> {
        let Some(comparison) = &draft.comparison else { return Ok(None) };
        let Some(proposal) = &comparison.proposal else { return Ok(None) };
        let approved = match known.revision.review {
            Some(review) => self.review(review).await?.map(|r| r.draft),
            None => None,
        };
        let compared = match comparison.nearest {
            Some(Known::Procedure(id)) => id == known.id && proposal.known_version == known.revision.number,
            // A draft that has become this procedure, word for word.
            Some(Known::Draft(id)) => {
                let same = |d: Draft| d.version == proposal.known_version && d.content == known.revision.content;
                approved == Some(id) && self.draft(id).await?.is_some_and(same)
            }
            None => false,
        };
        let before =
            approved.map_or_else(|| known.revision.content.clone(), |d| taken_over(&known.revision.content, d));
        Ok(compared.then(|| proposal.apply(&before, accept)))
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
