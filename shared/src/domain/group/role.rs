//! Who runs a group, and what it is called.

use super::{Changed, Draft, GroupRefusal, moderator};
use crate::domain::about::Title;
use crate::domain::ids::UserId;
use crate::domain::log::Change;
use crate::domain::member::Role;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;

/// The group after `actor` gave `user` a role; `None` if they have it already.
///
/// # Errors
/// A [`GroupRefusal`].
pub fn set_role(
    thread: &Thread,
    actor: &UserId,
    user: &UserId,
    role: Role,
    now: Timestamp,
) -> Result<Option<Changed>, GroupRefusal> {
    moderator(thread, actor)?;
    if thread.member(user).ok_or(GroupRefusal::NotAMember)?.role == role {
        return Ok(None);
    }
    if thread.members.len() == 1 {
        return Err(GroupRefusal::OnlyMember);
    }
    let mut draft = Draft::of(thread, actor, now);
    draft.promote(user, role);
    draft.succeed(user);
    Ok(Some(draft.done()))
}

/// The group after `actor` changed its title from `before` to `title`; `None` if that is the same.
///
/// # Errors
/// A [`GroupRefusal`].
pub fn rename(
    thread: &Thread,
    actor: &UserId,
    before: Option<&Title>,
    title: Option<Title>,
    now: Timestamp,
) -> Result<Option<Changed>, GroupRefusal> {
    moderator(thread, actor)?;
    if before == title.as_ref() {
        return Ok(None);
    }
    let mut draft = Draft::of(thread, actor, now);
    draft.log(Change::ThreadRenamed { title });
    Ok(Some(draft.done()))
}
