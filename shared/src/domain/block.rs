//! Blocked people in a group (rule 12): who hides whom, and what is left to decide. Only the one who blocks ever learns of it.

use super::ids::UserId;
use super::tally::{Slots, Tally};
use super::thread::{Kind, Thread};

/// The group after `user` began to block `blocked`: what that one says is hidden from `user`, and if they are there, `user` has
/// to decide whether to stay. `None` if it is so already, or is none of this group's business. `marked` is the tally at `user`'s
/// read mark; it is needed only where something is unread.
#[must_use]
pub fn hide(thread: &Thread, user: &UserId, blocked: &UserId, marked: Option<&Tally>) -> Option<Thread> {
    let (slot, _) = thread.place(blocked)?;
    if !thread.is_group() || thread.member(user)?.hides.contains(slot) {
        return None;
    }
    let present = thread.member(blocked).is_some();
    changed(thread, user, marked, |hides, notice| (hides.with(slot), if present { notice.with(slot) } else { notice }))
}

/// The group after `user` ended blocking `blocked`: everything of theirs is shown and counted again. `None` if nothing was
/// hidden.
#[must_use]
pub fn unhide(thread: &Thread, user: &UserId, blocked: &UserId, marked: Option<&Tally>) -> Option<Thread> {
    let (slot, _) = thread.place(blocked)?;
    if !thread.member(user)?.hides.contains(slot) {
        return None;
    }
    let mut next = changed(thread, user, marked, |hides, notice| (hides.without(slot), notice.without(slot)))?;
    forget_departed(&mut next);
    Some(next)
}

/// The group after `user` decided to stay in it; `None` if there was nothing to decide.
#[must_use]
pub fn stay(thread: &Thread, user: &UserId) -> Option<Thread> {
    if thread.member(user)?.notice.is_empty() {
        return None;
    }
    let mut next = thread.clone();
    next.revision = thread.revision.next();
    for member in next.members.iter_mut().filter(|member| member.user_id == *user) {
        member.notice = Slots::NONE;
    }
    Some(next)
}

/// Whether the tally at `user`'s mark is needed to hide somebody from them, or to end that.
#[must_use]
pub fn needs_marked(thread: &Thread, user: &UserId) -> bool {
    thread.member(user).is_some_and(|member| member.mark.seq < thread.last_seq)
}

fn changed(
    thread: &Thread,
    user: &UserId,
    marked: Option<&Tally>,
    change: impl FnOnce(Slots, Slots) -> (Slots, Slots),
) -> Option<Thread> {
    let mut next = thread.clone();
    next.revision = thread.revision.next();
    let mut member = thread.member(user)?.clone();
    (member.hides, member.notice) = change(member.hides, member.notice);
    // What counts for them has changed, up to their mark as well as after it.
    let nothing = Tally::default();
    let marked = if needs_marked(thread, user) { marked.unwrap_or(&nothing) } else { &thread.tally };
    member.mark.heard = thread.heard(&member, marked);
    let place = next.members.iter().position(|before| before.user_id == *user)?;
    next.members[place] = member;
    Some(next)
}

/// Forgets those who are gone and hidden by nobody any more.
pub(super) fn forget_departed(thread: &mut Thread) {
    let hidden = thread.members.iter().fold(0, |hidden, member| hidden | member.hides.bits());
    if let Kind::Group { departed } = &mut thread.kind {
        departed.retain(|gone| Slots::from_bits(hidden).contains(gone.slot));
    }
}
