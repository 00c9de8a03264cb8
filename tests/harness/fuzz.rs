//! Bytes that nobody thought of, from bytes that somebody did: a fuzzer for a stable compiler. It does not see which
//! lines run, so it is led by what comes out: an input with an outcome that was not seen before is built upon.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::env::{repository, variable};

/// Longer inputs are cut: many small runs find more than few large ones.
const LONGEST: usize = 64 * 1024;
/// A run that takes longer than this is as bad as a crash.
const PATIENCE: Duration = Duration::from_secs(30);
/// A run that takes longer than this is kept to be looked at.
const SLOW: Duration = Duration::from_secs(2);

/// A target's inputs, and what was seen of them.
pub struct Fuzz {
    name: &'static str,
    seeds: Vec<Vec<u8>>,
    pool: Vec<Vec<u8>>,
    words: &'static [&'static [u8]],
    seen: BTreeSet<String>,
    rng: fastrand::Rng,
    begun: Instant,
    length: Duration,
    runs: u64,
    slowest: Duration,
    crashes: Vec<PathBuf>,
}

impl Fuzz {
    /// For `FUZZ_SECONDS` (a second when nothing is said), from the files of `seeds`; `words` are put in here and there.
    /// `FUZZ_SEED` begins elsewhere.
    ///
    /// # Panics
    /// When there is no seed.
    #[must_use]
    pub fn new(name: &'static str, seeds: &Path, words: &'static [&'static [u8]]) -> Self {
        let mut files: Vec<_> =
            std::fs::read_dir(seeds).expect("a folder of seeds").map(|entry| entry.expect("a file").path()).collect();
        files.sort();
        let pool: Vec<_> = files.iter().filter(|f| f.extension().is_none_or(|e| e != "md")).collect();
        let pool: Vec<Vec<u8>> = pool.iter().map(|f| std::fs::read(f).expect("a seed")).map(cut).collect();
        assert!(!pool.is_empty(), "no seed in {}", seeds.display());
        let number = |name: &str, usual: u64| variable(name).and_then(|v| v.parse().ok()).unwrap_or(usual);
        Self {
            name,
            seeds: pool.clone(),
            pool,
            words,
            seen: BTreeSet::new(),
            rng: fastrand::Rng::with_seed(number("FUZZ_SEED", 1)),
            begun: Instant::now(),
            length: Duration::from_secs(number("FUZZ_SECONDS", 1)),
            runs: 0,
            slowest: Duration::ZERO,
            crashes: Vec::new(),
        }
    }

    /// The next input; `None` when the time is over. The seeds come first, as they are.
    pub fn next_input(&mut self) -> Option<Vec<u8>> {
        if let Some(seed) = self.seeds.pop() {
            return Some(seed);
        }
        (self.begun.elapsed() < self.length).then(|| self.mutant())
    }

    /// Notes what came of an input: a word for the kind of outcome, or `None` for a crash.
    ///
    /// # Panics
    /// When a crash cannot be kept.
    pub fn note(&mut self, input: Vec<u8>, outcome: Option<String>, took: Duration) {
        self.runs += 1;
        if took > self.slowest && took > SLOW {
            self.keep("slowest", &input);
        }
        self.slowest = self.slowest.max(took);
        match outcome {
            Some(kind) if took < PATIENCE => {
                if self.seen.insert(kind) && self.pool.len() < 2_000 {
                    self.pool.push(cut(input));
                }
            }
            _ => {
                let path = self.keep(&self.runs.to_string(), &input);
                self.crashes.push(path);
            }
        }
    }

    fn keep(&self, name: &str, input: &[u8]) -> PathBuf {
        let folder = repository().join("target/fuzz");
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(format!("{}-{name}", self.name));
        std::fs::write(&path, input).expect("the input is kept");
        path
    }

    /// Says what was seen.
    ///
    /// # Panics
    /// When something crashed.
    pub fn end(self) {
        let line = format!(
            "fuzz {}: {} runs in {:.0} s, {} kinds of outcome, slowest {:.2} s, {} crashes",
            self.name,
            self.runs,
            self.begun.elapsed().as_secs_f32(),
            self.seen.len(),
            self.slowest.as_secs_f32(),
            self.crashes.len()
        );
        println!("{line}");
        assert!(self.crashes.is_empty(), "{line}: {:?}", self.crashes);
    }

    fn mutant(&mut self) -> Vec<u8> {
        let mut out = self.pool[self.rng.usize(..self.pool.len())].clone();
        for _ in 0..1 << self.rng.u32(0..5) {
            self.change(&mut out);
        }
        cut(out)
    }

    fn change(&mut self, out: &mut Vec<u8>) {
        let rng = &mut self.rng;
        let at = rng.usize(..=out.len());
        let length = 1 << rng.u32(0..9);
        let end = (at + 1 + rng.usize(..length)).min(out.len());
        match rng.u32(0..10) {
            0 if at < out.len() => out[at] ^= 1 << rng.u32(0..8),
            1 if at < out.len() => out[at] = rng.u8(..),
            2 => {
                let number =
                    *rng.choice(&[0_u64, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, u64::MAX]).unwrap_or(&0);
                let width = 1 << rng.u32(0..4);
                let bytes = if rng.bool() {
                    number.to_le_bytes()[..width].to_vec()
                } else {
                    number.to_be_bytes()[8 - width..].to_vec()
                };
                let end = (at + width).min(out.len());
                out.splice(at..end, bytes);
            }
            3 => drop(out.drain(at..end)),
            4 => {
                let piece = out[at..end].to_vec();
                let times = 1 << rng.u32(0..6);
                out.splice(at..at, std::iter::repeat_n(piece, times).flatten());
            }
            5 if !self.words.is_empty() => {
                let word = self.words[rng.usize(..self.words.len())];
                let end = if rng.bool() { at } else { (at + word.len()).min(out.len()) };
                out.splice(at..end, word.iter().copied());
            }
            6 => {
                let other = &self.pool[rng.usize(..self.pool.len())];
                let from = rng.usize(..=other.len());
                out.truncate(at);
                out.extend_from_slice(&other[from..]);
            }
            7 => {
                let piece: Vec<u8> = (at..end).map(|_| rng.u8(..)).collect();
                out.splice(at..end, piece);
            }
            8 => out.truncate(at.max(out.len() / 2)),
            _ => {
                let piece = out[at..end].to_vec();
                let to = rng.usize(..=out.len());
                out.splice(to..to, piece);
            }
        }
    }
}

fn cut(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.truncate(LONGEST);
    bytes
}

/// The words of a message without its numbers and names: messages that differ in these alone are one kind.
#[must_use]
pub fn kind(message: &str) -> String {
    let plain = message.chars().filter(|c| c.is_ascii_alphabetic() || *c == ' ').take(40).collect::<String>();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}
