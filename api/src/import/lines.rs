//! A file as physical lines, however long the file: where each begins, and a hash of all that has been read.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The longest line, and the longest CSV record, that is held in memory.
pub(super) const MAX_LINE_BYTES: usize = 16 * 1024 * 1024;

/// One physical line.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// Its number in the file; the first is 1.
    pub(super) number: u64,
    /// Its bytes without the line end; `None` when it was over [`MAX_LINE_BYTES`] and has been skipped.
    pub(super) bytes: Option<Vec<u8>>,
    /// Whether a line end closed it: the last line of a file that was cut has none.
    pub(super) ended: bool,
}

/// A place between two records, and the proof that what lies before it has not changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// Bytes read, after decoding.
    pub(super) bytes: u64,
    /// Lines read.
    pub(super) line: u64,
    /// SHA-256 of those bytes, in hexadecimal.
    pub(super) sha256: String,
}

/// Reads lines, and takes lines back: a record that turns out not to be one is read again line by line.
pub(super) struct Lines {
    reader: BufReader<Box<dyn Read + Send>>,
    terminator: u8,
    hash: Sha256,
    bytes: u64,
    line: u64,
    returned: VecDeque<Line>,
}

impl Lines {
    /// Lines of `reader`, whose first bytes are `head`.
    pub(super) fn new(reader: Box<dyn Read + Send>, head: &[u8]) -> Self {
        // Files of old Macs end their lines with a carriage return alone.
        let old_mac = head.contains(&b'\r') && !head.contains(&b'\n');
        Self {
            reader: BufReader::with_capacity(64 * 1024, reader),
            terminator: if old_mac { b'\r' } else { b'\n' },
            hash: Sha256::new(),
            bytes: 0,
            line: 0,
            returned: VecDeque::new(),
        }
    }

    /// The next line; `None` at the end of the file.
    pub(super) fn next(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.returned.pop_front() {
            return Ok(Some(line));
        }
        let mut bytes = Vec::new();
        let (mut seen, mut too_long, mut ended) = (0_u64, false, false);
        while !ended {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                break;
            }
            let end = chunk.iter().position(|b| *b == self.terminator);
            let taken = end.map_or(chunk.len(), |at| at + 1);
            ended = end.is_some();
            self.hash.update(&chunk[..taken]);
            if bytes.len() + taken > MAX_LINE_BYTES {
                too_long = true;
                bytes = Vec::new();
            }
            if !too_long {
                bytes.extend_from_slice(&chunk[..taken]);
            }
            seen += taken as u64;
            self.reader.consume(taken);
        }
        if seen == 0 {
            return Ok(None);
        }
        self.bytes += seen;
        self.line += 1;
        if ended {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        Ok(Some(Line { number: self.line, bytes: (!too_long).then_some(bytes), ended }))
    }

    /// Takes lines back, in their order: the next calls give them again.
    pub(super) fn give_back(&mut self, lines: Vec<Line>) {
        for line in lines.into_iter().rev() {
            self.returned.push_front(line);
        }
    }

    /// Where the reader stands; `None` while lines that were given back are still to be read.
    pub(super) fn place(&self) -> Option<Place> {
        self.returned.is_empty().then(|| Place {
            bytes: self.bytes,
            line: self.line,
            sha256: hex::encode(self.hash.clone().finalize()),
        })
    }

    /// Reads on to `place`. False when the bytes on the way are not those that were read then: the file has changed,
    /// and this reader is of no more use.
    pub(super) fn skip_to(&mut self, place: &Place) -> io::Result<bool> {
        while self.bytes < place.bytes {
            let chunk = self.reader.fill_buf()?;
            if chunk.is_empty() {
                return Ok(false);
            }
            let left = usize::try_from(place.bytes - self.bytes).unwrap_or(usize::MAX);
            let taken = chunk.len().min(left);
            self.hash.update(&chunk[..taken]);
            self.bytes += taken as u64;
            self.reader.consume(taken);
        }
        self.line = place.line;
        Ok(self.place().as_ref() == Some(place))
    }
}
