//! A thread: its members, its standing with each of them, and the end of its log.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::counts::{MessageCounts, Slot};
use super::deletions::{Deletion, Deletions};
use super::details::ThreadDetails;
use super::ids::{Seq, ThreadId, UserId};
use super::limits::{DIRECT_INBOX_SPAN, GROUP_INBOX_SPAN};
use super::log::{Entry, EntryContent};
use super::mailbox::MailboxListing;
use super::member::{Member, Standing};
use super::message::Preview;
use super::pins::Pins;
use super::revision::Revision;
use super::tail::Tail;
use super::time::Timestamp;

/// When one of two users declined a group of the other, by the user who declined.
pub type Rests = BTreeMap<UserId, Timestamp>;

/// The kind of a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Two users.
    Direct {
        /// The members who block the other. They are in the head, so that a block and a message cannot pass each other unseen
        /// (rule 6).
        blocks: BTreeSet<UserId>,
        /// When a member declined a group that the other added them to. It rests the other, not this thread (rule 7).
        rests: Rests,
        /// A group has its details in an item of their own: its head has to stay below 2 KiB with 15 members.
        details: ThreadDetails,
    },
    /// Up to 15 users (rule 9).
    Group {
        /// Former members whom a member hides.
        departed: Vec<Departed>,
    },
}

/// A former member of a group. They are kept while a member hides them, so that their messages stay hidden and uncounted, also
/// if they come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departed {
    pub user_id: UserId,
    pub slot: Slot,
    /// Messages that earlier members sent from this slot.
    pub slot_start: u64,
    /// The entry that added them.
    pub joined_seq: Seq,
    /// As [`Member::unknown`].
    pub unknown: String,
}

/// The head of a thread: the one item that every decision in the thread rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    pub id: ThreadId,
    pub kind: Kind,
    /// The last entry of its log.
    pub last_seq: Seq,
    /// The time of the last entry. The times of a log never go back.
    pub last_entry_at: Timestamp,
    /// The time of the last entry that is an activity, by which lists are sorted: not that of an edit, a deletion, a
    /// reaction or a pin.
    pub active_at: Timestamp,
    /// Its position in the inboxes of its members. It keeps it for a span and moves with the first activity after that, instead of
    /// with every message. So the last activity lies within a span of it.
    pub bumped_at: Timestamp,
    pub counts: MessageCounts,
    /// Deleted messages that a member has not read.
    pub deletions: Deletions,
    /// The messages that are pinned for all members.
    pub pins: Pins,
    pub last_message: Option<Preview>,
    /// Longest-standing first.
    pub members: Vec<Member>,
    pub revision: Revision,
    /// The newest messages, as far as they are no items yet. Everything above includes them.
    pub tail: Tail,
}

impl Thread {
    /// The member with this id; `None` if there is none.
    #[must_use]
    pub fn member(&self, user_id: &UserId) -> Option<&Member> {
        self.members.iter().find(|member| &member.user_id == user_id)
    }

    /// All members but `user_id`.
    pub fn others(&self, user_id: &UserId) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(move |member| &member.user_id != user_id)
    }

    /// The recipients of events: all members but those who declined the thread.
    #[must_use]
    pub fn audience(&self) -> Vec<UserId> {
        let hearing = self.members.iter().filter(|member| member.hears());
        hearing.map(|member| member.user_id.clone()).collect()
    }

    /// The ids of all members.
    #[must_use]
    pub fn member_ids(&self) -> Vec<UserId> {
        self.members.iter().map(|member| member.user_id.clone()).collect()
    }

    /// The last entry of the log that is an item; the tail follows.
    #[must_use]
    pub fn settled_seq(&self) -> Seq {
        self.tail.messages.first().map_or(self.last_seq, |first| first.seq().previous())
    }

    /// Whether it is a group.
    #[must_use]
    pub fn is_group(&self) -> bool {
        matches!(self.kind, Kind::Group { .. })
    }

    /// Whether `by` blocks the other member of this direct thread. Always `false` in a group, where a block hides messages and
    /// refuses none.
    #[must_use]
    pub fn is_blocked_by(&self, by: &UserId) -> bool {
        match &self.kind {
            Kind::Direct { blocks, .. } => blocks.contains(by),
            Kind::Group { .. } => false,
        }
    }

    /// Whether one member of this direct thread blocks the other; `false` in a group.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        match &self.kind {
            Kind::Direct { blocks, .. } => !blocks.is_empty(),
            Kind::Group { .. } => false,
        }
    }

    /// When `user` last declined a request of the other member of this direct thread: this one, or a group. `None` in a group.
    #[must_use]
    pub fn declined_by(&self, user: &UserId) -> Option<Timestamp> {
        match &self.kind {
            Kind::Direct { rests, .. } => {
                let this = self.member(user).and_then(|member| member.standing.declined_at());
                rests.get(user).copied().max(this)
            }
            Kind::Group { .. } => None,
        }
    }

    /// Former members whom a member hides; none in a direct thread.
    #[must_use]
    pub fn departed(&self) -> &[Departed] {
        match &self.kind {
            Kind::Direct { .. } => &[],
            Kind::Group { departed } => departed,
        }
    }

    /// Whether the message of `author` at `seq` is collapsed for `reader` (rule 12). It is if `reader` hides the stay of
    /// `author` that it belongs to. Messages of an earlier stay keep their state after `author` left and came back.
    #[must_use]
    pub fn hides(&self, reader: &Member, author: &UserId, seq: Seq) -> bool {
        if reader.hides.is_empty() && reader.hidden_stays.is_empty() {
            return false;
        }
        let here = self.members.iter().map(|member| (&member.user_id, member.joined_seq, member.slot));
        let gone = self.departed().iter().map(|gone| (&gone.user_id, gone.joined_seq, gone.slot));
        let stays = here.chain(gone).filter(|(user_id, joined, _)| *user_id == author && *joined <= seq);
        match stays.max_by_key(|(_, joined, _)| *joined) {
            Some((_, _, slot)) => reader.hides.contains(slot),
            None => reader.hidden_stays.have(author, seq),
        }
    }

    /// Whether `entry` is told to `reader` without what somebody wrote: they hide its author, or it is about a message that they may not
    /// see (rules 11, 12).
    #[must_use]
    pub fn hides_entry(&self, reader: &Member, entry: &Entry) -> bool {
        match &entry.content {
            EntryContent::Edited(message) | EntryContent::Deleted(message) | EntryContent::Pinned { message, .. } => {
                !reader.sees(message.seq) || self.hides(reader, &message.author_id, message.seq)
            }
            EntryContent::Reacted { message, .. } => {
                !reader.sees(message.seq) || self.hides_reaction(reader, &entry.actor_id, entry.seq)
            }
            EntryContent::Message(_) | EntryContent::Change(_) => self.hides(reader, &entry.actor_id, entry.seq),
        }
    }

    /// Whether `reader` sees nothing of the reaction that `user` added with the entry at `seq`: they block `user` (rule 18).
    #[must_use]
    pub fn hides_reaction(&self, reader: &Member, user: &UserId, seq: Seq) -> bool {
        let blocked = self.is_blocked_by(&reader.user_id) && *user != reader.user_id;
        blocked || self.hides(reader, user, seq)
    }

    /// Whether a deleted message would count for `reader`, had they not read it: neither their own nor hidden.
    #[must_use]
    pub fn counts_for(&self, reader: &Member, deletion: &Deletion) -> bool {
        let Deletion { seq, slot } = *deletion;
        let Some(slot) = slot else { return true };
        let here = self.members.iter().map(|member| (member.slot, member.joined_seq));
        let mut places = here.chain(self.departed().iter().map(|gone| (gone.slot, gone.joined_seq)));
        // A slot may have had another holder before.
        let mut is_of = |slot: Slot| places.any(|(known, joined)| known == slot && joined <= seq);
        let uncounted = slot == reader.slot || reader.hides.contains(slot);
        let hidden = (uncounted && is_of(slot)) || reader.hidden_stays.have_slot(slot, seq);
        !hidden
    }

    /// How many of the messages in `counts` count for `reader`: all but their own and hidden ones (rule 19).
    #[must_use]
    pub fn counted(&self, reader: &Member, counts: &MessageCounts) -> u64 {
        let said = |slot: Slot, start: u64| counts.of(slot).saturating_sub(start);
        let here = self.members.iter().map(|member| (member.slot, member.slot_start));
        let places = here.chain(self.departed().iter().map(|gone| (gone.slot, gone.slot_start)));
        let hidden: u64 =
            places.filter(|(slot, _)| reader.hides.contains(*slot)).map(|(slot, start)| said(slot, start)).sum();
        counts.total() - said(reader.slot, reader.slot_start) - hidden
    }

    /// What a mark of `reader` at `seq` counts, where the log had these counts. Deleted messages count as read from the start, and so do
    /// those that the head does not know to be hidden: nothing but this has to look for them.
    #[must_use]
    pub fn counted_at_mark(&self, reader: &Member, seq: Seq, counts: &MessageCounts) -> u64 {
        let deleted = self.deletions.iter().filter(|deletion| deletion.seq > seq && self.counts_for(reader, deletion));
        self.counted(reader, counts) + reader.hidden_stays.after(counts) + deleted.count() as u64
    }

    /// Messages after `reader`'s mark that count for them (rule 19). Where they block the other one, nothing waits to be read.
    #[must_use]
    pub fn unread(&self, reader: &Member) -> u64 {
        if self.is_blocked_by(&reader.user_id) {
            return 0;
        }
        self.counted(reader, &self.counts).saturating_sub(reader.mark.counted)
    }

    /// The members whom a notice to `member` names: blocked members about whom `member` has not decided yet (rule 12).
    #[must_use]
    pub fn undecided(&self, member: &Member) -> Vec<UserId> {
        let noticed = self.members.iter().filter(|other| member.notice.contains(other.slot));
        noticed.map(|other| other.user_id.clone()).collect()
    }

    /// The position in inboxes after an activity at `now`. It moves with the first activity behind its span and by nothing else,
    /// so that it does not tell how the thread stands with other members. It never goes back.
    #[must_use]
    pub(crate) fn bumped_at(&self, now: Timestamp) -> Timestamp {
        if now < self.bumped_at.plus(self.inbox_span()) { self.bumped_at } else { now }
    }

    /// How long it keeps its position in inboxes.
    #[must_use]
    pub fn inbox_span(&self) -> Duration {
        match &self.kind {
            Kind::Direct { .. } => DIRECT_INBOX_SPAN,
            Kind::Group { .. } => GROUP_INBOX_SPAN,
        }
    }
}

impl Thread {
    /// The listings of this thread in mailboxes now.
    #[must_use]
    pub fn mailbox_listings(&self) -> Vec<MailboxListing> {
        self.members.iter().filter_map(|member| self.listing(member)).collect()
    }

    /// Where `user` has this thread listed; `None` if in no mailbox.
    #[must_use]
    pub fn listing_of(&self, user: &UserId) -> Option<MailboxListing> {
        self.listing(self.member(user)?)
    }

    fn listing(&self, member: &Member) -> Option<MailboxListing> {
        let mailbox = member.listed_in()?;
        let bumped_at = match member.standing {
            // A message request waits where it came.
            Standing::Pending { since: Some(since) } => since,
            Standing::Accepted
            | Standing::Pending { since: None }
            | Standing::Declined { .. }
            | Standing::Resting { .. } => self.bumped_at,
        };
        let peer_id = match &self.kind {
            Kind::Direct { .. } => self.others(&member.user_id).next().map(|peer| peer.user_id.clone()),
            Kind::Group { .. } => None,
        };
        Some(MailboxListing { user_id: member.user_id.clone(), mailbox, bumped_at, peer_id })
    }
}
