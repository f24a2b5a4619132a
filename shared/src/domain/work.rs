//! Work that goes on behind a response: what a message of a queue asks for.

use serde::{Deserialize, Serialize};

use super::ids::UserId;
use super::revision::Revision;

/// The snapshots of a user are to be brought up to their public profile. It is asked for before the profile is stored: then a crash in
/// between leaves at most a message without work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotWork {
    pub user_id: UserId,
    /// The revision that the profile gets with the change.
    pub revision: Revision,
}

/// What became of a piece of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Worked {
    Done,
    /// It is not its time yet: the message has to come again.
    TooEarly,
}
