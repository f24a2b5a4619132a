//! Events: entries of a log, and signals about the receiver alone.

use serde::Serialize;
use serde_json::{Value, json};

use super::message::MessageView;
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::log::{Entry, What};
use crate::domain::message::Message;
use crate::domain::time::{Timestamp, rfc3339};

/// An event as a client gets it, over the socket or from `GET /threads/{thread_id}/events`.
#[derive(Debug, Clone, Serialize)]
pub struct Event {
    r#type: String,
    thread_id: Option<ThreadId>,
    seq: Option<Seq>,
    #[serde(serialize_with = "rfc3339")]
    at: Timestamp,
    actor_id: Option<UserId>,
    data: Value,
}

/// The event that an entry of `thread`'s log is to those who see all of it.
#[must_use]
pub fn entry(thread: &ThreadId, entry: &Entry) -> Event {
    event_of(thread, entry, |message| MessageView::whole(thread, message))
}

/// The event that an entry of `thread`'s log is to those who block its author.
#[must_use]
pub fn hidden_entry(thread: &ThreadId, entry: &Entry) -> Event {
    event_of(thread, entry, |message| MessageView::hidden(thread, message))
}

fn event_of(thread: &ThreadId, entry: &Entry, view: impl FnOnce(&Message) -> MessageView) -> Event {
    let (kind, data) = match &entry.what {
        What::Message(logged) => ("message.created".to_owned(), json!(view(&logged.message))),
        What::Change(change) => {
            let mut data = json!(change);
            let kind = data.as_object_mut().and_then(|data| data.remove("type"));
            (kind.and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default(), data)
        }
    };
    Event {
        r#type: kind,
        thread_id: Some(thread.clone()),
        seq: Some(entry.seq),
        at: entry.at,
        actor_id: Some(entry.actor_id.clone()),
        data,
    }
}

/// What happened to the receiver, or can be seen only while it lasts: no part of a log, so without a `seq`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// A thread came to the receiver's requests.
    RequestReceived,
    /// The receiver took a thread into their inbox, here or on another device.
    ThreadAccepted,
    /// The receiver is not in a group any more; `data` says why.
    MemberEvicted,
    /// Somebody whom the receiver blocks is in a group with them; `data` says who, and nobody else hears of it.
    BlockedMemberPresent,
    /// Somebody's read mark moved; `data` says whose and where to.
    ReadMoved,
    /// Somebody is typing; `data` says until when to believe it.
    Typing,
    /// A client frame was refused; `data` is the problem.
    Problem,
}

impl Signal {
    fn name(self) -> &'static str {
        match self {
            Self::RequestReceived => "request.received",
            Self::ThreadAccepted => "thread.accepted",
            Self::MemberEvicted => "member.evicted",
            Self::BlockedMemberPresent => "notice.blocked_member_present",
            Self::ReadMoved => "read.moved",
            Self::Typing => "typing",
            Self::Problem => "problem",
        }
    }
}

/// The event of a signal.
#[must_use]
pub fn signal(signal: Signal, thread: Option<&ThreadId>, actor: Option<&UserId>, at: Timestamp, data: Value) -> Event {
    Event {
        r#type: signal.name().to_owned(),
        thread_id: thread.cloned(),
        seq: None,
        at,
        actor_id: actor.cloned(),
        data,
    }
}
