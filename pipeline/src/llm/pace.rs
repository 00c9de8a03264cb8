//! Not more than so many requests a minute.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

/// Gives each request its turn, evenly: services count in windows of their own, which a burst would overrun.
pub(super) struct Pace {
    between: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    /// `per_minute` requests; 0: as many as come.
    pub(super) fn new(per_minute: u32) -> Self {
        let between = Duration::from_secs(60).checked_div(per_minute).unwrap_or_default();
        Self { between, next: Mutex::new(None) }
    }

    /// Waits for the turn of one request.
    pub(super) async fn turn(&self) {
        if self.between.is_zero() {
            return;
        }
        let mine = {
            let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            let now = Instant::now();
            let mine = next.map_or(now, |next| next.max(now));
            *next = Some(mine + self.between);
            mine
        };
        tokio::time::sleep_until(mine).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requests_take_turns() {
        let pace = Pace::new(1_200);
        let begun = Instant::now();
        for _ in 0..4 {
            pace.turn().await;
        }
        let took = begun.elapsed();
        assert!(took >= Duration::from_millis(150), "three pauses of 50 ms were due: {took:?}");
    }

    #[tokio::test]
    async fn without_a_limit_nobody_waits() {
        let begun = Instant::now();
        for _ in 0..10_000 {
            Pace::new(0).turn().await;
        }
        assert!(begun.elapsed() < Duration::from_secs(1));
    }
}
