//! Reading what a caller may see.

use super::context::Context;
use super::error::Error;
use crate::domain::contact::ContactContext;
use crate::domain::counts::MessageCounts;
use crate::domain::details::ThreadDetails;
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::member::rests;
use crate::domain::message::{LoggedMessage, Preview};
use crate::domain::profile::{Profile, Profiles};
use crate::domain::rate::Buckets;
use crate::domain::reference::Reference;
use crate::domain::refusal::Refusal;
use crate::domain::roster::{ListedMember, roster};
use crate::domain::thread::{Kind, Thread};
use crate::store::Head;

/// The buckets of the caller. Those that cannot be read are full: a limit is no reason to fail.
pub(super) async fn load_buckets(ctx: &Context) -> Buckets {
    ctx.store.buckets(&ctx.caller).await.unwrap_or_default()
}

/// A thread and all that a view of it shows to one of its members.
#[derive(Debug)]
pub struct ShownThread {
    pub thread: Thread,
    pub details: ThreadDetails,
    pub roster: Roster,
}

/// The members of a thread as one of them sees them, and their profiles.
#[derive(Debug)]
pub struct Roster {
    pub members: Vec<ListedMember>,
    pub profiles: Profiles,
}

impl Roster {
    /// What a repeat of the request refers to that led to these members.
    pub(super) fn reference(&self) -> Reference {
        Reference::Members { members: self.members.clone() }
    }
}

impl ShownThread {
    /// The thread as `viewer` sees it; `profiles` are those of its members.
    ///
    /// # Errors
    /// [`Error::Internal`] if a member has no profile: nobody becomes a member without one.
    pub fn new(thread: Thread, details: ThreadDetails, profiles: Profiles, viewer: &UserId) -> Result<Self, Error> {
        let missing = || Error::Internal(format!("a member of thread {} has no profile", thread.id));
        let members = roster(&thread, viewer, &details, &profiles).ok_or_else(missing)?;
        Ok(Self { thread, details, roster: Roster { members, profiles } })
    }

    /// What a repeat of the request refers to that led to this thread.
    pub(super) fn reference(&self, created: bool) -> Reference {
        Reference::Thread {
            thread_id: self.thread.id.clone(),
            seq: self.thread.last_seq,
            at: self.thread.active_at,
            created,
            members: self.roster.members.clone(),
        }
    }
}

/// The profile, or the refusal that is due to callers without one (rule 1).
///
/// # Errors
/// [`Refusal::ProfileRequired`].
pub fn registered(profile: Option<Profile>) -> Result<Profile, Error> {
    profile.ok_or(Error::Refused(Refusal::ProfileRequired))
}

/// The thread, if the caller is a member.
///
/// # Errors
/// [`Refusal::NotFound`] if it does not exist, or the caller is no member: nobody can tell the two apart.
pub async fn load_thread(ctx: &Context, thread_id: &ThreadId) -> Result<Thread, Error> {
    member_of(ctx, ctx.store.thread(thread_id).await?).await
}

/// The thread in a head that is known already, or else as [`load_thread`].
pub(super) async fn thread_at(ctx: &Context, head: Option<Head>, thread_id: &ThreadId) -> Result<Thread, Error> {
    match head {
        None => load_thread(ctx, thread_id).await,
        Some(head) => member_of(ctx, head.thread()).await,
    }
}

async fn member_of(ctx: &Context, thread: Option<Thread>) -> Result<Thread, Error> {
    let thread = thread.filter(|thread| thread.member(&ctx.caller).is_some());
    let mut thread = thread.ok_or(Error::Refused(Refusal::NotFound))?;
    know_hidden(ctx, [&mut thread]).await?;
    Ok(thread)
}

/// Reads what the caller hides in `threads` and their heads have no room for: hardly ever there is any.
pub(super) async fn know_hidden<'a>(
    ctx: &Context,
    threads: impl IntoIterator<Item = &'a mut Thread>,
) -> Result<(), Error> {
    let stored = |thread: &&mut Thread| thread.member(&ctx.caller).is_some_and(|own| own.hidden_stays.are_stored());
    let threads: Vec<&mut Thread> = threads.into_iter().filter(stored).collect();
    if !threads.is_empty() {
        ctx.store.read_hidden_stays(threads, |member| member.user_id == ctx.caller).await?;
    }
    Ok(())
}

/// All that decides about contact from the caller to `other`. The head of their direct thread, opened or not, says who blocks
/// whom.
pub(super) fn contact_context(ctx: &Context, head: &Head, other: &Profile, followed: bool) -> ContactContext {
    ContactContext {
        blocking: head.is_blocked_by(&ctx.caller),
        blocked: head.is_blocked_by(&other.id),
        rests: head.declined_by(&other.id).filter(|at| rests(*at, ctx.now)),
        followed,
        policy: other.settings.contact_policy,
    }
}

/// The details of a thread.
///
/// # Errors
/// [`Refusal::NotFound`] if the group has ended meanwhile.
pub(super) async fn load_details(ctx: &Context, thread: &Thread) -> Result<ThreadDetails, Error> {
    match &thread.kind {
        Kind::Direct { details, .. } => Ok(details.clone()),
        Kind::Group { .. } => ctx.store.details(&thread.id).await?.ok_or(Error::Refused(Refusal::NotFound)),
    }
}

/// The thread with its details and the profiles of its members as they are now: a read mark must not be shown once its owner
/// has said so.
///
/// # Errors
/// As `load_details`.
pub async fn load_details_and_profiles(ctx: &Context, thread: Thread) -> Result<ShownThread, Error> {
    let member_ids = thread.member_ids();
    let profiles = async { Ok(ctx.store.present_profiles(&member_ids).await?) };
    let (details, profiles) = tokio::try_join!(load_details(ctx, &thread), profiles)?;
    ShownThread::new(thread, details, profiles, &ctx.caller)
}

/// The thread that a repeated request showed when it was carried out first, and whether it was new then. Its log ends where it
/// ended then, and its members are those of then; names and preferences are those of now. What was deleted since is not in it.
///
/// # Errors
/// [`Refusal::NotFound`] if the caller is no member any more, [`Refusal::IdempotencyMismatch`] for another kind of request.
pub(super) async fn load_thread_of_then(ctx: &Context, reference: Reference) -> Result<(ShownThread, bool), Error> {
    let Reference::Thread { thread_id, seq, at, created, members } = reference else {
        return Err(Refusal::IdempotencyMismatch.into());
    };
    let (thread, roster) = tokio::try_join!(load_thread(ctx, &thread_id), load_roster(ctx, members))?;
    let last = async { Ok(ctx.store.last_message_at(&thread, seq).await?) };
    let (last, details) = tokio::try_join!(last, load_details(ctx, &thread))?;
    // With the counts of then, `unread` is what the log of then has behind the read mark of now.
    let (last_message, counts) = match last {
        None => (None, MessageCounts::default()),
        Some(LoggedMessage { message, counts, .. }) => (Some(Preview::of(&message)), counts),
    };
    let thread = Thread { last_seq: seq, active_at: at, last_message, counts, ..thread };
    Ok((ShownThread { thread, details, roster }, created))
}

/// Members as they were listed before, with their profiles as they are now. A read mark that its owner or the caller has
/// switched off since is left out (rule 19).
pub(super) async fn load_roster(ctx: &Context, mut members: Vec<ListedMember>) -> Result<Roster, Error> {
    let mut user_ids: Vec<UserId> = members.iter().map(|member| member.user_id.clone()).collect();
    if !user_ids.contains(&ctx.caller) {
        user_ids.push(ctx.caller.clone());
    }
    let profiles = ctx.store.present_profiles(&user_ids).await?;
    let shows = |user: &UserId| profiles.get(user).is_some_and(|profile| profile.settings.read_receipts);
    for member in members.iter_mut().filter(|member| member.user_id != ctx.caller) {
        member.read_seq = member.read_seq.filter(|_| shows(&ctx.caller) && shows(&member.user_id));
    }
    Ok(Roster { members, profiles })
}
