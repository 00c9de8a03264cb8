//! What was kept long enough is removed, once a night: the row first, then the bytes.

use std::time::Duration;

use savoir_models::audit::{Action, Entry};
use savoir_models::clock::Timestamp;
use savoir_models::removal::Removed;
use savoir_models::store::{Db, Due, StoreError, house};

use crate::blobs::Blobs;
use crate::kit::Kit;

/// Between two runs, whoever makes them: less than a day, so that a run is never a day late.
const NIGHT: Duration = Duration::from_secs(20 * 3_600);

/// Cases that are changed in one commit: the writer is not to be held for long.
const AT_ONCE: i64 = 50;

/// A conversation in which nobody has said a word by then is none.
const UNUSED: Duration = Duration::from_secs(86_400);

/// Bytes that were written since may belong to a delivery whose row is still to come: no upload takes that long.
const YOUNG: Duration = Duration::from_secs(6 * 3_600);

/// Removes what was kept long enough, unless that was done in the last hours, and says so in the audit log, in the same
/// commit.
pub(super) async fn night(kit: &Kit) -> Result<Removed, StoreError> {
    let mut all = Removed::default();
    let kept = kit.line.retention;
    let now = kit.clock.now();
    let before = |time: Option<Duration>| time.map_or(Timestamp(i64::MIN), |time| ago(now, time));
    let due =
        Due { audio: before(kept.audio), transcripts: before(kept.transcripts), exchanges: before(kept.exchanges) };
    let mut tx = kit.db.begin().await?;
    let mine = tx.take_night(ago(now, NIGHT), now).await?;
    tx.commit().await?;
    if !mine {
        return Ok(all);
    }
    loop {
        let mut tx = kit.db.begin().await?;
        let some = tx.remove_due(&due, AT_ONCE, now).await?;
        if some.cases > 0 {
            tx.note(Entry::new(&house(), Action::RetentionApplied, "retention", some.told()), now);
        }
        tx.commit().await?;
        all.add(some);
        if some.cases == 0 {
            break;
        }
    }
    all.chats = chats(kit, before(kept.chats), now).await?;
    sweep(&kit.db, &kit.blobs, now).await?;
    Ok(all)
}

/// Removes conversations that were silent since `before`, and those in which nobody said a word. Returns how many.
async fn chats(kit: &Kit, before: Timestamp, now: Timestamp) -> Result<u64, StoreError> {
    let mut all = 0;
    loop {
        let mut tx = kit.db.begin().await?;
        let some = tx.remove_chats(before, ago(now, UNUSED), AT_ONCE).await?;
        if some > 0 {
            tx.note(Entry::new(&house(), Action::RetentionApplied, "chats", format!("{some} conversations")), now);
        }
        tx.commit().await?;
        all += some;
        if some == 0 {
            return Ok(all);
        }
    }
}

fn ago(now: Timestamp, time: Duration) -> Timestamp {
    Timestamp(now.0.saturating_sub(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
}

/// Deletes the bytes of removed files, unless another row names them. What cannot be deleted is tried again the next
/// night. Returns how many files went.
///
/// # Errors
/// When the database fails.
pub async fn sweep(db: &Db, blobs: &Blobs, now: Timestamp) -> Result<u64, StoreError> {
    let (mut after, mut gone) = (String::new(), 0);
    loop {
        let files = db.files_to_sweep(&after, AT_ONCE).await?;
        let Some((last, _)) = files.last() else { return Ok(gone) };
        after.clone_from(last);
        for (blob, named) in files {
            // Whoever names the same bytes removes them when its own time has come.
            let done = named
                || match blobs.remove(&blob, ago(now, YOUNG)).await {
                    Ok(removed) => {
                        gone += u64::from(removed);
                        removed
                    }
                    Err(error) => {
                        tracing::warn!(%error, blob, "a removed file could not be deleted; trying again tomorrow");
                        false
                    }
                };
            if done {
                let mut tx = db.begin().await?;
                tx.swept(&blob, now).await?;
                tx.commit().await?;
            }
        }
    }
}
