//! Work that goes on behind a response: what a message of a queue asks for.

use serde::{Deserialize, Serialize};

use super::ids::{ThreadId, UserId};
use super::revision::Revision;

/// The snapshots of a user are to be brought up to their public profile. It is asked for before the profile is stored: then a crash in
/// between leaves at most a message without work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotWork {
    pub user_id: UserId,
    /// The revision that the profile gets with the change.
    pub revision: Revision,
}

/// What was said in a group that ends is to be erased. It is asked for before the end is stored, for the same reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureWork {
    pub thread_id: ThreadId,
}

/// What became of a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worked {
    Done,
    /// It is not its time yet, or some of it is left: the message has to come again.
    Again,
}
