//! What the client knows, does and shows.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};

use super::api::{Api, Failure, escaped, problem_text};
use super::live::News;
use super::view;
use crate::console::Console;

/// A conversation that this client knows.
pub(super) struct Thread {
    title: String,
    /// The last event that was shown or skipped on purpose.
    pub(super) seen: u64,
}

/// One person at the keyboard.
pub(super) struct Session {
    pub(super) api: Arc<Api>,
    pub(super) console: Console,
    me: String,
    names: HashMap<String, String>,
    pub(super) threads: HashMap<String, Thread>,
    pub(super) open: Option<String>,
    connected_before: bool,
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
        let names = HashMap::from([(me.clone(), name.to_owned())]);
        let threads = HashMap::new();
        let mut session = Self { api, console, me, names, threads, open: None, connected_before: false };
        session.console.say(format!("You are {name}. Type /open NAME to talk with somebody, /help for more."));
        let inbox = session.threads_in("inbox").await.map_err(|failure| anyhow!(failure.text()))?;
        let requests = session.threads_in("requests").await.map_err(|failure| anyhow!(failure.text()))?;
        for thread in inbox.iter().filter(|thread| thread.get("unread").and_then(Value::as_u64) > Some(0)) {
            session.console.say(view::thread(thread, session.title(thread)));
        }
        if !requests.is_empty() {
            session.console.say(format!("  requests: {} (/requests shows them)", requests.len()));
        }
        Ok(session)
    }

    /// Shows what happened on the socket.
    pub(super) async fn hear(&mut self, news: News) {
        let shown = match news {
            News::Lost => {
                self.console.say("(the connection is lost; trying again)");
                Ok(())
            }
            News::Connected if std::mem::replace(&mut self.connected_before, true) => {
                self.console.say("(connected again)");
                self.catch_up().await
            }
            News::Connected => self.catch_up().await,
            News::Frame(frame) => self.frame(&frame).await,
        };
        if let Err(failure) = shown {
            self.console.say(format!("! {}", failure.text()));
        }
    }

    async fn frame(&mut self, frame: &Value) -> Result<(), Failure> {
        let thread_id = view::text(frame, "thread_id").to_owned();
        let actor = view::text(frame, "actor_id").to_owned();
        match view::text(frame, "type") {
            "pong" | "" => {}
            "problem" => {
                if let Some(text) = frame.get("data").and_then(problem_text) {
                    self.console.say(format!("! {text}"));
                }
            }
            "typing" if self.open.as_ref() == Some(&thread_id) && actor != self.me => {
                self.console.say(format!("({} is typing …)", self.name(&actor)));
            }
            "request.received" => {
                self.know(&thread_id).await?;
                let who = self.threads.get(&thread_id).map_or("somebody", |thread| &thread.title);
                self.console
                    .say(format!("* {who} wrote to you for the first time: /open {who}, then /accept or /decline"));
            }
            "thread.accepted" => {
                self.know(&thread_id).await?;
                let who = self.threads.get(&thread_id).map_or("somebody", |thread| &thread.title);
                self.console.say(format!("* you can talk with {who} now"));
            }
            _ if frame.get("seq").is_some_and(Value::is_u64) => self.logged(&thread_id, frame).await?,
            _ => {}
        }
        Ok(())
    }

    /// An event of a thread's log: shown once, in order, and nothing in between is missing.
    pub(super) async fn logged(&mut self, thread_id: &str, event: &Value) -> Result<(), Failure> {
        let seq = event.get("seq").and_then(Value::as_u64).unwrap_or_default();
        if !self.threads.contains_key(thread_id) {
            self.know(thread_id).await?;
            if let Some(thread) = self.threads.get_mut(thread_id) {
                thread.seen = seq.saturating_sub(1);
            }
        }
        let seen = self.threads.get(thread_id).map_or(0, |thread| thread.seen);
        if seq > seen + 1 {
            return self.repair(thread_id).await;
        }
        if seq == seen + 1 {
            self.show(thread_id, event);
            self.mark_read(thread_id, seq).await;
        }
        Ok(())
    }

    /// Fetches and shows the events after the last one that was seen.
    async fn repair(&mut self, thread_id: &str) -> Result<(), Failure> {
        let seen = self.threads.get(thread_id).map_or(0, |thread| thread.seen);
        let path = format!("/threads/{}/events?after={seen}", escaped(thread_id));
        for event in self.pages(&path).await? {
            self.show(thread_id, &event);
        }
        let seen = self.threads.get(thread_id).map_or(0, |thread| thread.seen);
        self.mark_read(thread_id, seen).await;
        Ok(())
    }

    fn show(&mut self, thread_id: &str, event: &Value) {
        let Some(thread) = self.threads.get_mut(thread_id) else { return };
        let seq = event.get("seq").and_then(Value::as_u64).unwrap_or_default();
        if seq <= thread.seen {
            return;
        }
        thread.seen = seq;
        if view::text(event, "type") == "message.created"
            && let Some(message) = event.get("data")
        {
            let author = self.name(view::text(message, "author_id"));
            let line = view::message(message, author);
            let elsewhere = self.open.as_deref() != Some(thread_id);
            let prefix = if elsewhere { format!("[{}] ", self.threads[thread_id].title) } else { String::new() };
            self.console.say(format!("{prefix}{line}"));
        }
    }

    /// Whoever has a conversation open has read it.
    pub(super) async fn mark_read(&self, thread_id: &str, seq: u64) {
        if self.open.as_deref() == Some(thread_id) && seq > 0 {
            // A read mark that gets lost is set by the next one.
            let _ = self.api.put(&format!("/threads/{}/read", escaped(thread_id)), &json!({ "seq": seq })).await;
        }
    }

    /// After an absence: every conversation in which something happened is brought up to date.
    async fn catch_up(&mut self) -> Result<(), Failure> {
        for box_name in ["inbox", "requests"] {
            for thread in self.pages(&format!("/threads?box={box_name}")).await? {
                let id = view::text(&thread, "id").to_owned();
                let last = thread.get("last_seq").and_then(Value::as_u64).unwrap_or_default();
                match self.threads.get(&id) {
                    Some(known) if known.seen < last => self.repair(&id).await?,
                    Some(_) => {}
                    None => {
                        self.learn(&thread);
                        self.console.say(view::thread(&thread, self.title(&thread)));
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) async fn threads_in(&mut self, box_name: &str) -> Result<Vec<Value>, Failure> {
        let threads = self.pages(&format!("/threads?box={box_name}")).await?;
        for thread in &threads {
            self.learn(thread);
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
    async fn know(&mut self, thread_id: &str) -> Result<(), Failure> {
        if !self.threads.contains_key(thread_id) {
            let thread = self.api.get(&format!("/threads/{}", escaped(thread_id))).await?;
            self.learn(&thread);
        }
        Ok(())
    }

    pub(super) fn learn(&mut self, thread: &Value) {
        for member in thread.get("members").and_then(Value::as_array).into_iter().flatten() {
            if let Some(user) = member.get("user") {
                self.meet(user);
            }
        }
        let (id, title) = (view::text(thread, "id").to_owned(), self.title(thread).to_owned());
        let last = thread.get("last_seq").and_then(Value::as_u64).unwrap_or_default();
        self.threads.entry(id).or_insert(Thread { title, seen: last });
    }

    pub(super) fn meet(&mut self, user: &Value) {
        self.names.insert(view::text(user, "id").to_owned(), view::text(user, "username").to_owned());
    }

    pub(super) fn name(&self, user_id: &str) -> &str {
        self.names.get(user_id).map_or("somebody", String::as_str)
    }

    /// A group has a title; a direct thread is called by the other one's name.
    pub(super) fn title<'a>(&'a self, thread: &'a Value) -> &'a str {
        let others = thread
            .get("members")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|member| member.get("user"));
        let other = others.map(|user| view::text(user, "username")).find(|name| !self.is_me(name));
        match view::text(thread, "title") {
            "" => other.unwrap_or("(nobody else)"),
            title => title,
        }
    }

    fn is_me(&self, username: &str) -> bool {
        self.names.get(&self.me).is_some_and(|name| name.eq_ignore_ascii_case(username))
    }
}
