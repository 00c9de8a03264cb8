//! Every format a recording may come in.

use std::time::Duration;

use savoir_pipeline::speech::audio;

use super::*;

pub(super) const SENTENCES: &[&str] = &[
    "sentence.wav",
    "sentence.flac",
    "sentence.aiff",
    "sentence.mp3",
    "sentence.m4a",
    "sentence.aac",
    "sentence-vorbis.ogg",
    "sentence-opus.ogg",
    "sentence.webm",
    "with-lengths.webm",
    "film.mp4",
];

fn decode(path: &Path) -> Result<audio::Sound, audio::BadAudio> {
    audio::decode(path, Duration::from_secs(7_200), &|| false)
}

#[test]
fn every_format_decodes_to_the_same_length() {
    let lengths: Vec<_> = SENTENCES.iter().map(|n| (*n, decode(&fixture(n)).unwrap().duration_ms())).collect();
    println!("{lengths:?}");
    for (name, length) in lengths {
        assert!((length - 3_450).abs() <= 50, "{name}: {length} ms");
    }
}

#[tokio::test]
async fn every_format_gives_about_the_same_text() {
    let Some(bench) = Bench::new() else { return };
    let whisper = bench.whisper();
    let told = words("Intervention sur l'ensacheuse verticale de la ligne 2.", Language::French);
    for name in SENTENCES {
        let heard = hear(&whisper, &fixture(name)).await.unwrap();
        println!("{name}: {} {:?}", heard.language, heard.segments);
        assert!(distance(&told, &words(&text(&heard), Language::French)) <= 1, "{name}: {}", text(&heard));
    }
}
