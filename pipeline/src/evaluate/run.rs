//! What a measure gives: figures by name, in sum and by language, and the commonest failures.

use std::collections::BTreeMap;

use savoir_models::usage::Spent;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Expected, given, and what of both is the same: what precision, recall and F1 are made of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// How many were expected.
    pub expected: usize,
    /// How many were given.
    pub given: usize,
    /// How many of those given were expected.
    pub right: usize,
}

impl Tally {
    /// Adds another: figures over many cases count every single thing once (micro average).
    pub fn add(&mut self, other: Self) {
        self.expected += other.expected;
        self.given += other.given;
        self.right += other.right;
    }

    /// The harmonic mean of precision and recall, 0 to 1: twice what is right over all that was expected and given.
    /// 1 where nothing was expected and nothing given.
    #[must_use]
    pub fn f1(self) -> f64 {
        share(2 * self.right, self.expected + self.given).unwrap_or(1.0)
    }

    /// The share of what was given that is right; 1 when nothing was given.
    #[must_use]
    pub fn precision(self) -> f64 {
        share(self.right, self.given).unwrap_or(1.0)
    }

    /// The share of what was expected that was given; 1 when nothing was expected.
    #[must_use]
    pub fn recall(self) -> f64 {
        share(self.right, self.expected).unwrap_or(1.0)
    }
}

/// `part` of `whole`; nothing of nothing is no share.
pub(super) fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// Which way a figure gets better.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// More is better.
    Up,
    /// Less is better: rates of failure, time, money.
    Down,
}

/// Figures by name, in the order in which they are shown.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Figures(pub Vec<(String, f64)>);

impl Figures {
    /// Notes a figure, rounded to what can be told apart: four decimals.
    pub fn put(&mut self, name: &str, value: f64) {
        self.0.push((name.to_owned(), (value * 10_000.0).round() / 10_000.0));
    }

    /// Notes what model calls cost together: tokens and money.
    pub(super) fn spent(&mut self, all: impl Iterator<Item = Spent> + Clone) {
        self.put("prompt_tokens", all.clone().map(|s| s.prompt_tokens as f64).sum());
        self.put("completion_tokens", all.clone().map(|s| s.completion_tokens as f64).sum());
        self.put("cost", all.map(Spent::cost).sum());
    }

    /// Notes the mean of values; none where there are none.
    pub fn mean(&mut self, name: &str, values: impl Iterator<Item = f64>) {
        let values: Vec<f64> = values.collect();
        if !values.is_empty() {
            self.put(name, values.iter().sum::<f64>() / values.len() as f64);
        }
    }

    /// A figure by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f64> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, v)| *v)
    }

    /// Which way the figure of this name gets better.
    #[must_use]
    pub fn direction(name: &str) -> Direction {
        let less = ["_rate", "seconds", "tokens", "cost", "drafted_thin", "refused_rich", "real_time_factor", "failed"];
        if less.iter().any(|end| name.ends_with(end)) { Direction::Down } else { Direction::Up }
    }
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Figures {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> serde::de::Visitor<'de> for Visitor {
            type Value = Figures;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("figures by name")
            }
            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Figures, A::Error> {
                let mut out = Figures::default();
                while let Some(entry) = map.next_entry()? {
                    out.0.push(entry);
                }
                Ok(out)
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// A name and how often it was met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The name.
    pub name: String,
    /// How often.
    pub count: usize,
}

/// One measurement. As JSON it is kept, compared and held against a gate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// What was measured: `extract`, `search`, `speech`…
    pub eval: String,
    /// What it was measured on: the extractor, the embedder, the speech model, each with its version.
    pub of: String,
    /// How many cases, questions or recordings.
    pub cases: usize,
    /// The figures in sum.
    pub figures: Figures,
    /// The same by language (`fr`, `en`).
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub languages: BTreeMap<String, Figures>,
    /// Failures by kind, the commonest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<Named>,
    /// What there is to tell of each case.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<serde_json::Value>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_expected_and_nothing_given_is_perfect_and_one_too_many_is_not() {
        assert_eq!(Tally::default().f1(), 1.0);
        let one_too_many = Tally { expected: 0, given: 1, right: 0 };
        assert_eq!((one_too_many.f1(), one_too_many.precision(), one_too_many.recall()), (0.0, 0.0, 1.0));
        let half = Tally { expected: 2, given: 4, right: 2 };
        assert!((half.f1() - 2.0 / 3.0).abs() < 1e-12);
    }

    #[test]
    fn figures_keep_their_order_through_json() {
        let mut figures = Figures::default();
        figures.put("step_f1", 0.123_456);
        figures.put("cases", 3.0);
        let json = serde_json::to_string(&figures).unwrap();
        assert_eq!(json, r#"{"step_f1":0.1235,"cases":3.0}"#);
        assert_eq!(serde_json::from_str::<Figures>(&json).unwrap(), figures);
    }

    #[test]
    fn less_is_better_for_failures_time_and_money() {
        for name in ["unsupported_rate", "seconds", "cost", "drafted_thin", "word_error_rate"] {
            assert_eq!(Figures::direction(name), Direction::Down, "{name}");
        }
        assert_eq!(Figures::direction("step_f1"), Direction::Up);
    }
}
