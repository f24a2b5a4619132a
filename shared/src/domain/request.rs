//! Answering a request (rule 7).

use super::ids::UserId;
use super::member::Standing;
use super::thread::Thread;
use super::time::Timestamp;

/// Why a request could not be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerRefusal {
    /// The user is not in the thread: `not-found`.
    NotAMember,
    /// There is nothing to decline, it is in their inbox: `conflict`.
    AlreadyAccepted,
}

/// The thread after `user` accepted it; `None` if that changes nothing.
///
/// # Errors
/// [`AnswerRefusal::NotAMember`].
pub fn accept(thread: &Thread, user: &UserId) -> Result<Option<Thread>, AnswerRefusal> {
    let member = thread.member(user).ok_or(AnswerRefusal::NotAMember)?;
    if member.standing.is_accepted() {
        return Ok(None);
    }
    Ok(Some(with_standing(thread, user, Standing::Accepted)))
}

/// The thread after `user` declined it at `now`; `None` if they had done so before.
///
/// # Errors
/// [`AnswerRefusal::NotAMember`], [`AnswerRefusal::AlreadyAccepted`].
pub fn decline(thread: &Thread, user: &UserId, now: Timestamp) -> Result<Option<Thread>, AnswerRefusal> {
    match thread.member(user).ok_or(AnswerRefusal::NotAMember)?.standing {
        Standing::Accepted => Err(AnswerRefusal::AlreadyAccepted),
        Standing::Declined { .. } => Ok(None),
        Standing::Pending => Ok(Some(with_standing(thread, user, Standing::Declined { at: now }))),
    }
}

fn with_standing(thread: &Thread, user: &UserId, standing: Standing) -> Thread {
    let mut next = thread.clone();
    for member in next.members.iter_mut().filter(|member| &member.user_id == user) {
        member.stand(standing);
    }
    next.revision = thread.revision.next();
    next
}
