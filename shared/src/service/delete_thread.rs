//! Deleting a chat: for oneself, or a group for everyone (rule 20).

use super::context::Context;
use super::erase::ask_for_erasure;
use super::error::Error;
use super::invite::inviting_pair;
use super::load::{load_details, thread_at};
use super::notify;
use super::operation::{Done, Operation, Step, run};
use crate::domain::clear::clear;
use crate::domain::group::may_end;
use crate::domain::ids::ThreadId;
use crate::domain::refusal::Refusal;
use crate::domain::thread::Thread;
use crate::store::{Declined, Head, Writes};

struct ClearThread<'a>(&'a ThreadId);

/// The caller deletes a chat for themself. Nobody learns of it but their own devices.
///
/// # Errors
/// `NotFound`.
pub async fn delete_for_me(ctx: &Context, thread_id: &ThreadId) -> Result<Done<()>, Error> {
    run(ctx, ClearThread(thread_id)).await
}

/// The caller, a moderator, deletes a group for everyone. It does nothing to one that they ended before.
///
/// # Errors
/// `NotFound`, `ModeratorsOnly`.
pub async fn delete_for_everyone(ctx: &Context, thread_id: &ThreadId) -> Result<Done<()>, Error> {
    run(ctx, EndThread { thread_id, asked: false }).await
}

impl Operation for ClearThread<'_> {
    type Output = ();
    type Beside = ();

    async fn step(&mut self, ctx: &Context, head: Option<Head>) -> Result<Step<()>, Error> {
        let thread = thread_at(ctx, head, self.0).await?;
        let Some(transition) = clear(&thread, &ctx.caller, ctx.now)? else { return Ok(Step::unchanged(())) };
        let own = thread.member(&ctx.caller).ok_or(Refusal::NotFound)?;
        let mut writes = Writes::change_thread(&transition)?;
        if !own.standing.is_accepted() && own.hears() {
            // It declines the request.
            let pair = inviting_pair(ctx, &thread).await?;
            writes.rest(Declined { by: &ctx.caller, pair: pair.as_ref(), at: ctx.now });
        }
        // What came declined was on no device.
        let told = own.hears().then(|| notify::deleted(&thread, vec![ctx.caller.clone()], None, ctx.now));
        Ok(Step::write((), writes).notify(told.into_iter().collect()))
    }
}

struct EndThread<'a> {
    thread_id: &'a ThreadId,
    /// Whether the erasure was asked for.
    asked: bool,
}

impl Operation for EndThread<'_> {
    type Output = ();
    type Beside = ();

    async fn step(&mut self, ctx: &Context, head: Option<Head>) -> Result<Step<()>, Error> {
        let head = match head {
            Some(head) => head,
            None => ctx.store.head(self.thread_id).await?,
        };
        if ended_by_caller(ctx, &head) {
            return Ok(Step::unchanged(()));
        }
        let thread = thread_at(ctx, Some(head), self.thread_id).await?;
        may_end(&thread, &ctx.caller)?;
        let told = thread.audience();
        let notification = notify::deleted(&thread, told, Some(&ctx.caller), ctx.now);
        let writes = end(ctx, &thread, &mut self.asked).await?;
        Ok(Step::write((), writes).notify(vec![notification]))
    }
}

/// Whether the caller ended the group that was here: then this is a repeat.
pub(super) fn ended_by_caller(ctx: &Context, head: &Head) -> bool {
    matches!(head, Head::Absent(absent) if absent.ended.as_ref().is_some_and(|end| end.by == ctx.caller))
}

/// The writes that end a group. The erasure of what was said is asked for before, once.
pub(super) async fn end(ctx: &Context, thread: &Thread, asked: &mut bool) -> Result<Writes, Error> {
    let details = load_details(ctx, thread).await?;
    if !*asked {
        ask_for_erasure(ctx, &thread.id).await?;
        *asked = true;
    }
    let room = details.room.as_ref().map(|room| &room.id);
    Ok(Writes::end_group(thread, room, &ctx.caller, ctx.now)?)
}
