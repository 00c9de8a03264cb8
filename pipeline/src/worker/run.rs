//! One claimed job, and the jobs that follow from it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use savoir_models::clock::Timestamp;
use savoir_models::id;
use savoir_models::intervention::Stage;
use savoir_models::job::{Job, JobState, Lane, Step};
use savoir_models::store::{Lease, StoreError};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::Room;
use crate::fault::{Fault, Need};
use crate::hooks::{Killed, Point};
use crate::kit::Kit;
use crate::progress::Progress;
use crate::step::{self, Output};

pub(super) struct Chain {
    pub(super) kit: Arc<Kit>,
    pub(super) lease: Lease,
    pub(super) lanes: [Arc<Semaphore>; 3],
    pub(super) stop: CancellationToken,
}

/// How a job ended.
enum End {
    /// Written. The next job is in hand, with room for it; or it is on the line, or there is none.
    Written(Option<(Job, Room)>),
    /// Someone else has it now; nothing was written.
    Lost,
    /// It did not work.
    Fault(Fault),
    /// A test's planned failure: as if the process had ended.
    Killed,
}

impl From<Killed> for End {
    fn from(_: Killed) -> Self {
        Self::Killed
    }
}

impl Chain {
    /// Runs `job` and what follows from it, as long as there is room and nobody asks to stop.
    pub(super) async fn work(self, job: Job, room: Room) {
        let mut next = Some((job, room));
        while let Some((job, room)) = next.take() {
            let span = tracing::info_span!("job", id = %job.id, step = %job.step, subject = job.subject, attempt = job.attempt);
            let end = tracing::Instrument::instrument(self.one(&job, room), span).await;
            match end {
                End::Written(following) => next = following,
                End::Lost => tracing::warn!(job = %job.id, step = %job.step, "lease lost: the result is dropped"),
                End::Killed => return,
                End::Fault(fault) => {
                    if let Err(error) = self.put_back(&job, &fault).await {
                        tracing::error!(job = %job.id, %error, "the fault could not be noted; the lease will run out");
                    }
                }
            }
        }
        // The scheduler may have jobs for the room that is free now.
        self.kit.work.notify_one();
    }

    async fn one(&self, job: &Job, room: Room) -> End {
        if let Err(killed) = self.kit.hooks.pass(job.step, Point::Claimed) {
            return killed.into();
        }
        let progress = Progress::default();
        let step = AssertUnwindSafe(Box::pin(step::run(&self.kit, job, &progress))).catch_unwind();
        let output = tokio::select! {
            result = step => match result {
                Ok(Ok(output)) => output,
                Ok(Err(fault)) => return End::Fault(fault),
                Err(panic) => return End::Fault(Fault::later(format!("the step panicked: {}", said(panic.as_ref())))),
            },
            () = self.keep_lease(job, &progress) => return End::Lost,
        };
        if let Err(killed) = self.kit.hooks.pass(job.step, Point::Worked) {
            return killed.into();
        }
        let passages = output.passages;
        match self.write(job, output, room).await {
            Ok(End::Written(next)) => {
                if passages || job.step == Step::Publish {
                    self.kit.passages.notify_one();
                }
                if let Err(killed) = self.kit.hooks.pass(job.step, Point::Committed) {
                    return killed.into();
                }
                tracing::debug!("done");
                End::Written(next)
            }
            Ok(end) => end,
            Err(StoreError::LostLease(_)) => End::Lost,
            Err(error) => End::Fault(Fault::later(error)),
        }
    }

    /// One step, one commit: its output, the closed job and the next one.
    async fn write(&self, job: &Job, output: Output, room: Room) -> Result<End, StoreError> {
        let now = self.kit.clock.now();
        let mut tx = self.kit.db.begin().await?;
        tx.finish(job).await?;
        let next = (output.write)(&mut tx, now).await?;
        let mut following = None;
        if let Some(step) = next {
            let room = self.room_for(step, room);
            let job = tx.put_next(job, step, room.is_some().then_some(&self.lease), now).await?;
            following = room.map(|room| (job, room));
        }
        if let Err(killed) = self.kit.hooks.pass(job.step, Point::Written) {
            return Ok(killed.into());
        }
        tx.commit().await?;
        Ok(End::Written(following))
    }

    /// Room for the next step: the same when it runs in the same lane, another when that lane has some.
    fn room_for(&self, step: Step, room: Room) -> Option<Room> {
        if self.stop.is_cancelled() {
            return None;
        }
        let lane = step.lane();
        if lane == room.lane {
            return Some(room);
        }
        let position = Lane::ALL.iter().position(|l| *l == lane)?;
        let permit = Arc::clone(&self.lanes[position]).try_acquire_owned().ok()?;
        Some(Room { lane, _permit: permit })
    }

    /// Renews the lease until it is lost, and shows progress within a second or so.
    async fn keep_lease(&self, job: &Job, progress: &Progress) {
        let (mut shown, mut renewed) = (0.0, tokio::time::Instant::now());
        loop {
            tokio::time::sleep(self.kit.line.heartbeat.min(Duration::from_secs(1))).await;
            if renewed.elapsed() < self.kit.line.heartbeat && progress.get() < shown + 0.05 {
                continue;
            }
            (shown, renewed) = (progress.get(), tokio::time::Instant::now());
            let until = self.kit.clock.now().after(self.lease.length);
            match self.kit.db.heartbeat(job, until, f64::from(progress.get())).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(error) => tracing::warn!(%error, "the lease could not be renewed; trying again"),
            }
        }
    }

    /// Notes a fault: later with a pause, waiting for what is missing, or dead.
    async fn put_back(&self, job: &Job, fault: &Fault) -> Result<(), StoreError> {
        let now = self.kit.clock.now();
        let (state, ready_at) = self.verdict(job, fault, now);
        let reason = fault.to_string();
        let mut tx = self.kit.db.begin().await?;
        let failed = matches!(fault, Fault::Later { .. } | Fault::Never { .. });
        match tx.put_back(job, state, ready_at, &reason, failed).await {
            Err(StoreError::LostLease(_)) => return Ok(()),
            other => other?,
        }
        if let Fault::Behind { .. } = fault {
            tracing::debug!(job = %job.id, step = %job.step, reason, "a step behind");
            return tx.commit().await;
        }
        tracing::warn!(job = %job.id, step = %job.step, %state, reason, "job put back");
        // One probe speaks for all: what else waits for the same is not tried before this one is. Of comparisons only
        // those in the grey zone ask a model; the others wait for none.
        let few = job.step == Step::Compare && matches!(fault, Fault::Missing { need: Need::LanguageModel, .. });
        if matches!(fault, Fault::Missing { .. }) && !few {
            tx.put_off(job.step, ready_at, &reason, now).await?;
        }
        if job.step != Step::Publish
            && let Ok(intervention) = job.subject.parse()
        {
            if state == JobState::Dead {
                tx.move_to(intervention, Stage::Failed, Some(&reason), now).await?;
            } else {
                tx.park(intervention, &reason, now).await?;
            }
        }
        tx.commit().await
    }

    fn verdict(&self, job: &Job, fault: &Fault, now: Timestamp) -> (JobState, Timestamp) {
        let line = &self.kit.line;
        match fault {
            Fault::Never { .. } => (JobState::Dead, now),
            Fault::Missing { after, .. } => {
                (JobState::Waiting, now.after(jittered(line.recheck).max(after.unwrap_or_default())))
            }
            Fault::Behind { after, .. } => (JobState::Ready, now.after(*after)),
            Fault::Later { .. } if job.failures + 1 >= line.max_failures => (JobState::Dead, now),
            Fault::Later { after, .. } => {
                let doublings = u32::try_from(job.failures.clamp(0, 16)).unwrap_or(16);
                let pause = line.backoff.saturating_mul(1 << doublings).min(line.backoff_max);
                (JobState::Ready, now.after(jittered(pause).max(after.unwrap_or_default())))
            }
        }
    }
}

/// Between half and all of `pause`: jobs that failed together must not all come back together.
fn jittered(pause: Duration) -> Duration {
    pause.mul_f64(0.5 + id::jitter() / 2.0)
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a word")
}
