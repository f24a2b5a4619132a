//! Opening a direct thread.

use std::collections::BTreeSet;

use super::counts::{MessageCounts, Slot};
use super::deletions::Deletions;
use super::details::ThreadDetails;
use super::ids::{Seq, ThreadId, UserId};
use super::log::{Change, Entry, EntryContent};
use super::member::{Member, Standing};
use super::pins::Pins;
use super::revision::Revision;
use super::tail::Tail;
use super::thread::{Kind, Thread};
use super::time::Timestamp;
use super::transition::NewThread;

/// The two users of a new direct thread, and its standing with the recipient. The actor has it in their inbox.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'a> {
    pub actor: &'a UserId,
    pub recipient: &'a UserId,
    pub standing: Standing,
    /// When the recipient declined a group of the actor. What the actor declined is over: they write themselves.
    pub declined: Option<Timestamp>,
}

/// A new direct thread and the first entry of its log. `revision` is that of the absent head that it replaces: a block creates
/// one before there is a thread.
#[must_use]
pub fn open(id: ThreadId, opening: Opening<'_>, revision: Revision, now: Timestamp) -> NewThread {
    let Opening { actor, recipient, standing, declined } = opening;
    let members = vec![
        Member::new(actor.clone(), Slot::FIRST, Seq::ONE, Standing::Accepted),
        Member::new(recipient.clone(), Slot::SECOND, Seq::ONE, standing),
    ];
    let created = Change::ThreadCreated { user_ids: vec![actor.clone(), recipient.clone()], title: None };
    let entry = Entry { seq: Seq::ONE, at: now, actor_id: actor.clone(), content: EntryContent::Change(created) };
    let thread = Thread {
        id,
        kind: Kind::Direct {
            blocks: BTreeSet::new(),
            rests: declined.map(|at| (recipient.clone(), at)).into_iter().collect(),
            details: ThreadDetails::new(actor, now),
        },
        last_seq: Seq::ONE,
        last_entry_at: now,
        active_at: now,
        bumped_at: now,
        counts: MessageCounts::default(),
        deletions: Deletions::default(),
        pins: Pins::default(),
        last_message: None,
        members,
        revision: revision.next(),
        tail: Tail::default(),
    };
    NewThread { thread, entries: vec![entry] }
}
