//! The settings of a language model, and the presets that fill what is left empty.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use savoir_pipeline::llm::{LimitField, Output, SeedField};
use serde::{Deserialize, Serialize};

use super::load::Problem;
use super::{Config, Endpoint, ExtractorEngine, blank};

/// A language model.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Llm {
    /// The service it runs in.
    #[serde(with = "blank")]
    pub preset: Option<Preset>,
    /// The form of its answers.
    #[serde(with = "blank")]
    pub output: Option<Output>,
    /// How freely it chooses its words.
    pub temperature: f64,
    /// What its chance begins with.
    pub seed: u64,
    /// Its longest answer, tokens.
    pub max_output_tokens: u32,
    /// Its longest prompt, characters.
    pub context_characters: usize,
    /// How often a useless answer is given back.
    pub repairs: u32,
    /// Requests a minute; 0: no limit.
    pub requests_per_minute: u32,
    /// What a million tokens of prompt cost.
    pub price_prompt_per_million: f64,
    /// What a million tokens of answer cost.
    pub price_completion_per_million: f64,
    /// The currency of the prices.
    pub currency: String,
    /// What may be spent in a month; 0: no limit.
    pub monthly_budget: f64,
    /// The house's own instructions.
    #[serde(with = "blank")]
    pub instructions: Option<String>,
    /// File of the house's own words.
    #[serde(with = "blank")]
    pub glossary: Option<PathBuf>,
    /// The service.
    pub endpoint: Endpoint,
}

/// A service whose ways are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Preset {
    /// Ollama on this machine.
    #[serde(rename = "ollama")]
    Ollama,
    /// llama.cpp's server on this machine.
    #[serde(rename = "llama.cpp")]
    LlamaCpp,
    /// vLLM on this machine.
    #[serde(rename = "vllm")]
    Vllm,
    /// Mistral's platform.
    #[serde(rename = "mistral")]
    Mistral,
    /// OpenAI's platform.
    #[serde(rename = "openai")]
    Openai,
}

/// The presets and where their service listens.
const PRESETS: &[(&str, Preset, &str)] = &[
    ("ollama", Preset::Ollama, "http://127.0.0.1:11434/v1"),
    ("llama.cpp", Preset::LlamaCpp, "http://127.0.0.1:8080/v1"),
    ("vllm", Preset::Vllm, "http://127.0.0.1:8000/v1"),
    ("mistral", Preset::Mistral, "https://api.mistral.ai/v1"),
    ("openai", Preset::Openai, "https://api.openai.com/v1"),
];

impl Preset {
    fn row(self) -> &'static (&'static str, Self, &'static str) {
        PRESETS.iter().find(|(_, preset, _)| *preset == self).unwrap_or(&PRESETS[0])
    }

    /// What the service calls the longest answer.
    #[must_use]
    pub fn limit_field(self) -> LimitField {
        if self == Self::Openai { LimitField::MaxCompletionTokens } else { LimitField::MaxTokens }
    }

    /// What the service calls the seed.
    #[must_use]
    pub fn seed_field(self) -> SeedField {
        if self == Self::Mistral { SeedField::RandomSeed } else { SeedField::Seed }
    }
}

impl fmt::Display for Preset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().0)
    }
}

impl FromStr for Preset {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let names = || PRESETS.iter().map(|(name, ..)| *name).collect::<Vec<_>>().join(", ");
        let known = PRESETS.iter().find(|(name, ..)| *name == text.trim());
        known
            .map(|(_, preset, _)| *preset)
            .ok_or_else(|| format!("« {text} » is no preset: one of {} is expected", names()))
    }
}

impl Llm {
    /// Whether there is a model to ask.
    #[must_use]
    pub fn configured(&self) -> bool {
        self.endpoint.base_url.is_some() && self.endpoint.model.is_some()
    }

    /// Fills what the preset knows and the settings leave empty. All of these services hold an answer to a schema.
    pub(super) fn fill(&mut self) {
        let Some(preset) = self.preset else { return };
        self.endpoint.base_url.get_or_insert_with(|| preset.row().2.to_owned());
        self.output.get_or_insert(Output::Auto);
    }
}

impl Config {
    pub(super) fn check_llm(&self, found: &mut Vec<Problem>) {
        let llm = &self.llm;
        let wanted = self.extractor.engine == ExtractorEngine::Model;
        super::check::at_least_one("llm.endpoint.timeout_seconds", llm.endpoint.timeout_seconds, found);
        super::check::at_least_one("llm.max_output_tokens", llm.max_output_tokens.into(), found);
        let (there, named) = (llm.endpoint.base_url.is_some(), llm.endpoint.model.is_some());
        let keyed = llm.endpoint.api_key_env.is_some() || llm.endpoint.api_key_file.is_some();
        let because = match (wanted, there, named) {
            (true, ..) => "while extractor.engine is \"model\"",
            (_, true, _) => "while an address is set (llm.endpoint.base_url or llm.preset)",
            (_, _, true) => "while llm.endpoint.model is set",
            _ => "while a key is set for it",
        };
        for (field, set) in [("llm.endpoint.base_url", there), ("llm.endpoint.model", named)] {
            if !set && (wanted || there || named || keyed) {
                let remedy = if field.ends_with("base_url") {
                    "set it to the service's address, or name a service in llm.preset"
                } else {
                    "set it to the model's name at the service"
                };
                found.push(Problem::new(field, format!("empty, {because}"), remedy));
            }
        }
        if !(0.0..=2.0).contains(&llm.temperature) {
            found.push(Problem::new(
                "llm.temperature",
                "not between 0 and 2",
                "set it to 0 for drafts that can be had again",
            ));
        }
        let (prompt, completion) = (llm.price_prompt_per_million, llm.price_completion_per_million);
        let amounts = [
            ("llm.price_prompt_per_million", prompt),
            ("llm.price_completion_per_million", completion),
            ("llm.monthly_budget", llm.monthly_budget),
        ];
        for (field, amount) in amounts {
            if !(0.0..=1.0e9).contains(&amount) {
                found.push(Problem::new(field, "no amount of money", "set it to 0 or more"));
            }
        }
        if llm.monthly_budget > 0.0 && prompt + completion <= 0.0 {
            found.push(Problem::new(
                "llm.monthly_budget",
                "set, while both prices are 0: it would never be spent",
                "set llm.price_prompt_per_million and llm.price_completion_per_million, or clear it",
            ));
        }
        if llm.repairs > 5 {
            found.push(Problem::new("llm.repairs", "more than 5: each costs a whole request", "set it to 5 or less"));
        }
    }
}
