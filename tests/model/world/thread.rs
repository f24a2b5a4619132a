//! A thread: who is in it, and its log.

use std::collections::BTreeSet;

use super::{Mailbox, Uid};

/// How a thread stands with a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Accepted,
    Pending,
    /// For a day at least, which is longer than any test.
    Declined,
}

/// Somebody in a thread.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) user: Uid,
    pub(crate) moderator: bool,
    /// The entry that brought them in.
    pub(crate) joined: u64,
    pub(crate) standing: Standing,
    /// Whom to follow is to accept the thread.
    pub(crate) added_by: Option<Uid>,
    pub(crate) mark: u64,
    /// Whose messages reach them collapsed: who, and the entry that brought these in, for each stay counts for itself.
    pub(crate) hides: BTreeSet<(Uid, u64)>,
    /// Of these, who is here and not decided upon.
    pub(crate) notice: BTreeSet<Uid>,
    pub(crate) muted: Option<&'static str>,
    pub(crate) pinned: bool,
}

impl Member {
    pub(crate) fn accepted(&self) -> bool {
        self.standing == Standing::Accepted
    }

    /// The box that lists the thread, if any does.
    pub(crate) fn listed_in(&self) -> Option<Mailbox> {
        match self.standing {
            Standing::Accepted => Some(Mailbox::Inbox),
            Standing::Pending => Some(Mailbox::Requests),
            Standing::Declined => None,
        }
    }
}

/// An entry of a log; its place there is its `seq`.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) by: Uid,
    pub(crate) what: What,
}

/// What an entry says.
#[derive(Clone, Debug)]
pub(crate) enum What {
    Created { users: Vec<Uid>, title: Option<String> },
    Said(Message),
    Added { users: Vec<Uid> },
    Removed { user: Uid },
    Left { user: Uid },
    Role { user: Uid, moderator: bool },
    Renamed { title: Option<String> },
}

/// What somebody said.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) text: String,
    pub(crate) reply_to: Option<u64>,
    pub(crate) mentions: BTreeSet<Uid>,
}

/// A thread; nobody is in one that is gone.
#[derive(Clone, Debug)]
pub(crate) struct Thread {
    pub(crate) group: bool,
    pub(crate) creator: Uid,
    pub(crate) title: Option<String>,
    pub(crate) room: Option<String>,
    /// The longest-standing first.
    pub(crate) members: Vec<Member>,
    /// Who ever left it.
    pub(crate) left: BTreeSet<Uid>,
    pub(crate) log: Vec<Entry>,
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

    /// The message at `seq`, and who said it.
    pub(crate) fn message(&self, seq: u64) -> Option<(Uid, &Message)> {
        match self.entry(seq)? {
            Entry { by, what: What::Said(message) } => Some((*by, message)),
            Entry { .. } => None,
        }
    }

    /// The places of the messages after `seq`, in order.
    pub(crate) fn messages_after(&self, seq: u64) -> impl DoubleEndedIterator<Item = u64> + use<'_> {
        (seq + 1..=self.last_seq()).filter(|seq| self.message(*seq).is_some())
    }

    /// What `member` has not read: messages after their mark, less their own and hidden ones.
    pub(crate) fn unread(&self, member: &Member) -> usize {
        let counts =
            |seq: &u64| self.message(*seq).is_some_and(|(by, _)| by != member.user && !self.hides(member, *seq));
        self.messages_after(member.mark.max(member.joined - 1)).filter(counts).count()
    }

    /// Whether `member` hides what was said at `seq`.
    pub(crate) fn hides(&self, member: &Member, seq: u64) -> bool {
        let Some(entry) = self.entry(seq) else { return false };
        let came = |seq: &u64| match self.entry(*seq).map(|entry| &entry.what) {
            Some(What::Created { users, .. } | What::Added { users }) => users.contains(&entry.by),
            _ => false,
        };
        (1..=seq).rev().find(came).is_some_and(|came| member.hides.contains(&(entry.by, came)))
    }

    /// Everyone who was ever in it.
    pub(crate) fn ever(&self) -> BTreeSet<Uid> {
        let came = self.log.iter().flat_map(|entry| match &entry.what {
            What::Created { users, .. } | What::Added { users } => users.clone(),
            _ => Vec::new(),
        });
        came.collect()
    }

    /// Who was in it once the entry at `seq` was written.
    pub(crate) fn members_at(&self, seq: u64) -> BTreeSet<Uid> {
        let mut here = BTreeSet::new();
        for entry in self.log.iter().take(usize::try_from(seq).unwrap_or(usize::MAX)) {
            match &entry.what {
                What::Created { users, .. } | What::Added { users } => here.extend(users.iter().copied()),
                What::Removed { user } | What::Left { user } => {
                    here.remove(user);
                }
                What::Said(_) | What::Role { .. } | What::Renamed { .. } => {}
            }
        }
        here
    }
}
