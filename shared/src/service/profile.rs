//! Profiles: one's own, and others as one sees them (rules 1, 4).

use super::context::Context;
use super::error::Error;
use super::load::{contact_context, registered};
use super::operation::{Operation, Step, run};
use super::snapshots::ask_for_snapshots;
use crate::domain::contact::{Contact, Relation, UserDetails};
use crate::domain::ids::{Pair, UserId};
use crate::domain::profile::{Profile, PublicProfile};
use crate::domain::refusal::Refusal;
use crate::store::{Head, PairContext, Writes};

struct SaveProfile {
    public: PublicProfile,
}

/// Registers the caller, or gives them a new public profile. Their groups show it a moment later.
///
/// # Errors
/// `UsernameTaken`; [`Error::Queue`].
pub async fn save_profile(ctx: &Context, public: PublicProfile) -> Result<Profile, Error> {
    Ok(run(ctx, SaveProfile { public }).await?.output)
}

impl Operation for SaveProfile {
    type Output = Profile;
    type Beside = ();

    async fn step(&mut self, ctx: &Context, _head: Option<Head>) -> Result<Step<Profile>, Error> {
        let before = ctx.store.profile(&ctx.caller).await?;
        if let Some(same) = before.clone().filter(|before| before.public == self.public) {
            // Better twice than never: the message for what is left may be long gone.
            ask_for_snapshots(ctx, &same).await?;
            return Ok(Step::unchanged(same));
        }
        let after = Profile::with_public(&ctx.caller, before.as_ref(), self.public.clone(), ctx.now);
        // Before the profile is stored: after it, a crash would leave the groups with the old one.
        ask_for_snapshots(ctx, &after).await?;
        let writes = Writes::save_profile(before.as_ref(), &after)?;
        Ok(Step::write(after, writes))
    }
}

/// A user as the caller sees them: how the two stand to each other, and what would happen if the caller wrote to them now.
///
/// # Errors
/// `NotFound`, `ProfileRequired`.
pub async fn user_details(ctx: &Context, user_id: &UserId) -> Result<UserDetails, Error> {
    match Pair::new(&ctx.caller, user_id) {
        Some(pair) => other(ctx, ctx.store.pair_context(&ctx.caller, user_id, &pair).await?),
        None => Ok(oneself(registered(ctx.store.profile(&ctx.caller).await?)?)),
    }
}

fn other(ctx: &Context, context: PairContext) -> Result<UserDetails, Error> {
    let PairContext { own, other, following, followed, head } = context;
    registered(own)?;
    let profile = other.ok_or(Refusal::NotFound)?;
    let contact = contact_context(ctx, &head, &profile, followed);
    let standing = head.thread().and_then(|thread| thread.member(&profile.id).map(|member| member.standing));
    let relation = Relation { following, followed_by: followed, blocking: contact.blocking };
    Ok(UserDetails { profile, relation, contact: contact.contact(standing) })
}

/// Nobody follows, blocks or writes to themself.
fn oneself(profile: Profile) -> UserDetails {
    let relation = Relation { following: false, followed_by: false, blocking: false };
    UserDetails { profile, relation, contact: Contact::Closed }
}
