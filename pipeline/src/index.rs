//! Both indexes and what they share: the labels of a passage, and the scope of a question.
//!
//! SQL is the only truth. The text index and the vectors follow it ([`follow`]) and may be deleted at any time.

pub mod analysis;
pub mod follow;
pub mod text;
pub mod vectors;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use savoir_models::draft::Known;
use savoir_models::id::PassageId;
use savoir_models::passage::{Passage, PassagePart, Shelf};
use savoir_models::text::Language;
use savoir_models::viewer::{Audience, Viewer};

use crate::codes;
use crate::fault::Fault;
use crate::index::analysis::{exact_key, family_key};
use crate::index::text::TextIndex;
use crate::index::vectors::{Place, Space, Vectors};

/// Why an index did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Another process has the folder open.
    #[error(
        "the index in {0} is open in another process: embedded mode is one process, so stop the other one, or give each its own data folder"
    )]
    Locked(PathBuf),
    /// The folder cannot be used.
    #[error("the index folder {folder} cannot be used: {reason}")]
    Folder {
        /// Which folder.
        folder: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The text index failed.
    #[error("text index: {0}")]
    Text(String),
    /// The vector index failed.
    #[error("vectors: {0}")]
    Vectors(String),
    /// The vector server does not answer.
    #[error("the vector server at {address} does not answer: {reason}")]
    Unreachable {
        /// Where it was looked for.
        address: String,
        /// What the client says.
        reason: String,
    },
    /// A task of the index was broken off.
    #[error("the index was interrupted: {0}")]
    Interrupted(#[from] tokio::task::JoinError),
    /// What is followed failed.
    #[error(transparent)]
    Store(#[from] savoir_models::store::StoreError),
}

impl From<IndexError> for Fault {
    fn from(error: IndexError) -> Self {
        match error {
            IndexError::Unreachable { .. } => Self::missing(crate::fault::Need::Vectors, error),
            other => Self::later(other),
        }
    }
}

/// What a passage is filtered by, in the one form that both indexes keep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Labels {
    /// Whose it is.
    pub owner: Known,
    /// Which side.
    pub part: PassagePart,
    /// The classes of readers who find it.
    pub classes: Vec<Audience>,
    /// Its language.
    pub language: Language,
    /// Key of its machine family.
    pub family: Option<String>,
    /// Keys of its models.
    pub models: Vec<String>,
    /// Error codes, told as such or found in its text, as [`code_keys`] has them.
    pub codes: Vec<String>,
    /// Part references, told as such or found in its text.
    pub references: Vec<String>,
}

impl Labels {
    /// The labels of a passage.
    #[must_use]
    pub fn of(passage: &Passage) -> Self {
        let found = |text: &str| codes::find(text, Some(passage.language)).into_iter().map(|c| c.canonical);
        let told = passage.codes.iter().map(|c| codes::canonical(c).unwrap_or_else(|| c.to_uppercase()));
        let mut code_list: Vec<String> =
            told.chain(found(&passage.title)).chain(found(&passage.text)).flat_map(|c| code_keys(&c)).collect();
        code_list.sort_unstable();
        code_list.dedup();
        let in_text = codes::references(&passage.text).into_iter().map(|c| c.canonical);
        let mut references: Vec<String> =
            passage.references.iter().filter_map(|r| codes::canonical_reference(r)).chain(in_text).collect();
        references.sort_unstable();
        references.dedup();
        Self {
            owner: passage.owner,
            part: passage.part,
            classes: passage.classes(),
            language: passage.language,
            family: passage.family.as_deref().map(family_key).filter(|k| !k.is_empty()),
            models: passage.models.iter().map(|m| exact_key(m)).filter(|k| !k.is_empty()).collect(),
            codes: code_list,
            references,
        }
    }

    /// Which shelf it stands on.
    #[must_use]
    pub fn shelf(&self) -> Shelf {
        shelf(self.owner)
    }
}

/// On which shelf an owner's passages stand.
#[must_use]
pub fn shelf(owner: Known) -> Shelf {
    match owner {
        Known::Draft(_) => Shelf::Draft,
        Known::Procedure(_) => Shelf::Procedure,
    }
}

/// An owner as both indexes name it.
pub(crate) fn owner_key(owner: Known) -> String {
    match owner {
        Known::Procedure(id) => format!("{}/{id}", shelf(owner)),
        Known::Draft(id) => format!("{}/{id}", shelf(owner)),
    }
}

/// What a code is indexed under: itself and, when it has a letter, its digits marked as such ("E42": `E42`, `#42`).
#[must_use]
pub fn code_keys(canonical: &str) -> Vec<String> {
    let digits = codes::digits(canonical);
    if digits == canonical || digits.is_empty() {
        return vec![canonical.to_owned()];
    }
    vec![canonical.to_owned(), format!("#{digits}")]
}

/// What a code is looked up under, so that "E42" meets "erreur 42" but never "F42", and "42" meets both.
#[must_use]
pub fn code_terms(canonical: &str) -> Vec<String> {
    let digits = codes::digits(canonical);
    if digits.is_empty() {
        return vec![canonical.to_owned()];
    }
    let other = if digits == canonical { format!("#{digits}") } else { digits.to_owned() };
    vec![canonical.to_owned(), other]
}

/// Which passages a question may touch. Both indexes apply it inside their query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// What this class of readers sees, and nothing else; none means nothing.
    pub class: Option<Audience>,
    /// On this shelf only.
    pub shelf: Option<Shelf>,
    /// For this machine family only ([`family_key`]).
    pub family: Option<String>,
    /// For this model only ([`exact_key`]).
    pub model: Option<String>,
    /// With this code only (canonical).
    pub code: Option<String>,
    /// In this language only.
    pub language: Option<Language>,
    /// This side only.
    pub part: Option<PassagePart>,
    /// Nothing of this one.
    pub except: Option<Known>,
    /// Only what stands before this `seq`.
    pub before: Option<i64>,
}

impl Scope {
    /// What a viewer may find: procedures as their class sees them, never a draft.
    #[must_use]
    pub fn of(viewer: &Viewer) -> Self {
        Self { class: viewer.class(), shelf: Some(Shelf::Procedure), ..Self::house() }
    }

    /// What the house itself compares with: procedures, whole, and drafts.
    #[must_use]
    pub fn house() -> Self {
        Self {
            class: Some(Audience::Internal),
            shelf: None,
            family: None,
            model: None,
            code: None,
            language: None,
            part: None,
            except: None,
            before: None,
        }
    }
}

/// A passage that an index found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Found {
    /// Which passage.
    pub id: PassageId,
    /// Whose.
    pub owner: Known,
    /// Which side.
    pub part: PassagePart,
    /// How well it answers, in the measure of the index that found it.
    pub score: f32,
}

/// How many passages each index holds, and how far each has followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Passages in the text index.
    pub text: u64,
    /// Passages in the vector index.
    pub vectors: u64,
    /// What the text index has followed, as a `seq`.
    pub text_seq: i64,
    /// What the vector index has followed, as a `seq`.
    pub vectors_seq: i64,
}

/// Both indexes.
#[derive(Debug)]
pub struct Index {
    pub(crate) text: TextIndex,
    pub(crate) vectors: Vectors,
    pub(crate) space: Space,
    /// One follower at a time; readers never wait for it.
    pub(crate) following: tokio::sync::Mutex<()>,
    folder: PathBuf,
    _lock: File,
}

impl Index {
    /// Opens both indexes, or starts them anew where there is nothing, or something of another version.
    ///
    /// `folder` holds the text index and the embedded vectors; a file beside it tells other processes that it is taken.
    ///
    /// # Errors
    /// [`IndexError::Locked`] when another process has it, [`IndexError::Folder`] when it cannot be written,
    /// [`IndexError::Unreachable`] when the vector server is not there.
    pub async fn open(folder: &Path, place: Place, space: Space) -> Result<Self, IndexError> {
        let lock = lock(folder)?;
        let (at, to) = (folder.join("text"), folder.join("vectors"));
        let text = tokio::task::spawn_blocking(move || TextIndex::open(&at)).await??;
        let vectors = Vectors::open(place, &to, &space).await?;
        Ok(Self {
            text,
            vectors,
            space,
            following: tokio::sync::Mutex::new(()),
            folder: folder.to_path_buf(),
            _lock: lock,
        })
    }

    /// How much each index holds.
    ///
    /// # Errors
    /// Those of the vector server.
    pub async fn counts(&self) -> Result<Counts, IndexError> {
        Ok(Counts {
            text: self.text.len(),
            vectors: self.vectors.count().await?,
            text_seq: self.text.cursor(),
            vectors_seq: self.vectors.cursor().await?,
        })
    }

    /// Every passage in the scope that the text index holds: for comparing it with SQL.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub async fn everything(&self, scope: &Scope) -> Result<std::collections::HashSet<PassageId>, IndexError> {
        let limit = usize::try_from(self.text.len()).unwrap_or(usize::MAX).max(1);
        let (view, scope) = (self.text.view(), scope.clone());
        let found = tokio::task::spawn_blocking(move || view.all(&scope, limit)).await??;
        Ok(found.into_iter().map(|(found, _)| found.id).collect())
    }

    /// Counts, for other processes to read with [`saved_counts`]: only the one that holds the folder can.
    ///
    /// # Errors
    /// Those of counting, or of writing the file.
    pub async fn save_counts(&self) -> Result<(), IndexError> {
        let counts = self.counts().await?;
        let file = counts_file(&self.folder);
        std::fs::write(&file, format!("{} {}\n", counts.text, counts.vectors))
            .map_err(|reason| IndexError::Folder { folder: file, reason })
    }

    /// The `seq` up to which both have followed: the text index comes last.
    #[must_use]
    pub fn followed(&self) -> i64 {
        self.text.cursor()
    }

    /// The passages of the scope whose vectors are nearest to `vector`, whatever their distance, best first.
    ///
    /// # Errors
    /// When the vectors cannot be read; [`IndexError::Unreachable`] when the server is not there.
    pub async fn nearest_vectors(&self, vector: &[f32], scope: &Scope, limit: usize) -> Result<Vec<Found>, IndexError> {
        self.vectors.nearest(vector, scope, -1.0, limit).await
    }

    /// Builds what makes large vector collections fast: see [`Vectors::optimize`].
    ///
    /// # Errors
    /// When the disk is full or unreadable.
    pub async fn optimize(&self) -> Result<(), IndexError> {
        self.vectors.optimize().await
    }

    /// Empties both, so that the next follow starts from the beginning: what `savoir reindex` does.
    ///
    /// # Errors
    /// When a folder cannot be emptied, or the vector server is not there.
    pub async fn clear(&self) -> Result<(), IndexError> {
        let _one = self.following.lock().await;
        self.text.clear()?;
        self.vectors.clear().await
    }
}

/// Where a process that holds an index tells others how much is in it.
fn counts_file(folder: &Path) -> PathBuf {
    folder.with_extension("counts")
}

/// What the process that holds the index in `folder`, or held it last, counted: passages in the text index and in the
/// vectors. `None` when none has, or when the index is gone since. Opens and changes nothing.
#[must_use]
pub fn saved_counts(folder: &Path) -> Option<(u64, u64)> {
    if !folder.is_dir() {
        return None;
    }
    let text = std::fs::read_to_string(counts_file(folder)).ok()?;
    let (text, vectors) = text.trim().split_once(' ')?;
    Some((text.parse().ok()?, vectors.parse().ok()?))
}

/// Whether another process holds the index in `folder`. Makes no file.
///
/// # Errors
/// [`IndexError::Folder`] when the file that tells cannot be read.
pub fn is_locked(folder: &Path) -> Result<bool, IndexError> {
    let failed = |reason| IndexError::Folder { folder: folder.to_path_buf(), reason };
    let file = match File::open(folder.with_extension("lock")) {
        Ok(file) => file,
        Err(reason) if reason.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(reason) => return Err(failed(reason)),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(reason)) => Err(failed(reason)),
    }
}

/// Takes the folder for this process.
fn lock(folder: &Path) -> Result<File, IndexError> {
    let failed = |reason| IndexError::Folder { folder: folder.to_path_buf(), reason };
    if let Some(parent) = folder.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    let file = File::create(folder.with_extension("lock")).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(IndexError::Locked(folder.to_path_buf())),
        Err(TryLockError::Error(reason)) => Err(failed(reason)),
    }
}
