//! A whole house for a test: everything as production has it, in a folder that is gone at the end, with doubles for
//! what lies outside, and a clock that stands still until it is told.
//!
//! ```text
//! let house = house().await;                              // SQLite
//! let house = House::build().postgres().open().await;     // PostgreSQL; None where it is not installed
//! ```

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use savoir_api::app::{self, App};
use savoir_api::config::{Config, Sources};
use savoir_models::clock::{Clock, ManualClock, SystemClock, Timestamp};
use savoir_models::store::Db;
use savoir_models::viewer::{Role, Viewer};
use savoir_pipeline::blobs::Blobs;
use savoir_pipeline::embed::Embedder;
use savoir_pipeline::embed::builtin::Builtin;
use savoir_pipeline::extractor::Extractor;
use savoir_pipeline::extractor::model::ModelExtractor;
use savoir_pipeline::hooks::Hooks;
use savoir_pipeline::index::Index;
use savoir_pipeline::index::vectors::{Place, Space};
use savoir_pipeline::kit::{Kit, LineSettings};
use savoir_pipeline::llm::{ChatModel, Llm, LlmSettings};
use savoir_pipeline::speech::Transcriber;
use savoir_pipeline::worker::{Until, Worker};
use tempfile::TempDir;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::data::START;
use crate::doubles::{Parrot, Plain};

/// A house on SQLite.
///
/// # Panics
/// When it does not open.
pub async fn house() -> House {
    House::build().open().await.expect("SQLite needs nothing to be installed")
}

/// A house.
pub struct House {
    /// What the doors share.
    pub app: Arc<App>,
    /// What the steps share.
    pub kit: Arc<Kit>,
    /// The clock of the house, unless it was built to show the real time.
    pub clock: Arc<ManualClock>,
    /// Cancelled when the house is dropped.
    pub stop: CancellationToken,
    builder: Builder,
}

/// What a house is made of.
#[derive(Clone)]
pub struct Builder {
    postgres: bool,
    real_time: bool,
    settings: Vec<(String, String)>,
    line: LineSettings,
    transcriber: Result<Arc<dyn Transcriber>, String>,
    extractor: Arc<dyn Extractor>,
    llm: Option<(Arc<dyn ChatModel>, LlmSettings)>,
    model_drafts: bool,
    clock: Arc<ManualClock>,
    place: Option<(Arc<TempDir>, Option<String>)>,
}

impl House {
    /// A house to be built.
    #[must_use]
    pub fn build() -> Builder {
        let line = LineSettings { poll: Duration::from_millis(5), ..LineSettings::default() };
        Builder {
            postgres: false,
            real_time: false,
            settings: Vec::new(),
            line,
            transcriber: Ok(Arc::new(Parrot)),
            extractor: Arc::new(Plain),
            llm: None,
            model_drafts: false,
            clock: Arc::new(ManualClock::at(START)),
            place: None,
        }
    }

    /// Closes the house and opens it again on what it left on disk, as the next process would.
    ///
    /// # Panics
    /// When it does not open again: something still holds it.
    pub async fn restart(self) -> Self {
        self.restart_with(|builder| builder).await
    }

    /// The same, with something changed in between.
    ///
    /// # Panics
    /// When it does not open again: something still holds it.
    pub async fn restart_with(self, change: impl FnOnce(Builder) -> Builder) -> Self {
        let builder = change(self.builder.clone());
        self.kit.db.close().await;
        drop(self);
        builder.open().await.expect("what was there is still there")
    }

    /// Works off everything that is ready, and lets the indexes follow.
    ///
    /// # Panics
    /// When the database or an index fails.
    pub async fn work(&self) {
        let worker = Worker::new(Arc::clone(&self.kit), CancellationToken::new());
        let mut working = Box::pin(worker.run(Until::Idle));
        loop {
            tokio::select! {
                worked = &mut working => break worked.expect("the line runs"),
                // A job that waits a moment for another would wait for ever on a clock that stands still.
                () = tokio::time::sleep(Duration::from_secs(2)) => self.clock.advance(Duration::from_secs(1)),
            }
        }
        self.kit.index.follow(&self.kit.db).await.expect("the indexes follow");
    }

    /// The secret of a new token.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn token(&self, role: Role, organisation: Option<&str>) -> String {
        self.token_until(role, organisation, None).await
    }

    /// The secret of a new token that ends.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn token_until(&self, role: Role, organisation: Option<&str>, end: Option<Timestamp>) -> String {
        let name = format!("{role} of the test");
        let viewer = Viewer { organisation: organisation.map(str::to_owned), ..Viewer::new(name, role) };
        let mut tx = self.kit.db.begin().await.expect("the database writes");
        let secret = tx.put_token(&viewer, end, self.kit.clock.now()).await.expect("the database writes");
        tx.commit().await.expect("the database commits");
        secret
    }

    /// Listens at a free port of this machine until the house is dropped.
    ///
    /// # Panics
    /// When there is no free port.
    pub async fn listen(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(app::serve(listener, Arc::clone(&self.app)));
        address
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

impl Builder {
    /// On PostgreSQL.
    #[must_use]
    pub fn postgres(self) -> Self {
        Self { postgres: true, ..self }
    }

    /// On the machine's clock.
    #[must_use]
    pub fn real_time(self) -> Self {
        Self { real_time: true, ..self }
    }

    /// With a setting, as `--set` takes it.
    #[must_use]
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.settings.push((key.into(), value.into()));
        self
    }

    /// With the line run this way.
    #[must_use]
    pub fn line(self, line: LineSettings) -> Self {
        Self { line, ..self }
    }

    /// With this speech recognition, or none: then the text says what to do to have it.
    #[must_use]
    pub fn transcriber(self, transcriber: Result<Arc<dyn Transcriber>, String>) -> Self {
        Self { transcriber, ..self }
    }

    /// With this extractor.
    #[must_use]
    pub fn extractor(self, extractor: Arc<dyn Extractor>) -> Self {
        Self { extractor, ..self }
    }

    /// With a language model that draws the drafts.
    #[must_use]
    pub fn llm(self, model: Arc<dyn ChatModel>, settings: LlmSettings) -> Self {
        Self { llm: Some((model, settings)), model_drafts: true, ..self }
    }

    /// With a language model that is asked where rules cannot tell, and draws no drafts.
    #[must_use]
    pub fn adviser(self, model: Arc<dyn ChatModel>, settings: LlmSettings) -> Self {
        Self { llm: Some((model, settings)), model_drafts: false, ..self }
    }

    /// Opens the house; `None` (said loudly) where PostgreSQL was asked for and is not installed.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn open(mut self) -> Option<House> {
        let (folder, url) = match self.place.clone() {
            Some(place) => place,
            None => {
                let url = if self.postgres { Some(crate::postgres::postgres().await?) } else { None };
                (Arc::new(tempfile::tempdir().expect("a folder")), url)
            }
        };
        self.place = Some((Arc::clone(&folder), url.clone()));
        let db = match url {
            Some(url) => Db::postgres(&url, 16).await.expect("PostgreSQL answers"),
            None => Db::sqlite(&folder.path().join("savoir.db")).await.expect("SQLite opens"),
        };
        let embedder: Arc<dyn Embedder> = Arc::new(Builtin);
        let index = Index::open(&folder.path().join("index"), Place::Edge, Space::of(embedder.as_ref())).await;
        let clock: Arc<dyn Clock> = if self.real_time { Arc::new(SystemClock) } else { self.clock.clone() };
        let llm = self.llm.clone();
        let llm = llm.map(|(model, settings)| Arc::new(Llm::new(model, settings, db.clone(), Arc::clone(&clock))));
        let extractor: Arc<dyn Extractor> = match &llm {
            Some(llm) if self.model_drafts => Arc::new(ModelExtractor::new(Arc::clone(llm)).expect("room for a case")),
            _ => Arc::clone(&self.extractor),
        };
        let kit = Arc::new(Kit {
            db,
            blobs: Blobs::folder(&folder.path().join("files")).expect("a folder"),
            clock,
            transcriber: self.transcriber.clone(),
            extractor,
            llm,
            embedder,
            index: Arc::new(index.expect("the index opens")),
            line: self.line.clone(),
            work: Notify::new(),
            passages: Notify::new(),
            hooks: Hooks::default(),
        });
        let mut overrides = vec![("data.dir".to_owned(), folder.path().display().to_string())];
        overrides.extend(self.settings.iter().cloned());
        let config = Config::load(&Sources { overrides, ..Sources::default() }).expect("settings that agree");
        let stop = CancellationToken::new();
        let app = App::new(Arc::clone(&kit), Arc::new(config), stop.clone());
        Some(House { app, kit, clock: Arc::clone(&self.clock), stop, builder: self })
    }
}
