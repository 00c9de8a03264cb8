//! How long those who came in with a password stay in.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::load::Problem;
use super::{Config, check};

/// Browser sessions.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accounts {
    /// A session that is not used for so long ends, minutes.
    pub session_idle_minutes: u64,
    /// A session ends after so long however much it is used, days.
    pub session_days: u64,
}

impl Accounts {
    /// How long a session lasts without being used.
    #[must_use]
    pub fn idle(&self) -> Duration {
        Duration::from_secs(self.session_idle_minutes.saturating_mul(60))
    }

    /// How long a session lasts at most.
    #[must_use]
    pub fn longest(&self) -> Duration {
        Duration::from_secs(self.session_days.saturating_mul(86_400))
    }
}

impl Config {
    pub(super) fn check_accounts(&self, found: &mut Vec<Problem>) {
        check::at_least_one("accounts.session_idle_minutes", self.accounts.session_idle_minutes, found);
        check::at_least_one("accounts.session_days", self.accounts.session_days, found);
        // Use is written down to the minute: a shorter time would end sessions that are in use.
        if self.accounts.session_idle_minutes == 1 {
            found.push(Problem::new(
                "accounts.session_idle_minutes",
                "1: use is noted to the minute, so sessions would end while they are used",
                "set it to 2 or more",
            ));
        }
    }

    /// Whether people reach the house by https only, so that cookies may insist on it.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url().starts_with("https://")
    }
}
