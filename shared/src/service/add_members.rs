//! Adding members to a group.

use super::context::Context;
use super::error::Error;
use super::invite::{Candidates, Destination, load_candidates, require_registered};
use super::load::{Roster, ShownThread, load_buckets, load_details_and_profiles, load_roster};
use super::notify;
use super::operation::{Done, Operation, Step, run};
use crate::domain::group::{self, invitees};
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::rate::{Limit, Taken};
use crate::domain::reference::Reference;
use crate::domain::refusal::Refusal;
use crate::domain::transition::Transition;
use crate::store::{Head, NewMembers, Writes, snapshots};

struct AddMembers<'a> {
    thread_id: &'a ThreadId,
    named: &'a [UserId],
}

/// What decides about the users to add, read after their profiles and the group.
struct Invitation {
    group: ShownThread,
    candidates: Candidates,
    transition: Option<Transition>,
    /// What the caller's adding strangers takes from their bucket.
    taken: Option<Taken>,
}

/// Adds users to a group, all or none. Users who are members already stay as they are.
///
/// # Errors
/// `NotFound`, `ModeratorsOnly`, `InvitesOneself`, `InvitesNobody`, `UnknownUsers`, `ContactClosed`, `YouBlockThem`, `GroupFull`,
/// `TooManyRequests`, `IdempotencyMismatch`.
pub async fn add_members(ctx: &Context, thread_id: &ThreadId, named: &[UserId]) -> Result<Done<Roster>, Error> {
    run(ctx, AddMembers { thread_id, named }).await
}

impl AddMembers<'_> {
    async fn decide(&self, ctx: &Context) -> Result<Invitation, Error> {
        let invitees = invitees(&ctx.caller, self.named);
        // Profiles before what is read below: see `NewMember`. However many are named, no more are read than a group takes.
        let profiles = ctx.store.present_profiles(invitees.as_deref().unwrap_or_default());
        let (thread, profiles) = tokio::try_join!(ctx.store.thread(self.thread_id), profiles)?;
        let thread = thread.ok_or(Refusal::NotFound)?;
        // A caller who may not add learns nothing about the users they name.
        group::may_add(&thread, &ctx.caller)?;
        let invitees = invitees?;
        require_registered(self.named, &profiles)?;
        let new: Vec<UserId> = invitees.into_iter().filter(|user_id| thread.member(user_id).is_none()).collect();

        let present = thread.member_ids();
        let group = Destination { thread_id: Some(self.thread_id), present: &present };
        let candidates = load_candidates(ctx, group, &new, &profiles);
        let shown = load_details_and_profiles(ctx, thread.clone());
        let (candidates, shown, buckets) = tokio::join!(candidates, shown, load_buckets(ctx));
        let (candidates, mut group) = (candidates?, shown?);
        group.roster.profiles.extend(profiles);
        let transition = group::add(&thread, &ctx.caller, &candidates.candidates, &candidates.blocks, ctx.now)?;
        let taken = ctx.rates.take(Limit::Contacts, &buckets, candidates.strangers(), ctx.now)?;
        Ok(Invitation { group, candidates, transition, taken })
    }
}

impl Operation for AddMembers<'_> {
    type Output = Roster;
    type Beside = ();

    async fn step(&mut self, ctx: &Context, _head: Option<Head>) -> Result<Step<Roster>, Error> {
        let Invitation { group, candidates, transition, taken } = self.decide(ctx).await?;
        let Some(transition) = transition else {
            let roster = group.roster;
            let reference = roster.reference();
            return Ok(Step::unchanged(roster).refer(reference));
        };
        let new_members: NewMembers = candidates.new_members(transition.after.active_at, &group.roster.profiles);
        let room = group.details.room.as_ref().map(|room| &room.id);
        let mut writes = Writes::change_group(&transition, room, &new_members, None)?;
        writes.take(&ctx.caller, taken);
        let notifications = notify::group_changed(&transition, &ctx.caller);
        let details = group.details.after(&[], &snapshots(&new_members));
        let shown = ShownThread::new(transition.after, details, group.roster.profiles, &ctx.caller)?;
        let roster = shown.roster;
        let reference = roster.reference();
        Ok(Step::write(roster, writes).refer(reference).notify(notifications))
    }

    async fn replay(&self, ctx: &Context, reference: Reference) -> Result<Roster, Error> {
        let Reference::Members { members } = reference else { return Err(Refusal::IdempotencyMismatch.into()) };
        load_roster(ctx, members).await
    }
}
