//! Following a user, and ending that (rule 3).

use super::context::Context;
use super::error::Error;
use super::load::registered;
use super::notify;
use super::operation::{Done, Operation, Step, run};
use super::shared_groups::{Scan, shared_group_ids};
use crate::domain::counts::MessageCounts;
use crate::domain::ids::{Pair, UserId};
use crate::domain::message_request::accept;
use crate::domain::refusal::Refusal;
use crate::domain::thread::Thread;
use crate::domain::transition::Transition;
use crate::store::{EdgeEnds, Head, OnFollow, Writes};

struct Follow<'a> {
    user_id: &'a UserId,
    pair: &'a Pair,
    /// Whether the caller followed the user before the first step. Then the caller has been asked again since about what waits,
    /// and a repeat accepts nothing.
    repeated: Option<bool>,
    scan: Scan,
}

/// The caller follows a user. The user's message request, and groups that the user added the caller to, move to the inbox
/// (rules 7, 8).
///
/// # Errors
/// `NotFound`, `YouBlockThem`, `ProfileRequired`.
pub async fn follow(ctx: &Context, pair: &Pair, user_id: &UserId) -> Result<Done<()>, Error> {
    run(ctx, Follow { user_id, pair, repeated: None, scan: Scan::default() }).await
}

/// The caller ends following a user, known or not.
///
/// # Errors
/// `ProfileRequired`.
pub async fn unfollow(ctx: &Context, user_id: &UserId) -> Result<(), Error> {
    let (own, ()) = tokio::try_join!(ctx.store.profile(&ctx.caller), ctx.store.unfollow(&ctx.caller, user_id))?;
    registered(own).map(|_| ())
}

impl Follow<'_> {
    /// The caller accepts the groups that wait since the user added them, as many as one write takes.
    async fn waiting_groups(&mut self, ctx: &Context) -> Result<Vec<Transition>, Error> {
        let ids = self.scan.ids(shared_group_ids(ctx, self.user_id)).await?;
        let accepting = |group: &Thread, _: Option<&MessageCounts>| {
            let waiting = group.member(&ctx.caller).filter(|member| member.standing.is_pending())?;
            let inviter = group.member(self.user_id).map(|member| member.slot)?;
            accept(group, &ctx.caller).ok().flatten().filter(|_| waiting.invitation.by == Some(inviter))
        };
        self.scan.next_changes(ctx, &ids, accepting).await
    }
}

impl Operation for Follow<'_> {
    type Output = ();
    type Beside = ();

    async fn step(&mut self, ctx: &Context, _head: Option<Head>) -> Result<Step<()>, Error> {
        let context = ctx.store.pair_context(&ctx.caller, self.user_id, self.pair).await?;
        let own = registered(context.own)?;
        let other = context.other.ok_or(Refusal::NotFound)?;
        if context.head.is_blocked_by(&ctx.caller) {
            return Err(Refusal::YouBlockThem(vec![self.user_id.clone()]).into());
        }
        // The first write is the follow: before it, a group that the user brings the caller into has to be found.
        if !context.following {
            self.scan = Scan::default();
        }
        let thread = match &context.head {
            Head::Absent(_) => None,
            Head::Thread(thread) => accept(thread, &ctx.caller)?,
        };
        let repeated = *self.repeated.get_or_insert(context.following);
        let groups = if repeated { Vec::new() } else { self.waiting_groups(ctx).await? };
        let more = !repeated && !self.scan.is_over();
        if context.following && thread.is_none() && groups.is_empty() {
            return Ok(Step::unchanged(()));
        }
        let on_follow = match (&context.head, &thread) {
            (Head::Absent(_), _) => OnFollow::Absent,
            (Head::Thread(_), None) => OnFollow::Stays,
            (Head::Thread(_), Some(transition)) => OnFollow::Accepts(transition),
        };
        let ends = EdgeEnds { from: &own, to: &other, pair: self.pair };
        let writes = Writes::follow(ends, on_follow, &groups, ctx.now)?;
        let accepted = thread.iter().chain(&groups);
        let notifications = accepted.map(|accepted| notify::accepted(&accepted.after, &ctx.caller, ctx.now)).collect();
        Ok(Step { more, ..Step::write((), writes).notify(notifications) })
    }
}
