//! A thread: its members and its log.

use std::collections::{BTreeMap, BTreeSet};

use super::reactions::Reaction;
use super::{Mailbox, Uid};

/// Whether a member has accepted a thread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Accepted,
    Pending,
    /// For at least a day, which is longer than any test.
    Declined,
}

/// A user in a thread.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) user: Uid,
    pub(crate) moderator: bool,
    /// The seq of the entry that added them.
    pub(crate) joined: u64,
    pub(crate) standing: Standing,
    /// Following this user accepts the thread.
    pub(crate) added_by: Option<Uid>,
    /// It came declined, and they have not declined it themselves.
    pub(crate) resting: bool,
    /// Messages of the request that earlier stays used up.
    pub(crate) used: usize,
    pub(crate) mark: u64,
    /// The last entry when they deleted the chat for themself.
    pub(crate) cleared: u64,
    /// The message with which it came back to their mailbox. Unless it is behind `cleared`, the thread is not there.
    pub(crate) listed_since: u64,
    /// The mark as others see it, while the rest was read with receipts off.
    pub(crate) shown: Option<u64>,
    /// Whose messages they see collapsed: the user, and the entry that added that user, since each stay counts for itself.
    pub(crate) hides: BTreeSet<(Uid, u64)>,
    /// Which of these are in the thread, without a decision about them.
    pub(crate) notice: BTreeSet<Uid>,
    pub(crate) muted: Option<&'static str>,
    pub(crate) pinned: bool,
}

impl Member {
    pub(crate) fn accepted(&self) -> bool {
        self.standing == Standing::Accepted
    }

    /// Whether they deleted the chat, and no message came since.
    pub(crate) fn is_unlisted(&self) -> bool {
        self.cleared > 0 && self.listed_since <= self.cleared
    }

    /// The first entry that they see.
    pub(crate) fn first(&self) -> u64 {
        self.joined.max(self.cleared + 1)
    }

    /// The mailbox that lists the thread, if one does.
    pub(crate) fn listed_in(&self) -> Option<Mailbox> {
        match self.standing {
            Standing::Accepted => (!self.is_unlisted()).then_some(Mailbox::Inbox),
            Standing::Pending => Some(Mailbox::Requests),
            Standing::Declined => None,
        }
    }
}

/// What is left of a user's last stay in a group.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stay {
    /// They declined it.
    pub(crate) declined: bool,
    /// They left it, and were not removed.
    pub(crate) left: bool,
    /// They had accepted it.
    pub(crate) accepted: bool,
    /// Messages of the request that it was.
    pub(crate) used: usize,
}

/// An entry of a log; its place there is its `seq`.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// When it was written, in entries of all logs.
    pub(crate) number: u64,
    pub(crate) by: Uid,
    pub(crate) what: EntryContent,
}

/// The content of an entry.
#[derive(Clone, Debug)]
pub(crate) enum EntryContent {
    Created {
        users: Vec<Uid>,
        title: Option<String>,
    },
    Sent(Message),
    /// The message at that seq got the text that it has now, or one before.
    Edited {
        message: u64,
    },
    Deleted {
        message: u64,
    },
    Reacted {
        message: u64,
        emoji: &'static str,
        add: bool,
    },
    Pinned {
        message: u64,
        add: bool,
    },
    Added {
        users: Vec<Uid>,
    },
    Removed {
        user: Uid,
    },
    Left {
        user: Uid,
    },
    Role {
        user: Uid,
        moderator: bool,
    },
    Renamed {
        title: Option<String>,
    },
}

/// A message.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) text: String,
    pub(crate) reply_to: Option<u64>,
    pub(crate) mentions: BTreeSet<Uid>,
    pub(crate) edits: usize,
    pub(crate) reactions: Vec<Reaction>,
    /// Then there is nothing of the rest.
    pub(crate) deleted: bool,
}

impl Message {
    pub(super) fn new(text: &str, reply_to: Option<u64>, mentions: BTreeSet<Uid>) -> Self {
        Self { text: text.to_owned(), reply_to, mentions, edits: 0, reactions: Vec::new(), deleted: false }
    }
}

/// A thread. One without members is gone.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub(crate) group: bool,
    pub(crate) creator: Uid,
    pub(crate) title: Option<String>,
    pub(crate) room: Option<String>,
    /// The longest-standing first.
    pub(crate) members: Vec<Member>,
    /// The users who ever left it.
    pub(crate) left: BTreeSet<Uid>,
    /// The last stays of users who were in it before.
    pub(crate) stays: BTreeMap<Uid, Stay>,
    pub(crate) log: Vec<Entry>,
    /// The pinned messages, in the order in which they were pinned.
    pub(crate) pins: Vec<u64>,
    /// Who deleted the group for everyone, or left it last.
    pub(crate) ended_by: Option<Uid>,
    /// When its last entry was written, in entries of all logs.
    pub(crate) active: u64,
}

impl Thread {
    pub(crate) fn last_seq(&self) -> u64 {
        self.log.len() as u64
    }

    pub(crate) fn member(&self, who: Uid) -> Option<&Member> {
        self.members.iter().find(|member| member.user == who)
    }

    pub(super) fn member_mut(&mut self, who: Uid) -> Option<&mut Member> {
        self.members.iter_mut().find(|member| member.user == who)
    }

    pub(crate) fn users(&self) -> Vec<Uid> {
        self.members.iter().map(|member| member.user).collect()
    }

    pub(crate) fn others(&self, who: Uid) -> impl Iterator<Item = &Member> {
        self.members.iter().filter(move |member| member.user != who)
    }

    pub(crate) fn moderators(&self) -> Vec<Uid> {
        self.members.iter().filter(|member| member.moderator).map(|member| member.user).collect()
    }

    pub(crate) fn entry(&self, seq: u64) -> Option<&Entry> {
        let place = usize::try_from(seq).ok()?.checked_sub(1)?;
        self.log.get(place)
    }

    /// The message at `seq`, and its author.
    pub(crate) fn message(&self, seq: u64) -> Option<(Uid, &Message)> {
        match self.entry(seq)? {
            Entry { by, what: EntryContent::Sent(message), .. } => Some((*by, message)),
            Entry { .. } => None,
        }
    }

    /// The message at `seq`, to be changed.
    pub(super) fn message_mut(&mut self, seq: u64) -> Option<&mut Message> {
        let place = usize::try_from(seq).ok()?.checked_sub(1)?;
        match &mut self.log.get_mut(place)?.what {
            EntryContent::Sent(message) => Some(message),
            _ => None,
        }
    }

    /// The seqs of the messages after `seq`, in order.
    pub(crate) fn messages_after(&self, seq: u64) -> impl DoubleEndedIterator<Item = u64> + use<'_> {
        (seq + 1..=self.last_seq()).filter(|seq| self.message(*seq).is_some())
    }

    /// The messages that the request to a member holds, those of earlier stays included.
    pub(crate) fn requested(&self, member: &Member) -> usize {
        member.used + self.messages_after(member.joined).count()
    }

    /// The number of unread messages: those after the member's mark, without their own and hidden ones.
    pub(crate) fn unread(&self, member: &Member) -> usize {
        let counts = |seq: &u64| {
            let said = self.message(*seq).filter(|(_, message)| !message.deleted);
            said.is_some_and(|(by, _)| by != member.user && !self.hides(member, *seq))
        };
        self.messages_after(member.mark.max(member.joined - 1)).filter(counts).count()
    }

    /// Whether `member` hides the message at `seq`.
    pub(crate) fn hides(&self, member: &Member, seq: u64) -> bool {
        let Some(entry) = self.entry(seq) else { return false };
        let came = |seq: &u64| match self.entry(*seq).map(|entry| &entry.what) {
            Some(EntryContent::Created { users, .. } | EntryContent::Added { users }) => users.contains(&entry.by),
            _ => false,
        };
        (1..=seq).rev().find(came).is_some_and(|came| member.hides.contains(&(entry.by, came)))
    }

    /// All users who were ever in it.
    pub(crate) fn ever(&self) -> BTreeSet<Uid> {
        let came = self.log.iter().flat_map(|entry| match &entry.what {
            EntryContent::Created { users, .. } | EntryContent::Added { users } => users.clone(),
            _ => Vec::new(),
        });
        came.collect()
    }

    /// The members once the entry at `seq` was written.
    pub(crate) fn members_at(&self, seq: u64) -> BTreeSet<Uid> {
        let mut here = BTreeSet::new();
        for entry in self.log.iter().take(usize::try_from(seq).unwrap_or(usize::MAX)) {
            match &entry.what {
                EntryContent::Created { users, .. } | EntryContent::Added { users } => {
                    here.extend(users.iter().copied());
                }
                EntryContent::Removed { user } | EntryContent::Left { user } => {
                    here.remove(user);
                }
                EntryContent::Sent(_)
                | EntryContent::Edited { .. }
                | EntryContent::Deleted { .. }
                | EntryContent::Reacted { .. }
                | EntryContent::Pinned { .. }
                | EntryContent::Role { .. }
                | EntryContent::Renamed { .. } => {}
            }
        }
        here
    }
}
