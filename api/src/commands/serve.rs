//! `savoir serve`: the API and the line in one process.

use std::sync::Arc;

use anyhow::Context;
use savoir_pipeline::kit::Kit;
use savoir_pipeline::worker::{Until, Worker, follow};
use tokio_util::sync::CancellationToken;

use super::{Outcome, stop_signal};
use crate::app::App;
use crate::config::Config;
use crate::{app, boot};

/// What `serve` takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Address and port to listen at.
    #[arg(long, value_name = "ADDR:PORT")]
    pub listen: Option<String>,
}

/// Runs the command.
///
/// # Errors
/// When it cannot do what it is for, with what to do about it.
pub async fn run(_arguments: &Arguments, config: Arc<Config>) -> anyhow::Result<Outcome> {
    let kit = boot::kit(&config).await?;
    serve(kit, config, stop_signal()?).await
}

/// Serves and works until `stop` is cancelled.
pub(crate) async fn serve(kit: Arc<Kit>, config: Arc<Config>, stop: CancellationToken) -> anyhow::Result<Outcome> {
    let listener = tokio::net::TcpListener::bind(config.server.listen)
        .await
        .with_context(|| format!("server.listen: {} cannot be used", config.server.listen))?;
    tracing::info!(address = %listener.local_addr()?, database = kit.db.kind(), "serving");
    let following = tokio::spawn(follow(Arc::clone(&kit), stop.clone()));
    let working =
        config.worker.enabled.then(|| tokio::spawn(Worker::new(Arc::clone(&kit), stop.clone()).run(Until::Stopped)));
    let app = App::new(Arc::clone(&kit), config, stop.clone());
    let served = app::serve(listener, app).await;
    stop.cancel();
    if let Some(working) = working {
        working.await??;
    }
    following.await?;
    kit.db.close().await;
    served.context("the server stopped")?;
    Ok(Outcome::Done)
}
