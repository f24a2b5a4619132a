//! Commands for all conversations.

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::api::{escaped, thread_path};
use super::failure::Failure;
use super::session::Session;
use super::{describe, view};

/// How many messages are shown when a conversation is opened.
const SHOWN: usize = 20;

impl Session {
    pub(super) async fn list(&mut self, mailboxes: &[&str], filter: &str) -> Result<(), Failure> {
        let mut threads = Vec::new();
        for mailbox in mailboxes {
            threads.extend(self.threads_in(mailbox, filter).await?);
        }
        if threads.is_empty() {
            self.console.say("  (empty)");
        }
        threads.sort_by_key(|thread| !describe::is_pinned(thread));
        for thread in &threads {
            self.console.say(describe::thread(&self.cache, thread));
        }
        Ok(())
    }

    pub(super) async fn room(&mut self, id: &str) -> Result<(), Failure> {
        self.list(&["inbox", "requests"], &format!("&room_id={}", escaped(id))).await
    }

    /// Opens a group by its number or title, or the conversation with a user.
    pub(super) async fn open(&mut self, name: &str) -> Result<(), Failure> {
        let thread = if let Some(handle) = name.strip_prefix('#') {
            let missing =
                || Failure::Impossible(format!("there is no group {name}; /list and /requests list your groups"));
            let id = self.cache.group(handle).ok_or_else(missing)?;
            self.api.get(&thread_path(id)).await?
        } else {
            let direct = json!({ "kind": "direct", "user_id": self.find(name).await? });
            self.api.post("/threads", &direct).await?
        };
        self.enter_thread(&thread).await
    }

    pub(super) async fn enter_thread(&mut self, thread: &Value) -> Result<(), Failure> {
        self.cache.add_thread(thread);
        let id = view::text(thread, "id");
        let request =
            if view::text(thread, "box") == "requests" { " (a message request: /accept or /decline)" } else { "" };
        self.console.say(format!("--- {}{request}", self.cache.title(id)));
        if let Some(notice) = describe::notice(&self.cache, thread) {
            self.console.say(notice);
        }
        self.open = Some(id.to_owned());
        self.history().await
    }

    pub(super) async fn history(&mut self) -> Result<(), Failure> {
        let id = self.open_id()?;
        let page = self.api.get(&format!("{}/messages?limit={SHOWN}", thread_path(&id))).await?;
        let newest_first = page.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for message in newest_first.iter().rev() {
            self.load_users(message).await?;
            let said = view::message(message, self.cache.name(view::text(message, "author_id")));
            self.console.say(format!("{} {said}", message["seq"]));
        }
        let newest = newest_first.first().and_then(|message| message.get("seq")?.as_u64()).unwrap_or(0);
        let seen = self.cache.seen(&id).unwrap_or_default().max(newest);
        self.cache.mark_seen(&id, seen);
        self.mark_read(&id, newest).await;
        Ok(())
    }

    pub(super) async fn reveal(&mut self, seq: u64) -> Result<(), Failure> {
        let path = format!("{}/messages/{seq}?reveal=true", thread_path(&self.open_id()?));
        let message = self.api.get(&path).await?;
        self.load_users(&message).await?;
        self.console.say(view::message(&message, self.cache.name(view::text(&message, "author_id"))));
        Ok(())
    }

    pub(super) async fn say(&mut self, text: &str) -> Result<(), Failure> {
        let id = self.open_id()?;
        let message = self.api.post_once(&format!("{}/messages", thread_path(&id)), &json!({ "text": text })).await?;
        let event = json!({ "type": "message.created", "seq": message.get("seq"), "data": message });
        self.logged(&id, &event).await
    }

    /// Accepts or declines a message request.
    pub(super) async fn decide(&mut self, name: Option<&str>, decision: &str) -> Result<(), Failure> {
        if let Some(name) = name {
            self.open(name).await?;
        }
        self.api.post(&format!("{}/{decision}", thread_path(&self.open_id()?)), &json!({})).await?;
        if decision == "decline" {
            self.open = None;
        }
        self.console.say(if decision == "accept" { "--- accepted" } else { "--- declined" });
        Ok(())
    }

    /// Deletes the open conversation: for the user, or the group for everyone.
    pub(super) async fn clear(&mut self, everyone: bool) -> Result<(), Failure> {
        let whom = if everyone { "everyone" } else { "me" };
        let id = self.open_id()?;
        self.api.delete(&format!("{}?for={whom}", thread_path(&id))).await?;
        self.leave_locally(&id, "you deleted");
        Ok(())
    }

    pub(super) async fn mute(&mut self, hours: Option<u16>) -> Result<(), Failure> {
        let until = hours.map(|hours| view::timestamp(OffsetDateTime::now_utc() + Duration::hours(hours.into())));
        self.set_preference("muted_until", json!(until)).await?;
        self.console.say(match until {
            Some(until) => format!("--- muted until {}", view::minute(&until)),
            None => "--- not muted".to_owned(),
        });
        Ok(())
    }

    pub(super) async fn pin(&mut self, pinned: bool) -> Result<(), Failure> {
        self.set_preference("pinned", json!(pinned)).await?;
        self.console.say(if pinned { "--- pinned" } else { "--- not pinned" });
        Ok(())
    }

    /// Changes one preference and keeps the other.
    async fn set_preference(&mut self, name: &str, value: Value) -> Result<(), Failure> {
        let path = thread_path(&self.open_id()?);
        let mut thread = self.api.get(&path).await?;
        thread[name] = value;
        let both = json!({ "muted_until": view::muted_until(&thread), "pinned": describe::is_pinned(&thread) });
        self.api.put(&format!("{path}/preferences"), &both).await?;
        self.cache.add_thread(&thread);
        Ok(())
    }

    /// The thread id of the open conversation.
    pub(super) fn open_id(&self) -> Result<String, Failure> {
        let nothing = || Failure::Impossible("no conversation is open: type /open NAME first".to_owned());
        self.open.clone().ok_or_else(nothing)
    }
}
