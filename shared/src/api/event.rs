//! Events: entries of logs, and signals about the receiver alone.

use std::sync::Arc;

use serde::Serialize;

use super::message::{MessageView, ReactionView, reaction_views};
use super::problem::ProblemDocument;
use crate::delivery::{Event, EventKind, EvictionReason, Frame};
use crate::domain::emoji::Emoji;
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::log::{Change, Entry, EntryContent};
use crate::domain::member::{Member, Role};
use crate::domain::message::Message;
use crate::domain::pins::PinChange;
use crate::domain::reactions::ReactionChange;
use crate::domain::seen::SeenEntry;
use crate::domain::thread::Thread;
use crate::domain::time::{Timestamp, rfc3339};
use crate::domain::title::Title;
use crate::domain::word::Word;

/// An event as a client gets it, over the socket or from `GET /threads/{thread_id}/events`.
#[derive(Debug, Clone, Serialize)]
pub struct EventView {
    #[serde(flatten)]
    pub data: EventData,
    pub thread_id: ThreadId,
    /// The place in the log; `null` for what is about the receiver alone.
    pub seq: Option<Seq>,
    #[serde(serialize_with = "rfc3339")]
    pub at: Timestamp,
    /// The user who did it; `null` where that is not told.
    pub actor_id: Option<UserId>,
}

/// The type of an event and what belongs to it.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", content = "data")]
pub enum EventData {
    #[serde(rename = "message.created")]
    MessageCreated(Box<MessageView>),
    #[serde(rename = "message.edited")]
    MessageEdited(Box<MessageView>),
    #[serde(rename = "message.deleted")]
    MessageDeleted(Box<MessageView>),
    #[serde(rename = "message.pinned")]
    MessagePinned(Box<MessageView>),
    #[serde(rename = "message.unpinned")]
    MessageUnpinned(Box<MessageView>),
    #[serde(rename = "reaction.added")]
    ReactionAdded(ReactionChangeView),
    #[serde(rename = "reaction.removed")]
    ReactionRemoved(ReactionChangeView),
    #[serde(rename = "thread.created")]
    ThreadCreated {
        user_ids: Vec<UserId>,
        title: Option<Title>,
        #[serde(skip_serializing_if = "is_shown")]
        hidden: bool,
    },
    #[serde(rename = "thread.renamed")]
    ThreadRenamed {
        title: Option<Title>,
        #[serde(skip_serializing_if = "is_shown")]
        hidden: bool,
    },
    #[serde(rename = "member.added")]
    MemberAdded { user_ids: Vec<UserId> },
    #[serde(rename = "member.removed")]
    MemberRemoved { user_id: UserId },
    #[serde(rename = "member.left")]
    MemberLeft { user_id: UserId },
    #[serde(rename = "member.role_changed")]
    MemberRoleChanged { user_id: UserId, role: Role },
    /// The thread came to the receiver's requests.
    #[serde(rename = "request.received")]
    RequestReceived {},
    /// The thread is in the receiver's inbox, by what they did on this or another device.
    #[serde(rename = "thread.accepted")]
    ThreadAccepted {},
    /// The thread is out of the receiver's mailboxes, by what they did on this or another device.
    #[serde(rename = "thread.declined")]
    ThreadDeclined {},
    /// The thread is gone: for the receiver, or for everyone.
    #[serde(rename = "thread.deleted")]
    ThreadDeleted { r#for: DeletedFor },
    /// The receiver is no member any more.
    #[serde(rename = "member.evicted")]
    MemberEvicted { reason: &'static str },
    /// The receiver blocks these members, and has to decide. Nobody else hears of it.
    #[serde(rename = "notice.blocked_member_present")]
    BlockedMemberPresent { blocked_user_ids: Vec<UserId> },
    /// `unread` only on the devices of the reader.
    #[serde(rename = "read.moved")]
    ReadMoved {
        user_id: UserId,
        read_seq: Seq,
        #[serde(skip_serializing_if = "Option::is_none")]
        unread: Option<u64>,
    },
    #[serde(rename = "typing")]
    Typing {
        #[serde(serialize_with = "rfc3339")]
        expires_at: Timestamp,
    },
}

/// For whom a chat is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeletedFor {
    Me,
    Everyone,
}

impl Word for DeletedFor {
    const WORDS: &'static [(&'static str, Self)] = &[("me", Self::Me), ("everyone", Self::Everyone)];
}

/// A reaction that was added or taken back by the actor of its event.
#[derive(Debug, Clone, Serialize)]
pub struct ReactionChangeView {
    message_seq: Seq,
    /// `null` where it is hidden, and where the message was deleted since.
    emoji: Option<Emoji>,
    /// The reactions to the message as the receiver sees them.
    reactions: Vec<ReactionView>,
    #[serde(skip_serializing_if = "is_shown")]
    hidden: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_shown(hidden: &bool) -> bool {
    !hidden
}

/// The entry of a log as one of its thread's members sees it.
#[must_use]
pub fn log_event_view(reader: &Member, thread: &Thread, entry: &Entry) -> EventView {
    entry_view(&thread.id, entry, SeenEntry::by(reader, thread, entry))
}

fn entry_view(thread_id: &ThreadId, entry: &Entry, seen: SeenEntry) -> EventView {
    let SeenEntry { hidden, reactions } = seen;
    let view = |message: &Message, reactions| {
        Box::new(if hidden {
            MessageView::hidden(thread_id, message)
        } else {
            MessageView::whole(thread_id, message, reactions)
        })
    };
    let data = match &entry.content {
        EntryContent::Message(logged) => EventData::MessageCreated(view(&logged.message, reactions)),
        EntryContent::Edited(message) => EventData::MessageEdited(view(message, reactions)),
        EntryContent::Deleted(message) => EventData::MessageDeleted(view(message, reactions)),
        EntryContent::Pinned { change, message } => match change {
            PinChange::Pin => EventData::MessagePinned(view(message, reactions)),
            PinChange::Unpin => EventData::MessageUnpinned(view(message, reactions)),
        },
        EntryContent::Reacted { change, emoji, message } => {
            let emoji = message.written().filter(|_| !hidden).map(|_| emoji.clone());
            let reactions = reaction_views(reactions);
            let view = ReactionChangeView { message_seq: message.seq, emoji, reactions, hidden };
            match change {
                ReactionChange::Add => EventData::ReactionAdded(view),
                ReactionChange::Remove => EventData::ReactionRemoved(view),
            }
        }
        EntryContent::Change(change) => change_data(change.clone(), hidden),
    };
    let (thread_id, actor_id) = (thread_id.clone(), Some(entry.actor_id.clone()));
    EventView { data, thread_id, seq: Some(entry.seq), at: entry.at, actor_id }
}

/// What was done is told also of somebody the reader blocks; what they wrote is not (rule 12).
fn change_data(change: Change, hidden: bool) -> EventData {
    let shown = |title: Option<Title>| title.filter(|_| !hidden);
    match change {
        Change::ThreadCreated { user_ids, title } => EventData::ThreadCreated { user_ids, title: shown(title), hidden },
        Change::ThreadRenamed { title } => EventData::ThreadRenamed { title: shown(title), hidden },
        Change::MemberAdded { user_ids } => EventData::MemberAdded { user_ids },
        Change::MemberRemoved { user_id } => EventData::MemberRemoved { user_id },
        Change::MemberLeft { user_id } => EventData::MemberLeft { user_id },
        Change::RoleChanged { user_id, role } => EventData::MemberRoleChanged { user_id, role },
    }
}

/// The view of an event, the same for all of its recipients.
#[must_use]
pub fn event_view(event: &Event) -> EventView {
    let data = match event.kind.clone() {
        EventKind::Logged { entry, seen } => return entry_view(&event.thread_id, &entry, seen),
        EventKind::RequestReceived => EventData::RequestReceived {},
        EventKind::ThreadAccepted => EventData::ThreadAccepted {},
        EventKind::ThreadDeclined => EventData::ThreadDeclined {},
        EventKind::ThreadDeleted { for_everyone } => {
            EventData::ThreadDeleted { r#for: if for_everyone { DeletedFor::Everyone } else { DeletedFor::Me } }
        }
        EventKind::MemberEvicted { reason } => EventData::MemberEvicted {
            reason: match reason {
                EvictionReason::Left => "left",
                EvictionReason::Removed => "removed",
            },
        },
        EventKind::BlockedMemberPresent { blocked_user_ids } => EventData::BlockedMemberPresent { blocked_user_ids },
        EventKind::ReadMoved { user_id, read_seq, unread } => EventData::ReadMoved { user_id, read_seq, unread },
        EventKind::Typing { expires_at } => EventData::Typing { expires_at },
    };
    let (thread_id, actor_id) = (event.thread_id.clone(), event.actor_id.clone());
    EventView { data, thread_id, seq: None, at: event.at, actor_id }
}

/// The frame of an event.
#[must_use]
pub fn render(event: &Event) -> Frame {
    // An event is made of texts and numbers: turning it into JSON cannot fail.
    Arc::from(serde_json::to_vec(&event_view(event)).unwrap_or_default())
}

/// The frame of a problem: an event without a thread.
#[derive(Debug, Serialize)]
pub struct ProblemFrame<'a> {
    r#type: &'static str,
    thread_id: Option<ThreadId>,
    seq: Option<Seq>,
    #[serde(serialize_with = "rfc3339")]
    at: Timestamp,
    actor_id: Option<UserId>,
    data: ProblemDocument<'a>,
}

impl<'a> ProblemFrame<'a> {
    /// The frame that tells a socket of a problem with what it sent.
    #[must_use]
    pub fn new(problem: ProblemDocument<'a>, at: Timestamp) -> Self {
        Self { r#type: "problem", thread_id: None, seq: None, at, actor_id: None, data: problem }
    }

    /// As the socket gets it.
    #[must_use]
    pub fn render(&self) -> Frame {
        // As with views, turning it into JSON cannot fail.
        Arc::from(serde_json::to_vec(self).unwrap_or_default())
    }
}

/// The frame `{"type":"pong"}`.
#[derive(Debug, Serialize)]
pub struct PongView {
    r#type: &'static str,
}

impl Default for PongView {
    fn default() -> Self {
        Self { r#type: "pong" }
    }
}
