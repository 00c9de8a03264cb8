//! Passwords: how they are kept and tried. What is a good one is said in `passwords/rules.rs`.
//!
//! argon2id with what OWASP asks for: 19 MiB, two passes, one lane. It costs memory and a processor's tenth of a second on
//! purpose, so it runs beside the request threads, two at a time.

mod rules;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use savoir_models::id;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

pub(crate) use rules::check;

use crate::error::{Code, Problem};

/// Passwords looked at at the same time, 19 MiB each.
const AT_ONCE: usize = 2;
/// The longest that is looked at, in bytes: what is longer is no password of ours.
const LONGEST_TRIED: usize = 4_096;

/// Who looks at passwords.
#[derive(Clone)]
pub(crate) struct Passwords {
    places: Arc<Semaphore>,
    oven: Oven,
}

impl Default for Passwords {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)), oven: Oven::default() }
    }
}

/// Where the work is done, and counted: what a log-in costs must not tell whether there is such an account.
#[derive(Clone, Default)]
struct Oven(Arc<AtomicU64>);

impl Oven {
    /// For one computation: 19 MiB, two passes, one lane.
    fn argon(&self) -> Result<Argon2<'static>, Problem> {
        self.0.fetch_add(1, Ordering::Relaxed);
        let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| Code::Internal)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }

    fn hash(&self, password: &str) -> Result<String, Problem> {
        let salt = hex::decode(id::secret(16)).map_err(|_| Code::Internal)?;
        let salt = SaltString::encode_b64(&salt).map_err(|_| Code::Internal)?;
        let hash = self.argon()?.hash_password(normal(password).as_bytes(), &salt).map_err(|_| Code::Internal)?;
        Ok(hash.to_string())
    }

    fn is_right(&self, password: &str, kept: Option<&str>) -> Result<bool, Problem> {
        if password.len() > LONGEST_TRIED {
            return Ok(false);
        }
        let Some(kept) = kept else {
            // The same work for a name that there is not: how long it took must not tell.
            self.hash(password)?;
            return Ok(false);
        };
        let kept = PasswordHash::new(kept).map_err(|_| Code::Internal)?;
        Ok(self.argon()?.verify_password(normal(password).as_bytes(), &kept).is_ok())
    }
}

/// The same password however a keyboard composes it.
fn normal(password: &str) -> String {
    password.nfkc().collect()
}

impl Passwords {
    /// The hash that is kept of a password, in the PHC format.
    ///
    /// # Errors
    /// When the server stops.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Problem> {
        let oven = self.oven.clone();
        self.work(move || oven.hash(&password)).await
    }

    /// Whether it is the password that `kept` is the hash of. Without one it takes as long, and is not.
    ///
    /// # Errors
    /// When what is kept is no hash, or the server stops.
    pub(crate) async fn is_right(&self, password: String, kept: Option<String>) -> Result<bool, Problem> {
        let oven = self.oven.clone();
        self.work(move || oven.is_right(&password, kept.as_deref())).await
    }

    /// How many computations there were since the start.
    pub(crate) fn computed(&self) -> u64 {
        self.oven.0.load(Ordering::Relaxed)
    }

    async fn work<T: Send + 'static>(
        &self,
        what: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Code::Unavailable)?;
        // The place goes along: a caller who hangs up does not stop the work, and must not make room for more of it.
        let done = tokio::task::spawn_blocking(move || {
            let _place = place;
            what()
        });
        done.await.map_err(|_| Problem::from(Code::Internal))?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_kept_is_argon2id_salted_and_answers_to_its_password_only() {
        let passwords = Passwords::default();
        let one = passwords.hash("une clé de douze".into()).await.unwrap();
        let two = passwords.hash("une clé de douze".into()).await.unwrap();
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        assert_ne!(one, two, "each has a salt of its own");
        let right = |typed: &str| passwords.is_right(typed.to_owned(), Some(one.clone()));
        assert!(right("une clé de douze").await.unwrap());
        assert!(right("une cle\u{301} de douze").await.unwrap(), "another keyboard");
        assert!(!right("une cle de douze").await.unwrap());
        assert!(!passwords.is_right("une clé de douze".into(), None).await.unwrap());
    }

    #[tokio::test]
    async fn a_password_costs_one_computation_whether_there_is_something_to_hold_it_against_or_not() {
        let passwords = Passwords::default();
        let kept = passwords.hash("correct horse staple".into()).await.unwrap();
        assert_eq!(passwords.computed(), 1);
        let cost = async |typed: String, kept: Option<&String>| {
            let before = passwords.computed();
            let _ = passwords.is_right(typed, kept.cloned()).await.unwrap();
            passwords.computed() - before
        };
        for typed in ["correct horse staple", "something else", ""] {
            assert_eq!((cost(typed.into(), Some(&kept)).await, cost(typed.into(), None).await), (1, 1), "{typed}");
        }
        let endless = "x".repeat(LONGEST_TRIED + 1);
        assert_eq!((cost(endless.clone(), Some(&kept)).await, cost(endless, None).await), (0, 0));
    }
}
