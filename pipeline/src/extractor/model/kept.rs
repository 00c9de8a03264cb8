//! Answers about the first parts of a long case, kept while the others cannot be had.
//!
//! A service that takes few requests a minute breaks a long case off half-way, each time it is tried again. Without this
//! its first parts would be asked about and paid for each time, for as long as that goes on.

use std::collections::VecDeque;
use std::sync::Mutex;

use super::answer::Answer;

/// So many are kept at most; the oldest go first.
const MOST: usize = 256;

/// Answers by the fingerprint of what was asked. They end with the process, and with the case.
#[derive(Default)]
pub(super) struct Kept(Mutex<VecDeque<(String, Answer)>>);

impl Kept {
    fn all(&self) -> std::sync::MutexGuard<'_, VecDeque<(String, Answer)>> {
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// The answer to a request that was made before.
    pub(super) fn get(&self, request: &str) -> Option<Answer> {
        self.all().iter().find(|(kept, _)| kept == request).map(|(_, answer)| answer.clone())
    }

    pub(super) fn keep(&self, request: String, answer: Answer) {
        let mut all = self.all();
        if all.len() >= MOST {
            all.pop_front();
        }
        all.push_back((request, answer));
    }

    /// Forgets the answers to these requests: the case is read, and who asks anew wants a new answer.
    pub(super) fn forget(&self, requests: &[String]) {
        self.all().retain(|(kept, _)| !requests.contains(kept));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_given_until_it_is_forgotten_or_too_old() {
        let kept = Kept::default();
        for n in 0..=MOST {
            kept.keep(n.to_string(), Answer::default());
        }
        assert_eq!(kept.get("0"), None, "the oldest made room");
        assert_eq!(kept.get("1"), Some(Answer::default()));
        kept.forget(&["1".into(), "x".into()]);
        assert_eq!((kept.get("1"), kept.get("2").is_some()), (None, true));
    }
}
