//! Whisper in process, through whisper.cpp. The only file that names whisper-rs.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use savoir_models::text::Language;
use savoir_models::transcript::Segment;
use whisper_rs::{
    FullParams, SamplingStrategy, WhisperContext, WhisperContextParameters, WhisperError, WhisperState,
    WhisperVadContext, WhisperVadContextParams, WhisperVadParams, get_lang_id,
};

use crate::fault::{Fault, Need};
use crate::progress::Progress;
use crate::speech::apart::Decoding;
use crate::speech::audio::{self, RATE, Sound};
use crate::speech::hallucinations::{believable, goes_round};
use crate::speech::modelfile;
use crate::speech::profile::{BadProfile, Notice, Profile};
use crate::speech::vad::{self, Cutting, Span};
use crate::speech::{Heard, Hints, Transcriber};

/// What the recogniser is given.
#[derive(Debug, Clone)]
pub struct WhisperSettings {
    /// The model's file, in ggml form. How it wants to be run is read from the `.toml` beside it.
    pub model: PathBuf,
    /// The voice detection model (Silero in ggml form); without one loudness decides.
    pub vad: Option<PathBuf>,
    /// Threads of one transcription; 0 for all cores but one. whisper.cpp's threads wait for each other without
    /// sleeping: where something else wants one of their cores, hearing becomes twenty times slower, not a little.
    pub threads: usize,
    /// The longest recording that is heard, in minutes.
    pub max_minutes: u32,
    /// Where recordings are decoded.
    pub decoding: Decoding,
}

/// Whisper in process. The model is loaded when it is first needed, and stays.
pub struct Whisper {
    settings: Arc<WhisperSettings>,
    profile: Arc<Profile>,
    name: String,
    engine: Arc<Mutex<Option<Arc<WhisperContext>>>>,
}

impl Whisper {
    /// With these settings. No model file is touched yet: it may come later.
    ///
    /// # Errors
    /// When the model's profile is there and cannot be used.
    pub fn new(settings: WhisperSettings) -> Result<Self, BadProfile> {
        static HOOKS: Once = Once::new();
        HOOKS.call_once(whisper_rs::install_logging_hooks);
        let profile = Profile::beside(&settings.model)?;
        let name = settings.model.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
        Ok(Self { settings: Arc::new(settings), profile: Arc::new(profile), name, engine: Arc::default() })
    }

    /// What people must know of this model's limits, in every language.
    #[must_use]
    pub fn notices(&self) -> Option<&Notice> {
        self.profile.notice.as_ref()
    }
}

#[async_trait]
impl Transcriber for Whisper {
    fn model(&self) -> &str {
        &self.name
    }

    fn notice(&self) -> Option<&str> {
        self.notices().map(|n| n.text(Language::English))
    }

    async fn transcribe(&self, path: &Path, hints: &Hints, progress: &Progress) -> Result<Heard, Fault> {
        let given_up = GivenUp::default();
        let hearing = Hearing {
            settings: Arc::clone(&self.settings),
            profile: Arc::clone(&self.profile),
            engine: Arc::clone(&self.engine),
            given_up: Arc::clone(&given_up.0),
            hints: hints.clone(),
            progress: progress.clone(),
        };
        let path = path.to_owned();
        let heard = tokio::task::spawn_blocking(move || hearing.hear(&path)).await;
        // A decoder that panics does so for the same bytes every time.
        heard.unwrap_or_else(|e| Err(Fault::never(format!("audio: the file breaks the decoder ({e}); send it as wav"))))
    }
}

/// Tells the blocking thread to stop when the future that waits for it is dropped.
#[derive(Default)]
struct GivenUp(Arc<AtomicBool>);

impl Drop for GivenUp {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// One recording being heard.
struct Hearing {
    settings: Arc<WhisperSettings>,
    profile: Arc<Profile>,
    engine: Arc<Mutex<Option<Arc<WhisperContext>>>>,
    given_up: Arc<AtomicBool>,
    hints: Hints,
    progress: Progress,
}

impl Hearing {
    fn hear(&self, path: &Path) -> Result<Heard, Fault> {
        let engine = self.engine()?;
        let given_up = || self.given_up.load(Ordering::Relaxed);
        let limit = Duration::from_secs(u64::from(self.settings.max_minutes) * 60);
        let sound = self.settings.decoding.decode(path, limit, &given_up)?;
        self.progress.set(0.05);
        let spans = self.voices(&sound)?;
        let stretches = vad::stretches(&spans, sound.samples().len(), self.cutting());
        self.progress.set(0.1);
        let mut heard = Heard {
            language: self.hints.language.unwrap_or(self.profile.languages[0]),
            duration_ms: sound.duration_ms(),
            segments: Vec::new(),
        };
        let Some(first) = stretches.first() else { return Ok(heard) };
        let mut state =
            engine.create_state().map_err(|e| Fault::later(format!("speech: no memory to listen ({e})")))?;
        if self.hints.language.is_none() {
            heard.language = self.detect(&engine, &mut state, &self.input(&sound, first))?;
        }
        let total: usize = stretches.iter().map(Span::len).sum();
        let mut done = 0;
        for stretch in stretches {
            let share = |samples: usize| 0.1 + 0.9 * samples as f32 / total.max(1) as f32;
            let params = self.params(heard.language, share(done), share(done + stretch.len()) - share(done));
            let outcome = state.full(params, &self.input(&sound, &stretch));
            if given_up() {
                return Err(Fault::later("speech: the listening was given up"));
            }
            outcome.map_err(|e| Fault::later(format!("speech: the model failed on this recording ({e})")))?;
            self.collect(&engine, &state, &stretch, &mut heard.segments);
            done += stretch.len();
            self.progress.set(share(done));
        }
        Ok(heard)
    }

    /// The loaded model. A failure is not kept: the file may be replaced.
    fn engine(&self) -> Result<Arc<WhisperContext>, Fault> {
        let mut engine = self.engine.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(engine) = engine.as_ref() {
            return Ok(Arc::clone(engine));
        }
        let path = &self.settings.model;
        modelfile::check_whisper(path).map_err(|e| Fault::missing(Need::Speech, e))?;
        let loaded = WhisperContext::new_with_params(path, WhisperContextParameters::new()).map_err(|e| {
            Fault::missing(Need::Speech, modelfile::BadModel::new(path, format!("whisper.cpp cannot load it ({e})")))
        })?;
        Ok(Arc::clone(engine.insert(Arc::new(loaded))))
    }

    /// Where somebody speaks: by the voice detection model when one is configured, else by loudness.
    fn voices(&self, sound: &Sound) -> Result<Vec<Span>, Fault> {
        let Some(path) = &self.settings.vad else { return Ok(vad::energy_gate(sound.samples())) };
        modelfile::check_silero(path).map_err(|e| Fault::missing(Need::Speech, e))?;
        let unusable = |e: WhisperError| {
            Fault::missing(Need::Speech, modelfile::BadModel::new(path, format!("whisper.cpp cannot load it ({e})")))
        };
        let mut parameters = WhisperVadContextParams::new();
        parameters.set_n_threads(self.threads());
        let mut detector = WhisperVadContext::new(&path.to_string_lossy(), parameters).map_err(unusable)?;
        let mut spans: Vec<Span> = Vec::new();
        let total = sound.samples().len();
        // Five minutes at a time: the detector copies what it is given, and the recording may be long.
        for start in (0..total).step_by(RATE * 300) {
            if self.given_up.load(Ordering::Relaxed) {
                return Err(Fault::later("speech: the listening was given up"));
            }
            let mut wanted = WhisperVadParams::new();
            wanted.set_threshold(self.profile.voice_threshold);
            let block = sound.stretch(start..start + RATE * 300);
            let found = detector
                .segments_from_samples(wanted, &block)
                .map_err(|e| Fault::later(format!("speech: the voice detection failed on this recording ({e})")))?;
            let sample = |centiseconds: f32| start + (centiseconds.max(0.0) as usize) * (RATE / 100);
            spans.extend(found.map(|s| sample(s.start)..sample(s.end).min(total)));
            self.progress.set(0.05 + 0.05 * start as f32 / total as f32);
        }
        Ok(spans)
    }

    fn cutting(&self) -> Cutting {
        let samples = |ms: u32| ms as usize * RATE / 1000;
        let margin = samples(self.profile.margin_ms);
        Cutting {
            margin,
            longest_pause: samples(self.profile.longest_pause_ms),
            longest: (self.profile.stretch_seconds as usize * RATE).saturating_sub(2 * margin),
        }
    }

    fn lead(&self) -> usize {
        self.profile.leading_silence_ms as usize * RATE / 1000
    }

    /// What the model is given of a stretch: silence first where it wants some, and silence behind up to the
    /// second that whisper.cpp asks for at least.
    fn input(&self, sound: &Sound, stretch: &Span) -> Vec<f32> {
        let mut input = vec![0.0; self.lead()];
        input.extend(sound.stretch(stretch.clone()));
        input.resize(input.len().max(RATE * 11 / 10), 0.0);
        input
    }

    /// The likeliest of the profile's languages.
    fn detect(&self, engine: &WhisperContext, state: &mut WhisperState, input: &[f32]) -> Result<Language, Fault> {
        let languages = &self.profile.languages;
        if languages.len() == 1 || !engine.is_multilingual() {
            return Ok(if engine.is_multilingual() { languages[0] } else { Language::English });
        }
        let threads = self.threads().unsigned_abs() as usize;
        let window = &input[..input.len().min(RATE * 30)];
        let failed = |e: WhisperError| Fault::later(format!("speech: the language could not be detected ({e})"));
        state.pcm_to_mel(window, threads).map_err(failed)?;
        let (_, probabilities) = state.lang_detect(0, threads).map_err(failed)?;
        let probability = |language: &Language| {
            let id = get_lang_id(language.as_str()).and_then(|id| usize::try_from(id).ok());
            id.and_then(|id| probabilities.get(id)).copied().unwrap_or(0.0)
        };
        let likeliest = languages.iter().copied().max_by(|a, b| probability(a).total_cmp(&probability(b)));
        Ok(likeliest.unwrap_or(languages[0]))
    }

    fn threads(&self) -> i32 {
        let cores = || std::thread::available_parallelism().map_or(1, |n| usize::from(n).saturating_sub(1).max(1));
        let threads = if self.settings.threads == 0 { cores() } else { self.settings.threads };
        i32::try_from(threads.min(64)).unwrap_or(1)
    }

    /// The parameters of one stretch, whose progress goes from `from` on by `share`.
    fn params(&self, language: Language, from: f32, share: f32) -> FullParams<'static, 'static> {
        let profile = &self.profile;
        let mut params = FullParams::new(if profile.beam_size > 1 {
            SamplingStrategy::BeamSearch { beam_size: i32::try_from(profile.beam_size).unwrap_or(5), patience: -1.0 }
        } else {
            SamplingStrategy::Greedy { best_of: 5 }
        });
        params.set_language(Some(language.as_str()));
        params.set_n_threads(self.threads());
        params.set_no_context(true);
        if let Some(tokens) = profile.text_context {
            params.set_n_max_text_ctx(i32::try_from(tokens).unwrap_or(i32::MAX));
        }
        params.set_temperature(profile.temperature);
        params.set_temperature_inc(profile.temperature_step);
        params.set_suppress_nst(true);
        params.set_print_special(false);
        params.set_print_progress(false);
        params.set_print_realtime(false);
        params.set_print_timestamps(false);
        if let Some(prompt) = self.prompt() {
            params.set_initial_prompt(&prompt);
        }
        let progress = self.progress.clone();
        params.set_progress_callback_safe(move |percent: i32| progress.set(from + share * percent as f32 / 100.0));
        let given_up = Arc::clone(&self.given_up);
        // The boxed type is not a detour: whisper-rs 0.16 hands whisper.cpp a pointer to a `Box<dyn FnMut() -> bool>`
        // and reads it back as the type given here. Only with this very type are the two the same.
        let abort: Box<dyn FnMut() -> bool> = Box::new(move || given_up.load(Ordering::Relaxed));
        params.set_abort_callback_safe(abort);
        params
    }

    /// The vocabulary as a sentence-like prompt. whisper.cpp keeps its last half context, so it stays short.
    fn prompt(&self) -> Option<String> {
        if !self.profile.initial_prompt {
            return None;
        }
        let mut prompt = String::new();
        for word in self.hints.vocabulary.iter().map(|w| w.replace(char::is_control, " ")) {
            let word = word.trim();
            if prompt.len() + word.len() > 400 {
                break;
            }
            if !word.is_empty() {
                prompt.push_str(if prompt.is_empty() { "" } else { ", " });
                prompt.push_str(word);
            }
        }
        (!prompt.is_empty()).then(|| prompt + ".")
    }

    /// The segments of the stretch that was heard last, with their times in the recording.
    fn collect(&self, engine: &WhisperContext, state: &WhisperState, stretch: &Span, segments: &mut Vec<Segment>) {
        let lead = audio::ms(self.lead());
        let (from, to) = (audio::ms(stretch.start), audio::ms(stretch.end));
        for heard in state.as_iter() {
            let raw = heard.to_str_lossy().unwrap_or_default();
            let confidence = confidence(engine, &heard);
            let Some(text) = believable(&raw, confidence, heard.no_speech_probability()) else { continue };
            let before: Vec<&str> = segments.iter().map(|s| s.text.as_str()).collect();
            if goes_round(&before, &text) {
                continue;
            }
            let earliest = segments.last().map_or(from, |s| s.end_ms.max(from));
            let place = |centiseconds: i64| (centiseconds * 10 - lead + from).clamp(earliest.min(to), to);
            let (start_ms, end_ms) = (place(heard.start_timestamp()), place(heard.end_timestamp()));
            segments.push(Segment { start_ms, end_ms: end_ms.max(start_ms), text, confidence });
        }
    }
}

/// The mean probability of the tokens that are text.
fn confidence(engine: &WhisperContext, segment: &whisper_rs::WhisperSegment<'_>) -> f32 {
    let tokens = (0..segment.n_tokens()).filter_map(|i| segment.get_token(i));
    let (sum, count) = tokens
        .filter(|t| t.token_id() < engine.token_eot())
        .fold((0.0, 0_u32), |(sum, count), t| (sum + t.token_probability(), count + 1));
    if count == 0 { 0.0 } else { (sum / count as f32).clamp(0.0, 1.0) }
}
