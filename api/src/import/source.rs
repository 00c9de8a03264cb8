//! Opening a file: what format, what encoding, what mapping; then its rows, one after the other.

use std::fs::File;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::csv::{Shape, Table, guess_separator};
use super::encoding::{self, Decoding};
use super::fields::Raw;
use super::lines::{Lines, Place};
use super::mapping::Mapping;
use super::ords::{self, Ords};
use super::{Format, ImportError, Options, jsonl};

const HEAD_BYTES: u64 = 64 * 1024;

enum Kind {
    Jsonl,
    Table(Table, Box<Shape>),
}

/// A file that is being read.
pub(super) struct Source {
    lines: Lines,
    kind: Kind,
    folder: PathBuf,
    count: Arc<AtomicU64>,
    total: Option<u64>,
    /// For each field that comes from a column: the field's path and the column's name.
    pub(super) columns: Vec<(String, String)>,
    /// Everything but the file that decides how it is read.
    pub(super) reading: String,
}

struct Counted {
    inner: Box<dyn Read + Send>,
    count: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(out)?;
        self.count.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

impl Source {
    /// Opens `file` and decides how to read it. Errors say what to do.
    pub(super) fn open(file: &Path, options: &Options) -> Result<Self, ImportError> {
        let stdin = file == Path::new("-");
        let (mut inner, total): (Box<dyn Read + Send>, _) = if stdin {
            (Box::new(io::stdin()), None)
        } else {
            let failed = |error| ImportError::File { path: file.to_owned(), error };
            let open = File::open(file).map_err(failed)?;
            let about = open.metadata().map_err(failed)?;
            if about.is_dir() {
                return Err(ImportError::Usage(format!("{} is a folder: name a file in it", file.display())));
            }
            (Box::new(open), about.is_file().then_some(about.len()))
        };
        let mut head = Vec::new();
        inner.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
        no_archive(&head)?;
        let mapping = match &options.mapping {
            Some(path) => Some(Mapping::load(path)?),
            None => None,
        };
        let label = options.encoding.as_deref().or(mapping.as_ref().and_then(|(m, _)| m.encoding.as_deref()));
        let decoding = encoding::find(label, &head).map_err(ImportError::Usage)?;
        let mut seen = Vec::new();
        encoding::reader(decoding, Box::new(Cursor::new(head.clone())), &head)?
            .take(HEAD_BYTES)
            .read_to_end(&mut seen)?;

        let format = match options.format {
            Some(format) => format,
            None => recognise(file, &seen, mapping.is_some())?,
        };
        if format != Format::Csv && mapping.is_some() {
            return Err(ImportError::Usage(
                "a mapping is for CSV files: give --format csv, or leave --mapping out".into(),
            ));
        }
        let count = Arc::new(AtomicU64::new(0));
        let whole =
            Box::new(Counted { inner: Box::new(Cursor::new(head.clone()).chain(inner)), count: Arc::clone(&count) });
        let mut lines = Lines::new(encoding::reader(decoding, whole, &head)?, &seen);
        let text = mapping.as_ref().map(|(_, text)| text.as_str()).unwrap_or_default();
        let reading = format!(
            "{format:?} {} {:?} {}",
            if let Decoding::Stated(e) = decoding { e.name() } else { "auto" },
            options.language,
            hex::encode(Sha256::digest(text))
        );
        let mut columns = Vec::new();
        let kind = match format {
            Format::Jsonl => Kind::Jsonl,
            Format::Csv => {
                let mapping = mapping.map(|(mapping, _)| mapping).unwrap_or_default();
                let (separator, quote) = mapping.marks()?;
                let table = Table::open(&mut lines, separator, quote)?;
                let plan = mapping.fit(&table.header)?;
                columns.clone_from(&plan.columns);
                Kind::Table(table, Box::new(Shape::Mapped(plan)))
            }
            Format::Ords => {
                let table = Table::open(&mut lines, None, b'"')?;
                let ords = Ords::new(&table.header, file, options.language)?;
                columns = ords::columns();
                Kind::Table(table, Box::new(Shape::Ords(ords)))
            }
        };
        let folder = if stdin { None } else { file.parent() }.filter(|f| !f.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new(".")).to_owned();
        Ok(Self { lines, kind, folder, count, total, columns, reading })
    }

    /// The next row.
    pub(super) fn next(&mut self) -> io::Result<Option<Raw>> {
        match &self.kind {
            Kind::Jsonl => jsonl::next(&mut self.lines),
            Kind::Table(table, shape) => table.next(&mut self.lines, shape),
        }
    }

    /// The folder of the file, where its recordings are.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Bytes of the file read so far, a little ahead of the rows given.
    pub(super) fn bytes(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// The size of the file.
    pub(super) fn total(&self) -> Option<u64> {
        self.total
    }

    /// Where the rows given end, if they end at a line.
    pub(super) fn place(&self) -> Option<Place> {
        self.lines.place()
    }

    /// Goes on to `place`; false when the file is not what it was, and this source is of no more use.
    pub(super) fn skip_to(&mut self, place: &Place) -> io::Result<bool> {
        self.lines.skip_to(place)
    }
}

fn no_archive(head: &[u8]) -> Result<(), ImportError> {
    let sentence = match head {
        [b'P', b'K', 3, 4, ..] => {
            "this is a spreadsheet document or a zip archive: save the table as CSV (UTF-8), or unpack the archive"
        }
        [0x1F, 0x8B, ..] => "this is a gzip archive: unpack it first, or pipe it in: zcat FILE | savoir import -",
        [0xD0, 0xCF, 0x11, 0xE0, ..] => "this is an old spreadsheet document: save the table as CSV (UTF-8)",
        [b'%', b'P', b'D', b'F', ..] => "this is a PDF document: export the records as CSV or JSON Lines",
        _ => return Ok(()),
    };
    Err(ImportError::Usage(sentence.into()))
}

/// By extension, and by looking where that does not tell.
fn recognise(file: &Path, head: &[u8], mapped: bool) -> Result<Format, ImportError> {
    if mapped {
        return Ok(Format::Csv);
    }
    let extension = file.extension().and_then(|e| e.to_str()).unwrap_or_default().to_lowercase();
    let first = head
        .split(|b| *b == b'\n' || *b == b'\r')
        .map(<[u8]>::trim_ascii)
        .find(|line| !line.is_empty())
        .unwrap_or_default();
    if !matches!(extension.as_str(), "csv" | "tsv") {
        if first == b"{" || first.starts_with(b"[") {
            return Err(ImportError::Usage(
                "this is one JSON document; one object per line is expected. Convert it: jq -c '.[]?' FILE > FILE.jsonl \
                 for a list, jq -c . FILE > FILE.jsonl for objects over several lines"
                    .into(),
            ));
        }
        if first.starts_with(b"{") || matches!(extension.as_str(), "jsonl" | "ndjson" | "json") {
            return Ok(Format::Jsonl);
        }
    }
    let header: Vec<String> = String::from_utf8_lossy(first)
        .split(char::from(guess_separator(first, b'"')))
        .map(|name| name.trim().trim_matches('"').to_owned())
        .collect();
    if ords::looks_like(&header) {
        return Ok(Format::Ords);
    }
    if header.len() > 1 || matches!(extension.as_str(), "csv" | "tsv") {
        return Ok(Format::Csv);
    }
    Err(ImportError::Usage(format!(
        "the format of {} is not recognised: name it with --format jsonl, csv or ords",
        file.display()
    )))
}
