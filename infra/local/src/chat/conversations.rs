//! Commands about conversations of any kind.

use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::api::{escaped, thread_path};
use super::failure::Failure;
use super::session::Session;
use super::{view, words};

/// How many messages are shown when a conversation is opened.
const SHOWN: usize = 20;

impl Session {
    pub(super) async fn list(&mut self, boxes: &[&str], filter: &str) -> Result<(), Failure> {
        let mut threads = Vec::new();
        for box_name in boxes {
            threads.extend(self.threads_in(box_name, filter).await?);
        }
        if threads.is_empty() {
            self.console.say("  (empty)");
        }
        threads.sort_by_key(|thread| !words::is_pinned(thread));
        for thread in &threads {
            self.console.say(words::thread(&self.known, thread));
        }
        Ok(())
    }

    pub(super) async fn room(&mut self, id: &str) -> Result<(), Failure> {
        self.list(&["inbox", "requests"], &format!("&room_id={}", escaped(id))).await
    }

    /// Opens a group by its number or title, or the conversation with somebody.
    pub(super) async fn open(&mut self, name: &str) -> Result<(), Failure> {
        let thread = if let Some(handle) = name.strip_prefix('#') {
            let missing = || Failure::Impossible(format!("there is no group {name}; /list and /requests show yours"));
            let id = self.known.group(handle).ok_or_else(missing)?;
            self.api.get(&thread_path(id)).await?
        } else {
            let direct = json!({ "kind": "direct", "user_id": self.find(name).await? });
            self.api.post("/threads", &direct).await?
        };
        self.enter_thread(&thread).await
    }

    pub(super) async fn enter_thread(&mut self, thread: &Value) -> Result<(), Failure> {
        self.known.learn(thread);
        let id = view::text(thread, "id");
        let request = if view::text(thread, "box") == "requests" { " (a request: /accept or /decline)" } else { "" };
        self.console.say(format!("--- {}{request}", self.known.title(id)));
        if let Some(notice) = words::notice(&self.known, thread) {
            self.console.say(notice);
        }
        self.open = Some(id.to_owned());
        self.history().await
    }

    pub(super) async fn history(&mut self) -> Result<(), Failure> {
        let id = self.opened()?;
        let page = self.api.get(&format!("{}/messages?limit={SHOWN}", thread_path(&id))).await?;
        let newest_first = page.get("items").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        for message in newest_first.iter().rev() {
            self.introduce(message).await?;
            self.console.say(view::message(message, self.known.name(view::text(message, "author_id"))));
        }
        let newest = newest_first.first().and_then(|message| message.get("seq")?.as_u64()).unwrap_or(0);
        let seen = self.known.seen(&id).unwrap_or_default().max(newest);
        self.known.see(&id, seen);
        self.mark_read(&id, newest).await;
        Ok(())
    }

    pub(super) async fn reveal(&mut self, seq: u64) -> Result<(), Failure> {
        let path = format!("{}/messages/{seq}?reveal=true", thread_path(&self.opened()?));
        let message = self.api.get(&path).await?;
        self.introduce(&message).await?;
        self.console.say(view::message(&message, self.known.name(view::text(&message, "author_id"))));
        Ok(())
    }

    pub(super) async fn say(&mut self, text: &str) -> Result<(), Failure> {
        let id = self.opened()?;
        let message = self.api.post_once(&format!("{}/messages", thread_path(&id)), &json!({ "text": text })).await?;
        let event = json!({ "type": "message.created", "seq": message.get("seq"), "data": message });
        self.logged(&id, &event).await
    }

    pub(super) async fn answer(&mut self, name: Option<&str>, answer: &str) -> Result<(), Failure> {
        if let Some(name) = name {
            self.open(name).await?;
        }
        self.api.post(&format!("{}/{answer}", thread_path(&self.opened()?)), &json!({})).await?;
        if answer == "decline" {
            self.open = None;
        }
        self.console.say(if answer == "accept" { "--- accepted" } else { "--- declined" });
        Ok(())
    }

    pub(super) async fn mute(&mut self, hours: Option<u16>) -> Result<(), Failure> {
        let until = hours.map(|hours| view::timestamp(OffsetDateTime::now_utc() + Duration::hours(hours.into())));
        self.prefer("muted_until", json!(until)).await?;
        self.console.say(match until {
            Some(until) => format!("--- muted until {}", view::minute(&until)),
            None => "--- not muted".to_owned(),
        });
        Ok(())
    }

    pub(super) async fn pin(&mut self, pinned: bool) -> Result<(), Failure> {
        self.prefer("pinned", json!(pinned)).await?;
        self.console.say(if pinned { "--- pinned" } else { "--- not pinned" });
        Ok(())
    }

    /// Changes one preference and keeps the other.
    async fn prefer(&mut self, name: &str, value: Value) -> Result<(), Failure> {
        let path = thread_path(&self.opened()?);
        let mut thread = self.api.get(&path).await?;
        thread[name] = value;
        let both = json!({ "muted_until": view::muted_until(&thread), "pinned": words::is_pinned(&thread) });
        self.api.put(&format!("{path}/preferences"), &both).await?;
        self.known.learn(&thread);
        Ok(())
    }

    /// The open conversation.
    pub(super) fn opened(&self) -> Result<String, Failure> {
        let nothing = || Failure::Impossible("no conversation is open: /open NAME first".to_owned());
        self.open.clone().ok_or_else(nothing)
    }
}
