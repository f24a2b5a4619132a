//! Blocking a user, and ending that (rules 3, 6, 12).

use std::collections::HashMap;

use super::context::Context;
use super::error::Error;
use super::load::registered;
use super::notify;
use super::operation::{Done, Operation, Step, run};
use crate::domain::block::{hide, needs_marked, unhide};
use crate::domain::counts::MessageCounts;
use crate::domain::details::DetailsByThread;
use crate::domain::ids::{Pair, ThreadId, UserId};
use crate::domain::limits::MAX_GROUPS_AT_ONCE;
use crate::domain::member::Member;
use crate::domain::message_request;
use crate::domain::refusal::Refusal;
use crate::domain::thread::Thread;
use crate::domain::transition::Transition;
use crate::store::{EdgeEnds, Head, OnBlock, Writes};

/// The groups that the blocker shares with the blocked, for the decision to stay or to leave.
#[derive(Debug, Default)]
pub struct Blocked {
    pub groups: Vec<Thread>,
    pub details: DetailsByThread,
}

struct Block<'a> {
    user_id: &'a UserId,
    pair: &'a Pair,
}

struct Unblock<'a> {
    user_id: &'a UserId,
    pair: &'a Pair,
}

/// The caller blocks a user. Once this has returned, no message of either is stored in their direct thread any more, and in
/// groups messages of the blocked user reach the caller collapsed.
///
/// # Errors
/// `NotFound`, `ProfileRequired`.
pub async fn block(ctx: &Context, pair: &Pair, user_id: &UserId) -> Result<Done<Blocked>, Error> {
    run(ctx, Block { user_id, pair }).await
}

/// The caller ends blocking a user, known or not. What was hidden in groups is shown again; nothing else comes back.
///
/// # Errors
/// `ProfileRequired`.
pub async fn unblock(ctx: &Context, pair: &Pair, user_id: &UserId) -> Result<Done<()>, Error> {
    run(ctx, Unblock { user_id, pair }).await
}

impl Operation for Block<'_> {
    type Output = Blocked;
    type Beside = ();

    async fn step(&mut self, ctx: &Context, _head: Option<Head>) -> Result<Step<Blocked>, Error> {
        let context = ctx.store.pair_context(&ctx.caller, self.user_id, self.pair).await?;
        let own = registered(context.own)?;
        let other = context.other.ok_or(Refusal::NotFound)?;
        let hide = |group: &Thread, own: &UserId, other: &UserId, marked: Option<&MessageCounts>| {
            hide(group, own, other, marked, ctx.now)
        };
        let SharedGroups { groups, changes, more } = shared_groups(ctx, self.user_id, hide).await?;
        // Their request, if this is one (rule 7).
        let declined = match &context.head {
            Head::Thread(thread) => message_request::decline(thread, &ctx.caller, ctx.now).ok().flatten(),
            Head::Absent(_) => None,
        };
        let accepted = |thread: &Thread| thread.member(&ctx.caller).is_some_and(|own| own.standing.is_accepted());
        let on_block = match (&context.head, &declined) {
            (_, Some(declined)) => OnBlock::Declines(declined),
            (Head::Absent(_), None) => OnBlock::Absent,
            (Head::Thread(thread), None) if accepted(thread) => OnBlock::Stays,
            (Head::Thread(thread), None) => OnBlock::Rests(thread),
        };
        // Before the write: a read that fails after it would keep the caller's other devices from hearing of it.
        let ids: Vec<ThreadId> = groups.iter().map(|group| group.id.clone()).collect();
        let details = ctx.store.details_of(&ids).await?;
        let blocks_already = context.head.is_blocked_by(&ctx.caller);
        let leaves_requests = |change: &&Transition| {
            let listed = |thread: &Thread| thread.member(&ctx.caller).and_then(Member::listed_in);
            listed(&change.before).is_some() && listed(&change.after).is_none()
        };
        let gone = changes.iter().chain(&declined).filter(leaves_requests);
        let gone = gone.map(|change| notify::declined(&change.after, &ctx.caller, ctx.now));
        let met = |change: &Transition| notify::blocked_members_present(Some(&change.before), &change.after, ctx.now);
        let notifications = gone.chain(changes.iter().flat_map(met)).collect();
        let ends = EdgeEnds { from: &own, to: &other, pair: self.pair };
        let writes = if blocks_already && changes.is_empty() && declined.is_none() {
            Writes::none()
        } else {
            Writes::block(ends, on_block, &changes, ctx.now)?
        };
        let output = Blocked { groups: shared_by_both(ctx, self.user_id, with_changes(groups, changes)), details };
        // They share more groups than one write takes: the block holds, and the next step hides in the others.
        Ok(Step { more, ..Step::write(output, writes).notify(notifications) })
    }
}

impl Operation for Unblock<'_> {
    type Output = ();
    type Beside = ();

    async fn step(&mut self, ctx: &Context, _head: Option<Head>) -> Result<Step<()>, Error> {
        let context = ctx.store.pair_context(&ctx.caller, self.user_id, self.pair).await?;
        let own = registered(context.own)?;
        let blocks = context.head.is_blocked_by(&ctx.caller);
        let Some(other) = context.other.filter(|_| blocks) else { return Ok(Step::unchanged(())) };
        let SharedGroups { changes, more, .. } = shared_groups(ctx, self.user_id, unhide).await?;
        let ends = EdgeEnds { from: &own, to: &other, pair: self.pair };
        // The block ends with the last of the groups, so that a repeat finds what an interrupted attempt left.
        let writes = if more { Writes::change_hidden(&changes)? } else { Writes::unblock(ends, &changes)? };
        Ok(Step { more, ..Step::write((), writes) })
    }
}

/// The groups that two users share, and what a block makes of as many of them as one write takes.
struct SharedGroups {
    groups: Vec<Thread>,
    changes: Vec<Transition>,
    /// Whether there are more to change.
    more: bool,
}

async fn shared_groups(
    ctx: &Context,
    other: &UserId,
    change: impl Fn(&Thread, &UserId, &UserId, Option<&MessageCounts>) -> Option<Transition>,
) -> Result<SharedGroups, Error> {
    let own = &ctx.caller;
    let groups = ctx.store.shared_groups(own, other).await?;
    let mut concerned: Vec<&Thread> = groups.iter().filter(|group| change(group, own, other, None).is_some()).collect();
    let more = concerned.len() > MAX_GROUPS_AT_ONCE;
    concerned.truncate(MAX_GROUPS_AT_ONCE);
    let counts = concerned.iter().map(|group| async {
        if !needs_marked(group, own) {
            return Ok(None);
        }
        let mark = group.member(own).map(|member| member.mark.seq).unwrap_or_default();
        ctx.store.last_message_at(group, mark).await
    });
    let counts = futures_util::future::try_join_all(counts).await?;
    let marked = concerned.into_iter().zip(counts);
    let changes = marked.filter_map(|(group, last)| change(group, own, other, last.map(|last| last.counts).as_ref()));
    let changes = changes.collect();
    Ok(SharedGroups { groups, changes, more })
}

/// The groups, with those that changed as they are then.
fn with_changes(groups: Vec<Thread>, changes: Vec<Transition>) -> Vec<Thread> {
    let mut by_id: HashMap<ThreadId, Thread> =
        changes.into_iter().map(|change| (change.after.id.clone(), change.after)).collect();
    groups.into_iter().map(|group| by_id.remove(&group.id).unwrap_or(group)).collect()
}

/// The groups of which both are members, and not one of them was.
fn shared_by_both(ctx: &Context, other: &UserId, groups: Vec<Thread>) -> Vec<Thread> {
    let both = |group: &Thread| group.member(&ctx.caller).is_some() && group.member(other).is_some();
    groups.into_iter().filter(both).collect()
}
