//! Both indexes follow SQL: everything past their cursor, in order, in batches.
//!
//! Whatever moment the process is killed at, the next follow starts from what was last committed and applies it again:
//! a passage is put under its identifier and taken away by it, so twice is as good as once.

use async_trait::async_trait;
use savoir_models::passage::Change;
use savoir_models::store::StoreError;

use crate::index::{Index, IndexError, Labels};

/// What is followed.
#[async_trait]
pub trait Feed: Send + Sync {
    /// Up to `limit` changes after `after`, in the order of their `seq`: committed ones only, none ever skipped.
    ///
    /// # Errors
    /// Those of the database.
    async fn changes(&self, after: i64, limit: i64) -> Result<Vec<Change>, StoreError>;

    /// The `seq` of the latest change; 0 when there is none.
    ///
    /// # Errors
    /// Those of the database.
    async fn last_seq(&self) -> Result<i64, StoreError>;
}

#[async_trait]
impl Feed for savoir_models::store::Db {
    async fn changes(&self, after: i64, limit: i64) -> Result<Vec<Change>, StoreError> {
        Self::changes(self, after, limit).await
    }

    async fn last_seq(&self) -> Result<i64, StoreError> {
        Self::last_seq(self).await
    }
}

/// Changes read and committed at once: enough to make a commit worth its sync to disk, few enough to stay in memory.
const BATCH: i64 = 1_000;

/// What a follow did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Applied {
    /// Changes applied.
    pub changes: u64,
    /// Passages without a vector of the configured embedder: found by their words only, until they are embedded again.
    pub stale: u64,
}

/// A change with its labels, worked out once for both indexes.
#[derive(Debug)]
pub(crate) struct Labelled {
    pub(crate) change: Change,
    pub(crate) labels: Option<Labels>,
}

impl Index {
    /// Applies everything past the cursors. Committed and searchable when it returns.
    ///
    /// # Errors
    /// Those of the feed and of both indexes. What was committed before the error stays.
    pub async fn follow(&self, feed: &dyn Feed) -> Result<Applied, IndexError> {
        let _one = self.following.lock().await;
        self.text.revive()?;
        self.vectors.revive().await?;
        let mut applied = Applied::default();
        let last = feed.last_seq().await?;
        if self.text.cursor() > last {
            tracing::warn!(cursor = self.text.cursor(), last, "the text index is ahead of the database: rebuilt");
            self.text.clear()?;
        }
        if self.vectors.cursor().await? > last {
            tracing::warn!(last, "the vectors are ahead of the database: rebuilt");
            self.vectors.clear().await?;
        }
        loop {
            let text_at = self.text.cursor();
            let vectors_at = self.vectors.cursor().await?;
            let changes = feed.changes(text_at.min(vectors_at), BATCH).await?;
            let Some(end) = changes.last().map(|c| c.seq) else { return Ok(applied) };
            let count = changes.len();
            let batch: Vec<Labelled> = changes
                .into_iter()
                .map(|change| Labelled { labels: change.passage.as_ref().map(Labels::of), change })
                .collect();
            applied.changes += count as u64;
            applied.stale += batch.iter().filter(|c| self.is_stale(&c.change)).count() as u64;
            if end > vectors_at {
                self.vectors.apply(&batch, &self.space, end).await?;
            }
            if end > text_at {
                self.text.apply(batch, end).await?;
            }
            if count < usize::try_from(BATCH).unwrap_or(usize::MAX) {
                return Ok(applied);
            }
        }
    }

    /// Whether a passage stands in SQL without a vector that this index can use.
    fn is_stale(&self, change: &Change) -> bool {
        change.passage.as_ref().is_some_and(|p| !self.space.holds(p))
    }
}
