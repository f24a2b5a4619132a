//! What a transaction changes in the profile of a user beside what it is about: their revision, and how many groups they are in.
//! A transaction takes an item once, so all of it becomes one write.

use crate::domain::membership_change::MembershipChange;
use crate::domain::revision::Revision;

/// The change of one profile.
#[derive(Debug, Default)]
pub(super) struct UserChange {
    pub(super) seen: Option<Revision>,
    pub(super) raises: bool,
    pub(super) memberships: MembershipChange,
}

impl UserChange {
    /// Depends on the revision that was read.
    pub(super) fn require(&mut self, seen: Revision) -> &mut Self {
        self.seen = Some(seen);
        self
    }

    /// Raises the revision. Decisions that rest on an older one then fail.
    pub(super) fn raise(&mut self) -> &mut Self {
        self.raises = true;
        self
    }

    /// Counts groups. More than a user can have are refused by the condition, also where several come at once.
    pub(super) fn count(&mut self, change: MembershipChange) {
        self.memberships.all += change.all;
        self.memberships.waiting += change.waiting;
    }

    /// Adds all of another change of the same profile.
    pub(super) fn join(&mut self, other: &Self) {
        self.seen = other.seen.or(self.seen);
        self.raises |= other.raises;
        self.count(other.memberships);
    }
}
