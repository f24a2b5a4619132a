//! The roles of members, and the title of a group.

use super::moderator::moderator;
use crate::domain::ids::UserId;
use crate::domain::log::Change;
use crate::domain::member::Role;
use crate::domain::refusal::Refusal;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::domain::title::Title;
use crate::domain::transition::Transition;

/// `actor` gives `user` a role; `None` if they have it already.
///
/// # Errors
/// `NotFound`, `ModeratorsOnly`, `OnlyMember`.
pub fn set_role(
    thread: &Thread,
    actor: &UserId,
    user: &UserId,
    role: Role,
    now: Timestamp,
) -> Result<Option<Transition>, Refusal> {
    moderator(thread, actor)?;
    if thread.member(user).ok_or(Refusal::NotFound)?.role == role {
        return Ok(None);
    }
    if thread.members.len() == 1 {
        return Err(Refusal::OnlyMember);
    }
    let mut builder = Transition::logged(thread, actor, now);
    builder.set_role(user, role);
    builder.ensure_moderator(user);
    Ok(Some(builder.build()))
}

/// `actor` changes the title from `before` to `title`; `None` if the two are the same.
///
/// # Errors
/// `NotFound`, `ModeratorsOnly`.
pub fn rename(
    thread: &Thread,
    actor: &UserId,
    before: Option<&Title>,
    title: Option<Title>,
    now: Timestamp,
) -> Result<Option<Transition>, Refusal> {
    moderator(thread, actor)?;
    if before == title.as_ref() {
        return Ok(None);
    }
    let mut builder = Transition::logged(thread, actor, now);
    builder.log(Change::ThreadRenamed { title });
    Ok(Some(builder.build()))
}
