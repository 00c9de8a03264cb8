//! What a service takes: found out from what it refuses, one thing at a time, and remembered.

use std::sync::Mutex;

use super::settings::{LlmSettings, Output};

/// What a service calls the longest answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitField {
    /// `max_tokens`: nearly all of them.
    MaxTokens,
    /// `max_completion_tokens`: OpenAI's newer models.
    MaxCompletionTokens,
}

impl LimitField {
    /// The field's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MaxTokens => "max_tokens",
            Self::MaxCompletionTokens => "max_completion_tokens",
        }
    }
}

/// What a service calls the seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SeedField {
    /// `seed`: nearly all of them.
    Seed,
    /// `random_seed`: Mistral's platform, which refuses a field that it does not know.
    RandomSeed,
}

impl SeedField {
    /// The field's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Seed => "seed",
            Self::RandomSeed => "random_seed",
        }
    }
}

/// The form and the parameters of a request.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Manner {
    /// The form of the answer; never [`Output::Auto`].
    pub output: Output,
    /// Left out where the service takes none.
    pub temperature: Option<f64>,
    /// Left out where the service takes none.
    pub seed: Option<(SeedField, u64)>,
    /// The longest answer.
    pub limit: (LimitField, u32),
}

/// How requests are made now.
pub(super) struct Abilities {
    /// Whether the form may be another than the strictest.
    free: bool,
    manner: Mutex<Manner>,
}

/// What services say when the form of the answer is what they do not take. Lower case.
const FORM: &[&str] = &["response_format", "json_schema", "json_object", "json schema", "structured output", "grammar"];

impl Abilities {
    pub(super) fn new(settings: &LlmSettings) -> Self {
        let free = settings.output == Output::Auto;
        let manner = Manner {
            output: if free { Output::JsonSchema } else { settings.output },
            temperature: Some(settings.temperature),
            seed: Some((settings.seed_field, settings.seed)),
            limit: (settings.limit_field, settings.max_output_tokens),
        };
        Self { free, manner: Mutex::new(manner) }
    }

    pub(super) fn manner(&self) -> Manner {
        // What a panic left behind is still a manner: it is changed by whole values only.
        *self.manner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Asks differently from now on, if the refusal names something that can be left out: `asked` is how it was asked.
    /// Each thing is given up once, so that this ends.
    pub(super) fn learn(&self, said: &str, asked: &Manner) -> bool {
        let mut manner = self.manner.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if *manner != *asked {
            // Another request has learnt in the meantime.
            return true;
        }
        if said.contains(LimitField::MaxCompletionTokens.as_str()) && manner.limit.0 == LimitField::MaxTokens {
            manner.limit.0 = LimitField::MaxCompletionTokens;
        } else if said.contains("temperature") && manner.temperature.is_some() {
            manner.temperature = None;
        } else if self.free
            && FORM.iter().any(|w| said.contains(w))
            && let Some(below) = below(manner.output)
        {
            manner.output = below;
        } else if said.contains("seed") && manner.seed.is_some() {
            manner.seed = None;
        } else {
            return false;
        }
        tracing::info!(said, now = ?*manner, "the language model's service takes less than it was asked; remembered");
        true
    }

    /// Asks in the next form below from now on, if there is one and the settings allow it.
    pub(super) fn step_down(&self) -> bool {
        let mut manner = self.manner.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let below = below(manner.output).filter(|_| self.free);
        manner.output = below.unwrap_or(manner.output);
        below.is_some()
    }
}

/// The form that asks less of a service than this one.
fn below(output: Output) -> Option<Output> {
    match output {
        Output::Auto | Output::JsonSchema => Some(Output::JsonObject),
        Output::JsonObject => Some(Output::Text),
        Output::Text => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_form_steps_down_until_nothing_is_left_to_refuse() {
        let abilities = Abilities::new(&LlmSettings::default());
        for expected in [Output::JsonObject, Output::Text] {
            assert!(abilities.learn("response_format is not supported", &abilities.manner()));
            assert_eq!(abilities.manner().output, expected);
        }
        assert!(!abilities.learn("response_format is not supported", &abilities.manner()));
    }

    #[test]
    fn a_form_that_was_set_is_kept() {
        let settings = LlmSettings { output: Output::JsonSchema, ..LlmSettings::default() };
        let abilities = Abilities::new(&settings);
        assert!(!abilities.learn("response_format is not supported", &abilities.manner()));
    }

    #[test]
    fn a_parameter_that_is_refused_is_left_out_or_called_by_its_other_name_once() {
        let abilities = Abilities::new(&LlmSettings::default());
        let openai = "unsupported parameter: 'max_tokens' is not supported with this model. use 'max_completion_tokens' instead.";
        assert!(abilities.learn(openai, &abilities.manner()));
        assert_eq!(abilities.manner().limit.0, LimitField::MaxCompletionTokens);
        assert!(!abilities.learn(openai, &abilities.manner()), "it is called so already: something else is wrong");
        assert!(abilities.learn("'temperature' does not support 0 with this model", &abilities.manner()));
        assert!(abilities.learn("extra inputs are not permitted: body.seed", &abilities.manner()));
        assert_eq!((abilities.manner().temperature, abilities.manner().seed), (None, None));
        assert!(!abilities.learn("extra inputs are not permitted: body.seed", &abilities.manner()));
    }

    #[test]
    fn two_requests_that_are_refused_at_once_give_up_one_thing() {
        let abilities = Abilities::new(&LlmSettings::default());
        let asked = abilities.manner();
        assert!(abilities.learn("json_schema?", &asked));
        assert!(abilities.learn("json_schema?", &asked));
        assert_eq!(abilities.manner().output, Output::JsonObject);
    }
}
