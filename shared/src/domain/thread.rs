//! A conversation: who is in it, how it stands with each of them, and where its log ends.

use std::collections::BTreeSet;

use super::ids::{Seq, ThreadId, UserId};
use super::member::{Mailbox, Member};
use super::message::Preview;
use super::tally::Tally;
use super::time::Timestamp;

/// What kind of conversation it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Two users.
    Direct {
        /// Those of the two who block the other. It stands in the head, so that a block and a message cannot pass each
        /// other unseen (rule 6).
        blocks: BTreeSet<UserId>,
    },
}

/// Counts what changes a thread without an entry in its log (standings, blocks). Together with `last_seq` it names one
/// state of the head, and every decision is stored on the condition that this state still holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Revision(pub(crate) u64);

impl Revision {
    /// The one after this.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

/// A thread's head: one item that answers who may do what, and what the next entry of the log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Which one.
    pub id: ThreadId,
    /// Direct, or a group.
    pub kind: Kind,
    /// Who opened it.
    pub created_by: UserId,
    /// When.
    pub created_at: Timestamp,
    /// The last entry of its log.
    pub last_seq: Seq,
    /// When that was.
    pub active_at: Timestamp,
    /// Where its members' boxes list it: the first activity of the day of its last activity. Boxes are read by it, newest
    /// first, and it moves once a day instead of at every message.
    pub bumped_at: Timestamp,
    /// Messages so far, by member.
    pub tally: Tally,
    /// The last message, if there is one.
    pub last_message: Option<Preview>,
    /// Everyone in it, the longest-standing first.
    pub members: Vec<Member>,
    /// Which state of the head this is.
    pub revision: Revision,
}

impl Thread {
    /// The member `user_id` is here, if they are one.
    #[must_use]
    pub fn member(&self, user_id: &UserId) -> Option<&Member> {
        self.members.iter().find(|member| &member.user_id == user_id)
    }

    /// Everyone here but `user_id`.
    pub fn others(&self, user_id: &UserId) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(move |member| &member.user_id != user_id)
    }

    /// Those who hear of what happens here: all but members who declined it.
    #[must_use]
    pub fn audience(&self) -> Vec<UserId> {
        let listed = self.members.iter().filter(|member| member.standing.listed_in().is_some());
        listed.map(|member| member.user_id.clone()).collect()
    }

    /// Everyone in it.
    #[must_use]
    pub fn member_ids(&self) -> Vec<UserId> {
        self.members.iter().map(|member| member.user_id.clone()).collect()
    }

    /// Whether `by` blocks the other of this direct thread.
    #[must_use]
    pub fn is_blocked_by(&self, by: &UserId) -> bool {
        match &self.kind {
            Kind::Direct { blocks } => blocks.contains(by),
        }
    }

    /// Whether a block stands between the two of this direct thread.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        match &self.kind {
            Kind::Direct { blocks } => !blocks.is_empty(),
        }
    }

    /// The same thread with its boxes' entries moved to `now`, if that is another day than they stand at.
    #[must_use]
    pub(crate) fn bumped_at(&self, now: Timestamp, also: bool) -> Timestamp {
        if also || now.day() != self.bumped_at.day() { now } else { self.bumped_at }
    }
}

/// An entry of a user's boxes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// Whose box.
    pub user_id: UserId,
    /// Which box.
    pub mailbox: Mailbox,
    /// Its place in there.
    pub bumped_at: Timestamp,
    /// The other of a direct thread: lets a page fetch profiles beside the heads.
    pub peer_id: Option<UserId>,
}

impl Thread {
    /// The box entries that list this thread now.
    #[must_use]
    pub fn listings(&self) -> Vec<Listing> {
        let listed = |member: &Member| {
            let mailbox = member.standing.listed_in()?;
            let peer_id = match &self.kind {
                Kind::Direct { .. } => self.others(&member.user_id).next().map(|peer| peer.user_id.clone()),
            };
            Some(Listing { user_id: member.user_id.clone(), mailbox, bumped_at: self.bumped_at, peer_id })
        };
        self.members.iter().filter_map(listed).collect()
    }
}
