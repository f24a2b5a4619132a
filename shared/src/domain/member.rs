//! One user's place in one thread.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::counts::{Slot, Slots};
use super::ids::{Seq, UserId};
use super::limits::DECLINED_REST;
use super::mailbox::Mailbox;
use super::time::Timestamp;
use super::word::{self, Word};

/// What a member may do. In a direct thread both are members; a group has moderators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Moderator,
    Member,
}

impl Word for Role {
    const WORDS: &'static [(&'static str, Self)] = &[("moderator", Self::Moderator), ("member", Self::Member)];
}

impl Serialize for Role {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        word::serialize(*self, serializer)
    }
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        word::deserialize(deserializer)
    }
}

/// How a thread stands with one of its members (rule 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is in their inbox.
    Accepted,
    /// It waits in their requests.
    Pending,
    /// They declined it: in none of their boxes, until a message comes after a rest of 24 hours.
    Declined {
        /// When they did.
        at: Timestamp,
    },
}

impl Standing {
    /// The box a client shows it under: a declined request still reads as one when asked for by its id.
    #[must_use]
    pub fn shown_in(self) -> Mailbox {
        match self {
            Self::Accepted => Mailbox::Inbox,
            Self::Pending | Self::Declined { .. } => Mailbox::Requests,
        }
    }

    /// The standing after someone else's message at `now`: a declined request comes back after its rest.
    #[must_use]
    pub fn after_message(self, now: Timestamp) -> Self {
        match self {
            Self::Declined { at } if now >= at.plus(DECLINED_REST) => Self::Pending,
            other => other,
        }
    }

    /// Whether the member has taken the thread into their inbox.
    #[must_use]
    pub fn is_accepted(self) -> bool {
        self == Self::Accepted
    }
}

/// How far a member has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadMark {
    /// The last entry they saw.
    pub seq: Seq,
    /// Messages up to there that count for them (see [`super::thread::Thread::counted`]), so that `unread` is a subtraction.
    pub counted: u64,
}

/// What is kept of how somebody came into a thread until they accept it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Invitation {
    /// The slot of the member who brought them in, while that one is there: following them accepts it (rule 7).
    pub by: Option<Slot>,
    /// Messages that were in the thread before: what came since is what a request may hold only so much of.
    pub messages_before: u64,
}

/// A user in a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user_id: UserId,
    /// What they may do.
    pub role: Role,
    /// Their place in the counts.
    pub slot: Slot,
    /// Messages that others had sent from this place before them.
    pub slot_start: u64,
    /// The entry that brought them in: they see the log from there on (rule 11).
    pub joined_seq: Seq,
    /// How the thread stands with them.
    pub standing: Standing,
    /// How they came in, until they accepted.
    pub invitation: Invitation,
    /// How far they have read.
    pub mark: ReadMark,
    /// The places of those whom they block: what these say reaches them collapsed (rule 12).
    pub hides: Slots,
    /// Those among `hides` about whom they have not decided yet whether to stay.
    pub notice: Slots,
}

impl Member {
    /// A new member in `slot` who joins with the entry at `joined_seq`.
    #[must_use]
    pub fn new(user_id: UserId, slot: Slot, joined_seq: Seq, standing: Standing) -> Self {
        Self {
            user_id,
            role: Role::Member,
            slot,
            slot_start: 0,
            joined_seq,
            standing,
            invitation: Invitation::default(),
            mark: ReadMark::default(),
            hides: Slots::NONE,
            notice: Slots::NONE,
        }
    }

    /// The first entry of the log that this member sees (rule 11).
    #[must_use]
    pub fn visible_from(&self) -> Seq {
        self.joined_seq
    }

    /// Whether this member may see the entry at `seq`.
    #[must_use]
    pub fn sees(&self, seq: Seq) -> bool {
        seq >= self.visible_from()
    }

    /// The mailbox that lists the thread for this member, if one does. A declined thread is in none. Whatever takes a thread
    /// off the lists and leaves its standing alone belongs here.
    #[must_use]
    pub fn listed_in(&self) -> Option<Mailbox> {
        match self.standing {
            Standing::Accepted => Some(Mailbox::Inbox),
            Standing::Pending => Some(Mailbox::Requests),
            Standing::Declined { .. } => None,
        }
    }

    /// Gives the thread another standing with this member. An accepted thread forgets its invitation.
    pub fn set_standing(&mut self, standing: Standing) {
        self.standing = standing;
        if standing.is_accepted() {
            self.invitation = Invitation::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_declined_request_rests_for_a_day() {
        let at = Timestamp::from_ms(1_000).unwrap();
        let declined = Standing::Declined { at };
        let day = DECLINED_REST;
        let almost = Duration::from_millis(86_399_999);
        assert_eq!(declined.after_message(at.plus(almost)), declined);
        assert_eq!(declined.after_message(at.plus(day)), Standing::Pending);
        assert_eq!(Standing::Accepted.after_message(at.plus(day)), Standing::Accepted);
    }

    #[test]
    fn a_declined_request_is_in_no_box() {
        let declined = Standing::Declined { at: Timestamp::from_ms(0).unwrap() };
        let user_id = UserId::try_from("ann".to_owned()).unwrap();
        assert_eq!(Member::new(user_id, Slot::FIRST, Seq::ONE, declined).listed_in(), None);
        assert_eq!(declined.shown_in(), Mailbox::Requests);
    }
}
