//! `savoir worker`: the line without the API.

use std::sync::Arc;

use savoir_pipeline::kit::Kit;
use savoir_pipeline::worker::{Until, Worker, follow};
use tokio_util::sync::CancellationToken;

use super::{Outcome, stop_signal};
use crate::boot;
use crate::config::Config;

/// What `worker` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Work off everything that is ready, bring the indexes up to date, and end.
    #[arg(long)]
    until_idle: bool,
}

/// Runs the command.
///
/// # Errors
/// When it cannot do what it is for, with what to do about it.
pub async fn run(arguments: &Arguments, config: &Config) -> anyhow::Result<Outcome> {
    let kit = boot::kit(config).await?;
    super::serve::note_settings(&kit, config).await?;
    let stop = stop_signal()?;
    let until = if arguments.until_idle { Until::Idle } else { Until::Stopped };
    work(&kit, until, &stop).await?;
    kit.db.close().await;
    Ok(Outcome::Done)
}

/// Works the line; when it ends, the indexes hold all that SQL holds, and `savoir status` tells so.
pub(crate) async fn work(kit: &Arc<Kit>, until: Until, stop: &CancellationToken) -> anyhow::Result<()> {
    let followed = CancellationToken::new();
    let following = tokio::spawn(follow(Arc::clone(kit), followed.clone()));
    let worked = Worker::new(Arc::clone(kit), stop.clone()).run(until).await;
    followed.cancel();
    following.await?;
    worked?;
    kit.index.follow(&kit.db).await?;
    kit.index.save_counts().await?;
    Ok(())
}
