//! Messages.

use serde::Serialize;

use super::user::UserView;
use crate::domain::emoji::Emoji;
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::media::{Attachment, Checked, MediaId, MediaType};
use crate::domain::member::Member;
use crate::domain::message::{Message, MessageContent, MessageState, Preview, PreviewState, Written};
use crate::domain::profile::Profile;
use crate::domain::reactions::{Reaction, ReactionCount};
use crate::domain::report::ReportedMessage;
use crate::domain::seen::reaction_counts;
use crate::domain::thread::Thread;
use crate::domain::time::{Timestamp, optional_rfc3339, rfc3339};

/// How many members reacted with an emoji.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ReactionView {
    emoji: Emoji,
    count: usize,
    /// Whether the reader did.
    mine: bool,
}

impl From<ReactionCount> for ReactionView {
    fn from(reaction: ReactionCount) -> Self {
        let ReactionCount { emoji, count, mine } = reaction;
        Self { emoji, count, mine }
    }
}

/// One reaction, and who reacted.
#[derive(Debug, Serialize)]
pub struct ReactorView {
    emoji: Emoji,
    user: UserView,
}

impl From<(Reaction, Profile)> for ReactorView {
    fn from((reaction, profile): (Reaction, Profile)) -> Self {
        Self { emoji: reaction.emoji, user: profile.into() }
    }
}

/// The views of the reactions to a message.
#[must_use]
pub(super) fn reaction_views(reactions: Vec<ReactionCount>) -> Vec<ReactionView> {
    reactions.into_iter().map(ReactionView::from).collect()
}

/// An image or a video of a message. `GET /media/{media_id}` has it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct AttachmentView {
    media_id: MediaId,
    content_type: MediaType,
    bytes: u64,
    width: u32,
    height: u32,
    duration_ms: Option<u64>,
    thumbnail: bool,
}

impl From<Attachment> for AttachmentView {
    fn from(Attachment { media_id, checked }: Attachment) -> Self {
        let Checked { content_type, bytes, width, height, duration_ms, thumbnail } = checked;
        Self { media_id, content_type, bytes, width, height, duration_ms, thumbnail }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it")]
fn is_zero(count: &u8) -> bool {
    *count == 0
}

/// A message as its reader sees it.
#[derive(Debug, Clone, Serialize)]
pub struct MessageView {
    thread_id: ThreadId,
    seq: Seq,
    author_id: UserId,
    /// `null` where the message is hidden or deleted.
    text: Option<String>,
    /// Only in a thread's `last_message`, and only when `text` is its beginning.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    text_truncated: bool,
    reply_to: Option<Seq>,
    mentions: Vec<UserId>,
    attachments: Vec<AttachmentView>,
    /// Only in a thread's `last_message`, which has no attachments themselves, and only where there are some.
    #[serde(skip_serializing_if = "is_zero")]
    attachment_count: u8,
    reactions: Vec<ReactionView>,
    #[serde(serialize_with = "rfc3339")]
    created_at: Timestamp,
    #[serde(serialize_with = "optional_rfc3339")]
    edited_at: Option<Timestamp>,
    #[serde(serialize_with = "optional_rfc3339")]
    deleted_at: Option<Timestamp>,
    hidden: bool,
}

impl MessageView {
    /// The whole message with the reactions that its reader sees.
    #[must_use]
    pub fn whole(thread: &ThreadId, message: &Message, reactions: Vec<ReactionCount>) -> Self {
        let bare = Self::envelope(thread, message);
        let Some(Written { content, edited, .. }) = message.written() else { return bare };
        let MessageContent { text, reply_to, mentions, attachments } = content.clone();
        let attachments = attachments.into_iter().map(AttachmentView::from).collect();
        let (text, edited_at) = (Some(text.into()), edited.map(|edited| edited.at));
        Self { text, reply_to, mentions, attachments, edited_at, reactions: reaction_views(reactions), ..bare }
    }

    /// A message whose author the reader blocks, or an old one that they may not see: that it exists, and nothing of what it says
    /// (rules 11, 12).
    #[must_use]
    pub fn hidden(thread: &ThreadId, message: &Message) -> Self {
        Self { hidden: true, ..Self::envelope(thread, message) }
    }

    /// The message as one of the thread's members sees it.
    #[must_use]
    pub fn seen_by(reader: &Member, thread: &Thread, message: &Message) -> Self {
        if thread.hides(reader, &message.author_id, message.seq) {
            Self::hidden(&thread.id, message)
        } else {
            Self::revealed(reader, thread, message)
        }
    }

    /// The message as one of the thread's members sees it who wants to see also what they hide.
    #[must_use]
    pub fn revealed(reader: &Member, thread: &Thread, message: &Message) -> Self {
        Self::whole(&thread.id, message, reaction_counts(reader, thread, message))
    }

    /// What a thread shows `reader` of its last message: the beginning of its text, neither mentions nor reactions.
    #[must_use]
    pub fn preview(reader: &Member, thread: &Thread, preview: &Preview) -> Self {
        let Preview { seq, author_id, created_at, state } = preview.clone();
        let hidden = thread.hides(reader, &author_id, seq);
        let bare = Self { hidden, ..Self::bare(&thread.id, seq, author_id, created_at) };
        match state {
            PreviewState::Deleted { at } => Self { deleted_at: Some(at), ..bare },
            PreviewState::Written { .. } if hidden => bare,
            PreviewState::Written { reply_to, text, truncated, edited_at, attachments } => Self {
                text: Some(text),
                text_truncated: truncated,
                reply_to,
                edited_at,
                attachment_count: attachments,
                ..bare
            },
        }
    }

    /// A message of a report: as the reporter saw it.
    #[must_use]
    pub fn reported(thread: ThreadId, message: ReportedMessage) -> Self {
        let ReportedMessage { seq, author_id, created_at, reply_to, mentions, attachments, reactions, .. } = message;
        Self {
            thread_id: thread,
            seq,
            author_id,
            text: message.text,
            text_truncated: false,
            reply_to,
            mentions,
            attachments: attachments.into_iter().map(AttachmentView::from).collect(),
            attachment_count: 0,
            reactions: reaction_views(reactions),
            created_at,
            edited_at: message.edited_at,
            deleted_at: message.deleted_at,
            hidden: message.hidden,
        }
    }

    /// What also who hides its author sees of a message.
    fn envelope(thread: &ThreadId, message: &Message) -> Self {
        let Message { seq, author_id, created_at, state, .. } = message;
        let deleted_at = match state {
            MessageState::Written(_) => None,
            MessageState::Deleted { at } => Some(*at),
        };
        Self { deleted_at, ..Self::bare(thread, *seq, author_id.clone(), *created_at) }
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
            attachments: Vec::new(),
            attachment_count: 0,
            reactions: Vec::new(),
            created_at,
            edited_at: None,
            deleted_at: None,
            hidden: false,
        }
    }
}
