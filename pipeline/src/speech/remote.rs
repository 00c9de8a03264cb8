//! Recordings heard by a service with OpenAI's `/audio/transcriptions`.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use savoir_models::text::Language;
use savoir_models::transcript::Segment;
use secrecy::SecretString;
use serde::Deserialize;

use crate::fault::Fault;
use crate::openai::{self, OpenAi, Recording};
use crate::progress::Progress;
use crate::reach::Reach;
use crate::speech::apart::Decoding;
use crate::speech::audio::{self, BadAudio, Sound};
use crate::speech::hallucinations::{believable, goes_round};
use crate::speech::kind::{self, Kind};
use crate::speech::{Heard, Hints, Transcriber, vad};

/// What a service that hears is given.
#[derive(Debug, Clone)]
pub struct RemoteSettings {
    /// Its address, with or without `/v1`.
    pub base_url: String,
    /// Its key, when it wants one.
    pub api_key: Option<SecretString>,
    /// The model, as the service names it.
    pub model: String,
    /// The longest wait for an answer: a long recording on a small machine takes minutes.
    pub timeout: Duration,
    /// Which private addresses may be called.
    pub reach: Reach,
    /// The longest recording that is sent, in minutes.
    pub max_minutes: u32,
    /// Where recordings are decoded.
    pub decoding: Decoding,
}

/// A service that hears.
pub struct Remote {
    service: OpenAi,
    model: String,
    limit: Duration,
    decoding: Decoding,
}

impl Remote {
    /// A client of the service; nothing is sent yet.
    ///
    /// # Errors
    /// [`Fault::Never`] when the address makes no sense.
    pub fn new(settings: RemoteSettings) -> Result<Self, Fault> {
        let service = openai::client(&settings.base_url, settings.api_key.as_ref(), settings.timeout, settings.reach)?;
        let limit = Duration::from_secs(u64::from(settings.max_minutes) * 60);
        Ok(Self { service, model: settings.model, limit, decoding: settings.decoding })
    }
}

#[async_trait]
impl Transcriber for Remote {
    fn model(&self) -> &str {
        &self.model
    }

    async fn transcribe(&self, path: &Path, hints: &Hints, progress: &Progress) -> Result<Heard, Fault> {
        let (owned, limit, decoding) = (path.to_owned(), self.limit, self.decoding.clone());
        // Decoded here as well: what is no recording is told at once and the same way for every service, and a
        // silent one costs nothing.
        let prepared = tokio::task::spawn_blocking(move || prepare(&owned, limit, &decoding)).await;
        let prepared = prepared.unwrap_or_else(|e| {
            Err(Fault::never(format!("audio: the file breaks the decoder ({e}); send it as wav")))
        })?;
        let mut heard = Heard {
            language: hints.language.unwrap_or(Language::French),
            duration_ms: prepared.duration_ms,
            segments: Vec::new(),
        };
        let Some((bytes, name)) = prepared.upload else { return Ok(heard) };
        progress.set(0.1);
        let recording = Recording {
            bytes,
            name: name.into(),
            model: self.model.clone(),
            language: hints.language.map(|l| l.as_str().to_owned()),
            prompt: (!hints.vocabulary.is_empty()).then(|| hints.vocabulary.join(", ")),
            segments: true,
        };
        let answer = match self.service.transcribe(recording.clone()).await {
            // Newer models give no segments and say so; the text alone is better than nothing.
            Err(Fault::Never { reason }) if reason.contains("response_format") || reason.contains("timestamp_gran") => {
                self.service.transcribe(Recording { segments: false, ..recording }).await?
            }
            other => other?,
        };
        let answer: Answer = serde_json::from_slice(&answer).map_err(|e| {
            Fault::later(format!("the speech service sent what is not its protocol ({e}); check base_url and model"))
        })?;
        heard.language = hints.language.unwrap_or_else(|| language(&answer));
        heard.segments = segments(answer, heard.duration_ms);
        progress.set(1.0);
        Ok(heard)
    }
}

struct Prepared {
    duration_ms: i64,
    /// The bytes to send and a name for them; nothing when nobody speaks.
    upload: Option<(Vec<u8>, &'static str)>,
}

/// The formats that every such service takes as they are.
const TAKEN: &[(&str, &str)] =
    &[("wav", "a.wav"), ("flac", "a.flac"), ("mp3", "a.mp3"), ("m4a", "a.m4a"), ("ogg", "a.ogg"), ("webm", "a.webm")];

fn prepare(path: &Path, limit: Duration, decoding: &Decoding) -> Result<Prepared, Fault> {
    let sound = decoding.decode(path, limit, &|| false)?;
    let duration_ms = sound.duration_ms();
    if vad::energy_gate(sound.samples()).is_empty() {
        return Ok(Prepared { duration_ms, upload: None });
    }
    let io = |e| Fault::from(BadAudio::Io(e));
    let mut file = std::fs::File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    let taken = match kind::of(&mut file).map_err(io)? {
        Kind::Audio { extension } => TAKEN.iter().find(|(known, _)| *known == extension).map(|(_, name)| *name),
        _ => None,
    };
    let upload = match taken {
        // As it is where that is smaller than the bare sound: films are not.
        Some(name) if length <= 2 * sound.samples().len() as u64 + 1024 => (std::fs::read(path).map_err(io)?, name),
        _ => (wav(&sound), "a.wav"),
    };
    Ok(Prepared { duration_ms, upload: Some(upload) })
}

/// The sound as a WAV file: 16 kHz, one channel, 16 bits.
fn wav(sound: &Sound) -> Vec<u8> {
    let data = u32::try_from(sound.samples().len() * 2).unwrap_or(u32::MAX);
    let rate = audio::RATE as u32;
    let mut out = Vec::with_capacity(44 + sound.samples().len() * 2);
    out.extend_from_slice(b"RIFF");
    out.extend_from_slice(&data.saturating_add(36).to_le_bytes());
    out.extend_from_slice(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    out.extend_from_slice(&rate.to_le_bytes());
    out.extend_from_slice(&(2 * rate).to_le_bytes());
    out.extend_from_slice(b"\x02\0\x10\0data");
    out.extend_from_slice(&data.to_le_bytes());
    for sample in sound.samples() {
        out.extend_from_slice(&sample.to_le_bytes());
    }
    out
}

/// An answer, with all that some services leave out.
#[derive(Debug, Deserialize)]
struct Answer {
    text: String,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    segments: Option<Vec<AnswerSegment>>,
}

#[derive(Debug, Deserialize)]
struct AnswerSegment {
    start: f64,
    end: f64,
    text: String,
    #[serde(default)]
    avg_logprob: Option<f32>,
    #[serde(default)]
    no_speech_prob: Option<f32>,
}

/// The confidence of a segment whose service tells none: neither trusted nor distrusted.
const UNTOLD: f32 = 0.5;

fn segments(answer: Answer, duration_ms: i64) -> Vec<Segment> {
    let whole = AnswerSegment {
        start: 0.0,
        end: duration_ms as f64 / 1000.0,
        text: answer.text,
        avg_logprob: None,
        no_speech_prob: None,
    };
    let mut out: Vec<Segment> = Vec::new();
    for heard in answer.segments.filter(|s| !s.is_empty()).unwrap_or_else(|| vec![whole]) {
        let told = heard.avg_logprob.map(|p| p.exp().clamp(0.0, 1.0));
        // What is not told is not held against the words: only a told doubt makes a phrase doubtful.
        let Some(text) = believable(&heard.text, told.unwrap_or(1.0), heard.no_speech_prob.unwrap_or(0.0)) else {
            continue;
        };
        if goes_round(&out.iter().map(|s| s.text.as_str()).collect::<Vec<_>>(), &text) {
            continue;
        }
        let place = |seconds: f64| ((seconds * 1000.0).round() as i64).clamp(0, duration_ms);
        let (start_ms, end_ms) = (place(heard.start), place(heard.end));
        out.push(Segment { start_ms, end_ms: end_ms.max(start_ms), text, confidence: told.unwrap_or(UNTOLD) });
    }
    out
}

/// The language the service names ("fr", "french"); where it names none, the one whose small words are more.
fn language(answer: &Answer) -> Language {
    match answer.language.as_deref().map(str::to_lowercase).as_deref() {
        Some("fr" | "french" | "français") => return Language::French,
        Some("en" | "english") => return Language::English,
        _ => {}
    }
    let count = |small: &[&str]| {
        answer.text.to_lowercase().split(|c: char| !c.is_alphabetic()).filter(|w| small.contains(w)).count()
    };
    let french = count(&["le", "la", "les", "des", "et", "est", "une", "du", "dans", "pour"]);
    let english = count(&["the", "and", "is", "was", "of", "to", "it", "with", "for", "in"]);
    if english > french { Language::English } else { Language::French }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(json: &str) -> Answer {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn an_answer_without_segments_is_one_segment_as_long_as_the_recording() {
        let got = segments(answer(r#"{"text":"La pompe fuit."}"#), 4_000);
        assert_eq!(got, [Segment { start_ms: 0, end_ms: 4_000, text: "La pompe fuit.".into(), confidence: UNTOLD }]);
    }

    #[test]
    fn credits_invented_by_the_service_are_taken_out() {
        let got = segments(
            answer(
                r#"{"text":"…","segments":[{"start":0.0,"end":1.5,"text":" La vanne est grippée.","avg_logprob":-0.1},
                   {"start":1.5,"end":9.0,"text":"Sous-titrage Société Radio-Canada","avg_logprob":-0.2}]}"#,
            ),
            3_000,
        );
        assert_eq!(got.len(), 1);
        assert_eq!((got[0].start_ms, got[0].end_ms, got[0].text.as_str()), (0, 1_500, "La vanne est grippée."));
        assert!((got[0].confidence - 0.905).abs() < 0.001);
    }

    #[test]
    fn times_beyond_the_recording_are_brought_back_into_it() {
        let got = segments(answer(r#"{"text":"x","segments":[{"start":1.0,"end":99.0,"text":"La vanne"}]}"#), 3_000);
        assert_eq!((got[0].start_ms, got[0].end_ms), (1_000, 3_000));
    }

    #[test]
    fn a_language_that_is_not_named_is_told_by_its_small_words() {
        assert_eq!(language(&answer(r#"{"text":"The pump is leaking and the seal was worn"}"#)), Language::English);
        assert_eq!(language(&answer(r#"{"text":"La pompe fuit et le joint est usé"}"#)), Language::French);
        assert_eq!(language(&answer(r#"{"text":"x","language":"English"}"#)), Language::English);
    }

    #[test]
    fn a_sound_survives_its_wav_file() {
        let sound = Sound::new((0..16_000).map(|i| (i % 200) * 50 - 5_000).collect());
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), wav(&sound)).unwrap();
        let read = audio::decode(file.path(), Duration::from_secs(60), &|| false).unwrap();
        assert_eq!(read.samples().len(), 16_000);
        assert!(read.samples().iter().zip(sound.samples()).all(|(a, b)| (a - b).abs() <= 1));
    }
}
