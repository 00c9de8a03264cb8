//! `savoir serve`: the API and the line in one process.

use std::sync::Arc;

use anyhow::Context;
use savoir_models::audit::{Action, Entry};
use savoir_pipeline::kit::Kit;
use savoir_pipeline::worker::{Until, Worker, follow};
use tokio_util::sync::CancellationToken;

use super::{Outcome, stop_signal};
use crate::app::App;
use crate::config::Config;
use crate::session::new_link;
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
    welcome(&kit, &config).await?;
    serve(kit, config, stop_signal()?).await
}

/// While there is no account: prints a link that makes the administrator, once. It goes to the terminal and never into the
/// log; each start makes a new one in place of the one before.
async fn welcome(kit: &Kit, config: &Config) -> anyhow::Result<()> {
    if kit.db.has_accounts().await? {
        return Ok(());
    }
    let mut tx = kit.db.begin().await?;
    let (link, end) = new_link(&mut tx, config, None, kit.clock.now()).await?;
    tx.commit().await?;
    println!("There is no account yet. This link makes the administrator, once, until {end}:\n  {link}");
    Ok(())
}

/// Serves and works until `stop` is cancelled, or until one of the two ends by itself: then both do.
pub(crate) async fn serve(kit: Arc<Kit>, config: Arc<Config>, stop: CancellationToken) -> anyhow::Result<Outcome> {
    let listener = tokio::net::TcpListener::bind(config.server.listen)
        .await
        .with_context(|| format!("server.listen: {} cannot be used", config.server.listen))?;
    note_settings(&kit, &config).await?;
    tracing::info!(address = %listener.local_addr()?, database = kit.db.kind(), "serving");
    if let Some(warning) = exposed(&config) {
        tracing::warn!("{warning}");
    }
    let following = follow(Arc::clone(&kit), stop.clone());
    let (worker, told, works) = (Worker::new(Arc::clone(&kit), stop.clone()), stop.clone(), config.worker.enabled);
    let working = async move {
        if works {
            return Ok(worker.run(Until::Stopped).await?);
        }
        told.cancelled().await;
        Ok(())
    };
    let app = App::new(Arc::clone(&kit), config, stop.clone());
    let (served, worked, followed) = tokio::join!(
        part("the server", async move { Ok(app::serve(listener, app).await?) }, &stop),
        part("the worker", working, &stop),
        part(
            "the follower of the indexes",
            async move {
                following.await;
                Ok(())
            },
            &stop
        ),
    );
    kit.db.close().await;
    served.and(worked).and(followed)?;
    Ok(Outcome::Done)
}

/// What to say of a server that others on the network reach without TLS: tokens would cross it in the clear.
fn exposed(config: &Config) -> Option<String> {
    let listen = config.server.listen;
    if listen.ip().is_loopback() || config.public_url().starts_with("https://") {
        return None;
    }
    Some(format!(
        "THE SERVER LISTENS AT {listen}, which others on the network reach, and no https:// address is set in \
         server.public_url: whatever is sent there, tokens too, can be read on its way. Put a TLS proxy before it and set \
         server.public_url, or listen at 127.0.0.1"
    ))
}

/// Writes down with which settings the house starts, when they are not those of the last time.
pub(super) async fn note_settings(kit: &Kit, config: &Config) -> anyhow::Result<()> {
    let mut tx = kit.db.begin().await?;
    let told = match tx.see_settings(&config.values()?).await? {
        None => "as at the first start".to_owned(),
        Some(changed) if changed.is_empty() => return Ok(()),
        Some(changed) => changed.join(", "),
    };
    tx.note(Entry::new(&config.operator(), Action::SettingsChanged, "settings", told), kit.clock.now());
    tx.commit().await?;
    Ok(())
}

/// Runs one part of the server. One that fails, or ends before it was told to, ends the others: a server that accepts
/// deliveries while nobody works them off would look healthy for days.
fn part<F>(name: &str, work: F, stop: &CancellationToken) -> impl Future<Output = anyhow::Result<()>>
where
    F: Future<Output = anyhow::Result<()>> + Send + 'static,
{
    let task = tokio::spawn(work);
    async move {
        let ended = match task.await.map_err(anyhow::Error::from).flatten() {
            Ok(()) if !stop.is_cancelled() => Err(anyhow::anyhow!("it was not told to")),
            ended => ended,
        };
        stop.cancel();
        if let Err(error) = &ended {
            tracing::error!(error = format!("{error:#}"), "{name} ended; stopping");
        }
        ended.with_context(|| format!("{name} ended"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warned(listen: &str, public_url: &str) -> bool {
        let set = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        let overrides = vec![set("server.listen", listen), set("server.public_url", public_url)];
        let sources = crate::config::Sources { overrides, ..Default::default() };
        exposed(&Config::load(&sources).expect("settings that agree")).is_some()
    }

    #[test]
    fn a_server_that_others_reach_without_tls_says_so_loudly() {
        assert!(warned("0.0.0.0:4173", "") && warned("192.168.1.2:80", "http://savoir.lan"));
        assert!(!warned("0.0.0.0:4173", "https://savoir.example.com") && !warned("127.0.0.1:4173", ""));
        let usual = Config::load(&crate::config::Sources::default()).expect("the default file");
        assert!(
            usual.server.listen.ip().is_loopback() && exposed(&usual).is_none(),
            "without settings: this machine only"
        );
    }

    /// Runs `work` beside a part that waits for the stop; what `work` ended with, in words.
    async fn beside_another(work: impl Future<Output = anyhow::Result<()>> + Send + 'static) -> String {
        let stop = CancellationToken::new();
        let told = stop.clone();
        let waiting = async move {
            told.cancelled().await;
            Ok(())
        };
        let (first, second) = tokio::join!(part("the worker", work, &stop), part("the server", waiting, &stop));
        second.expect("it was told to end");
        format!("{:#}", first.expect_err("it was not told to end"))
    }

    #[tokio::test]
    async fn a_part_that_ends_by_itself_ends_the_others_and_says_which_it_was() {
        let text = beside_another(async { Ok(()) }).await;
        assert!(text.contains("the worker ended: it was not told to"), "{text}");
        let text = beside_another(async { anyhow::bail!("no database") }).await;
        assert!(text.contains("the worker ended: no database"), "{text}");
        let text = beside_another(async { panic!("a bug") }).await;
        assert!(text.contains("the worker ended: ") && text.contains("panicked"), "{text}");
    }

    #[tokio::test]
    async fn a_part_that_ends_when_told_to_is_in_order() {
        let stop = CancellationToken::new();
        stop.cancel();
        part("the worker", async { Ok(()) }, &stop).await.expect("in order");
    }
}
