//! The log of a thread: messages and changes.

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::keys::LogKind;
use super::table::{Item, Query, Read};
use super::write::Write;
use super::{ITEM_VERSION, Store, convert, keys};
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::log::{Change, Entry, Run, What};
use crate::domain::message::{Logged, Message, MessageText};
use crate::domain::tally::Tally;
use crate::domain::time::Timestamp;

/// `THREAD#t` / `MSG#<seq>`.
#[derive(Debug, Serialize, Deserialize)]
struct MessageRecord {
    v: u8,
    by: UserId,
    at: Timestamp,
    text: MessageText,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reply_to: Option<Seq>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    mentions: Vec<UserId>,
    tally: Tally,
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

/// The writes that store `entries`. They need no condition of their own: the head's allots their places.
pub(super) fn writes(thread: &ThreadId, entries: &[Entry]) -> Result<Vec<Write>, StoreError> {
    let write = |entry: &Entry| {
        let (kind, item) = match &entry.what {
            What::Message(Logged { message, tally }) => {
                let Message { author_id, created_at, text, reply_to, mentions, .. } = message.clone();
                let tally = tally.clone();
                let record =
                    MessageRecord { v: ITEM_VERSION, by: author_id, at: created_at, text, reply_to, mentions, tally };
                (LogKind::Message, convert::item(&record)?)
            }
            What::Change(change) => {
                let by = entry.actor_id.clone();
                let record = ChangeRecord { v: ITEM_VERSION, by, at: entry.at, change: change.clone() };
                (LogKind::Change, convert::item(&record)?)
            }
        };
        Ok(Write::put(keys::log(kind, thread, entry.seq), item))
    };
    entries.iter().map(write).collect()
}

fn seq_of(kind: LogKind, item: &Item) -> Result<Seq, StoreError> {
    let key = convert::key_of(item)?;
    keys::log_seq(kind, &key.sk).ok_or_else(|| StoreError::Corrupt { key, reason: "not a log entry's key".to_owned() })
}

fn parse_message(item: Item) -> Result<Logged, StoreError> {
    let seq = seq_of(LogKind::Message, &item)?;
    let MessageRecord { by, at, text, reply_to, mentions, tally, .. } = convert::record(item)?;
    Ok(Logged { message: Message { seq, author_id: by, created_at: at, text, reply_to, mentions }, tally })
}

fn parse_entry(kind: LogKind, item: Item) -> Result<Entry, StoreError> {
    match kind {
        LogKind::Message => {
            let logged = parse_message(item)?;
            let message = &logged.message;
            let (seq, at, actor_id) = (message.seq, message.created_at, message.author_id.clone());
            Ok(Entry { seq, at, actor_id, what: What::Message(logged) })
        }
        LogKind::Change => {
            let seq = seq_of(LogKind::Change, &item)?;
            let ChangeRecord { by, at, change, .. } = convert::record(item)?;
            Ok(Entry { seq, at, actor_id: by, what: What::Change(change) })
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
    ) -> Result<(Vec<Message>, bool), StoreError> {
        let query = Query {
            range: keys::log_range(LogKind::Message, thread, first, last),
            newest_first: true,
            after: None,
            // One more than asked for shows whether there are more.
            limit: limit + 1,
            // Consistent: who has just sent a message looks for it here.
            read: Read::Consistent,
        };
        let page = self.table.query(&query).await?;
        let mut messages = page
            .items
            .into_iter()
            .map(|item| Ok(parse_message(item)?.message))
            .collect::<Result<Vec<_>, StoreError>>()?;
        let more = messages.len() > limit || page.more_after.is_some();
        messages.truncate(limit);
        Ok((messages, more))
    }

    /// The tally at the last message up to `seq`; `None` if there is none before it.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn tally_at(&self, thread: &ThreadId, seq: Seq) -> Result<Option<Tally>, StoreError> {
        let query = Query {
            range: keys::log_range(LogKind::Message, thread, Seq::ONE, seq),
            newest_first: true,
            after: None,
            limit: 1,
            // Consistent: a mark stored with too low a count would show read messages as unread.
            read: Read::Consistent,
        };
        let page = self.table.query(&query).await?;
        page.items.into_iter().next().map(|item| Ok(parse_message(item)?.tally)).transpose()
    }

    /// The two runs that make up the log from `first` to `last`, each of at most `limit` entries: messages and changes.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn runs(&self, thread: &ThreadId, first: Seq, last: Seq, limit: usize) -> Result<(Run, Run), StoreError> {
        let run = |kind| self.run(kind, thread, first, last, limit);
        tokio::try_join!(run(LogKind::Message), run(LogKind::Change))
    }

    async fn run(
        &self,
        kind: LogKind,
        thread: &ThreadId,
        first: Seq,
        last: Seq,
        limit: usize,
    ) -> Result<Run, StoreError> {
        let range = keys::log_range(kind, thread, first, last);
        let query = Query { range, newest_first: false, after: None, limit, read: Read::Consistent };
        let page = self.table.query(&query).await?;
        let entries = page.items.into_iter().map(|item| parse_entry(kind, item)).collect::<Result<Vec<_>, _>>()?;
        let cut_after = page.more_after.map(|_| entries.last().map_or(Seq::ZERO, |entry| entry.seq));
        Ok(Run { entries, cut_after })
    }
}
