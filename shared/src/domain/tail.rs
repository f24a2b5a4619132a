//! The tail of a log: its newest messages, which the head keeps until they are items of their own. One conditional update of
//! the head appends a message, and the order in which the table applies the updates is the order of the log.

use super::counts::Slot;
use super::idempotency::{Idempotency, KeyTag};
use super::ids::{Seq, UserId};
use super::limits::{IDEMPOTENCY_WINDOW, MAX_TAIL_MESSAGES, RECENT_KEYS};
use super::message::LoggedMessage;
use super::time::Timestamp;

/// A message in the tail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TailMessage {
    pub logged: LoggedMessage,
    /// The slot of its author.
    pub slot: Slot,
    /// The request that sent it. Its record is stored together with the item of the message.
    pub request: Idempotency,
    /// Names the attempt that appended it, so that a process whose response was lost knows its own message from that of a
    /// repeated request.
    pub attempt: u32,
}

impl TailMessage {
    /// The place of the message in the log.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.logged.message.seq
    }
}

/// What the head of a thread keeps of the end of its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tail {
    /// Oldest first; the last one is the last entry of the log. Entries of other kinds never follow a message in the tail:
    /// storing one settles the tail.
    pub messages: Vec<TailMessage>,
    /// The tags of the last keys, oldest first: those of the tail, and at least [`RECENT_KEYS`] in all if there were so many.
    pub recent: Vec<KeyTag>,
    /// Until then messages wait for a writer who lost several races.
    pub turn: Option<Timestamp>,
    /// Whether messages may be appended. The head of an earlier release has no tail before its next entry, which is stored whole.
    pub open: bool,
}

impl Default for Tail {
    fn default() -> Self {
        Self { messages: Vec::new(), recent: Vec::new(), turn: None, open: true }
    }
}

impl Tail {
    /// The tail once all of its messages are items.
    #[must_use]
    pub fn settled(&self) -> Self {
        let recent = self.recent[self.forgettable()..].to_vec();
        Self { messages: Vec::new(), recent, turn: None, open: true }
    }

    /// The tail with one more message.
    #[must_use]
    pub fn with(&self, message: TailMessage, tag: KeyTag) -> Self {
        let mut tail = Self { turn: None, ..self.clone() };
        tail.messages.push(message);
        tail.recent.push(tag);
        tail
    }

    /// Adds the tag of a message that is stored as an item at once.
    pub fn remember(&mut self, tag: KeyTag) {
        self.recent.push(tag);
        self.recent.drain(..self.forgettable());
    }

    /// The message at `seq`, if it is in the tail.
    #[must_use]
    pub fn at(&self, seq: Seq) -> Option<&TailMessage> {
        self.messages.iter().find(|message| message.seq() == seq)
    }

    /// The messages from `first` to `last` that are in the tail, oldest first.
    #[must_use]
    pub fn between(&self, first: Seq, last: Seq) -> impl DoubleEndedIterator<Item = &TailMessage> {
        self.messages.iter().filter(move |message| (first..=last).contains(&message.seq()))
    }

    /// The message in the tail that `author` sent with this key within the last 24 hours.
    #[must_use]
    pub fn sent_with(&self, author: &UserId, request: &Idempotency, now: Timestamp) -> Option<&TailMessage> {
        self.messages.iter().find(|message| {
            let LoggedMessage { message: sent, .. } = &message.logged;
            let lasts = now < sent.created_at.plus(IDEMPOTENCY_WINDOW);
            lasts && message.request.key == request.key && sent.author_id == *author
        })
    }

    /// Whether there is no room for another message.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.messages.len() >= MAX_TAIL_MESSAGES
    }

    /// Whether the head has not forgotten any key yet.
    #[must_use]
    pub fn remembers_all(&self) -> bool {
        self.recent.len() < RECENT_KEYS
    }

    /// How many of the oldest tags are not needed any more once the messages are items.
    #[must_use]
    pub fn forgettable(&self) -> usize {
        self.recent.len().saturating_sub(RECENT_KEYS)
    }
}
