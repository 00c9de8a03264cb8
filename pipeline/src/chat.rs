//! The customer's chat: it asks what is needed, offers an approved procedure, shows it word for word, and hands over.
//!
//! Walk: [`heard`] reads a message by rules ([`model`] may add what it understands), [`flow`] is the conversation as a pure
//! state machine, [`offer`] finds what fits, [`show`] writes lines out. Whatever is said is a sentence of [`sentences`] or
//! stands, word for word, in a revision that an expert approved, as the viewer sees it.

mod danger;
mod flow;
mod heard;
mod lexicon;
mod model;
mod offer;
pub mod sentences;
mod show;

use std::time::Duration;

use savoir_models::chat::{Approved, Chat, ChatMessage, ChatState, LineKind, Request, RequestWhy};
use savoir_models::clock::Timestamp;
use savoir_models::store::{Db, StoreError};
use savoir_models::text::Language;
use savoir_models::viewer::Viewer;

use self::flow::{Then, Turn};
use self::sentences::Sentence;
use self::show::Line;
use crate::kit::Kit;

/// Turns that begin anew because another was quicker, before it is given up.
const TRIES: usize = 8;
/// Messages that a visitor may still add once people have the conversation.
const AFTER_HAND_OVER: i64 = 20;

/// How much a visitor may say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Messages of one conversation, before people take over.
    pub messages: i64,
    /// How long a conversation may be silent.
    pub idle: Duration,
}

/// A message of a visitor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Its words.
    pub text: String,
    /// What the visitor's program calls it: the same name, the same answer.
    pub client_id: Option<String>,
}

/// What a message was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The conversation after it.
    pub chat: Chat,
    /// The visitor's message, and what was said to it.
    pub messages: Vec<ChatMessage>,
    /// The request, when people have it.
    pub request: Option<Request>,
}

/// Why a message is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// There is no such conversation.
    #[error("there is no such conversation")]
    NoChat,
    /// It was silent for too long.
    #[error("the conversation has ended")]
    Ended,
    /// More was said than fits.
    #[error("the conversation is full")]
    Full,
    /// Another message has the same name.
    #[error("another message has this client_id")]
    Reused,
    /// Too many at the same moment.
    #[error("too many messages at the same moment")]
    Busy,
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A conversation that nobody keeps, and what is said first in it: for a page that shows it before a word was said.
#[must_use]
pub fn greeting(language: Language) -> (Chat, Vec<ChatMessage>) {
    let mut chat = Chat::begin(language, Timestamp(0));
    let lines = flow::begin(&mut chat);
    let messages = numbered(&mut chat, lines, None, Timestamp(0));
    (chat, messages)
}

/// Begins a conversation: its secret, the conversation and what is said first.
///
/// # Errors
/// When the database fails.
pub async fn begin(db: &Db, mut chat: Chat, now: Timestamp) -> Result<(String, Chat, Vec<ChatMessage>), StoreError> {
    let lines = flow::begin(&mut chat);
    let mut tx = db.begin().await?;
    let secret = tx.put_chat(&chat).await?;
    let messages = numbered(&mut chat, lines, None, now);
    if !tx.put_turn(&chat, now).await? {
        return Err(StoreError::NotCommitted("a conversation that had just begun was changed".into()));
    }
    tx.put_messages(chat.id, &messages).await?;
    tx.commit().await?;
    Ok((secret, chat, messages))
}

/// Takes a message in and answers it. Of two at the same time the second sees what the first has left.
///
/// # Errors
/// When it is not taken; then nothing was kept.
pub async fn hear(kit: &Kit, secret: &str, viewer: &Viewer, said: &Said, limits: Limits) -> Result<Answer, Refusal> {
    let chat = kit.db.chat(secret).await?.ok_or(Refusal::NoChat)?;
    if let Some(answer) = answered(&kit.db, &chat, said).await? {
        return Ok(answer);
    }
    let machine = offer::machine_in(kit, viewer, &said.text).await;
    let by_rules = heard::understand(&said.text, chat.asked, machine.clone());
    let asked = last_question(&kit.db, &chat).await?;
    let mut understood = model::understood(kit.llm.as_ref(), by_rules, &asked, chat.language).await;
    let mut read_for = chat.asked;
    for _ in 0..TRIES {
        let mut chat = kit.db.chat(secret).await?.ok_or(Refusal::NoChat)?;
        if let Some(answer) = answered(&kit.db, &chat, said).await? {
            return Ok(answer);
        }
        let now = kit.clock.now();
        check(&chat, limits, now)?;
        if chat.asked != read_for {
            // Another message was quicker: this one answers another question.
            understood = heard::understand(&said.text, chat.asked, machine.clone());
            read_for = chat.asked;
        }
        chat.told += 1;
        let ends = chat.told >= limits.messages && chat.state != ChatState::HandedOver;
        let turn = if ends && !understood.danger {
            Turn { lines: Vec::new(), then: Then::HandOver(RequestWhy::Limit) }
        } else {
            flow::hear(&mut chat, &understood)
        };
        let (lines, hands) = play(kit, viewer, &mut chat, turn).await?;
        if let Some(answer) = keep(kit, chat, (said, lines), hands, now).await? {
            return Ok(answer);
        }
    }
    Err(Refusal::Busy)
}

/// What is to be done with the request of a conversation.
#[derive(Debug, Clone, Copy)]
enum Hands {
    Make(RequestWhy),
    Stir(bool),
}

/// Looks up what a turn asks for until it is the visitor's turn.
async fn play(
    kit: &Kit,
    viewer: &Viewer,
    chat: &mut Chat,
    turn: Turn,
) -> Result<(Vec<Line>, Option<Hands>), StoreError> {
    let Turn { mut lines, mut then } = turn;
    loop {
        let next = match then {
            Then::Wait => return Ok((lines, None)),
            Then::Find => {
                let found = offer::find(kit, chat, viewer).await?;
                let found = found.as_ref().map(|p| (p.id, p.revision.number, &p.revision.content));
                flow::found(chat, found)
            }
            Then::Show => {
                let known = match chat.procedure {
                    Some((id, _)) => kit.db.procedure(id, viewer).await?,
                    None => None,
                };
                let known = known.filter(|p| !p.revision.content.steps.is_empty());
                flow::shown(chat, known.as_ref().map(|p| (p.revision.number, &p.revision.content)))
            }
            Then::HandOver(why) => {
                lines.extend(flow::hand_over(chat, why));
                return Ok((lines, Some(Hands::Make(why))));
            }
            Then::Add(urgent) => {
                lines.extend(flow::added(chat));
                return Ok((lines, Some(Hands::Stir(urgent))));
            }
        };
        lines.extend(next.lines);
        then = next.then;
    }
}

/// Keeps a turn; `None` when another was quicker.
async fn keep(
    kit: &Kit,
    mut chat: Chat,
    (said, lines): (&Said, Vec<Line>),
    hands: Option<Hands>,
    now: Timestamp,
) -> Result<Option<Answer>, StoreError> {
    let answers = chat.messages + 1;
    chat.messages = answers;
    let mut messages = numbered(&mut chat, lines, Some(answers), now);
    let mut tx = kit.db.begin().await?;
    if !tx.put_turn(&chat, now).await? {
        return Ok(None);
    }
    if let Some(hands) = hands {
        let reference = match hands {
            Hands::Make(why) => tx.put_request(chat.id, why, why == RequestWhy::Danger, now).await?,
            Hands::Stir(urgent) => tx.put_request(chat.id, RequestWhy::Asked, urgent, now).await?,
        };
        let blank = |message: &&mut ChatMessage| message.kind == LineKind::Reference;
        messages.iter_mut().filter(blank).for_each(|message| message.text.clone_from(&reference));
    }
    let own = ChatMessage {
        position: answers,
        answers: None,
        kind: LineKind::Visitor,
        sentence: None,
        text: said.text.trim().to_owned(),
        choices: Vec::new(),
        approved: None,
        client_id: said.client_id.clone(),
        at: now,
    };
    messages.insert(0, own);
    tx.put_messages(chat.id, &messages).await?;
    tx.commit().await?;
    chat.version += 1;
    chat.updated_at = now;
    let request = kit.db.request_of(chat.id).await?;
    Ok(Some(Answer { chat, messages, request }))
}

/// Lines with their places in the conversation.
fn numbered(chat: &mut Chat, lines: Vec<Line>, answers: Option<i64>, now: Timestamp) -> Vec<ChatMessage> {
    let at_hand = chat.procedure;
    let lines = lines.into_iter().map(|line| {
        chat.messages += 1;
        let approved = at_hand.zip(line.path);
        ChatMessage {
            position: chat.messages,
            answers,
            kind: line.kind,
            sentence: line.sentence.map(|s| s.key().to_owned()),
            text: line.text,
            choices: line.choices.iter().map(|c| c.key().to_owned()).collect(),
            approved: approved.map(|((procedure, revision), path)| Approved { procedure, revision, path }),
            client_id: None,
            at: now,
        }
    });
    lines.collect()
}

/// What the message of this name was answered, if it came before.
async fn answered(db: &Db, chat: &Chat, said: &Said) -> Result<Option<Answer>, Refusal> {
    let Some(name) = &said.client_id else { return Ok(None) };
    let Some(known) = db.chat_message_called(chat.id, name).await? else { return Ok(None) };
    if known.text != said.text.trim() {
        return Err(Refusal::Reused);
    }
    let after = db.chat_messages(chat.id, known.position).await?;
    let answer = after.into_iter().filter(|m| m.answers == Some(known.position));
    let messages = std::iter::once(known.clone()).chain(answer).collect();
    Ok(Some(Answer { chat: chat.clone(), messages, request: db.request_of(chat.id).await? }))
}

/// Whether a conversation was silent for so long that it has ended.
#[must_use]
pub fn is_over(chat: &Chat, limits: Limits, now: Timestamp) -> bool {
    // Who was told a number may add to it for as long as the conversation is kept.
    chat.state != ChatState::HandedOver && now.since(chat.updated_at) > limits.idle
}

fn check(chat: &Chat, limits: Limits, now: Timestamp) -> Result<(), Refusal> {
    if is_over(chat, limits, now) {
        return Err(Refusal::Ended);
    }
    if chat.told >= limits.messages + AFTER_HAND_OVER {
        return Err(Refusal::Full);
    }
    Ok(())
}

/// The sentence that the visitor was last asked.
async fn last_question(db: &Db, chat: &Chat) -> Result<String, StoreError> {
    let messages = db.chat_messages(chat.id, chat.messages.saturating_sub(4)).await?;
    let asked = messages.into_iter().rev().filter(|m| !m.choices.is_empty());
    let mut sentences = asked.filter_map(|m| m.sentence.as_deref().and_then(Sentence::of));
    Ok(sentences.next().unwrap_or(Sentence::AskSymptom).text(chat.language).to_owned())
}
