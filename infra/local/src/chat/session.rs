//! The session of the signed-in user.

use std::sync::Arc;

use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};

use super::api::{Api, escaped, thread_path};
use super::cache::Cache;
use super::failure::Failure;
use super::{describe, view};
use crate::console::Console;

pub(super) struct Session {
    pub(super) api: Arc<Api>,
    pub(super) console: Console,
    pub(super) cache: Cache,
    pub(super) open: Option<String>,
    pub(super) connected_before: bool,
}

impl Session {
    /// Creates the profile if there is none, and shows unread conversations.
    pub(super) async fn enter(api: Arc<Api>, me: String, name: &str, console: Console) -> Result<Self> {
        match api.get("/me").await {
            Ok(_) => {}
            Err(failure) if failure.code() == Some("profile-required") => {
                let profile = json!({ "username": name, "display_name": name });
                api.put("/me", &profile).await.map_err(|failure| anyhow!(failure.text()))?;
            }
            Err(failure) => bail!(failure.text()),
        }
        let cache = Cache::new(me, name);
        let mut session = Self { api, console, cache, open: None, connected_before: false };
        session.console.say(format!("You are {name}. Type /open NAME to open a conversation, /help for help."));
        session.show_unread().await.map_err(|failure| anyhow!(failure.text()))?;
        Ok(session)
    }

    async fn show_unread(&mut self) -> Result<(), Failure> {
        let (inbox, requests) = (self.threads_in("inbox", "").await?, self.threads_in("requests", "").await?);
        let is_new = |thread: &&Value| thread["unread"].as_u64() > Some(0) || thread["notice"].is_object();
        for thread in inbox.iter().filter(is_new) {
            self.console.say(describe::thread(&self.cache, thread));
        }
        if !requests.is_empty() {
            self.console.say(format!("  message requests: {} (/requests lists them)", requests.len()));
        }
        Ok(())
    }

    /// Prints a failure with the users that it names.
    pub(super) fn report(&self, failure: &Failure) {
        let names: Vec<&str> = failure.user_ids().into_iter().map(|id| self.cache.name(id)).collect();
        let names = if names.is_empty() { String::new() } else { format!(" ({})", view::listed(&names)) };
        self.console.say(format!("! {}{names}", failure.text()));
    }

    /// Removes a group that the user has left.
    pub(super) fn leave_locally(&mut self, thread_id: &str, how: &str) {
        if self.cache.seen(thread_id).is_some() {
            self.console.say(format!("* {how} {}", self.cache.title(thread_id)));
            self.cache.forget(thread_id);
            self.open.take_if(|open| open == thread_id);
        }
    }

    /// The threads of a mailbox. `filter` is added to the query.
    pub(super) async fn threads_in(&mut self, mailbox: &str, filter: &str) -> Result<Vec<Value>, Failure> {
        let threads = self.pages(&format!("/threads?box={mailbox}{filter}")).await?;
        for thread in &threads {
            self.add_thread(thread).await?;
        }
        Ok(threads)
    }

    /// All items of a list, from all its pages.
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

    /// Loads a thread and its members, unless that is done.
    pub(super) async fn load_thread(&mut self, thread_id: &str) -> Result<(), Failure> {
        if self.cache.seen(thread_id).is_none() {
            let thread = self.api.get(&thread_path(thread_id)).await?;
            self.cache.add_thread(&thread);
        }
        Ok(())
    }

    /// Stores a thread of a list. The author of its last message may have left, so that user is loaded too.
    pub(super) async fn add_thread(&mut self, thread: &Value) -> Result<(), Failure> {
        self.cache.add_thread(thread);
        self.load_users(&thread["last_message"]).await
    }

    /// Loads all users in an event or a message.
    pub(super) async fn load_users(&mut self, value: &Value) -> Result<(), Failure> {
        for id in describe::user_ids(value) {
            if !self.cache.has_user(id) {
                match self.api.get(&format!("/users/{}", escaped(id))).await {
                    Ok(user) => self.cache.add_user(&user),
                    Err(failure) if failure.is_not_found() => {}
                    Err(failure) => return Err(failure),
                }
            }
        }
        Ok(())
    }
}
