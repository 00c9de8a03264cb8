//! Passages: what both indexes follow, in one order.
//!
//! `seq` comes from a counter's row that is locked until the commit. So numbers become visible in their own order, and a
//! follower that has read up to a number has missed nothing below it. (A database sequence would not do: it hands out
//! numbers before the commit, and a slow transaction with a small number would be skipped.)

use super::{Db, Result, Tx, from_json, json, parsed, read, write};
use crate::draft::Known;
use crate::id::{DraftId, PassageId};
use crate::passage::{Change, Passage, Shelf};

/// A draft whose place in the order lies between two numbers: what an index has not seen yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Neighbour {
    /// Its place.
    pub seq: i64,
    /// The passage.
    pub passage: Passage,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    seq: i64,
    gone: i64,
    passage: String,
    embedder: Option<String>,
    vector: Option<Vec<u8>>,
}

impl Row {
    fn passage(&self) -> Result<Passage> {
        let mut passage: Passage = from_json("passage", &self.passage)?;
        passage.embedder.clone_from(&self.embedder);
        passage.vector = self.vector.as_deref().map(floats);
        Ok(passage)
    }

    fn change(self) -> Result<Change> {
        let passage = if self.gone == 0 { Some(self.passage()?) } else { None };
        Ok(Change { seq: self.seq, id: parsed("passage", &self.id)?, passage })
    }
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

fn owner(known: Known) -> (Shelf, String) {
    match known {
        Known::Draft(id) => (Shelf::Draft, id.to_string()),
        Known::Procedure(id) => (Shelf::Procedure, id.to_string()),
    }
}

impl Db {
    /// What happened to passages after `after`, in order, `limit` at most.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn changes(&self, after: i64, limit: i64) -> Result<Vec<Change>> {
        let rows: Vec<Row> = read!(self, c => sqlx::query_as("SELECT * FROM passages WHERE seq > $1 ORDER BY seq LIMIT $2")
            .bind(after)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(Row::change).collect()
    }

    /// The greatest number given: a follower that is there has seen everything.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_seq(&self) -> Result<i64> {
        let (value,): (i64,) =
            read!(self, c => sqlx::query_as("SELECT value FROM counters WHERE name = 'passages'").fetch_one(c).await)?;
        Ok(value)
    }

    /// The passages of an owner, the problem first, each with its number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn passages_of(&self, known: Known) -> Result<Vec<Neighbour>> {
        let (shelf, id) = owner(known);
        let rows: Vec<Row> = read!(self, c => sqlx::query_as(include_str!("../../sql/passages_of.sql"))
            .bind(shelf.as_str())
            .bind(id)
            .fetch_all(c)
            .await)?;
        rows.iter().map(|r| Ok(Neighbour { seq: r.seq, passage: r.passage()? })).collect()
    }

    /// Passages numbered after `after` and before `before`, the latest `limit` of them: what an index at `after` does not
    /// hold yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn passages_between(&self, after: i64, before: i64, limit: i64) -> Result<Vec<Neighbour>> {
        let rows: Vec<Row> = read!(self, c => sqlx::query_as(include_str!("../../sql/passages_between.sql"))
            .bind(after)
            .bind(before)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        rows.iter().map(|r| Ok(Neighbour { seq: r.seq, passage: r.passage()? })).collect()
    }

    /// Passages that have no vector of `embedder`, `limit` at most.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn passages_without_vector(&self, embedder: &str, limit: i64) -> Result<Vec<Passage>> {
        let rows: Vec<Row> = read!(self, c => sqlx::query_as(include_str!("../../sql/passages_without_vector.sql"))
            .bind(embedder)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        rows.iter().map(Row::passage).collect()
    }
}

impl Tx {
    /// Replaces the passages of an owner. They get their place in the order at commit.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_passages(&mut self, known: Known, passages: Vec<Passage>) -> Result<()> {
        self.take_away(known).await?;
        self.put.extend(passages);
        Ok(())
    }

    /// Takes the passages of an owner out of what is indexed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_away(&mut self, known: Known) -> Result<()> {
        let (shelf, id) = owner(known);
        let rows: Vec<(String,)> = write!(self, c => sqlx::query_as("SELECT id FROM passages WHERE owner_kind = $1 AND owner_id = $2 AND gone = 0")
            .bind(shelf.as_str())
            .bind(id)
            .fetch_all(c)
            .await)?;
        self.gone.extend(rows.into_iter().map(|(id,)| id));
        Ok(())
    }

    /// Takes away the passages of several drafts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn take_away_drafts(&mut self, drafts: &[DraftId]) -> Result<()> {
        for draft in drafts {
            self.take_away(Known::Draft(*draft)).await?;
        }
        Ok(())
    }

    /// Gives a passage another vector; it moves to the end of the order, so that the indexes see it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_vector(&mut self, passage: PassageId, embedder: &str, vector: &[f32]) -> Result<()> {
        let seq = self.take_numbers(1).await?;
        write!(self, c => sqlx::query("UPDATE passages SET vector = $2, embedder = $3, seq = $4 WHERE id = $1 AND gone = 0")
            .bind(passage.to_string())
            .bind(bytes(vector))
            .bind(embedder)
            .bind(seq)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(())
    }

    /// Takes `n` numbers; returns the first.
    async fn take_numbers(&mut self, n: i64) -> Result<i64> {
        let (last,): (i64,) = write!(self, c => sqlx::query_as("UPDATE counters SET value = value + $1 WHERE name = 'passages' RETURNING value")
            .bind(n)
            .fetch_one(c)
            .await)?;
        Ok(last - n + 1)
    }

    /// Writes what was put and taken away, numbered. Called by commit, last of all.
    pub(super) async fn number_passages(&mut self) -> Result<()> {
        let (put, gone) = (std::mem::take(&mut self.put), std::mem::take(&mut self.gone));
        let n = i64::try_from(put.len() + gone.len()).unwrap_or(i64::MAX);
        if n == 0 {
            return Ok(());
        }
        let mut seq = self.take_numbers(n).await?;
        for id in gone {
            write!(self, c => sqlx::query("UPDATE passages SET gone = 1, vector = NULL, seq = $2 WHERE id = $1")
                .bind(id)
                .bind(seq)
                .execute(c)
                .await
                .map(|r| r.rows_affected()))?;
            seq += 1;
        }
        for mut passage in put {
            let (shelf, owner_id) = owner(passage.owner);
            let vector = passage.vector.take();
            let embedder = passage.embedder.take();
            let text = json(&passage)?;
            write!(self, c => sqlx::query(include_str!("../../sql/passages_put.sql"))
                .bind(passage.id.to_string())
                .bind(seq)
                .bind(shelf.as_str())
                .bind(owner_id)
                .bind(text)
                .bind(embedder)
                .bind(vector.as_deref().map(bytes))
                .execute(c)
                .await
                .map(|r| r.rows_affected()))?;
            seq += 1;
        }
        Ok(())
    }
}

fn bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|f| f.to_le_bytes()).collect()
}
