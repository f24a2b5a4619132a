//! The errors of the table, and the conditions that can fail.

use std::fmt;

use super::item::Item;
use super::keys::Key;

/// Names the condition of a write, so that an error says which one failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Condition {
    /// The profile is as it was read.
    Profile,
    /// The username is free, or belongs to the caller.
    Username,
    /// The caller does not block the user.
    Unblocked,
    /// The caller blocks the user.
    Blocked,
    /// The recipient follows the actor, or does not, as it was read.
    Followed,
    /// Blocks, follows and groups of a user are as they were when their profile was read.
    UserUnchanged,
    /// The user has connections.
    Connected,
    /// The head of the thread is as it was read.
    Head,
    /// Members, standings and blocks of the thread are as they were read, and what else a change without an entry depends on.
    Members,
    /// The tail of the thread takes the message: members and blocks are as they were read, its key was not used just before,
    /// there is room, and not too many messages came in between. If it moves the thread in inboxes, no other did.
    Append,
    /// The tail of the thread begins where it did.
    Tail,
    /// The item is not there yet, nor a later one in its place.
    Absent,
    /// The thread waits for no other writer.
    Turn,
    /// The details of the thread have the member; for a snapshot, with an older revision.
    Details,
    /// The message is as it was read.
    Entry,
    /// The image or video is as it was read.
    Media,
    /// The bucket of a rate is as it was read.
    Rate,
    /// The idempotency key was not used before.
    KeyUnused,
    /// There is no such report yet.
    ReportAbsent,
    /// The report is there, and open.
    ReportOpen,
    /// The ticket exists, has not expired, and no other connection used it.
    Ticket,
}

/// A failed call to the table.
#[derive(Debug)]
pub enum StoreError {
    /// A condition did not hold. Nothing was stored.
    ConditionFailed {
        condition: Condition,
        /// The item as it is now, if it exists.
        item: Option<Box<Item>>,
    },
    /// The table throttled the call, and its retries until no time was left.
    Throttled,
    /// The table did not respond or failed, also to retries until no time was left. A write may or may not have happened.
    Unavailable,
    /// The table refused the call as such: a missing permission, a missing table, a malformed call.
    Refused { reason: String },
    /// A stored item cannot be read.
    Corrupt { key: Key, reason: String },
}

impl StoreError {
    /// Whether this condition failed.
    #[must_use]
    pub fn failed(&self, expected: Condition) -> bool {
        matches!(self, Self::ConditionFailed { condition, .. } if *condition == expected)
    }

    /// Whether another write was faster, so that reading and deciding again may succeed. The other conditions mean a refusal.
    #[must_use]
    pub fn is_lost_race(&self) -> bool {
        match self {
            Self::ConditionFailed { condition, .. } => match condition {
                Condition::Profile
                | Condition::Unblocked
                | Condition::Blocked
                | Condition::Followed
                | Condition::UserUnchanged
                | Condition::Head
                | Condition::Members
                | Condition::Append
                | Condition::Media
                | Condition::Rate
                | Condition::Entry
                | Condition::ReportAbsent => true,
                Condition::Username
                | Condition::Connected
                | Condition::Tail
                | Condition::Absent
                | Condition::Turn
                | Condition::Details
                | Condition::KeyUnused
                | Condition::ReportOpen
                | Condition::Ticket => false,
            },
            Self::Throttled | Self::Unavailable | Self::Refused { .. } | Self::Corrupt { .. } => false,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ConditionFailed { condition, .. } => write!(f, "the condition {condition:?} does not hold any more"),
            Self::Throttled => f.write_str("the table is over its limits"),
            Self::Unavailable => f.write_str("the table does not respond"),
            Self::Refused { reason } => write!(f, "the table refused the call: {reason}"),
            Self::Corrupt { key, reason } => write!(f, "the item {key} cannot be read: {reason}"),
        }
    }
}

impl std::error::Error for StoreError {}
