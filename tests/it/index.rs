//! Both indexes follow what SQL says, wherever the vectors are kept: one suite for the embedded shard, a server (the
//! double, or the real one that `QDRANT_URL` names) and memory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod classes;
mod vectors;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use savoir_models::id::PassageId;
use savoir_models::passage::{Change, Passage};
use savoir_models::store::StoreError;
use savoir_models::viewer::{Role, Viewer};
use savoir_pipeline::embed::builtin::Builtin;
use savoir_pipeline::fault::{Fault, Need};
use savoir_pipeline::index::follow::Feed;
use savoir_pipeline::index::vectors::server::Address;
use savoir_pipeline::index::vectors::{Place, Space};
use savoir_pipeline::index::{Index, IndexError};
use savoir_pipeline::search::{Query, search};
use savoir_tests::qdrant::QdrantServer;
use savoir_tests::shelf::{Shelf, passage};
use tempfile::TempDir;

/// Somewhere an index can be.
struct Ground {
    name: &'static str,
    folder: TempDir,
    place: Place,
    server: Option<QdrantServer>,
    prefix: String,
}

impl Ground {
    fn edge() -> Self {
        Self::new("edge", Place::Edge, None, String::new())
    }

    fn server() -> Self {
        let server = QdrantServer::start();
        let prefix = format!("test-{}", PassageId::new());
        let address = Address { url: server.url.clone(), api_key: None, prefix: prefix.clone() };
        Self::new("server", Place::Server(address), Some(server), prefix)
    }

    fn new(name: &'static str, place: Place, server: Option<QdrantServer>, prefix: String) -> Self {
        Self { name, folder: TempDir::new().unwrap(), place, server, prefix }
    }

    fn all() -> [Self; 3] {
        [Self::edge(), Self::server(), Self::new("memory", Place::Memory, None, String::new())]
    }

    /// Those that outlive the process.
    fn lasting() -> [Self; 2] {
        [Self::edge(), Self::server()]
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("index")
    }

    async fn open(&self) -> Index {
        self.open_for(Space::of(&Builtin)).await.unwrap()
    }

    async fn open_for(&self, space: Space) -> Result<Index, IndexError> {
        Index::open(&self.path(), self.place.clone(), space).await
    }

    /// Deletes all that the indexes keep, as an operator may.
    async fn destroy(&self) {
        std::fs::remove_dir_all(self.path()).unwrap();
        if let Some(server) = &self.server {
            server.drop_collections(&self.prefix).await;
        }
    }

    async fn end(&self) {
        if let Some(server) = &self.server {
            server.drop_collections(&self.prefix).await;
        }
    }
}

async fn counts(index: &Index) -> (u64, u64) {
    let counts = index.counts().await.unwrap();
    assert_eq!(counts.text_seq, counts.vectors_seq, "both have followed as far");
    (counts.text, counts.vectors)
}

async fn titles(index: &Index, text: &str) -> Vec<String> {
    let query = Query { text: text.into(), ..Query::default() };
    let answer = search(index, &Builtin, &query, &Viewer::new("t", Role::Expert)).await.unwrap();
    answer.hits.into_iter().map(|h| h.title).collect()
}

fn some(shelf: &Shelf, count: usize) -> Vec<Passage> {
    let passages: Vec<Passage> =
        (0..count).map(|n| passage(&format!("Pompe {n}"), &format!("La pompe numéro {n} fuit au joint"))).collect();
    passages.iter().for_each(|p| shelf.put(p.clone()));
    passages
}

#[tokio::test]
async fn what_is_put_is_found_and_what_is_taken_away_is_not() {
    for ground in Ground::all() {
        let (shelf, index) = (Shelf::default(), ground.open().await);
        let belt = passage("Courroie détendue", "Sifflement au démarrage");
        shelf.put(belt.clone());
        shelf.put(passage("Fuite d'huile", "Joint de carter usé"));
        assert_eq!(index.follow(&shelf).await.unwrap().changes, 2, "{}", ground.name);
        assert_eq!(counts(&index).await, (2, 2), "{}", ground.name);
        assert_eq!(titles(&index, "courroie").await, ["Courroie détendue"], "{}", ground.name);
        shelf.put(Passage { title: "Courroie cassée".into(), ..belt.clone() });
        index.follow(&shelf).await.unwrap();
        assert_eq!(titles(&index, "courroie").await, ["Courroie cassée"], "{}", ground.name);
        shelf.take(belt.id);
        index.follow(&shelf).await.unwrap();
        assert_eq!(counts(&index).await, (1, 1), "{}", ground.name);
        assert!(titles(&index, "courroie").await.is_empty(), "{}", ground.name);
        ground.end().await;
    }
}

#[tokio::test]
async fn following_again_and_opening_again_change_nothing() {
    for ground in Ground::lasting() {
        let shelf = Shelf::default();
        some(&shelf, 30);
        let index = ground.open().await;
        index.follow(&shelf).await.unwrap();
        assert_eq!(index.follow(&shelf).await.unwrap().changes, 0, "{}", ground.name);
        drop(index);
        let index = ground.open().await;
        assert_eq!(index.follow(&shelf).await.unwrap().changes, 0, "{}", ground.name);
        assert_eq!(counts(&index).await, (30, 30), "{}", ground.name);
        ground.end().await;
    }
}

#[tokio::test]
async fn an_index_deleted_while_it_is_open_comes_back_whole() {
    for ground in Ground::lasting() {
        let (shelf, index) = (Shelf::default(), ground.open().await);
        some(&shelf, 30);
        index.follow(&shelf).await.unwrap();
        ground.destroy().await;
        shelf.put(passage("Courroie", "La courroie est cassée"));
        index.follow(&shelf).await.unwrap();
        assert_eq!(counts(&index).await, (31, 31), "{}", ground.name);
        assert_eq!(titles(&index, "courroie").await, ["Courroie"], "{}", ground.name);
        drop(index);
        assert_eq!(counts(&ground.open().await).await, (31, 31), "{}: and it lasts", ground.name);
        ground.end().await;
    }
}

#[tokio::test]
async fn an_index_deleted_while_it_is_closed_comes_back_whole() {
    for ground in Ground::lasting() {
        let shelf = Shelf::default();
        some(&shelf, 30);
        ground.open().await.follow(&shelf).await.unwrap();
        ground.destroy().await;
        let index = ground.open().await;
        assert_eq!(index.follow(&shelf).await.unwrap().changes, 30, "{}", ground.name);
        assert_eq!(counts(&index).await, (30, 30), "{}", ground.name);
        ground.end().await;
    }
}

#[tokio::test]
async fn half_an_index_deleted_comes_back_whole() {
    for half in ["text", "vectors"] {
        let ground = Ground::edge();
        let (shelf, index) = (Shelf::default(), ground.open().await);
        some(&shelf, 30);
        index.follow(&shelf).await.unwrap();
        std::fs::remove_dir_all(ground.path().join(half)).unwrap();
        index.follow(&shelf).await.unwrap();
        assert_eq!(counts(&index).await, (30, 30), "{half}");
    }
}

#[tokio::test]
async fn a_broken_index_is_built_anew() {
    let ground = Ground::edge();
    let shelf = Shelf::default();
    some(&shelf, 30);
    ground.open().await.follow(&shelf).await.unwrap();
    std::fs::write(ground.path().join("text/meta.json"), "{ not json").unwrap();
    let index = ground.open().await;
    index.follow(&shelf).await.unwrap();
    assert_eq!(counts(&index).await, (30, 30));
}

/// A feed that fails at its second batch.
struct Failing<'a>(&'a Shelf, AtomicUsize);

#[async_trait]
impl Feed for Failing<'_> {
    async fn changes(&self, after: i64, limit: i64) -> Result<Vec<Change>, StoreError> {
        if self.1.fetch_add(1, Ordering::SeqCst) > 0 {
            return Err(StoreError::NotCommitted("failing on purpose".into()));
        }
        self.0.changes(after, limit).await
    }

    async fn last_seq(&self) -> Result<i64, StoreError> {
        self.0.last_seq().await
    }
}

#[tokio::test]
async fn what_was_committed_before_a_failure_stays_and_the_rest_follows() {
    for ground in Ground::lasting() {
        let (shelf, index) = (Shelf::default(), ground.open().await);
        some(&shelf, 1_500);
        index.follow(&Failing(&shelf, AtomicUsize::new(0))).await.unwrap_err();
        assert_eq!(counts(&index).await, (1_000, 1_000), "{}: one batch", ground.name);
        drop(index);
        let index = ground.open().await;
        index.follow(&shelf).await.unwrap();
        assert_eq!(counts(&index).await, (1_500, 1_500), "{}", ground.name);
        ground.end().await;
    }
}

#[tokio::test]
async fn what_a_killed_process_leaves_behind_is_a_whole_index() {
    let ground = Ground::edge();
    let (shelf, index) = (Shelf::default(), ground.open().await);
    let passages = some(&shelf, 40);
    index.follow(&shelf).await.unwrap();
    shelf.take(passages[0].id);
    index.follow(&shelf).await.unwrap();
    // The files as they are while the process lives: nothing was closed.
    let left = TempDir::new().unwrap();
    copy(&ground.path(), &left.path().join("index"));
    let again = Index::open(&left.path().join("index"), Place::Edge, Space::of(&Builtin)).await.unwrap();
    assert_eq!(counts(&again).await, (39, 39));
    shelf.put(passage("Courroie", "La courroie est cassée"));
    again.follow(&shelf).await.unwrap();
    assert_eq!(counts(&again).await, (40, 40));
    assert_eq!(titles(&again, "courroie").await, ["Courroie"]);
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn an_index_ahead_of_its_database_is_built_anew() {
    for ground in Ground::lasting() {
        let (shelf, index) = (Shelf::default(), ground.open().await);
        some(&shelf, 30);
        index.follow(&shelf).await.unwrap();
        // As after the restore of an older backup.
        let older = Shelf::default();
        some(&older, 5);
        index.follow(&older).await.unwrap();
        assert_eq!(counts(&index).await, (5, 5), "{}", ground.name);
        ground.end().await;
    }
}

#[tokio::test]
async fn a_second_process_is_refused_and_told_why() {
    let ground = Ground::edge();
    let first = ground.open().await;
    let refused = ground.open_for(Space::of(&Builtin)).await.unwrap_err();
    assert!(refused.to_string().contains("open in another process"), "{refused}");
    drop(first);
    ground.open().await;
}

#[tokio::test]
async fn a_server_that_is_away_is_missing_and_not_a_failure() {
    let mut ground = Ground::server();
    let (shelf, index) = (Shelf::default(), ground.open().await);
    some(&shelf, 3);
    index.follow(&shelf).await.unwrap();
    let server = ground.server.as_mut().unwrap();
    if !server.is_double() {
        println!("a real server is not stopped by a test: this one ends here");
        return ground.end().await;
    }
    server.stop();
    let fault = Fault::from(index.follow(&shelf).await.unwrap_err());
    assert!(matches!(fault, Fault::Missing { need: Need::Vectors, .. }), "{fault:?}");
    let query = Query { text: "pompe qui fuit".into(), ..Query::default() };
    let answer = search(&index, &Builtin, &query, &Viewer::new("t", Role::Expert)).await.unwrap();
    assert_eq!(answer.hits.len(), 3, "words still find");
    let limited = answer.limited.unwrap();
    assert!(limited.contains("does not answer"), "{limited}");
}

#[tokio::test(flavor = "multi_thread")]
async fn readers_see_every_passage_or_none_while_a_follower_writes() {
    let ground = Ground::edge();
    let (shelf, index) = (Shelf::default(), Arc::new(ground.open().await));
    some(&shelf, 50);
    index.follow(&shelf).await.unwrap();
    let reader = {
        let index = Arc::clone(&index);
        tokio::spawn(async move {
            for _ in 0..40 {
                assert_eq!(titles(&index, "pompe").await.len(), 10);
            }
        })
    };
    for _ in 0..5 {
        some(&shelf, 50);
        index.follow(&shelf).await.unwrap();
    }
    reader.await.unwrap();
    index.optimize().await.unwrap();
    assert_eq!(counts(&index).await, (300, 300));
    assert_eq!(titles(&index, "pompe").await.len(), 10);
}
