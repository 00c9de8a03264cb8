//! Where somebody speaks: the energy gate, and the cutting of a recording into stretches.

use std::ops::Range;

use crate::speech::audio::{FRAME, RATE, levels};

/// Samples of a [`crate::speech::audio::Sound`] in which somebody speaks.
pub type Span = Range<usize>;

/// Louder than the background by this factor (6 dB) is speech: steady noise varies by 1 or 2 dB from frame to
/// frame, syllables by 15 and more.
const ABOVE_BACKGROUND: f32 = 2.0;
/// Below -65 dBFS nothing is speech, however silent the background.
const FAINTEST: f32 = 18.0;
/// A pause shorter than this belongs to the speech around it.
const PAUSE: usize = RATE * 3 / 10;
/// Shorter than this is a click.
const SHORTEST: usize = RATE / 10;

/// Where somebody speaks, by loudness alone: for houses without a voice detection model.
///
/// The background is the 10th percentile of the 20 ms levels, so a recording that is as loud all the time as a
/// machine's hum has no speech in it.
#[must_use]
pub fn energy_gate(samples: &[i16]) -> Vec<Span> {
    let levels = levels(samples);
    if levels.is_empty() {
        return Vec::new();
    }
    let mut sorted = levels.clone();
    let (_, background, _) = sorted.select_nth_unstable_by(levels.len() / 10, f32::total_cmp);
    let gate = (*background * ABOVE_BACKGROUND).max(FAINTEST);
    let mut spans: Vec<Span> = Vec::new();
    for (index, _) in levels.iter().enumerate().filter(|(_, level)| **level > gate) {
        let (start, end) = (index * FRAME, ((index + 1) * FRAME).min(samples.len()));
        match spans.last_mut() {
            Some(last) if start <= last.end + PAUSE => last.end = end,
            _ => spans.push(start..end),
        }
    }
    spans.retain(|span| span.len() >= SHORTEST);
    spans
}

/// How a recording is cut for the recogniser.
#[derive(Debug, Clone, Copy)]
pub struct Cutting {
    /// What is added before and after speech, so that soft beginnings and endings are heard; in samples.
    pub margin: usize,
    /// Silence longer than this is left out; in samples.
    pub longest_pause: usize,
    /// No stretch is longer; cut at its widest pause. In samples.
    pub longest: usize,
}

/// The stretches to hear: `spans` with a margin, joined over short pauses, none longer than the cutting allows.
/// They do not overlap, and none reaches beyond `total`.
#[must_use]
pub fn stretches(spans: &[Span], total: usize, cutting: Cutting) -> Vec<Span> {
    let mut groups: Vec<Vec<Span>> = Vec::new();
    for span in spans.iter().filter(|s| !s.is_empty()) {
        match groups.last_mut() {
            Some(group) if span.start <= group[group.len() - 1].end + cutting.longest_pause => group.push(span.clone()),
            _ => groups.push(vec![span.clone()]),
        }
    }
    let mut pieces = Vec::new();
    for group in &groups {
        split(group, cutting.longest.max(RATE), &mut pieces);
    }
    let mut out: Vec<Span> = Vec::with_capacity(pieces.len());
    for (index, piece) in pieces.iter().enumerate() {
        // Between two pieces each gets at most half of the pause.
        let before = index.checked_sub(1).map_or(0, |i| usize::midpoint(pieces[i].end, piece.start));
        let after = pieces.get(index + 1).map_or(total, |next| usize::midpoint(piece.end, next.start));
        let start = piece.start.saturating_sub(cutting.margin).max(before).min(total);
        let end = (piece.end + cutting.margin).min(after).min(total);
        if start < end {
            out.push(start..end);
        }
    }
    out
}

/// Cuts a group that is too long at its widest pause away from the ends, again and again; and where it has none
/// into equal parts.
fn split(group: &[Span], longest: usize, pieces: &mut Vec<Span>) {
    let (Some(first), Some(last)) = (group.first(), group.last()) else { return };
    let whole = first.start..last.end;
    if whole.len() <= longest {
        pieces.push(whole);
        return;
    }
    let room = (longest / 4).min(whole.len() / 4);
    let pause = |i: &usize| group[*i].start - group[*i - 1].end;
    let inner = |i: &usize| group[*i].start >= whole.start + room && group[*i - 1].end + room <= whole.end;
    match (1..group.len()).filter(inner).max_by_key(pause).or_else(|| (1..group.len()).max_by_key(pause)) {
        Some(cut) => {
            split(&group[..cut], longest, pieces);
            split(&group[cut..], longest, pieces);
        }
        None => {
            let parts = whole.len().div_ceil(longest);
            let at = |part: usize| whole.start + whole.len() * part / parts;
            pieces.extend((0..parts).map(|part| at(part)..at(part + 1)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUTTING: Cutting = Cutting { margin: RATE / 5, longest_pause: RATE * 2, longest: RATE * 30 };

    fn hum(seconds: usize, loudness: f32) -> Vec<i16> {
        (0..seconds * RATE).map(|i| ((i as f32 * 0.2).sin() * loudness) as i16).collect()
    }

    #[test]
    fn digital_silence_holds_no_speech() {
        assert!(energy_gate(&vec![0; RATE * 10]).is_empty());
    }

    #[test]
    fn a_steady_hum_is_no_speech_however_loud() {
        assert!(energy_gate(&hum(10, 12_000.0)).is_empty());
    }

    #[test]
    fn a_burst_over_a_hum_is_found_where_it_is() {
        let mut sound = hum(10, 300.0);
        for (sample, loud) in sound[RATE * 4..RATE * 6].iter_mut().zip(hum(2, 6_000.0)) {
            *sample = loud;
        }
        let spans = energy_gate(&sound);
        assert_eq!(spans.len(), 1);
        assert!(spans[0].start.abs_diff(RATE * 4) <= FRAME && spans[0].end.abs_diff(RATE * 6) <= FRAME, "{spans:?}");
    }

    #[test]
    fn short_pauses_are_kept_and_long_ones_left_out() {
        let spans = [RATE..RATE * 2, RATE * 3..RATE * 4, RATE * 20..RATE * 21];
        let cut = stretches(&spans, RATE * 22, CUTTING);
        assert_eq!(cut, [RATE - RATE / 5..RATE * 4 + RATE / 5, RATE * 20 - RATE / 5..RATE * 21 + RATE / 5]);
    }

    #[test]
    fn a_long_speech_is_cut_at_its_widest_pause() {
        let spans = [0..RATE * 10, RATE * 10 + 3_000..RATE * 18, RATE * 18 + 8_000..RATE * 40];
        let cut = stretches(&spans, RATE * 40, CUTTING);
        assert_eq!(cut.len(), 2);
        assert_eq!(cut[0].end, RATE * 18 + RATE / 5);
        assert_eq!(cut[1].end, RATE * 40);
    }

    #[test]
    fn speech_without_any_pause_is_cut_into_equal_parts() {
        let cut = stretches(std::slice::from_ref(&(0..RATE * 100)), RATE * 100, CUTTING);
        assert_eq!(cut.len(), 4);
        assert!(cut.iter().all(|s| s.len() <= RATE * 30));
        assert_eq!(cut.iter().map(Range::len).sum::<usize>(), RATE * 100);
    }

    #[test]
    fn stretches_never_overlap_nor_leave_the_recording() {
        let spans = [100..RATE * 29, RATE * 29 + 100..RATE * 45];
        let cut = stretches(&spans, RATE * 45, CUTTING);
        assert!(cut.windows(2).all(|w| w[0].end <= w[1].start), "{cut:?}");
        assert!(cut.iter().all(|s| s.end <= RATE * 45));
    }
}
