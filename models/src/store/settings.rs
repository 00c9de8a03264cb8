//! The settings that the house was last started with.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::{Result, Tx, write};

/// A setting in so many letters that a change shows; its value is not kept.
fn fingerprint(key: &str, value: &str) -> String {
    let mut hash = hex::encode(Sha256::digest(format!("{key}\n{value}").as_bytes()));
    hash.truncate(16);
    hash
}

impl Tx {
    /// Remembers the settings in force, `values` by dotted key. Returns the keys that are not as they were when the house
    /// was last started; `None` when it never was.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn see_settings(&mut self, values: &BTreeMap<String, String>) -> Result<Option<Vec<String>>> {
        let rows: Vec<(String, String)> = write!(self, c => sqlx::query_as("SELECT key, fingerprint FROM settings_seen")
            .fetch_all(c)
            .await)?;
        let before: BTreeMap<String, String> = rows.into_iter().collect();
        let now: BTreeMap<String, String> = values.iter().map(|(k, v)| (k.clone(), fingerprint(k, v))).collect();
        let keys: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
        let changed: Vec<String> =
            keys.into_iter().filter(|key| before.get(*key) != now.get(*key)).map(Clone::clone).collect();
        for key in &changed {
            match now.get(key) {
                Some(print) => write!(self, c => sqlx::query(include_str!("../../sql/settings_seen.sql"))
                    .bind(key)
                    .bind(print)
                    .execute(c)
                    .await
                    .map(|r| r.rows_affected()))?,
                None => write!(self, c => sqlx::query("DELETE FROM settings_seen WHERE key = $1")
                    .bind(key)
                    .execute(c)
                    .await
                    .map(|r| r.rows_affected()))?,
            };
        }
        Ok((!before.is_empty()).then_some(changed))
    }
}
