//! Both databases, new and empty.

use std::sync::Arc;

use savoir_models::store::Db;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection, PgConnection, SqliteConnection, query};
use tempfile::TempDir;

/// A database that is gone when this is dropped.
pub struct Database {
    /// The database.
    pub db: Db,
    /// How to open it a second time, as another process would.
    again: Again,
}

enum Again {
    Sqlite(Arc<TempDir>),
    Postgres(String),
}

impl Database {
    /// Opens the same database as another process would.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn again(&self) -> Db {
        match &self.again {
            Again::Sqlite(folder) => Db::sqlite(&folder.path().join("savoir.db")).await.expect("SQLite opens again"),
            Again::Postgres(url) => Db::postgres(url, 8).await.expect("PostgreSQL answers again"),
        }
    }

    /// The folder of an SQLite file.
    #[must_use]
    pub fn folder(&self) -> Option<&TempDir> {
        match &self.again {
            Again::Sqlite(folder) => Some(folder),
            Again::Postgres(_) => None,
        }
    }

    /// Does to the tables what somebody could who has the database in hand.
    ///
    /// # Panics
    /// When the database does not take it.
    pub async fn tamper(&self, statement: &'static str) {
        match &self.again {
            Again::Sqlite(folder) => {
                let file = SqliteConnectOptions::new().filename(folder.path().join("savoir.db"));
                let mut connection = SqliteConnection::connect_with(&file).await.expect("SQLite opens for tampering");
                query(statement).execute(&mut connection).await.expect("SQLite lets itself be tampered with");
            }
            Again::Postgres(url) => {
                let mut connection = PgConnection::connect(url).await.expect("PostgreSQL opens for tampering");
                query(statement).execute(&mut connection).await.expect("PostgreSQL lets itself be tampered with");
            }
        }
    }
}

/// A new SQLite file.
///
/// # Panics
/// When it cannot be made.
pub async fn sqlite() -> Database {
    let folder = Arc::new(tempfile::tempdir().expect("a folder"));
    let db = Db::sqlite(&folder.path().join("savoir.db")).await.expect("SQLite opens");
    Database { db, again: Again::Sqlite(folder) }
}

/// SQLite, and PostgreSQL where it is installed.
///
/// # Panics
/// When either cannot be made.
pub async fn both() -> Vec<Database> {
    let mut all = vec![sqlite().await];
    if let Some(url) = crate::postgres::postgres().await {
        let db = Db::postgres(&url, 24).await.expect("PostgreSQL answers");
        all.push(Database { db, again: Again::Postgres(url) });
    }
    all
}
