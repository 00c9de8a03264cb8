//! From whatever rate and channels a decoder gives to 16 kHz and one channel, piece by piece.

use std::io;
use std::time::Duration;

use rubato::{FftFixedInOut, Resampler};

use crate::speech::audio::{BadAudio, RATE, too_long};

/// Mixes down, resamples and collects, piece by piece.
pub(super) struct Sink {
    samples: Vec<i16>,
    /// How many were given away before these.
    given: usize,
    limit: Duration,
    rate: u32,
    resampler: Option<FftFixedInOut<f32>>,
    waiting: Vec<f32>,
    out: Vec<f32>,
    /// Input frames at the present rate, and output samples still to drop because the filter delays.
    taken: usize,
    delay: usize,
    /// Where the samples of the present rate begin.
    base: usize,
}

impl Sink {
    pub(super) fn new(limit: Duration) -> Self {
        Self {
            samples: Vec::new(),
            given: 0,
            limit,
            rate: 0,
            resampler: None,
            waiting: Vec::new(),
            out: Vec::new(),
            taken: 0,
            delay: 0,
            base: 0,
        }
    }

    pub(super) fn push(&mut self, interleaved: &[f32], channels: usize, rate: u32) -> Result<(), BadAudio> {
        if channels == 0 || interleaved.is_empty() {
            return Ok(());
        }
        if rate != self.rate {
            self.flush()?;
            self.tune(rate)?;
        }
        // Not-a-number and infinities come out of broken float files: silence, so that they poison nothing around them.
        let mono = interleaved
            .chunks_exact(channels)
            .map(|frame| frame.iter().map(|s| if s.is_finite() { *s } else { 0.0 }).sum::<f32>() / channels as f32);
        self.waiting.extend(mono);
        self.taken += interleaved.len() / channels;
        self.drain()?;
        if self.len() as u128 * 1000 > self.limit.as_millis() * RATE as u128 {
            return Err(too_long(self.limit, None));
        }
        Ok(())
    }

    fn tune(&mut self, rate: u32) -> Result<(), BadAudio> {
        if !(2_000..=768_000).contains(&rate) {
            return Err(BadAudio::Undecodable(format!("{rate} samples a second cannot be heard")));
        }
        (self.rate, self.taken, self.base) = (rate, 0, self.len());
        self.resampler = None;
        if rate as usize != RATE {
            let resampler = FftFixedInOut::new(rate as usize, RATE, 1024, 1)
                .map_err(|e| BadAudio::Undecodable(format!("resampling from {rate} Hz: {e}")))?;
            self.delay = resampler.output_delay();
            self.out.resize(resampler.output_frames_max(), 0.0);
            self.resampler = Some(resampler);
        }
        Ok(())
    }

    /// Resamples all the full chunks that wait.
    fn drain(&mut self) -> Result<(), BadAudio> {
        let Some(resampler) = &mut self.resampler else {
            self.samples.extend(self.waiting.drain(..).map(quantise));
            return Ok(());
        };
        let size = resampler.input_frames_next();
        let mut at = 0;
        while self.waiting.len() - at >= size {
            let (_, made) = resampler
                .process_into_buffer(&[&self.waiting[at..at + size]], &mut [&mut self.out], None)
                .map_err(|e| BadAudio::Undecodable(e.to_string()))?;
            let drop = self.delay.min(made);
            self.delay -= drop;
            self.samples.extend(self.out[drop..made].iter().copied().map(quantise));
            at += size;
        }
        self.waiting.drain(..at);
        Ok(())
    }

    /// Pushes silence behind the last samples until all of them came out, and cuts what is too much.
    fn flush(&mut self) -> Result<(), BadAudio> {
        let Some(size) = self.resampler.as_ref().map(Resampler::input_frames_next) else { return self.drain() };
        let due = self.base + usize::try_from(self.taken as u64 * RATE as u64 / u64::from(self.rate)).unwrap_or(0);
        while self.len() < due {
            self.waiting.resize(self.waiting.len().max(1).next_multiple_of(size), 0.0);
            self.drain()?;
        }
        self.samples.truncate(due.saturating_sub(self.given));
        self.waiting.clear();
        Ok(())
    }

    /// Samples made so far.
    fn len(&self) -> usize {
        self.given + self.samples.len()
    }

    /// Gives away what is ready.
    pub(super) fn give(&mut self, out: &mut dyn FnMut(&[i16]) -> io::Result<()>) -> io::Result<()> {
        out(&self.samples)?;
        self.given += self.samples.len();
        self.samples.clear();
        Ok(())
    }

    /// Gives away the rest; how many samples there were in all.
    pub(super) fn finish(mut self, out: &mut dyn FnMut(&[i16]) -> io::Result<()>) -> Result<usize, BadAudio> {
        self.flush()?;
        self.give(out).map_err(BadAudio::Io)?;
        Ok(self.given)
    }
}

fn quantise(sample: f32) -> i16 {
    (sample * 32_767.0).clamp(-32_768.0, 32_767.0) as i16
}
