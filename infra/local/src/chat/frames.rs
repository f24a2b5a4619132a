//! Events and frames of the socket.

use std::mem;

use serde_json::Value;

use super::failure::{Failure, problem_text};
use super::session::Session;
use super::socket::SocketEvent;
use super::{describe, view};

impl Session {
    pub(super) async fn handle(&mut self, event: SocketEvent) {
        let shown = match event {
            SocketEvent::Lost => {
                self.console.say("(connection lost; reconnecting)");
                Ok(())
            }
            SocketEvent::Connected if mem::replace(&mut self.connected_before, true) => {
                self.console.say("(reconnected)");
                self.catch_up().await
            }
            SocketEvent::Connected => self.catch_up().await,
            // The user may have left the thread of a frame meanwhile.
            SocketEvent::Frame(frame) => match self.frame(&frame).await {
                Err(failure) if failure.is_not_found() => Ok(()),
                shown => shown,
            },
        };
        if let Err(failure) = shown {
            self.report(&failure);
        }
    }

    async fn frame(&mut self, frame: &Value) -> Result<(), Failure> {
        let thread_id = view::text(frame, "thread_id");
        let data = &frame["data"];
        let actor = view::text(frame, "actor_id");
        match view::text(frame, "type") {
            "pong" | "" => {}
            "problem" => {
                if let Some(text) = problem_text(data) {
                    self.console.say(format!("! {text}"));
                }
            }
            "typing" if self.open.as_deref() == Some(thread_id) && actor != self.cache.me => {
                self.console.say(format!("({} is typing …)", self.cache.name(actor)));
            }
            "request.received" => {
                self.load_thread(thread_id).await?;
                self.load_users(frame).await?;
                let (title, handle) = (self.cache.title(thread_id), self.cache.handle(thread_id));
                let what = if self.cache.is_group(thread_id) {
                    format!("{} invited you to {title}", self.cache.name(actor))
                } else {
                    format!("{title} sent you a message request")
                };
                self.console.say(format!("* {what}: /open {handle}, then /accept or /decline"));
            }
            "thread.accepted" => {
                self.load_thread(thread_id).await?;
                self.console.say(format!("* {} is in your inbox now", self.cache.title(thread_id)));
            }
            "notice.blocked_member_present" => {
                self.load_thread(thread_id).await?;
                self.load_users(frame).await?;
                self.console.say(describe::blocked_present(&self.cache, thread_id, data));
            }
            "member.evicted" if view::text(data, "reason") == "removed" => {
                self.leave_locally(thread_id, "you were removed from");
            }
            "member.evicted" => self.leave_locally(thread_id, "you left"),
            "thread.deleted" if view::text(data, "for") == "me" => self.leave_locally(thread_id, "you deleted"),
            "thread.deleted" => self.leave_locally(thread_id, "a moderator deleted"),
            _ if frame.get("seq").is_some_and(Value::is_u64) => self.logged(thread_id, frame).await?,
            _ => {}
        }
        Ok(())
    }
}
