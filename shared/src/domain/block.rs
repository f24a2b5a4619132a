//! Blocked people in a group (rule 12): who hides whom, and what is left to decide. Only the one who blocks ever learns of it.

use super::ids::UserId;
use super::tally::{Slot, Slots, Tally};
use super::thread::{Kind, Thread};

/// The group after `user` began to block `blocked`, both being in it: what that one says is hidden from `user`, who has to decide
/// whether to stay. `None` if it is so already, or they are not in it together. `marked` is the tally at `user`'s read mark.
#[must_use]
pub fn hide(thread: &Thread, user: &UserId, blocked: &UserId, marked: Option<&Tally>) -> Option<Thread> {
    let slot = thread.member(blocked)?.slot;
    if !thread.is_group() || thread.member(user)?.hides.contains(slot) {
        return None;
    }
    changed(thread, user, marked, |hides, notice| (hides.with(slot), notice.with(slot)))
}

/// The group after `user` ended blocking `blocked`: everything of theirs is shown and counted again. `None` if nothing was
/// hidden. `marked` as in [`hide`].
#[must_use]
pub fn unhide(thread: &Thread, user: &UserId, blocked: &UserId, marked: Option<&Tally>) -> Option<Thread> {
    let hides = thread.member(user)?.hides;
    let here = thread.member(blocked).map(|member| member.slot);
    let gone = thread.departed().iter().filter(|gone| gone.user_id == *blocked).map(|gone| gone.slot);
    let hidden: Vec<Slot> = here.into_iter().chain(gone).filter(|slot| hides.contains(*slot)).collect();
    if hidden.is_empty() {
        return None;
    }
    let without = |slots: Slots| hidden.iter().fold(slots, |slots, slot| slots.without(*slot));
    let mut next = changed(thread, user, marked, |hides, notice| (without(hides), without(notice)))?;
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
