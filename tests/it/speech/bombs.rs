//! Recordings that are small on disk and endless when they are played.

use std::path::Path;
use std::time::{Duration, Instant};

use savoir_pipeline::fault::Fault;
use savoir_pipeline::speech::audio::{BadAudio, Sound, decode};

/// The most samples of a FLAC block.
const BLOCK: u32 = 65_535;

/// A FLAC file of `blocks` blocks of silence at 8 kHz: fifteen bytes that are eight seconds each.
pub(crate) fn flac_bomb(blocks: u32) -> Vec<u8> {
    let mut out = b"fLaC\x80\0\0\x22\xff\xff\xff\xff\0\0\0\0\0\0".to_vec();
    // 8,000 Hz in 20 bits, one channel in 3, sixteen bits in 5, a number of samples that is not known in 36.
    out.extend((8_000_u64 << 44 | 15 << 36).to_be_bytes());
    out.extend([0; 16]);
    for number in 0..blocks {
        // A block of a size given at the end of the header, 8 kHz, mono, 16 bits.
        let mut frame = vec![0xff, 0xf8, 0x74, 0x08];
        frame.extend(coded(number));
        frame.extend((BLOCK - 1).to_be_bytes()[2..].iter());
        frame.push(crc(&frame, 8, 0x07) as u8);
        // One value for the whole block.
        frame.extend([0, 0, 0]);
        frame.extend((crc(&frame, 16, 0x8005)).to_be_bytes());
        out.extend(frame);
    }
    out
}

/// A number as FLAC writes it: as UTF-8 does.
fn coded(number: u32) -> Vec<u8> {
    let tail = |shift: u32| 0x80 | (number >> shift & 0x3f) as u8;
    match number {
        0..0x80 => vec![number as u8],
        0x80..0x800 => vec![0xc0 | (number >> 6) as u8, tail(0)],
        _ => vec![0xe0 | (number >> 12) as u8, tail(6), tail(0)],
    }
}

fn crc(bytes: &[u8], width: u32, polynomial: u16) -> u16 {
    let top = 1_u32 << (width - 1);
    let mut crc = 0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte) << (width - 8);
        for _ in 0..8 {
            crc = if crc & top == 0 { crc << 1 } else { crc << 1 ^ u32::from(polynomial) };
        }
        crc &= (1 << width) - 1;
    }
    crc as u16
}

fn heard(bytes: &[u8], limit: Duration) -> Result<Sound, BadAudio> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("voix.flac");
    std::fs::write(&path, bytes).unwrap();
    decode(Path::new(&path), limit, &|| false)
}

#[test]
fn kilobytes_that_would_be_hours_are_stopped_at_the_limit() {
    // The file is sound: as far as the limit goes it is heard.
    let short = heard(&flac_bomb(3), Duration::from_secs(60)).unwrap();
    assert!((short.duration_ms() - 24_575).abs() < 20, "{} ms", short.duration_ms());
    // Eleven hours in 75 KB.
    let bomb = flac_bomb(5_000);
    let begun = Instant::now();
    let bad = heard(&bomb, Duration::from_secs(600)).err().unwrap();
    println!("{} bytes: {bad} ({:.1} s)", bomb.len(), begun.elapsed().as_secs_f32());
    assert!(bomb.len() < 80_000 && matches!(bad, BadAudio::TooLong { limit: 10, .. }), "{bad}");
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    assert!(matches!(Fault::from(bad), Fault::Never { .. }), "it is not tried again");
}

#[test]
fn numbers_in_a_head_that_no_recording_has_are_no_reason_to_take_memory() {
    let mut rng = fastrand::Rng::with_seed(11);
    let mut wav = super::bad::wav(16_000, 1, &[100; 4_000]);
    // Channels, rate, bytes a second, block and depth: 22 to 35; sizes: 4 and 40.
    for _ in 0..300 {
        let at = rng.usize(20..44);
        let kept = wav[at];
        wav[at] = rng.u8(..);
        let begun = Instant::now();
        let _ = heard(&wav, Duration::from_secs(60));
        assert!(begun.elapsed() < Duration::from_secs(10), "byte {at} is {}", wav[at]);
        wav[at] = if rng.bool() { kept } else { wav[at] };
    }
}
