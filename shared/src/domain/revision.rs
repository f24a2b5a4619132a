//! Revisions: counters that name one state of an item.

use serde::{Deserialize, Serialize};

/// Counts the changes of a thread beside its messages (members, standings, blocks), or of a user (profile, follows, blocks,
/// groups). A decision is stored on the condition that the revision it rests on is current.
#[derive(Serialize, Deserialize, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Revision(pub(crate) u64);

impl Revision {
    /// The next revision.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}
