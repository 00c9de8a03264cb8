//! Tries to come in, counted by name, whether there is such an account or not: the answer must not tell.
//!
//! A try is counted before the password is looked at and forgotten when it was right: so a hundred tries at the same
//! moment are a hundred tries.

use std::time::Duration;

use sha2::{Digest, Sha256};

use super::{Result, Tx, write};
use crate::clock::Timestamp;

/// Tries before the first pause.
const FREE: i64 = 5;
/// The first pause; it doubles with each further try.
const FIRST_PAUSE: Duration = Duration::from_secs(60);
const LONGEST_PAUSE: Duration = Duration::from_secs(3_600);
/// After so long without a try, all of them are forgotten.
const FORGOTTEN: Duration = Duration::from_secs(86_400);

/// Whether a password may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Yes; when it is wrong, the next one may only be tried after the moment named here, if any.
    Free(Option<Timestamp>),
    /// Not before this moment.
    Locked(Timestamp),
}

/// The pause after so many wrong tries.
fn pause(failures: i64) -> Option<Duration> {
    let doubled = u32::try_from(failures - FREE).ok()?;
    Some((FIRST_PAUSE * 2_u32.saturating_pow(doubled.min(10))).min(LONGEST_PAUSE))
}

/// The name's hash: what somebody typed by mistake, a password say, is not kept.
fn key(login: &str) -> String {
    hex::encode(Sha256::digest(login.as_bytes()))
}

impl Tx {
    /// Counts a try under the name `login` (see [`crate::account::login_of`]). Commit it before the password is looked at.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attempt(&mut self, login: &str, now: Timestamp) -> Result<Attempt> {
        let (login, forgotten) = (key(login), now.0.saturating_sub_unsigned(FORGOTTEN.as_millis() as u64));
        write!(self, c => sqlx::query("DELETE FROM attempts WHERE at < $1").bind(forgotten).execute(c).await.map(drop))?;
        let (failures, locked): (i64, i64) = write!(self, c => sqlx::query_as(include_str!("../../sql/attempts_count.sql"))
            .bind(&login)
            .bind(now.0)
            .fetch_one(c)
            .await)?;
        if locked > now.0 {
            return Ok(Attempt::Locked(Timestamp(locked)));
        }
        let next = pause(failures + 1).map(|pause| now.after(pause));
        write!(self, c => sqlx::query("UPDATE attempts SET failures = $2, locked_until = $3 WHERE login = $1")
            .bind(&login)
            .bind(failures + 1)
            .bind(next.map_or(0, |t| t.0))
            .execute(c)
            .await
            .map(drop))?;
        Ok(Attempt::Free(next))
    }

    /// Forgets the tries under a name: one of them was right, or an administrator made a link.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_attempts(&mut self, login: &str) -> Result<()> {
        write!(self, c => sqlx::query("DELETE FROM attempts WHERE login = $1").bind(key(login)).execute(c).await.map(drop))?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_begin_at_the_fifth_try_double_and_end_at_an_hour() {
        let minutes: Vec<_> = (1..=13).map(|n| pause(n).map_or(0, |p| p.as_secs() / 60)).collect();
        assert_eq!(minutes, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        assert_eq!(pause(5_000), Some(LONGEST_PAUSE));
    }
}
