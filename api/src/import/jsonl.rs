//! JSON Lines: one intervention per line, and the files of its recordings under `audio`.

use std::io;

use serde_json::Value;

use super::fields::Raw;
use super::lines::Lines;
use super::{encoding, words};

/// The next row; empty lines are none.
pub(super) fn next(lines: &mut Lines) -> io::Result<Option<Raw>> {
    while let Some(line) = lines.next()? {
        let mut raw = Raw { line: line.number, ..Raw::default() };
        let Some(bytes) = line.bytes else {
            raw.errors.push((words::too_long(), String::new()));
            return Ok(Some(raw));
        };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let decoded = encoding::decode(&bytes);
        raw.decoded = decoded.repaired;
        raw.doubtful = decoded.doubtful;
        match serde_json::from_str::<Value>(&decoded.text) {
            Ok(Value::Object(object)) => raw.value = object,
            Ok(_) => raw.errors.push((words::not_an_object(), decoded.text)),
            Err(e) => {
                let cut = !line.ended && e.is_eof();
                raw.errors.push((words::not_json(e.column(), &e.to_string(), cut), decoded.text));
            }
        }
        return Ok(Some(raw));
    }
    Ok(None)
}
