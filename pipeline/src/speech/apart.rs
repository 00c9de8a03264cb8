//! Recordings of strangers are decoded in a process of their own: what a file does to a decoder, it does to nobody else.
//!
//! The process is this program again. It gets the open file and nothing else (no environment, no folder, no database), puts
//! limits on its own memory and processor time before it reads a byte, and gives the samples back. Whoever waits for it
//! ends it when it takes too long. The only file that names rustix.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::process::{Resource, Rlimit, setrlimit};

use crate::speech::audio::{self, BadAudio, RATE, Sound, too_long};

/// The word by which the program is told to be such a process.
pub const COMMAND: &str = "decode";

/// Memory for one recording, in MiB: it streams, so a long one needs no more than a short one (those of the tests
/// do with 4).
pub const MEMORY_MIB: u64 = 512;

/// How it ends when the recording is refused, with the reason on standard error, and when the disk failed.
const REFUSED: u8 = 3;
const FAILED: u8 = 4;

/// What the process may need beyond what it allows itself: to start, and to say that it was too slow.
const GRACE: Duration = Duration::from_secs(5);

/// Where recordings are decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decoding {
    /// In this process: for tests and measurements, whose recordings are their own.
    Here,
    /// In a process of its own.
    Apart(Apart),
}

/// A process of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apart {
    /// The program that understands [`COMMAND`].
    pub program: PathBuf,
    /// Its memory, in MiB.
    pub memory_mib: u64,
    /// How long it may take; `None`: as long as recordings of the longest length may.
    pub patience: Option<Duration>,
}

impl Decoding {
    /// Reads the recording at `path`, as [`audio::decode`] does.
    ///
    /// # Errors
    /// See [`BadAudio`].
    pub fn decode(&self, path: &Path, limit: Duration, given_up: &dyn Fn() -> bool) -> Result<Sound, BadAudio> {
        match self {
            Self::Here => audio::decode(path, limit, given_up),
            Self::Apart(apart) => apart.decode(path, limit, given_up),
        }
    }
}

/// A process that is ended when nobody waits for it any more.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // One that has ended by itself is not there to be ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Apart {
    /// This program, with the usual limits.
    #[must_use]
    pub fn of(program: PathBuf) -> Self {
        Self { program, memory_mib: MEMORY_MIB, patience: None }
    }

    fn decode(&self, path: &Path, limit: Duration, given_up: &dyn Fn() -> bool) -> Result<Sound, BadAudio> {
        let begun = Instant::now();
        let file = File::open(path).map_err(BadAudio::Io)?;
        let patience = self.patience.unwrap_or_else(|| audio::patience(limit) + GRACE);
        let child = Command::new(&self.program)
            .args([COMMAND, &limit.as_secs().to_string(), &self.memory_mib.to_string()])
            .env_clear()
            .stdin(file)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let mut running = Running(child.map_err(BadAudio::Io)?);
        tracing::debug!(process = running.0.id(), "decoding a recording in a process of its own");
        let (heard, told) = mpsc::channel();
        let most = usize::try_from(limit.as_secs()).unwrap_or(usize::MAX).saturating_add(1).saturating_mul(RATE);
        let (out, err) = (running.0.stdout.take(), running.0.stderr.take());
        std::thread::scope(|scope| {
            scope.spawn(move || heard.send(out.map_or(Ok(Vec::new()), |out| samples(out, most))));
            let said = scope.spawn(move || err.map_or_else(String::new, words));
            let waited = wait(&mut running.0, &told, (begun, patience), given_up);
            // Whatever came of it, it is over: nobody reads on for ever.
            drop(running);
            let said = said.join().unwrap_or_default();
            let (status, samples) = waited?;
            if samples.len() > most {
                return Err(too_long(limit, None));
            }
            self.judge(status, &said)?;
            tracing::debug!(took = ?begun.elapsed(), samples = samples.len(), "decoded");
            Ok(Sound::new(samples))
        })
    }

    /// What its end says of the recording.
    fn judge(&self, status: ExitStatus, said: &str) -> Result<(), BadAudio> {
        match status.code() {
            Some(0) => Ok(()),
            Some(code) if code == i32::from(REFUSED) => Err(BadAudio::Said(said.to_owned())),
            Some(code) if code == i32::from(FAILED) => Err(BadAudio::Io(io::Error::other(said.to_owned()))),
            // What the standard library says when there is no memory, before it aborts.
            _ if said.contains("memory allocation of") => Err(BadAudio::TooLarge(self.memory_mib)),
            _ => Err(BadAudio::Breaks(status.to_string())),
        }
    }
}

type Waited = Result<(ExitStatus, Vec<i16>), BadAudio>;

/// Waits for what a process gives and for its end.
fn wait(
    child: &mut Child,
    told: &mpsc::Receiver<io::Result<Vec<i16>>>,
    (begun, patience): (Instant, Duration),
    given_up: &dyn Fn() -> bool,
) -> Waited {
    let check = || {
        if given_up() {
            return Err(BadAudio::GivenUp);
        }
        if begun.elapsed() > patience { Err(BadAudio::TooSlow(patience.as_secs())) } else { Ok(()) }
    };
    let samples = loop {
        match told.recv_timeout(Duration::from_millis(50)) {
            Ok(samples) => break samples.map_err(BadAudio::Io)?,
            Err(RecvTimeoutError::Timeout) => check()?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(BadAudio::Io(io::Error::other("nobody read what was decoded")));
            }
        }
    };
    loop {
        if let Some(status) = child.try_wait().map_err(BadAudio::Io)? {
            return Ok((status, samples));
        }
        check()?;
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The samples that a process gives, up to one more than `most`.
fn samples(mut from: impl Read, most: usize) -> io::Result<Vec<i16>> {
    let (mut samples, mut bytes, mut held) = (Vec::new(), [0; 64 * 1024], 0);
    loop {
        match from.read(&mut bytes[held..]) {
            Ok(0) => return Ok(samples),
            Ok(read) => held += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        }
        let whole = held - held % 2;
        samples.extend(bytes[..whole].chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])));
        bytes.copy_within(whole..held, 0);
        held -= whole;
        if samples.len() > most {
            return Ok(samples);
        }
    }
}

/// What a process says, in a few lines at most.
fn words(from: impl Read) -> String {
    let mut said = Vec::new();
    let _ = from.take(4_096).read_to_end(&mut said);
    String::from_utf8_lossy(&said).trim().to_owned()
}

/// What the process does: reads the recording at its standard input and gives its samples. Returns how it ends.
#[must_use]
pub fn run(limit: Duration, memory_mib: u64) -> u8 {
    match confined(limit, memory_mib) {
        Ok(()) => 0,
        Err(bad) => {
            let _ = write!(io::stderr(), "{bad}");
            if matches!(bad, BadAudio::Io(_) | BadAudio::GivenUp) { FAILED } else { REFUSED }
        }
    }
}

fn confined(limit: Duration, memory_mib: u64) -> Result<(), BadAudio> {
    confine(audio::patience(limit) + GRACE, memory_mib).map_err(BadAudio::Io)?;
    let file = File::from(io::stdin().as_fd().try_clone_to_owned().map_err(BadAudio::Io)?);
    let mut out = File::from(io::stdout().as_fd().try_clone_to_owned().map_err(BadAudio::Io)?);
    let mut bytes = Vec::new();
    audio::decode_to(file, limit, &|| false, &mut |samples| {
        bytes.clear();
        bytes.extend(samples.iter().flat_map(|s| s.to_le_bytes()));
        out.write_all(&bytes)
    })
}

/// Takes from this process what no decoder needs; nobody can give it back.
fn confine(processor: Duration, memory_mib: u64) -> io::Result<()> {
    let memory = memory_mib.saturating_mul(1024 * 1024);
    for (what, most) in [
        // What is allocated; the program itself and its libraries are mapped beside it, for which the other one has room.
        (Resource::Data, memory),
        (Resource::As, memory.saturating_add(4 << 30)),
        (Resource::Cpu, processor.as_secs()),
        // It writes to what is open already, and starts nothing.
        (Resource::Fsize, 0),
        (Resource::Core, 0),
        (Resource::Nproc, 0),
    ] {
        setrlimit(what, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}
