//! Works the line: claims jobs, runs their steps, writes their results.
//!
//! One scheduler claims for all lanes. A claimed job runs in a task that goes on with the intervention's next step as
//! long as that step's lane has room, so that most steps cost no claim. Everything a worker knows is in SQL: it may be
//! killed at any moment.

mod retention;
mod run;
#[cfg(feature = "testing")]
pub mod single;
mod upkeep;

use std::sync::Arc;
use std::time::{Duration, Instant};

use savoir_models::id;
use savoir_models::job::{Job, Lane};
use savoir_models::removal::Removed;
use savoir_models::store::{Claimed, Lease, StoreError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

pub use retention::sweep;
pub use upkeep::{Upkeep, upkeep};

use crate::kit::Kit;

/// Between two looks for what has become old.
const LOOK_AFTER: Duration = Duration::from_secs(3_600);

/// When a worker ends by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// When it is told to.
    Stopped,
    /// When nothing is ready and nothing runs. What waits for something missing is left waiting.
    Idle,
}

/// A worker.
pub struct Worker {
    kit: Arc<Kit>,
    lease: Lease,
    lanes: [Arc<Semaphore>; 3],
    stop: CancellationToken,
    tasks: JoinSet<()>,
    /// What waited for something missing was told to look again, as each worker does once.
    woken: bool,
    /// When the line was last looked after.
    looked: Option<Instant>,
}

/// Room in a lane: held while a step of that lane runs.
struct Room {
    lane: Lane,
    _permit: OwnedSemaphorePermit,
}

impl Worker {
    /// A worker that ends when `stop` is cancelled, or before, as `run` is told.
    #[must_use]
    pub fn new(kit: Arc<Kit>, stop: CancellationToken) -> Self {
        let lease = Lease {
            worker: format!("{}-{}", std::process::id(), id::secret(3)),
            length: kit.line.lease,
            max_failures: kit.line.max_failures,
        };
        let lanes = kit.line.lanes.map(|n| Arc::new(Semaphore::new(n)));
        Self { kit, lease, lanes, stop, tasks: JoinSet::new(), woken: false, looked: None }
    }

    /// Works until told to stop, or until there is nothing left to do; then lets running jobs end (for `drain` at most,
    /// after which they are given back to the line).
    ///
    /// # Errors
    /// With [`Until::Idle`], when the database does not say whether work is left; other failures are waited out.
    pub async fn run(mut self, until: Until) -> Result<(), StoreError> {
        let mut pause = self.kit.line.poll;
        while !self.stop.is_cancelled() {
            self.look_after().await;
            match self.round().await {
                Ok(claimed) => {
                    pause = self.kit.line.poll;
                    if claimed > 0 {
                        continue;
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "the line stands still: the database does not answer; trying again");
                    pause = (pause * 2).min(Duration::from_secs(10));
                }
            }
            if until == Until::Idle && self.tasks.is_empty() && self.kit.db.work_left(self.kit.clock.now()).await? == 0
            {
                break;
            }
            tokio::select! {
                () = self.kit.work.notified() => {}
                () = tokio::time::sleep(pause) => {}
                () = self.stop.cancelled() => {}
                Some(ended) = self.tasks.join_next(), if !self.tasks.is_empty() => log_panic(ended),
            }
            while let Some(ended) = self.tasks.try_join_next() {
                log_panic(ended);
            }
        }
        self.drain().await;
        Ok(())
    }

    /// Claims for each lane what it has room for; returns how many.
    async fn round(&mut self) -> Result<usize, StoreError> {
        if !self.woken {
            self.kit.db.wake_waiting(self.kit.clock.now()).await?;
            self.woken = true;
        }
        let mut count = 0;
        for (lane, room) in Lane::ALL.iter().zip(self.lanes.clone()) {
            let mut rooms: Vec<OwnedSemaphorePermit> =
                std::iter::from_fn(|| Arc::clone(&room).try_acquire_owned().ok()).collect();
            if rooms.is_empty() {
                continue;
            }
            let limit = i64::try_from(rooms.len()).unwrap_or(i64::MAX);
            for claimed in self.kit.db.claim(*lane, &self.lease, self.kit.clock.now(), limit).await? {
                match (claimed, rooms.pop()) {
                    (Claimed::Run(job), Some(permit)) => {
                        count += 1;
                        self.spawn(job, Room { lane: *lane, _permit: permit });
                    }
                    (Claimed::Run(_), None) => {}
                    (Claimed::Dead(job), permit) => {
                        rooms.extend(permit);
                        let reason = job.fault.unwrap_or_default();
                        tracing::error!(job = %job.id, step = %job.step, subject = job.subject, reason, "job is dead");
                    }
                }
            }
        }
        Ok(count)
    }

    fn spawn(&mut self, job: Job, room: Room) {
        let chain = run::Chain {
            kit: Arc::clone(&self.kit),
            lease: self.lease.clone(),
            lanes: self.lanes.clone(),
            stop: self.stop.clone(),
        };
        self.tasks.spawn(chain.work(job, room));
    }

    /// Once an hour: see [`upkeep`].
    async fn look_after(&mut self) {
        if self.looked.is_some_and(|at| at.elapsed() < LOOK_AFTER) {
            return;
        }
        self.looked = Some(Instant::now());
        match upkeep(&self.kit).await {
            Ok(Upkeep { events: 0, expired: 0, removed: Removed { cases: 0, .. } }) => {}
            Ok(Upkeep { events, expired, removed }) => {
                let removed = removed.told();
                tracing::info!(events, expired, removed, "forgot old events, ended waits for answers")
            }
            Err(error) => tracing::warn!(%error, "the line could not be looked after; trying again in an hour"),
        }
    }

    /// Lets running jobs end; what does not end in time is given back as it was.
    async fn drain(&mut self) {
        if self.tasks.is_empty() {
            return;
        }
        tracing::info!(jobs = self.tasks.len(), "finishing running jobs");
        let ended = tokio::time::timeout(self.kit.line.drain, async {
            while let Some(ended) = self.tasks.join_next().await {
                log_panic(ended);
            }
        })
        .await;
        if ended.is_err() {
            tracing::warn!(jobs = self.tasks.len(), "stopping jobs that did not finish in time; they will run again");
            self.tasks.shutdown().await;
            if let Err(error) = self.kit.db.give_back(&self.lease.worker, self.kit.clock.now()).await {
                tracing::warn!(%error, "jobs could not be given back: their leases will run out");
            }
        }
    }
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a task of the line ended badly; its job will run again when its lease runs out");
    }
}

/// Keeps both indexes up to what SQL holds, until told to stop.
pub async fn follow(kit: Arc<Kit>, stop: CancellationToken) {
    /// Between two commits of the indexes: within a second of a decision, yet many passages to a commit under load.
    const CADENCE: Duration = Duration::from_millis(200);
    /// Between two looks at what nothing tells of: whether the folder of an index is still there.
    const LOOK: Duration = Duration::from_secs(30);
    let mut told = false;
    let mut looked: Option<Instant> = None;
    while !stop.is_cancelled() {
        let due = looked.is_none_or(|at| at.elapsed() >= LOOK);
        if due || behind(&kit).await {
            match kit.index.follow(&kit.db).await {
                Ok(applied) => {
                    looked = Some(Instant::now());
                    if applied.changes > 0 || !told {
                        match kit.index.save_counts().await {
                            Ok(()) => told = true,
                            Err(error) => {
                                tracing::warn!(%error, "the counts of the index could not be told to other processes");
                            }
                        }
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "the indexes do not follow; trying again");
                    looked = None;
                    tokio::select! {
                        () = tokio::time::sleep(kit.line.backoff) => {}
                        () = stop.cancelled() => {}
                    }
                }
            }
        }
        tokio::select! {
            () = async { kit.passages.notified().await; tokio::time::sleep(CADENCE).await } => {}
            () = tokio::time::sleep(kit.line.poll) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Whether SQL has what the indexes have not: one small read. A database that does not answer counts as one that has,
/// for following it says why.
async fn behind(kit: &Kit) -> bool {
    kit.db.last_seq().await.map_or(true, |last| last != kit.index.followed())
}
