//! Notifications: events as domain types and the users who hear of them. A transport renders an event once for all of them.

use std::sync::Arc;

use crate::domain::connection::Connection;
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::log::Entry;
use crate::domain::seen::SeenEntry;
use crate::domain::time::Timestamp;

/// An event, and the users whose connections get it.
#[derive(Debug, Clone)]
pub struct Notification {
    pub event: Event,
    pub recipients: Vec<UserId>,
}

/// Something that happened in a thread.
#[derive(Debug, Clone)]
pub struct Event {
    pub thread_id: ThreadId,
    /// The user who did it; `None` where that is not told.
    pub actor_id: Option<UserId>,
    pub at: Timestamp,
    pub kind: EventKind,
}

impl Event {
    /// The event for these users.
    #[must_use]
    pub fn to(self, recipients: Vec<UserId>) -> Notification {
        Notification { event: self, recipients }
    }
}

/// What happened.
#[derive(Debug, Clone)]
pub enum EventKind {
    /// The log got an entry, which the recipients see like this.
    Logged { entry: Arc<Entry>, seen: SeenEntry },
    /// The thread is in the recipients' requests.
    RequestReceived,
    /// The thread is in the recipient's inbox, by what they did on this or another device.
    ThreadAccepted,
    /// The recipient declined the thread, on this or another device.
    ThreadDeclined,
    /// The thread is gone from the recipients' devices: they deleted it for themselves, or a moderator did for everyone.
    ThreadDeleted { for_everyone: bool },
    /// The recipient is no member any more.
    MemberEvicted { reason: EvictionReason },
    /// Users whom the recipient blocks are members of the group, and the recipient has to decide (rule 12).
    BlockedMemberPresent { blocked_user_ids: Vec<UserId> },
    /// A read mark moved. Its owner also learns what is left unread.
    ReadMoved { user_id: UserId, read_seq: Seq, unread: Option<u64> },
    /// The actor is typing, until then if nothing else comes.
    Typing { expires_at: Timestamp },
}

/// Why a user is no member any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EvictionReason {
    Left,
    Removed,
}

/// A frame as the socket gets it: JSON.
pub type Frame = Arc<[u8]>;

/// What is to be delivered once the response is on its way.
#[derive(Debug, Default)]
pub struct Fanout {
    pub notifications: Vec<Notification>,
    /// The connections of all recipients, if they were read before; otherwise they are looked up.
    pub connections: Option<Vec<Connection>>,
    /// Frames for one connection alone.
    pub frames: Vec<(Connection, Frame)>,
}
