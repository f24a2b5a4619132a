//! The log of a thread: messages and changes.

use serde::{Deserialize, Serialize};

use super::access::Store;
use super::convert::{self, ITEM_VERSION};
use super::error::{Condition, StoreError};
use super::item::Item;
use super::keys::{self, LogKind};
use super::page::Page;
use super::table::{Query, Read};
use super::update::Update;
use super::write::{Write, Writes};
use crate::domain::counts::MessageCounts;
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::log::{Change, Entry, EntryContent, Run};
use crate::domain::message::{LoggedMessage, Message, MessageContent};
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;

/// `THREAD#t` / `MSG#<seq>`: an envelope, and the content in an attribute of its own, so that it can be replaced or removed.
#[derive(Debug, Serialize, Deserialize)]
struct MessageRecord {
    v: u8,
    by: UserId,
    at: Timestamp,
    content: MessageContent,
    counts: MessageCounts,
}

/// `THREAD#t` / `CHANGE#<seq>`.
#[derive(Debug, Serialize, Deserialize)]
struct ChangeRecord {
    v: u8,
    by: UserId,
    at: Timestamp,
    #[serde(flatten)]
    change: Change,
}

/// The write of a message.
pub(super) fn message(thread: &ThreadId, logged: &LoggedMessage) -> Result<Write, StoreError> {
    let LoggedMessage { message, counts } = logged;
    let Message { seq, author_id: by, created_at: at, content } = message.clone();
    let item = convert::item(&MessageRecord { v: ITEM_VERSION, by, at, content, counts: counts.clone() })?;
    Ok(Write::put(keys::log(LogKind::Message, thread, seq), item))
}

/// The writes that append `entries`. They need no condition of their own, because the condition of the head orders the log.
pub(super) fn append(thread: &ThreadId, entries: &[Entry]) -> Result<Vec<Write>, StoreError> {
    let write = |entry: &Entry| match &entry.content {
        EntryContent::Message(logged) => message(thread, logged),
        EntryContent::Change(change) => {
            let (by, at, change) = (entry.actor_id.clone(), entry.at, change.clone());
            let item = convert::item(&ChangeRecord { v: ITEM_VERSION, by, at, change })?;
            Ok(Write::put(keys::log(LogKind::Change, thread, entry.seq), item))
        }
    };
    entries.iter().map(write).collect()
}

impl Writes {
    /// Replaces the content of a stored message. Its envelope stays: place, author, time and counts. Fails with
    /// [`Condition::Entry`] if there is no such message. The head is to be written with it, for the entry that tells of the change.
    ///
    /// # Errors
    /// [`StoreError::Refused`] if it cannot be stored at all.
    pub fn amend_message(thread: &ThreadId, seq: Seq, content: &MessageContent) -> Result<Self, StoreError> {
        let mut message = Update::new(keys::log(LogKind::Message, thread, seq));
        message.set(&["content"], convert::value(content)?).require_exists(&["pk"]);
        Ok(Self::all(vec![message.only_if(Condition::Entry)]))
    }
}

pub(super) fn seq_of(kind: LogKind, item: &Item) -> Result<Seq, StoreError> {
    let key = convert::key_of(item)?;
    keys::log_seq(kind, &key.sk).ok_or_else(|| StoreError::Corrupt { key, reason: "not a log entry's key".to_owned() })
}

fn parse_message(item: Item) -> Result<LoggedMessage, StoreError> {
    let seq = seq_of(LogKind::Message, &item)?;
    let MessageRecord { by, at, content, counts, .. } = convert::record(item)?;
    Ok(LoggedMessage { message: Message { seq, author_id: by, created_at: at, content }, counts })
}

fn parse_entry(kind: LogKind, item: Item) -> Result<Entry, StoreError> {
    match kind {
        LogKind::Message => parse_message(item).map(Entry::of),
        LogKind::Change => {
            let seq = seq_of(LogKind::Change, &item)?;
            let ChangeRecord { by, at, change, .. } = convert::record(item)?;
            Ok(Entry { seq, at, actor_id: by, content: EntryContent::Change(change) })
        }
    }
}

impl Store {
    /// The message of `thread` at `seq`, if one is there.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn message(&self, thread: &Thread, seq: Seq) -> Result<Option<Message>, StoreError> {
        match thread.tail.at(seq) {
            Some(message) => Ok(Some(message.logged.message.clone())),
            None => self.message_item(&thread.id, seq).await,
        }
    }

    /// The item of the message at `seq`, if there is one. A message in the tail of a head has none yet.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn message_item(&self, thread: &ThreadId, seq: Seq) -> Result<Option<Message>, StoreError> {
        let item = self.table.get(&keys::log(LogKind::Message, thread, seq), Read::Consistent).await?;
        Ok(item.map(parse_message).transpose()?.map(|logged| logged.message))
    }

    /// The messages of `thread` from `last` back to `first`, newest first, at most `limit`, and whether there are more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn messages(
        &self,
        thread: &Thread,
        (first, last): (Seq, Seq),
        limit: usize,
    ) -> Result<Page<Message>, StoreError> {
        // One more than asked for shows whether there are more.
        let wanted = limit + 1;
        let tail = thread.tail.between(first, last).rev().take(wanted);
        let mut messages: Vec<Message> = tail.map(|message| message.logged.message.clone()).collect();
        if messages.len() == wanted {
            return Ok(Page::of(messages, limit, true));
        }
        let query = Query {
            range: keys::log_range(LogKind::Message, &thread.id, first, last.min(thread.settled_seq())),
            newest_first: true,
            after: None,
            limit: wanted - messages.len(),
            // Consistent: a user who has just sent a message looks for it here.
            read: Read::Consistent,
        };
        let page = self.table.query(&query).await?;
        for item in page.items {
            messages.push(parse_message(item)?.message);
        }
        Ok(Page::of(messages, limit, page.more_after.is_some()))
    }

    /// The messages of `thread` from `first` on to its end, oldest first, at most `limit`, and whether there are more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn messages_from(&self, thread: &Thread, first: Seq, limit: usize) -> Result<Page<Message>, StoreError> {
        let mut messages: Vec<Message> = Vec::new();
        let settled = thread.settled_seq();
        if first <= settled {
            let query = Query {
                range: keys::log_range(LogKind::Message, &thread.id, first, settled),
                newest_first: false,
                after: None,
                limit: limit + 1,
                read: Read::Consistent,
            };
            let page = self.table.query(&query).await?;
            for item in page.items {
                messages.push(parse_message(item)?.message);
            }
            if page.more_after.is_some() {
                return Ok(Page::of(messages, limit, true));
            }
        }
        messages.extend(thread.tail.between(first, thread.last_seq).map(|message| message.logged.message.clone()));
        Ok(Page::of(messages, limit, false))
    }

    /// The last message of `thread` up to `seq`, with the counts there; `None` if there is none.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn last_message_at(&self, thread: &Thread, seq: Seq) -> Result<Option<LoggedMessage>, StoreError> {
        match thread.tail.at(seq) {
            Some(message) => Ok(Some(message.logged.clone())),
            None => self.last_message_item(&thread.id, seq).await,
        }
    }

    /// The last message up to `seq` that is an item. A message in the tail of a head is none yet.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn last_message_item(&self, thread: &ThreadId, seq: Seq) -> Result<Option<LoggedMessage>, StoreError> {
        let query = Query {
            range: keys::log_range(LogKind::Message, thread, Seq::ONE, seq),
            newest_first: true,
            after: None,
            limit: 1,
            // Consistent: a mark stored with too low a count would show read messages as unread.
            read: Read::Consistent,
        };
        let page = self.table.query(&query).await?;
        page.items.into_iter().next().map(parse_message).transpose()
    }

    /// The change at `seq`, if the entry there is one.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn change(&self, thread: &ThreadId, seq: Seq) -> Result<Option<Entry>, StoreError> {
        let item = self.table.get(&keys::log(LogKind::Change, thread, seq), Read::Consistent).await?;
        item.map(|item| parse_entry(LogKind::Change, item)).transpose()
    }

    /// The two runs that make up the log of `thread` from `first`, each of at most `limit` entries: messages and changes.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn runs(&self, thread: &Thread, first: Seq, limit: usize) -> Result<(Run, Run), StoreError> {
        let run = |kind| self.run(kind, keys::log_range(kind, &thread.id, first, thread.settled_seq()), limit);
        let (mut messages, changes) = tokio::try_join!(run(LogKind::Message), run(LogKind::Change))?;
        // The tail comes behind all items; where a run was cut, it is not reached.
        if messages.cut_after.is_none() {
            let tail = thread.tail.between(first, thread.last_seq).map(|message| Entry::of(message.logged.clone()));
            messages.entries.extend(tail);
        }
        Ok((messages, changes))
    }

    async fn run(&self, kind: LogKind, range: keys::Range, limit: usize) -> Result<Run, StoreError> {
        let query = Query { range, newest_first: false, after: None, limit, read: Read::Consistent };
        let page = self.table.query(&query).await?;
        let entries = page.items.into_iter().map(|item| parse_entry(kind, item)).collect::<Result<Vec<_>, _>>()?;
        let cut_after = page.more_after.map(|_| entries.last().map_or(Seq::ZERO, |entry| entry.seq));
        Ok(Run { entries, cut_after })
    }
}
