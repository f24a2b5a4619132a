//! Finding out what decides about users who are to be added to a group.

use super::context::Context;
use super::error::Error;
use crate::domain::contact::ContactContext;
use crate::domain::details::MemberSnapshot;
use crate::domain::group::{Blocks, Candidate};
use crate::domain::ids::{Pair, ThreadId, UserId};
use crate::domain::member::rests;
use crate::domain::profile::{Profile, Profiles};
use crate::domain::refusal::Refusal;
use crate::domain::thread::Thread;
use crate::domain::time::Timestamp;
use crate::store::{InviteContext, NewMember, NewMembers};

/// Demands that all users whom the caller names are registered.
///
/// # Errors
/// [`Refusal::UnknownUsers`] with the places of those who are not.
pub(super) fn require_registered(named: &[UserId], profiles: &Profiles) -> Result<(), Refusal> {
    let unknown = named.iter().enumerate().filter(|(_, user_id)| !profiles.contains_key(user_id));
    let unknown: Vec<usize> = unknown.map(|(place, _)| place).collect();
    if unknown.is_empty() { Ok(()) } else { Err(Refusal::UnknownUsers(unknown)) }
}

/// Users to be added, with all that decides about them.
#[derive(Debug)]
pub(super) struct Candidates {
    pub(super) candidates: Vec<Candidate>,
    /// Blocks between any of them and anyone they would be with.
    pub(super) blocks: Blocks,
}

/// The group that users are to be added to; without an id it is new.
#[derive(Debug, Clone, Copy)]
pub(super) struct Destination<'a> {
    pub(super) thread_id: Option<&'a ThreadId>,
    pub(super) present: &'a [UserId],
}

/// Finds out what decides about adding `invitees` to a group; `profiles` are theirs, read before.
///
/// # Errors
/// Those of the table.
pub(super) async fn load_candidates(
    ctx: &Context,
    group: Destination<'_>,
    invitees: &[UserId],
    profiles: &Profiles,
) -> Result<Candidates, Error> {
    let context = ctx.store.invite_context(group.thread_id, &ctx.caller, group.present, invitees).await?;
    let InviteContext { blocks, followers, declined, former } = context;
    let former = |user: &UserId| former.get(user).copied().unwrap_or_default();
    let candidate = |profile: &Profile| Candidate {
        user_id: profile.id.clone(),
        contact: ContactContext {
            blocking: blocks.has(&ctx.caller, &profile.id),
            blocked: blocks.has(&profile.id, &ctx.caller),
            followed: followers.contains(&profile.id),
            policy: profile.settings.contact_policy,
            rests: declined.get(&profile.id).copied().filter(|at| rests(*at, ctx.now)),
        },
        left_before: former(&profile.id).left,
        last_stay: former(&profile.id).last_stay,
        memberships: profile.memberships,
    };
    let candidates = invitees.iter().filter_map(|user_id| profiles.get(user_id)).map(candidate).collect();
    Ok(Candidates { candidates, blocks })
}

/// The caller and the user who added them to this group, whose invitation waits; `None` in a direct thread.
///
/// # Errors
/// Those of the table.
pub(super) async fn inviting_pair(ctx: &Context, thread: &Thread) -> Result<Option<Pair>, Error> {
    let Some(own) = thread.member(&ctx.caller).filter(|_| thread.is_group()) else { return Ok(None) };
    let present = thread.members.iter().find(|member| Some(member.slot) == own.invitation.by);
    let inviter = match present {
        Some(inviter) => Some(inviter.user_id.clone()),
        // They went since. The entry that added the caller is theirs.
        None => ctx.store.change(&thread.id, own.joined_seq).await?.map(|entry| entry.actor_id),
    };
    Ok(inviter.and_then(|inviter| Pair::new(&ctx.caller, &inviter)))
}

impl Candidates {
    /// How many of them do not follow the caller.
    pub(super) fn strangers(&self) -> u32 {
        let strangers = self.candidates.iter().filter(|candidate| !candidate.contact.followed);
        u32::try_from(strangers.count()).unwrap_or(u32::MAX)
    }

    /// They as the store wants them, once they have joined at `joined_at`.
    pub(super) fn new_members(&self, joined_at: Timestamp, profiles: &Profiles) -> NewMembers {
        let joined = self.candidates.iter().filter_map(|candidate| profiles.get(&candidate.user_id));
        let new_member = |profile: &Profile| {
            let snapshot = MemberSnapshot::new(profile, joined_at);
            (profile.id.clone(), NewMember { snapshot, revision: profile.revision })
        };
        joined.map(new_member).collect()
    }
}
