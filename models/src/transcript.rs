//! What was said in a recording, with times.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::id::AttachmentId;
use crate::text::Language;

/// A stretch of speech.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Segment {
    /// Where it begins, in ms from the start of the recording.
    pub start_ms: i64,
    /// Where it ends, in ms.
    pub end_ms: i64,
    /// What was said.
    pub text: String,
    /// The model's mean token probability, 0 to 1.
    pub confidence: f32,
}

/// The transcript of one recording.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Transcript {
    /// Which recording.
    pub attachment: AttachmentId,
    /// The language it was spoken in, given or detected.
    pub language: Language,
    /// The model that wrote it.
    pub model: String,
    /// Length of the recording, in ms.
    pub duration_ms: i64,
    /// How long the transcription took, in ms.
    pub took_ms: i64,
    /// Its segments in order; none for a silent recording.
    pub segments: Vec<Segment>,
    /// What is wrong with the recording, when it could not be heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Transcript {
    /// The whole text: the segments joined by one space each.
    #[must_use]
    pub fn text(&self) -> String {
        self.segments.iter().map(|s| s.text.trim()).collect::<Vec<_>>().join(" ")
    }

    /// The stretch of time that the characters `start..end` (bytes of [`Self::text`]) were spoken in, in ms.
    /// Whole segments: nothing finer is known.
    #[must_use]
    pub fn millis(&self, start: usize, end: usize) -> Option<(i64, i64)> {
        let mut at = 0;
        let mut span: Option<(i64, i64)> = None;
        for segment in &self.segments {
            let stop = at + segment.text.trim().len();
            if at < end && start < stop {
                span = Some((span.map_or(segment.start_ms, |s| s.0), segment.end_ms));
            }
            at = stop + 1;
        }
        span
    }
}
