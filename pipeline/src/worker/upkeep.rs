//! What becomes old on the line.

use savoir_models::clock::Timestamp;
use savoir_models::removal::Removed;
use savoir_models::store::StoreError;

use super::retention::night;
use crate::kit::Kit;

/// How long events are remembered, in ms: thirty days.
const REMEMBERED_MS: i64 = 30 * 86_400_000;

/// Waits that end in one commit: the writer is not to be held for long.
const AT_ONCE: i64 = 200;

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Upkeep {
    /// Events that were forgotten.
    pub events: u64,
    /// Cases whose questions nobody answered in time.
    pub expired: usize,
    /// What had been kept long enough.
    pub removed: Removed,
}

/// Forgets what happened on the line so long ago that nobody watches it any more (the stages themselves stay), and ends
/// waits for answers that did not come in time. Once a night, what was kept long enough is removed.
///
/// # Errors
/// When the database fails.
pub async fn upkeep(kit: &Kit) -> Result<Upkeep, StoreError> {
    let now = kit.clock.now();
    let mut tx = kit.db.begin().await?;
    let events = tx.forget_events(Timestamp(now.0 - REMEMBERED_MS)).await?;
    tx.commit().await?;
    let mut expired = 0;
    if let Some(patience) = kit.line.patience {
        let before = Timestamp(now.0.saturating_sub(i64::try_from(patience.as_millis()).unwrap_or(i64::MAX)));
        loop {
            let mut tx = kit.db.begin().await?;
            let some = tx.expire_questions(before, AT_ONCE, now).await?;
            tx.commit().await?;
            expired += some;
            if some == 0 {
                break;
            }
        }
    }
    let removed = night(kit).await?;
    if expired > 0 {
        kit.work.notify_one();
    }
    Ok(Upkeep { events, expired, removed })
}
