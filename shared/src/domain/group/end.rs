//! Ending a group: a moderator deletes it for everyone, or its last member leaves (rule 20).

use super::moderator::moderator;
use crate::domain::ids::UserId;
use crate::domain::refusal::Refusal;
use crate::domain::thread::Thread;

/// Whether `actor` may delete the group for everyone.
///
/// # Errors
/// `NotFound`, `ModeratorsOnly`; the latter also in a direct thread, which neither of the two deletes for both.
pub fn may_end(thread: &Thread, actor: &UserId) -> Result<(), Refusal> {
    moderator(thread, actor).map(|_| ())
}

/// The group without anybody in it.
#[must_use]
pub fn ended(thread: &Thread) -> Thread {
    Thread { members: Vec::new(), ..thread.clone() }
}
