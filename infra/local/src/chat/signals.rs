//! What arrives on the socket.

use std::mem;

use serde_json::Value;

use super::failure::{Failure, problem_text};
use super::live::News;
use super::session::Session;
use super::{view, words};

impl Session {
    /// Shows what happened on the socket.
    pub(super) async fn hear(&mut self, news: News) {
        let shown = match news {
            News::Lost => {
                self.console.say("(the connection is lost; trying again)");
                Ok(())
            }
            News::Connected if mem::replace(&mut self.connected_before, true) => {
                self.console.say("(connected again)");
                self.catch_up().await
            }
            News::Connected => self.catch_up().await,
            // A frame may speak of a thread that is over for this user since.
            News::Frame(frame) => match self.frame(&frame).await {
                Err(failure) if failure.is_not_found() => Ok(()),
                shown => shown,
            },
        };
        if let Err(failure) = shown {
            self.complain(&failure);
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
            "typing" if self.open.as_deref() == Some(thread_id) && actor != self.known.me => {
                self.console.say(format!("({} is typing …)", self.known.name(actor)));
            }
            "request.received" => {
                self.know(thread_id).await?;
                self.introduce(frame).await?;
                let (title, handle) = (self.known.title(thread_id), self.known.handle(thread_id));
                let what = if self.known.is_group(thread_id) {
                    format!("{} asks you into {title}", self.known.name(actor))
                } else {
                    format!("{title} wrote to you for the first time")
                };
                self.console.say(format!("* {what}: /open {handle}, then /accept or /decline"));
            }
            "thread.accepted" => {
                self.know(thread_id).await?;
                self.console.say(format!("* {} is in your inbox now", self.known.title(thread_id)));
            }
            "notice.blocked_member_present" => {
                self.know(thread_id).await?;
                self.introduce(frame).await?;
                self.console.say(words::blocked_present(&self.known, thread_id, data));
            }
            "member.evicted" if view::text(data, "reason") == "removed" => {
                self.part(thread_id, "you were removed from");
            }
            "member.evicted" => self.part(thread_id, "you left"),
            _ if frame.get("seq").is_some_and(Value::is_u64) => self.logged(thread_id, frame).await?,
            _ => {}
        }
        Ok(())
    }
}
