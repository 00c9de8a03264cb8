//! What recordings get that are none, or bad ones: a clear word, and never a crash.

use super::*;
use savoir_models::text::Language;

/// A WAV file of 16-bit samples.
pub(super) fn wav(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
    let data = (samples.len() * 2) as u32;
    let mut out = b"RIFF".to_vec();
    out.extend((data + 36).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    out.extend(channels.to_le_bytes());
    out.extend(rate.to_le_bytes());
    out.extend((rate * u32::from(channels) * 2).to_le_bytes());
    out.extend((channels * 2).to_le_bytes());
    out.extend(b"\x10\0data");
    out.extend(data.to_le_bytes());
    samples.iter().for_each(|s| out.extend(s.to_le_bytes()));
    out
}

/// A WAV file of 32-bit floats, one channel.
fn float_wav(rate: u32, samples: &[f32]) -> Vec<u8> {
    let data = (samples.len() * 4) as u32;
    let mut out = b"RIFF".to_vec();
    out.extend((data + 36).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0\x03\0\x01\0");
    out.extend(rate.to_le_bytes());
    out.extend((rate * 4).to_le_bytes());
    out.extend(b"\x04\0\x20\0data");
    out.extend(data.to_le_bytes());
    samples.iter().for_each(|s| out.extend(s.to_le_bytes()));
    out
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

fn decode(path: &Path) -> Result<savoir_pipeline::speech::audio::Sound, savoir_pipeline::speech::audio::BadAudio> {
    savoir_pipeline::speech::audio::decode(path, std::time::Duration::from_secs(7_200), &|| false)
}

/// The reason a file is given up for good.
fn never(path: &Path) -> String {
    match Fault::from(decode(path).err().unwrap_or_else(|| panic!("{} was decoded", path.display()))) {
        Fault::Never { reason } => reason,
        other => panic!("{}: {other:?}", path.display()),
    }
}

#[test]
fn files_that_are_no_recordings_are_named_for_what_they_are() {
    let folder = Folder::new();
    let noise: Vec<u8> = {
        let mut rng = fastrand::Rng::with_seed(7);
        (0..200_000).map(|_| rng.u8(..)).collect()
    };
    let zip = [b"PK\x03\x04".as_slice(), &noise].concat();
    for (name, bytes, said) in [
        ("empty.wav", b"".as_slice(), "empty (0 bytes)"),
        ("archive.wav", &zip, "ZIP archive"),
        ("report.mp3", b"%PDF-1.7 and so on and so on", "PDF document"),
        ("notes.ogg", "Remplac\u{e9} le thermocouple, essai concluant.".as_bytes(), "a text"),
        ("noise.wav", &noise, "audio: "),
        ("header.wav", &wav(16_000, 1, &[]), "0 seconds"),
        ("head-only.flac", b"fLaC\0\0\0\x22", "audio: "),
    ] {
        let reason = never(&folder.file(name, bytes));
        println!("{name}: {reason}");
        assert!(reason.contains(said) && reason.starts_with("audio: "), "{name}: {reason}");
        assert!(reason.contains("send") || reason.contains("record"), "no remedy for {name}: {reason}");
    }
}

#[test]
fn a_recording_that_was_cut_off_gives_what_is_there() {
    let folder = Folder::new();
    for name in [
        "sentence.wav",
        "sentence.mp3",
        "sentence-opus.ogg",
        "sentence-vorbis.ogg",
        "sentence.webm",
        "with-lengths.webm",
        "sentence.flac",
        "sentence.aac",
    ] {
        let whole = std::fs::read(fixture(name)).unwrap();
        let sound = decode(&folder.file(name, &whole[..whole.len() * 2 / 3])).unwrap_or_else(|e| panic!("{name}: {e}"));
        println!("{name}: {} ms", sound.duration_ms());
        assert!((900..3_000).contains(&sound.duration_ms()), "{name}: {} ms", sound.duration_ms());
    }
}

#[test]
fn a_film_cut_off_before_its_index_says_that_nothing_can_be_decoded() {
    let whole = std::fs::read(fixture("sentence.m4a")).unwrap();
    let reason = never(&Folder::new().file("cut.m4a", &whole[..whole.len() / 2]));
    println!("{reason}");
    assert!(reason.starts_with("audio: "));
}

#[test]
fn strange_rates_and_channels_keep_their_length() {
    let folder = Folder::new();
    for (rate, channels) in
        [(8_000, 1), (11_025, 2), (22_050, 1), (32_000, 6), (44_100, 2), (44_101, 1), (96_000, 8), (192_000, 1)]
    {
        let samples: Vec<i16> = (0..rate as usize * 2)
            .flat_map(|i| {
                let s = ((i as f32 * 440.0 * std::f32::consts::TAU / rate as f32).sin() * 8_000.0) as i16;
                std::iter::repeat_n(s, usize::from(channels))
            })
            .collect();
        let sound = decode(&folder.file("tone.wav", &wav(rate, channels, &samples))).unwrap();
        assert!((sound.duration_ms() - 2_000).abs() <= 2, "{rate} Hz × {channels}: {} ms", sound.duration_ms());
        let peak = sound.samples()[4_000..28_000].iter().map(|s| s.unsigned_abs()).max().unwrap();
        assert!((7_800..8_200).contains(&peak), "{rate} Hz × {channels}: peak {peak}");
    }
}

#[test]
fn samples_that_are_no_numbers_become_silence() {
    let samples: Vec<f32> = (0..32_000)
        .map(|i| match i % 100 {
            7 => f32::NAN,
            8 => f32::INFINITY,
            _ => 0.25,
        })
        .collect();
    let sound = decode(&Folder::new().file("nan.wav", &float_wav(16_000, &samples))).unwrap();
    assert_eq!(sound.samples().len(), 32_000);
    assert_eq!((sound.samples()[7], sound.samples()[8]), (0, 0));
    assert!((sound.samples()[9] - 8_191).abs() <= 1);
}

#[test]
fn a_quiet_recording_is_made_audible_and_a_silent_one_is_left_alone() {
    let folder = Folder::new();
    let speech = decode(&fixture("sentence.wav")).unwrap();
    let quiet: Vec<i16> = speech.samples().iter().map(|s| s / 32).collect();
    let sound = decode(&folder.file("quiet.wav", &wav(16_000, 1, &quiet))).unwrap();
    assert!(sound.gain() > 10.0, "{}", sound.gain());
    assert!((decode(&folder.file("zero.wav", &wav(16_000, 1, &[0; 16_000]))).unwrap().gain() - 1.0).abs() < 0.001);
}

#[test]
fn a_recording_over_the_limit_is_refused_with_the_limit_and_its_setting() {
    // Three hours of silence at 8 kHz, written sparse: 172 MB that take no room.
    let folder = Folder::new();
    let length = 3 * 3_600 * 8_000 * 2;
    let mut head = wav(8_000, 1, &[]);
    head[4..8].copy_from_slice(&(length as u32 + 36).to_le_bytes());
    head[40..44].copy_from_slice(&(length as u32).to_le_bytes());
    let path = folder.file("long.wav", &head);
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length + 44).unwrap();
    let start = std::time::Instant::now();
    let reason = never(&path);
    println!("{reason} ({:.1} s)", start.elapsed().as_secs_f32());
    assert!(start.elapsed().as_secs() < 5, "what the file states was not believed");
    assert!(
        reason.contains("180 minutes long") && reason.contains("120 minutes") && reason.contains("speech.max_minutes"),
        "{reason}"
    );
}

#[test]
fn a_recording_that_states_no_length_is_stopped_at_the_limit() {
    use savoir_pipeline::speech::audio::{BadAudio, decode};
    for name in ["sentence.webm", "sentence-opus.ogg", "sentence.aac"] {
        let error = decode(&fixture(name), std::time::Duration::from_secs(2), &|| false).err().unwrap();
        assert!(matches!(error, BadAudio::TooLong { .. }), "{name}: {error}");
    }
}

#[test]
fn a_length_that_the_file_cannot_hold_is_not_believed() {
    // What recorders write that do not know the end yet.
    let mut bytes = wav(16_000, 1, &[1_000; 16_000]);
    bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    bytes[40..44].copy_from_slice(&(u32::MAX - 36).to_le_bytes());
    assert_eq!(decode(&Folder::new().file("pipe.wav", &bytes)).unwrap().duration_ms(), 1_000);
}

#[tokio::test]
async fn silence_and_steady_noise_give_no_segments() {
    let Some(bench) = Bench::new() else { return };
    let (whisper, folder) = (bench.whisper(), Folder::new());
    let mut rng = fastrand::Rng::with_seed(3);
    let noise: Vec<i16> = (0..16_000 * 8).map(|_| rng.i16(-600..600)).collect();
    for (name, samples) in [("silence", vec![0; 16_000 * 8]), ("noise", noise)] {
        let heard = hear(&whisper, &folder.file("a.wav", &wav(16_000, 1, &samples))).await.unwrap();
        assert_eq!((heard.segments.len(), heard.duration_ms), (0, 8_000), "{name}: {}", text(&heard));
    }
}

#[tokio::test]
async fn a_missing_model_parks_the_work_and_names_the_remedy() {
    let folder = Folder::new();
    let settings = WhisperSettings {
        model: folder.0.path().join("ggml-none.bin"),
        vad: None,
        threads: 1,
        max_minutes: 120,
        decoding: Decoding::Here,
    };
    let fault = hear(&Whisper::new(settings).unwrap(), &fixture("sentence.wav")).await.unwrap_err();
    println!("{fault}");
    assert!(matches!(fault, Fault::Missing { need: savoir_pipeline::fault::Need::Speech, .. }), "{fault:?}");
    assert!(fault.to_string().contains("ggml-none.bin") && fault.to_string().contains("savoir models pull"));
}

#[tokio::test]
async fn a_model_that_comes_later_is_taken_up_without_a_restart() {
    let Some(demo) = demo() else { return };
    let folder = Folder::new();
    let model = folder.file(MODEL, b"not yet a model");
    std::fs::copy(
        repository().join("demo/speech/ggml-savoir-demo.toml"),
        folder.0.path().join("ggml-savoir-demo.toml"),
    )
    .unwrap();
    let whisper = Whisper::new(WhisperSettings {
        model: model.clone(),
        vad: None,
        threads: 1,
        max_minutes: 120,
        decoding: Decoding::Here,
    })
    .unwrap();
    assert!(matches!(hear(&whisper, &fixture("sentence.wav")).await, Err(Fault::Missing { .. })));
    std::fs::copy(demo.join(MODEL), &model).unwrap();
    assert!(text(&hear(&whisper, &fixture("sentence.wav")).await.unwrap()).starts_with("Intervention"));
}

#[tokio::test]
async fn files_that_are_no_models_are_told_before_they_are_loaded() {
    let folder = Folder::new();
    let mut files = vec![fixture("sentence.wav"), folder.file("empty.bin", b"")];
    files.extend(shared("models/whisper-stubs/for-tests-ggml-tiny.bin"));
    files.extend(shared("models/silero-vad/ggml-silero-v6.2.0.bin"));
    for model in files {
        let settings =
            WhisperSettings { model: model.clone(), vad: None, threads: 1, max_minutes: 120, decoding: Decoding::Here };
        let fault = hear(&Whisper::new(settings).unwrap(), &fixture("sentence.wav")).await.unwrap_err();
        println!("{fault}");
        assert!(matches!(fault, Fault::Missing { .. }), "{}: {fault:?}", model.display());
    }
}

#[tokio::test]
async fn a_voice_detection_model_that_is_none_is_named() {
    let Some(bench) = Bench::new() else { return };
    let settings = WhisperSettings { vad: Some(fixture("sentence.wav")), ..bench.settings() };
    let fault = hear(&Whisper::new(settings).unwrap(), &fixture("sentence.wav")).await.unwrap_err();
    assert!(matches!(fault, Fault::Missing { .. }) && fault.to_string().contains("sentence.wav"), "{fault}");
}

#[tokio::test]
async fn a_stated_language_is_not_detected_again() {
    let Some(bench) = Bench::new() else { return };
    let hints = Hints { language: Some(Language::English), ..Hints::default() };
    let heard = bench.whisper().transcribe(&fixture("sentence.wav"), &hints, &Progress::default()).await.unwrap();
    assert_eq!(heard.language, Language::English);
}

#[tokio::test]
async fn listening_stops_when_nobody_waits_any_more() {
    let (Some(bench), Some(demo)) = (Bench::new(), demo()) else { return };
    let (whisper, progress, hints) = (bench.whisper(), Progress::default(), Hints::default());
    hear(&whisper, &fixture("sentence.wav")).await.unwrap();
    let path = demo.join("audio/fr-01.wav");
    {
        let listening = whisper.transcribe(&path, &hints, &progress);
        let waited = tokio::time::timeout(std::time::Duration::from_millis(250), listening).await;
        assert!(waited.is_err(), "41 s were heard in a quarter of a second: nothing was given up");
    }
    // What runs on goes no further than the step it was in.
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    let stopped = progress.get();
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert!(stopped < 1.0 && (progress.get() - stopped).abs() < f32::EPSILON, "{stopped} then {}", progress.get());
}
