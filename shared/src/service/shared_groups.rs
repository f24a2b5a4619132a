//! The groups of a user, some at a time: what a block, its end or a follow changes in all of them takes several writes.

use std::collections::HashSet;

use super::context::Context;
use super::error::Error;
use super::load::{know_hidden, registered};
use crate::domain::block::needs_marked;
use crate::domain::counts::MessageCounts;
use crate::domain::details::DetailsByThread;
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::limits::MAX_GROUPS_AT_ONCE;
use crate::domain::thread::Thread;
use crate::domain::transition::Transition;
use crate::store::Page;

/// A page of groups, in the order of their ids.
#[derive(Debug, Default)]
pub struct GroupsPage {
    pub groups: Vec<Thread>,
    pub details: DetailsByThread,
    /// The group behind which the next page begins; `None` on the last one.
    pub next: Option<ThreadId>,
}

/// A page of all groups that the caller is in, also those that they declined.
///
/// # Errors
/// `ProfileRequired`.
pub async fn own_groups(ctx: &Context, after: Option<&ThreadId>, limit: usize) -> Result<GroupsPage, Error> {
    let ids = ctx.store.groups_behind(&ctx.caller, after, limit);
    let (own, Page { items, more }) = tokio::try_join!(ctx.store.profile(&ctx.caller), ids)?;
    registered(own)?;
    load_page(ctx, items, more).await
}

/// The groups with these ids that the caller is in; `more` says whether others follow.
///
/// # Errors
/// Those of the table.
pub(super) async fn load_page(ctx: &Context, ids: Vec<ThreadId>, more: bool) -> Result<GroupsPage, Error> {
    let (mut groups, details) = tokio::try_join!(ctx.store.present_threads(&ids), ctx.store.details_of(&ids))?;
    know_hidden(ctx, groups.values_mut()).await?;
    let own = |group: &Thread| group.member(&ctx.caller).is_some();
    let groups = ids.iter().filter_map(|id| groups.remove(id)).filter(own).collect();
    Ok(GroupsPage { groups, details, next: ids.into_iter().next_back().filter(|_| more) })
}

/// Heads that one read takes.
const HEADS_AT_ONCE: usize = 100;

/// The ids of the groups of `user`, in order.
///
/// # Errors
/// Those of the table.
pub(super) async fn group_ids(ctx: &Context, user: &UserId) -> Result<Vec<ThreadId>, Error> {
    Ok(ctx.store.groups(user).await?)
}

/// The ids of the groups of both the caller and `other`, in order.
///
/// # Errors
/// Those of the table.
pub(super) async fn shared_group_ids(ctx: &Context, other: &UserId) -> Result<Vec<ThreadId>, Error> {
    let (own, others) = tokio::try_join!(group_ids(ctx, &ctx.caller), group_ids(ctx, other))?;
    let others: HashSet<ThreadId> = others.into_iter().collect();
    Ok(own.into_iter().filter(|group| others.contains(group)).collect())
}

/// How far a change has come through the groups of a user.
#[derive(Debug, Default)]
pub(super) struct Scan {
    ids: Option<Vec<ThreadId>>,
    /// Groups from the first on that were seen to need no change.
    done: usize,
    /// Groups from the first on that were looked at.
    seen: usize,
}

impl Scan {
    /// The ids of the groups, listed once.
    pub(super) async fn ids(
        &mut self,
        list: impl Future<Output = Result<Vec<ThreadId>, Error>>,
    ) -> Result<Vec<ThreadId>, Error> {
        if let Some(ids) = &self.ids {
            return Ok(ids.clone());
        }
        let ids = list.await?;
        self.ids = Some(ids.clone());
        Ok(ids)
    }

    /// Whether the next changes are the first ones.
    pub(super) fn is_at_start(&self) -> bool {
        self.done == 0
    }

    /// Whether the last changes were all there are.
    pub(super) fn is_over(&self) -> bool {
        self.ids.as_ref().is_some_and(|ids| self.seen == ids.len())
    }

    /// The next changes, as many as one write takes. Where they are written, the next ones begin with the same groups, and find that
    /// these need none; so nothing is passed over where the write fails.
    ///
    /// # Errors
    /// Those of the table.
    pub(super) async fn next_changes(
        &mut self,
        ctx: &Context,
        ids: &[ThreadId],
        change: impl Fn(&Thread, Option<&MessageCounts>) -> Option<Transition>,
    ) -> Result<Vec<Transition>, Error> {
        let mut concerned: Vec<Thread> = Vec::new();
        self.seen = self.done;
        while self.seen < ids.len() {
            let next = &ids[self.seen..ids.len().min(self.seen + HEADS_AT_ONCE)];
            let mut heads = ctx.store.present_threads(next).await?;
            know_hidden(ctx, heads.values_mut()).await?;
            for id in next {
                let group = heads.remove(id).filter(|group| change(group, None).is_some());
                if group.is_some() && concerned.len() == MAX_GROUPS_AT_ONCE {
                    return with_counts(ctx, concerned, change).await;
                }
                concerned.extend(group);
                self.seen += 1;
                if concerned.is_empty() {
                    self.done = self.seen;
                }
            }
        }
        with_counts(ctx, concerned, change).await
    }
}

/// The changes of these groups, with the counts at the caller's mark where they need them.
async fn with_counts(
    ctx: &Context,
    groups: Vec<Thread>,
    change: impl Fn(&Thread, Option<&MessageCounts>) -> Option<Transition>,
) -> Result<Vec<Transition>, Error> {
    let counts = groups.iter().map(|group| async {
        if !needs_marked(group, &ctx.caller) {
            return Ok(None);
        }
        let mark = group.member(&ctx.caller).map(|member| member.mark.seq).unwrap_or_default();
        ctx.store.last_message_at(group, mark).await
    });
    let counts = futures_util::future::try_join_all(counts).await?;
    let changes = groups.iter().zip(counts);
    Ok(changes.filter_map(|(group, last)| change(group, last.map(|last| last.counts).as_ref())).collect())
}
