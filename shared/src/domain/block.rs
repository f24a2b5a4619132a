//! Blocks in groups (rule 12): hidden messages, and the notice that asks the blocker whether to stay. Only the blocker ever
//! learns of them.

use super::counts::{MessageCounts, Slot, Slots};
use super::ids::UserId;
use super::member::{Member, Standing};
use super::thread::{Kind, Thread};
use super::time::Timestamp;
use super::transition::Transition;

/// Hides the messages of `blocked` from `user`, who blocks them at `now`, and gives `user` a notice. A request that `blocked` made
/// is declined (rule 7). `None` if they are hidden already, or if the two are not both members. `marked` are the counts at `user`'s mark.
#[must_use]
pub fn hide(
    thread: &Thread,
    user: &UserId,
    blocked: &UserId,
    marked: Option<&MessageCounts>,
    now: Timestamp,
) -> Option<Transition> {
    let slot = thread.member(blocked)?.slot;
    let member = thread.member(user)?;
    let hidden = member.hides.contains(slot);
    let asked = member.standing.is_pending() && member.invitation.by == Some(slot);
    if !thread.is_group() || (hidden && !asked) {
        return None;
    }
    // What is hidden already was decided on, or is about to be.
    changed(thread, user, marked, |member| {
        if !hidden {
            member.notice = member.notice.with(slot);
        }
        member.hides = member.hides.with(slot);
        if asked {
            member.set_standing(Standing::Declined { at: now });
        }
    })
}

/// Shows all messages of `blocked` to `user` again, and counts them. `None` if nothing was hidden. `marked` is as in [`hide`].
#[must_use]
pub fn unhide(thread: &Thread, user: &UserId, blocked: &UserId, marked: Option<&MessageCounts>) -> Option<Transition> {
    let member = thread.member(user)?;
    let hides = member.hides;
    let present = thread.member(blocked).map(|member| member.slot);
    let departed = thread.departed().iter().filter(|gone| gone.user_id == *blocked).map(|gone| gone.slot);
    let hidden: Vec<Slot> = present.into_iter().chain(departed).filter(|slot| hides.contains(*slot)).collect();
    let further = member.hidden_stays.clone().remove(blocked);
    if hidden.is_empty() && !further {
        return None;
    }
    let without = |slots: Slots| hidden.iter().fold(slots, |slots, slot| slots.without(*slot));
    let mut transition = changed(thread, user, marked, |member| {
        (member.hides, member.notice) = (without(member.hides), without(member.notice));
        member.hidden_stays.remove(blocked);
    })?;
    forget_departed(&mut transition.after);
    Some(transition)
}

/// Clears the notices of `user`, who decided to stay in the group; `None` if there are none.
#[must_use]
pub fn stay(thread: &Thread, user: &UserId) -> Option<Transition> {
    if thread.member(user)?.notice.is_empty() {
        return None;
    }
    Some(Transition::unlogged(thread, |after| {
        for member in after.members.iter_mut().filter(|member| member.user_id == *user) {
            member.notice = Slots::NONE;
        }
    }))
}

/// Whether [`hide`] and [`unhide`] need the counts at `user`'s mark. At the end of the log the counts of the head are enough.
#[must_use]
pub fn needs_marked(thread: &Thread, user: &UserId) -> bool {
    thread.member(user).is_some_and(|member| member.mark.seq < thread.last_seq)
}

fn changed(
    thread: &Thread,
    user: &UserId,
    marked: Option<&MessageCounts>,
    change: impl FnOnce(&mut Member),
) -> Option<Transition> {
    let mut member = thread.member(user)?.clone();
    change(&mut member);
    // Other messages count for them now, up to the mark as well as after it.
    let nothing = MessageCounts::default();
    let marked = if needs_marked(thread, user) { marked.unwrap_or(&nothing) } else { &thread.counts };
    member.mark.counted = thread.counted_at_mark(&member, member.mark.seq, marked);
    let place = thread.members.iter().position(|before| before.user_id == *user)?;
    Some(Transition::unlogged(thread, |after| after.members[place] = member))
}

/// Frees the slots of departed members whom nobody hides any more.
pub(super) fn forget_departed(thread: &mut Thread) {
    let hidden = thread.members.iter().fold(0, |hidden, member| hidden | member.hides.bits());
    if let Kind::Group { departed } = &mut thread.kind {
        departed.retain(|gone| Slots::from_bits(hidden).contains(gone.slot));
    }
}
