//! What each command does.

use std::ops::ControlFlow;

use serde_json::{Value, json};

use super::api::{Failure, escaped};
use super::commands::{Command, HELP};
use super::session::Session;
use super::view;

/// How many messages are shown when a conversation is opened.
const SHOWN: usize = 20;

impl Session {
    /// Does what a line asks for.
    pub(super) async fn obey(&mut self, line: &str) -> ControlFlow<()> {
        let done = match Command::parse(line) {
            Command::Nothing => Ok(()),
            Command::Quit => return ControlFlow::Break(()),
            Command::Help => {
                self.console.say(HELP);
                Ok(())
            }
            Command::Unknown(line) => {
                self.console.say(format!("{line} is not a command; /help lists them"));
                Ok(())
            }
            Command::Say(text) => self.say(text).await,
            Command::List => self.list("inbox").await,
            Command::Requests => self.list("requests").await,
            Command::Search(prefix) => self.search(prefix).await,
            Command::Open(name) => self.open(name).await,
            Command::Accept(name) => self.answer(name, "accept").await,
            Command::Decline(name) => self.answer(name, "decline").await,
            Command::History => self.history().await,
            Command::Follow(name) => self.edge("following", name, true).await,
            Command::Unfollow(name) => self.edge("following", name, false).await,
            Command::Block(name) => self.edge("blocked", name, true).await,
            Command::Unblock(name) => self.edge("blocked", name, false).await,
        };
        if let Err(failure) = done {
            self.console.say(format!("! {}", failure.text()));
        }
        ControlFlow::Continue(())
    }

    async fn say(&mut self, text: &str) -> Result<(), Failure> {
        let Some(thread_id) = self.open.clone() else {
            self.console.say("Nobody is there to hear it: /open NAME first");
            return Ok(());
        };
        let path = format!("/threads/{}/messages", escaped(&thread_id));
        let message = self.api.post_once(&path, &json!({ "text": text })).await?;
        let event = json!({ "type": "message.created", "seq": message.get("seq"), "data": message });
        self.logged(&thread_id, &event).await
    }

    async fn list(&mut self, box_name: &str) -> Result<(), Failure> {
        let threads = self.threads_in(box_name).await?;
        if threads.is_empty() {
            self.console.say("  (empty)");
        }
        for thread in &threads {
            self.console.say(view::thread(thread, self.title(thread)));
        }
        Ok(())
    }

    async fn search(&mut self, prefix: &str) -> Result<(), Failure> {
        let users = self.pages(&format!("/users?username={}", escaped(prefix))).await?;
        if users.is_empty() {
            self.console.say("  (nobody)");
        }
        for user in &users {
            self.meet(user);
            self.console.say(format!("  {}", view::user(user)));
        }
        Ok(())
    }

    async fn open(&mut self, name: &str) -> Result<(), Failure> {
        let Some(user_id) = self.find(name).await? else { return Ok(()) };
        let thread = self.api.post("/threads", &json!({ "kind": "direct", "user_id": user_id })).await?;
        self.learn(&thread);
        let id = view::text(&thread, "id").to_owned();
        let request = if view::text(&thread, "box") == "requests" { " (a request: /accept or /decline)" } else { "" };
        self.console.say(format!("--- {}{request}", self.title(&thread)));
        self.open = Some(id);
        self.history().await
    }

    async fn history(&mut self) -> Result<(), Failure> {
        let Some(thread_id) = self.open.clone() else {
            self.console.say("No conversation is open: /open NAME first");
            return Ok(());
        };
        let page = self.api.get(&format!("/threads/{}/messages?limit={SHOWN}", escaped(&thread_id))).await?;
        let newest_first = page.get("items").and_then(Value::as_array).cloned().unwrap_or_default();
        for message in newest_first.iter().rev() {
            self.console.say(view::message(message, self.name(view::text(message, "author_id"))));
        }
        let newest = newest_first.first().and_then(|message| message.get("seq")?.as_u64()).unwrap_or(0);
        if let Some(thread) = self.threads.get_mut(&thread_id) {
            thread.seen = thread.seen.max(newest);
        }
        self.mark_read(&thread_id, newest).await;
        Ok(())
    }

    async fn answer(&mut self, name: Option<&str>, answer: &str) -> Result<(), Failure> {
        if let Some(name) = name {
            self.open(name).await?;
        }
        let Some(thread_id) = self.open.clone() else {
            self.console.say(format!("No request is open: /open NAME first, or /{answer} NAME"));
            return Ok(());
        };
        self.api.post(&format!("/threads/{}/{answer}", escaped(&thread_id)), &json!({})).await?;
        if answer == "decline" {
            self.open = None;
        }
        self.console.say(if answer == "accept" { "--- accepted" } else { "--- declined" });
        Ok(())
    }

    async fn edge(&mut self, kind: &str, name: &str, wanted: bool) -> Result<(), Failure> {
        let Some(user_id) = self.find(name).await? else { return Ok(()) };
        let path = format!("/me/{kind}/{}", escaped(&user_id));
        if wanted {
            self.api.put(&path, &json!({})).await?;
        } else {
            self.api.delete(&path).await?;
        }
        self.console.say(format!("--- {}{kind} {name}", if wanted { "" } else { "no longer " }));
        Ok(())
    }

    /// The user with exactly this name; says so if there is none.
    async fn find(&mut self, name: &str) -> Result<Option<String>, Failure> {
        let users = self.pages(&format!("/users?username={}", escaped(name))).await?;
        for user in &users {
            self.meet(user);
        }
        let found = users.iter().find(|user| view::text(user, "username").eq_ignore_ascii_case(name));
        if found.is_none() {
            self.console.say(format!("There is nobody called {name}; /search lists who is there"));
        }
        Ok(found.map(|user| view::text(user, "id").to_owned()))
    }
}
