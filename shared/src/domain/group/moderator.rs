//! The check that a user is a moderator.

use crate::domain::ids::UserId;
use crate::domain::member::{Member, Role};
use crate::domain::refusal::Refusal;
use crate::domain::thread::Thread;

/// The member `actor`, who has to be a moderator.
pub(super) fn moderator<'a>(thread: &'a Thread, actor: &UserId) -> Result<&'a Member, Refusal> {
    let member = thread.member(actor).ok_or(Refusal::NotFound)?;
    if member.role == Role::Moderator { Ok(member) } else { Err(Refusal::ModeratorsOnly) }
}
