//! Recordings decoded in a process of their own: the same sound, and whatever the process comes to, the line goes on.

use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use savoir_pipeline::speech::apart::Apart;
use savoir_pipeline::speech::audio::{self, BadAudio, Sound};
use savoir_tests::env::program;

use super::bombs::flac_bomb;
use super::formats::SENTENCES;
use super::*;

const LIMIT: Duration = Duration::from_secs(600);

fn decode(apart: &Apart, path: &Path) -> Result<Sound, BadAudio> {
    Decoding::Apart(apart.clone()).decode(path, LIMIT, &|| false)
}

/// A program that does something else than to decode.
fn impostor(folder: &tempfile::TempDir, does: &str) -> Apart {
    let path = folder.path().join("impostor");
    std::fs::write(&path, format!("#!/bin/sh\n{does}\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    Apart { patience: Some(Duration::from_secs(1)), ..Apart::of(path) }
}

/// The reason for which a recording is given up for good.
fn never(bad: BadAudio) -> String {
    match Fault::from(bad) {
        Fault::Never { reason } => reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_format_gives_the_same_sound_as_in_this_process() {
    let apart = Apart::of(program());
    for name in SENTENCES {
        let path = fixture(name);
        let begun = Instant::now();
        let there = decode(&apart, &path).unwrap_or_else(|e| panic!("{name}: {e}"));
        let took = begun.elapsed();
        let begun = Instant::now();
        let here = audio::decode(&path, LIMIT, &|| false).unwrap();
        println!("{name}: {took:?} apart, {:?} here", begun.elapsed());
        assert!(there.samples() == here.samples() && !here.samples().is_empty(), "{name}");
    }
}

#[test]
fn what_is_no_recording_is_refused_in_the_same_words() {
    let (apart, folder) = (Apart::of(program()), tempfile::tempdir().unwrap());
    let path = folder.path().join("voix");
    let bomb = flac_bomb(5_000);
    for bytes in [b"".as_slice(), b"PK\x03\x04whatever", b"%PDF-1.7", b"fLaC\0\0\0\x22", &bomb] {
        std::fs::write(&path, bytes).unwrap();
        let here = audio::decode(&path, LIMIT, &|| false).err().unwrap().to_string();
        assert_eq!(never(decode(&apart, &path).err().unwrap()), here);
    }
}

#[test]
fn a_recording_that_takes_more_memory_than_it_may_is_refused_for_good() {
    let apart = Apart { memory_mib: 1, ..Apart::of(program()) };
    let reason = never(decode(&apart, &fixture("sentence-opus.ogg")).err().unwrap());
    println!("{reason}");
    assert!(reason.contains("more than 1 MiB once unpacked") && reason.contains("send it as"), "{reason}");
}

#[test]
fn a_process_that_never_ends_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let recording = fixture("sentence.wav");
    // It says nothing; it closes its mouth and stays; it plays for ever.
    for does in ["exec sleep 60", "exec >&- 2>&-; exec sleep 60", "exec cat /dev/zero"] {
        let begun = Instant::now();
        let bad = decode(&impostor(&folder, does), &recording).err().unwrap();
        assert!(matches!(bad, BadAudio::TooSlow(1) | BadAudio::TooLong { limit: 10, .. }), "{does}: {bad}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{does}: {:?}", begun.elapsed());
        assert!(never(bad).starts_with("audio: "));
    }
}

#[test]
fn a_process_that_nobody_waits_for_any_more_is_ended() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    let apart = impostor(&folder, &format!("sleep 1; echo > {}", mark.display()));
    let apart = Decoding::Apart(Apart { patience: None, ..apart });
    let bad = apart.decode(&fixture("sentence.wav"), LIMIT, &|| true).err().unwrap();
    assert!(matches!(bad, BadAudio::GivenUp), "{bad}");
    std::thread::sleep(Duration::from_millis(1_500));
    assert!(!mark.exists(), "it went on");
}

#[test]
fn a_process_that_dies_takes_nobody_along() {
    let folder = tempfile::tempdir().unwrap();
    for does in ["kill -SEGV $$", "exit 101", "echo 'thread panicked' >&2; exit 101"] {
        let reason = never(decode(&impostor(&folder, does), &fixture("sentence.wav")).err().unwrap());
        assert!(reason.starts_with("audio: the file breaks the decoder"), "{does}: {reason}");
    }
    let absent = Apart::of(folder.path().join("absent"));
    let fault = Fault::from(decode(&absent, &fixture("sentence.wav")).err().unwrap());
    assert!(
        matches!(fault, Fault::Later { .. }),
        "that the program is not there is not the recording's fault: {fault}"
    );
}

#[test]
fn it_knows_nothing_but_the_recording() {
    // What it has of the house: its environment and its open files, as it sees them itself.
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen");
    let does = format!("(env; ls -l /proc/$$/fd) > {} 2>&1; exit 101", seen.display());
    let _house = std::fs::File::open(fixture("film.mp4")).unwrap();
    let _ = decode(&impostor(&folder, &does), &fixture("sentence.wav"));
    let seen = std::fs::read_to_string(seen).unwrap();
    assert!(seen.contains("sentence.wav") && !seen.contains("film.mp4") && !seen.contains("HOME="), "{seen}");
}
