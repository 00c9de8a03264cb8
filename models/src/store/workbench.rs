//! What reviewers share: the queue as they see it, who has taken what on, how long a review takes, what they say.

use super::reviews::{Row, place};
use super::{Db, Result, Tx, from_json, parsed, read, write};
use crate::clock::Timestamp;
use crate::content::Content;
use crate::draft::{Comparison, Verdict};
use crate::id::{CommentId, ReviewId};
use crate::review::{Review, ReviewState};

/// A review with what the queue tells of its draft.
#[derive(Debug, Clone)]
pub struct Queued {
    /// The review.
    pub review: Review,
    /// What its draft says.
    pub content: Content,
    /// What comparing said.
    pub verdict: Option<Verdict>,
    /// The draft's version.
    pub version: i64,
}

/// What a reviewer said of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Who.
    pub author: String,
    /// What.
    pub text: String,
    /// When.
    pub created_at: Timestamp,
}

#[derive(sqlx::FromRow)]
struct QueueRow {
    #[sqlx(flatten)]
    review: Row,
    content: String,
    comparison: Option<String>,
    version: i64,
}

impl Db {
    /// Reviews of a state with their drafts, the most worthwhile first, after the cursor.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queue(&self, state: ReviewState, after: Option<(f64, ReviewId)>, limit: i64) -> Result<Vec<Queued>> {
        let (worth, id) = place(after);
        let rows: Vec<QueueRow> = read!(self, c => sqlx::query_as(include_str!("../../sql/reviews_queue.sql"))
            .bind(state.as_str())
            .bind(worth)
            .bind(id)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        let queued = |row: QueueRow| {
            let compared: Option<Comparison> = row.comparison.map(|c| from_json("comparison", &c)).transpose()?;
            Ok(Queued {
                review: row.review.review()?,
                content: from_json("draft content", &row.content)?,
                verdict: compared.map(|c| c.verdict),
                version: row.version,
            })
        };
        rows.into_iter().map(queued).collect()
    }

    /// How long the last hundred reviews were read before they were decided, on average, in seconds; none when nobody
    /// measured one yet.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pace(&self) -> Result<Option<f64>> {
        let (pace,): (Option<f64>,) = read!(self, c => sqlx::query_as("SELECT CAST(AVG(read_seconds) AS DOUBLE PRECISION) FROM (SELECT read_seconds FROM reviews WHERE read_seconds IS NOT NULL ORDER BY decided_at DESC LIMIT 100) AS measured")
            .fetch_one(c)
            .await)?;
        Ok(pace)
    }

    /// What was said of a review, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn comments(&self, review: ReviewId) -> Result<Vec<Comment>> {
        let rows: Vec<(String, String, i64)> = read!(self, c => sqlx::query_as("SELECT author, text, created_at FROM comments WHERE review_id = $1 ORDER BY id")
            .bind(review.to_string())
            .fetch_all(c)
            .await)?;
        let comment = |(author, text, at)| Comment { author, text, created_at: Timestamp(at) };
        Ok(rows.into_iter().map(comment).collect())
    }

    /// The open reviews in whose comments `name` is called.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn calling(&self, name: &str) -> Result<Vec<ReviewId>> {
        let rows: Vec<(String,)> = read!(self, c => sqlx::query_as(include_str!("../../sql/reviews_calling.sql"))
            .bind(name)
            .fetch_all(c)
            .await)?;
        rows.iter().map(|(id,)| parsed("review", id)).collect()
    }
}

impl Tx {
    /// Says who has taken an open review on; nobody when `None`. False when it is not open.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn assign(&mut self, review: ReviewId, to: Option<&str>) -> Result<bool> {
        let done = write!(self, c => sqlx::query("UPDATE reviews SET assigned_to = $2 WHERE id = $1 AND state = 'open'")
            .bind(review.to_string())
            .bind(to)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }

    /// Keeps how long a review was read before it was decided.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_reading(&mut self, review: ReviewId, seconds: i64) -> Result<()> {
        write!(self, c => sqlx::query("UPDATE reviews SET read_seconds = $2 WHERE id = $1")
            .bind(review.to_string())
            .bind(seconds)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Keeps what somebody says of a review, and whom they call.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn comment(&mut self, review: ReviewId, comment: &Comment, called: &[String]) -> Result<()> {
        let id = CommentId::new().to_string();
        write!(self, c => sqlx::query("INSERT INTO comments (id, review_id, author, text, created_at) VALUES ($1, $2, $3, $4, $5)")
            .bind(&id)
            .bind(review.to_string())
            .bind(&comment.author)
            .bind(&comment.text)
            .bind(comment.created_at.0)
            .execute(c)
            .await
            .map(drop))?;
        for name in called {
            write!(self, c => sqlx::query("INSERT INTO mentions (comment_id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                .bind(&id)
                .bind(name)
                .execute(c)
                .await
                .map(drop))?;
        }
        Ok(())
    }
}
