//! Where everything is kept. Reads go through [`Db`]; writes only through [`Tx`].
//!
//! One SQL text serves SQLite and PostgreSQL: `read!` and `write!` expand a body once per driver.

mod accounts;
mod attempts;
mod audit;
mod cases;
mod chats;
mod drafts;
mod events;
mod figures;
mod interventions;
mod jobs;
mod line;
mod oidc;
mod openings;
mod outcomes;
mod passages;
mod personal;
mod procedures;
mod questions;
mod redactions;
mod reopen;
mod requests;
mod retention;
mod reviews;
mod sessions;
mod settings;
mod sites;
mod sqlite;
mod status;
mod tokens;
mod usages;
mod workbench;

use std::path::Path;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgPool, Postgres, SqlitePool};

pub use accounts::{Change, Changed, Known};
pub use attempts::{Attempt, Trying};
pub use audit::LineFilter;
pub use figures::Week;
pub use interventions::{Added, InterventionFilter};
pub use jobs::{Claimed, Lease};
pub use line::{Answered, Decided, Given, house};
pub use openings::{Opened, Reading};
pub use outcomes::Doubted;
pub use passages::Neighbour;
pub use personal::{Held, TEXTS, TextColumn};
pub use procedures::Reported;
pub use reopen::Reopening;
pub use retention::{Due, Resting};
pub use reviews::Closing;
pub use sessions::Begun;
pub use status::{Counts, Status};
pub use tokens::Token;
pub use workbench::{Comment, Queued};

use crate::passage::Passage;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../migrations");

/// Why the store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database itself failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The tables could not be brought to this version.
    #[error("migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// The shared transaction that this work was part of was not committed.
    #[error("the database did not commit: {0}")]
    NotCommitted(String),
    /// A row does not read back as what was written.
    #[error("unreadable {what}: {why}")]
    Unreadable {
        /// Which kind of row.
        what: &'static str,
        /// What the reader said.
        why: String,
    },
    /// The job was claimed by someone else in the meantime: its result must not be kept.
    #[error("the lease was lost: job {0} was claimed again")]
    LostLease(crate::id::JobId),
}

/// What the store answers.
pub type Result<T, E = StoreError> = std::result::Result<T, E>;

#[derive(Clone)]
pub(crate) enum Driver {
    Sqlite { read: SqlitePool, writer: Arc<sqlite::Writer> },
    Postgres(PgPool),
}

/// The database, for reading; and where a [`Tx`] begins.
#[derive(Clone)]
pub struct Db {
    pub(crate) driver: Driver,
}

pub(crate) enum Conn {
    Sqlite(sqlite::Unit),
    Postgres(sqlx::Transaction<'static, Postgres>),
}

/// A unit of writing: all of it or nothing, and durable once [`Tx::commit`] has answered.
pub struct Tx {
    pub(crate) conn: Conn,
    /// Passages put and taken away: they take their numbers at commit, so that the counter's row is locked briefly.
    pub(crate) put: Vec<Passage>,
    pub(crate) gone: Vec<String>,
    /// What the audit log is told: sealed at commit, for the same reason.
    pub(crate) notes: Vec<(crate::audit::Entry, crate::clock::Timestamp)>,
}

/// Reads with one body for both drivers.
macro_rules! read {
    ($db:expr, $c:ident => $body:expr) => {
        match &$db.driver {
            $crate::store::Driver::Sqlite { read: $c, .. } => $body,
            $crate::store::Driver::Postgres($c) => $body,
        }
    };
}
pub(crate) use read;

/// Writes with one body for both drivers.
macro_rules! write {
    ($tx:expr, $c:ident => $body:expr) => {
        match &mut $tx.conn {
            $crate::store::Conn::Sqlite(unit) => {
                let $c = unit.connection();
                $body
            }
            $crate::store::Conn::Postgres(tx) => {
                let $c = &mut **tx;
                $body
            }
        }
    };
}
pub(crate) use write;

impl Db {
    /// Opens (and makes, when absent) the SQLite file at `path`, brings its tables to this version.
    ///
    /// # Errors
    /// When the file cannot be opened or belongs to a newer version.
    pub async fn sqlite(path: &Path) -> Result<Self> {
        let (read, mut connection) = sqlite::open(path).await?;
        MIGRATIONS.run(&mut connection).await?;
        Ok(Self { driver: Driver::Sqlite { read, writer: Arc::new(sqlite::Writer::new(connection)) } })
    }

    /// Connects to PostgreSQL and brings its tables to this version.
    ///
    /// # Errors
    /// When the server cannot be reached or the tables belong to a newer version.
    pub async fn postgres(url: &str, connections: u32) -> Result<Self> {
        let pool = PgPoolOptions::new()
            .max_connections(connections)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(PgConnectOptions::from_str(url)?)
            .await?;
        MIGRATIONS.run(&pool).await?;
        Ok(Self { driver: Driver::Postgres(pool) })
    }

    /// `sqlite` or `postgres`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self.driver {
            Driver::Sqlite { .. } => "sqlite",
            Driver::Postgres(_) => "postgres",
        }
    }

    /// Begins a unit of writing.
    ///
    /// # Errors
    /// When the database cannot take it.
    pub async fn begin(&self) -> Result<Tx> {
        let conn = match &self.driver {
            Driver::Sqlite { writer, .. } => Conn::Sqlite(writer.begin().await?),
            Driver::Postgres(pool) => Conn::Postgres(pool.begin().await?),
        };
        Ok(Tx { conn, put: Vec::new(), gone: Vec::new(), notes: Vec::new() })
    }

    /// Asks the database for a sign of life.
    ///
    /// # Errors
    /// When there is none.
    pub async fn ping(&self) -> Result<()> {
        read!(self, c => sqlx::query("SELECT 1").execute(c).await.map(|_| ())).map_err(Into::into)
    }

    /// Lets the database read a statement without running it: the tests do so with every file of `models/sql`.
    ///
    /// # Errors
    /// What the database has against the statement.
    pub async fn prepare(&self, statement: String) -> Result<()> {
        use sqlx::{AssertSqlSafe, Executor, SqlSafeStr};
        let statement = AssertSqlSafe(statement).into_sql_str();
        read!(self, c => c.prepare(statement).await.map(|_| ())).map_err(Into::into)
    }

    /// Closes every connection; on SQLite, what was written is folded back into the one file.
    pub async fn close(&self) {
        match &self.driver {
            Driver::Sqlite { read, writer } => {
                writer.close().await;
                read.close().await;
            }
            Driver::Postgres(pool) => pool.close().await,
        }
    }
}

impl Tx {
    /// Makes it durable. When this answers, a power cut no longer matters.
    ///
    /// # Errors
    /// When it was not kept; then nothing of it was.
    pub async fn commit(mut self) -> Result<()> {
        self.number_passages().await?;
        self.seal_notes().await?;
        match self.conn {
            Conn::Sqlite(unit) => unit.commit().await,
            Conn::Postgres(tx) => Ok(tx.commit().await?),
        }
    }
}

/// A value as the JSON text that its column holds.
pub(crate) fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| StoreError::Unreadable { what: "value", why: e.to_string() })
}

/// The value that a column's JSON text holds.
pub(crate) fn from_json<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| StoreError::Unreadable { what, why: e.to_string() })
}

/// The identifier or word that a column holds.
pub(crate) fn parsed<T>(what: &'static str, text: &str) -> Result<T>
where
    T: FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|e: T::Err| StoreError::Unreadable { what, why: e.to_string() })
}
