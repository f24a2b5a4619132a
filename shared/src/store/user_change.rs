//! What a transaction changes in the profile of a user beside what it is about: their revision, and how many groups they are in.
//! A transaction takes an item once, so all of it becomes one write.

use super::error::Condition;
use super::keys;
use super::update::{Update, number};
use super::write::Write;
use crate::domain::ids::UserId;
use crate::domain::limits::{MAX_MEMBERSHIPS, MAX_WAITING_GROUPS};
use crate::domain::memberships::MembershipChange;
use crate::domain::revision::Revision;

/// The change of one profile.
#[derive(Debug, Default)]
pub(super) struct UserChange {
    seen: Option<Revision>,
    raises: bool,
    memberships: MembershipChange,
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
    pub(super) fn join(&mut self, other: Self) {
        self.seen = other.seen.or(self.seen);
        self.raises |= other.raises;
        self.count(other.memberships);
    }

    /// The write, which fails with [`Condition::UserUnchanged`].
    pub(super) fn write(&self, user: &UserId) -> Write {
        let mut profile = Update::new(keys::profile(user));
        // An update would make a profile of nothing.
        profile.require_exists(&["pk"]);
        if let Some(seen) = self.seen {
            profile.require_equal("rev", number(seen.0));
        }
        if self.raises {
            profile.add("rev", number(1));
        }
        let MembershipChange { all, waiting } = self.memberships;
        for (name, change, limit) in
            [("memberships", all, MAX_MEMBERSHIPS), ("waiting_groups", waiting, MAX_WAITING_GROUPS)]
        {
            if change != 0 {
                profile.add(name, number(change));
            }
            if change > 0 {
                let (counted, limit) = (profile.path(&[name]), profile.value(number(limit)));
                profile.require(format!("(attribute_not_exists({counted}) OR {counted} < {limit})"));
            }
        }
        if profile.is_empty() {
            // Only the condition counts.
            let check = Write::check(keys::profile(user));
            return match self.seen {
                Some(seen) => check.only_if(Condition::UserUnchanged, "rev = :seen").number(":seen", &seen.0),
                None => check.only_if(Condition::UserUnchanged, "attribute_exists(pk)"),
            };
        }
        profile.only_if(Condition::UserUnchanged)
    }
}
