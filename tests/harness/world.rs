//! A photograph of the whole database as text, every column of every row: a new one must be looked at before it passes.

use std::collections::HashMap;
use std::path::Path;

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Column, ConnectOptions, Row, SqliteConnection, TypeInfo, ValueRef};

/// Takes photographs of an SQLite database.
pub struct Photographer {
    connection: SqliteConnection,
    /// Identifiers by the order in which they were first seen.
    names: HashMap<String, String>,
    before: String,
}

impl Photographer {
    /// Of the database in the data folder `data`.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn of(data: &Path) -> Self {
        let options = SqliteConnectOptions::new().filename(data.join("savoir.db")).read_only(true);
        let connection = options.connect().await.expect("the database opens for reading");
        Self { connection, names: HashMap::new(), before: String::new() }
    }

    /// What has changed since the photograph before: lines that went (-) and came (+).
    ///
    /// # Panics
    /// When the database cannot be read.
    pub async fn changes(&mut self) -> String {
        let now = self.photograph().await;
        let diff = similar::TextDiff::from_lines(self.before.as_str(), now.as_str());
        let changed = diff.iter_all_changes().filter(|c| c.tag() != similar::ChangeTag::Equal);
        let text = changed.map(|c| format!("{} {}", c.tag(), c.value())).collect();
        self.before = now;
        text
    }

    /// Every row.
    ///
    /// # Panics
    /// When the database cannot be read.
    pub async fn photograph(&mut self) -> String {
        let tables: Vec<(String,)> = sqlx::query_as(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlx%' AND name NOT LIKE 'sqlite%' ORDER BY name",
        )
        .fetch_all(&mut self.connection)
        .await
        .expect("tables");
        let mut text = String::new();
        for (table,) in tables {
            let query = format!("SELECT * FROM {table} ORDER BY rowid");
            for row in sqlx::query(AssertSqlSafe(query)).fetch_all(&mut self.connection).await.expect("rows") {
                let cells: Vec<String> =
                    (0..row.len()).map(|i| format!("{}: {}", row.column(i).name(), cell(&row, i))).collect();
                text.push_str(&format!("{table} {{ {} }}\n", cells.join(", ")));
            }
        }
        self.named(&text)
    }

    /// The text with each identifier replaced by the number under which it was first seen.
    fn named(&mut self, text: &str) -> String {
        let is_id = |word: &str| word.len() == 36 && word.bytes().filter(|b| *b == b'-').count() == 4;
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(|c: char| c.is_ascii_hexdigit()) {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(rest.len());
            let end = end.max(1);
            let word = &rest[..end];
            if is_id(word) {
                let next = format!("#{}", self.names.len() + 1);
                out.push_str(self.names.entry(word.to_owned()).or_insert(next));
            } else {
                out.push_str(word);
            }
            rest = &rest[end..];
        }
        out.push_str(rest);
        out
    }
}

fn cell(row: &sqlx::sqlite::SqliteRow, i: usize) -> String {
    let raw = row.try_get_raw(i).expect("a column");
    if raw.is_null() {
        return "-".into();
    }
    // A seal is over identifiers, which are others every time.
    if ["seal", "previous"].contains(&row.column(i).name()) {
        return if row.get::<String, _>(i).is_empty() { String::new() } else { "sealed".into() };
    }
    match raw.type_info().name() {
        "INTEGER" => row.get::<i64, _>(i).to_string(),
        "REAL" => row.get::<f64, _>(i).to_string(),
        "BLOB" => format!("{} bytes", row.get::<Vec<u8>, _>(i).len()),
        _ => row.get::<String, _>(i),
    }
}
