//! Leaving a group, and removing a member.

use super::moderator::moderator;
use crate::domain::block::forget_departed;
use crate::domain::ids::UserId;
use crate::domain::log::Change;
use crate::domain::member::Member;
use crate::domain::refusal::Refusal;
use crate::domain::thread::{Departed, Kind, Thread};
use crate::domain::time::Timestamp;
use crate::domain::transition::Transition;

/// Departed members that a group keeps, at most. With 15 members they fill all slots.
const MAX_DEPARTED: usize = 17;

/// `actor` removes `user` from the group.
///
/// # Errors
/// `NotFound`, `ModeratorsOnly`.
pub fn remove(thread: &Thread, actor: &UserId, user: &UserId, now: Timestamp) -> Result<Transition, Refusal> {
    moderator(thread, actor)?;
    thread.member(user).ok_or(Refusal::NotFound)?;
    Ok(without(thread, actor, Change::MemberRemoved { user_id: user.clone() }, user, now))
}

/// `user` leaves the group. This never fails for a member. The last member leaves an empty group behind.
///
/// # Errors
/// `NotFound`; `ModeratorsOnly` in a direct thread, which nobody leaves.
pub fn leave(thread: &Thread, user: &UserId, now: Timestamp) -> Result<Transition, Refusal> {
    thread.member(user).ok_or(Refusal::NotFound)?;
    if !thread.is_group() {
        return Err(Refusal::ModeratorsOnly);
    }
    Ok(without(thread, user, Change::MemberLeft { user_id: user.clone() }, user, now))
}

fn without(thread: &Thread, actor: &UserId, change: Change, user: &UserId, now: Timestamp) -> Transition {
    let mut builder = Transition::logged(thread, actor, now);
    depart(builder.thread(), user);
    builder.log(change);
    builder.ensure_moderator(user);
    builder.build()
}

/// Removes a member. Their slot stays taken while a member hides them.
fn depart(thread: &mut Thread, user: &UserId) {
    let Some(place) = thread.members.iter().position(|member| member.user_id == *user) else { return };
    let gone = thread.members.remove(place);
    for member in &mut thread.members {
        member.notice = member.notice.without(gone.slot);
        if member.invitation.by == Some(gone.slot) {
            member.invitation.by = None;
        }
    }
    if let Kind::Group { departed } = &mut thread.kind {
        let Member { user_id, slot, slot_start, joined_seq, unknown, .. } = gone;
        departed.push(Departed { user_id, slot, slot_start, joined_seq, unknown });
    }
    // Before anybody has to make room: a member whom nobody hides takes none.
    forget_departed(thread);
    let Kind::Group { departed } = &mut thread.kind else { return };
    if departed.len() > MAX_DEPARTED {
        // The messages of the departed member who joined first are shown again. They count as read, because they are not new.
        departed.sort_by_key(|gone| gone.joined_seq);
        let oldest = departed.remove(0);
        let sent = thread.counts.of(oldest.slot).saturating_sub(oldest.slot_start);
        for member in thread.members.iter_mut().filter(|member| member.hides.contains(oldest.slot)) {
            member.hides = member.hides.without(oldest.slot);
            member.mark.counted += sent;
        }
    }
}
