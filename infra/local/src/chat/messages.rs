//! Commands for one message of the open conversation.

use serde_json::{Value, json};

use super::api::{escaped, thread_path};
use super::failure::Failure;
use super::session::Session;
use super::view;

/// Messages that a search shows, at most.
const FOUND: usize = 20;
/// Pages that it asks for, at most: each looks at a part of the conversation.
const PAGES: usize = 20;

impl Session {
    /// Gives the user's last message another text.
    pub(super) async fn edit(&mut self, text: &str) -> Result<(), Failure> {
        let path = self.message_path(None, true).await?;
        self.api.patch(&path, &json!({ "text": text })).await?;
        Ok(())
    }

    /// Deletes a message for everyone: the user's last one if none is named.
    pub(super) async fn delete(&mut self, seq: Option<u64>) -> Result<(), Failure> {
        let path = self.message_path(seq, true).await?;
        self.api.delete(&path).await?;
        Ok(())
    }

    /// Reacts to a message, or takes that back: the last one if none is named.
    pub(super) async fn react(&mut self, emoji: &str, seq: Option<u64>, add: bool) -> Result<(), Failure> {
        let path = format!("{}/reactions/{}", self.message_path(seq, false).await?, escaped(emoji));
        if add {
            self.api.put(&path, &json!({})).await?
        } else {
            self.api.delete(&path).await?
        };
        Ok(())
    }

    /// Reports a message to the operators, or the open conversation if none is named.
    pub(super) async fn report_to_operators(&mut self, seq: Option<u64>, reason: Option<&str>) -> Result<(), Failure> {
        let thread = self.open_id()?;
        let body = match seq {
            Some(seq) => json!({ "kind": "message", "thread_id": thread, "seq": seq, "reason": reason }),
            None => json!({ "kind": "thread", "thread_id": thread, "reason": reason }),
        };
        self.api.post_once("/reports", &body).await?;
        self.console.say("You reported it. Only the operators see it.");
        Ok(())
    }

    /// Pins a message for everybody, or takes that back.
    pub(super) async fn pin_message(&mut self, seq: u64, pinned: bool) -> Result<(), Failure> {
        let path = format!("{}/pin", self.message_path(Some(seq), false).await?);
        if pinned {
            self.api.put(&path, &json!({})).await?
        } else {
            self.api.delete(&path).await?
        };
        Ok(())
    }

    /// Lists the pinned messages.
    pub(super) async fn pins(&mut self) -> Result<(), Failure> {
        let page = self.api.get(&format!("{}/pins", thread_path(&self.open_id()?))).await?;
        self.show_messages(page.get("items").and_then(Value::as_array).map_or(&[], Vec::as_slice)).await
    }

    /// Lists the newest messages that have all these words.
    pub(super) async fn search(&mut self, words: &str) -> Result<(), Failure> {
        let path = format!("{}/search?limit={FOUND}&q={}", thread_path(&self.open_id()?), escaped(words));
        let (mut found, mut next) = (Vec::new(), path.clone());
        for _ in 0..PAGES {
            let page = self.api.get(&next).await?;
            found.extend(page.get("items").and_then(Value::as_array).into_iter().flatten().cloned());
            match page.get("next_cursor").and_then(Value::as_str) {
                Some(cursor) if found.len() < FOUND => next = format!("{path}&cursor={cursor}"),
                _ => break,
            }
        }
        found.truncate(FOUND);
        self.show_messages(&found).await
    }

    /// Shows messages of a list, each with its number.
    async fn show_messages(&mut self, messages: &[Value]) -> Result<(), Failure> {
        if messages.is_empty() {
            self.console.say("  (no messages)");
        }
        for message in messages {
            self.load_users(message).await?;
            let said = view::message(message, self.cache.name(view::text(message, "author_id")));
            self.console.say(format!("{} {said}", message["seq"]));
        }
        Ok(())
    }

    /// The path of a message: of the last one that was not deleted, or the user's last one, if none is named.
    async fn message_path(&self, seq: Option<u64>, own: bool) -> Result<String, Failure> {
        let path = format!("{}/messages", thread_path(&self.open_id()?));
        let seq = match seq {
            Some(seq) => seq,
            None => self.last_message(&path, own).await?,
        };
        Ok(format!("{path}/{seq}"))
    }

    async fn last_message(&self, path: &str, own: bool) -> Result<u64, Failure> {
        let page = self.api.get(&format!("{path}?limit=100")).await?;
        let mut newest_first = page.get("items").and_then(Value::as_array).into_iter().flatten();
        let fits = |message: &&Value| {
            let written = message.get("deleted_at").is_none_or(Value::is_null);
            written && (!own || view::text(message, "author_id") == self.cache.me)
        };
        let seq = newest_first.find(fits).and_then(|message| message.get("seq")?.as_u64());
        seq.ok_or_else(|| Failure::Impossible("there is no such message among the last ones".to_owned()))
    }
}
