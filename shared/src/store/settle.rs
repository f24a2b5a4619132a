//! Settling a tail: its messages and the records of their keys become items, and then leave the head. A process that dies in
//! between leaves nothing half-done: the message is in the tail, and whoever settles it next goes on.

use std::collections::HashSet;
use std::time::Duration;

use aws_sdk_dynamodb::types::AttributeValue;

use super::access::Store;
use super::error::{Condition, StoreError};
use super::head::{self, Head};
use super::idempotency::{IdempotencyRecord, newest_record};
use super::item::Item;
use super::keys::{self, LogKind};
use super::table::{Query, Read};
use super::update::{Update, number};
use super::{convert, entry, last};
use crate::domain::ids::{Seq, ThreadId};
use crate::domain::limits::{MAX_PAGE_ITEMS, MAX_TAIL_MESSAGES};
use crate::domain::message::Preview;
use crate::domain::reference::Reference;
use crate::domain::tail::TailMessage;
use crate::domain::thread::Thread;

/// A head after an update.
#[derive(Debug)]
pub struct Stored {
    pub head: Head,
    /// Whether it is up to this writer to settle the tail.
    pub is_crowded: bool,
}

impl Stored {
    /// The head after an update. If that appended a message, its sender settles the tail where another one would take the head
    /// over a KiB. One message alone crosses that line, so that few settle at once; but where the tail has got old or long,
    /// somebody did not, and the next sender does.
    pub(super) fn updated(item: Item) -> Result<Self, StoreError> {
        let (is_crowded, was_crowded) = crowded(&item);
        let head = Head::parse(Some(item))?;
        let Head::Thread(thread) = &head else { return Ok(Self { head, is_crowded: false }) };
        let long = !thread.tail.messages.is_empty() && thread.tail.messages.len().is_multiple_of(AGAIN);
        let is_crowded = long || (is_crowded && (!was_crowded || is_old(thread)));
        Ok(Self { head, is_crowded })
    }

    /// The head after its tail was settled; new messages may fill it already.
    fn settled(item: Item) -> Result<Self, StoreError> {
        let (is_crowded, _) = crowded(&item);
        Ok(Self { head: Head::parse(Some(item))?, is_crowded })
    }
}

/// What a head may grow by until it takes another KiB, so that some messages fit in.
const ROOM: usize = 256;
/// A short message in the tail, and its tag.
const SHORT_MESSAGE: usize = 160;
/// So much older than the last message is one that nobody settles.
const OLD: Duration = Duration::from_secs(1);
/// With so many messages the tail is settled again, in case that a process died.
const AGAIN: usize = MAX_TAIL_MESSAGES / 3;

/// Whether the oldest message of the tail is much older than the last one.
fn is_old(thread: &Thread) -> bool {
    let time = |message: &TailMessage| message.logged.message.created_at;
    let (oldest, newest) = (thread.tail.messages.first().map(time), thread.tail.messages.last().map(time));
    oldest.zip(newest).is_some_and(|(oldest, newest)| newest > oldest.plus(OLD))
}

/// Whether the next short message would take the head over a KiB, and whether that was so before the last one.
fn crowded(item: &Item) -> (bool, bool) {
    let Some(AttributeValue::L(tail)) = item.get("tail") else { return (false, false) };
    let size: usize = item.iter().map(|(name, value)| name.len() + head::size(value)).sum();
    let messages: usize = tail.iter().map(head::size).sum();
    let limit = (size - messages + ROOM).next_multiple_of(1_024);
    let over = |size: usize| size + SHORT_MESSAGE > limit;
    (over(size), over(size - tail.last().map_or(0, head::size)))
}

impl Store {
    /// Makes an item of a message in the tail, after the record of its key: where the item is, the record is. Each is stored
    /// unless it was before, since the message may have been changed and the key used again.
    ///
    /// # Errors
    /// See [`StoreError`]. Nothing is lost: the tail stays, and is settled by somebody else.
    pub async fn make_item(&self, thread: &ThreadId, message: &TailMessage) -> Result<(), StoreError> {
        let sent = &message.logged.message;
        let record = IdempotencyRecord {
            user_id: sent.author_id.clone(),
            key: message.request.clone(),
            reference: Reference::Message { thread_id: thread.clone(), seq: sent.seq },
            now: sent.created_at,
        };
        self.unless_failed(newest_record(&record)?, Condition::Absent).await?;
        let item = entry::message(thread, &message.logged)?;
        let item = item.only_if(Condition::Absent, "attribute_not_exists(pk)");
        self.unless_failed(item, Condition::Absent).await?;
        Ok(())
    }

    /// Makes items of all messages in the tail of `thread` that are none yet.
    pub(super) async fn make_items(&self, thread: &Thread) -> Result<(), StoreError> {
        let stored = self.stored_of_tail(thread).await?;
        let missing = thread.tail.messages.iter().filter(|message| !stored.contains(&message.seq()));
        let missing = missing.map(|message| self.make_item(&thread.id, message));
        futures_util::future::try_join_all(missing).await?;
        Ok(())
    }

    /// Settles the tail of `thread`, as it was when the thread was read: takes those messages out of it that are items. The
    /// others are left to their senders, who are about to make items of them; unless the tail is full or old, so that one of these
    /// senders may have died. Returns the head afterwards, or `None` if nothing was taken out or somebody else did it.
    ///
    /// # Errors
    /// As [`Store::make_item`].
    pub async fn settle(&self, thread: &Thread) -> Result<Option<Stored>, StoreError> {
        let messages = &thread.tail.messages;
        let settled = if thread.tail.is_full() || is_old(thread) {
            self.make_items(thread).await?;
            messages.len()
        } else {
            let stored = self.stored_of_tail(thread).await?;
            messages.iter().take_while(|message| stored.contains(&message.seq())).count()
        };
        let Some(TailMessage { logged: newest, .. }) = messages[..settled].last() else { return Ok(None) };
        let mut head = Update::new(keys::head(&thread.id));
        head.set(&["base"], number(newest.message.seq))
            .set(&["active"], number(newest.message.created_at.ms()))
            .set(&["counts"], convert::value(&newest.counts)?)
            .remove(&["at"])
            .remove_first("tail", settled)
            .remove_first("recent", thread.tail.forgettable())
            // A head that is gone must not come back.
            .require_exists(&["pk"])
            .require_equal("base", number(thread.settled_seq()));
        last::set_last(&mut head, &Preview::of(&newest.message))?;
        let item = self.updated(head.only_if(Condition::Tail), Condition::Tail).await?;
        item.map(Stored::settled).transpose()
    }

    /// The places of those messages in the tail that are items already.
    async fn stored_of_tail(&self, thread: &Thread) -> Result<HashSet<Seq>, StoreError> {
        let (first, last) = (thread.settled_seq().next(), thread.last_seq);
        let range = keys::log_range(LogKind::Message, &thread.id, first, last);
        let query = Query { range, newest_first: false, after: None, limit: MAX_PAGE_ITEMS, read: Read::Consistent };
        let items = self.table.query(&query).await?.items;
        items.iter().map(|item| entry::seq_of(LogKind::Message, item)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A head of `rest` bytes, and messages of `length` bytes in its tail.
    fn head(rest: usize, messages: usize, length: usize) -> Item {
        let text = |length: usize| AttributeValue::S("x".repeat(length));
        let tail = AttributeValue::L(vec![text(length); messages]);
        Item::from([("pk".to_owned(), text(rest)), ("tail".to_owned(), tail)])
    }

    #[test]
    fn one_message_is_the_one_that_makes_a_head_crowded() {
        for rest in [300, 700, 900, 1_500] {
            let crowding = |messages| {
                let (is_crowded, was_crowded) = crowded(&head(rest, messages, 130));
                is_crowded && !was_crowded
            };
            let crossing: Vec<usize> = (1..=MAX_TAIL_MESSAGES).filter(|messages| crowding(*messages)).collect();
            assert_eq!(crossing.len(), 1, "with {rest} bytes beside the tail it was {crossing:?}");
        }
        assert_eq!(crowded(&head(300, 0, 0)), (false, false));
    }
}
