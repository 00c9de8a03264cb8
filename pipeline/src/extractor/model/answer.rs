//! What a model answers when it drafts: the shape of `prompts/extract/schema.json`, read with patience for what models
//! do to it and with none for what changes the meaning.

use savoir_models::text::Language;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::super::language;
use crate::llm::{Flaw, Useless};

/// More of a kind than a procedure can hold is a model that goes round in circles.
const MOST_STATEMENTS: usize = 60;
/// More quotes for one statement prove nothing more.
const MOST_QUOTES: usize = 8;
/// No statement is longer, in characters; no quote is.
const LONGEST: usize = 1_000;

/// A whole answer.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub(super) struct Answer {
    pub(super) title: Said,
    #[serde(default, deserialize_with = "list")]
    pub(super) symptoms: Vec<Said>,
    #[serde(default)]
    pub(super) cause: Option<Said>,
    #[serde(default, deserialize_with = "list")]
    pub(super) prerequisites: Vec<Said>,
    #[serde(default, deserialize_with = "list")]
    pub(super) tools: Vec<Said>,
    #[serde(default, deserialize_with = "list")]
    pub(super) parts: Vec<SaidPart>,
    #[serde(default, deserialize_with = "list")]
    pub(super) hazards: Vec<SaidHazard>,
    #[serde(deserialize_with = "list")]
    pub(super) steps: Vec<Said>,
    #[serde(default, deserialize_with = "list")]
    pub(super) verification: Vec<Said>,
    pub(super) told: Told,
    #[serde(default, deserialize_with = "list")]
    pub(super) questions: Vec<String>,
}

/// A statement as the model says it.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub(super) struct Said {
    pub(super) text: String,
    #[serde(default, deserialize_with = "list")]
    pub(super) quotes: Vec<Quote>,
}

/// A quote: with its source, or without by a model that forgets it. Then every text is searched.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged, expecting = "an object with source and quote is expected")]
pub(super) enum Quote {
    Of { source: String, quote: String },
    Bare(String),
}

impl Quote {
    /// The source's name, empty when there is none, and the words.
    pub(super) fn parts(&self) -> (&str, &str) {
        match self {
            Self::Of { source, quote } => (source, quote),
            Self::Bare(quote) => ("", quote),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct SaidPart {
    #[serde(flatten)]
    pub(super) said: Said,
    #[serde(default)]
    pub(super) reference: Value,
    #[serde(default)]
    pub(super) quantity: Value,
}

impl SaidPart {
    /// The reference, which some models take for a number.
    pub(super) fn reference(&self) -> Option<String> {
        let text = match &self.reference {
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            _ => String::new(),
        };
        (!text.is_empty()).then_some(text)
    }

    /// The quantity, which some models take for a text. None that is no amount.
    pub(super) fn quantity(&self) -> Option<f64> {
        let number = match &self.quantity {
            Value::Number(number) => number.as_f64(),
            Value::String(text) => text.trim().replace(',', ".").parse().ok(),
            _ => None,
        };
        number.filter(|n| n.is_finite() && *n > 0.0 && *n < 1.0e6)
    }
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct SaidHazard {
    #[serde(flatten)]
    pub(super) said: Said,
    #[serde(default)]
    pub(super) kind: String,
}

/// What the model holds to be told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
pub(super) struct Told {
    #[serde(default)]
    pub(super) cause: bool,
    #[serde(default)]
    pub(super) found: bool,
    #[serde(default)]
    pub(super) fix: bool,
    #[serde(default)]
    pub(super) check: bool,
}

/// A list; `null` is an empty one.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(d: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(d)?.unwrap_or_default())
}

/// Reads an answer in `language`.
///
/// # Errors
/// What is wrong with it, for the model to mend.
pub(super) fn read(answer: &Value, language: Language) -> Result<Answer, Useless> {
    let mut read: Answer = serde_path_to_error::deserialize(answer).map_err(|error| {
        let (path, why) = (error.path().to_string(), error.inner().to_string());
        let place = if path == "." { String::new() } else { format!("at {path}: ") };
        Useless::new(Flaw::Shape, format!("it has another shape: {place}{why}"))
    })?;
    read.tidy();
    if read.title.text.is_empty() {
        return Err(Useless::new(Flaw::Shape, "it has another shape: at title.text: it is empty"));
    }
    let written = language::evident(read.texts());
    if let Some(other) = written.filter(|w| *w != language) {
        let (is, wanted) = match other {
            Language::English => ("English", "French"),
            Language::French => ("French", "English"),
        };
        return Err(Useless::new(Flaw::Language, format!("it is written in {is}; write every text in {wanted}")));
    }
    Ok(read)
}

impl Answer {
    fn texts(&self) -> impl Iterator<Item = &str> {
        let lists = [&self.symptoms, &self.prerequisites, &self.steps, &self.verification];
        std::iter::once(&self.title).chain(lists.into_iter().flatten()).chain(&self.cause).map(|s| s.text.as_str())
    }

    /// Takes away what is empty and what is too much.
    fn tidy(&mut self) {
        let lists =
            [&mut self.symptoms, &mut self.prerequisites, &mut self.tools, &mut self.steps, &mut self.verification];
        for list in lists {
            list.iter_mut().for_each(Said::tidy);
            list.retain(|s| !s.text.is_empty());
            list.truncate(MOST_STATEMENTS);
        }
        self.title.tidy();
        self.cause.iter_mut().for_each(Said::tidy);
        self.cause = self.cause.take().filter(|s| !s.text.is_empty());
        self.parts.iter_mut().for_each(|p| p.said.tidy());
        self.parts.retain(|p| !p.said.text.is_empty());
        self.parts.truncate(MOST_STATEMENTS);
        self.hazards.iter_mut().for_each(|h| h.said.tidy());
        self.hazards.retain(|h| !h.said.text.is_empty());
        self.hazards.truncate(MOST_STATEMENTS);
    }
}

impl Said {
    /// Markup stays: the verifier says what is wrong with it. Words that say "nothing" are nothing.
    fn tidy(&mut self) {
        self.text = shortened(self.text.trim());
        if ["null", "none", "n/a", "-", "[]", "aucun", "aucune", "néant"].contains(&self.text.to_lowercase().as_str())
        {
            self.text.clear();
        }
        self.quotes.retain(|q| !q.parts().1.trim().is_empty());
        self.quotes.truncate(MOST_QUOTES);
        for quote in &mut self.quotes {
            match quote {
                Quote::Of { quote, .. } | Quote::Bare(quote) => *quote = shortened(quote.trim()),
            }
        }
    }
}

/// At most so many characters. A quote that is cut is still found; a statement that is cut shows that it was.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => text[..at].to_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn least() -> Value {
        json!({"title": {"text": "Pompe : fuite"}, "steps": [], "told": {}})
    }

    #[test]
    fn what_models_leave_out_or_write_otherwise_is_read() {
        let mut answer = least();
        answer["symptoms"] = Value::Null;
        answer["parts"] = json!([{"text": "Joint", "quotes": ["joint usé"], "reference": 4711, "quantity": "2,5"}]);
        answer["thoughts"] = json!("…");
        let read = read(&answer, Language::French).unwrap();
        assert_eq!(read.parts[0].reference().as_deref(), Some("4711"));
        assert_eq!(read.parts[0].quantity(), Some(2.5));
        assert_eq!(read.parts[0].said.quotes[0].parts(), ("", "joint usé"));
        assert_eq!((read.told, read.symptoms.len()), (Told::default(), 0));
    }

    #[test]
    fn what_has_another_shape_is_told_with_its_place() {
        let wrong = |change: fn(&mut Value)| {
            let mut answer = least();
            change(&mut answer);
            let useless = read(&answer, Language::French).unwrap_err();
            assert_eq!(useless.flaw, Flaw::Shape);
            useless.wrong
        };
        assert!(wrong(|a| a["steps"] = json!([{"text": "x"}, {"texte": "x"}])).contains("at steps[1]"), "a field");
        assert!(wrong(|a| a["steps"] = json!(["Remplacez"])).contains("steps[0]"), "a text for a statement");
        assert!(wrong(|a| a["title"]["quotes"] = json!([7])).contains("source and quote"), "a number for a quote");
        assert!(wrong(|a| drop(a.as_object_mut().unwrap().remove("told"))).contains("told"), "what is missing");
        assert!(wrong(|a| a["title"] = json!({"text": "  "})).contains("title"), "an empty title");
    }

    #[test]
    fn an_answer_in_another_language_is_told_so() {
        let mut answer = least();
        answer["steps"] = json!([{"text": "Lock out the machine and replace the seal of the pump with a new one"}]);
        let useless = read(&answer, Language::French).unwrap_err();
        assert_eq!((useless.flaw, useless.wrong.contains("in French")), (Flaw::Language, true));
        assert!(read(&answer, Language::English).is_ok());
    }

    #[test]
    fn what_is_empty_or_too_much_goes() {
        let mut answer = least();
        answer["cause"] = json!({"text": "null"});
        answer["tools"] = json!([{"text": " "}, {"text": "Aucun"}, {"text": " clé de 13 "}]);
        answer["steps"] = json!(vec![json!({"text": "é".repeat(5_000), "quotes": vec!["x"; 99]}); 500]);
        let read = read(&answer, Language::French).unwrap();
        assert_eq!((read.cause, read.tools.len(), read.tools[0].text.as_str()), (None, 1, "clé de 13"));
        assert_eq!((read.steps.len(), read.steps[0].text.chars().count(), read.steps[0].quotes.len()), (60, 1_000, 8));
    }
}
