//! From bytes to text: byte order marks, UTF-16, and Windows-1252 where UTF-8 was expected.

use std::io::{self, Read};
use std::sync::OnceLock;

use encoding_rs::{CoderResult, Decoder, Encoding, MACINTOSH, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How the bytes of a file become text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Decoding {
    /// UTF-8, and Windows-1252 for what is not UTF-8: decided text by text, for files glued from several exports.
    Automatic,
    /// One encoding for the whole file: stated by the user or by the file itself.
    Stated(&'static Encoding),
}

/// What the label (« windows-1252 », « macintosh », « utf-16le »…, as browsers know them) and the first bytes say.
/// Errors: the label is unknown; the sentence names the usual ones.
pub(super) fn find(label: Option<&str>, head: &[u8]) -> Result<Decoding, String> {
    if let Some((encoding, _)) = Encoding::for_bom(head) {
        return Ok(if encoding == UTF_8 { Decoding::Automatic } else { Decoding::Stated(encoding) });
    }
    match label.map(str::trim) {
        None | Some("" | "auto") => {}
        Some(label) => match Encoding::for_label(label.as_bytes()) {
            Some(encoding) if encoding == UTF_8 => return Ok(Decoding::Automatic),
            Some(encoding) => return Ok(Decoding::Stated(encoding)),
            None => {
                return Err(format!(
                    "« {label} » is not a known text encoding: use auto, utf-8, windows-1252, iso-8859-15, macintosh, \
                     utf-16le or utf-16be"
                ));
            }
        },
    }
    // UTF-16 without a mark: every other byte of western text is zero.
    let pairs = (head.len() / 2).max(1);
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|b| **b == 0).count();
    if head.len() >= 16 {
        let (even, odd) = (zeros(0), zeros(1));
        if odd * 10 > pairs * 7 && even * 10 < pairs {
            return Ok(Decoding::Stated(UTF_16LE));
        }
        if even * 10 > pairs * 7 && odd * 10 < pairs {
            return Ok(Decoding::Stated(UTF_16BE));
        }
    }
    Ok(Decoding::Automatic)
}

/// A reader that gives UTF-8 for a stated encoding, and the bytes as they are otherwise; without byte order mark.
pub(super) fn reader(
    decoding: Decoding,
    mut inner: Box<dyn Read + Send>,
    head: &[u8],
) -> io::Result<Box<dyn Read + Send>> {
    match decoding {
        Decoding::Automatic => {
            if head.starts_with(b"\xEF\xBB\xBF") {
                inner.read_exact(&mut [0; 3])?;
            }
            Ok(inner)
        }
        Decoding::Stated(encoding) => Ok(Box::new(Transcoder {
            inner,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: vec![0; 16 * 1024],
            raw_at: 0..0,
            text: vec![0; 64 * 1024],
            text_at: 0..0,
            ended: false,
        })),
    }
}

struct Transcoder {
    inner: Box<dyn Read + Send>,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: std::ops::Range<usize>,
    text: Vec<u8>,
    text_at: std::ops::Range<usize>,
    ended: bool,
}

impl Read for Transcoder {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut at_end = false;
        while self.text_at.is_empty() && !self.ended {
            if self.raw_at.is_empty() && !at_end {
                let count = self.inner.read(&mut self.raw)?;
                self.raw_at = 0..count;
                at_end = count == 0;
            }
            let raw = &self.raw[self.raw_at.clone()];
            let (result, read, written, _) = self.decoder.decode_to_utf8(raw, &mut self.text, at_end);
            self.raw_at.start += read;
            self.text_at = 0..written;
            self.ended = at_end && result == CoderResult::InputEmpty;
        }
        let count = self.text_at.len().min(out.len());
        out[..count].copy_from_slice(&self.text[self.text_at.start..self.text_at.start + count]);
        self.text_at.start += count;
        Ok(count)
    }
}

/// A text, and what had to be done to read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Decoded {
    /// The text.
    pub(super) text: String,
    /// Some bytes were not UTF-8 and were read as Windows-1252.
    pub(super) repaired: bool,
    /// Some of those bytes make no sense in Windows-1252 either: the text may be wrong.
    pub(super) doubtful: bool,
}

/// Reads bytes as UTF-8, and those that are not as Windows-1252. A character cut in two at the end becomes U+FFFD.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    let mut decoded = Decoded { text: String::with_capacity(bytes.len()), repaired: false, doubtful: false };
    // « é », a hard space and « » » are one Chinese character to UTF-8: such a text is Windows-1252 throughout.
    let foreign = |c: char| matches!(c, '\u{0800}'..='\u{1FFF}' | '\u{2C00}'..='\u{D7FF}');
    if std::str::from_utf8(bytes).is_err() && bytes.utf8_chunks().any(|chunk| chunk.valid().contains(foreign)) {
        let at = |byte: &u8| windows_1252()[usize::from(*byte & 0x7F)];
        decoded.text = bytes.iter().map(|b| if b.is_ascii() { char::from(*b) } else { at(b) }).collect();
        return Decoded { repaired: true, ..decoded };
    }
    let mut chunks = bytes.utf8_chunks().peekable();
    while let Some(chunk) = chunks.next() {
        let before = chunk.valid().chars().next_back().or(decoded.text.chars().next_back());
        decoded.text.push_str(chunk.valid());
        let bad = chunk.invalid();
        let Some(first) = bad.first() else { continue };
        // Words of Windows-1252 end in é (E9), à (E0), É (C9)…, never in Â, Ã or Å: those are halves of a character.
        if chunks.peek().is_none() && matches!((first, bad.len()), (0xC2 | 0xC3 | 0xC5, 1) | (0xE2 | 0xF0, 2..)) {
            decoded.text.push(char::REPLACEMENT_CHARACTER);
            decoded.doubtful = true;
            continue;
        }
        let inside_word = before.is_some_and(char::is_alphabetic);
        for byte in bad {
            decoded.repaired = true;
            decoded.doubtful |= unlikely(*byte, inside_word);
            decoded.text.push(windows_1252()[usize::from(*byte & 0x7F)]);
        }
    }
    decoded
}

/// Bytes that Windows-1252 leaves empty, or whose sign does not stand inside a word: the text was in something else
/// (Mac Roman and the code pages of DOS keep their accented letters there).
fn unlikely(byte: u8, inside_word: bool) -> bool {
    match byte {
        0x81 | 0x8D | 0x8F | 0x90 | 0x9D => true,
        0x82..=0x84 | 0x86..=0x8B | 0x8E | 0x95 | 0x98 | 0x9B | 0x9E => inside_word,
        _ => false,
    }
}

/// What the bytes 0x80 to 0xFF are in Windows-1252.
pub(super) fn windows_1252() -> &'static [char; 128] {
    static TABLE: OnceLock<[char; 128]> = OnceLock::new();
    TABLE.get_or_init(|| upper_half(WINDOWS_1252))
}

/// What the bytes 0x80 to 0xFF are in Mac Roman.
pub(super) fn mac_roman() -> &'static [char; 128] {
    static TABLE: OnceLock<[char; 128]> = OnceLock::new();
    TABLE.get_or_init(|| upper_half(MACINTOSH))
}

fn upper_half(encoding: &'static Encoding) -> [char; 128] {
    let mut table = ['\u{FFFD}'; 128];
    for (byte, slot) in (0x80_u8..=0xFF).zip(&mut table) {
        if let Some(c) = encoding.decode_without_bom_handling(&[byte]).0.chars().next() {
            *slot = c;
        }
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_are_read_as_windows_1252() {
        let decoded = decode(b"cass\xE9, \xE0 changer : 12 \x80");
        assert_eq!(decoded.text, "cassé, à changer : 12 €");
        assert!(decoded.repaired && !decoded.doubtful);
    }

    #[test]
    fn a_text_of_two_encodings_keeps_both() {
        let decoded = decode("clé ".bytes().chain(*b"cass\xE9e").collect::<Vec<_>>().as_slice());
        assert_eq!(decoded.text, "clé cassée");
    }

    #[test]
    fn a_character_cut_in_two_is_shown_and_not_guessed() {
        let decoded = decode(b"le caf\xC3");
        assert_eq!(decoded.text, "le caf\u{FFFD}");
        assert!(decoded.doubtful);
    }

    #[test]
    fn mac_bytes_read_as_windows_1252_are_doubted() {
        // « démarre » in Mac Roman.
        assert!(decode(b"d\x8Emarre").doubtful);
    }

    #[test]
    fn utf16_is_known_by_its_mark_and_without_it() {
        for (mark, bytes) in [(true, "\u{FEFF}{\"source\":\"démarré\"}"), (false, "{\"source\":\"démarré\"}")] {
            let raw: Vec<u8> = bytes.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let decoding = find(None, &raw).unwrap();
            assert!(matches!(decoding, Decoding::Stated(e) if e == UTF_16LE), "mark: {mark}");
            let mut text = String::new();
            reader(decoding, Box::new(io::Cursor::new(raw.clone())), &raw).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "{\"source\":\"démarré\"}");
        }
    }
}
