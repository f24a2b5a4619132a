//! Somebody is typing (rule 24): the one signal of which nothing stays but when it was passed on.

use super::context::Context;
use super::error::Error;
use super::notify::about;
use crate::delivery::{EventKind, Notification};
use crate::domain::ids::{ConnectionId, ThreadId, UserId};
use crate::domain::limits::TYPING_LIFE;
use crate::domain::refusal::Refusal;
use crate::domain::thread::Thread;
use crate::store::ConnectedUser;

/// Who hears that the user of the caller's connection is typing in a thread; `None` if nobody does, or heard it a moment ago.
///
/// # Errors
/// `NotFound` unless the user is a member.
pub async fn typing(ctx: &Context<ConnectionId>, thread_id: &ThreadId) -> Result<Option<Notification>, Error> {
    let (sender, thread) = ctx.store.connection_and_thread(&ctx.caller, thread_id).await?;
    // A connection that is not stored is one that is being closed.
    let Some(ConnectedUser { user_id: user, typing }) = sender else { return Ok(None) };
    let thread = thread.filter(|thread| thread.member(&user).is_some()).ok_or(Refusal::NotFound)?;
    let readers = readers(&thread, &user);
    if readers.is_empty() {
        return Ok(None);
    }
    let Some(marked) = typing.with(thread_id, ctx.now) else { return Ok(None) };
    let shows = ctx.store.profile(&user).await?.is_some_and(|profile| profile.settings.typing_indicators);
    // Of two frames at the same moment one passes.
    if !shows || !ctx.store.mark_typing(&ctx.caller, &typing, &marked).await? {
        return Ok(None);
    }
    let kind = EventKind::Typing { expires_at: ctx.now.plus(TYPING_LIFE) };
    Ok(Some(about(&thread, Some(&user), ctx.now, kind).to(readers)))
}

/// The members who get to see that `user` types: those who accepted the thread, if `user` did so too (rule 7), but nobody who
/// blocks them.
fn readers(thread: &Thread, user: &UserId) -> Vec<UserId> {
    let accepted = thread.member(user).is_some_and(|member| member.standing.is_accepted());
    if !accepted || thread.is_blocked() {
        return Vec::new();
    }
    let readers = thread
        .others(user)
        .filter(|member| member.standing.is_accepted() && !thread.hides(member, user, thread.last_seq));
    readers.map(|member| member.user_id.clone()).collect()
}
