//! Appending a message to the tail of a thread: whether it can be, and what else has to change with it.

use super::idempotency::{Idempotency, KeyTag};
use super::limits::MAX_TAIL_CONTENT_BYTES;
use super::message::{LoggedMessage, MessageContent};
use super::send::Sending;
use super::tail::TailMessage;
use super::transition::Transition;

/// The decision to append a message.
#[derive(Debug, Clone)]
pub struct Append {
    /// The thread before and after. Where the message is all that changes, others may append in between, and it gets a later
    /// place.
    pub transition: Transition,
    pub message: TailMessage,
    pub tag: KeyTag,
    /// Whether nothing but the end of the log changes. Otherwise the append is part of a transaction, at the place that was
    /// decided.
    pub alone: bool,
}

/// Appends the message of `sending`; `None` if the tail does not take it, and it has to be stored as an item at once.
#[must_use]
pub fn append(sending: &Sending, request: &Idempotency, attempt: u32) -> Option<Append> {
    let Transition { before, after, entries } = &sending.transition;
    let author = before.member(&sending.message.author_id)?;
    // The first message of a day moves mailbox entries. How much room a message request has depends on all messages before.
    let alone = after.revision == before.revision
        && after.bumped_at == before.bumped_at
        && before.others(&author.user_id).any(|other| other.standing.is_accepted());
    if !before.tail.open || !fits(&sending.message.content) || (before.tail.is_full() && !alone) {
        return None;
    }
    let logged = LoggedMessage { message: sending.message.clone(), counts: after.counts.clone() };
    let message = TailMessage { logged, slot: author.slot, request: request.clone(), attempt };
    let tag = request.tag(&sending.message.author_id);
    let mut after = after.clone();
    after.tail = before.tail.with(message.clone(), tag.clone());
    let transition = Transition { before: before.clone(), after, entries: entries.clone() };
    Some(Append { transition, message, tag, alone })
}

/// Whether a message is short enough for the tail. All messages after it pay for its size until it is an item.
fn fits(content: &MessageContent) -> bool {
    let mentions: usize = content.mentions.iter().map(|user_id| user_id.as_str().len()).sum();
    content.text.as_str().len() + mentions <= MAX_TAIL_CONTENT_BYTES
}
