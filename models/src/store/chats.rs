//! Conversations and their messages. Of the secret that a visitor holds only the hash is kept.

use super::tokens::hash;
use super::{Db, Result, Tx, from_json, json, parsed, read, write};
use crate::chat::{Approved, Chat, ChatMessage};
use crate::clock::Timestamp;
use crate::id::{ChatId, MessageId};

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    site_id: Option<String>,
    owner: Option<String>,
    visitor: Option<String>,
    organisation: Option<String>,
    language: String,
    state: String,
    asked: Option<String>,
    machine: Option<String>,
    symptom: Option<String>,
    code: Option<String>,
    urgency: Option<String>,
    procedure_id: Option<String>,
    revision: Option<i64>,
    step: i64,
    tried: String,
    strays: i64,
    unclear: i64,
    told: i64,
    messages: i64,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

impl Row {
    fn chat(self) -> Result<Chat> {
        let procedure = self.procedure_id.as_deref().map(|id| parsed("chat", id)).transpose()?;
        Ok(Chat {
            id: parsed("chat", &self.id)?,
            site: self.site_id.as_deref().map(|id| parsed("chat", id)).transpose()?,
            owner: self.owner,
            visitor: self.visitor,
            organisation: self.organisation,
            language: parsed("chat", &self.language)?,
            state: parsed("chat", &self.state)?,
            asked: self.asked.as_deref().map(|slot| parsed("chat", slot)).transpose()?,
            machine: self.machine,
            symptom: self.symptom,
            code: self.code,
            urgency: self.urgency.as_deref().map(|urgency| parsed("chat", urgency)).transpose()?,
            procedure: procedure.zip(self.revision),
            step: self.step,
            tried: from_json("chat", &self.tried)?,
            strays: self.strays,
            unclear: self.unclear,
            told: self.told,
            messages: self.messages,
            version: self.version,
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
        })
    }
}

#[derive(sqlx::FromRow)]
struct MessageRow {
    position: i64,
    answers: Option<i64>,
    kind: String,
    sentence: Option<String>,
    text: String,
    choices: String,
    procedure_id: Option<String>,
    revision: Option<i64>,
    path: Option<String>,
    client_id: Option<String>,
    at: i64,
}

impl MessageRow {
    fn message(self) -> Result<ChatMessage> {
        let procedure = self.procedure_id.as_deref().map(|id| parsed("message", id)).transpose()?;
        let approved = procedure.zip(self.revision).zip(self.path);
        Ok(ChatMessage {
            position: self.position,
            answers: self.answers,
            kind: parsed("message", &self.kind)?,
            sentence: self.sentence,
            text: self.text,
            choices: from_json("message", &self.choices)?,
            approved: approved.map(|((procedure, revision), path)| Approved { procedure, revision, path }),
            client_id: self.client_id,
            at: Timestamp(self.at),
        })
    }
}

impl Db {
    /// The conversation whose visitor holds this secret.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn chat(&self, secret: &str) -> Result<Option<Chat>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM chats WHERE hash = $1")
            .bind(hash(secret))
            .fetch_optional(c)
            .await)?;
        row.map(Row::chat).transpose()
    }

    /// A conversation, for the house.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn chat_of(&self, id: ChatId) -> Result<Option<Chat>> {
        let row: Option<Row> = read!(self, c => sqlx::query_as("SELECT * FROM chats WHERE id = $1")
            .bind(id.to_string())
            .fetch_optional(c)
            .await)?;
        row.map(Row::chat).transpose()
    }

    /// The messages of a conversation after the place `after`, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn chat_messages(&self, chat: ChatId, after: i64) -> Result<Vec<ChatMessage>> {
        let rows: Vec<MessageRow> = read!(self, c => sqlx::query_as("SELECT * FROM chat_messages WHERE chat_id = $1 AND position > $2 ORDER BY position")
            .bind(chat.to_string())
            .bind(after)
            .fetch_all(c)
            .await)?;
        rows.into_iter().map(MessageRow::message).collect()
    }

    /// The message that the visitor's program called so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn chat_message_called(&self, chat: ChatId, client_id: &str) -> Result<Option<ChatMessage>> {
        let row: Option<MessageRow> = read!(self, c => sqlx::query_as("SELECT * FROM chat_messages WHERE chat_id = $1 AND client_id = $2")
            .bind(chat.to_string())
            .bind(client_id)
            .fetch_optional(c)
            .await)?;
        row.map(MessageRow::message).transpose()
    }
}

impl Tx {
    /// Keeps a conversation that begins, and returns the secret for its visitor, which is not kept and cannot be shown again.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_chat(&mut self, chat: &Chat) -> Result<String> {
        let secret = format!("chat_{}", crate::id::secret(24));
        write!(self, c => sqlx::query(include_str!("../../sql/chats_put.sql"))
            .bind(chat.id.to_string())
            .bind(hash(&secret))
            .bind(chat.site.map(|id| id.to_string()))
            .bind(&chat.owner)
            .bind(&chat.visitor)
            .bind(&chat.organisation)
            .bind(chat.language.as_str())
            .bind(chat.state.as_str())
            .bind(chat.created_at.0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(secret)
    }

    /// Keeps a turn: the conversation as it is after it. False when another turn was quicker than this one, which began at
    /// `chat.version`; then nothing is kept, and this unit must not be committed. Do it first of all: it holds the
    /// conversation.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_turn(&mut self, chat: &Chat, now: Timestamp) -> Result<bool> {
        let done = write!(self, c => sqlx::query(include_str!("../../sql/chats_turn.sql"))
            .bind(chat.id.to_string())
            .bind(chat.version)
            .bind(chat.language.as_str())
            .bind(chat.state.as_str())
            .bind(chat.asked.map(|slot| slot.as_str()))
            .bind(&chat.machine)
            .bind(&chat.symptom)
            .bind(&chat.code)
            .bind(chat.urgency.map(|urgency| urgency.as_str()))
            .bind(chat.procedure.map(|(id, _)| id.to_string()))
            .bind(chat.procedure.map(|(_, revision)| revision))
            .bind(chat.step)
            .bind(json(&chat.tried)?)
            .bind(chat.strays)
            .bind(chat.unclear)
            .bind(chat.told)
            .bind(chat.messages)
            .bind(now.0)
            .execute(c)
            .await
            .map(|r| r.rows_affected()))?;
        Ok(done == 1)
    }

    /// Keeps what was said in a turn.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_messages(&mut self, chat: ChatId, said: &[ChatMessage]) -> Result<()> {
        for message in said {
            self.put_message(chat, message).await?;
        }
        Ok(())
    }

    async fn put_message(&mut self, chat: ChatId, message: &ChatMessage) -> Result<()> {
        let approved = message.approved.as_ref();
        write!(self, c => sqlx::query(include_str!("../../sql/chat_messages_put.sql"))
            .bind(MessageId::new().to_string())
            .bind(chat.to_string())
            .bind(message.position)
            .bind(message.answers)
            .bind(message.kind.as_str())
            .bind(&message.sentence)
            .bind(&message.text)
            .bind(json(&message.choices)?)
            .bind(approved.map(|a| a.procedure.to_string()))
            .bind(approved.map(|a| a.revision))
            .bind(approved.map(|a| a.path.clone()))
            .bind(&message.client_id)
            .bind(message.at.0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Takes out conversations that have been silent since `before`, with their requests, and since `unused` those in which
    /// nobody said a word; `limit` at most. What people still work on stays. Returns how many went.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_chats(&mut self, before: Timestamp, unused: Timestamp, limit: i64) -> Result<u64> {
        let due: Vec<(String,)> = write!(self, c => sqlx::query_as(include_str!("../../sql/chats_due.sql"))
            .bind(before.0)
            .bind(unused.0)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        for (id,) in &due {
            for statement in [
                "DELETE FROM requests WHERE chat_id = $1",
                "DELETE FROM chat_messages WHERE chat_id = $1",
                "DELETE FROM chats WHERE id = $1",
            ] {
                write!(self, c => sqlx::query(statement).bind(id).execute(c).await.map(drop))?;
            }
        }
        Ok(due.len() as u64)
    }
}
