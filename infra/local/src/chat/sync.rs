//! Keeps the shown conversations complete: each event is shown once, in order, without gaps.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::api::thread_path;
use super::failure::Failure;
use super::session::Session;
use super::{describe, view};

impl Session {
    /// Shows an event of a thread's log. After a gap, fetches the missing events.
    pub(super) async fn logged(&mut self, thread_id: &str, event: &Value) -> Result<(), Failure> {
        let seq = event.get("seq").and_then(Value::as_u64).unwrap_or_default();
        if self.cache.seen(thread_id).is_none() {
            self.load_thread(thread_id).await?;
            self.cache.mark_seen(thread_id, seq.saturating_sub(1));
        }
        let seen = self.cache.seen(thread_id).unwrap_or_default();
        if seq > seen + 1 {
            return self.repair(thread_id).await;
        }
        if seq == seen + 1 {
            self.show(thread_id, event).await?;
            self.mark_read(thread_id, seq).await;
        }
        Ok(())
    }

    /// Fetches and shows the events after the last one that was shown.
    pub(super) async fn repair(&mut self, thread_id: &str) -> Result<(), Failure> {
        let seen = self.cache.seen(thread_id).unwrap_or_default();
        for event in self.pages(&format!("{}/events?after={seen}", thread_path(thread_id))).await? {
            self.show(thread_id, &event).await?;
        }
        self.mark_read(thread_id, self.cache.seen(thread_id).unwrap_or_default()).await;
        Ok(())
    }

    async fn show(&mut self, thread_id: &str, event: &Value) -> Result<(), Failure> {
        let seq = event.get("seq").and_then(Value::as_u64).unwrap_or_default();
        if self.cache.seen(thread_id).is_none_or(|seen| seq <= seen) {
            return Ok(());
        }
        self.load_users(event).await?;
        self.cache.mark_seen(thread_id, seq);
        self.cache.apply(thread_id, event);
        let Some(line) = describe::event(&self.cache, event) else { return Ok(()) };
        if self.open.as_deref() == Some(thread_id) {
            self.console.say(line);
        } else if !self.cache.is_muted(thread_id) && !view::hidden(&event["data"]) {
            self.console.say(format!("[{}] {line}", self.cache.title(thread_id)));
        }
        Ok(())
    }

    /// Marks the open conversation as read.
    pub(super) async fn mark_read(&self, thread_id: &str, seq: u64) {
        if self.open.as_deref() == Some(thread_id) && seq > 0 {
            // If this fails, the next read mark includes it.
            let _ = self.api.put(&format!("{}/read", thread_path(thread_id)), &json!({ "seq": seq })).await;
        }
    }

    /// After a reconnect: shows the missed events of all conversations.
    pub(super) async fn catch_up(&mut self) -> Result<(), Failure> {
        // The order matters: a message request that is accepted between the two calls is then in the second list.
        let mut threads = self.pages("/threads?box=requests").await?;
        threads.extend(self.pages("/threads?box=inbox").await?);
        let listed: HashSet<String> = threads.iter().map(|thread| view::text(thread, "id").to_owned()).collect();
        for id in self.cache.thread_ids() {
            if !listed.contains(&id) {
                match self.api.get(&thread_path(&id)).await {
                    Ok(declined) => threads.push(declined),
                    Err(failure) if failure.is_not_found() => self.leave_locally(&id, "you are no longer in"),
                    Err(failure) => return Err(failure),
                }
            }
        }
        for thread in threads {
            let id = view::text(&thread, "id");
            let seen = self.cache.seen(id);
            self.add_thread(&thread).await?;
            match seen {
                None => self.console.say(describe::thread(&self.cache, &thread)),
                Some(seen) if thread["last_seq"].as_u64() > Some(seen) => self.repair(id).await?,
                Some(_) => {}
            }
        }
        Ok(())
    }
}
