//! Passages to follow, without a database: a feed in memory that behaves as SQL does.

use std::collections::BTreeMap;
use std::sync::Mutex;

use async_trait::async_trait;
use savoir_models::draft::Known;
use savoir_models::id::{PassageId, ProcedureId};
use savoir_models::passage::{Change, Passage, PassagePart};
use savoir_models::procedure::Confidence;
use savoir_models::store::StoreError;
use savoir_models::text::Language;
use savoir_models::viewer::Audience;
use savoir_pipeline::embed::builtin;
use savoir_pipeline::index::follow::Feed;

/// A passage of a procedure of its own, for technicians, embedded by the built-in embedder.
#[must_use]
pub fn passage(title: &str, text: &str) -> Passage {
    let mut passage = Passage {
        id: PassageId::new(),
        owner: Known::Procedure(ProcedureId::new()),
        part: PassagePart::Problem,
        audience: Audience::Technician,
        classes: Vec::new(),
        confidence: Confidence::Validated,
        language: Language::French,
        title: title.into(),
        text: text.into(),
        family: None,
        manufacturer: None,
        models: Vec::new(),
        codes: Vec::new(),
        references: Vec::new(),
        vector: None,
        embedder: Some(builtin::ID.into()),
    };
    passage.vector = Some(builtin::vector(&passage.embedded_text()));
    passage
}

/// A feed in memory.
#[derive(Debug, Default)]
pub struct Shelf(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    seq: i64,
    rows: BTreeMap<PassageId, (i64, Option<Passage>)>,
}

impl Shelf {
    /// Puts a passage, or puts it anew.
    ///
    /// # Panics
    /// When a test panicked in here.
    pub fn put(&self, passage: Passage) {
        let mut inner = self.0.lock().expect("no test panicked in here");
        inner.seq += 1;
        let seq = inner.seq;
        inner.rows.insert(passage.id, (seq, Some(passage)));
    }

    /// Takes a passage away.
    ///
    /// # Panics
    /// When a test panicked in here.
    pub fn take(&self, id: PassageId) {
        let mut inner = self.0.lock().expect("no test panicked in here");
        inner.seq += 1;
        let seq = inner.seq;
        inner.rows.insert(id, (seq, None));
    }
}

#[async_trait]
impl Feed for Shelf {
    async fn changes(&self, after: i64, limit: i64) -> Result<Vec<Change>, StoreError> {
        let inner = self.0.lock().expect("no test panicked in here");
        let mut out: Vec<Change> = inner
            .rows
            .iter()
            .filter(|(_, (seq, _))| *seq > after)
            .map(|(id, (seq, passage))| Change { seq: *seq, id: *id, passage: passage.clone() })
            .collect();
        out.sort_by_key(|c| c.seq);
        out.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(out)
    }

    async fn last_seq(&self) -> Result<i64, StoreError> {
        Ok(self.0.lock().expect("no test panicked in here").seq)
    }
}
