//! Bearer tokens: only their hash is kept.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{Db, Result, Tx, from_json, json, parsed, read, write};
use crate::account::{Scope, TO_THE};
use crate::clock::Timestamp;
use crate::id::TokenId;
use crate::viewer::{Hand, Viewer};

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Token {
    /// Its identifier; not the secret.
    pub id: TokenId,
    /// Who bears it.
    pub viewer: Viewer,
    /// What it is for; empty: all that its role may.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, if ever.
    pub expires_at: Option<Timestamp>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Timestamp>,
}

impl Token {
    /// Whether its use at `now` is worth writing down: reads must not all become writes.
    #[must_use]
    pub fn is_stale(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|at| now.since(at) >= TO_THE)
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    name: String,
    role: String,
    organisation: Option<String>,
    created_at: i64,
    expires_at: Option<i64>,
    revoked_at: Option<i64>,
    scopes: String,
    last_used_at: Option<i64>,
    account_id: Option<String>,
}

impl Row {
    fn token(self) -> Result<Token> {
        Ok(Token {
            id: parsed("token", &self.id)?,
            viewer: Viewer {
                name: self.name,
                role: parsed("role", &self.role)?,
                organisation: self.organisation,
                hand: self.account_id.map(|id| parsed("token", &id)).transpose()?.map(Hand::Token),
            },
            scopes: from_json("token", &self.scopes)?,
            created_at: Timestamp(self.created_at),
            expires_at: self.expires_at.map(Timestamp),
            revoked_at: self.revoked_at.map(Timestamp),
            last_used_at: self.last_used_at.map(Timestamp),
        })
    }
}

/// What of a secret is kept: secrets here are random, so a fast hash serves.
pub(super) fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

impl Db {
    /// The token of this secret; `None` for one that is unknown, ended or taken back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn bearer(&self, secret: &str, now: Timestamp) -> Result<Option<Token>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM tokens WHERE hash = $1")
            .bind(hash(secret))
            .fetch_optional(c)
            .await)?;
        let token = row.map(Row::token).transpose()?;
        Ok(token.filter(|t| t.revoked_at.is_none() && t.expires_at.is_none_or(|end| end > now)))
    }

    /// Every token, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tokens(&self) -> Result<Vec<Token>> {
        let rows: Vec<Row> =
            read!(self, c => sqlx::query_as("SELECT * FROM tokens ORDER BY id DESC").fetch_all(c).await)?;
        rows.into_iter().map(Row::token).collect()
    }
}

impl Tx {
    /// Makes a token for all that the viewer may, and returns its secret, which is not kept and cannot be shown again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_token(
        &mut self,
        viewer: &Viewer,
        expires_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<String> {
        self.put_scoped_token(viewer, &[], expires_at, now).await.map(|(_, secret)| secret)
    }

    /// Makes a token for these scopes (none: all that the viewer may), and returns its identifier and its secret. The
    /// viewer's hand is that of whoever makes it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_scoped_token(
        &mut self,
        viewer: &Viewer,
        scopes: &[Scope],
        expires_at: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(TokenId, String)> {
        let id = TokenId::new();
        let secret = format!("sav_{}", crate::id::secret(24));
        write!(self, c => sqlx::query(include_str!("../../sql/tokens_put.sql"))
            .bind(id.to_string())
            .bind(hash(&secret))
            .bind(&viewer.name)
            .bind(viewer.role.as_str())
            .bind(&viewer.organisation)
            .bind(json(&scopes)?)
            .bind(now.0)
            .bind(expires_at.map(|t| t.0))
            .bind(viewer.hand.map(|hand| hand.account().to_string()))
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok((id, secret))
    }

    /// Notes that a token was used, unless that was noted within the minute.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn touch_token(&mut self, token: TokenId, now: Timestamp) -> Result<()> {
        let before = now.0.saturating_sub(TO_THE.as_millis() as i64);
        write!(self, c => sqlx::query("UPDATE tokens SET last_used_at = $2 WHERE id = $1 AND COALESCE(last_used_at, 0) <= $3")
            .bind(token.to_string())
            .bind(now.0)
            .bind(before)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Takes a token back; false when there is none to take back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_token(&mut self, token: TokenId, now: Timestamp) -> Result<bool> {
        let done = write!(self, c => sqlx::query("UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
            .bind(token.to_string())
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }
}
