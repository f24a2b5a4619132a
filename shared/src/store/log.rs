//! The log of a thread: reading its messages and changes.

use std::collections::{HashMap, HashSet};

use super::access::Store;
use super::convert;
use super::entry::{StoredEntry, parse_message};
use super::error::StoreError;
use super::head::Head;
use super::keys::{self, LogKind};
use super::page::Page;
use super::table::{Query, Read};
use crate::domain::ids::{Seq, ThreadId};
use crate::domain::log::{Entry, Run};
use crate::domain::message::{LoggedMessage, Message};
use crate::domain::thread::Thread;

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

    /// The change at `seq`, if the entry there is one that is not about a message.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn change(&self, thread: &ThreadId, seq: Seq) -> Result<Option<Entry>, StoreError> {
        let item = self.table.get(&keys::log(LogKind::Change, thread, seq), Read::Consistent).await?;
        let entry = item.map(|item| StoredEntry::parse(LogKind::Change, item)).transpose()?;
        Ok(entry.and_then(|entry| entry.with(&HashMap::new())))
    }

    /// The two runs that make up the log of `thread` from `first`, each of at most `limit` entries: messages and changes.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn runs(&self, thread: &Thread, first: Seq, limit: usize) -> Result<(Run, Run), StoreError> {
        let run = |kind| self.run(kind, (&thread.id, first, thread.settled_seq()), limit);
        let (mut messages, changes) = tokio::try_join!(run(LogKind::Message), run(LogKind::Change))?;
        // The tail comes behind all items; where a run was cut, it is not reached.
        if messages.cut_after.is_none() {
            let tail = thread.tail.between(first, thread.last_seq).map(|message| Entry::of(message.logged.clone()));
            messages.entries.extend(tail);
        }
        Ok((messages, changes))
    }

    async fn run(
        &self,
        kind: LogKind,
        (thread, first, last): (&ThreadId, Seq, Seq),
        limit: usize,
    ) -> Result<Run, StoreError> {
        let range = keys::log_range(kind, thread, first, last);
        let query = Query { range, newest_first: false, after: None, limit, read: Read::Consistent };
        let page = self.table.query(&query).await?;
        let stored = page.items.into_iter().map(|item| StoredEntry::parse(kind, item));
        let stored = stored.collect::<Result<Vec<_>, _>>()?;
        let about: HashSet<Seq> = stored.iter().filter_map(StoredEntry::about).collect();
        let messages = self.messages_at(thread, about).await?;
        let cut_after = page.more_after.map(|_| stored.last().map_or(Seq::ZERO, |entry| entry.seq));
        let entries = stored.into_iter().map(|entry| {
            let key = keys::log(kind, thread, entry.seq);
            entry.with(&messages).ok_or(StoreError::Corrupt { key, reason: "it is about no message".to_owned() })
        });
        Ok(Run { entries: entries.collect::<Result<_, _>>()?, cut_after })
    }

    /// Those of the messages at these places that are items. What somebody edited, reacted to or pinned is one.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn messages_at(
        &self,
        thread: &ThreadId,
        seqs: impl IntoIterator<Item = Seq>,
    ) -> Result<HashMap<Seq, Message>, StoreError> {
        let keys: Vec<_> = seqs.into_iter().map(|seq| keys::log(LogKind::Message, thread, seq)).collect();
        let items = self.table.batch_get(&keys, Read::Consistent).await?;
        let messages = items.into_iter().map(|item| parse_message(item).map(|logged| logged.message));
        messages.map(|message| message.map(|message| (message.seq, message))).collect()
    }

    /// The head of a thread, and the message at `seq` if it is an item, in one consistent call.
    ///
    /// # Errors
    /// See [`StoreError`].
    pub async fn message_context(
        &self,
        thread: &ThreadId,
        seq: Seq,
    ) -> Result<(Head, Option<LoggedMessage>), StoreError> {
        let (head, message) = (keys::head(thread), keys::log(LogKind::Message, thread, seq));
        let mut context = (Head::parse(None)?, None);
        for item in self.table.batch_get(&[head.clone(), message], Read::Consistent).await? {
            if convert::key_of(&item)? == head {
                context.0 = Head::parse(Some(item))?;
            } else {
                context.1 = Some(parse_message(item)?);
            }
        }
        Ok(context)
    }
}
