//! One person at the keyboard: what is new is shown once, in order, and nothing in between is missing.

use std::collections::HashSet;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};

use super::api::{Api, escaped, thread_path};
use super::failure::Failure;
use super::known::Known;
use super::{view, words};
use crate::console::Console;

/// One person at the keyboard.
pub(super) struct Session {
    pub(super) api: Arc<Api>,
    pub(super) console: Console,
    pub(super) known: Known,
    pub(super) open: Option<String>,
    pub(super) connected_before: bool,
}

impl Session {
    /// Makes sure that there is a profile and shows what is new.
    pub(super) async fn enter(api: Arc<Api>, me: String, name: &str, console: Console) -> Result<Self> {
        match api.get("/me").await {
            Ok(_) => {}
            Err(failure) if failure.code() == Some("profile-required") => {
                let profile = json!({ "username": name, "display_name": name });
                api.put("/me", &profile).await.map_err(|failure| anyhow!(failure.text()))?;
            }
            Err(failure) => bail!(failure.text()),
        }
        let known = Known::new(me, name);
        let mut session = Self { api, console, known, open: None, connected_before: false };
        session.console.say(format!("You are {name}. Type /open NAME to talk with somebody, /help for more."));
        session.greet().await.map_err(|failure| anyhow!(failure.text()))?;
        Ok(session)
    }

    async fn greet(&mut self) -> Result<(), Failure> {
        let (inbox, requests) = (self.threads_in("inbox", "").await?, self.threads_in("requests", "").await?);
        let is_new = |thread: &&Value| thread["unread"].as_u64() > Some(0) || thread["notice"].is_object();
        for thread in inbox.iter().filter(is_new) {
            self.console.say(words::thread(&self.known, thread));
        }
        if !requests.is_empty() {
            self.console.say(format!("  requests: {} (/requests shows them)", requests.len()));
        }
        Ok(())
    }

    /// Says that something did not work, and with whom.
    pub(super) fn complain(&self, failure: &Failure) {
        let names: Vec<&str> = failure.user_ids().into_iter().map(|id| self.known.name(id)).collect();
        let names = if names.is_empty() { String::new() } else { format!(" ({})", view::listed(&names)) };
        self.console.say(format!("! {}{names}", failure.text()));
    }

    /// An event of a thread's log.
    pub(super) async fn logged(&mut self, thread_id: &str, event: &Value) -> Result<(), Failure> {
        let seq = event.get("seq").and_then(Value::as_u64).unwrap_or_default();
        if self.known.seen(thread_id).is_none() {
            self.know(thread_id).await?;
            self.known.see(thread_id, seq.saturating_sub(1));
        }
        let seen = self.known.seen(thread_id).unwrap_or_default();
        if seq > seen + 1 {
            return self.repair(thread_id).await;
        }
        if seq == seen + 1 {
            self.show(thread_id, event).await?;
            self.mark_read(thread_id, seq).await;
        }
        Ok(())
    }

    /// Fetches and shows the events after the last one that was seen.
    pub(super) async fn repair(&mut self, thread_id: &str) -> Result<(), Failure> {
        let seen = self.known.seen(thread_id).unwrap_or_default();
        for event in self.pages(&format!("{}/events?after={seen}", thread_path(thread_id))).await? {
            self.show(thread_id, &event).await?;
        }
        self.mark_read(thread_id, self.known.seen(thread_id).unwrap_or_default()).await;
        Ok(())
    }

    async fn show(&mut self, thread_id: &str, event: &Value) -> Result<(), Failure> {
        let seq = event.get("seq").and_then(Value::as_u64).unwrap_or_default();
        if self.known.seen(thread_id).is_none_or(|seen| seq <= seen) {
            return Ok(());
        }
        self.introduce(event).await?;
        self.known.see(thread_id, seq);
        self.known.apply(thread_id, event);
        let Some(line) = words::event(&self.known, event) else { return Ok(()) };
        if self.open.as_deref() == Some(thread_id) {
            self.console.say(line);
        } else if !self.known.is_muted(thread_id) && !view::hidden(&event["data"]) {
            self.console.say(format!("[{}] {line}", self.known.title(thread_id)));
        }
        Ok(())
    }

    /// Whoever has a conversation open has read it.
    pub(super) async fn mark_read(&self, thread_id: &str, seq: u64) {
        if self.open.as_deref() == Some(thread_id) && seq > 0 {
            // A read mark that gets lost is set by the next one.
            let _ = self.api.put(&format!("{}/read", thread_path(thread_id)), &json!({ "seq": seq })).await;
        }
    }

    /// After an absence: every conversation in which something happened is brought up to date.
    pub(super) async fn catch_up(&mut self) -> Result<(), Failure> {
        // In this order a request that is accepted meanwhile is not overlooked.
        let mut threads = self.pages("/threads?box=requests").await?;
        threads.extend(self.pages("/threads?box=inbox").await?);
        let listed: HashSet<String> = threads.iter().map(|thread| view::text(thread, "id").to_owned()).collect();
        for id in self.known.thread_ids() {
            if !listed.contains(&id) {
                match self.api.get(&thread_path(&id)).await {
                    Ok(declined) => threads.push(declined),
                    Err(failure) if failure.is_not_found() => self.part(&id, "you are no longer in"),
                    Err(failure) => return Err(failure),
                }
            }
        }
        for thread in threads {
            let id = view::text(&thread, "id");
            let seen = self.known.seen(id);
            self.learn(&thread).await?;
            match seen {
                None => self.console.say(words::thread(&self.known, &thread)),
                Some(seen) if thread["last_seq"].as_u64() > Some(seen) => self.repair(id).await?,
                Some(_) => {}
            }
        }
        Ok(())
    }

    /// A group is over for this user.
    pub(super) fn part(&mut self, thread_id: &str, how: &str) {
        if self.known.seen(thread_id).is_some() {
            self.console.say(format!("* {how} {}", self.known.title(thread_id)));
            self.known.forget(thread_id);
            self.open.take_if(|open| open == thread_id);
        }
    }

    /// The threads of a box, as far as `filter` wants them.
    pub(super) async fn threads_in(&mut self, box_name: &str, filter: &str) -> Result<Vec<Value>, Failure> {
        let threads = self.pages(&format!("/threads?box={box_name}{filter}")).await?;
        for thread in &threads {
            self.learn(thread).await?;
        }
        Ok(threads)
    }

    /// All items of a list.
    pub(super) async fn pages(&self, path: &str) -> Result<Vec<Value>, Failure> {
        let mut items = Vec::new();
        let mut next = path.to_owned();
        loop {
            let mut page = self.api.get(&next).await?;
            if let Some(Value::Array(more)) = page.get_mut("items").map(Value::take) {
                items.extend(more);
            }
            let Some(cursor) = page.get("next_cursor").and_then(Value::as_str) else { return Ok(items) };
            let separator = if path.contains('?') { '&' } else { '?' };
            next = format!("{path}{separator}cursor={}", escaped(cursor));
        }
    }

    /// Makes sure that a thread and its people are known.
    pub(super) async fn know(&mut self, thread_id: &str) -> Result<(), Failure> {
        if self.known.seen(thread_id).is_none() {
            let thread = self.api.get(&thread_path(thread_id)).await?;
            self.known.learn(&thread);
        }
        Ok(())
    }

    /// Takes over a thread of a list; whoever wrote last in it may have left it.
    async fn learn(&mut self, thread: &Value) -> Result<(), Failure> {
        self.known.learn(thread);
        self.introduce(&thread["last_message"]).await
    }

    /// Makes sure that everybody an event or a message speaks of is known by name.
    pub(super) async fn introduce(&mut self, value: &Value) -> Result<(), Failure> {
        for id in words::people(value) {
            if !self.known.has_met(id) {
                match self.api.get(&format!("/users/{}", escaped(id))).await {
                    Ok(user) => self.known.meet(&user),
                    Err(failure) if failure.is_not_found() => {}
                    Err(failure) => return Err(failure),
                }
            }
        }
        Ok(())
    }
}
