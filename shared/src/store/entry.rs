//! The entries of a log as items.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Deserialize, Serialize};

use super::convert::{self, ITEM_VERSION};
use super::error::{Condition, StoreError};
use super::item::Item;
use super::keys::{self, LogKind};
use super::media;
use super::update::{Update, number};
use super::write::Write;
use crate::domain::counts::{MessageCounts, Slot};
use crate::domain::emoji::Emoji;
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::log::{Change, Entry, EntryContent};
use crate::domain::media::MediaId;
use crate::domain::message::{Edited, LoggedMessage, Message, MessageContent, MessageState, Written};
use crate::domain::pins::PinChange;
use crate::domain::reactions::{Reaction, ReactionChange, Reactions};
use crate::domain::revision::Revision;
use crate::domain::time::Timestamp;

/// `THREAD#t` / `MSG#<seq>`: an envelope, and the content in attributes of their own, so that they can be replaced or removed.
#[derive(Debug, Serialize, Deserialize)]
struct MessageRecord {
    v: u8,
    by: UserId,
    at: Timestamp,
    counts: MessageCounts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slot: Option<Slot>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<MessageContent>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    edited: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "is_zero")]
    edits: u8,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reactions: Vec<ReactionRecord>,
    /// When it was deleted. Then it has none of the four before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    deleted: Option<Timestamp>,
    /// How often it was changed. An earlier release did not count.
    #[serde(default, skip_serializing_if = "is_zero")]
    rev: u64,
}

/// Emoji, user, and the entry that added it.
#[derive(Debug, Serialize, Deserialize)]
struct ReactionRecord(Emoji, UserId, Seq);

impl ReactionRecord {
    fn all(reactions: &Reactions) -> Vec<Self> {
        let record = |reaction: &Reaction| {
            let Reaction { emoji, user_id, seq } = reaction.clone();
            Self(emoji, user_id, seq)
        };
        reactions.iter().map(record).collect()
    }

    fn parse(self) -> Reaction {
        let Self(emoji, user_id, seq) = self;
        Reaction { emoji, user_id, seq }
    }
}

fn is_zero<N: Default + PartialEq>(number: &N) -> bool {
    *number == N::default()
}

/// `THREAD#t` / `CHANGE#<seq>`.
#[derive(Debug, Serialize, Deserialize)]
struct ChangeRecord {
    v: u8,
    by: UserId,
    at: Timestamp,
    #[serde(flatten)]
    change: StoredChange,
}

/// A change as it is stored. What is about a message refers to it: its text is in the message alone.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum StoredChange {
    About(AboutMessage),
    Change(Change),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type")]
enum AboutMessage {
    #[serde(rename = "message.edited")]
    Edited { message: Seq },
    #[serde(rename = "message.deleted")]
    Deleted { message: Seq },
    #[serde(rename = "reaction.added")]
    ReactionAdded { message: Seq, emoji: Emoji },
    #[serde(rename = "reaction.removed")]
    ReactionRemoved { message: Seq, emoji: Emoji },
    #[serde(rename = "message.pinned")]
    Pinned { message: Seq },
    #[serde(rename = "message.unpinned")]
    Unpinned { message: Seq },
}

impl AboutMessage {
    fn message(&self) -> Seq {
        match self {
            Self::Edited { message }
            | Self::Deleted { message }
            | Self::ReactionAdded { message, .. }
            | Self::ReactionRemoved { message, .. }
            | Self::Pinned { message }
            | Self::Unpinned { message } => *message,
        }
    }

    /// The content of the entry, with the message as it is now.
    fn with(self, message: Message) -> EntryContent {
        match self {
            Self::Edited { .. } => EntryContent::Edited(message),
            Self::Deleted { .. } => EntryContent::Deleted(message),
            Self::ReactionAdded { emoji, .. } => EntryContent::Reacted { change: ReactionChange::Add, emoji, message },
            Self::ReactionRemoved { emoji, .. } => {
                EntryContent::Reacted { change: ReactionChange::Remove, emoji, message }
            }
            Self::Pinned { .. } => EntryContent::Pinned { change: PinChange::Pin, message },
            Self::Unpinned { .. } => EntryContent::Pinned { change: PinChange::Unpin, message },
        }
    }
}

/// The write of a message.
pub(super) fn message(thread: &ThreadId, logged: &LoggedMessage) -> Result<Write, StoreError> {
    let LoggedMessage { message, counts, slot } = logged;
    let Message { seq, author_id: by, created_at: at, state, revision } = message.clone();
    let (v, slot, counts) = (ITEM_VERSION, *slot, counts.clone());
    let bare = |deleted| MessageRecord {
        v,
        by,
        at,
        counts,
        slot,
        content: None,
        edited: None,
        edits: 0,
        reactions: Vec::new(),
        deleted,
        rev: revision.0,
    };
    let record = match state {
        MessageState::Written(Written { content, edited, reactions }) => MessageRecord {
            content: Some(content),
            edited: edited.map(|edited| edited.at),
            edits: edited.map_or(0, |edited| edited.times),
            reactions: ReactionRecord::all(&reactions),
            ..bare(None)
        },
        MessageState::Deleted { at } => bare(Some(at)),
    };
    Ok(Write::put(keys::log(LogKind::Message, thread, seq), convert::item(&record)?))
}

/// The writes that append `entries`. They need no condition of their own, because the condition of the head orders the log.
pub(super) fn append(thread: &ThreadId, entries: &[Entry]) -> Result<Vec<Write>, StoreError> {
    entries.iter().map(|entry| append_one(thread, entry)).collect::<Result<Vec<_>, _>>().map(|all| all.concat())
}

fn append_one(thread: &ThreadId, entry: &Entry) -> Result<Vec<Write>, StoreError> {
    let change = |change: StoredChange| {
        let (by, at) = (entry.actor_id.clone(), entry.at);
        let item = convert::item(&ChangeRecord { v: ITEM_VERSION, by, at, change })?;
        Ok::<_, StoreError>(Write::put(keys::log(LogKind::Change, thread, entry.seq), item))
    };
    let about = |message: &Message, about| Ok(vec![amend(thread, message)?, change(StoredChange::About(about))?]);
    match &entry.content {
        EntryContent::Message(logged) => {
            let Message { seq, author_id, .. } = &logged.message;
            let attachments = logged.message.attachments().iter();
            let sent = attachments.map(|attachment| media::send(author_id, attachment, (thread, *seq)));
            Ok([message(thread, logged)?].into_iter().chain(sent).collect())
        }
        EntryContent::Edited(edited) => about(edited, AboutMessage::Edited { message: edited.seq }),
        EntryContent::Deleted(deleted) => about(deleted, AboutMessage::Deleted { message: deleted.seq }),
        EntryContent::Reacted { change, emoji, message } => {
            let (seq, emoji) = (message.seq, emoji.clone());
            about(
                message,
                match change {
                    ReactionChange::Add => AboutMessage::ReactionAdded { message: seq, emoji },
                    ReactionChange::Remove => AboutMessage::ReactionRemoved { message: seq, emoji },
                },
            )
        }
        EntryContent::Pinned { change: pinning, message } => {
            let about = match pinning {
                PinChange::Pin => AboutMessage::Pinned { message: message.seq },
                PinChange::Unpin => AboutMessage::Unpinned { message: message.seq },
            };
            Ok(vec![unchanged(thread, message), change(StoredChange::About(about))?])
        }
        EntryContent::Change(what) => Ok(vec![change(StoredChange::Change(what.clone()))?]),
    }
}

/// The write that gives a stored message the state that it has now. Its envelope stays: place, author, time and counts. Fails with
/// [`Condition::Entry`] if the message is not as it was before: it may have been read before the head.
fn amend(thread: &ThreadId, message: &Message) -> Result<Write, StoreError> {
    let mut item = Update::new(keys::log(LogKind::Message, thread, message.seq));
    item.require_exists(&["pk"]).set(&["rev"], number(message.revision.0));
    match message.revision.0.saturating_sub(1) {
        0 => item.require_absent("rev"),
        before => item.require_equal("rev", number(before)),
    };
    match &message.state {
        MessageState::Written(Written { content, edited, reactions }) => {
            item.set(&["content"], convert::value(content)?);
            if let Some(Edited { at, times }) = edited {
                item.set(&["edited"], number(at.ms())).set(&["edits"], number(times));
            }
            if reactions.is_empty() {
                item.remove(&["reactions"]);
            } else {
                item.set(&["reactions"], convert::value(ReactionRecord::all(reactions))?);
            }
        }
        MessageState::Deleted { at } => {
            item.set(&["deleted"], number(at.ms()));
            for name in ["content", "edited", "edits", "reactions"] {
                item.remove(&[name]);
            }
        }
    }
    Ok(item.only_if(Condition::Entry))
}

/// The images and videos of what may be the item of a message.
pub(super) fn media_of(item: &Item) -> Vec<MediaId> {
    let content = item.get("content").and_then(|content| content.as_m().ok());
    let attachments = content.and_then(|content| content.get("attachments")?.as_l().ok());
    let id = |attachment: &AttributeValue| attachment.as_m().ok()?.get("id")?.as_s().ok()?.clone().try_into().ok();
    attachments.into_iter().flatten().filter_map(id).collect()
}

/// Demands that a stored message is as it was read. Fails with [`Condition::Entry`]: it may have been read before the head.
fn unchanged(thread: &ThreadId, message: &Message) -> Write {
    let check = Write::check(keys::log(LogKind::Message, thread, message.seq));
    match message.revision.0 {
        0 => check.only_if(Condition::Entry, "attribute_exists(pk) AND attribute_not_exists(rev)"),
        revision => check.only_if(Condition::Entry, "attribute_exists(pk) AND rev = :rev").number(":rev", &revision),
    }
}

pub(super) fn seq_of(kind: LogKind, item: &Item) -> Result<Seq, StoreError> {
    let key = convert::key_of(item)?;
    keys::log_seq(kind, &key.sk).ok_or_else(|| StoreError::Corrupt { key, reason: "not a log entry's key".to_owned() })
}

pub(super) fn parse_message(item: Item) -> Result<LoggedMessage, StoreError> {
    let key = convert::key_of(&item)?;
    let seq = seq_of(LogKind::Message, &item)?;
    let record: MessageRecord = convert::record(item)?;
    let MessageRecord { by, at, content, counts, slot, edited, edits, reactions, deleted, rev, .. } = record;
    let state = match (deleted, content) {
        (Some(at), _) => MessageState::Deleted { at },
        (None, Some(content)) => {
            let edited = edited.map(|at| Edited { at, times: edits });
            let reactions = Reactions::stored(reactions.into_iter().map(ReactionRecord::parse).collect());
            MessageState::Written(Written { content, edited, reactions })
        }
        (None, None) => {
            return Err(StoreError::Corrupt { key, reason: "neither written nor deleted".to_owned() });
        }
    };
    let message = Message { seq, author_id: by, created_at: at, state, revision: Revision(rev) };
    Ok(LoggedMessage { message, counts, slot })
}

/// An entry as its item tells it.
pub(super) struct StoredEntry {
    pub(super) seq: Seq,
    at: Timestamp,
    actor_id: UserId,
    content: StoredContent,
}

enum StoredContent {
    Whole(EntryContent),
    /// The rest of it is in the message.
    About(AboutMessage),
}

impl StoredEntry {
    pub(super) fn parse(kind: LogKind, item: Item) -> Result<Self, StoreError> {
        match kind {
            LogKind::Message => {
                let Entry { seq, at, actor_id, content } = Entry::of(parse_message(item)?);
                Ok(Self { seq, at, actor_id, content: StoredContent::Whole(content) })
            }
            LogKind::Change => {
                let seq = seq_of(LogKind::Change, &item)?;
                let ChangeRecord { by, at, change, .. } = convert::record(item)?;
                let content = match change {
                    StoredChange::Change(change) => StoredContent::Whole(EntryContent::Change(change)),
                    StoredChange::About(about) => StoredContent::About(about),
                };
                Ok(Self { seq, at, actor_id: by, content })
            }
        }
    }

    /// The message that the entry is about.
    pub(super) fn about(&self) -> Option<Seq> {
        match &self.content {
            StoredContent::Whole(_) => None,
            StoredContent::About(about) => Some(about.message()),
        }
    }

    /// The entry, with the message that it is about as it is now; `None` if that is not there.
    pub(super) fn with(self, messages: &HashMap<Seq, Message>) -> Option<Entry> {
        let Self { seq, at, actor_id, content } = self;
        let content = match content {
            StoredContent::Whole(content) => content,
            StoredContent::About(about) => about.clone().with(messages.get(&about.message())?.clone()),
        };
        Some(Entry { seq, at, actor_id, content })
    }
}
