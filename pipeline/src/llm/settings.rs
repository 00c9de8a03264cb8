//! How a language model is asked.

use std::fmt;
use std::str::FromStr;

use super::abilities::{LimitField, SeedField};
use crate::prompts::House;

/// In which form a model is made to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Output {
    /// The strictest that the service takes: found out, and remembered until the process ends.
    Auto,
    /// The service holds the model to the schema.
    JsonSchema,
    /// The service holds the model to JSON.
    JsonObject,
    /// The model is asked nicely.
    Text,
}

impl Output {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::Auto, Self::JsonSchema, Self::JsonObject, Self::Text];

    /// Its name, as settings write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::JsonSchema => "json_schema",
            Self::JsonObject => "json_object",
            Self::Text => "text",
        }
    }
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Output {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|o| o.as_str() == text.trim());
        known.ok_or_else(|| format!("« {text} » is no form: auto, json_schema, json_object or text is expected"))
    }
}

/// What tokens cost, and how much may be spent.
#[derive(Debug, Clone, PartialEq)]
pub struct Prices {
    /// A million tokens of prompt, in [`Self::currency`].
    pub prompt_per_million: f64,
    /// A million tokens of answer.
    pub completion_per_million: f64,
    /// A name for people ("EUR").
    pub currency: String,
    /// What may be spent in a calendar month (UTC); 0: no limit.
    pub monthly_budget: f64,
}

impl Prices {
    /// What so many tokens cost, in millionths of the currency, rounded up.
    #[must_use]
    pub fn micros(&self, prompt_tokens: i64, completion_tokens: i64) -> i64 {
        #[expect(clippy::cast_precision_loss, reason = "token counts are far below 2^52")]
        let cost =
            prompt_tokens as f64 * self.prompt_per_million + completion_tokens as f64 * self.completion_per_million;
        whole(cost)
    }

    /// The monthly budget in millionths of the currency; `None`: no limit.
    #[must_use]
    pub fn budget_micros(&self) -> Option<i64> {
        (self.monthly_budget > 0.0).then(|| whole(self.monthly_budget * 1_000_000.0))
    }

    /// An amount for people: "12.34 EUR".
    #[must_use]
    pub fn amount(&self, micros: i64) -> String {
        #[expect(clippy::cast_precision_loss, reason = "for people, to the cent")]
        let units = micros as f64 / 1_000_000.0;
        format!("{units:.2} {}", self.currency)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to what an i64 holds")]
fn whole(amount: f64) -> i64 {
    amount.ceil().clamp(0.0, 9.0e18) as i64
}

/// How a model is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct LlmSettings {
    /// In which form it answers.
    pub output: Output,
    /// How freely it chooses its words: 0 for the likeliest.
    pub temperature: f64,
    /// What its chance begins with, so that an answer can be had again.
    pub seed: u64,
    /// The longest answer, in tokens.
    pub max_output_tokens: u32,
    /// The longest prompt, in characters: longer cases are asked about in parts.
    pub context_characters: usize,
    /// Requests a minute by this process; 0: no limit.
    pub requests_per_minute: u32,
    /// How often a useless answer is given back to be mended.
    pub repairs: u32,
    /// What it costs.
    pub prices: Prices,
    /// What the house adds to every prompt.
    pub house: House,
    /// What the service calls the longest answer.
    pub limit_field: LimitField,
    /// What the service calls the seed.
    pub seed_field: SeedField,
}

impl Default for LlmSettings {
    fn default() -> Self {
        Self {
            output: Output::Auto,
            temperature: 0.0,
            seed: 1,
            max_output_tokens: 4_096,
            context_characters: 32_000,
            requests_per_minute: 0,
            repairs: 2,
            prices: Prices {
                prompt_per_million: 0.0,
                completion_per_million: 0.0,
                currency: "EUR".into(),
                monthly_budget: 0.0,
            },
            house: House::default(),
            limit_field: LimitField::MaxTokens,
            seed_field: SeedField::Seed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_rounded_up_to_a_millionth_and_no_price_costs_nothing() {
        let prices = Prices { prompt_per_million: 0.15, completion_per_million: 0.6, ..LlmSettings::default().prices };
        assert_eq!(prices.micros(1_000, 500), 450);
        assert_eq!(prices.micros(1, 0), 1);
        assert_eq!(LlmSettings::default().prices.micros(1_000_000, 1_000_000), 0);
        assert_eq!(prices.amount(12_345_678), "12.35 EUR");
        assert_eq!(prices.budget_micros(), None);
        assert_eq!(Prices { monthly_budget: 2.5, ..prices }.budget_micros(), Some(2_500_000));
    }
}
