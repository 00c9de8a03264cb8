//! Vectors in process: one Qdrant Edge shard in the index folder.
//!
//! What this file knows of qdrant-edge 0.7: it writes a log that it never reads again nor shortens, so this file does
//! the shortening; `flush` panics when something else writes or optimises at that moment, so every writer takes the
//! same lock here; a shard whose folder was deleted panics when it is dropped, so such a one is never dropped.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use qdrant_edge::{
    CreateIndex, Distance, EdgeConfig, EdgeShard, EdgeVectorParams, FieldIndexOperations, Filter, JsonPath, NamedQuery,
    OperationError, PayloadFieldSchema, PayloadSchemaType, PointId, PointInsertOperations, PointOperations,
    PointStruct, QueryEnum, QueryRequest, ScoringQuery, UpdateOperation, VectorInternal, WalOptions,
    WithPayloadInterface, WithVector,
};
use savoir_models::id::PassageId;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Asked, Conditions, FILTERED, Point, SEQ, Space, found};
use crate::index::{Found, IndexError};

/// Bytes of one file of the shard's log. The library's 32 MiB are laid out in full for the first vector already.
const LOG_FILE_BYTES: usize = 8 << 20;

/// Where the cursor stands, in the shard's folder.
const CURSOR_FILE: &str = "cursor.json";

impl From<OperationError> for IndexError {
    fn from(error: OperationError) -> Self {
        Self::Vectors(error.to_string())
    }
}

/// How far the vectors on disk have followed; written after they are.
#[derive(Debug, Serialize, Deserialize)]
struct Cursor {
    seq: i64,
}

/// An open shard.
#[derive(Debug)]
struct Open {
    /// Always there; taken only when it is dropped.
    shard: Option<EdgeShard>,
    /// Which generation it is. No two of a process share one, so that an old one never touches the folder of the new.
    number: u64,
    folder: PathBuf,
    cursor: AtomicI64,
    /// Held by whoever writes, flushes or optimises.
    writing: Mutex<()>,
    /// Its folder is gone or going.
    discarded: AtomicBool,
}

impl Drop for Open {
    fn drop(&mut self) {
        if self.discarded.load(Ordering::SeqCst) || !self.folder.join(CURSOR_FILE).exists() {
            // Dropping would flush into a folder that is no more, and panic. The memory comes back with the process.
            std::mem::forget(self.shard.take());
        }
    }
}

/// Vectors in process.
#[derive(Debug)]
pub struct Edge {
    /// Holds one folder a generation; only the newest is in use.
    folder: PathBuf,
    dimensions: usize,
    open: RwLock<Arc<Open>>,
}

impl Edge {
    /// Opens the shard of this space, or starts one. Those of other spaces are deleted: they can be built again.
    pub(super) async fn open(folder: &Path, space: &Space) -> Result<Self, IndexError> {
        let (all, name, dimensions) = (folder.to_path_buf(), space.name(), space.dimensions);
        let folder = all.join(&name);
        let at = folder.clone();
        let open = tokio::task::spawn_blocking(move || {
            delete_all_but(&all, &name)?;
            reopen(&at, dimensions)
        });
        Ok(Self { open: RwLock::new(Arc::new(open.await??)), folder, dimensions })
    }

    fn current(&self) -> Arc<Open> {
        Arc::clone(&self.open.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn cursor(&self) -> i64 {
        self.current().cursor.load(Ordering::SeqCst)
    }

    pub(super) async fn count(&self) -> Result<u64, IndexError> {
        let open = self.current();
        tokio::task::spawn_blocking(move || Ok(open.shard()?.info().points_count as u64)).await?
    }

    pub(super) async fn revive(&self) -> Result<(), IndexError> {
        if self.current().folder.join(CURSOR_FILE).exists() { Ok(()) } else { self.clear().await }
    }

    pub(super) async fn clear(&self) -> Result<(), IndexError> {
        let (folder, dimensions, number) = (self.folder.clone(), self.dimensions, self.current().number + 1);
        let fresh = tokio::task::spawn_blocking(move || create(&folder, dimensions, number)).await??;
        let old = std::mem::replace(&mut *self.open.write().unwrap_or_else(PoisonError::into_inner), Arc::new(fresh));
        old.discarded.store(true, Ordering::SeqCst);
        remove(&old.folder)
    }

    pub(super) async fn optimize(&self) -> Result<(), IndexError> {
        let open = self.current();
        let work = move || {
            let _alone = open.writing.lock().unwrap_or_else(PoisonError::into_inner);
            open.shard()?.optimize()?;
            open.shard()?.flush();
            Ok(())
        };
        tokio::task::spawn_blocking(work).await?
    }

    pub(super) async fn apply(&self, puts: Vec<Point>, gone: Vec<PassageId>, cursor: i64) -> Result<(), IndexError> {
        let open = self.current();
        tokio::task::spawn_blocking(move || open.apply(puts, &gone, cursor)).await?
    }

    pub(super) async fn nearest(&self, asked: Asked) -> Result<Vec<Found>, IndexError> {
        let open = self.current();
        tokio::task::spawn_blocking(move || open.nearest(asked)).await?
    }
}

impl Open {
    fn shard(&self) -> Result<&EdgeShard, IndexError> {
        self.shard.as_ref().ok_or_else(|| IndexError::Vectors("the shard is closed".into()))
    }

    fn apply(&self, puts: Vec<Point>, gone: &[PassageId], cursor: i64) -> Result<(), IndexError> {
        let _alone = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let shard = self.shard()?;
        if !gone.is_empty() {
            let ids = gone.iter().map(|id| point_id(*id)).collect::<Result<_, _>>()?;
            shard.update(UpdateOperation::PointOperation(PointOperations::DeletePoints { ids }))?;
        }
        if !puts.is_empty() {
            let points = puts.into_iter().map(persisted).collect::<Result<_, _>>()?;
            let list = PointInsertOperations::PointsList(points);
            shard.update(UpdateOperation::PointOperation(PointOperations::UpsertPoints(list)))?;
        }
        shard.flush();
        write_cursor(&self.folder, cursor)?;
        self.cursor.store(cursor, Ordering::SeqCst);
        Ok(())
    }

    fn nearest(&self, asked: Asked) -> Result<Vec<Found>, IndexError> {
        let query = NamedQuery { query: VectorInternal::Dense(asked.vector), using: None };
        let request = QueryRequest {
            prefetches: Vec::new(),
            query: Some(ScoringQuery::Vector(QueryEnum::Nearest(query))),
            filter: filter(&asked.conditions)?,
            score_threshold: Some(asked.floor.into()),
            limit: asked.limit,
            offset: 0,
            params: None,
            with_vector: WithVector::Bool(false),
            with_payload: WithPayloadInterface::Fields(vec![path("owner")?, path("part")?]),
        };
        let points = self.shard()?.query(request)?;
        let text = |payload: &serde_json::Map<String, serde_json::Value>, name: &str| {
            payload.get(name).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
        };
        let read = |point: qdrant_edge::ScoredPoint| {
            let payload = point.payload.map(|p| p.0).unwrap_or_default();
            found(&point.id.to_string(), &text(&payload, "owner"), &text(&payload, "part"), point.score)
        };
        points.into_iter().map(read).collect()
    }
}

fn point_id(id: PassageId) -> Result<PointId, IndexError> {
    id.to_string().parse().map_err(|()| IndexError::Vectors(format!("{id} cannot be a point's identifier")))
}

fn path(name: &str) -> Result<JsonPath, IndexError> {
    JsonPath::try_from(name).map_err(|()| IndexError::Vectors(format!("{name} cannot be a payload field")))
}

fn persisted(point: Point) -> Result<qdrant_edge::PointStructPersisted, IndexError> {
    let seq = (SEQ.to_owned(), json!(point.seq));
    let payload = point.fields().into_iter().filter(|(_, values)| !values.is_empty()).map(|(name, values)| {
        let value = if values.len() == 1 { json!(values[0]) } else { json!(values) };
        (name.to_owned(), value)
    });
    let payload = serde_json::Value::Object(payload.chain([seq]).collect());
    Ok(PointStruct::new(point_id(point.id)?, point.vector, payload).into())
}

fn filter(conditions: &Conditions) -> Result<Option<Filter>, IndexError> {
    if conditions.must.is_empty() && conditions.never.is_empty() && conditions.before.is_none() {
        return Ok(None);
    }
    let list = |all: &[(&str, Vec<String>)]| -> Vec<_> {
        all.iter().map(|(name, values)| json!({ "key": name, "match": { "any": values } })).collect()
    };
    let mut must = list(&conditions.must);
    must.extend(conditions.before.map(|end| json!({ "key": SEQ, "range": { "lt": end } })));
    let filter = json!({ "must": must, "must_not": list(&conditions.never) });
    serde_json::from_value(filter).map(Some).map_err(|e| IndexError::Vectors(e.to_string()))
}

fn config(dimensions: usize) -> EdgeConfig {
    let vectors = EdgeVectorParams::builder(dimensions, Distance::Dot).on_disk(true).build();
    EdgeConfig::builder()
        .vector("", vectors)
        .on_disk_payload(true)
        .wal_options(WalOptions { segment_capacity: LOG_FILE_BYTES, ..WalOptions::default() })
        .build()
}

/// The shard of the newest generation, if it is whole; a new one otherwise.
fn reopen(folder: &Path, dimensions: usize) -> Result<Open, IndexError> {
    let newest = names(folder)?.iter().filter_map(|name| name.parse::<u64>().ok()).max();
    let Some(number) = newest else { return create(folder, dimensions, 0) };
    let at = folder.join(number.to_string());
    let Some(Cursor { seq }) = read_cursor(&at) else { return create(folder, dimensions, number + 1) };
    shorten_log(&at)?;
    match EdgeShard::load(&at, Some(config(dimensions))) {
        Ok(shard) => {
            delete_all_but(folder, &number.to_string())?;
            Ok(Open::new(shard, number, at, seq))
        }
        Err(error) => {
            tracing::warn!(%error, folder = %at.display(), "the vectors cannot be read: built anew");
            create(folder, dimensions, number + 1)
        }
    }
}

/// A new generation. The one before is left to whoever still reads it, or to the next start to delete.
fn create(folder: &Path, dimensions: usize, number: u64) -> Result<Open, IndexError> {
    let at = folder.join(number.to_string());
    std::fs::create_dir_all(&at).map_err(|reason| IndexError::Folder { folder: at.clone(), reason })?;
    let shard = EdgeShard::new(&at, config(dimensions))?;
    let words = FILTERED.map(|field| (field, PayloadSchemaType::Keyword));
    for (field, kind) in words.into_iter().chain([(SEQ, PayloadSchemaType::Integer)]) {
        let index = CreateIndex { field_name: path(field)?, field_schema: Some(PayloadFieldSchema::FieldType(kind)) };
        shard.update(UpdateOperation::FieldIndexOperation(FieldIndexOperations::CreateIndex(index)))?;
    }
    shard.flush();
    write_cursor(&at, 0)?;
    Ok(Open::new(shard, number, at, 0))
}

impl Open {
    fn new(shard: EdgeShard, number: u64, folder: PathBuf, seq: i64) -> Self {
        Self {
            shard: Some(shard),
            number,
            folder,
            cursor: AtomicI64::new(seq),
            writing: Mutex::new(()),
            discarded: AtomicBool::new(false),
        }
    }
}

fn names(folder: &Path) -> Result<Vec<String>, IndexError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let failed = |reason| IndexError::Folder { folder: folder.to_path_buf(), reason };
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<std::io::Result<Vec<_>>>).map_err(failed)?;
    Ok(entries.into_iter().filter_map(|e| e.file_name().into_string().ok()).collect())
}

fn delete_all_but(folder: &Path, kept: &str) -> Result<(), IndexError> {
    names(folder)?.iter().filter(|name| *name != kept).try_for_each(|name| remove(&folder.join(name)))
}

fn remove(folder: &Path) -> Result<(), IndexError> {
    match std::fs::remove_dir_all(folder) {
        Err(reason) if reason.kind() != std::io::ErrorKind::NotFound => {
            Err(IndexError::Folder { folder: folder.to_path_buf(), reason })
        }
        _ => Ok(()),
    }
}

/// Deletes the closed files of the log but the last, which alone says where its numbering stands.
fn shorten_log(folder: &Path) -> Result<(), IndexError> {
    let log = folder.join("wal");
    let mut closed: Vec<(u64, String)> = names(&log)?
        .into_iter()
        .filter_map(|name| name.strip_prefix("closed-").and_then(|n| n.parse().ok()).map(|n| (n, name.clone())))
        .collect();
    closed.sort_unstable();
    closed.pop();
    for (_, name) in closed {
        let file = log.join(name);
        std::fs::remove_file(&file).map_err(|reason| IndexError::Folder { folder: file, reason })?;
    }
    Ok(())
}

fn read_cursor(folder: &Path) -> Option<Cursor> {
    serde_json::from_slice(&std::fs::read(folder.join(CURSOR_FILE)).ok()?).ok()
}

/// Written beside, synced, then renamed: after a power cut there is the old cursor or the new one, never half of one.
fn write_cursor(folder: &Path, seq: i64) -> Result<(), IndexError> {
    let write = || {
        let beside = folder.join("cursor.new");
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(serde_json::to_string(&Cursor { seq })?.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, folder.join(CURSOR_FILE))
    };
    write().map_err(|reason| IndexError::Folder { folder: folder.to_path_buf(), reason })
}
