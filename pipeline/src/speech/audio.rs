//! A recording as the recogniser wants it: 16 kHz, one channel.
//!
//! What a file is, is read from its content and never from its name. Decoding streams: of a recording of any
//! size, only the 16 kHz samples are kept (115 MB an hour), and reading stops as soon as the length limit is passed.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom};
use std::path::Path;
use std::time::{Duration, Instant};

use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::codecs::registry::CodecRegistry;
use symphonia::core::errors::Error;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions, ReadOnlySource};
use symphonia::core::meta::MetadataOptions;

use crate::fault::Fault;
use crate::speech::kind::{self, Kind};
use crate::speech::resample::Sink;

/// Samples a second of every [`Sound`].
pub const RATE: usize = 16_000;

/// Why a file gives no sound. Each says what is wrong and what would mend it.
#[derive(Debug, thiserror::Error)]
pub enum BadAudio {
    /// Nothing in it.
    #[error("audio: the file is empty (0 bytes); send the recording again")]
    Empty,
    /// Another kind of file, whatever its name says.
    #[error("audio: the file is {0}, not a recording; send the recording itself as {KNOWN}")]
    AnotherKind(&'static str),
    /// Nothing known.
    #[error("audio: the file is no recording that can be read ({0}); send it as {KNOWN}")]
    Unknown(String),
    /// A film without sound, or with a sound that cannot be decoded.
    #[error("audio: the file holds no sound track that can be decoded ({0}); send the recording as {KNOWN}")]
    NoTrack(String),
    /// Recognised, but nothing comes out.
    #[error("audio: nothing in the file can be decoded ({0}): it is damaged or was cut off; send the recording again")]
    Undecodable(String),
    /// A header and no sound.
    #[error("audio: the recording is 0 seconds long; record again and check that the microphone is on")]
    NoLength,
    /// Longer than the house wants.
    #[error(
        "audio: the recording is {}longer than the {limit} minutes that are heard; cut it, or raise \
         speech.max_minutes in the configuration",
        length.map_or_else(String::new, |m| format!("{m} minutes long, "))
    )]
    TooLong {
        /// The limit it passed, in minutes.
        limit: u64,
        /// Its length in minutes, where the file states it.
        length: Option<u64>,
    },
    /// It takes longer to read than a recording does, whatever it holds.
    #[error("audio: the file was not read within {0} seconds: it is no usual recording; send it as {KNOWN}")]
    TooSlow(u64),
    /// It takes more memory than a recording does.
    #[error("audio: the file takes more than {0} MiB once unpacked: it is no usual recording; send it as {KNOWN}")]
    TooLarge(u64),
    /// The process that decoded it came to a bad end.
    #[error("audio: the file breaks the decoder ({0}); send it as wav")]
    Breaks(String),
    /// What the process that decoded it said of it.
    #[error("{0}")]
    Said(String),
    /// The job was given up while it was read.
    #[error("audio: the reading was given up")]
    GivenUp,
    /// The disk, not the file.
    #[error("audio: the file could not be read: {0}")]
    Io(io::Error),
}

const KNOWN: &str = "wav, flac, mp3, m4a, ogg, webm or aiff";

impl From<BadAudio> for Fault {
    fn from(bad: BadAudio) -> Self {
        match bad {
            BadAudio::Io(_) | BadAudio::GivenUp => Self::later(bad),
            _ => Self::never(bad),
        }
    }
}

/// 16 kHz mono sound in memory.
#[derive(Debug, Clone, Default)]
pub struct Sound {
    samples: Vec<i16>,
    gain: f32,
}

impl Sound {
    /// Of samples at [`RATE`], with the gain that makes a quiet recording audible.
    #[must_use]
    pub fn new(samples: Vec<i16>) -> Self {
        let gain = gain(&samples);
        Self { samples, gain }
    }

    /// The samples as recorded, at [`RATE`], before any gain.
    #[must_use]
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    /// Its length in ms.
    #[must_use]
    pub fn duration_ms(&self) -> i64 {
        ms(self.samples.len())
    }

    /// What the samples are multiplied with in [`Self::stretch`]; 1 for a recording that is loud enough.
    #[must_use]
    pub fn gain(&self) -> f32 {
        self.gain
    }

    /// The samples of `range`, made audible, -1 to 1. What lies outside the sound is left out.
    #[must_use]
    pub fn stretch(&self, range: std::ops::Range<usize>) -> Vec<f32> {
        let end = range.end.min(self.samples.len());
        let start = range.start.min(end);
        let scale = self.gain / 32_768.0;
        self.samples[start..end].iter().map(|&s| (f32::from(s) * scale).clamp(-1.0, 1.0)).collect()
    }
}

/// The length of `samples` at [`RATE`], in ms.
#[must_use]
pub fn ms(samples: usize) -> i64 {
    i64::try_from(samples * 1000 / RATE).unwrap_or(i64::MAX)
}

/// Frames of 20 ms: long enough to hold a pitch period, short enough to separate syllables.
pub(crate) const FRAME: usize = RATE / 50;

/// The root mean square of each frame of 20 ms, on the scale of `i16`.
#[must_use]
pub(crate) fn levels(samples: &[i16]) -> Vec<f32> {
    let level = |frame: &[i16]| {
        let sum: f64 = frame.iter().map(|&s| f64::from(s) * f64::from(s)).sum();
        (sum / frame.len() as f64).sqrt() as f32
    };
    samples.chunks(FRAME).map(level).collect()
}

/// What lifts speech to about -20 dBFS, never down and at most thirtyfold: beyond that there is only noise to lift.
/// Measured on the louder frames (95th of 100), so that pauses do not count and one click does not either.
fn gain(samples: &[i16]) -> f32 {
    let mut levels = levels(samples);
    if levels.is_empty() {
        return 1.0;
    }
    let at = (levels.len() - 1) * 95 / 100;
    let (_, loud, _) = levels.select_nth_unstable_by(at, f32::total_cmp);
    if *loud < 1.0 { 1.0 } else { (3_277.0 / *loud).clamp(1.0, 30.0) }
}

/// Reads the recording at `path` in this process; `given_up` is asked now and then whether anybody still waits. Who hears
/// strangers' recordings asks [`crate::speech::apart::Decoding`], which has a process of its own for it.
///
/// A recording that was cut off gives what is there. Reading takes a tenth of `limit` at most (a minute at least).
///
/// # Errors
/// See [`BadAudio`].
pub fn decode(path: &Path, limit: Duration, given_up: &dyn Fn() -> bool) -> Result<Sound, BadAudio> {
    let file = File::open(path).map_err(BadAudio::Io)?;
    let mut samples = Vec::new();
    decode_to(file, limit, given_up, &mut |some| {
        samples.extend_from_slice(some);
        Ok(())
    })?;
    Ok(Sound::new(samples))
}

/// How long a recording of `limit` may take to be read.
pub(super) fn patience(limit: Duration) -> Duration {
    (limit / 10).max(Duration::from_secs(60))
}

/// The same for a `file` that is open, piece by piece: `out` takes the samples as they come. They stand when it ends well.
pub(super) fn decode_to(
    mut file: File,
    limit: Duration,
    given_up: &dyn Fn() -> bool,
    out: &mut dyn FnMut(&[i16]) -> io::Result<()>,
) -> Result<(), BadAudio> {
    let bytes = file.metadata().map_err(BadAudio::Io)?.len();
    let mut reader = match kind::of(&mut file).map_err(BadAudio::Io)? {
        Kind::Empty => return Err(BadAudio::Empty),
        Kind::Other(what) => return Err(BadAudio::AnotherKind(what)),
        Kind::Unknown => probe(Box::new(file)).map_err(|e| BadAudio::Unknown(e.to_string()))?,
        Kind::Audio { .. } => {
            let again = file.try_clone().map_err(BadAudio::Io)?;
            match probe(Box::new(file)) {
                Ok(reader) => reader,
                // A container whose header promises more than was received is refused as long as the reader knows
                // where the file ends; as a stream without an end it is read as far as it goes.
                Err(error) => {
                    rewind(&again)?;
                    probe(Box::new(ReadOnlySource::new(again))).map_err(|_| BadAudio::Undecodable(error.to_string()))?
                }
            }
        }
    };
    if let Some(length) = stated(reader.as_ref(), bytes)
        && length > limit
    {
        return Err(too_long(limit, Some(length)));
    }
    let (mut track, mut decoder) = open_track(reader.as_ref())?;
    let mut sink = Sink::new(limit);
    let mut tally = Tally::default();
    let (begun, patience) = (Instant::now(), patience(limit));
    loop {
        if given_up() {
            return Err(BadAudio::GivenUp);
        }
        // Files can be made that give little sound for much work, or none for ever.
        if begun.elapsed() > patience {
            return Err(BadAudio::TooSlow(patience.as_secs()));
        }
        let packet = match reader.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => break,
            // Chained streams: the next one has its own track and its own decoder.
            Err(Error::ResetRequired) => {
                (track, decoder) = open_track(reader.as_ref())?;
                continue;
            }
            // A recording that was cut off ends here; what came before it stands.
            Err(error) => {
                tally.trouble.get_or_insert(error.to_string());
                break;
            }
        };
        if packet.track_id != track {
            continue;
        }
        match decoder.decode(&packet) {
            Ok(buffer) => {
                tally.decoded += 1;
                let (rate, channels) = (buffer.spec().rate(), buffer.spec().channels().count());
                buffer.copy_to_vec_interleaved(&mut tally.interleaved);
                sink.push(&tally.interleaved, channels, rate)?;
                sink.give(out).map_err(BadAudio::Io)?;
            }
            Err(Error::IoError(error)) if error.kind() != ErrorKind::UnexpectedEof => return Err(BadAudio::Io(error)),
            Err(error) => {
                tally.failed += 1;
                tally.trouble.get_or_insert(error.to_string());
            }
        }
    }
    let samples = sink.finish(out)?;
    tally.judge(samples)
}

#[derive(Default)]
struct Tally {
    decoded: usize,
    failed: usize,
    trouble: Option<String>,
    interleaved: Vec<f32>,
}

impl Tally {
    /// Decoders find "frames" in any bytes: where more packets failed than not, the rest is no recording either.
    fn judge(self, samples: usize) -> Result<(), BadAudio> {
        if self.failed > self.decoded || (samples == 0 && self.trouble.is_some()) {
            return Err(BadAudio::Undecodable(self.trouble.unwrap_or_default()));
        }
        if samples == 0 { Err(BadAudio::NoLength) } else { Ok(()) }
    }
}

fn codecs() -> &'static CodecRegistry {
    static CODECS: std::sync::OnceLock<CodecRegistry> = std::sync::OnceLock::new();
    CODECS.get_or_init(|| {
        let mut registry = CodecRegistry::new();
        symphonia::default::register_enabled_codecs(&mut registry);
        registry.register_audio_decoder::<symphonia_adapter_libopus::OpusDecoder>();
        registry
    })
}

fn probe(source: Box<dyn MediaSource>) -> Result<Box<dyn FormatReader>, Error> {
    let stream = MediaSourceStream::new(source, MediaSourceStreamOptions::default());
    symphonia::default::get_probe().probe(&Hint::new(), stream, FormatOptions::default(), MetadataOptions::default())
}

fn rewind(mut file: &File) -> Result<(), BadAudio> {
    file.seek(SeekFrom::Start(0)).map(drop).map_err(BadAudio::Io)
}

pub(super) fn too_long(limit: Duration, length: Option<Duration>) -> BadAudio {
    BadAudio::TooLong { limit: limit.as_secs() / 60, length: length.map(|l| l.as_secs() / 60) }
}

/// The length that the file states, where it can be believed: recorders that write to a pipe state nonsense, and
/// that shows in a file with fewer bits than seconds.
fn stated(reader: &dyn FormatReader, bytes: u64) -> Option<Duration> {
    let track = reader.default_track(TrackType::Audio)?;
    let Some(CodecParameters::Audio(parameters)) = &track.codec_params else { return None };
    let length = track.time_base?.calc_duration(track.duration?)?;
    let seconds = u64::try_from(length.as_secs()).ok()?;
    // Uncompressed sound has a size that is known; compressed sound has at least some bits a second.
    let least = match (parameters.bits_per_coded_sample, track.num_frames) {
        (Some(bits), Some(frames)) => frames.saturating_mul(u64::from(bits)) / 8,
        _ => seconds.saturating_mul(50),
    };
    (least <= bytes).then(|| Duration::from_secs(seconds))
}

/// The sound track to hear: the default one, or else the first that can be decoded (films may hold several).
fn open_track(reader: &dyn FormatReader) -> Result<(u32, Box<dyn AudioDecoder>), BadAudio> {
    let preferred = reader.default_track(TrackType::Audio).map(|t| t.id);
    let mut tracks: Vec<_> = reader.tracks().iter().collect();
    tracks.sort_by_key(|t| Some(t.id) != preferred);
    let mut trouble = String::from("none is named");
    for track in tracks {
        let Some(CodecParameters::Audio(parameters)) = &track.codec_params else { continue };
        match codecs().make_audio_decoder(parameters, &AudioDecoderOptions::default()) {
            Ok(decoder) => return Ok((track.id, decoder)),
            Err(error) => trouble = error.to_string(),
        }
    }
    Err(BadAudio::NoTrack(trouble))
}
