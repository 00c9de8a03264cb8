//! What a file is, by its first bytes: names and declared types are claims.

use savoir_models::intervention::AttachmentKind;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) kind: AttachmentKind,
    pub(super) media_type: &'static str,
    /// With its article, for a sentence.
    pub(super) said_en: &'static str,
    pub(super) said_fr: &'static str,
}

const fn found(kind: AttachmentKind, media_type: &'static str, en: &'static str, fr: &'static str) -> Found {
    Found { kind, media_type, said_en: en, said_fr: fr }
}

use AttachmentKind::{Audio, Other, Photo, Video};

const UNKNOWN: Found =
    found(Other, "application/octet-stream", "a file of an unknown kind", "un fichier de type inconnu");

/// Signatures that stand at a fixed place: offset, bytes, what it is.
const SIGNATURES: &[(usize, &[u8], Found)] = &[
    (8, b"WAVE", found(Audio, "audio/wav", "a WAV file", "un fichier WAV")),
    (8, b"WEBP", found(Photo, "image/webp", "a WebP image", "une image WebP")),
    (0, b"fLaC", found(Audio, "audio/flac", "a FLAC file", "un fichier FLAC")),
    (0, b"ID3", found(Audio, "audio/mpeg", "an MP3 file", "un fichier MP3")),
    (8, b"AIFF", found(Audio, "audio/aiff", "an AIFF file", "un fichier AIFF")),
    (8, b"AIFC", found(Audio, "audio/aiff", "an AIFF file", "un fichier AIFF")),
    (0, b"\xff\xd8\xff", found(Photo, "image/jpeg", "a JPEG image", "une image JPEG")),
    (0, b"\x89PNG\r\n\x1a\n", found(Photo, "image/png", "a PNG image", "une image PNG")),
    (0, b"PK\x03\x04", found(Other, "application/zip", "a ZIP archive", "une archive ZIP")),
    (0, b"PK\x05\x06", found(Other, "application/zip", "a ZIP archive", "une archive ZIP")),
    (0, b"\x1f\x8b", found(Other, "application/gzip", "a gzip archive", "une archive gzip")),
    (0, b"7z\xbc\xaf\x27\x1c", found(Other, "application/x-7z-compressed", "a 7z archive", "une archive 7z")),
    (0, b"Rar!\x1a\x07", found(Other, "application/vnd.rar", "a RAR archive", "une archive RAR")),
    (0, b"%PDF-", found(Other, "application/pdf", "a PDF document", "un document PDF")),
];

/// What a file is that begins with `head`; `declared` decides only where a container holds either sound or film.
pub(super) fn judge(head: &[u8], declared: &str) -> Found {
    let at = |offset: usize, bytes: &[u8]| head.get(offset..offset + bytes.len()) == Some(bytes);
    let film = |audio: Found, video: Found| if declared.starts_with("audio/") { audio } else { video };
    if at(4, b"ftyp") {
        let mp4 = found(Audio, "audio/mp4", "an MP4 file", "un fichier MP4");
        return match head.get(8..12).unwrap_or_default() {
            b"M4A " | b"M4B " => mp4,
            b"heic" | b"heix" | b"heim" | b"heis" | b"mif1" | b"msf1" => {
                found(Photo, "image/heic", "a HEIC image", "une image HEIC")
            }
            b"avif" => found(Photo, "image/avif", "an AVIF image", "une image AVIF"),
            _ => film(mp4, found(Video, "video/mp4", "an MP4 film", "un film MP4")),
        };
    }
    if at(0, b"\x1a\x45\xdf\xa3") {
        return film(
            found(Audio, "audio/webm", "a WebM file", "un fichier WebM"),
            found(Video, "video/webm", "a WebM film", "un film WebM"),
        );
    }
    if at(0, b"OggS") {
        let theora = head.windows(7).any(|w| w == b"\x80theora");
        let (ogg, film) = (
            found(Audio, "audio/ogg", "an Ogg file", "un fichier Ogg"),
            found(Video, "video/ogg", "an Ogg film", "un film Ogg"),
        );
        return if theora { film } else { ogg };
    }
    let known = SIGNATURES.iter().find(|(offset, bytes, _)| at(*offset, bytes)).map(|(_, _, found)| *found);
    // WAVE and WEBP stand inside RIFF, AIFF inside FORM: elsewhere the word is chance.
    let framed = |f: &Found| match f.media_type {
        "audio/wav" | "image/webp" => at(0, b"RIFF") || at(0, b"RF64"),
        "audio/aiff" => at(0, b"FORM"),
        _ => true,
    };
    known.filter(framed).or_else(|| mpeg(head)).unwrap_or(UNKNOWN)
}

/// A frame of MPEG audio or of AAC in ADTS: eleven bits of sync, then values that exist (ISO 11172-3, 13818-7).
fn mpeg(head: &[u8]) -> Option<Found> {
    let &[first, second, third, ..] = head else { return None };
    if first != 0xff || second & 0xe0 != 0xe0 {
        return None;
    }
    if second & 0xf6 == 0xf0 {
        return Some(found(Audio, "audio/aac", "an AAC file", "un fichier AAC"));
    }
    let (version, layer, bitrate, rate) = (second >> 3 & 3, second >> 1 & 3, third >> 4, third >> 2 & 3);
    let real = version != 1 && layer != 0 && bitrate != 15 && bitrate != 0 && rate != 3;
    real.then_some(found(Audio, "audio/mpeg", "an MP3 file", "un fichier MP3"))
}

/// Whether name or declared type promise a recording.
pub(super) fn claims_audio(name: &str, declared: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
    let audio = ["wav", "flac", "mp3", "m4a", "aac", "ogg", "oga", "opus", "aiff", "aif", "wma", "amr"];
    declared.starts_with("audio/") || audio.contains(&extension.as_str())
}

/// A name for people: the last piece of a path, without what terminals and file systems would act on, 200 characters
/// at most.
pub(super) fn plain_name(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    // Marks that turn the direction of writing could make "gpj.exe" look like "exe.jpg".
    let hidden =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let kept: String = last.chars().filter(|c| !c.is_control() && !hidden(*c)).take(200).collect();
    let kept = kept.trim().trim_start_matches('.').trim();
    if kept.is_empty() { "sans-nom".to_owned() } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides_what_a_file_is() {
        let kind = |head: &[u8], declared| judge(head, declared).kind;
        assert_eq!(kind(b"RIFF\x24\0\0\0WAVEfmt ", "image/png"), Audio);
        assert_eq!(kind(b"RIFF\x24\0\0\0WEBPVP8 ", ""), Photo);
        assert_eq!(kind(b"PK\x03\x04\x14\0\0\0WAVE", "audio/wav"), Other);
        assert_eq!(kind(b"XXXX\x24\0\0\0WAVEfmt ", "audio/wav"), Other);
        assert_eq!(kind(b"\xff\xfb\x90\x64\0\0", ""), Audio);
        assert_eq!(kind(b"\xff\xff\xff\xff\xff\xff", "audio/mpeg"), Other);
        assert_eq!(kind(b"\0\0\0\x20ftypisom", ""), Video);
        assert_eq!(kind(b"\0\0\0\x20ftypisom", "audio/mp4"), Audio);
        assert_eq!(kind(b"\0\0\0\x20ftypheic", "audio/mp4"), Photo);
        assert_eq!(kind(b"\x1a\x45\xdf\xa3", "audio/webm;codecs=opus"), Audio);
        assert_eq!(kind(b"", "audio/wav"), Other);
    }

    #[test]
    fn a_name_is_never_a_path_nor_a_trick() {
        assert_eq!(plain_name("../../etc/passwd"), "passwd");
        assert_eq!(plain_name("C:\\temp\\voix.wav"), "voix.wav");
        assert_eq!(plain_name("a\r\nSet-Cookie: x"), "aSet-Cookie: x");
        assert_eq!(plain_name("photo\u{202e}gpj.exe"), "photogpj.exe");
        assert_eq!(plain_name(".."), "sans-nom");
        assert_eq!(plain_name(&"é".repeat(500)).chars().count(), 200);
    }
}
