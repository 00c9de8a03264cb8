//! The durable line's jobs: claimed under a lease, finished under a fence, deleted when done.

use std::time::Duration;

use super::{Db, Result, StoreError, Tx, parsed, read, write};
use crate::clock::Timestamp;
use crate::id::{InterventionId, JobId};
use crate::intervention::Stage;
use crate::job::{Job, JobState, Lane, Step};

/// Under which terms a worker claims.
#[derive(Debug, Clone)]
pub struct Lease {
    /// Who claims.
    pub worker: String,
    /// For how long.
    pub length: Duration,
    /// After how many failures a job is dead.
    pub max_failures: i64,
}

/// What a claim brought.
#[derive(Debug, Clone, PartialEq)]
pub enum Claimed {
    /// Work on it.
    Run(Job),
    /// It ended with its process too often; its intervention says so.
    Dead(Job),
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    step: String,
    subject: String,
    state: String,
    attempt: i64,
    failures: i64,
    ready_at: i64,
    worker: Option<String>,
    progress: f64,
    fault: Option<String>,
    created_at: i64,
}

impl Row {
    fn job(self) -> Result<Job> {
        Ok(Job {
            id: parsed("job", &self.id)?,
            step: parsed("step", &self.step)?,
            subject: self.subject,
            state: parsed("job state", &self.state)?,
            attempt: self.attempt,
            failures: self.failures,
            ready_at: Timestamp(self.ready_at),
            worker: self.worker,
            progress: self.progress,
            fault: self.fault,
            created_at: Timestamp(self.created_at),
        })
    }
}

impl Db {
    /// Claims up to `limit` jobs of `lane` that are ready, or whose lease has run out, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(&self, lane: Lane, lease: &Lease, now: Timestamp, limit: i64) -> Result<Vec<Claimed>> {
        // Looking costs no turn at the writer.
        let (waiting,): (i64,) = read!(self, c => sqlx::query_as(include_str!("../../sql/jobs_claimable.sql"))
            .bind(lane.as_str())
            .bind(now.0)
            .fetch_one(c)
            .await)?;
        if waiting == 0 {
            return Ok(Vec::new());
        }
        let mut tx = self.begin().await?;
        let rows: Vec<Row> = write!(tx, c => sqlx::query_as(include_str!("../../sql/jobs_claim.sql"))
            .bind(lane.as_str())
            .bind(now.0)
            .bind(now.after(lease.length).0)
            .bind(&lease.worker)
            .bind(lease.max_failures)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        let mut jobs = rows.into_iter().map(Row::job).collect::<Result<Vec<_>>>()?;
        for job in jobs.iter().filter(|j| j.state == JobState::Dead && j.step != Step::Publish) {
            if let Ok(id) = job.subject.parse() {
                tx.move_to(id, Stage::Failed, job.fault.as_deref(), now).await?;
            }
        }
        tx.commit().await?;
        jobs.sort_by_key(|j| j.id);
        Ok(jobs
            .into_iter()
            .map(|j| if j.state == JobState::Dead { Claimed::Dead(j) } else { Claimed::Run(j) })
            .collect())
    }

    /// Jobs of a state, oldest first, after the cursor.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn jobs(&self, state: JobState, after: Option<JobId>, limit: i64) -> Result<Vec<Job>> {
        let rows: Vec<Row> = read!(self, c => sqlx::query_as("SELECT * FROM jobs WHERE state = $1 AND id > $2 ORDER BY id LIMIT $3")
            .bind(state.as_str())
            .bind(after.map(|id| id.to_string()).unwrap_or_default())
            .bind(limit)
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(Row::job).collect()
    }

    /// The jobs of one intervention or procedure.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn jobs_of(&self, subject: &str) -> Result<Vec<Job>> {
        let rows: Vec<Row> = read!(self, c => sqlx::query_as("SELECT * FROM jobs WHERE subject = $1 ORDER BY id").bind(subject).fetch_all(c).await)?;
        rows.into_iter().map(Row::job).collect()
    }

    /// How many jobs are running or could be claimed by `now`: zero means that there is nothing to do.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn work_left(&self, now: Timestamp) -> Result<i64> {
        let (n,): (i64,) = read!(self, c => sqlx::query_as("SELECT COUNT(*) FROM jobs WHERE state IN ('ready', 'running') OR (state = 'waiting' AND ready_at <= $1)")
            .bind(now.0)
            .fetch_one(c)
            .await)?;
        Ok(n)
    }

    /// Renews a lease and shows how far the job is; false when the lease was lost.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn heartbeat(&self, job: &Job, until: Timestamp, progress: f64) -> Result<bool> {
        let mut tx = self.begin().await?;
        let done = write!(tx, c => sqlx::query("UPDATE jobs SET ready_at = $3, progress = $4 WHERE id = $1 AND attempt = $2 AND state = 'running'")
            .bind(job.id.to_string())
            .bind(job.attempt)
            .bind(until.0)
            .bind(progress)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        tx.commit().await?;
        Ok(done == 1)
    }

    /// Lets every job that is marked as running be claimed at once. Only for a process that knows it is alone: those
    /// that ran them are gone. Each counts as a failure when it is claimed again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_over(&self, now: Timestamp) -> Result<u64> {
        let mut tx = self.begin().await?;
        let taken = write!(tx, c => sqlx::query("UPDATE jobs SET ready_at = $1 WHERE state = 'running' AND ready_at > $1")
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        tx.commit().await?;
        Ok(taken)
    }

    /// Gives back what `worker` has claimed, for another to claim at once: a worker that is told to stop.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn give_back(&self, worker: &str, now: Timestamp) -> Result<u64> {
        let mut tx = self.begin().await?;
        let given = write!(tx, c => sqlx::query("UPDATE jobs SET state = 'ready', ready_at = $2 WHERE worker = $1 AND state = 'running'")
            .bind(worker)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        tx.commit().await?;
        Ok(given)
    }

    /// Lets everything that waits for something missing be tried now: at a start, the cause may be gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn wake_waiting(&self, now: Timestamp) -> Result<u64> {
        let mut tx = self.begin().await?;
        let woken = write!(tx, c => sqlx::query("UPDATE jobs SET ready_at = $1 WHERE state = 'waiting' AND ready_at > $1")
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        tx.commit().await?;
        Ok(woken)
    }
}

impl Tx {
    /// Puts a job on the line, ready since `since`: the older it is, the sooner it is claimed. It takes the place of a
    /// job for the same step and subject: one that is running finds its lease lost, and what it did is done again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_job(&mut self, step: Step, subject: &str, since: Timestamp) -> Result<()> {
        // An expert has decided and waits to see it: publishing goes before any backlog.
        let ready_at = if step == Step::Publish { Timestamp(0) } else { since };
        let job = Job {
            id: JobId::new(),
            step,
            subject: subject.to_owned(),
            state: JobState::Ready,
            attempt: 0,
            failures: 0,
            ready_at,
            worker: None,
            progress: 0.0,
            fault: None,
            created_at: since,
        };
        self.insert_job(&job).await
    }

    /// Puts the job that follows `before` on the line, as old as that one. With a lease it is claimed already, by the
    /// worker that goes on with it, and returned.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_next(&mut self, before: &Job, step: Step, lease: Option<&Lease>, now: Timestamp) -> Result<Job> {
        let job = Job {
            id: JobId::new(),
            step,
            state: if lease.is_some() { JobState::Running } else { JobState::Ready },
            attempt: i64::from(lease.is_some()),
            failures: 0,
            ready_at: lease.map_or(before.created_at, |l| now.after(l.length)),
            worker: lease.map(|l| l.worker.clone()),
            progress: 0.0,
            fault: None,
            ..before.clone()
        };
        self.insert_job(&job).await?;
        Ok(job)
    }

    async fn insert_job(&mut self, job: &Job) -> Result<()> {
        write!(self, c => sqlx::query(include_str!("../../sql/jobs_put.sql"))
            .bind(job.id.to_string())
            .bind(job.step.as_str())
            .bind(job.step.lane().as_str())
            .bind(&job.subject)
            .bind(job.state.as_str())
            .bind(job.attempt)
            .bind(job.ready_at.0)
            .bind(&job.worker)
            .bind(job.created_at.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Closes a job, if its lease still stands.
    ///
    /// # Errors
    /// [`StoreError::LostLease`] when it does not: then the whole unit must be dropped.
    pub async fn finish(&mut self, job: &Job) -> Result<()> {
        let done = write!(self, c => sqlx::query("DELETE FROM jobs WHERE id = $1 AND attempt = $2 AND state = 'running'")
            .bind(job.id.to_string())
            .bind(job.attempt)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        if done == 1 { Ok(()) } else { Err(StoreError::LostLease(job.id)) }
    }

    /// Puts a claimed job back: `ready`, `waiting` or `dead`; `failed` counts one more failure.
    ///
    /// # Errors
    /// [`StoreError::LostLease`] when its lease no longer stands.
    pub async fn put_back(
        &mut self,
        job: &Job,
        state: JobState,
        ready_at: Timestamp,
        fault: &str,
        failed: bool,
    ) -> Result<()> {
        let done = write!(self, c => sqlx::query(include_str!("../../sql/jobs_put_back.sql"))
            .bind(job.id.to_string())
            .bind(job.attempt)
            .bind(state.as_str())
            .bind(i64::from(failed))
            .bind(ready_at.0)
            .bind(fault)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        if done == 1 { Ok(()) } else { Err(StoreError::LostLease(job.id)) }
    }

    /// Lets every unclaimed job of `step` wait until `ready_at` for what one of them found missing; their interventions
    /// say so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_off(&mut self, step: Step, ready_at: Timestamp, fault: &str, now: Timestamp) -> Result<()> {
        write!(self, c => sqlx::query(include_str!("../../sql/jobs_put_off.sql"))
            .bind(step.as_str())
            .bind(ready_at.0)
            .bind(fault)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        write!(self, c => sqlx::query(include_str!("../../sql/interventions_put_off.sql"))
            .bind(step.as_str())
            .bind(fault)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Takes every job of an intervention off the line; one that runs finds its lease lost.
    pub(super) async fn drop_jobs(&mut self, id: InterventionId) -> Result<()> {
        write!(self, c => sqlx::query("DELETE FROM jobs WHERE subject = $1").bind(id.to_string()).execute(c).await.map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Gives the dead jobs of a subject another life; returns their steps.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn retry_dead(&mut self, subject: &str, now: Timestamp) -> Result<Vec<Step>> {
        let rows: Vec<(String,)> = write!(self, c => sqlx::query_as(include_str!("../../sql/jobs_retry.sql"))
            .bind(subject)
            .bind(now.0)
            .fetch_all(c)
            .await)?;
        rows.iter().map(|(step,)| parsed("step", step)).collect()
    }
}
