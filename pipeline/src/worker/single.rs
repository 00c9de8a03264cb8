//! One job at a time: for tests that step through the line.

use std::sync::Arc;

use savoir_models::job::{Job, Lane};
use savoir_models::store::{Claimed, Lease, StoreError};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::Room;
use super::run::Chain;
use crate::kit::Kit;

/// The terms under which tests claim.
#[must_use]
pub fn lease(kit: &Kit) -> Lease {
    Lease { worker: "test".into(), length: kit.line.lease, max_failures: kit.line.max_failures }
}

/// Claims the oldest job there is and runs it, but not what follows from it. `None` when nothing is ready.
///
/// # Errors
/// When the database fails.
pub async fn one_job(kit: &Arc<Kit>) -> Result<Option<Job>, StoreError> {
    for lane in Lane::ALL {
        if let Some(claimed) = kit.db.claim(*lane, &lease(kit), kit.clock.now(), 1).await?.pop() {
            return Ok(match claimed {
                Claimed::Run(job) => {
                    work_on(kit, job.clone()).await;
                    Some(job)
                }
                Claimed::Dead(job) => Some(job),
            });
        }
    }
    Ok(None)
}

/// Runs a job that was claimed, but not what follows from it.
pub async fn work_on(kit: &Arc<Kit>, job: Job) {
    let stop = CancellationToken::new();
    // A chain that is asked to stop goes no further than the job in hand.
    stop.cancel();
    let lanes = [1, 1, 1].map(|n| Arc::new(Semaphore::new(n)));
    let Ok(permit) = Arc::new(Semaphore::new(1)).try_acquire_owned() else { return };
    let room = Room { lane: job.step.lane(), _permit: permit };
    Chain { kit: Arc::clone(kit), lease: lease(kit), lanes, stop }.work(job, room).await;
}
