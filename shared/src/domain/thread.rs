//! A conversation: who is in it, how it stands with each of them, and where its log ends.

use std::collections::BTreeSet;

use super::counts::{MessageCounts, Slot};
use super::details::ThreadDetails;
use super::ids::{Seq, ThreadId, UserId};
use super::mailbox::MailboxListing;
use super::member::Member;
use super::message::Preview;
use super::revision::Revision;
use super::time::Timestamp;

/// What kind of conversation it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Two users.
    Direct {
        /// Those of the two who block the other. It stands in the head, so that a block and a message cannot pass each
        /// other unseen (rule 6).
        blocks: BTreeSet<UserId>,
        /// What it shows of itself. A group's is an item of its own: its head has to stay below 1 KiB with 15 members.
        details: ThreadDetails,
    },
    /// Up to 15 users (rule 9).
    Group {
        /// Who is gone and hidden by somebody who is still here.
        departed: Vec<Departed>,
    },
}

/// Somebody who was in a group: kept while a member hides them, so that what they said stays hidden and uncounted, whether or
/// not they come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departed {
    /// Who.
    pub user_id: UserId,
    /// Their place in the counts.
    pub slot: Slot,
    /// Messages that others had sent from this place before them.
    pub slot_start: u64,
    /// The entry that brought them in.
    pub joined_seq: Seq,
}

/// A thread's head: one item that answers who may do what, and what the next entry of the log is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Which one.
    pub id: ThreadId,
    /// Direct, or a group.
    pub kind: Kind,
    /// The last entry of its log.
    pub last_seq: Seq,
    /// When that was.
    pub active_at: Timestamp,
    /// Where its members' boxes list it: the first activity of the day of its last activity. Boxes are read by it, newest
    /// first, and it moves once a day instead of at every message.
    pub bumped_at: Timestamp,
    /// Messages so far, by member.
    pub counts: MessageCounts,
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
        let listed = self.members.iter().filter(|member| member.listed_in().is_some());
        listed.map(|member| member.user_id.clone()).collect()
    }

    /// Everyone in it.
    #[must_use]
    pub fn member_ids(&self) -> Vec<UserId> {
        self.members.iter().map(|member| member.user_id.clone()).collect()
    }

    /// Whether it is a group.
    #[must_use]
    pub fn is_group(&self) -> bool {
        matches!(self.kind, Kind::Group { .. })
    }

    /// Whether `by` blocks the other of this direct thread. In a group blocks hide, and refuse nothing.
    #[must_use]
    pub fn is_blocked_by(&self, by: &UserId) -> bool {
        match &self.kind {
            Kind::Direct { blocks, .. } => blocks.contains(by),
            Kind::Group { .. } => false,
        }
    }

    /// Whether a block stands between the two of this direct thread.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        match &self.kind {
            Kind::Direct { blocks, .. } => !blocks.is_empty(),
            Kind::Group { .. } => false,
        }
    }

    /// Those who are gone and still hidden by somebody.
    #[must_use]
    pub fn departed(&self) -> &[Departed] {
        match &self.kind {
            Kind::Direct { .. } => &[],
            Kind::Group { departed } => departed,
        }
    }

    /// Whether what `author` said at `seq` reaches `reader` collapsed (rule 12). It does where the two were in the group
    /// together with the block: what somebody said before they left and came back is as it was.
    #[must_use]
    pub fn hides(&self, reader: &Member, author: &UserId, seq: Seq) -> bool {
        if reader.hides.is_empty() {
            return false;
        }
        let here = self.members.iter().map(|member| (&member.user_id, member.joined_seq, member.slot));
        let gone = self.departed().iter().map(|gone| (&gone.user_id, gone.joined_seq, gone.slot));
        let stays = here.chain(gone).filter(|(user_id, joined, _)| *user_id == author && *joined <= seq);
        stays.max_by_key(|(_, joined, _)| *joined).is_some_and(|(_, _, slot)| reader.hides.contains(slot))
    }

    /// Of the messages counted in `counts`, those that count for `reader`: all but their own and hidden ones (rule 19).
    #[must_use]
    pub fn counted(&self, reader: &Member, counts: &MessageCounts) -> u64 {
        let said = |slot: Slot, start: u64| counts.of(slot).saturating_sub(start);
        let here = self.members.iter().map(|member| (member.slot, member.slot_start));
        let places = here.chain(self.departed().iter().map(|gone| (gone.slot, gone.slot_start)));
        let hidden: u64 =
            places.filter(|(slot, _)| reader.hides.contains(*slot)).map(|(slot, start)| said(slot, start)).sum();
        counts.total() - said(reader.slot, reader.slot_start) - hidden
    }

    /// Messages after `reader`'s mark that count for them (rule 19).
    #[must_use]
    pub fn unread(&self, reader: &Member) -> u64 {
        self.counted(reader, &self.counts).saturating_sub(reader.mark.counted)
    }

    /// Whom a notice asks `member` about: blocked people who are here, on whom they have not decided yet (rule 12).
    #[must_use]
    pub fn undecided(&self, member: &Member) -> Vec<UserId> {
        let noticed = self.members.iter().filter(|other| member.notice.contains(other.slot));
        noticed.map(|other| other.user_id.clone()).collect()
    }

    /// Where boxes list it after an activity at `now`: there, if that is another day than they list it at. By nothing else, so
    /// that its place in one's own box tells nothing of how the thread stands with others.
    #[must_use]
    pub(crate) fn bumped_at(&self, now: Timestamp) -> Timestamp {
        if now.day() == self.bumped_at.day() { self.bumped_at } else { now }
    }
}

impl Thread {
    /// The box entries that list this thread now.
    #[must_use]
    pub fn mailbox_listings(&self) -> Vec<MailboxListing> {
        let listed = |member: &Member| {
            let mailbox = member.listed_in()?;
            let peer_id = match &self.kind {
                Kind::Direct { .. } => self.others(&member.user_id).next().map(|peer| peer.user_id.clone()),
                Kind::Group { .. } => None,
            };
            Some(MailboxListing { user_id: member.user_id.clone(), mailbox, bumped_at: self.bumped_at, peer_id })
        };
        self.members.iter().filter_map(listed).collect()
    }
}
