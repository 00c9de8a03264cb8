//! How far an import has come: kept beside the file, so that an import that was interrupted goes on.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::Summary;
use super::lines::Place;

const VERSION: u32 = 1;

/// Where an import stands after a batch that the sink has kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct State {
    version: u32,
    /// The format and the mapping in force: rows read otherwise are other rows.
    pub(super) reading: String,
    /// The place in the file, and the hash of all before it.
    pub(super) place: Place,
    /// The counts up to that place.
    pub(super) counts: Summary,
    /// The report's length at that place.
    pub(super) report_bytes: u64,
}

impl State {
    /// A state at `place`.
    pub(super) fn new(reading: String, place: Place, counts: Summary, report_bytes: u64) -> Self {
        Self { version: VERSION, reading, place, counts, report_bytes }
    }

    /// The state kept at `path`; none when there is none, or one that this version cannot read. Starting anew is
    /// always safe: what was accepted is then repeated.
    pub(super) fn load(path: &Path) -> io::Result<Option<Self>> {
        match std::fs::read(path) {
            Ok(bytes) => Ok(serde_json::from_slice::<Self>(&bytes).ok().filter(|s| s.version == VERSION)),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(e),
        }
    }

    /// Keeps the state at `path`, whole or not at all.
    pub(super) fn save(&self, path: &Path) -> io::Result<()> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        std::fs::write(&beside, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(&beside, path)
    }

    /// Forgets the state at `path`.
    pub(super) fn forget(path: &Path) -> io::Result<()> {
        match std::fs::remove_file(path) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
    }
}
