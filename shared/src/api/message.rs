//! Messages.

use serde::Serialize;

use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::member::Member;
use crate::domain::message::{Message, MessageContent, Preview};
use crate::domain::thread::Thread;
use crate::domain::time::{Timestamp, optional_rfc3339, rfc3339};

/// A message as its reader sees it.
#[derive(Debug, Clone, Serialize)]
pub struct MessageView {
    thread_id: ThreadId,
    seq: Seq,
    author_id: UserId,
    /// `null` where the message is hidden.
    text: Option<String>,
    /// Only in a thread's `last_message`, and only when `text` is its beginning.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    text_truncated: bool,
    reply_to: Option<Seq>,
    mentions: Vec<UserId>,
    attachments: [(); 0],
    reactions: [(); 0],
    #[serde(serialize_with = "rfc3339")]
    created_at: Timestamp,
    #[serde(serialize_with = "optional_rfc3339")]
    edited_at: Option<Timestamp>,
    deleted_at: Option<()>,
    hidden: bool,
}

impl MessageView {
    /// The whole message.
    #[must_use]
    pub fn whole(thread: &ThreadId, message: &Message) -> Self {
        let Message { seq, author_id, created_at, content, edited } = message.clone();
        let MessageContent { text, reply_to, mentions } = content;
        let (text, edited_at) = (Some(text.into()), edited.map(|edited| edited.at));
        Self { text, reply_to, mentions, edited_at, ..Self::bare(thread, seq, author_id, created_at) }
    }

    /// A message whose author the reader blocks, or an old one that they may not see: that it exists, and nothing of what it says
    /// (rules 11, 12).
    #[must_use]
    pub fn hidden(thread: &ThreadId, message: &Message) -> Self {
        let Message { seq, author_id, created_at, .. } = message.clone();
        Self { hidden: true, ..Self::bare(thread, seq, author_id, created_at) }
    }

    /// The message as one of the thread's members sees it.
    #[must_use]
    pub fn seen_by(reader: &Member, thread: &Thread, message: &Message) -> Self {
        if thread.hides(reader, &message.author_id, message.seq) {
            Self::hidden(&thread.id, message)
        } else {
            Self::whole(&thread.id, message)
        }
    }

    /// What a thread shows `reader` of its last message: the beginning of its text, and no mentions.
    #[must_use]
    pub fn preview(reader: &Member, thread: &Thread, preview: &Preview) -> Self {
        let Preview { seq, author_id, created_at, reply_to, text, truncated, edited_at } = preview.clone();
        let hidden = thread.hides(reader, &author_id, seq);
        let bare = Self::bare(&thread.id, seq, author_id, created_at);
        if hidden {
            return Self { hidden, ..bare };
        }
        Self { text: Some(text), text_truncated: truncated, reply_to, edited_at, ..bare }
    }

    fn bare(thread: &ThreadId, seq: Seq, author_id: UserId, created_at: Timestamp) -> Self {
        Self {
            thread_id: thread.clone(),
            seq,
            author_id,
            text: None,
            text_truncated: false,
            reply_to: None,
            mentions: Vec::new(),
            attachments: [],
            reactions: [],
            created_at,
            edited_at: None,
            deleted_at: None,
            hidden: false,
        }
    }
}
