//! What a file is, by its first bytes.

use std::io::{self, Read, Seek, SeekFrom};

/// What a file seems to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No byte in it.
    Empty,
    /// Sound, or a film that may hold some.
    Audio {
        /// The name ending that services expect for it.
        extension: &'static str,
    },
    /// Something else that is well known, in words for a person.
    Other(&'static str),
    /// Nothing that is recognised by its first bytes.
    Unknown,
}

/// The kind of `file`, which is left at its beginning.
///
/// # Errors
/// When the file cannot be read.
pub fn of(file: &mut (impl Read + Seek)) -> io::Result<Kind> {
    let mut head = Vec::with_capacity(512);
    file.by_ref().take(512).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(classify(&head))
}

/// Files that decoders for headerless streams (mp3, aac) would otherwise dig "frames" out of.
const OTHERS: &[(&[u8], &str)] = &[
    (b"PK\x03\x04", "a ZIP archive (or an office document)"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"\xfd7zXZ", "an xz archive"),
    (b"\x28\xb5\x2f\xfd", "a zstd archive"),
    (b"BZh", "a bzip2 archive"),
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a Windows program"),
    (b"SQLite format 3", "a database"),
    (b"\xd0\xcf\x11\xe0", "an office document"),
    (b"<!DOCTYPE", "an HTML page"),
    (b"<html", "an HTML page"),
    (b"<?xml", "an XML document"),
    (b"lmgg", "a speech model"),
];

fn classify(head: &[u8]) -> Kind {
    let at = |offset: usize, bytes: &[u8]| head.get(offset..offset + bytes.len()) == Some(bytes);
    let audio = |extension| Kind::Audio { extension };
    if head.is_empty() {
        return Kind::Empty;
    }
    if at(0, b"RIFF") && at(8, b"WAVE") || at(0, b"RF64") {
        return audio("wav");
    }
    if at(0, b"fLaC") {
        return audio("flac");
    }
    if at(0, b"OggS") {
        return audio("ogg");
    }
    if at(0, b"FORM") && (at(8, b"AIFF") || at(8, b"AIFC")) {
        return audio("aiff");
    }
    if at(4, b"ftyp") {
        return audio("m4a");
    }
    if at(0, b"\x1a\x45\xdf\xa3") {
        return audio("webm");
    }
    if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Kind::Other(what);
    }
    if at(0, b"RIFF") && at(8, b"WEBP") {
        return Kind::Other("a WebP picture");
    }
    if at(257, b"ustar") {
        return Kind::Other("a tar archive");
    }
    // Eleven set bits begin an MPEG frame; layer "reserved" is ADTS, and that is AAC.
    if head.starts_with(b"ID3") {
        return audio("mp3");
    }
    match head {
        [0xff, second, ..] if second & 0xf6 == 0xf0 => audio("aac"),
        [0xff, second, ..] if second & 0xe0 == 0xe0 => audio("mp3"),
        _ if printable(head) => Kind::Other("a text"),
        _ => Kind::Unknown,
    }
}

fn printable(head: &[u8]) -> bool {
    head.len() >= 16
        && head.iter().all(|b| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0xc2..=0xf4 | 0x80..=0xbf))
        && std::str::from_utf8(head).map_or_else(|e| e.error_len().is_none(), |_| true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_told_by_its_content() {
        assert_eq!(classify(b"PK\x03\x04whatever"), Kind::Other("a ZIP archive (or an office document)"));
    }

    #[test]
    fn an_empty_file_is_empty() {
        assert_eq!(classify(b""), Kind::Empty);
    }

    #[test]
    fn a_french_text_is_a_text_even_when_cut_within_a_letter() {
        let text = "Remplacé le thermocouple, é".as_bytes();
        assert_eq!(classify(&text[..text.len() - 1]), Kind::Other("a text"));
    }

    #[test]
    fn mpeg_and_adts_frames_are_told_apart() {
        assert_eq!(classify(&[0xff, 0xfb, 0x90, 0x00]), Kind::Audio { extension: "mp3" });
        assert_eq!(classify(&[0xff, 0xf1, 0x50, 0x80]), Kind::Audio { extension: "aac" });
    }

    #[test]
    fn browsers_recordings_are_webm() {
        assert_eq!(classify(b"\x1a\x45\xdf\xa3\x9f"), Kind::Audio { extension: "webm" });
    }
}
