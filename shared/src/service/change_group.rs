//! Changing a group: removing members, leaving, roles, the title.

use std::collections::BTreeMap;

use super::context::Context;
use super::delete_thread::{end, ended_by_caller};
use super::error::Error;
use super::invite::inviting_pair;
use super::load::load_thread;
use super::notify;
use super::operation::{Done, Operation, Step, run};
use crate::domain::details::ThreadDetails;
use crate::domain::group::{self, Stay, declines_by_leaving, needs_hidden_stays};
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::member::Role;
use crate::domain::refusal::Refusal;
use crate::domain::thread::Thread;
use crate::domain::title::Title;
use crate::domain::transition::Transition;
use crate::store::{Declined, Head, NewMembers, Writes};

/// A group after a change, or as it was if there was nothing to change. It shows the snapshots that the group has of its
/// members: nothing that is read from here on could keep the others from hearing of the change.
#[derive(Debug)]
pub struct ChangedGroup {
    pub thread: Thread,
    pub details: ThreadDetails,
}

/// The change that a caller asks for.
enum Change<'a> {
    Leave,
    Remove(&'a UserId),
    SetRole(&'a UserId, Role),
    Rename(Option<Title>),
}

struct ChangeGroup<'a> {
    thread_id: &'a ThreadId,
    change: Change<'a>,
    /// Whether the erasure was asked for of a group that ends by it.
    asked: bool,
}

impl<'a> ChangeGroup<'a> {
    fn new(thread_id: &'a ThreadId, change: Change<'a>) -> Self {
        Self { thread_id, change, asked: false }
    }
}

/// The caller leaves a group. That never fails for a member (rule 10), and does nothing for one who left or was removed before.
///
/// # Errors
/// `NotFound`; `ModeratorsOnly` in a direct thread.
pub async fn leave(ctx: &Context, thread_id: &ThreadId) -> Result<Done<()>, Error> {
    let left = run(ctx, ChangeGroup::new(thread_id, Change::Leave)).await;
    unless_gone(ctx, (thread_id, &ctx.caller), Seq::ZERO, left).await
}

/// The caller, a moderator, removes a member. It does nothing to one who left or was removed before.
///
/// # Errors
/// `NotFound`, `ModeratorsOnly`.
pub async fn remove_member(ctx: &Context, thread_id: &ThreadId, user_id: &UserId) -> Result<Done<()>, Error> {
    let removed = run(ctx, ChangeGroup::new(thread_id, Change::Remove(user_id))).await;
    let mut joined = Seq::ZERO;
    if let Err(Error::Refused(Refusal::NotFound)) = &removed {
        // What the group says of others is for its members, and of what was before them it says nothing (rule 11).
        let thread = load_thread(ctx, thread_id).await?;
        joined = thread.member(&ctx.caller).ok_or(Refusal::NotFound)?.joined_seq;
    }
    unless_gone(ctx, (thread_id, user_id), joined, removed).await
}

/// What came of taking a user out of a group, or nothing to do where they went already, not before `joined`: a repeat whose first
/// response was lost is no error (rule 15).
async fn unless_gone(
    ctx: &Context,
    (thread_id, user_id): (&ThreadId, &UserId),
    joined: Seq,
    result: Result<Done<ChangedGroup>, Error>,
) -> Result<Done<()>, Error> {
    match result {
        Ok(done) => Ok(done.split().1),
        Err(Error::Refused(Refusal::NotFound)) => {
            let stay = ctx.store.former_member(thread_id, user_id).await?.last_stay;
            let gone = stay.is_some_and(|stay| stay.ended >= joined)
                || (*user_id == ctx.caller && ended_by_caller(ctx, &ctx.store.head(thread_id).await?));
            if gone { Ok(Done::new((), Vec::new())) } else { Err(Refusal::NotFound.into()) }
        }
        Err(error) => Err(error),
    }
}

/// The caller, a moderator, makes a member a moderator, or ends that.
///
/// # Errors
/// `NotFound`, `ModeratorsOnly`, `OnlyMember`.
pub async fn set_role(
    ctx: &Context,
    thread_id: &ThreadId,
    user_id: &UserId,
    role: Role,
) -> Result<Done<ChangedGroup>, Error> {
    run(ctx, ChangeGroup::new(thread_id, Change::SetRole(user_id, role))).await
}

/// The caller, a moderator, gives the group another title or takes it away.
///
/// # Errors
/// `NotFound`, `ModeratorsOnly`.
pub async fn rename(ctx: &Context, thread_id: &ThreadId, title: Option<Title>) -> Result<Done<ChangedGroup>, Error> {
    run(ctx, ChangeGroup::new(thread_id, Change::Rename(title))).await
}

impl ChangeGroup<'_> {
    /// The group and its details as they are now, read beside each other: the details may be older than the head, if somebody
    /// joined in between, and are then read once more.
    async fn load(&self, ctx: &Context) -> Result<(Thread, ThreadDetails), Error> {
        let details = async { Ok(ctx.store.details(self.thread_id).await?) };
        let (mut thread, details) = tokio::try_join!(load_thread(ctx, self.thread_id), details)?;
        if needs_hidden_stays(&thread) {
            ctx.store.read_hidden_stays(vec![&mut thread], |_| true).await?;
        }
        // A direct thread has no details of its own, and nothing of this can be done to it.
        let missing = if thread.is_group() { Refusal::NotFound } else { Refusal::ModeratorsOnly };
        let details = details.ok_or(missing)?;
        let complete = thread.members.iter().all(|member| details.snapshots.contains_key(&member.user_id));
        let details = if complete { details } else { super::load::load_details(ctx, &thread).await? };
        Ok((thread, details))
    }

    /// Whether the caller declines the group by leaving it (rule 8).
    async fn declines(&self, ctx: &Context, thread: &Thread) -> Result<bool, Error> {
        let leaves = matches!(self.change, Change::Leave);
        // Only who waits needs the look at what was before.
        if !leaves || !declines_by_leaving(thread, &ctx.caller, true) {
            return Ok(false);
        }
        Ok(declines_by_leaving(
            thread,
            &ctx.caller,
            ctx.store.former_member(&thread.id, &ctx.caller).await?.left_for_good,
        ))
    }

    fn decide(&self, ctx: &Context, thread: &Thread, details: &ThreadDetails) -> Result<Option<Transition>, Refusal> {
        match &self.change {
            Change::Leave => group::leave(thread, &ctx.caller, ctx.now).map(Some),
            Change::Remove(user_id) => group::remove(thread, &ctx.caller, user_id, ctx.now).map(Some),
            Change::SetRole(user_id, role) => group::set_role(thread, &ctx.caller, user_id, *role, ctx.now),
            Change::Rename(title) => group::rename(thread, &ctx.caller, details.title.as_ref(), title.clone(), ctx.now),
        }
    }
}

impl Operation for ChangeGroup<'_> {
    type Output = ChangedGroup;
    type Beside = ();

    async fn step(&mut self, ctx: &Context, _head: Option<Head>) -> Result<Step<ChangedGroup>, Error> {
        let (thread, details) = self.load(ctx).await?;
        let Some(transition) = self.decide(ctx, &thread, &details)? else {
            return Ok(Step::unchanged(ChangedGroup { thread, details }));
        };
        if transition.after.members.is_empty() {
            // The last one leaves: nobody is there who could see what was said.
            let writes = end(ctx, &thread, &mut self.asked).await?;
            let notifications = notify::group_changed(&transition, &ctx.caller);
            return Ok(Step::write(ChangedGroup { thread: transition.after, details }, writes).notify(notifications));
        }
        let room = details.room.as_ref().map(|room| &room.id);
        let goes = match &self.change {
            Change::Leave => Some(&ctx.caller),
            Change::Remove(user_id) => Some(*user_id),
            Change::SetRole(..) | Change::Rename(_) => None,
        };
        let mut stay =
            goes.and_then(|user_id| Stay::of(&thread, user_id, thread.last_seq.next(), transition.after.last_entry_at));
        let declines = self.declines(ctx, &thread).await?;
        if let Some(stay) = stay.as_mut().filter(|_| declines) {
            stay.declined = Some(ctx.now);
        }
        let mut writes = Writes::change_group(&transition, room, &NewMembers::new(), stay.as_ref())?;
        if declines {
            let pair = inviting_pair(ctx, &thread).await?;
            writes.rest(Declined { by: &ctx.caller, pair: pair.as_ref(), at: ctx.now });
        }
        let notifications = notify::group_changed(&transition, &ctx.caller);
        let details = details.after(&transition.entries, &BTreeMap::new());
        Ok(Step::write(ChangedGroup { thread: transition.after, details }, writes).notify(notifications))
    }
}
