//! The product in memory, as the contract describes it and without any of its means: who there is, what they are to each
//! other, their threads. Every number is counted from the log whenever it is asked for.

mod act;
mod begin;
mod consent;
mod join;
mod members;
mod outcome;
mod people;
mod sight;
mod talk;
mod thread;

use std::collections::BTreeSet;

pub(crate) use act::Act;
pub(crate) use outcome::{Expected, Outcome, Signal};
pub(crate) use sight::{Form, Marks, event_view};
use thread::{Entry, Message, What};
pub(crate) use thread::{Member, Standing, Thread};

/// A user: their place in [`World::people`].
pub(crate) type Uid = usize;
/// A thread: its place in [`World::threads`].
pub(crate) type Tid = usize;

/// Twenty people, as many as a case has at most.
const NAMES: [&str; 20] = [
    "ann", "bob", "cat", "dan", "eve", "fay", "gus", "hal", "ida", "jon", "kim", "lea", "max", "ned", "ola", "pia",
    "ray", "sue", "tom", "uma",
];

/// How a user is called in what a failing case prints.
pub(crate) fn name(who: Uid) -> &'static str {
    NAMES[who]
}

/// How a thread is called there.
pub(crate) fn title_of(thread: Tid) -> String {
    format!("T{thread}")
}

/// The boxes.
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

/// A user, what they chose, and what others are to them.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) registered: bool,
    /// Only those whom they follow may write to them.
    pub(crate) closed: bool,
    pub(crate) receipts: bool,
    pub(crate) follows: BTreeSet<Uid>,
    pub(crate) blocks: BTreeSet<Uid>,
}

/// Everything there is.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) people: Vec<Person>,
    pub(crate) threads: Vec<Thread>,
    /// The order in which members are known to stand who came in by the same entry of a log: the contract leaves it open.
    pub(crate) known_order: Vec<Uid>,
    /// Counts the entries of all logs: what boxes are ordered by.
    entries: u64,
}

impl World {
    /// So many people, who know nobody; the last ones have no profile yet.
    pub(crate) fn new(people: usize, unregistered: usize) -> Self {
        let person = |who| Person {
            registered: who + unregistered < people,
            closed: false,
            receipts: true,
            follows: BTreeSet::new(),
            blocks: BTreeSet::new(),
        };
        Self { people: (0..people).map(person).collect(), threads: Vec::new(), known_order: Vec::new(), entries: 0 }
    }

    pub(crate) fn everyone(&self) -> impl Iterator<Item = Uid> + use<> {
        0..self.people.len()
    }

    pub(crate) fn follows(&self, who: Uid, whom: Uid) -> bool {
        self.people[who].follows.contains(&whom)
    }

    pub(crate) fn blocks(&self, who: Uid, whom: Uid) -> bool {
        self.people[who].blocks.contains(&whom)
    }

    /// The direct thread of two people, if there is one.
    pub(crate) fn direct(&self, one: Uid, other: Uid) -> Option<Tid> {
        let both = |thread: &Thread| thread.member(one).is_some() && thread.member(other).is_some();
        self.threads.iter().position(|thread| !thread.group && both(thread))
    }

    /// The groups that two people are in.
    pub(crate) fn shared_groups(&self, one: Uid, other: Uid) -> Vec<Tid> {
        let both = |thread: &Thread| thread.member(one).is_some() && thread.member(other).is_some();
        (0..self.threads.len()).filter(|tid| self.threads[*tid].group && both(&self.threads[*tid])).collect()
    }

    /// The threads in a box of `who`, newest activity first.
    pub(crate) fn boxed(&self, who: Uid, mailbox: Mailbox) -> Vec<Tid> {
        let listed = |tid: &Tid| self.threads[*tid].member(who).and_then(Member::listed_in) == Some(mailbox);
        let mut tids: Vec<Tid> = (0..self.threads.len()).filter(listed).collect();
        tids.sort_by_key(|tid| std::cmp::Reverse(self.threads[*tid].active));
        tids
    }

    /// Appends to a thread's log.
    fn log(&mut self, tid: Tid, by: Uid, what: What) {
        self.entries += 1;
        let thread = &mut self.threads[tid];
        thread.active = self.entries;
        thread.log.push(Entry { by, what });
    }
}

impl World {
    /// Does it, and says what has to come of it.
    pub(crate) fn apply(&mut self, act: &Act) -> Outcome {
        match act {
            Act::Register { who } => self.register(*who),
            Act::Follow { who, whom } => self.follow(*who, *whom),
            Act::Unfollow { who, whom } => self.unfollow(*who, *whom),
            Act::Block { who, whom } => self.block(*who, *whom),
            Act::Unblock { who, whom } => self.unblock(*who, *whom),
            Act::Close { who, closed } => self.close(*who, *closed),
            Act::Receipts { who, shown } => self.receipts(*who, *shown),
            Act::Open { who, whom, text } => self.open(*who, *whom, text.as_deref()),
            Act::Create { who, others, title, room, text } => {
                self.create(*who, others, title.as_deref(), room.as_deref(), text.as_deref())
            }
            Act::Add { who, thread, users } => self.add(*who, *thread, users),
            Act::Remove { who, thread, whom } => self.remove(*who, *thread, *whom),
            Act::Leave { who, thread } => self.leave(*who, *thread),
            Act::Role { who, thread, whom, moderator } => self.role(*who, *thread, *whom, *moderator),
            Act::Rename { who, thread, title } => self.rename(*who, *thread, title.as_deref()),
            Act::Send { who, thread, text, reply_to, mentions } => self.send(*who, *thread, text, *reply_to, mentions),
            Act::Read { who, thread, seq } => self.read(*who, *thread, *seq),
            Act::Accept { who, thread } => self.accept(*who, *thread),
            Act::Decline { who, thread } => self.decline(*who, *thread),
            Act::Decide { who, thread, stay } => self.decide(*who, *thread, *stay),
            Act::Prefer { who, thread, muted, pinned } => self.prefer(*who, *thread, *muted, *pinned),
        }
    }
}
