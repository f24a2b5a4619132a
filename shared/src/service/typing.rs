//! The one signal that is never stored: somebody is typing (rule 24).

use super::context::Context;
use super::error::Error;
use super::notify::about;
use crate::delivery::{EventKind, Notification};
use crate::domain::ids::{ConnectionId, ThreadId, UserId};
use crate::domain::limits::TYPING_LIFE;
use crate::domain::refusal::Refusal;
use crate::domain::thread::Thread;

/// Who hears that the user of the caller's connection is typing in a thread; `None` if nobody does.
///
/// # Errors
/// `NotFound` unless the user is a member.
pub async fn typing(ctx: &Context<ConnectionId>, thread_id: &ThreadId) -> Result<Option<Notification>, Error> {
    let (user, thread) = ctx.store.connection_and_thread(&ctx.caller, thread_id).await?;
    // A connection without a user is one that is being closed.
    let Some(user) = user else { return Ok(None) };
    let thread = thread.filter(|thread| thread.member(&user).is_some()).ok_or(Refusal::NotFound)?;
    let readers = readers(&thread, &user);
    if readers.is_empty() {
        return Ok(None);
    }
    let shows = ctx.store.profile(&user).await?.is_some_and(|profile| profile.settings.typing_indicators);
    let kind = EventKind::Typing { expires_at: ctx.now.plus(TYPING_LIFE) };
    Ok(shows.then(|| about(&thread, Some(&user), ctx.now, kind).to(readers)))
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
