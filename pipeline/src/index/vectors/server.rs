//! Vectors in a Qdrant server or cluster, over gRPC.
//!
//! The cursor is a point of the same collection, so that a lost collection is a lost cursor too. It carries no label,
//! and every question here asks for a class of readers: it is never found and never counted.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use qdrant_client::qdrant::{
    Condition, CountPointsBuilder, CreateCollectionBuilder, CreateFieldIndexCollectionBuilder, DeletePointsBuilder,
    Distance, FieldType, Filter, GetPointsBuilder, PointId, PointStruct, PointsIdsList, QueryPointsBuilder, Range,
    UpsertPointsBuilder, VectorParamsBuilder, point_id::PointIdOptions,
};
use qdrant_client::{Payload, Qdrant, QdrantError};
use savoir_models::id::PassageId;
use savoir_models::viewer::Audience;
use secrecy::{ExposeSecret, SecretString};

use super::{Asked, Conditions, FILTERED, Point, SEQ, Space, found};
use crate::index::{Found, IndexError};

/// The point that carries the cursor: no passage has this identifier.
const CURSOR_POINT: &str = "00000000-0000-0000-0000-000000000000";

/// Points of one message: well under the 4 MB that gRPC takes by default, at 1,536 dimensions and less.
const POINTS_A_MESSAGE: usize = 256;

/// How long a call may take before it counts as unanswered.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where a Qdrant server is.
#[derive(Clone)]
pub struct Address {
    /// Its gRPC address, as in `http://localhost:6334`.
    pub url: String,
    /// What it asks for, if anything.
    pub api_key: Option<SecretString>,
    /// What the names of this installation's collections begin with.
    pub prefix: String,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address").field("url", &self.url).field("prefix", &self.prefix).finish_non_exhaustive()
    }
}

/// Vectors in a server.
pub struct Server {
    client: Qdrant,
    url: String,
    collection: String,
    dimensions: usize,
    /// The cursor as last seen; negative until the server was asked.
    seen: AtomicI64,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("url", &self.url).field("collection", &self.collection).finish_non_exhaustive()
    }
}

impl Server {
    /// Prepares the client; the server is called when it is needed.
    pub(super) fn new(address: &Address, space: &Space) -> Result<Self, IndexError> {
        let key = address.api_key.as_ref().map(|k| k.expose_secret().to_owned());
        let client = Qdrant::from_url(&address.url)
            .skip_compatibility_check()
            .timeout(PATIENCE)
            .api_key(key)
            .build()
            .map_err(|e| IndexError::Vectors(format!("the address {} cannot be used: {e}", address.url)))?;
        Ok(Self {
            client,
            url: address.url.clone(),
            collection: format!("{}-{}", address.prefix, space.name()),
            dimensions: space.dimensions,
            seen: AtomicI64::new(-1),
        })
    }

    /// The name of its collection.
    #[must_use]
    pub fn collection(&self) -> &str {
        &self.collection
    }

    pub(super) async fn cursor(&self) -> Result<i64, IndexError> {
        match self.seen.load(Ordering::SeqCst) {
            seen if seen >= 0 => Ok(seen),
            _ => self.ask_cursor().await,
        }
    }

    /// Makes the collection if it is not there, and asks for the cursor again: others may have moved it.
    pub(super) async fn revive(&self) -> Result<(), IndexError> {
        if !self.client.collection_exists(&self.collection).await.map_err(|e| self.failed(e))? {
            self.create().await?;
        }
        self.ask_cursor().await.map(|_| ())
    }

    pub(super) async fn clear(&self) -> Result<(), IndexError> {
        if self.client.collection_exists(&self.collection).await.map_err(|e| self.failed(e))? {
            self.client.delete_collection(&self.collection).await.map_err(|e| self.failed(e))?;
        }
        self.seen.store(-1, Ordering::SeqCst);
        self.create().await
    }

    async fn create(&self) -> Result<(), IndexError> {
        let vectors = VectorParamsBuilder::new(self.dimensions as u64, Distance::Dot).on_disk(true);
        let collection = CreateCollectionBuilder::new(&self.collection).vectors_config(vectors).on_disk_payload(true);
        if let Err(error) = self.client.create_collection(collection).await {
            // Another node may have made it in the same moment; anything else is a failure.
            if !self.client.collection_exists(&self.collection).await.map_err(|e| self.failed(e))? {
                return Err(self.failed(error));
            }
        }
        let words = FILTERED.map(|field| (field, FieldType::Keyword));
        for (field, kind) in words.into_iter().chain([(SEQ, FieldType::Integer)]) {
            let index = CreateFieldIndexCollectionBuilder::new(&self.collection, field, kind).wait(true);
            self.client.create_field_index(index).await.map_err(|e| self.failed(e))?;
        }
        Ok(())
    }

    async fn ask_cursor(&self) -> Result<i64, IndexError> {
        let get = GetPointsBuilder::new(&self.collection, vec![PointId::from(CURSOR_POINT)]).with_payload(true);
        let answer = self.client.get_points(get).await.map_err(|e| self.failed(e))?;
        let seq = answer.result.first().and_then(|p| p.try_get(SEQ)).and_then(|v| v.as_integer()).unwrap_or(0);
        self.seen.store(seq, Ordering::SeqCst);
        Ok(seq)
    }

    pub(super) async fn count(&self) -> Result<u64, IndexError> {
        let count = CountPointsBuilder::new(&self.collection).filter(filter(&Conditions::default())).exact(true);
        let answer = self.client.count(count).await.map_err(|e| self.failed(e))?;
        Ok(answer.result.map_or(0, |r| r.count))
    }

    pub(super) async fn apply(&self, puts: Vec<Point>, gone: Vec<PassageId>, cursor: i64) -> Result<(), IndexError> {
        if !gone.is_empty() {
            let ids = PointsIdsList { ids: gone.iter().map(|id| id.to_string().into()).collect() };
            let delete = DeletePointsBuilder::new(&self.collection).points(ids).wait(true);
            self.client.delete_points(delete).await.map_err(|e| self.failed(e))?;
        }
        let mut points: Vec<PointStruct> = puts.into_iter().map(point).collect();
        while !points.is_empty() {
            let rest = points.split_off(points.len().min(POINTS_A_MESSAGE));
            let upsert = UpsertPointsBuilder::new(&self.collection, std::mem::replace(&mut points, rest)).wait(true);
            self.client.upsert_points(upsert).await.map_err(|e| self.failed(e))?;
        }
        let mut payload = Payload::new();
        payload.insert(SEQ, cursor);
        let mark = PointStruct::new(CURSOR_POINT, vec![0.0; self.dimensions], payload);
        let upsert = UpsertPointsBuilder::new(&self.collection, vec![mark]).wait(true);
        self.client.upsert_points(upsert).await.map_err(|e| self.failed(e))?;
        self.seen.store(cursor, Ordering::SeqCst);
        Ok(())
    }

    pub(super) async fn nearest(&self, asked: Asked) -> Result<Vec<Found>, IndexError> {
        let query = QueryPointsBuilder::new(&self.collection)
            .query(asked.vector)
            .filter(filter(&asked.conditions))
            .score_threshold(asked.floor)
            .limit(asked.limit as u64)
            .with_payload(true);
        let answer = self.client.query(query).await.map_err(|e| self.failed(e))?;
        let read = |point: qdrant_client::qdrant::ScoredPoint| {
            let text = |name: &str| point.try_get(name).and_then(|v| v.as_str()).map_or("", String::as_str).to_owned();
            let id = match point.id.as_ref().and_then(|id| id.point_id_options.clone()) {
                Some(PointIdOptions::Uuid(id)) => id,
                Some(PointIdOptions::Num(id)) => id.to_string(),
                None => String::new(),
            };
            found(&id, &text("owner"), &text("part"), point.score)
        };
        answer.result.into_iter().map(read).collect()
    }

    fn failed(&self, error: QdrantError) -> IndexError {
        let unanswered = match &error {
            QdrantError::ResponseError { status } => match format!("{:?}", status.code()).as_str() {
                "Unavailable" | "DeadlineExceeded" | "Cancelled" => true,
                // What the client reports of a connection that breaks under a call, and of one that is refused.
                "Unknown" | "Internal" => {
                    let message = status.message();
                    message.contains("transport error") || message.contains("Failed to connect")
                }
                _ => false,
            },
            QdrantError::ResourceExhaustedError { .. } | QdrantError::Io(_) => true,
            _ => false,
        };
        if unanswered {
            IndexError::Unreachable { address: self.url.clone(), reason: error.to_string() }
        } else {
            IndexError::Vectors(error.to_string())
        }
    }
}

fn point(point: Point) -> PointStruct {
    let mut payload = Payload::new();
    for (name, values) in point.fields() {
        match values.len() {
            0 => {}
            1 => payload.insert(name, values[0].as_str()),
            _ => payload.insert(name, values),
        }
    }
    payload.insert(SEQ, point.seq);
    PointStruct::new(point.id.to_string(), point.vector, payload)
}

fn filter(conditions: &Conditions) -> Filter {
    let list = |all: &[(&'static str, Vec<String>)]| -> Vec<Condition> {
        all.iter().map(|(name, values)| Condition::matches(*name, values.clone())).collect()
    };
    let mut must = list(&conditions.must);
    if !conditions.must.iter().any(|(name, _)| *name == "classes") {
        let everyone: Vec<String> = Audience::ALL.iter().map(ToString::to_string).collect();
        must.push(Condition::matches("classes", everyone));
    }
    let range = |end: i64| Range { lt: Some(end as f64), ..Range::default() };
    must.extend(conditions.before.map(|end| Condition::range(SEQ, range(end))));
    Filter { must, must_not: list(&conditions.never), ..Filter::default() }
}
