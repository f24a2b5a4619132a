//! Deleting a chat for oneself (rule 20).

use super::ids::UserId;
use super::member::{ReadMark, Standing};
use super::refusal::Refusal;
use super::thread::Thread;
use super::time::Timestamp;
use super::transition::Transition;

/// `user` deletes the chat for themself at `now`: what was said never comes back, and the next message brings the thread back with that
/// message only. A message request is declined by it. `None` if they have done so, and no message came since.
///
/// # Errors
/// [`Refusal::NotFound`] unless they are a member.
pub fn clear(thread: &Thread, user: &UserId, now: Timestamp) -> Result<Option<Transition>, Refusal> {
    let member = thread.member(user).ok_or(Refusal::NotFound)?;
    let again = match member.standing {
        Standing::Accepted => member.unlisted,
        Standing::Declined { .. } => member.cleared_seq >= thread.last_seq,
        Standing::Pending { .. } | Standing::Resting { .. } => false,
    };
    if again {
        return Ok(None);
    }
    let mark =
        ReadMark { seq: thread.last_seq, counted: thread.counted_at_mark(member, thread.last_seq, &thread.counts) };
    Ok(Some(Transition::unlogged(thread, |after| {
        for member in after.members.iter_mut().filter(|member| member.user_id == *user) {
            member.cleared_seq = thread.last_seq;
            // Nobody learns of it: what was deleted was not read.
            (member.shown, member.mark) = (Some(member.shown_mark()), mark);
            match member.standing {
                Standing::Accepted => member.unlisted = true,
                Standing::Declined { .. } => {}
                Standing::Pending { .. } | Standing::Resting { .. } => {
                    member.set_standing(Standing::Declined { at: now });
                }
            }
        }
    })))
}

/// Whether a transition depends on that no message comes in between: it would have to bring the thread back.
#[must_use]
pub fn clears(transition: &Transition) -> bool {
    let Transition { before, after, .. } = transition;
    let cleared = |member: &super::member::Member| {
        before.member(&member.user_id).is_some_and(|before| before.cleared_seq != member.cleared_seq)
    };
    after.members.iter().any(cleared)
}
