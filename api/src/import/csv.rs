//! CSV: records over physical lines, so that one stray quote costs one line and not the rest of the file.

use std::io;

use csv::{ReaderBuilder, WriterBuilder};
use savoir_models::intervention::FieldError;

use super::fields::Raw;
use super::lines::{Line, Lines, MAX_LINE_BYTES};
use super::mapping::Plan;
use super::ords::Ords;
use super::{ImportError, encoding, words};

/// What the cells of a row become.
pub(super) enum Shape {
    /// What a mapping says.
    Mapped(Plan),
    /// What Open Repair Data means.
    Ords(Ords),
}

/// Reads the records of a CSV file.
pub(super) struct Table {
    separator: u8,
    quote: u8,
    /// The names of the columns.
    pub(super) header: Vec<String>,
}

/// A record, or why it is none.
enum Record {
    Cells { line: u64, cells: Vec<String>, decoded: bool, doubtful: bool, loose: bool },
    Bad(u64, FieldError),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum At {
    Start,
    Bare,
    Quoted,
    /// After a quote inside quotes: the end of the cell, or the first half of a doubled quote.
    Closing,
}

impl Table {
    /// Reads the header. The separator is found out when it is not stated.
    pub(super) fn open(lines: &mut Lines, separator: Option<u8>, quote: u8) -> Result<Self, ImportError> {
        let mut table = Self { separator: separator.unwrap_or(b','), quote, header: Vec::new() };
        let mut stated = separator;
        loop {
            let Some(first) = lines.next()? else {
                return Err(ImportError::Usage(
                    "the file is empty: a CSV file begins with a line of column names".into(),
                ));
            };
            let bytes = first.bytes.as_deref().unwrap_or_default();
            // Spreadsheets write « sep=; » before the header.
            if let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', mark] = bytes {
                stated = stated.or(Some(*mark));
                continue;
            }
            if bytes.iter().all(u8::is_ascii_whitespace) && first.bytes.is_some() {
                continue;
            }
            table.separator = stated.unwrap_or_else(|| guess_separator(bytes, quote));
            lines.give_back(vec![first]);
            break;
        }
        match table.record(lines, true)? {
            Some(Record::Cells { cells, .. }) => table.header = cells,
            Some(Record::Bad(line, error)) => {
                return Err(ImportError::Usage(format!("the header (line {line}) cannot be read: {}", error.remedy)));
            }
            None => {
                return Err(ImportError::Usage("the file has no header: name the columns in its first line".into()));
            }
        }
        // Spreadsheets leave empty columns at the right.
        while table.header.last().is_some_and(|name| name.trim().is_empty()) {
            table.header.pop();
        }
        Ok(table)
    }

    /// The next row in its shape.
    pub(super) fn next(&self, lines: &mut Lines, shape: &Shape) -> io::Result<Option<Raw>> {
        Ok(match self.record(lines, false)? {
            None => None,
            Some(Record::Bad(line, error)) => {
                Some(Raw { line, errors: vec![(error, String::new())], ..Raw::default() })
            }
            Some(Record::Cells { line, cells, decoded, doubtful, loose }) => {
                let mut raw = match shape {
                    Shape::Ords(ords) => ords.build(&cells),
                    Shape::Mapped(plan) => {
                        let (value, errors) = plan.build(&cells);
                        Raw { value, errors, ..Raw::default() }
                    }
                };
                raw.line = line;
                raw.decoded = decoded;
                raw.doubtful = doubtful;
                if loose {
                    raw.remarks.push(words::loose_quotes());
                }
                Some(raw)
            }
        })
    }

    fn record(&self, lines: &mut Lines, header: bool) -> io::Result<Option<Record>> {
        loop {
            let Some(first) = lines.next()? else { return Ok(None) };
            let number = first.number;
            let mut held = vec![first];
            let (mut at, mut loose, mut size) = (At::Start, false, 0);
            let whole = loop {
                let Some(bytes) = held.last().and_then(|line| line.bytes.as_deref()) else { break false };
                // What a short line costs besides its bytes counts too.
                size += bytes.len() + 64;
                at = self.scan(at, bytes, &mut loose);
                if at != At::Quoted {
                    break true;
                }
                if size > MAX_LINE_BYTES {
                    break false;
                }
                match lines.next()? {
                    Some(line) => held.push(line),
                    None => break false,
                }
            };
            if !whole {
                let too_long = held[0].bytes.is_none();
                lines.give_back(held.split_off(1));
                return Ok(Some(Record::Bad(number, if too_long { words::too_long() } else { words::open_quote() })));
            }
            let (cells, decoded, doubtful) = self.cells(&held)?;
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let wide = self.header.len();
            let surplus_is_empty = cells.get(wide..).is_some_and(|more| more.iter().all(|c| c.trim().is_empty()));
            if header || cells.len() == wide || surplus_is_empty {
                return Ok(Some(Record::Cells { line: number, cells, decoded, doubtful, loose }));
            }
            // A record of several lines that does not fit was most likely opened by a stray quote: its other lines
            // may be sound records.
            let several = held.len() > 1;
            lines.give_back(held.split_off(1));
            let error = if several { words::open_quote() } else { words::wrong_width(cells.len(), wide) };
            return Ok(Some(Record::Bad(number, error)));
        }
    }

    /// Where the reader stands after a line, with respect to quotes.
    fn scan(&self, mut at: At, bytes: &[u8], loose: &mut bool) -> At {
        for byte in bytes {
            let (quote, separator) = (*byte == self.quote, *byte == self.separator);
            at = match at {
                At::Quoted if quote => At::Closing,
                At::Quoted => At::Quoted,
                At::Closing if quote => At::Quoted,
                At::Start if quote => At::Quoted,
                _ if separator => At::Start,
                At::Closing => {
                    *loose = true;
                    At::Bare
                }
                At::Start | At::Bare => At::Bare,
            };
        }
        at
    }

    fn cells(&self, held: &[Line]) -> io::Result<(Vec<String>, bool, bool)> {
        let bytes = held.iter().filter_map(|line| line.bytes.as_deref()).collect::<Vec<_>>().join(&b'\n');
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(self.separator)
            .quote(self.quote)
            .buffer_capacity(bytes.len().max(64))
            .from_reader(bytes.as_slice());
        let mut record = csv::ByteRecord::new();
        reader.read_byte_record(&mut record).map_err(io::Error::other)?;
        let (mut decoded, mut doubtful) = (false, false);
        let cells = record
            .iter()
            .map(|cell| {
                let cell = encoding::decode(cell);
                decoded |= cell.repaired;
                doubtful |= cell.doubtful;
                cell.text
            })
            .collect();
        Ok((cells, decoded, doubtful))
    }
}

/// The separator that stands most often in the header, outside quotes.
pub(super) fn guess_separator(header: &[u8], quote: u8) -> u8 {
    let count = |mark: u8| {
        let mut quoted = false;
        header
            .iter()
            .filter(|byte| {
                quoted ^= **byte == quote;
                !quoted && **byte == mark
            })
            .count()
    };
    // At equal counts the earlier one; a header of one column has none of them.
    [b',', b';', b'\t', b'|'].into_iter().rev().max_by_key(|mark| count(*mark)).unwrap_or(b',')
}

/// One record as text, with its line end.
pub(super) fn record(cells: &[&str]) -> io::Result<String> {
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(cells)?;
    let bytes = writer.into_inner().map_err(|e| io::Error::other(e.to_string()))?;
    String::from_utf8(bytes).map_err(io::Error::other)
}
