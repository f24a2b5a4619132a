//! Opening a direct thread.

use std::collections::BTreeSet;

use super::about::About;
use super::ids::{Seq, ThreadId, UserId};
use super::log::{Change, Entry, What};
use super::member::{Invitation, Member, ReadMark, Role, Standing};
use super::tally::{Slot, Slots, Tally};
use super::thread::{Kind, Revision, Thread};
use super::time::Timestamp;

/// A new direct thread that `actor` opens with `recipient`, and the first entry of its log. `standing` is what the
/// recipient's side was decided to be; the actor has it in their inbox. `revision` is that of the head it replaces: blocks
/// leave one behind where there was no thread.
#[must_use]
pub fn open(
    id: ThreadId,
    actor: &UserId,
    recipient: &UserId,
    standing: Standing,
    revision: Revision,
    now: Timestamp,
) -> (Thread, Entry) {
    let member = |user_id: &UserId, slot: Slot, standing| Member {
        user_id: user_id.clone(),
        role: Role::Member,
        slot,
        start: 0,
        joined_seq: Seq::ONE,
        standing,
        invitation: Invitation::default(),
        mark: ReadMark::default(),
        hides: Slots::NONE,
        notice: Slots::NONE,
    };
    let members = vec![member(actor, Slot::FIRST, Standing::Accepted), member(recipient, Slot::SECOND, standing)];
    let created = Entry {
        seq: Seq::ONE,
        at: now,
        actor_id: actor.clone(),
        what: What::Change(Change::ThreadCreated { user_ids: vec![actor.clone(), recipient.clone()], title: None }),
    };
    let thread = Thread {
        id,
        kind: Kind::Direct { blocks: BTreeSet::new(), about: About::new(actor, now) },
        last_seq: Seq::ONE,
        active_at: now,
        bumped_at: now,
        tally: Tally::default(),
        last_message: None,
        members,
        revision: revision.next(),
    };
    (thread, created)
}
