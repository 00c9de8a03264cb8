//! Fetching a known model: resumed where it stopped, checked before it gets its name.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::{CONTENT_RANGE, ETAG, HeaderMap, RANGE};
use reqwest::{Client, StatusCode};
use tokio::fs::{File, OpenOptions};
use tokio::io::AsyncWriteExt;

use crate::http::{self, Manner, Redirects};
use crate::reach::{self, Reach};
use crate::speech::catalogue::{self, Known, Verdict};

/// Why a model could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The connection could not be made or broke off.
    #[error(
        "{file}: the connection to {address} failed after {done} bytes ({causes}); run the same command again to go on from there"
    )]
    Broken {
        /// The model's file.
        file: &'static str,
        /// Where from.
        address: String,
        /// What is here so far.
        done: u64,
        /// What the network said.
        causes: String,
    },
    /// The hub said no.
    #[error("{file}: {address} answers {status}; check the mirror's address in the configuration")]
    Refused {
        /// The model's file.
        file: &'static str,
        /// Where from.
        address: String,
        /// The answer's status.
        status: u16,
    },
    /// It is not the file that was expected. What was received has been thrown away.
    #[error(
        "{file}: what {address} sends is not the model that is known under this name (SHA-256 {found}, expected {expected}); nothing was kept. Try the public hub, or another mirror"
    )]
    NotTheModel {
        /// The model's file.
        file: &'static str,
        /// Where from.
        address: String,
        /// The digest it should have.
        expected: String,
        /// The digest it has.
        found: String,
    },
    /// Another size than it should have: another file. What was received has been thrown away.
    #[error(
        "{file}: what {address} sends has another size than the {expected} bytes of the model that is known under this name; nothing was kept. Try the public hub, or another mirror"
    )]
    OtherSize {
        /// The model's file.
        file: &'static str,
        /// Where from.
        address: String,
        /// The size it should have.
        expected: u64,
    },
    /// The disk.
    #[error("{}: {error}", path.display())]
    Disk {
        /// Which file or folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// No client could be made.
    #[error("{0}")]
    NoClient(String),
}

/// How often a connection that broke is taken up again by itself, as long as each time brought something.
const ATTEMPTS: u32 = 5;

/// Fetches `known` into `folder` from the hub or a mirror with the same paths, and returns where it is. A file that
/// is there and intact is not fetched again. `progress` is told the bytes that are here and the bytes there will be.
///
/// # Errors
/// See [`PullError`]. What was received before a broken connection is kept in `<file>.part` and taken up again.
pub async fn pull(
    known: &Known,
    folder: &Path,
    mirror: &str,
    progress: &(dyn Fn(u64, u64) + Send + Sync),
    reach: Reach,
) -> Result<PathBuf, PullError> {
    let target = folder.join(known.file);
    let at = |path: &Path| {
        let path = path.to_owned();
        move |error| PullError::Disk { path, error }
    };
    tokio::fs::create_dir_all(folder).await.map_err(at(folder))?;
    if target.exists() && intact(known, folder).await.map_err(at(&target))? {
        progress(known.bytes, known.bytes);
        return Ok(target);
    }
    let silence = Duration::from_secs(60);
    let build = |redirects| {
        http::client(Manner { total: None, silence, redirects, reach, reuse: true }).map_err(PullError::NoClient)
    };
    let address = known.address(mirror);
    reach::target(&address, reach).map_err(|why| PullError::NoClient(format!("models.mirror: {why}")))?;
    let pull = Pull { known, address, client: build(Redirects::Elsewhere)?, progress };
    let announced = pull.announced(&build(Redirects::Never)?).await?;
    if let (Some(expected), Some(found)) = (known.sha256, &announced.sha256)
        && found != expected
    {
        return Err(pull.not_the_model(expected.to_owned(), found.clone()));
    }
    if known.sha256.is_some() && announced.bytes.is_some_and(|bytes| bytes != known.bytes) {
        return Err(pull.other_size(known.bytes));
    }
    let part = catalogue::part(folder, known);
    let size = if known.sha256.is_some() { known.bytes } else { announced.bytes.unwrap_or(known.bytes) };
    let expected = known.sha256.map(str::to_owned).or(announced.sha256);
    let resumed = part.exists();
    pull.fetch(&part, size).await?;
    let mut found = digest(&part).await.map_err(at(&part))?;
    if resumed && expected.as_ref().is_some_and(|e| *e != found) {
        // The beginning may be of another file, of before an update: once more, from nothing.
        tokio::fs::remove_file(&part).await.map_err(at(&part))?;
        pull.fetch(&part, size).await?;
        found = digest(&part).await.map_err(at(&part))?;
    }
    if let Some(expected) = expected
        && expected != found
    {
        tokio::fs::remove_file(&part).await.map_err(at(&part))?;
        return Err(pull.not_the_model(expected, found));
    }
    catalogue::record(&target, &found).map_err(at(&target))?;
    tokio::fs::rename(&part, &target).await.map_err(at(&target))?;
    Ok(target)
}

async fn intact(known: &Known, folder: &Path) -> io::Result<bool> {
    let (known, folder) = (*known, folder.to_owned());
    let verdict = tokio::task::spawn_blocking(move || catalogue::verify(&known, &folder)).await;
    Ok(verdict.map_err(io::Error::other)?? == Verdict::Intact)
}

async fn digest(path: &Path) -> io::Result<String> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || catalogue::digest(&path)).await.map_err(io::Error::other)?
}

/// What the hub says of a file before it sends it.
#[derive(Default)]
struct Announced {
    sha256: Option<String>,
    bytes: Option<u64>,
}

struct Pull<'a> {
    known: &'a Known,
    address: String,
    client: Client,
    progress: &'a (dyn Fn(u64, u64) + Send + Sync),
}

impl Pull<'_> {
    fn broken(&self, done: u64, error: &reqwest::Error) -> PullError {
        let causes = http::causes(error);
        PullError::Broken { file: self.known.file, address: self.address.clone(), done, causes }
    }

    fn refused(&self, status: StatusCode) -> PullError {
        PullError::Refused { file: self.known.file, address: self.address.clone(), status: status.as_u16() }
    }

    fn not_the_model(&self, expected: String, found: String) -> PullError {
        PullError::NotTheModel { file: self.known.file, address: self.address.clone(), expected, found }
    }

    fn other_size(&self, expected: u64) -> PullError {
        PullError::OtherSize { file: self.known.file, address: self.address.clone(), expected }
    }

    /// Asks for the digest and the size. The hub sends them with its redirect to the storage, not with the file,
    /// so `client` must not follow. A mirror that does not answer HEAD announces nothing.
    async fn announced(&self, client: &Client) -> Result<Announced, PullError> {
        let answer = client.head(&self.address).send().await.map_err(|e| self.broken(0, &e))?;
        let status = answer.status();
        if status == StatusCode::METHOD_NOT_ALLOWED || status == StatusCode::NOT_IMPLEMENTED {
            return Ok(Announced::default());
        }
        if status.is_client_error() || status.is_server_error() {
            return Err(self.refused(status));
        }
        let header = |name: &str| text(answer.headers(), name);
        let unquoted = |tag: &str| tag.trim_start_matches("W/").trim_matches('"').to_lowercase();
        let tags = [header("x-linked-etag"), header(ETAG.as_str())];
        let own_size = if status.is_success() { header("content-length") } else { None };
        Ok(Announced {
            sha256: tags.into_iter().flatten().map(|t| unquoted(&t)).find(|t| catalogue::is_digest(t)),
            bytes: header("x-linked-size").or(own_size).and_then(|s| s.parse().ok()).filter(|b| *b > 0),
        })
    }

    /// Brings `part` to `size` bytes, from what is there on.
    async fn fetch(&self, part: &Path, size: u64) -> Result<(), PullError> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let before = length(part).await;
            match self.take_up(part, before, size).await {
                Ok(()) => return Ok(()),
                Err(PullError::Broken { .. }) if attempt < ATTEMPTS && length(part).await > before => {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn take_up(&self, part: &Path, before: u64, size: u64) -> Result<(), PullError> {
        let disk = |error| PullError::Disk { path: part.to_owned(), error };
        if before == size {
            return Ok(());
        }
        let before = if before > size { 0 } else { before };
        let mut request = self.client.get(&self.address);
        if before > 0 {
            request = request.header(RANGE, format!("bytes={before}-"));
        }
        let answer = request.send().await.map_err(|e| self.broken(before, &e))?;
        let (mut file, mut done) = match answer.status() {
            StatusCode::PARTIAL_CONTENT if starts_at(answer.headers(), before) => {
                (OpenOptions::new().append(true).open(part).await.map_err(disk)?, before)
            }
            // A server without ranges sends everything again.
            StatusCode::OK => (File::create(part).await.map_err(disk)?, 0),
            status => return Err(self.refused(status)),
        };
        let mut body = answer.bytes_stream();
        let outcome = loop {
            let Some(chunk) = body.next().await else { break Ok(()) };
            match chunk {
                Ok(chunk) => {
                    done += chunk.len() as u64;
                    if done > size {
                        break Err(self.other_size(size));
                    }
                    file.write_all(&chunk).await.map_err(disk)?;
                    (self.progress)(done, size);
                }
                Err(error) => break Err(self.broken(done, &error)),
            }
        };
        // What was received stays, also when the connection broke.
        file.flush().await.map_err(disk)?;
        file.sync_all().await.map_err(disk)?;
        if matches!(outcome, Err(PullError::OtherSize { .. })) {
            tokio::fs::remove_file(part).await.map_err(disk)?;
        }
        outcome?;
        if done < size {
            let causes = format!("the server ended at {done} of {size} bytes");
            return Err(PullError::Broken { file: self.known.file, address: self.address.clone(), done, causes });
        }
        Ok(())
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    Some(headers.get(name)?.to_str().ok()?.to_owned())
}

/// Whether a partial answer begins where it was asked to.
fn starts_at(headers: &HeaderMap, start: u64) -> bool {
    text(headers, CONTENT_RANGE.as_str()).is_some_and(|range| range.starts_with(&format!("bytes {start}-")))
}

async fn length(path: &Path) -> u64 {
    tokio::fs::metadata(path).await.map_or(0, |m| m.len())
}
