//! Files, kept under the hash of their bytes. The only file that knows the object store.
//!
//! A blob is written first and named by a row second. Never the other way round. What no row names
//! (a delivery that was refused, an upload that broke off with its process) does no harm and stays: nothing removes it yet.
//! What is removed goes the other way round: the row says so first, then the bytes go (`worker/retention.rs`).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart};
use savoir_models::clock::Timestamp;
use savoir_models::id;
use sha2::{Digest, Sha256};

/// Why a file was not kept or not found.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// It is larger than allowed; nothing of it was kept.
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The sender stopped half way; nothing of it was kept.
    #[error("the upload broke off: {0}")]
    BrokenOff(String),
    /// The store itself failed.
    #[error("file store: {0}")]
    Store(#[from] object_store::Error),
    /// A file of this machine could not be read or written.
    #[error("file: {0}")]
    Io(#[from] std::io::Error),
}

/// A file that is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// SHA-256 of its bytes, in hexadecimal.
    pub hash: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its first bytes (up to 64), for telling what it is by content.
    pub head: Vec<u8>,
}

/// Where files are kept.
#[derive(Clone)]
pub struct Blobs {
    store: Arc<dyn ObjectStore>,
    /// Where a local copy is made for those who need a path.
    folder: PathBuf,
}

fn key(hash: &str) -> Key {
    Key::from(format!("{}/{}", hash.get(..2).unwrap_or("00"), hash))
}

impl Blobs {
    /// Files in a folder of this machine, which is made when absent.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn folder(folder: &Path) -> Result<Self, BlobError> {
        std::fs::create_dir_all(folder)?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_automatic_cleanup(true).with_fsync(true);
        Ok(Self { store: Arc::new(store), folder: folder.to_owned() })
    }

    /// Keeps what `stream` brings, `limit` bytes at most, without holding it in memory. The same bytes twice are kept
    /// once.
    ///
    /// # Errors
    /// [`BlobError::TooLarge`], [`BlobError::BrokenOff`], or what the store says; in each case nothing is kept.
    pub async fn put<S, E>(&self, mut stream: S, limit: u64) -> Result<Blob, BlobError>
    where
        S: Stream<Item = Result<Bytes, E>> + Unpin,
        E: std::fmt::Display,
    {
        let incoming = Key::from(format!("incoming/{}", id::secret(16)));
        let mut writer = WriteMultipart::new(self.store.put_multipart(&incoming).await?);
        let mut hasher = Sha256::new();
        let (mut bytes, mut head) = (0_u64, Vec::new());
        while let Some(chunk) = stream.next().await {
            let failed = match chunk {
                Err(error) => Some(BlobError::BrokenOff(error.to_string())),
                Ok(chunk) => {
                    bytes += chunk.len() as u64;
                    head.extend(chunk.iter().take(64_usize.saturating_sub(head.len())));
                    hasher.update(&chunk);
                    writer.wait_for_capacity(8).await?;
                    writer.write(&chunk);
                    (bytes > limit).then_some(BlobError::TooLarge { limit })
                }
            };
            if let Some(error) = failed {
                writer.abort().await?;
                return Err(error);
            }
        }
        writer.finish().await?;
        let hash = hex::encode(hasher.finalize());
        self.store.rename(&incoming, &key(&hash)).await?;
        Ok(Blob { hash, bytes, head })
    }

    /// Keeps a file of this machine.
    ///
    /// # Errors
    /// As [`Blobs::put`].
    pub async fn put_file(&self, path: &Path, limit: u64) -> Result<Blob, BlobError> {
        let file = tokio::fs::File::open(path).await?;
        self.put(tokio_util::io::ReaderStream::with_capacity(file, 256 * 1024), limit).await
    }

    /// A path at which the blob can be read: its own, or that of a copy.
    ///
    /// # Errors
    /// When there is no such blob.
    pub async fn path(&self, hash: &str) -> Result<PathBuf, BlobError> {
        let path = self.folder.join(key(hash).as_ref());
        self.store.head(&key(hash)).await?;
        Ok(path)
    }

    /// Removes what was kept before `before` under a hash; false when it was kept since, as a file that comes anew is
    /// before a row names it. What is not there is removed already.
    ///
    /// # Errors
    /// When the store does not do it.
    pub async fn remove(&self, hash: &str, before: Timestamp) -> Result<bool, BlobError> {
        match self.store.head(&key(hash)).await {
            Ok(found) if found.last_modified.timestamp_millis() >= before.0 => return Ok(false),
            Ok(_) => {}
            Err(object_store::Error::NotFound { .. }) => return Ok(true),
            Err(error) => return Err(error.into()),
        }
        match self.store.delete(&key(hash)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    /// Its bytes, as they come.
    ///
    /// # Errors
    /// When there is no such blob.
    pub async fn read(
        &self,
        hash: &str,
    ) -> Result<impl Stream<Item = Result<Bytes, std::io::Error>> + use<>, BlobError> {
        let found = self.store.get(&key(hash)).await?;
        Ok(found.into_stream().map(|chunk| chunk.map_err(std::io::Error::other)))
    }
}
