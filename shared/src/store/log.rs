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

/// The writes that append `entries`. They need no condition of their own, because the condition of the head orders the log.
pub(super) fn append(thread: &ThreadId, entries: &[Entry]) -> Result<Vec<Write>, StoreError> {
    let write = |entry: &Entry| {
        let (by, at) = (entry.actor_id.clone(), entry.at);
        let (kind, item) = match &entry.content {
            EntryContent::Message(LoggedMessage { message, counts }) => {
                let (content, counts) = (message.content.clone(), counts.clone());
                (LogKind::Message, convert::item(&MessageRecord { v: ITEM_VERSION, by, at, content, counts })?)
            }
            EntryContent::Change(change) => {
                let change = change.clone();
                (LogKind::Change, convert::item(&ChangeRecord { v: ITEM_VERSION, by, at, change })?)
            }
        };
        Ok(Write::put(keys::log(kind, thread, entry.seq), item))
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

fn seq_of(kind: LogKind, item: &Item) -> Result<Seq, StoreError> {
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
        LogKind::Message => {
            let logged = parse_message(item)?;
            let message = &logged.message;
            let (seq, at, actor_id) = (message.seq, message.created_at, message.author_id.clone());
            Ok(Entry { seq, at, actor_id, content: EntryContent::Message(logged) })
        }
        LogKind::Change => {
            let seq = seq_of(LogKind::Change, &item)?;
            let ChangeRecord { by, at, change, .. } = convert::record(item)?;
            Ok(Entry { seq, at, actor_id: by, content: EntryContent::Change(change) })
        }
    }
}

impl Store {
    /// The message at `seq`, if one is there.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn message(&self, thread: &ThreadId, seq: Seq) -> Result<Option<Message>, StoreError> {
        let item = self.table.get(&keys::log(LogKind::Message, thread, seq), Read::Consistent).await?;
        Ok(item.map(parse_message).transpose()?.map(|logged| logged.message))
    }

    /// Messages from `last` back to `first`, newest first, at most `limit`, and whether there are more.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn messages(
        &self,
        thread: &ThreadId,
        (first, last): (Seq, Seq),
        limit: usize,
    ) -> Result<Page<Message>, StoreError> {
        let query = Query {
            range: keys::log_range(LogKind::Message, thread, first, last),
            newest_first: true,
            after: None,
            // One more than asked for shows whether there are more.
            limit: limit + 1,
            // Consistent: a user who has just sent a message looks for it here.
            read: Read::Consistent,
        };
        let page = self.table.query(&query).await?;
        let messages = page.items.into_iter().map(|item| Ok(parse_message(item)?.message));
        Ok(Page::of(messages.collect::<Result<_, StoreError>>()?, limit, page.more_after.is_some()))
    }

    /// The last message up to `seq`, with the counts there; `None` if there is none.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn last_message_at(&self, thread: &ThreadId, seq: Seq) -> Result<Option<LoggedMessage>, StoreError> {
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

    /// The two runs that make up the log from `first` to `last`, each of at most `limit` entries: messages and changes.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn runs(&self, thread: &ThreadId, first: Seq, last: Seq, limit: usize) -> Result<(Run, Run), StoreError> {
        let run = |kind| self.run(kind, keys::log_range(kind, thread, first, last), limit);
        tokio::try_join!(run(LogKind::Message), run(LogKind::Change))
    }

    async fn run(&self, kind: LogKind, range: keys::Range, limit: usize) -> Result<Run, StoreError> {
        let query = Query { range, newest_first: false, after: None, limit, read: Read::Consistent };
        let page = self.table.query(&query).await?;
        let entries = page.items.into_iter().map(|item| parse_entry(kind, item)).collect::<Result<Vec<_>, _>>()?;
        let cut_after = page.more_after.map(|_| entries.last().map_or(Seq::ZERO, |entry| entry.seq));
        Ok(Run { entries, cut_after })
    }
}
