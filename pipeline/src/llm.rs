//! Asking a language model.
//!
//! [`ChatModel`] is the seam: one request, one answer. [`Llm`] is what the house asks: it keeps to a budget and a pace,
//! writes down what every call cost, finds out in which form the model can answer, and has a useless answer mended
//! before it gives up. What a case holds is masked before it comes here.

mod abilities;
mod failure;
mod find;
mod ledger;
mod pace;
mod probe;
pub mod remote;
mod settings;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use savoir_models::clock::Clock;
use savoir_models::id::InterventionId;
use savoir_models::store::Db;
use savoir_models::usage::{Purpose, Spent};
use serde_json::Value;
use sha2::{Digest, Sha256};

pub use abilities::{LimitField, Manner, SeedField};
pub use failure::{Failure, Flaw};
pub use probe::Probe;
pub use settings::{LlmSettings, Output, Prices};

use crate::evaluate::extract::Meter;
use crate::fault::Need;
use crate::prompts::{House, Prompt, repair};
use abilities::Abilities;
use ledger::Ledger;
use pace::Pace;

/// The longest answer that is read, in bytes. A draft has a hundredth of it.
pub const MOST_ANSWER_BYTES: usize = 2 * 1024 * 1024;

/// How much of a useless answer the model is shown again, in characters: it must fit beside the prompt.
const SHOWN_AGAIN: usize = 4_000;

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Speaker {
    /// The house's instructions.
    System,
    /// What is asked.
    User,
    /// What the model said.
    Assistant,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Message {
    /// Who speaks.
    pub role: Speaker,
    /// What is said.
    pub content: String,
}

/// A short hash of a conversation: the same words, the same fingerprint.
#[must_use]
pub fn fingerprint(messages: &[Message]) -> String {
    let mut hash = Sha256::new();
    for message in messages {
        hash.update([message.role as u8]);
        hash.update(message.content.as_bytes());
        hash.update([0]);
    }
    hex::encode(hash.finalize()).chars().take(16).collect()
}

/// One request to a model.
#[derive(Debug, Clone)]
pub struct Ask<'a> {
    /// The conversation.
    pub messages: &'a [Message],
    /// The schema of the answer, and its name: used in the forms that take one.
    pub schema: (&'a str, &'a Value),
    /// In which form, and with which parameters.
    pub manner: Manner,
}

/// What a model answered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reply {
    /// Its words.
    pub text: String,
    /// Whether it ended because it had said enough tokens, not because it had said everything.
    pub cut: bool,
    /// How many answers came.
    pub answers: usize,
    /// Why it will not answer, when it says so.
    pub refusal: Option<String>,
    /// Tokens of the prompt, when the service says so.
    pub prompt_tokens: Option<i64>,
    /// Tokens of the answer, when the service says so.
    pub completion_tokens: Option<i64>,
}

/// A language model that answers.
#[async_trait]
pub trait ChatModel: Send + Sync + 'static {
    /// Its name.
    fn name(&self) -> &str;

    /// Sends one request, once: trying again is the line's business.
    ///
    /// # Errors
    /// A [`Failure`] that says what kind of trouble it is.
    async fn chat(&self, ask: &Ask<'_>) -> Result<Reply, Failure>;

    /// The models that its service has; empty when it lists none.
    ///
    /// # Errors
    /// As [`Self::chat`].
    async fn models(&self) -> Result<Vec<String>, Failure>;
}

/// What is asked, for what, and on whose account.
#[derive(Debug, Clone)]
pub struct Question<'a> {
    /// What it is for.
    pub purpose: Purpose,
    /// The intervention it is asked for, if any.
    pub intervention: Option<InterventionId>,
    /// The words.
    pub prompt: &'a Prompt,
}

/// A language model as the house asks it.
pub struct Llm {
    model: Arc<dyn ChatModel>,
    settings: LlmSettings,
    abilities: Abilities,
    ledger: Ledger,
    pace: Pace,
    aside: tokio::sync::Mutex<()>,
}

/// Why an answer is of no use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Useless {
    /// What kind of flaw.
    pub flaw: Flaw,
    /// What is wrong with it, for the model and for a person.
    pub wrong: String,
}

impl Useless {
    /// It has the flaw `flaw`.
    pub fn new(flaw: Flaw, wrong: impl Into<String>) -> Self {
        Self { flaw, wrong: wrong.into() }
    }
}

impl Meter for Llm {
    fn spent(&self) -> Spent {
        self.ledger.spent()
    }
}

impl Llm {
    /// A model, asked in this manner; what it costs is written to `db`.
    #[must_use]
    pub fn new(model: Arc<dyn ChatModel>, settings: LlmSettings, db: Db, clock: Arc<dyn Clock>) -> Self {
        let abilities = Abilities::new(&settings);
        let pace = Pace::new(settings.requests_per_minute);
        let ledger = Ledger::new(db, clock, settings.prices.clone());
        Self { model, settings, abilities, ledger, pace, aside: tokio::sync::Mutex::default() }
    }

    /// The model's name.
    #[must_use]
    pub fn name(&self) -> &str {
        self.model.name()
    }

    /// How it is asked.
    #[must_use]
    pub fn settings(&self) -> &LlmSettings {
        &self.settings
    }

    /// What the house adds to every prompt.
    #[must_use]
    pub fn house(&self) -> &House {
        &self.settings.house
    }

    /// The turn of whoever asks outside the model lane, held until the answer is there. One at a time: the endpoint gets as
    /// many requests at once as that lane has room for, and one.
    pub(crate) async fn aside(&self) -> tokio::sync::MutexGuard<'_, ()> {
        self.aside.lock().await
    }

    /// What an answer depends on besides the prompt, as it is sent now.
    #[must_use]
    pub fn parameters(&self) -> BTreeMap<String, String> {
        let manner = self.abilities.manner();
        let mut out = BTreeMap::from([
            ("context_characters".to_owned(), self.settings.context_characters.to_string()),
            ("max_output_tokens".to_owned(), manner.limit.1.to_string()),
            ("output".to_owned(), manner.output.as_str().to_owned()),
            ("repairs".to_owned(), self.settings.repairs.to_string()),
        ]);
        let House { instructions, glossary } = self.house();
        if !instructions.is_empty() || !glossary.is_empty() {
            let hash = hex::encode(Sha256::digest(format!("{instructions}\0{glossary}")));
            out.insert("house".into(), hash.chars().take(12).collect());
        }
        out.extend(manner.temperature.map(|t| ("temperature".to_owned(), t.to_string())));
        out.extend(manner.seed.map(|(_, seed)| ("seed".to_owned(), seed.to_string())));
        out
    }

    /// Asks, and reads the answer's JSON object with `read`, which says what is wrong with one that it cannot use. A
    /// useless answer is shown to the model with what is wrong, [`LlmSettings::repairs`] times at most.
    ///
    /// # Errors
    /// A [`Failure`]: [`Failure::Malformed`] when no answer was of use.
    pub async fn ask<T>(
        &self,
        question: &Question<'_>,
        read: impl Fn(&Value) -> Result<T, Useless> + Send,
    ) -> Result<T, Failure>
    where
        T: Send,
    {
        let mut messages = question.prompt.messages();
        let first = messages.len();
        let mut useless: Option<Useless> = None;
        for _ in 0..=self.settings.repairs {
            let reply = match self.call(question, &messages).await {
                // The prompt went through before: it is the repair that does not fit beside it.
                Err(Failure::TooLong { .. }) if useless.is_some() => break,
                other => other?,
            };
            match understood(&reply, &read)? {
                Ok(answer) => return Ok(answer),
                Err(flawed) => {
                    messages.truncate(first);
                    let shown: String = reply.text.chars().take(SHOWN_AGAIN).collect();
                    if !shown.trim().is_empty() {
                        messages.push(Message { role: Speaker::Assistant, content: shown });
                    }
                    let content = repair(question.prompt.language, &flawed.wrong);
                    messages.push(Message { role: Speaker::User, content });
                    useless = Some(flawed);
                }
            }
        }
        let Useless { flaw, wrong } = useless.unwrap_or(Useless { flaw: Flaw::Empty, wrong: "no answer".into() });
        Err(Failure::malformed(flaw, format!("the answer of {} is of no use: {wrong}", self.name())))
    }

    /// One request that counts: within the budget, at the pace, in a form that the model takes; its cost is written
    /// down before its answer is looked at.
    async fn call(&self, question: &Question<'_>, messages: &[Message]) -> Result<Reply, Failure> {
        self.ledger.allow().await?;
        loop {
            self.pace.turn().await;
            let manner = self.abilities.manner();
            let schema = (question.prompt.name, &question.prompt.schema);
            let begun = Instant::now();
            let answered = self.model.chat(&Ask { messages, schema, manner }).await;
            match &answered {
                Ok(reply) => self.ledger.note(question, self.name(), (messages, Some(reply)), begun.elapsed()).await,
                // Written by the model and thrown away, or still being written: it is paid for all the same.
                Err(Failure::Slow { .. } | Failure::Malformed { .. }) => {
                    self.ledger.note(question, self.name(), (messages, None), begun.elapsed()).await;
                }
                Err(Failure::Unsupported { said, .. }) if self.abilities.learn(said, &manner) => continue,
                Err(_) => {}
            }
            return match answered {
                Err(Failure::Slow { reason }) => Err(self.slow(reason).await),
                other => other,
            };
        }
    }

    /// Whose fault it is that no answer came in time: the service's when it does not say a word, else this request's,
    /// which must not hold up the others.
    async fn slow(&self, reason: String) -> Failure {
        match tokio::time::timeout(Duration::from_secs(5), self.model.models()).await {
            Ok(Ok(_)) => Failure::Transient { after: None, reason },
            Ok(Err(_)) | Err(_) => Failure::missing(Need::LanguageModel, reason),
        }
    }
}

/// The one object of an answer that can be read.
fn understood<T>(reply: &Reply, read: &impl Fn(&Value) -> Result<T, Useless>) -> Result<Result<T, Useless>, Failure> {
    if let Some(refusal) = &reply.refusal {
        return Err(Failure::Refused {
            reason: format!("the model will not answer this (« {} »)", beginning(refusal)),
        });
    }
    let flawed = |flaw, wrong: &str| Ok(Err(Useless::new(flaw, wrong)));
    if reply.answers > 1 {
        return flawed(Flaw::Twice, "there are several answers; give exactly one");
    }
    let found = find::objects(&reply.text);
    let mut read_so_far: Vec<Result<T, Useless>> = found.objects.iter().map(read).collect();
    if read_so_far.iter().filter(|r| r.is_ok()).count() > 1 {
        return flawed(Flaw::Twice, "there is more than one JSON object; give exactly one");
    }
    if let Some(good) = read_so_far.iter().position(Result::is_ok) {
        return Ok(read_so_far.swap_remove(good));
    }
    if reply.cut || found.open {
        return flawed(
            Flaw::Cut,
            "it was cut before its end; answer again, shorter: one short quote for each statement",
        );
    }
    if let Some(broken) = found.broken {
        return flawed(Flaw::NotJson, &format!("it is not valid JSON: {broken}"));
    }
    // The first object is the answer; what follows it is chatter.
    if !read_so_far.is_empty() {
        return Ok(read_so_far.swap_remove(0));
    }
    if reply.text.trim().is_empty() {
        return flawed(Flaw::Empty, "it is empty; answer with the JSON object");
    }
    flawed(Flaw::NotJson, &format!("it holds no JSON object (« {} »)", beginning(&reply.text)))
}

/// The beginning of a text, for a person to recognise it by.
pub(crate) fn beginning(text: &str) -> String {
    let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut out: String = flat.chars().take(80).collect();
    if out.len() < flat.len() {
        out.push('…');
    }
    out
}
