//! Messages.

use serde::Serialize;

use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::message::{Message, Preview};
use crate::domain::time::{Timestamp, rfc3339};

/// A message as its receiver sees it.
#[derive(Debug, Clone, Serialize)]
pub struct MessageView {
    thread_id: ThreadId,
    seq: Seq,
    author_id: UserId,
    text: String,
    /// Only in a thread's `last_message`, and only when `text` is its beginning.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    text_truncated: bool,
    reply_to: Option<Seq>,
    mentions: Vec<UserId>,
    attachments: [(); 0],
    reactions: [(); 0],
    #[serde(serialize_with = "rfc3339")]
    created_at: Timestamp,
    edited_at: Option<()>,
    deleted_at: Option<()>,
    hidden: bool,
}

impl MessageView {
    /// The whole message.
    #[must_use]
    pub fn whole(thread: &ThreadId, message: &Message) -> Self {
        let Message { seq, author_id, created_at, text, reply_to, mentions } = message.clone();
        Self::new(thread, seq, author_id, created_at, text.into(), reply_to).mentioning(mentions)
    }

    /// What a thread shows of its last message: the beginning of its text, and no mentions.
    #[must_use]
    pub fn preview(thread: &ThreadId, preview: &Preview) -> Self {
        let Preview { seq, author_id, created_at, reply_to, text, truncated } = preview.clone();
        Self { text_truncated: truncated, ..Self::new(thread, seq, author_id, created_at, text, reply_to) }
    }

    fn new(
        thread: &ThreadId,
        seq: Seq,
        author_id: UserId,
        created_at: Timestamp,
        text: String,
        reply_to: Option<Seq>,
    ) -> Self {
        Self {
            thread_id: thread.clone(),
            seq,
            author_id,
            text,
            text_truncated: false,
            reply_to,
            mentions: Vec::new(),
            attachments: [],
            reactions: [],
            created_at,
            edited_at: None,
            deleted_at: None,
            hidden: false,
        }
    }

    fn mentioning(self, mentions: Vec<UserId>) -> Self {
        Self { mentions, ..self }
    }
}
