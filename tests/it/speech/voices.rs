//! Human speech: what it must survive is decoding, and the finding of voices. The demo model understands none of it.

use std::time::Duration;

use savoir_pipeline::speech::{audio, vad};

use super::*;

fn recordings(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            recordings(&path, found);
        } else if ["wav", "ogg", "flac", "aiff"].iter().any(|e| path.extension().is_some_and(|x| x == *e)) {
            found.push(path);
        }
    }
}

#[test]
fn every_human_recording_is_decoded_and_its_voices_are_found() {
    let Some(folder) = shared("data/speech") else { return };
    let mut files = Vec::new();
    recordings(&folder, &mut files);
    assert!(!files.is_empty());
    for path in files {
        let sound = audio::decode(&path, Duration::from_secs(7_200), &|| false)
            .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        let spoken: usize = vad::energy_gate(sound.samples()).iter().map(ExactSizeIterator::len).sum();
        let share = spoken as f64 / sound.samples().len() as f64;
        println!("{}: {} ms, {:.0} % speech", path.display(), sound.duration_ms(), 100.0 * share);
        assert!(share > 0.2, "{}: {share}", path.display());
    }
}

#[tokio::test]
async fn silero_finds_the_voices_and_the_text_stays_the_same() {
    let (Some(bench), Some(vad)) = (Bench::new(), shared("models/silero-vad/ggml-silero-v6.2.0.bin")) else { return };
    let whisper = Whisper::new(WhisperSettings { vad: Some(vad), ..bench.settings() }).unwrap();
    let heard = hear(&whisper, &fixture("sentence.wav")).await.unwrap();
    println!("{:?}", heard.segments);
    let french = |text: &str| words(text, Language::French);
    assert_eq!(french(&text(&heard)), french("Intervention sur l'ensacheuse verticale de la ligne 2."));
}
