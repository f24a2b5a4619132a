//! Going, and being taken out.

use super::{Changed, Draft, GroupRefusal, moderator};
use crate::domain::block::forget_departed;
use crate::domain::ids::UserId;
use crate::domain::log::Change;
use crate::domain::thread::{Departed, Kind, Thread};
use crate::domain::time::Timestamp;

/// How many who are gone a group keeps the places of: with 15 members all of the tally's places are taken then.
const MAX_DEPARTED: usize = 17;

/// The group after `actor` took `user` out of it.
///
/// # Errors
/// A [`GroupRefusal`].
pub fn remove(thread: &Thread, actor: &UserId, user: &UserId, now: Timestamp) -> Result<Changed, GroupRefusal> {
    moderator(thread, actor)?;
    thread.member(user).ok_or(GroupRefusal::NotAMember)?;
    Ok(without(thread, actor, user, Change::MemberRemoved { user_id: user.clone() }, now))
}

/// The group after `user` left it. That never fails for a member; the last one leaves nobody.
///
/// # Errors
/// [`GroupRefusal::NotAMember`]; [`GroupRefusal::Forbidden`] in a direct thread.
pub fn leave(thread: &Thread, user: &UserId, now: Timestamp) -> Result<Changed, GroupRefusal> {
    thread.member(user).ok_or(GroupRefusal::NotAMember)?;
    if !thread.is_group() {
        return Err(GroupRefusal::Forbidden);
    }
    Ok(without(thread, user, user, Change::MemberLeft { user_id: user.clone() }, now))
}

fn without(thread: &Thread, actor: &UserId, user: &UserId, change: Change, now: Timestamp) -> Changed {
    let mut draft = Draft::of(thread, actor, now);
    depart(draft.thread(), user);
    draft.log(change);
    draft.succeed(user);
    draft.done()
}

/// Takes a member out. Whoever blocks them goes on seeing what they said collapsed, so their place stays taken.
fn depart(thread: &mut Thread, user: &UserId) {
    let Some(place) = thread.members.iter().position(|member| member.user_id == *user) else { return };
    let gone = thread.members.remove(place);
    for member in &mut thread.members {
        member.notice = member.notice.without(gone.slot);
        if member.invitation.by == Some(gone.slot) {
            member.invitation.by = None;
        }
    }
    let Kind::Group { departed } = &mut thread.kind else { return };
    departed.push(Departed { user_id: gone.user_id, slot: gone.slot, start: gone.start, joined_seq: gone.joined_seq });
    if departed.len() > MAX_DEPARTED {
        // What the one who is longest gone said is shown again. It counts as read: nobody said it just now.
        departed.sort_by_key(|gone| gone.joined_seq);
        let oldest = departed.remove(0);
        let said = thread.tally.of(oldest.slot).saturating_sub(oldest.start);
        for member in thread.members.iter_mut().filter(|member| member.hides.contains(oldest.slot)) {
            member.hides = member.hides.without(oldest.slot);
            member.mark.heard += said;
        }
    }
    forget_departed(thread);
}
