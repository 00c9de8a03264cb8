//! Tries to come in, counted by name and address, and by name alone, whether there is such an account or not: the answer
//! must not tell.
//!
//! A try is counted before the password is looked at and forgotten when it was right: so a hundred tries at the same
//! moment are a hundred tries. Why two counts: `docs/decisions/0010-a-name-is-not-locked-by-strangers.md`.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{Result, Tx, write};
use crate::clock::Timestamp;
use crate::id::AccountId;

/// Tries under a name from one address before the first pause.
const FREE: i64 = 5;
/// Tries under a name from all addresses together that it did not come in from before: NIST SP 800-63B-4, 3.2.2, allows a
/// hundred at most.
const FREE_FROM_ANYWHERE: i64 = 100;
/// The first pause; it doubles with each further try.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);
/// After so long without a try, all of them are forgotten.
const FORGOTTEN: Duration = Duration::from_secs(86_400);
/// After so long, an address that an account came in from is as strange as any.
const KNOWN_FOR: Duration = Duration::from_secs(90 * 86_400);

/// Whether a password may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Yes; when it is wrong, the next one may only be tried after the moment named here, if any.
    Free(Option<Timestamp>),
    /// Not before this moment.
    Locked(Timestamp),
}

/// Under which name somebody tries to come in, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Trying<'a> {
    /// The name, as [`crate::account::login_of`] spells it.
    pub login: &'a str,
    /// What counts as one address; empty where there is none.
    pub from: &'a str,
}

impl Trying<'_> {
    /// Names are kept as hashes: what somebody typed by mistake, a password say, is not kept. No login holds a line break.
    fn here(self) -> String {
        hash(&format!("{}\n{}", self.login, self.from))
    }

    fn anywhere(self) -> String {
        hash(self.login)
    }
}

/// The pause after so many wrong tries.
fn pause(failures: i64, free: i64) -> Option<Duration> {
    let doubled = u32::try_from(failures - free).ok()?;
    Some((FIRST_PAUSE * 2_u32.saturating_pow(doubled.min(10))).min(LONGEST_PAUSE))
}

fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn before(now: Timestamp, by: Duration) -> i64 {
    now.0.saturating_sub_unsigned(by.as_millis() as u64)
}

impl Tx {
    /// Counts a try. Commit it before the password is looked at.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attempt(&mut self, trying: Trying<'_>, now: Timestamp) -> Result<Attempt> {
        let forgotten = before(now, FORGOTTEN);
        write!(self, c => sqlx::query("DELETE FROM attempts WHERE at < $1").bind(forgotten).execute(c).await.map(drop))?;
        let known = self.came_in_from(trying, now).await?;
        let here = self.count(&trying.here(), FREE, now).await?;
        // What strangers try does not keep out who came in from there before; and what is tried from there is no stranger's.
        if known || matches!(here, Attempt::Locked(_)) {
            return Ok(here);
        }
        let anywhere = self.count(&trying.anywhere(), FREE_FROM_ANYWHERE, now).await?;
        Ok(match (here, anywhere) {
            (_, Attempt::Locked(until)) => Attempt::Locked(until),
            (Attempt::Free(one), Attempt::Free(other)) => Attempt::Free(one.max(other)),
            (locked, _) => locked,
        })
    }

    /// Counts a try under a key, unless it is locked.
    async fn count(&mut self, key: &str, free: i64, now: Timestamp) -> Result<Attempt> {
        let (failures, locked): (i64, i64) = write!(self, c => sqlx::query_as(include_str!("../../sql/attempts_count.sql"))
            .bind(key)
            .bind(now.0)
            .fetch_one(c)
            .await)?;
        if locked > now.0 {
            return Ok(Attempt::Locked(Timestamp(locked)));
        }
        let next = pause(failures + 1, free).map(|pause| now.after(pause));
        write!(self, c => sqlx::query("UPDATE attempts SET failures = $2, locked_until = $3 WHERE login = $1")
            .bind(key)
            .bind(failures + 1)
            .bind(next.map_or(0, |t| t.0))
            .execute(c)
            .await
            .map(drop))?;
        Ok(Attempt::Free(next))
    }

    /// Whether the account of this name came in from there before.
    async fn came_in_from(&mut self, trying: Trying<'_>, now: Timestamp) -> Result<bool> {
        let account: Option<(String,)> = write!(self, c => sqlx::query_as("SELECT id FROM accounts WHERE login = $1")
            .bind(trying.login)
            .fetch_optional(c)
            .await)?;
        let account = account.map(|(id,)| id).unwrap_or_default();
        let (n,): (i64,) = write!(self, c => sqlx::query_as("SELECT COUNT(*) FROM arrivals WHERE account_id = $1 AND hash = $2 AND at >= $3")
            .bind(&account)
            .bind(hash(&format!("{account}\n{}", trying.from)))
            .bind(before(now, KNOWN_FOR))
            .fetch_one(c)
            .await)?;
        Ok(n > 0)
    }

    /// Notes that a try was right: those before it from there are forgotten, and strangers' are not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn arrived(&mut self, account: AccountId, trying: Trying<'_>, now: Timestamp) -> Result<()> {
        let stranger = !self.came_in_from(trying, now).await?;
        let (here, anywhere) = (trying.here(), trying.anywhere());
        write!(self, c => sqlx::query("DELETE FROM attempts WHERE login = $1").bind(&here).execute(c).await.map(drop))?;
        if stranger {
            // Its own try was counted as a stranger's.
            write!(self, c => sqlx::query("UPDATE attempts SET failures = failures - 1, locked_until = 0 WHERE login = $1 AND failures > 0")
                .bind(&anywhere)
                .execute(c)
                .await
                .map(drop))?;
        }
        let old = before(now, KNOWN_FOR);
        write!(self, c => sqlx::query("DELETE FROM arrivals WHERE at < $1").bind(old).execute(c).await.map(drop))?;
        write!(self, c => sqlx::query(include_str!("../../sql/arrivals_put.sql"))
            .bind(account.to_string())
            .bind(hash(&format!("{account}\n{}", trying.from)))
            .bind(now.0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Forgets every try under a name that counts for all addresses, and those from here: an administrator made a link, or
    /// one was redeemed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_attempts(&mut self, trying: Trying<'_>) -> Result<()> {
        for key in [trying.here(), trying.anywhere()] {
            write!(self, c => sqlx::query("DELETE FROM attempts WHERE login = $1").bind(key).execute(c).await.map(drop))?;
        }
        Ok(())
    }

    /// Forgets where an account came in from: whoever knew a password that was lost is a stranger again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_arrivals(&mut self, account: AccountId) -> Result<()> {
        write!(self, c => sqlx::query("DELETE FROM arrivals WHERE account_id = $1")
            .bind(account.to_string())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_begin_at_the_fifth_try_double_and_end_at_an_hour() {
        let minutes: Vec<_> = (1..=13).map(|n| pause(n, FREE).map_or(0, |p| p.as_secs() / 60)).collect();
        assert_eq!(minutes, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(pause(5_000, FREE), Some(LONGEST_PAUSE));
        assert_eq!((pause(99, FREE_FROM_ANYWHERE), pause(100, FREE_FROM_ANYWHERE)), (None, Some(FIRST_PAUSE)));
    }
}
