//! Browser sessions and one-time links: of their secrets only hashes are kept, and what has ended has no row.

use std::time::Duration;

use super::tokens::hash;
use super::{Db, Result, Tx, parsed, read, write};
use crate::account::{Account, Session, TO_THE};
use crate::clock::Timestamp;
use crate::id::{self, AccountId, SessionId};

/// A session that was opened.
pub struct Begun {
    /// The session.
    pub session: Session,
    /// Its secret, for the browser's cookie: it is not kept and cannot be shown again.
    pub secret: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    account_id: String,
    agent: String,
    created_at: i64,
    seen_at: i64,
    expires_at: i64,
}

impl Row {
    fn session(self) -> Result<Session> {
        Ok(Session {
            id: parsed("session", &self.id)?,
            account: parsed("session", &self.account_id)?,
            agent: self.agent,
            created_at: Timestamp(self.created_at),
            seen_at: Timestamp(self.seen_at),
            expires_at: Timestamp(self.expires_at),
        })
    }
}

fn before(now: Timestamp, by: Duration) -> i64 {
    now.0.saturating_sub(i64::try_from(by.as_millis()).unwrap_or(i64::MAX))
}

impl Db {
    /// The session of this secret with its account, both as they are now; `None` for one that is unknown, has ended, was
    /// not used for `idle`, or whose account is disabled.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn session(&self, secret: &str, now: Timestamp, idle: Duration) -> Result<Option<(Session, Account)>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM sessions WHERE hash = $1 AND expires_at > $2 AND seen_at > $3")
            .bind(hash(secret))
            .bind(now.0)
            .bind(before(now, idle))
            .fetch_optional(c)
            .await)?;
        let Some(session) = row.map(Row::session).transpose()? else { return Ok(None) };
        let account = self.account(session.account).await?.filter(|a| a.disabled_at.is_none());
        Ok(account.map(|account| (session, account)))
    }

    /// The sessions of an account, or all of them, that are still good; newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sessions(&self, of: Option<AccountId>, now: Timestamp, idle: Duration) -> Result<Vec<Session>> {
        let rows: Vec<Row> = read!(self, c => sqlx::query_as(include_str!("../../sql/sessions_list.sql"))
            .bind(of.map(|id| id.to_string()))
            .bind(now.0)
            .bind(before(now, idle))
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(Row::session).collect()
    }

    /// The account that a one-time link sets the password of. `Some(None)`: the link makes the first administrator.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn link(&self, secret: &str, now: Timestamp) -> Result<Option<Option<AccountId>>> {
        let row: Option<(Option<String>,)> = read!(self, c => sqlx::query_as("SELECT account_id FROM links WHERE hash = $1 AND expires_at > $2")
            .bind(hash(secret))
            .bind(now.0)
            .fetch_optional(c)
            .await)?;
        row.map(|(account,)| account.map(|id| parsed("link", &id)).transpose()).transpose()
    }
}

impl Tx {
    /// Opens a session; `None` when the account was disabled or its password changed since it was looked at, as
    /// `password` says.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn open_session(
        &mut self,
        account: AccountId,
        password: Option<&str>,
        agent: &str,
        expires_at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<Begun>> {
        let secret = format!("ses_{}", id::secret(32));
        let agent = agent.to_owned();
        let session = Session { id: SessionId::new(), account, agent, created_at: now, seen_at: now, expires_at };
        let done = write!(self, c => sqlx::query(include_str!("../../sql/sessions_put.sql"))
            .bind(session.id.to_string())
            .bind(hash(&secret))
            .bind(&session.agent)
            .bind(now.0)
            .bind(expires_at.0)
            .bind(account.to_string())
            .bind(password.unwrap_or_default())
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok((done == 1).then_some(Begun { session, secret }))
    }

    /// Notes that a session was used, unless that was noted within the minute.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn touch_session(&mut self, session: SessionId, now: Timestamp) -> Result<()> {
        write!(self, c => sqlx::query("UPDATE sessions SET seen_at = $2 WHERE id = $1 AND seen_at <= $3")
            .bind(session.to_string())
            .bind(now.0)
            .bind(before(now, TO_THE))
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Ends a session, of this account only when one is named; false when there is none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session(&mut self, session: SessionId, of: Option<AccountId>) -> Result<bool> {
        let done = write!(self, c => sqlx::query("DELETE FROM sessions WHERE id = $1 AND account_id = COALESCE($2, account_id)")
            .bind(session.to_string())
            .bind(of.map(|id| id.to_string()))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }

    /// Ends the session that a cookie brought along, whoever's it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_session_of(&mut self, secret: &str) -> Result<()> {
        let hash = hash(secret);
        write!(self, c => sqlx::query("DELETE FROM sessions WHERE hash = $1").bind(hash).execute(c).await.map(drop))?;
        Ok(())
    }

    /// Ends every session of an account, and those of everybody that have run out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end_sessions(&mut self, of: AccountId, now: Timestamp) -> Result<()> {
        write!(self, c => sqlx::query("DELETE FROM sessions WHERE account_id = $1 OR expires_at <= $2")
            .bind(of.to_string())
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Makes a link by which the password of an account (without one: the first administrator) is set once, and returns
    /// its secret, which is not kept. Links made before it for the same account no longer work.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_link(&mut self, account: Option<AccountId>, expires_at: Timestamp) -> Result<String> {
        let account = account.map(|id| id.to_string());
        self.drop_links(account.as_deref()).await?;
        let secret = format!("lnk_{}", id::secret(32));
        write!(self, c => sqlx::query("INSERT INTO links (hash, account_id, expires_at) VALUES ($1, $2, $3)")
            .bind(hash(&secret))
            .bind(account)
            .bind(expires_at.0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(secret)
    }

    /// Uses a link up; false when it was used or replaced in the meantime.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn use_link(&mut self, secret: &str, now: Timestamp) -> Result<bool> {
        let done = write!(self, c => sqlx::query("DELETE FROM links WHERE hash = $1 AND expires_at > $2")
            .bind(hash(secret))
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }

    pub(super) async fn drop_links(&mut self, account: Option<&str>) -> Result<()> {
        write!(self, c => sqlx::query("DELETE FROM links WHERE COALESCE(account_id, '') = $1")
            .bind(account.unwrap_or_default())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
