//! The oracle: the product in memory, written from the contract, without any of the product's means. Every number is counted
//! from the log whenever it is asked for.

mod action;
mod clear;
mod consent;
mod create;
mod join;
mod members;
mod messages;
mod outcome;
mod pins;
mod reactions;
mod thread;
mod users;
mod views;

use std::collections::BTreeSet;

pub(crate) use action::Action;
pub(crate) use outcome::{Expected, Outcome, Signal};
use thread::{Entry, EntryContent, Message};
pub(crate) use thread::{Member, Standing, Thread};
pub(crate) use views::{Form, Marks, event_view};

/// A user: their place in [`Oracle::users`].
pub(crate) type Uid = usize;
/// A thread: its place in [`Oracle::threads`].
pub(crate) type Tid = usize;

/// Twenty names: a case has at most 20 users.
const NAMES: [&str; 20] = [
    "ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal", "ida", "jon", "kim", "lea", "max", "ned", "ola", "pia",
    "ray", "sue", "tom", "uma",
];

/// The name of a user in what a failing case prints.
pub(crate) fn name(who: Uid) -> &'static str {
    NAMES[who]
}

/// The name of a thread there.
pub(crate) fn title_of(thread: Tid) -> String {
    format!("T{thread}")
}

/// The mailboxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mailbox {
    Inbox,
    Requests,
}

impl Mailbox {
    pub(crate) const BOTH: [Self; 2] = [Self::Inbox, Self::Requests];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Requests => "requests",
        }
    }
}

/// A user: their settings, and whom they follow and block.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) registered: bool,
    /// Only users whom they follow may write to them.
    pub(crate) closed: bool,
    pub(crate) receipts: bool,
    pub(crate) follows: BTreeSet<Uid>,
    pub(crate) blocks: BTreeSet<Uid>,
    /// Whose group they declined a moment ago.
    pub(crate) rests: BTreeSet<Uid>,
}

/// The whole state.
#[derive(Clone, Debug)]
pub(crate) struct Oracle {
    pub(crate) users: Vec<User>,
    pub(crate) threads: Vec<Thread>,
    /// Members who were added by the same entry of a log, in the order that the product chose: the contract leaves it open.
    pub(crate) known_order: Vec<Uid>,
    /// Counts the entries of all logs: what inboxes and rooms are ordered by.
    entries: u64,
}

impl Oracle {
    /// New users without any relations; the last ones have no profile yet.
    pub(crate) fn new(users: usize, unregistered: usize) -> Self {
        let user = |who| User {
            registered: who + unregistered < users,
            closed: false,
            receipts: true,
            rests: BTreeSet::new(),
            follows: BTreeSet::new(),
            blocks: BTreeSet::new(),
        };
        Self { users: (0..users).map(user).collect(), threads: Vec::new(), known_order: Vec::new(), entries: 0 }
    }

    pub(crate) fn everyone(&self) -> impl Iterator<Item = Uid> + use<> {
        0..self.users.len()
    }

    pub(crate) fn follows(&self, who: Uid, whom: Uid) -> bool {
        self.users[who].follows.contains(&whom)
    }

    pub(crate) fn blocks(&self, who: Uid, whom: Uid) -> bool {
        self.users[who].blocks.contains(&whom)
    }

    /// The direct thread of two users, if there is one.
    pub(crate) fn direct(&self, one: Uid, other: Uid) -> Option<Tid> {
        let both = |thread: &Thread| thread.member(one).is_some() && thread.member(other).is_some();
        self.threads.iter().position(|thread| !thread.group && both(thread))
    }

    /// The groups that two users are in.
    pub(crate) fn shared_groups(&self, one: Uid, other: Uid) -> Vec<Tid> {
        let both = |thread: &Thread| thread.member(one).is_some() && thread.member(other).is_some();
        (0..self.threads.len()).filter(|tid| self.threads[*tid].group && both(&self.threads[*tid])).collect()
    }

    /// The threads in a mailbox of `who`, newest activity first.
    pub(crate) fn mailbox_threads(&self, who: Uid, mailbox: Mailbox) -> Vec<Tid> {
        let listed = |tid: &Tid| self.threads[*tid].member(who).and_then(Member::listed_in) == Some(mailbox);
        let mut tids: Vec<Tid> = (0..self.threads.len()).filter(listed).collect();
        tids.sort_by_key(|tid| std::cmp::Reverse(self.threads[*tid].active));
        tids
    }

    /// When a thread came to `who`, in entries of all logs: what requests are ordered by.
    pub(crate) fn came(&self, who: Uid, tid: Tid) -> Option<u64> {
        let thread = &self.threads[tid];
        Some(thread.entry(thread.member(who)?.joined)?.number)
    }

    /// Appends to a thread's log.
    fn log(&mut self, tid: Tid, by: Uid, what: EntryContent) {
        self.log_quietly(tid, by, what);
        self.threads[tid].active = self.entries;
    }

    /// Appends to a thread's log what is no activity.
    fn log_quietly(&mut self, tid: Tid, by: Uid, what: EntryContent) {
        self.entries += 1;
        self.threads[tid].log.push(Entry { number: self.entries, by, what });
    }
}

impl Oracle {
    /// Does an action, and says what must come of it.
    pub(crate) fn apply(&mut self, action: &Action) -> Outcome {
        match action {
            Action::Register { who } => self.register(*who),
            Action::Follow { who, whom } => self.follow(*who, *whom),
            Action::Unfollow { who, whom } => self.unfollow(*who, *whom),
            Action::Block { who, whom } => self.block(*who, *whom),
            Action::Unblock { who, whom } => self.unblock(*who, *whom),
            Action::Close { who, closed } => self.close(*who, *closed),
            Action::Receipts { who, shown } => self.receipts(*who, *shown),
            Action::Open { who, whom, text } => self.open(*who, *whom, text.as_deref()),
            Action::Create { who, others, title, room, text } => {
                self.create(*who, others, title.as_deref(), room.as_deref(), text.as_deref())
            }
            Action::Add { who, thread, users } => self.add(*who, *thread, users),
            Action::Remove { who, thread, whom } => self.remove(*who, *thread, *whom),
            Action::Leave { who, thread } => self.leave(*who, *thread),
            Action::Clear { who, thread } => self.clear(*who, *thread),
            Action::End { who, thread } => self.end(*who, *thread),
            Action::Role { who, thread, whom, moderator } => self.role(*who, *thread, *whom, *moderator),
            Action::Rename { who, thread, title } => self.rename(*who, *thread, title.as_deref()),
            Action::Send { who, thread, text, reply_to, mentions } => {
                self.send(*who, *thread, text, *reply_to, mentions)
            }
            Action::Edit { who, thread, seq, text } => self.edit(*who, *thread, *seq, text),
            Action::Delete { who, thread, seq } => self.delete(*who, *thread, *seq),
            Action::React { who, thread, seq, emoji, add } => self.react(*who, *thread, (*seq, emoji), *add),
            Action::Pin { who, thread, seq, add } => self.pin(*who, *thread, *seq, *add),
            Action::Read { who, thread, seq } => self.read(*who, *thread, *seq),
            Action::Accept { who, thread } => self.accept(*who, *thread),
            Action::Decline { who, thread } => self.decline(*who, *thread),
            Action::Decide { who, thread, stay } => self.decide(*who, *thread, *stay),
            Action::Prefer { who, thread, muted, pinned } => self.prefer(*who, *thread, *muted, *pinned),
        }
    }
}
