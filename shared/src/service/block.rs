//! Blocking a user, and ending that (rules 3, 6, 12).

use super::context::Context;
use super::error::Error;
use super::load::registered;
use super::notify;
use super::operation::{Done, Operation, Step, run};
use super::shared_groups::{GroupsPage, Scan, group_ids, load_page, shared_group_ids};
use crate::domain::block::{hide, unhide};
use crate::domain::counts::MessageCounts;
use crate::domain::ids::{Pair, ThreadId, UserId};
use crate::domain::member::Member;
use crate::domain::message_request;
use crate::domain::refusal::Refusal;
use crate::domain::thread::Thread;
use crate::domain::transition::Transition;
use crate::store::{EdgeEnds, Head, OnBlock, PairContext, Writes};

/// Which page of the shared groups.
#[derive(Debug)]
pub struct SharedPage {
    /// The last group of the page before.
    pub after: Option<ThreadId>,
    pub limit: usize,
}

struct Block<'a> {
    user_id: &'a UserId,
    pair: &'a Pair,
    page: &'a SharedPage,
    scan: Scan,
}

struct Unblock<'a> {
    user_id: &'a UserId,
    pair: &'a Pair,
    scan: Scan,
}

/// The caller blocks a user. Once this has returned, no message of either is stored in their direct thread any more, and in
/// groups messages of the blocked user reach the caller collapsed.
///
/// # Errors
/// `NotFound`, `ProfileRequired`.
pub async fn block(ctx: &Context, pair: &Pair, user_id: &UserId, page: &SharedPage) -> Result<Done<GroupsPage>, Error> {
    run(ctx, Block { user_id, pair, page, scan: Scan::default() }).await
}

/// The caller ends blocking a user, known or not. What was hidden in groups is shown again; nothing else comes back.
///
/// # Errors
/// `ProfileRequired`.
pub async fn unblock(ctx: &Context, pair: &Pair, user_id: &UserId) -> Result<Done<()>, Error> {
    run(ctx, Unblock { user_id, pair, scan: Scan::default() }).await
}

impl Block<'_> {
    /// The page of groups that the response shows, with the changes of this step.
    async fn shown(&self, ctx: &Context, ids: &[ThreadId], changes: &[Transition]) -> Result<GroupsPage, Error> {
        let behind = ids.partition_point(|id| self.page.after.as_ref().is_some_and(|after| id <= after));
        let wanted: Vec<ThreadId> = ids[behind..].iter().take(self.page.limit).cloned().collect();
        let more = behind + wanted.len() < ids.len();
        let mut page = load_page(ctx, wanted, more).await?;
        for group in &mut page.groups {
            if let Some(change) = changes.iter().find(|change| change.after.id == group.id) {
                group.clone_from(&change.after);
            }
        }
        page.groups.retain(|group| group.member(self.user_id).is_some());
        Ok(page)
    }

    fn on_block<'a>(ctx: &Context, head: &'a Head, declined: Option<&'a Transition>) -> OnBlock<'a> {
        let accepted = |thread: &Thread| thread.member(&ctx.caller).is_some_and(|own| own.standing.is_accepted());
        match (head, declined) {
            (_, Some(declined)) => OnBlock::Declines(declined),
            (Head::Absent(_), None) => OnBlock::Absent,
            (Head::Thread(thread), None) if accepted(thread) => OnBlock::Stays,
            (Head::Thread(thread), None) => OnBlock::Rests(thread),
        }
    }
}

impl Operation for Block<'_> {
    type Output = GroupsPage;
    type Beside = ();

    async fn step(&mut self, ctx: &Context, _head: Option<Head>) -> Result<Step<GroupsPage>, Error> {
        let PairContext { own, other, head, .. } = ctx.store.pair_context(&ctx.caller, self.user_id, self.pair).await?;
        let own = registered(own)?;
        let other = other.ok_or(Refusal::NotFound)?;
        // Who comes to be in a group with the other one while the block holds meets it there. So what was done then stays done.
        let blocks_already = head.is_blocked_by(&ctx.caller);
        if !blocks_already {
            self.scan = Scan::default();
        }
        let ids = self.scan.ids(shared_group_ids(ctx, self.user_id)).await?;
        let hide =
            |group: &Thread, marked: Option<&MessageCounts>| hide(group, &ctx.caller, self.user_id, marked, ctx.now);
        let changes = self.scan.next_changes(ctx, &ids, hide).await?;
        let more = !self.scan.is_over();
        // Their request, if this is one (rule 7).
        let declined = match &head {
            Head::Thread(thread) => message_request::decline(thread, &ctx.caller, ctx.now).ok().flatten(),
            Head::Absent(_) => None,
        };
        // Before the write: a read that fails after it would keep the caller's other devices from hearing of it.
        let output = if more { GroupsPage::default() } else { self.shown(ctx, &ids, &changes).await? };
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
            Writes::block(ends, Self::on_block(ctx, &head, declined.as_ref()), &changes, ctx.now)?
        };
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
        // While the block holds, more can become hidden: what begins at the start looks at the groups of now. Also those that the
        // other one left: what they said there is hidden still.
        if self.scan.is_at_start() {
            self.scan = Scan::default();
        }
        let ids = self.scan.ids(group_ids(ctx, &ctx.caller)).await?;
        let unhide = |group: &Thread, marked: Option<&MessageCounts>| unhide(group, &ctx.caller, self.user_id, marked);
        let whole = self.scan.is_at_start();
        let changes = self.scan.next_changes(ctx, &ids, unhide).await?;
        let ends = EdgeEnds { from: &own, to: &other, pair: self.pair };
        // The block ends with the last of the groups, so that a repeat finds what an interrupted attempt left. Until it ends, more can
        // become hidden: the step that ends it has looked at all of them.
        let last = whole && self.scan.is_over();
        let writes = if last { Writes::unblock(ends, &changes)? } else { Writes::change_hidden(&changes)? };
        if !last && self.scan.is_over() {
            self.scan = Scan::default();
        }
        Ok(Step { more: !last, ..Step::write((), writes) })
    }
}
