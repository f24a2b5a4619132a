//! A member of a thread: role, standing, read mark, and whom they hide.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::counts::{Slot, Slots};
use super::hidden::HiddenStays;
use super::ids::{Seq, UserId};
use super::limits::DECLINED_REST;
use super::mailbox::Mailbox;
use super::time::Timestamp;
use super::word::{self, Word};

/// The role of a member. Only groups have moderators.
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
    /// The thread is in their inbox.
    Accepted,
    /// The thread is a message request to them.
    Pending {
        /// When it came, which is its place among their message requests until they answer. `None` where an earlier release stored
        /// it: its place is that of the thread in inboxes.
        since: Option<Timestamp>,
    },
    /// They declined the message request. It is in neither mailbox until a message comes at least 24 hours later.
    Declined { at: Timestamp },
    /// They declined something of who brought them in, or this group before: it came declined, since that `at` (rule 7). It counts among
    /// those that wait, unseen: who is refused for want of room must not tell who was declined.
    Resting { at: Timestamp },
}

impl Standing {
    /// A message request that comes at `now`.
    #[must_use]
    pub fn pending(now: Timestamp) -> Self {
        Self::Pending { since: Some(now) }
    }

    /// The mailbox that a client shows the thread under. A declined thread that is read by its id is still shown as a message
    /// request.
    #[must_use]
    pub fn shown_in(self) -> Mailbox {
        match self {
            Self::Accepted => Mailbox::Inbox,
            Self::Pending { .. } | Self::Declined { .. } | Self::Resting { .. } => Mailbox::Requests,
        }
    }

    /// The standing after another member's message at `now`. A declined message request comes back after 24 hours.
    #[must_use]
    pub fn after_message(self, now: Timestamp) -> Self {
        match self {
            Self::Declined { at } | Self::Resting { at } if !rests(at, now) => Self::pending(now),
            other => other,
        }
    }

    /// When it was declined; `None` if it is not.
    #[must_use]
    pub fn declined_at(self) -> Option<Timestamp> {
        match self {
            Self::Declined { at } | Self::Resting { at } => Some(at),
            Self::Accepted | Self::Pending { .. } => None,
        }
    }

    /// Whether the thread is a message request that waits for an answer.
    #[must_use]
    pub fn is_pending(self) -> bool {
        matches!(self, Self::Pending { .. })
    }

    /// Whether the thread is in the member's inbox.
    #[must_use]
    pub fn is_accepted(self) -> bool {
        self == Self::Accepted
    }
}

/// Whether what was declined at `at` rests still: the thread, and the user whose request it was (rule 7).
#[must_use]
pub fn rests(at: Timestamp, now: Timestamp) -> bool {
    now < at.plus(DECLINED_REST)
}

/// How far a member has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadMark {
    /// The last entry they read.
    pub seq: Seq,
    /// Messages up to there that count for them (see [`super::thread::Thread::counted`]), so that `unread` is a subtraction.
    pub counted: u64,
}

/// How a member was added; kept until they accept the thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Invitation {
    /// The slot of the inviter while they are a member. Following the inviter accepts the thread (rule 7).
    pub by: Option<Slot>,
    /// Messages that were in the thread before. Only later ones count towards the limit of a message request.
    pub messages_before: u64,
}

/// A user in a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    pub user_id: UserId,
    pub role: Role,
    pub slot: Slot,
    /// Messages that earlier members sent from this slot.
    pub slot_start: u64,
    /// The entry that added them. They see the log from there on (rule 11).
    pub joined_seq: Seq,
    /// The last entry when they deleted the chat for themself; it and all before never come back (rule 20).
    pub cleared_seq: Seq,
    /// They deleted the chat for themself, and no message came since.
    pub unlisted: bool,
    pub standing: Standing,
    pub invitation: Invitation,
    pub mark: ReadMark,
    /// How far others see that they read, where it is less than the mark: the rest they read with `read_receipts` off (rule 19).
    pub shown: Option<Seq>,
    /// The slots of members whom they block. Messages from these are collapsed for them (rule 12).
    pub hides: Slots,
    /// The slots among `hides` about which they have not decided yet whether to stay.
    pub notice: Slots,
    /// Stays of former members whom they hide, as far as the head has no room for them.
    pub hidden_stays: HiddenStays,
    /// What a later release stored about them, as text. It is written back as it was.
    pub unknown: String,
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
            cleared_seq: Seq::ZERO,
            unlisted: false,
            standing,
            invitation: Invitation::default(),
            mark: ReadMark::default(),
            shown: None,
            hides: Slots::NONE,
            notice: Slots::NONE,
            hidden_stays: HiddenStays::default(),
            unknown: String::new(),
        }
    }

    /// How far others may see that they read.
    #[must_use]
    pub fn shown_mark(&self) -> Seq {
        self.shown.unwrap_or(self.mark.seq)
    }

    /// The first entry of the log that this member sees (rules 11, 20).
    #[must_use]
    pub fn visible_from(&self) -> Seq {
        self.joined_seq.max(self.cleared_seq.next())
    }

    /// Whether this member may see the entry at `seq`.
    #[must_use]
    pub fn sees(&self, seq: Seq) -> bool {
        seq >= self.visible_from()
    }

    /// Whether they hear of what happens in the thread: they do not if they declined it.
    #[must_use]
    pub fn hears(&self) -> bool {
        self.standing.is_accepted() || self.standing.is_pending()
    }

    /// The mailbox that lists the thread for this member; `None` for one that they declined, or deleted for themself.
    #[must_use]
    pub fn listed_in(&self) -> Option<Mailbox> {
        match self.standing {
            Standing::Accepted => Some(Mailbox::Inbox).filter(|_| !self.unlisted),
            Standing::Pending { .. } => Some(Mailbox::Requests),
            Standing::Declined { .. } | Standing::Resting { .. } => None,
        }
    }

    /// Sets the standing of the thread with this member. An accepted thread has no invitation any more.
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
        assert_eq!(declined.after_message(at.plus(day)), Standing::pending(at.plus(day)));
        let waiting = Standing::pending(at);
        assert_eq!(waiting.after_message(at.plus(day)), waiting, "it keeps its place");
        assert_eq!(Standing::Accepted.after_message(at.plus(day)), Standing::Accepted);
    }

    #[test]
    fn a_declined_request_is_in_no_mailbox() {
        let declined = Standing::Declined { at: Timestamp::from_ms(0).unwrap() };
        let user_id = UserId::try_from("ann".to_owned()).unwrap();
        assert_eq!(Member::new(user_id, Slot::FIRST, Seq::ONE, declined).listed_in(), None);
        assert_eq!(declined.shown_in(), Mailbox::Requests);
    }
}
