//! Leaving a group, and removing a member.

use super::moderator::moderator;
use crate::domain::block::forget_departed;
use crate::domain::hidden::HiddenStay;
use crate::domain::ids::UserId;
use crate::domain::log::Change;
use crate::domain::member::Member;
use crate::domain::refusal::Refusal;
use crate::domain::thread::{Departed, Kind, Thread};
use crate::domain::time::Timestamp;
use crate::domain::transition::Transition;

/// Departed members that a head keeps, at most. With 15 members they fill all slots.
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
        departed.sort_by_key(|gone| gone.joined_seq);
        let oldest = departed.remove(0);
        make_room(thread, &oldest);
    }
}

/// Takes a departed member out of the head, and notes their stay with those who hide them. To these its messages count as read from
/// here on; `unread` stays what it is.
fn make_room(thread: &mut Thread, oldest: &Departed) {
    let sent = (oldest.slot_start, thread.counts.of(oldest.slot).max(oldest.slot_start));
    // They went before this entry, and are not back unless the head has a later stay of theirs.
    let came_back = thread.members.iter().map(|member| (&member.user_id, member.joined_seq));
    let came_back = came_back.chain(thread.departed().iter().map(|gone| (&gone.user_id, gone.joined_seq)));
    let next = came_back.filter(|(user_id, joined)| **user_id == oldest.user_id && *joined > oldest.joined_seq);
    let left = next.map(|(_, joined)| joined.previous()).min().unwrap_or(thread.last_seq);
    let stay = HiddenStay { user_id: oldest.user_id.clone(), joined: oldest.joined_seq, left, slot: oldest.slot, sent };
    for member in thread.members.iter_mut().filter(|member| member.hides.contains(oldest.slot)) {
        member.hides = member.hides.without(oldest.slot);
        member.mark.counted += sent.1 - sent.0;
        member.hidden_stays.add(stay.clone());
    }
}

/// Whether the next member who goes may leave no room in the head, so that the hidden stays of all have to be known.
#[must_use]
pub fn needs_hidden_stays(thread: &Thread) -> bool {
    thread.departed().len() >= MAX_DEPARTED
}
