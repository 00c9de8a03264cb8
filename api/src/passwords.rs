//! Passwords: how they are kept and tried. What is a good one is said in `passwords/rules.rs`.
//!
//! argon2id with what OWASP asks for: 19 MiB, two passes, one lane. It costs memory and a processor's tenth of a second on
//! purpose, so it runs beside the request threads, two at a time.

mod rules;

use std::sync::Arc;

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
}

impl Default for Passwords {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(AT_ONCE)) }
    }
}

/// 19 MiB, two passes, one lane.
fn argon() -> Result<Argon2<'static>, Problem> {
    let params = Params::new(19 * 1024, 2, 1, None).map_err(|_| Code::Internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// The same password however a keyboard composes it.
fn normal(password: &str) -> String {
    password.nfkc().collect()
}

fn hash(password: &str) -> Result<String, Problem> {
    let salt = hex::decode(id::secret(16)).map_err(|_| Code::Internal)?;
    let salt = SaltString::encode_b64(&salt).map_err(|_| Code::Internal)?;
    let hash = argon()?.hash_password(normal(password).as_bytes(), &salt).map_err(|_| Code::Internal)?;
    Ok(hash.to_string())
}

fn is_right(password: &str, kept: Option<&str>) -> Result<bool, Problem> {
    if password.len() > LONGEST_TRIED {
        return Ok(false);
    }
    let Some(kept) = kept else {
        // The same work for a name that there is not: how long it took must not tell.
        hash(password)?;
        return Ok(false);
    };
    let kept = PasswordHash::new(kept).map_err(|_| Code::Internal)?;
    Ok(argon()?.verify_password(normal(password).as_bytes(), &kept).is_ok())
}

impl Passwords {
    /// The hash that is kept of a password, in the PHC format.
    ///
    /// # Errors
    /// When the server stops.
    pub(crate) async fn hash(&self, password: String) -> Result<String, Problem> {
        self.work(move || hash(&password)).await
    }

    /// Whether it is the password that `kept` is the hash of. Without one it takes as long, and is not.
    ///
    /// # Errors
    /// When what is kept is no hash, or the server stops.
    pub(crate) async fn is_right(&self, password: String, kept: Option<String>) -> Result<bool, Problem> {
        self.work(move || is_right(&password, kept.as_deref())).await
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
    async fn a_name_that_there_is_not_costs_the_same_work() {
        let passwords = Passwords::default();
        let kept = passwords.hash("correct horse staple".into()).await.unwrap();
        let time = async |kept: Option<String>| {
            let mut best = std::time::Duration::MAX;
            for _ in 0..3 {
                let begun = std::time::Instant::now();
                let _ = passwords.is_right("something else".into(), kept.clone()).await.unwrap();
                best = best.min(begun.elapsed());
            }
            best.as_secs_f64()
        };
        let (known, unknown) = (time(Some(kept)).await, time(None).await);
        assert!(unknown > known / 3.0 && unknown < known * 3.0, "known {known} s, unknown {unknown} s");
    }
}
