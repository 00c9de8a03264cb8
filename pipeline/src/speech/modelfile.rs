//! Whether a file can be a speech model at all, before whisper.cpp is handed it.
//!
//! whisper.cpp believes a header: a file with the right magic and absurd numbers ends the process for want of memory,
//! and one without weights loads and hears nothing. Both are told apart here, by the header and the size.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A model file that is missing or no model.
#[derive(Debug, thiserror::Error)]
#[error("speech model {}: {reason}; get one with `savoir models pull`, or correct its path in the configuration", path.display())]
pub struct BadModel {
    path: PathBuf,
    reason: String,
}

impl BadModel {
    /// The file at `path`, and what is wrong with it.
    #[must_use]
    pub fn new(path: &Path, reason: impl Into<String>) -> Self {
        Self { path: path.to_owned(), reason: reason.into() }
    }
}

const MAGIC: u32 = 0x6767_6d6c;

/// Checks that a Whisper model may be loaded from `path`.
///
/// # Errors
/// When it is not there, has another format, or has no weights.
pub fn check_whisper(path: &Path) -> Result<(), BadModel> {
    let (header, length) = open(path)?;
    let bad = |reason: &str| Err(BadModel::new(path, reason));
    // whisper.cpp: magic, then eleven numbers of 32 bits.
    let [vocabulary, audio_context, width, heads, layers, text_context, text_width, .., mels, kind] = header[1..]
    else {
        return bad("the file is too short to be a model");
    };
    let sane = (1_000..=500_000).contains(&vocabulary)
        && (1..=10_000).contains(&audio_context)
        && [width, text_width].iter().all(|w| (16..=8_192).contains(w))
        && (1..=256).contains(&heads)
        && (1..=256).contains(&layers)
        && (1..=10_000).contains(&text_context)
        && matches!(mels, 80 | 128)
        && kind < 10_000;
    if !sane {
        return bad("its header makes no sense; the file is damaged or of another format");
    }
    // The token embedding alone takes this much at half a byte a weight, the least that ggml packs.
    if length < u64::from(vocabulary) * u64::from(text_width) / 2 {
        return bad("it has a header and no weights (a file for tests, or a download that was cut off)");
    }
    Ok(())
}

/// Checks that a Silero voice detection model may be loaded from `path`.
///
/// # Errors
/// When it is not there or has another format.
pub fn check_silero(path: &Path) -> Result<(), BadModel> {
    let (header, length) = open(path)?;
    // After the magic comes the length of the model's name, then the name.
    if header.get(1).is_none_or(|name| !(1..=64).contains(name)) || length < 100_000 {
        return Err(BadModel::new(path, "it is no voice detection model in ggml form"));
    }
    Ok(())
}

/// The first twelve numbers of a file in ggml form, and its length in bytes.
fn open(path: &Path) -> Result<(Vec<u32>, u64), BadModel> {
    let bad = |reason: String| BadModel::new(path, reason);
    let file = File::open(path).map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => bad("the file is not there".into()),
        _ => bad(e.to_string()),
    })?;
    let about = file.metadata().map_err(|e| bad(e.to_string()))?;
    if !about.is_file() {
        return Err(bad("that is a folder, a file is expected".into()));
    }
    let mut head = Vec::new();
    file.take(48).read_to_end(&mut head).map_err(|e| bad(e.to_string()))?;
    let numbers: Vec<u32> = head.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    match numbers.first() {
        Some(&MAGIC) => Ok((numbers, about.len())),
        None => Err(bad("the file is empty".into())),
        Some(_) => Err(bad("it is no model in ggml form".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    fn header(numbers: &[u32]) -> Vec<u8> {
        [MAGIC].iter().chain(numbers).flat_map(|n| n.to_le_bytes()).collect()
    }

    #[test]
    fn a_file_that_is_not_there_is_named_with_the_remedy() {
        let error = check_whisper(Path::new("models/ggml-nothing.bin")).unwrap_err().to_string();
        assert!(error.contains("ggml-nothing.bin") && error.contains("savoir models pull"), "{error}");
    }

    #[test]
    fn a_text_is_no_model() {
        let error = check_whisper(file(b"Not a model at all").path()).unwrap_err().to_string();
        assert!(error.contains("no model in ggml form"), "{error}");
    }

    #[test]
    fn a_header_without_sense_is_refused_before_memory_is_asked_for() {
        let absurd = header(&[51_865, 1_500, u32::MAX, 6, 4, 448, 384, 6, 4, 80, 1]);
        assert!(check_whisper(file(&absurd).path()).unwrap_err().to_string().contains("makes no sense"));
    }

    #[test]
    fn a_header_without_weights_is_refused() {
        let tiny = header(&[51_865, 1_500, 384, 6, 4, 448, 384, 6, 4, 80, 1]);
        assert!(check_whisper(file(&tiny).path()).unwrap_err().to_string().contains("no weights"));
    }

    #[test]
    fn a_whisper_model_is_no_voice_detection_model() {
        let tiny = header(&[51_865, 1_500, 384, 6, 4, 448, 384, 6, 4, 80, 1]);
        assert!(check_silero(file(&tiny).path()).is_err());
    }
}
