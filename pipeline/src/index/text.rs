//! The text index: tantivy in a folder, fed with words that are already analysed.

mod view;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use savoir_models::draft::Known;
use savoir_models::passage::{Passage, PassagePart, Shelf};
use savoir_models::procedure::Confidence;
use savoir_models::text::Language;
use savoir_models::viewer::Audience;
use serde::{Deserialize, Serialize};
use tantivy::schema::{
    FAST, Field, IndexRecordOption, STORED, STRING, Schema, SchemaBuilder, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, TantivyError, Term};

use crate::index::analysis::{exact_key, words};
use crate::index::follow::Labelled;
use crate::index::{IndexError, Labels, owner_key};

pub use view::View;

/// Another version of the fields or of the analysis means: build anew.
const VERSION: u32 = 2;

/// Memory of the writer in bytes before it flushes a segment; tantivy asks for at least 15 MB a thread.
const WRITER_BYTES: usize = 24_000_000;

impl From<TantivyError> for IndexError {
    fn from(error: TantivyError) -> Self {
        Self::Text(error.to_string())
    }
}

/// What a commit says of itself.
#[derive(Debug, Serialize, Deserialize)]
struct Payload {
    seq: i64,
    version: u32,
}

/// What a hit shows, kept beside the words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Shown {
    /// The owner's title.
    pub title: String,
    /// The passage's text.
    pub text: String,
    /// Its language.
    pub language: Language,
    /// For whom.
    pub audience: Audience,
    /// How much its owner is to be trusted.
    #[serde(default = "savoir_models::passage::validated")]
    pub confidence: Confidence,
    /// Kind of machine, as written.
    pub family: Option<String>,
    /// Manufacturer.
    pub manufacturer: Option<String>,
    /// Models, as written.
    pub models: Vec<String>,
    /// Canonical error codes.
    pub codes: Vec<String>,
}

impl Shown {
    fn of(passage: &Passage) -> Self {
        Self {
            title: passage.title.clone(),
            text: passage.text.clone(),
            language: passage.language,
            audience: passage.audience,
            confidence: passage.confidence,
            family: passage.family.clone(),
            manufacturer: passage.manufacturer.clone(),
            models: passage.models.clone(),
            codes: passage.codes.clone(),
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Fields {
    id: Field,
    owner: Field,
    shelf: Field,
    part: Field,
    classes: Field,
    language: Field,
    family: Field,
    models: Field,
    codes: Field,
    references: Field,
    texts: [Texts; 4],
    shown: Field,
    seq: Field,
}

/// The words of a passage as one class of readers finds them, by language. Each class has fields of its own, so that what
/// words weigh for it is counted in what it sees, and tells nothing of what it does not.
#[derive(Debug, Clone, Copy)]
struct Texts {
    title: [Field; 2],
    body: [Field; 2],
}

impl Fields {
    /// The words as `class` finds them.
    const fn of(&self, class: Audience) -> &Texts {
        &self.texts[class as usize]
    }
}

fn schema() -> (Schema, Fields) {
    let mut b: SchemaBuilder = Schema::builder();
    let analysed = || {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer("raw")
                .set_index_option(IndexRecordOption::WithFreqs)
                .set_fieldnorms(true),
        )
    };
    let fields = Fields {
        id: b.add_text_field("id", STRING),
        owner: b.add_text_field("owner", STRING),
        shelf: b.add_text_field("shelf", STRING),
        part: b.add_text_field("part", STRING),
        classes: b.add_text_field("classes", STRING),
        language: b.add_text_field("language", STRING),
        family: b.add_text_field("family", STRING),
        models: b.add_text_field("models", STRING),
        codes: b.add_text_field("codes", STRING),
        references: b.add_text_field("references", STRING),
        texts: CLASSES.map(|class| {
            let mut field =
                |what: &str, language: Language| b.add_text_field(&format!("{what}_{language}_{class}"), analysed());
            Texts {
                title: LANGUAGES.map(|language| field("title", language)),
                body: LANGUAGES.map(|language| field("text", language)),
            }
        }),
        shown: b.add_text_field("shown", STORED),
        seq: b.add_i64_field("seq", FAST),
    };
    // Identifiers of a hit are read from columns: the stored texts are opened for the few that are shown only.
    for name in ["id_high", "id_low", "owner_high", "owner_low", "kind"] {
        b.add_u64_field(name, FAST);
    }
    (b.build(), fields)
}

/// An open index; replaced as a whole when it is built anew.
struct Open {
    reader: IndexReader,
    writer: Mutex<Option<IndexWriter>>,
    fields: Fields,
    schema: Schema,
    cursor: std::sync::atomic::AtomicI64,
}

/// The text index.
pub struct TextIndex {
    folder: PathBuf,
    open: RwLock<Arc<Open>>,
}

impl std::fmt::Debug for TextIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextIndex").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl TextIndex {
    /// Opens what is there; builds anew what is of another version, broken, or missing.
    ///
    /// # Errors
    /// When the folder cannot be used, or another process writes there.
    pub fn open(folder: &Path) -> Result<Self, IndexError> {
        let open = match reopen(folder)? {
            Some(open) => open,
            None => create(folder)?,
        };
        Ok(Self { folder: folder.to_path_buf(), open: RwLock::new(Arc::new(open)) })
    }

    fn current(&self) -> Arc<Open> {
        Arc::clone(&self.open.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Passages in it.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.current().reader.searcher().num_docs()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The `seq` up to which it has followed.
    #[must_use]
    pub fn cursor(&self) -> i64 {
        self.current().cursor.load(std::sync::atomic::Ordering::SeqCst)
    }

    /// Starts anew when somebody deleted the folder while it was open.
    pub(crate) fn revive(&self) -> Result<(), IndexError> {
        if self.folder.join("meta.json").exists() { Ok(()) } else { self.clear() }
    }

    /// Empties it and forgets the cursor.
    pub(crate) fn clear(&self) -> Result<(), IndexError> {
        // The old writer goes first: it holds the folder's lock and merges in the background.
        drop(writer(&self.current()).take());
        let fresh = create(&self.folder)?;
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        Ok(())
    }

    /// Applies changes and commits them together with the cursor.
    pub(crate) async fn apply(&self, batch: Vec<Labelled>, cursor: i64) -> Result<(), IndexError> {
        let open = self.current();
        tokio::task::spawn_blocking(move || open.apply(&batch, cursor)).await?
    }
}

fn writer(open: &Open) -> MutexGuard<'_, Option<IndexWriter>> {
    open.writer.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What stands in the folder, if it is whole and of this version.
fn reopen(folder: &Path) -> Result<Option<Open>, IndexError> {
    if !folder.join("meta.json").exists() {
        return Ok(None);
    }
    let (schema, fields) = schema();
    let index = match tantivy::Index::open_in_dir(folder) {
        Ok(index) if index.schema() == schema => index,
        Ok(_) => return Ok(None),
        Err(error) => {
            tracing::warn!(%error, folder = %folder.display(), "the text index cannot be read: built anew");
            return Ok(None);
        }
    };
    let payload = index.load_metas()?.payload.and_then(|p| serde_json::from_str::<Payload>(&p).ok());
    match payload {
        Some(Payload { seq, version: VERSION }) => Open::new(&index, fields, schema, seq).map(Some),
        _ => Ok(None),
    }
}

/// An empty index in an empty folder.
fn create(folder: &Path) -> Result<Open, IndexError> {
    let failed = |reason| IndexError::Folder { folder: folder.to_path_buf(), reason };
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(failed)?;
    }
    std::fs::create_dir_all(folder).map_err(failed)?;
    let (schema, fields) = schema();
    let index = tantivy::Index::create_in_dir(folder, schema.clone())?;
    let open = Open::new(&index, fields, schema, 0)?;
    open.apply(&[], 0)?;
    Ok(open)
}

impl Open {
    fn new(index: &tantivy::Index, fields: Fields, schema: Schema, seq: i64) -> Result<Self, IndexError> {
        let writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Self { reader, writer: Mutex::new(Some(writer)), fields, schema, cursor: seq.into() })
    }

    fn apply(&self, batch: &[Labelled], cursor: i64) -> Result<(), IndexError> {
        let mut guard = writer(self);
        let Some(writer) = guard.as_mut() else {
            return Err(IndexError::Text("it is being built anew".into()));
        };
        for one in batch {
            writer.delete_term(Term::from_field_text(self.fields.id, &one.change.id.to_string()));
            if let (Some(passage), Some(labels)) = (&one.change.passage, &one.labels) {
                let mut document = self.document(passage, labels)?;
                document.add_i64(self.fields.seq, one.change.seq);
                writer.add_document(document)?;
            }
        }
        let mut commit = writer.prepare_commit()?;
        let payload = serde_json::to_string(&Payload { seq: cursor, version: VERSION });
        commit.set_payload(&payload.map_err(|e| IndexError::Text(e.to_string()))?);
        commit.commit()?;
        self.cursor.store(cursor, std::sync::atomic::Ordering::SeqCst);
        self.reader.reload()?;
        Ok(())
    }

    fn document(&self, passage: &Passage, labels: &Labels) -> Result<TantivyDocument, IndexError> {
        let f = &self.fields;
        let mut doc = TantivyDocument::default();
        doc.add_text(f.id, passage.id.to_string());
        doc.add_text(f.owner, owner_key(labels.owner));
        doc.add_text(f.shelf, labels.shelf().as_str());
        doc.add_text(f.part, labels.part.as_str());
        labels.classes.iter().for_each(|class| doc.add_text(f.classes, class.as_str()));
        doc.add_text(f.language, labels.language.as_str());
        labels.family.iter().for_each(|k| doc.add_text(f.family, k));
        labels.models.iter().for_each(|k| doc.add_text(f.models, k));
        labels.codes.iter().for_each(|k| doc.add_text(f.codes, k));
        labels.references.iter().for_each(|k| doc.add_text(f.references, k));
        let column = |name: &str| self.schema.get_field(name);
        let owner = match labels.owner {
            Known::Procedure(id) => id.as_u128(),
            Known::Draft(id) => id.as_u128(),
        };
        let id = passage.id.as_u128();
        doc.add_u64(column("id_high")?, (id >> 64) as u64);
        doc.add_u64(column("id_low")?, id as u64);
        doc.add_u64(column("owner_high")?, (owner >> 64) as u64);
        doc.add_u64(column("owner_low")?, owner as u64);
        doc.add_u64(column("kind")?, kind(labels.shelf(), labels.part));
        let machine: Vec<&str> =
            [&passage.family, &passage.manufacturer].into_iter().flatten().map(String::as_str).collect();
        let models: Vec<String> = passage.models.iter().flat_map(|m| [m.clone(), exact_key(m)]).collect();
        let body =
            [&passage.title, &machine.join(" "), &models.join(" "), &passage.text].map(String::as_str).join("\n");
        let at = place(passage.language);
        let (title, body) = (tokens(&passage.title, passage.language), tokens(&body, passage.language));
        for class in &labels.classes {
            let texts = f.of(*class);
            doc.add_pre_tokenized_text(texts.title[at], title.clone());
            doc.add_pre_tokenized_text(texts.body[at], body.clone());
        }
        let shown = serde_json::to_string(&Shown::of(passage)).map_err(|e| IndexError::Text(e.to_string()))?;
        doc.add_text(f.shown, shown);
        Ok(doc)
    }
}

/// Every class of readers, at the place of its fields.
const CLASSES: [Audience; 4] = [Audience::Internal, Audience::Technician, Audience::Contractor, Audience::Customer];

/// Every language, at the place of its fields.
const LANGUAGES: [Language; 2] = [Language::French, Language::English];

/// Where a language's fields stand.
const fn place(language: Language) -> usize {
    match language {
        Language::French => 0,
        Language::English => 1,
    }
}

const fn kind(shelf: Shelf, part: PassagePart) -> u64 {
    (matches!(shelf, Shelf::Procedure) as u64) << 1 | matches!(part, PassagePart::Fix) as u64
}

fn tokens(text: &str, language: Language) -> PreTokenizedString {
    let tokens = words(text, language)
        .into_iter()
        .enumerate()
        .map(|(position, word)| Token {
            offset_from: word.at.start,
            offset_to: word.at.end,
            position,
            text: word.term,
            position_length: 1,
        })
        .collect();
    // The text itself is not kept here: it is stored once, in `shown`.
    PreTokenizedString { text: String::new(), tokens }
}
