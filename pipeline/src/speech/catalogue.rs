//! The speech models that are known by name, and what of them is in the models folder.
//!
//! Sizes and SHA-256 are those that the public hub announces for its files (git-lfs object ids), each found in at
//! least two independent publications. Where that was not so the digest is left out: such a file is trusted on
//! first use. Its digest as announced by the hub, or else as received, is written beside it (`<file>.sha256`, in
//! the form that `sha256sum -c` reads), and later verifications go by that.
//!
//! The English-only models are left out: a house that writes French and English cannot use them.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// The public hub that the models come from, unless a mirror is configured.
pub const HUB: &str = "https://huggingface.co";

/// What a model is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Writes what is said.
    Speech,
    /// Tells where somebody speaks.
    Voice,
}

/// A model that is known by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its name on the command line.
    pub name: &'static str,
    /// Its file.
    pub file: &'static str,
    /// Its place on the hub, `owner/repository`.
    pub repository: &'static str,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its digest in small hexadecimal letters, where it is known for certain.
    pub sha256: Option<&'static str>,
    /// What it is for.
    pub purpose: Purpose,
}

impl Known {
    /// Where it is fetched from, on the hub or a mirror with the same paths.
    #[must_use]
    pub fn address(&self, mirror: &str) -> String {
        format!("{}/{}/resolve/main/{}", mirror.trim_end_matches('/'), self.repository, self.file)
    }
}

const fn whisper(name: &'static str, file: &'static str, bytes: u64, sha256: Option<&'static str>) -> Known {
    Known { name, file, repository: "ggerganov/whisper.cpp", bytes, sha256, purpose: Purpose::Speech }
}

const fn silero(name: &'static str, file: &'static str, sha256: &'static str) -> Known {
    let (repository, bytes) = ("ggml-org/whisper-vad", 885_098);
    Known { name, file, repository, bytes, sha256: Some(sha256), purpose: Purpose::Voice }
}

/// Every model that is known by name, from small to large.
#[rustfmt::skip]
pub const KNOWN: &[Known] = &[
    whisper("tiny", "ggml-tiny.bin", 77_691_713, Some("be07e048e1e599ad46341c8d2a135645097a538221678b7acdd1b1919c6e1b21")),
    whisper("tiny-q5_1", "ggml-tiny-q5_1.bin", 32_152_673, Some("818710568da3ca15689e31a743197b520007872ff9576237bda97bd1b469c3d7")),
    whisper("tiny-q8_0", "ggml-tiny-q8_0.bin", 43_537_433, None),
    whisper("base", "ggml-base.bin", 147_951_465, Some("60ed5bc3dd14eea856493d334349b405782ddcaf0028d4b5df4088345fba2efe")),
    whisper("base-q5_1", "ggml-base-q5_1.bin", 59_707_625, Some("422f1ae452ade6f30a004d7e5c6a43195e4433bc370bf23fac9cc591f01a8898")),
    whisper("base-q8_0", "ggml-base-q8_0.bin", 81_768_585, Some("c577b9a86e7e048a0b7eada054f4dd79a56bbfa911fbdacf900ac5b567cbb7d9")),
    whisper("small", "ggml-small.bin", 487_601_967, Some("1be3a9b2063867b937e64e2ec7483364a79917e157fa98c5d94b5c1fffea987b")),
    whisper("small-q5_1", "ggml-small-q5_1.bin", 190_085_487, Some("ae85e4a935d7a567bd102fe55afc16bb595bdb618e11b2fc7591bc08120411bb")),
    whisper("small-q8_0", "ggml-small-q8_0.bin", 264_464_607, Some("49c8fb02b65e6049d5fa6c04f81f53b867b5ec9540406812c643f177317f779f")),
    whisper("medium", "ggml-medium.bin", 1_533_763_059, Some("6c14d5adee5f86394037b4e4e8b59f1673b6cee10e3cf0b11bbdbee79c156208")),
    whisper("medium-q5_0", "ggml-medium-q5_0.bin", 539_212_467, Some("19fea4b380c3a618ec4723c3eef2eb785ffba0d0538cf43f8f235e7b3b34220f")),
    whisper("medium-q8_0", "ggml-medium-q8_0.bin", 823_369_779, None),
    whisper("large-v3-turbo", "ggml-large-v3-turbo.bin", 1_624_555_275, Some("1fc70f774d38eb169993ac391eea357ef47c88757ef72ee5943879b7e8e2bc69")),
    whisper("large-v3-turbo-q5_0", "ggml-large-v3-turbo-q5_0.bin", 574_041_195, Some("394221709cd5ad1f40c46e6031ca61bce88931e6e088c188294c6d5a55ffa7e2")),
    whisper("large-v3-turbo-q8_0", "ggml-large-v3-turbo-q8_0.bin", 874_188_075, Some("317eb69c11673c9de1e1f0d459b253999804ec71ac4c23c17ecf5fbe24e259a1")),
    whisper("large-v3", "ggml-large-v3.bin", 3_095_033_483, Some("64d182b440b98d5203c4f9bd541544d84c605196c4f7b845dfa11fb23594d1e2")),
    whisper("large-v3-q5_0", "ggml-large-v3-q5_0.bin", 1_081_140_203, Some("d75795ecff3f83b5faa89d1900604ad8c780abd5739fae406de19f23ecd98ad1")),
    silero("silero-v5.1.2", "ggml-silero-v5.1.2.bin", "29940d98d42b91fbd05ce489f3ecf7c72f0a42f027e4875919a28fb4c04ea2cf"),
    silero("silero-v6.2.0", "ggml-silero-v6.2.0.bin", "2aa269b785eeb53a82983a20501ddf7c1d9c48e33ab63a41391ac6c9f7fb6987"),
];

/// The name is none of the known ones.
#[derive(Debug, thiserror::Error)]
#[error("« {name} » is no known model; known are {}", KNOWN.iter().map(|k| k.name).collect::<Vec<_>>().join(", "))]
pub struct UnknownModel {
    name: String,
}

/// The model of that name; its file's name does as well.
///
/// # Errors
/// When there is none, with the names there are.
pub fn find(name: &str) -> Result<&'static Known, UnknownModel> {
    KNOWN.iter().find(|k| k.name == name || k.file == name).ok_or_else(|| UnknownModel { name: name.into() })
}

/// What of a model is in the folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Absent,
    /// A download that stopped after that many bytes.
    Partial(u64),
    /// The whole file, not verified here.
    Present,
    /// A file of another size.
    WrongSize(u64),
}

/// The state of every known model in `folder`. Looks at sizes only, so it is quick.
#[must_use]
pub fn list(folder: &Path) -> Vec<(&'static Known, State)> {
    KNOWN.iter().map(|known| (known, state(known, folder))).collect()
}

/// The state of one model in `folder`.
#[must_use]
pub fn state(known: &Known, folder: &Path) -> State {
    let size = |path: PathBuf| std::fs::metadata(path).ok().filter(|m| m.is_file()).map(|m| m.len());
    match (size(folder.join(known.file)), size(part(folder, known))) {
        // Where the digest is not known for certain, neither is the size.
        (Some(bytes), _) if bytes == known.bytes || known.sha256.is_none() => State::Present,
        (Some(bytes), _) => State::WrongSize(bytes),
        (None, Some(bytes)) => State::Partial(bytes),
        (None, None) => State::Absent,
    }
}

/// Where an unfinished download waits.
pub(crate) fn part(folder: &Path, known: &Known) -> PathBuf {
    folder.join(format!("{}.part", known.file))
}

/// Where the digest of a file is written.
fn sidecar(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".sha256");
    name.into()
}

/// What a verification finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Byte for byte what it should be.
    Intact,
    /// Something else: damaged, or another file under this name.
    Damaged {
        /// The digest it should have.
        expected: String,
        /// The digest it has.
        found: String,
    },
    /// Its digest, with nothing to compare it to.
    Unknown {
        /// The digest it has.
        found: String,
    },
}

/// Reads the whole file of a model in `folder` and compares its digest with the one that is known, or else with
/// the one written at its first download.
///
/// # Errors
/// When the file cannot be read; [`io::ErrorKind::NotFound`] when it is not there.
pub fn verify(known: &Known, folder: &Path) -> io::Result<Verdict> {
    let path = folder.join(known.file);
    let found = digest(&path)?;
    let expected = match known.sha256 {
        Some(digest) => Some(digest.to_owned()),
        None => recorded(&path)?,
    };
    Ok(match expected {
        Some(expected) if expected == found => Verdict::Intact,
        Some(expected) => Verdict::Damaged { expected, found },
        None => Verdict::Unknown { found },
    })
}

/// The digest written beside the file, if any.
fn recorded(path: &Path) -> io::Result<Option<String>> {
    match std::fs::read_to_string(sidecar(path)) {
        Ok(text) => Ok(text.split_whitespace().next().filter(|d| is_digest(d)).map(str::to_lowercase)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes the digest beside the file.
pub(crate) fn record(path: &Path, digest: &str) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    std::fs::write(sidecar(path), format!("{digest}  {name}\n"))
}

/// Whether the text is a SHA-256 in hexadecimal.
pub(crate) fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// The SHA-256 of a file, in small hexadecimal letters.
pub(crate) fn digest(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex::encode(hasher.finalize())),
            n => hasher.update(&buffer[..n]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_files_and_digests_are_well_formed_and_unique() {
        for (i, known) in KNOWN.iter().enumerate() {
            assert!(known.sha256.is_none_or(|d| is_digest(d) && d == d.to_lowercase()), "{}", known.name);
            assert!(KNOWN[..i].iter().all(|k| k.name != known.name
                && k.file != known.file
                && (k.sha256.is_none() || k.sha256 != known.sha256)));
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_known_ones() {
        let error = find("huge").unwrap_err().to_string();
        assert!(error.contains("« huge »") && error.contains("large-v3-turbo-q5_0"), "{error}");
    }

    #[test]
    fn a_mirror_has_the_same_paths() {
        let known = find("silero-v6.2.0").unwrap();
        let expected = "http://mirror/hub/ggml-org/whisper-vad/resolve/main/ggml-silero-v6.2.0.bin";
        assert_eq!(known.address("http://mirror/hub/"), expected);
    }

    #[test]
    fn a_file_of_another_size_is_told_by_the_list() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ggml-tiny.bin"), b"short").unwrap();
        std::fs::write(folder.path().join("ggml-base.bin.part"), b"half").unwrap();
        let states = list(folder.path());
        let of = |name: &str| states.iter().find(|(k, _)| k.name == name).unwrap().1;
        assert_eq!(of("tiny"), State::WrongSize(5));
        assert_eq!(of("base"), State::Partial(4));
        assert_eq!(of("small"), State::Absent);
    }
}
