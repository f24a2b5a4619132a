//! Accepting and declining a message request (rule 7).

use super::ids::UserId;
use super::member::Standing;
use super::refusal::Refusal;
use super::thread::{Kind, Thread};
use super::time::Timestamp;
use super::transition::Transition;

/// `user` accepts the thread; `None` if they have done so already.
///
/// # Errors
/// [`Refusal::NotFound`] unless they are a member.
pub fn accept(thread: &Thread, user: &UserId) -> Result<Option<Transition>, Refusal> {
    match thread.member(user).ok_or(Refusal::NotFound)?.standing {
        Standing::Accepted => Ok(None),
        Standing::Pending { .. } | Standing::Declined { .. } | Standing::Resting { .. } => {
            Ok(Some(with_standing(thread, user, Standing::Accepted)))
        }
    }
}

/// `user` declines the thread at `now`; `None` if they have done so already.
///
/// # Errors
/// [`Refusal::NotFound`] unless they are a member, [`Refusal::AlreadyAccepted`].
pub fn decline(thread: &Thread, user: &UserId, now: Timestamp) -> Result<Option<Transition>, Refusal> {
    match thread.member(user).ok_or(Refusal::NotFound)?.standing {
        Standing::Accepted => Err(Refusal::AlreadyAccepted),
        Standing::Declined { .. } => Ok(None),
        Standing::Pending { .. } | Standing::Resting { .. } => {
            Ok(Some(with_standing(thread, user, Standing::Declined { at: now })))
        }
    }
}

fn with_standing(thread: &Thread, user: &UserId, standing: Standing) -> Transition {
    Transition::unlogged(thread, |after| {
        for member in after.members.iter_mut().filter(|member| &member.user_id == user) {
            member.set_standing(standing);
        }
        // Who accepts a direct thread wants to hear of the other again, also in groups.
        if let Kind::Direct { rests, .. } = &mut after.kind
            && standing.is_accepted()
        {
            rests.remove(user);
        }
    })
}
