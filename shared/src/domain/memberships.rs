//! How many groups a user is in, and how many of them wait: nothing grows without bound with what others do (rules 8, 9).

use super::limits::{MAX_MEMBERSHIPS, MAX_WAITING_GROUPS};
use super::member::Standing;

/// The groups of a user, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Memberships {
    /// Groups they are a member of.
    pub all: u64,
    /// Those among them that are message requests to them, also what came declined. What they declined themselves does not wait.
    pub waiting: u64,
}

impl Memberships {
    /// Whether the user can be in another group that stands so with them.
    #[must_use]
    pub fn has_room_for(self, standing: Standing) -> bool {
        self.all < MAX_MEMBERSHIPS && (standing.is_accepted() || self.can_wait())
    }

    /// Whether another group can wait to be accepted.
    #[must_use]
    pub fn can_wait(self) -> bool {
        self.waiting < MAX_WAITING_GROUPS
    }
}

/// Whether a group that stands so is a message request.
#[must_use]
pub fn waits(standing: Standing) -> bool {
    matches!(standing, Standing::Pending { .. } | Standing::Resting { .. })
}
