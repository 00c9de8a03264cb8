//! Web sites that may embed the chat. Their keys are public and kept as they are.

use super::{Db, Result, Tx, from_json, json, parsed, read, write};
use crate::chat::Site;
use crate::clock::Timestamp;
use crate::id::SiteId;

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    key: String,
    name: String,
    origins: String,
    created_at: i64,
    revoked_at: Option<i64>,
}

impl Row {
    fn site(self) -> Result<Site> {
        Ok(Site {
            id: parsed("site", &self.id)?,
            key: self.key,
            name: self.name,
            origins: from_json("site", &self.origins)?,
            created_at: Timestamp(self.created_at),
            revoked_at: self.revoked_at.map(Timestamp),
        })
    }
}

impl Db {
    /// The site of this key; `None` for one that is unknown or was taken back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn site(&self, key: &str) -> Result<Option<Site>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM sites WHERE key = $1 AND revoked_at IS NULL")
            .bind(key)
            .fetch_optional(c)
            .await)?;
        row.map(Row::site).transpose()
    }

    /// Every site, newest first, those whose key was taken back as well.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sites(&self) -> Result<Vec<Site>> {
        let rows: Vec<Row> =
            read!(self, c => sqlx::query_as("SELECT * FROM sites ORDER BY id DESC").fetch_all(c).await)?;
        rows.into_iter().map(Row::site).collect()
    }

    /// Whether a page of this origin may use some site's key: what browsers want to know before they ask.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_origin_of_a_site(&self, origin: &str) -> Result<bool> {
        let live = self.sites().await?.into_iter().filter(|site| site.revoked_at.is_none());
        Ok(live.flat_map(|site| site.origins).any(|known| known == origin))
    }
}

impl Tx {
    /// Lets a site embed the chat, and makes its key.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_site(&mut self, name: &str, origins: &[String], now: Timestamp) -> Result<Site> {
        let (id, key) = (SiteId::new(), format!("pub_{}", crate::id::secret(16)));
        write!(self, c => sqlx::query(include_str!("../../sql/sites_put.sql"))
            .bind(id.to_string())
            .bind(&key)
            .bind(name)
            .bind(json(&origins)?)
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(Site { id, key, name: name.to_owned(), origins: origins.to_vec(), created_at: now, revoked_at: None })
    }

    /// Takes the key of a site back; false when there is none to take back.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_site(&mut self, site: SiteId, now: Timestamp) -> Result<bool> {
        let done = write!(self, c => sqlx::query("UPDATE sites SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
            .bind(site.to_string())
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }
}
