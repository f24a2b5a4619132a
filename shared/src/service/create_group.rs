//! Creating a group.

use super::context::Context;
use super::error::Error;
use super::invite::{Destination, load_candidates, require_registered};
use super::load::{ShownThread, load_buckets, load_thread_of_then, registered};
use super::notify;
use super::open::OpenedThread;
use super::operation::{Done, Operation, Step, run};
use crate::domain::details::{MemberSnapshot, ThreadDetails};
use crate::domain::group::{NewGroup, create, invitees};
use crate::domain::ids::{ThreadId, UserId};
use crate::domain::member::Standing;
use crate::domain::message::MessageContent;
use crate::domain::rate::Limit;
use crate::domain::reference::Reference;
use crate::domain::refusal::Refusal;
use crate::domain::room::Room;
use crate::domain::send::send;
use crate::domain::title::Title;
use crate::domain::transition::NewThread;
use crate::random;
use crate::store::{Head, Writes, snapshots};

/// A group as its creator asks for it.
#[derive(Debug)]
pub struct GroupDraft {
    /// The other members, as the client names them.
    pub user_ids: Vec<UserId>,
    pub title: Option<Title>,
    pub room: Option<Room>,
    /// A message that is sent with it.
    pub message: Option<MessageContent>,
}

struct CreateGroup<'a> {
    draft: &'a GroupDraft,
    /// The named users, each once.
    invitees: Vec<UserId>,
}

/// Creates a group of the caller, its moderator, and others, all or none; with a message, sends that in the same write. Exactly
/// once for its key.
///
/// # Errors
/// `TooManyGroups`, `InvitesOneself`, `InvitesNobody`, `UnknownUsers`, `ContactClosed`, `YouBlockThem`, `GroupFull`, `Message`,
/// `ProfileRequired`, `TooManyRequests`, `IdempotencyMismatch`.
pub async fn create_group(ctx: &Context, draft: &GroupDraft) -> Result<Done<OpenedThread>, Error> {
    let invitees = invitees(&ctx.caller, &draft.user_ids)?;
    run(ctx, CreateGroup { draft, invitees }).await
}

impl Operation for CreateGroup<'_> {
    type Output = OpenedThread;
    type Beside = ();

    async fn step(&mut self, ctx: &Context, _head: Option<Head>) -> Result<Step<OpenedThread>, Error> {
        let GroupDraft { user_ids, title, room, message } = self.draft;
        let everyone: Vec<UserId> = std::iter::once(&ctx.caller).chain(&self.invitees).cloned().collect();
        // Profiles before what is read below: see `NewMember`.
        let (profiles, buckets) = tokio::join!(ctx.store.present_profiles(&everyone), load_buckets(ctx));
        let profiles = profiles?;
        let own = registered(profiles.get(&ctx.caller).cloned())?;
        if !own.memberships.has_room_for(Standing::Accepted) {
            return Err(Refusal::TooManyGroups.into());
        }
        require_registered(user_ids, &profiles)?;
        let group = Destination { thread_id: None, present: std::slice::from_ref(&ctx.caller) };
        let candidates = load_candidates(ctx, group, &self.invitees, &profiles).await?;

        let id = ThreadId::from_random(random::bytes().map_err(Error::Internal)?);
        let group = NewGroup { id, creator: &ctx.caller, title: title.clone(), now: ctx.now };
        let mut new = create(group, &candidates.candidates, &candidates.blocks)?;
        let new_members = candidates.new_members(new.thread.active_at, &profiles);
        let base = ThreadDetails::new(&ctx.caller, ctx.now);
        let mut details = ThreadDetails { title: title.clone(), room: room.clone(), ..base };
        details.snapshots = snapshots(&new_members);
        details.snapshots.insert(ctx.caller.clone(), MemberSnapshot::new(&own, ctx.now));

        let draft = message.as_ref();
        let sending = draft.map(|draft| send(&new.thread, &ctx.caller, draft, None, ctx.now)).transpose()?;
        let beginning = new.entries.clone();
        if let Some(sending) = &sending {
            new.thread = sending.transition.after.clone();
            new.entries.extend(sending.transition.entries.clone());
        }
        // The group first, then the message.
        let mut notifications = notify::thread_created(&new, &ctx.caller, &beginning);
        notifications.extend(sending.iter().flat_map(notify::sent));

        let mut writes = Writes::create_group(&new, &details, &new_members)?;
        let taken = ctx.rates.take(Limit::Contacts, &buckets, candidates.strangers(), ctx.now)?;
        writes.take(&ctx.caller, taken);
        let NewThread { thread, .. } = new;
        let shown = ShownThread::new(thread, details, profiles, &ctx.caller)?;
        let reference = shown.reference(true);
        let output = OpenedThread { shown, created: true, sent: sending.is_some() };
        Ok(Step::write(output, writes).refer(reference).notify(notifications))
    }

    async fn replay(&self, ctx: &Context, reference: Reference) -> Result<OpenedThread, Error> {
        let (shown, created) = load_thread_of_then(ctx, reference).await?;
        Ok(OpenedThread { shown, created, sent: false })
    }
}
