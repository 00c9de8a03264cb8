//! What waits for a second approval before customers see it.

use super::{Db, Result, Tx, from_json, json, parsed, read, write};
use crate::audit::{Action, Entry};
use crate::clock::Timestamp;
use crate::content::HazardKind;
use crate::id::{OpeningId, ProcedureId};
use crate::job::Step;
use crate::opening::{Opening, OpeningDecision, OpeningRefusal, OpeningState, Recogniser};
use crate::procedure::{Procedure, Revision};
use crate::viewer::{Audience, Signed, Viewer};

/// How what is decided on was read.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// The version of the draft.
    pub version: i64,
    /// What tells whether it can hurt.
    pub dangers: Recogniser,
}

/// What became of a decision on an opening.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It stands.
    Done(Opening),
    /// It was not taken; nothing was changed.
    Refused(OpeningRefusal),
    /// There is no such opening.
    NoOpening,
}

/// A procedure's next revision.
pub(super) struct Next {
    /// For whom it is published.
    pub(super) audience: Audience,
    pub(super) revision: Revision,
    /// What can hurt those whom it is to be opened to beyond that, once it was approved a second time.
    pub(super) dangers: Vec<HazardKind>,
    /// It keeps something from somebody: what is indexed of the one before must not be found any more.
    pub(super) hides: bool,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    procedure_id: String,
    revision: i64,
    kinds: String,
    state: String,
    asked_by: String,
    asked_hand: Option<String>,
    asked_at: i64,
    decided_by: Option<String>,
    decided_at: Option<i64>,
    reason: Option<String>,
}

impl Row {
    fn opening(self) -> Result<Opening> {
        Ok(Opening {
            id: parsed("opening", &self.id)?,
            procedure: parsed("opening", &self.procedure_id)?,
            revision: self.revision,
            kinds: from_json("opening", &self.kinds)?,
            state: parsed("opening", &self.state)?,
            asked_by: self.asked_by,
            asked_hand: self.asked_hand.map(|hand| parsed("opening", &hand)).transpose()?,
            asked_at: Timestamp(self.asked_at),
            decided_by: self.decided_by,
            decided_at: self.decided_at.map(Timestamp),
            reason: self.reason,
        })
    }
}

impl Db {
    /// Openings in this state, the oldest first, `limit` at most.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn openings(&self, state: OpeningState, after: Option<OpeningId>, limit: i64) -> Result<Vec<Opening>> {
        let rows: Vec<Row> = read!(self, c => sqlx::query_as(include_str!("../../sql/openings_list.sql"))
            .bind(state.as_str())
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(limit)
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(Row::opening).collect()
    }

    /// An opening.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn opening(&self, id: OpeningId) -> Result<Option<Opening>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM openings WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(Row::opening).transpose()
    }

    /// The opening of a revision, if one was asked for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn opening_of(&self, procedure: ProcedureId, revision: i64) -> Result<Option<Opening>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM openings WHERE procedure_id = $1 AND revision = $2")
            .bind(procedure.to_string())
            .bind(revision)
            .fetch_optional(c)
            .await)?;
        row.map(Row::opening).transpose()
    }

    /// For whom a procedure is, or will be once what waits for it is approved.
    pub(super) async fn wanted(&self, known: &Procedure) -> Result<Audience> {
        let opening = self.opening_of(known.id, known.revision.number).await?;
        let waits = opening.is_some_and(|o| o.state == OpeningState::Open);
        Ok(if waits { Audience::Customer } else { known.audience })
    }

    /// Decides on an opening, having read revision `seen`: the audience, the publication and the decision are one commit.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn decide_opening(
        &self,
        id: OpeningId,
        decision: &OpeningDecision,
        by: &Viewer,
        seen: i64,
        now: Timestamp,
    ) -> Result<Opened> {
        let Some(opening) = self.opening(id).await? else { return Ok(Opened::NoOpening) };
        let hands: Vec<(String, Option<String>)> = read!(self, c => sqlx::query_as(include_str!("../../sql/openings_hands.sql"))
            .bind(opening.procedure.to_string())
            .bind(opening.revision)
            .fetch_all(c)
            .await)?;
        let signed = |(name, hand): (String, Option<String>)| {
            Ok(Signed { name, hand: hand.map(|hand| parsed("edit", &hand)).transpose()? })
        };
        let hands = hands.into_iter().map(signed).collect::<Result<Vec<_>>>()?;
        if let Err(refusal) = opening.decide(decision, by, seen, &hands) {
            return Ok(Opened::Refused(refusal));
        }
        let (state, reason) = decision.outcome();
        let mut tx = self.begin().await?;
        // The procedure first, as a revision does that overtakes this opening.
        tx.lock_procedures(vec![opening.procedure]).await?;
        let closed = tx.close_opening(id, (state, reason), &by.name, now).await?;
        let opened = state != OpeningState::Approved || tx.open_procedure(&opening, now).await?;
        if !closed || !opened {
            drop(tx);
            let state = self.opening(id).await?.map_or(OpeningState::Overtaken, |now| now.state);
            return Ok(Opened::Refused(OpeningRefusal::Closed { state }));
        }
        let detail = format!("{state}, revision {}: {}", opening.revision, reason.unwrap_or("-"));
        tx.note(Entry::new(by, Action::OpeningDecided, opening.procedure, detail), now);
        tx.commit().await?;
        Ok(self.opening(id).await?.map_or(Opened::NoOpening, Opened::Done))
    }
}

impl Tx {
    /// Has a revision that can hurt approved a second time before customers see it.
    pub(super) async fn open_later(&mut self, id: ProcedureId, next: &Next, by: &Viewer) -> Result<()> {
        if next.dangers.is_empty() {
            return Ok(());
        }
        self.ask_opening((id, next.revision.number), &next.dangers, by, next.revision.created_at).await
    }

    /// Asks for a second approval of a revision before customers see it.
    async fn ask_opening(
        &mut self,
        (procedure, revision): (ProcedureId, i64),
        kinds: &[HazardKind],
        by: &Viewer,
        now: Timestamp,
    ) -> Result<()> {
        let text = json(&kinds)?;
        write!(self, c => sqlx::query(include_str!("../../sql/openings_put.sql"))
            .bind(OpeningId::new().to_string())
            .bind(procedure.to_string())
            .bind(revision)
            .bind(text)
            .bind(&by.name)
            .bind(now.0)
            .bind(by.hand.map(|hand| hand.to_string()))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        let kinds: Vec<&str> = kinds.iter().map(|k| k.as_str()).collect();
        let detail = format!("revision {revision}: {}", kinds.join(", "));
        self.note(Entry::new(by, Action::OpeningAsked, procedure, detail), now);
        Ok(())
    }

    /// Closes what waits for a second approval of a procedure that is revised or archived.
    pub(super) async fn overtake_openings(&mut self, procedure: ProcedureId, now: Timestamp) -> Result<()> {
        write!(self, c => sqlx::query(include_str!("../../sql/openings_overtake.sql"))
            .bind(procedure.to_string())
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    async fn close_opening(
        &mut self,
        id: OpeningId,
        (state, reason): (OpeningState, Option<&str>),
        by: &str,
        now: Timestamp,
    ) -> Result<bool> {
        let done = write!(self, c => sqlx::query(include_str!("../../sql/openings_close.sql"))
            .bind(id.to_string())
            .bind(state.as_str())
            .bind(by)
            .bind(now.0)
            .bind(reason)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }

    /// Opens a procedure to customers, if it still is at the revision that was approved, and publishes it anew.
    async fn open_procedure(&mut self, opening: &Opening, now: Timestamp) -> Result<bool> {
        let done = write!(self, c => sqlx::query(include_str!("../../sql/procedures_open.sql"))
            .bind(opening.procedure.to_string())
            .bind(opening.revision)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        self.put_job(Step::Publish, &opening.procedure.to_string(), now).await?;
        Ok(done == 1)
    }
}
