//! Requests that the chat hands over to people.

use super::{Db, Result, Tx, parsed, read, write};
use crate::chat::{Request, RequestState, RequestWhy, reference};
use crate::clock::Timestamp;
use crate::id::{ChatId, RequestId};

/// Draws of a reference before it is given up: there are millions, and the row of one that is taken says so.
const DRAWS: usize = 20;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    reference: String,
    chat_id: String,
    why: String,
    urgent: i64,
    state: String,
    created_at: i64,
    taken_by: Option<String>,
    taken_at: Option<i64>,
    closed_by: Option<String>,
    closed_at: Option<i64>,
    outcome: Option<String>,
}

impl Row {
    fn request(self) -> Result<Request> {
        Ok(Request {
            id: parsed("request", &self.id)?,
            reference: self.reference,
            chat: parsed("request", &self.chat_id)?,
            why: parsed("request", &self.why)?,
            urgent: self.urgent != 0,
            state: parsed("request", &self.state)?,
            created_at: Timestamp(self.created_at),
            taken_by: self.taken_by,
            taken_at: self.taken_at.map(Timestamp),
            closed_by: self.closed_by,
            closed_at: self.closed_at.map(Timestamp),
            outcome: self.outcome,
        })
    }
}

impl Db {
    /// Requests, in this state when one is named: the urgent first, the oldest first, after the one with this urgency and
    /// identifier; `limit` at most.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn requests(
        &self,
        state: Option<RequestState>,
        after: Option<(bool, RequestId)>,
        limit: i64,
    ) -> Result<Vec<Request>> {
        let (urgent, id) = after.map_or((1, String::new()), |(urgent, id)| (i64::from(urgent), id.to_string()));
        let rows: Vec<Row> = read!(self, c => sqlx::query_as(include_str!("../../sql/requests_list.sql"))
            .bind(state.map(|s| s.as_str()))
            .bind(urgent)
            .bind(id)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(Row::request).collect()
    }

    /// A request.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn request(&self, id: RequestId) -> Result<Option<Request>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM requests WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(Row::request).transpose()
    }

    /// The request that a conversation was handed over by.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn request_of(&self, chat: ChatId) -> Result<Option<Request>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM requests WHERE chat_id = $1")
            .bind(chat.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(Row::request).transpose()
    }
}

impl Tx {
    /// Hands a conversation over, and returns the reference of its request: the one that it has, when it has one. It becomes
    /// urgent when it was not, and is open again when it was closed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_request(&mut self, chat: ChatId, why: RequestWhy, urgent: bool, now: Timestamp) -> Result<String> {
        let known: Option<(String,)> = write!(self, c => sqlx::query_as("SELECT reference FROM requests WHERE chat_id = $1")
            .bind(chat.to_string())
            .fetch_optional(c)
            .await)?;
        if let Some((reference,)) = known {
            self.stir_request(chat, urgent).await?;
            return Ok(reference);
        }
        for _ in 0..DRAWS {
            let drawn = reference(&crate::id::secret(8));
            let done = write!(self, c => sqlx::query(include_str!("../../sql/requests_put.sql"))
                .bind(RequestId::new().to_string())
                .bind(&drawn)
                .bind(chat.to_string())
                .bind(why.as_str())
                .bind(i64::from(urgent))
                .bind(now.0)
                .execute(c)
                .await
                .map(|r| r.rows_affected()))?;
            if done == 1 {
                return Ok(drawn);
            }
        }
        Err(super::StoreError::NotCommitted("every reference that was drawn is taken".into()))
    }

    /// Something more was said: the request of a conversation is open again when it was closed, and urgent from now on when
    /// `urgent`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stir_request(&mut self, chat: ChatId, urgent: bool) -> Result<()> {
        write!(self, c => sqlx::query("UPDATE requests SET urgent = 1 WHERE chat_id = $1 AND CAST($2 AS BIGINT) = 1")
            .bind(chat.to_string())
            .bind(i64::from(urgent))
            .execute(c)
            .await
            .map(drop))?;
        write!(self, c => sqlx::query("UPDATE requests SET state = 'open' WHERE chat_id = $1 AND state = 'closed'")
            .bind(chat.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Gives an open request to `by`; false when it is not open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_request(&mut self, id: RequestId, by: &str, now: Timestamp) -> Result<bool> {
        let done = write!(self, c => sqlx::query(include_str!("../../sql/requests_take.sql"))
            .bind(id.to_string())
            .bind(by)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }

    /// Closes a request; false when it is closed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn close_request(
        &mut self,
        id: RequestId,
        by: &str,
        outcome: Option<&str>,
        now: Timestamp,
    ) -> Result<bool> {
        let done = write!(self, c => sqlx::query(include_str!("../../sql/requests_close.sql"))
            .bind(id.to_string())
            .bind(by)
            .bind(now.0)
            .bind(outcome)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }
}
