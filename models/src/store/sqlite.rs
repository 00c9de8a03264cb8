//! SQLite's one writer, shared by all who write at the same time (group commit).
//!
//! A durable commit costs a flush of the disk. So a unit of writing is a SAVEPOINT inside one shared transaction, and a
//! flusher, who queues at the same fair lock as the writers, commits for all who were in line before him. Each writer is
//! answered only after the COMMIT that holds its work (`synchronous=FULL`).

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection, SqlitePool};
use tokio::sync::{Mutex, Notify, OwnedMutexGuard, oneshot};

use super::{Result, StoreError};

pub(super) async fn open(path: &Path) -> Result<(SqlitePool, SqliteConnection)> {
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(30))
        .foreign_keys(true)
        .statement_cache_capacity(256)
        .pragma("cache_size", "-32000");
    let writer = options.connect().await?;
    let read = SqlitePoolOptions::new().max_connections(8).connect_with(options.pragma("query_only", "on")).await?;
    Ok((read, writer))
}

struct Shared {
    line: Arc<Mutex<Line>>,
    wake: Notify,
}

/// What the lock guards.
struct Line {
    /// `None` once closed.
    connection: Option<SqliteConnection>,
    /// A transaction is open.
    open: bool,
    /// A unit was begun and neither released nor rolled back.
    unsettled: bool,
    /// Units that wait for the next COMMIT.
    pending: Vec<oneshot::Sender<Result<(), String>>>,
}

impl Line {
    fn connection(&mut self) -> Result<&mut SqliteConnection> {
        self.connection.as_mut().ok_or_else(|| StoreError::NotCommitted("the database is closed".into()))
    }

    async fn run(&mut self, statement: &'static str) -> Result<()> {
        sqlx::query(statement).persistent(true).execute(self.connection()?).await?;
        Ok(())
    }

    /// Takes back what a dropped unit left behind.
    async fn settle(&mut self) {
        if self.unsettled {
            self.unsettled = false;
            if self.run("ROLLBACK TO unit").await.is_err() || self.run("RELEASE unit").await.is_err() {
                // The whole transaction is gone (disk full, I/O error): nobody in it was kept.
                self.abort("the shared transaction was rolled back").await;
            }
        }
    }

    async fn abort(&mut self, why: &str) {
        if let Err(error) = self.run("ROLLBACK").await {
            tracing::debug!(%error, "nothing to roll back");
        }
        self.open = false;
        self.answer(&Err(why.to_owned()));
    }

    fn answer(&mut self, result: &Result<(), String>) {
        for waiting in self.pending.drain(..) {
            // A writer that went away no longer wants to know.
            drop(waiting.send(result.clone()));
        }
    }

    async fn flush(&mut self) {
        self.settle().await;
        if !self.open {
            // Nothing was begun, or settling had to give everything up.
            return;
        }
        if self.pending.is_empty() {
            self.abort("nothing to commit").await;
            return;
        }
        match self.run("COMMIT").await {
            Ok(()) => {
                self.open = false;
                self.answer(&Ok(()));
            }
            Err(error) => self.abort(&error.to_string()).await,
        }
    }
}

/// The one writer.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    flusher: tokio::task::JoinHandle<()>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.flusher.abort();
    }
}

impl Writer {
    pub(super) fn new(connection: SqliteConnection) -> Self {
        let line = Line { connection: Some(connection), open: false, unsettled: false, pending: Vec::new() };
        let shared = Arc::new(Shared { line: Arc::new(Mutex::new(line)), wake: Notify::new() });
        let theirs = Arc::clone(&shared);
        let flusher = tokio::spawn(async move {
            loop {
                theirs.wake.notified().await;
                theirs.line.lock().await.flush().await;
            }
        });
        Self { shared, flusher }
    }

    /// Waits in line and begins a unit.
    pub(super) async fn begin(&self) -> Result<Unit> {
        let shared = Arc::clone(&self.shared);
        // In a task of its own: a caller that is cancelled half way must not leave the connection in an unknown state.
        let begun = tokio::spawn(async move {
            let mut line = Arc::clone(&shared.line).lock_owned().await;
            line.settle().await;
            if !line.open {
                line.run("BEGIN IMMEDIATE").await?;
                line.open = true;
            }
            line.run("SAVEPOINT unit").await?;
            line.unsettled = true;
            Ok(Unit { line: Some(line), shared })
        });
        begun.await.map_err(|e| StoreError::NotCommitted(e.to_string()))?
    }

    /// Commits what is pending and closes the connection.
    pub(super) async fn close(&self) {
        let mut line = self.shared.line.lock().await;
        line.flush().await;
        if let Some(connection) = line.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::warn!(%error, "the database did not close cleanly; nothing committed is lost");
        }
    }
}

/// A unit of writing: holds the lock until it is committed or dropped. Dropped means rolled back.
pub(crate) struct Unit {
    line: Option<OwnedMutexGuard<Line>>,
    shared: Arc<Shared>,
}

impl Unit {
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        #[expect(
            clippy::expect_used,
            reason = "a unit holds the lock, and the line its connection, until commit takes it"
        )]
        self.line.as_mut().and_then(|l| l.connection.as_mut()).expect("a unit in hand holds its connection")
    }

    pub(super) async fn commit(mut self) -> Result<()> {
        let Some(mut line) = self.line.take() else {
            return Err(StoreError::NotCommitted("committed twice".into()));
        };
        let shared = Arc::clone(&self.shared);
        let (sender, kept) = oneshot::channel();
        let released = tokio::spawn(async move {
            line.run("RELEASE unit").await?;
            line.unsettled = false;
            line.pending.push(sender);
            drop(line);
            shared.wake.notify_one();
            Ok::<_, StoreError>(())
        });
        released.await.map_err(|e| StoreError::NotCommitted(e.to_string()))??;
        match kept.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(why)) => Err(StoreError::NotCommitted(why)),
            Err(_) => Err(StoreError::NotCommitted("the writer stopped".into())),
        }
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        if self.line.take().is_some() {
            self.shared.wake.notify_one();
        }
    }
}
