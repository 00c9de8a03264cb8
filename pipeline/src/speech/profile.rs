//! How a speech model wants to be run: a small TOML file beside the model's own.
//!
//! `ggml-small.bin` is run as `ggml-small.toml` in the same folder says; without that file as [`Profile::default`]
//! does, which suits Whisper's published models.

use std::path::{Path, PathBuf};

use savoir_models::text::Language;
use serde::Deserialize;

/// How a model wants to be run. Every key of the file may be left out; an unknown key is an error.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Profile {
    /// Silence put before every stretch, in ms. It is taken off the times again.
    pub leading_silence_ms: u32,
    /// How many readings are followed at once; 1 takes the likeliest token each time (greedy).
    pub beam_size: u32,
    /// How many tokens of what it wrote before the model is shown; 0 for none, absent for as many as fit.
    pub text_context: Option<u32>,
    /// Sampling temperature, 0 for the likeliest text.
    pub temperature: f32,
    /// What is added to the temperature when a reading is found doubtful; 0 for no second try.
    pub temperature_step: f32,
    /// Whether the equipment's vocabulary is shown to the model before it listens.
    pub initial_prompt: bool,
    /// The languages it understands; one of them is detected when none is stated.
    pub languages: Vec<Language>,
    /// The longest stretch heard in one go, in seconds. Whisper's window is 30 s.
    pub stretch_seconds: u32,
    /// A silence longer than this is left out, in ms.
    pub longest_pause_ms: u32,
    /// What is heard before and after each stretch of speech, in ms.
    pub margin_ms: u32,
    /// The probability of speech above which the voice detection model lets a moment through, 0 to 1.
    pub voice_threshold: f32,
    /// What people must know of its limits.
    pub notice: Option<Notice>,
}

/// What people must know of a model's limits, in their language.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// In English.
    pub en: String,
    /// In French.
    pub fr: String,
}

impl Notice {
    /// The notice in `language`.
    #[must_use]
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::French => &self.fr,
        }
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            leading_silence_ms: 0,
            beam_size: 5,
            text_context: None,
            temperature: 0.0,
            temperature_step: 0.2,
            initial_prompt: true,
            languages: Language::ALL.to_vec(),
            stretch_seconds: 28,
            longest_pause_ms: 2_000,
            margin_ms: 250,
            voice_threshold: 0.5,
            notice: None,
        }
    }
}

/// The profile cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", path.display())]
pub struct BadProfile {
    path: PathBuf,
    reason: String,
}

impl Profile {
    /// The profile of the model at `model`.
    ///
    /// # Errors
    /// When its file is there and cannot be read, has an unknown key or a value that makes no sense.
    pub fn beside(model: &Path) -> Result<Self, BadProfile> {
        let path = model.with_extension("toml");
        let bad = |reason: String| BadProfile { path: path.clone(), reason };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(bad(error.to_string())),
        };
        let profile: Self = toml::from_str(&text).map_err(|e| bad(e.to_string()))?;
        match profile.nonsense() {
            Some(reason) => Err(bad(reason.into())),
            None => Ok(profile),
        }
    }

    fn nonsense(&self) -> Option<&'static str> {
        if self.leading_silence_ms > 5_000 {
            Some("leading_silence_ms: at most 5000, more than that fills the model's window with nothing")
        } else if !(1..=8).contains(&self.beam_size) {
            Some("beam_size: 1 (greedy) to 8")
        } else if self.languages.is_empty() {
            Some("languages: at least one of fr, en")
        } else if !(5..=600).contains(&self.stretch_seconds) {
            Some("stretch_seconds: 5 to 600")
        } else if !(0.0..=1.0).contains(&self.temperature) || !(0.0..=1.0).contains(&self.temperature_step) {
            Some("temperature and temperature_step: 0 to 1")
        } else if !(0.0..1.0).contains(&self.voice_threshold) {
            Some("voice_threshold: 0 to 1")
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Profile, BadProfile> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("m.toml"), text).unwrap();
        Profile::beside(&folder.path().join("m.bin"))
    }

    #[test]
    fn a_model_without_a_profile_gets_the_default() {
        assert_eq!(Profile::beside(Path::new("nowhere/m.bin")).unwrap(), Profile::default());
    }

    #[test]
    fn an_unknown_key_is_refused_and_named() {
        let error = read("leading_silence = 3").unwrap_err().to_string();
        assert!(error.contains("leading_silence") && error.contains("m.toml"), "{error}");
    }

    #[test]
    fn a_value_without_sense_is_refused_with_what_is_expected() {
        assert!(read("beam_size = 0").unwrap_err().to_string().contains("beam_size: 1 (greedy) to 8"));
        assert!(read("languages = []").unwrap_err().to_string().contains("languages"));
    }

    #[test]
    fn what_is_not_said_keeps_its_default() {
        let profile = read("beam_size = 1\nlanguages = [\"fr\"]").unwrap();
        assert_eq!(profile, Profile { beam_size: 1, languages: vec![Language::French], ..Profile::default() });
    }
}
