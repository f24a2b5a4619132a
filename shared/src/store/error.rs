//! What can go wrong at the table.

use std::fmt;

use super::keys::Key;
use super::table::Item;

/// Names the condition that a write was stored on, so that a failed one says which promise it would have broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// The profile is as it was read.
    Profile,
    /// The username is free, or the caller's own.
    Username,
    /// The caller does not block the user.
    Unblocked,
    /// The caller blocks the user.
    Blocked,
    /// The recipient follows the actor, or does not, as it was read.
    Followed,
    /// Blocks, follows and groups of a user are as they were when their profile was read.
    Ties,
    /// The user has connections listed.
    Listed,
    /// The read mark is behind the new one.
    Mark,
    /// The thread's head is as it was read.
    Head,
    /// The idempotency key was not used before.
    Once,
    /// The ticket exists, is fresh, and nobody else used it.
    Ticket,
}

impl Guard {
    /// Whether its loss means that two were at the same thing at once, and not that something may not be.
    #[must_use]
    pub fn is_conflict(self) -> bool {
        match self {
            Self::Profile | Self::Followed | Self::Ties | Self::Mark | Self::Head => true,
            Self::Username | Self::Unblocked | Self::Blocked | Self::Listed | Self::Once | Self::Ticket => false,
        }
    }
}

/// A failed call to the table.
#[derive(Debug)]
pub enum StoreError {
    /// A condition did not hold: somebody else was first. Nothing was stored.
    Lost {
        /// Which condition.
        guard: Guard,
        /// The item as it stands now, if there is one.
        item: Option<Box<Item>>,
    },
    /// Too many requests for what the table may take; retried until there was no time left.
    Throttled,
    /// The table did not answer, or failed; retried until there was no time left. A write may or may not have happened.
    Unavailable,
    /// The table refused the call as such: a missing permission, a missing table, a malformed request.
    Refused {
        /// The service's own name and words for it.
        reason: String,
    },
    /// A stored item cannot be understood.
    Corrupt {
        /// Which one.
        key: Key,
        /// What does not fit.
        reason: String,
    },
}

impl StoreError {
    /// Whether this is the loss of that condition.
    #[must_use]
    pub fn lost(&self, expected: Guard) -> bool {
        matches!(self, Self::Lost { guard, .. } if *guard == expected)
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Lost { guard, .. } => write!(f, "the condition {guard:?} does not hold any more"),
            Self::Throttled => f.write_str("the table is over its limits"),
            Self::Unavailable => f.write_str("the table does not answer"),
            Self::Refused { reason } => write!(f, "the table refused the call: {reason}"),
            Self::Corrupt { key, reason } => write!(f, "the item {key} cannot be read: {reason}"),
        }
    }
}

impl std::error::Error for StoreError {}
