//! What calls cost, and whether another may be made.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use savoir_models::clock::{Clock, Timestamp};
use savoir_models::store::{Db, StoreError};
use savoir_models::usage::{Spent, Usage};

use super::settings::Prices;
use super::{Failure, Message, Question, Reply};
use crate::fault::Need;

/// The account of a model.
pub(super) struct Ledger {
    db: Db,
    clock: Arc<dyn Clock>,
    prices: Prices,
    spent: Mutex<Spent>,
}

impl Ledger {
    pub(super) fn new(db: Db, clock: Arc<dyn Clock>, prices: Prices) -> Self {
        Self { db, clock, prices, spent: Mutex::default() }
    }

    /// Whether the month's budget leaves room for a call. Calls that are under way are not in it yet: it may be
    /// overspent by one call for each that runs at the same time.
    pub(super) async fn allow(&self) -> Result<(), Failure> {
        let Some(budget) = self.prices.budget_micros() else { return Ok(()) };
        let now = self.clock.now();
        let (begin, end) = now.month();
        let spent = self.db.spent_between(begin, end).await.map_err(unread)?.cost_micros;
        if spent < budget {
            return Ok(());
        }
        let day = end.to_string();
        let reason = format!(
            "this month's budget for the language model is spent ({} of {}): raise llm.monthly_budget, or wait until {}",
            self.prices.amount(spent),
            self.prices.amount(budget),
            day.get(..10).unwrap_or(&day),
        );
        Err(Failure::Missing { need: Need::Budget, after: Some(end.since(now)), reason })
    }

    /// Writes down what a call cost, in a commit of its own and before its answer is looked at. Not with the step's
    /// result: a useless answer has none, a step that fails or loses its lease writes nothing, and the money is gone
    /// all the same. A budget that did not know of such calls would be spent many times over by an endpoint that
    /// answers nonsense.
    pub(super) async fn note(
        &self,
        question: &Question<'_>,
        model: &str,
        (messages, reply): (&[Message], Option<&Reply>),
        took: Duration,
    ) {
        let asked: usize = messages.iter().map(|m| m.content.chars().count()).sum();
        let prompt_tokens = reply.and_then(|r| r.prompt_tokens).unwrap_or_else(|| estimate(asked));
        let completion_tokens =
            reply.map_or(0, |r| r.completion_tokens.unwrap_or_else(|| estimate(r.text.chars().count())));
        let usage = Usage {
            purpose: question.purpose,
            model: model.to_owned(),
            prompt_tokens,
            completion_tokens,
            cost_micros: self.prices.micros(prompt_tokens, completion_tokens),
            took_ms: i64::try_from(took.as_millis()).unwrap_or(i64::MAX),
        };
        if let Ok(mut spent) = self.spent.lock() {
            spent.add(&usage);
        }
        if let Err(error) = self.write(question, &usage, self.clock.now()).await {
            // The answer is there and paid for: it is worth more than its bill.
            tracing::error!(%error, ?usage, "what a call of the language model cost could not be written down");
        }
    }

    /// Everything that this ledger wrote down.
    pub(super) fn spent(&self) -> Spent {
        self.spent.lock().map(|s| *s).unwrap_or_default()
    }

    async fn write(&self, question: &Question<'_>, usage: &Usage, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.put_usage(question.intervention, usage, now).await?;
        tx.commit().await
    }
}

/// Tokens of so many characters: three to one is what French text has at least in the vocabularies of these years.
fn estimate(characters: usize) -> i64 {
    i64::try_from(characters.div_ceil(3)).unwrap_or(i64::MAX)
}

fn unread(error: StoreError) -> Failure {
    Failure::Transient { after: None, reason: error.to_string() }
}
