//! Commands for one message of the open conversation.

use serde_json::{Value, json};

use super::api::{escaped, thread_path};
use super::failure::Failure;
use super::session::Session;
use super::view;

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
