//! Opening a direct thread.

use super::context::Context;
use super::error::Error;
use super::load::{ShownThread, contact_context, load_buckets, load_details, load_thread_of_then, registered};
use super::notify;
use super::operation::{Done, Operation, Step, run};
use crate::delivery::Notification;
use crate::domain::ids::{Pair, Seq, ThreadId, UserId};
use crate::domain::message::MessageContent;
use crate::domain::open::{Opening, open as begin};
use crate::domain::rate::Limit;
use crate::domain::reference::Reference;
use crate::domain::refusal::Refusal;
use crate::domain::send::{Sending, send};
use crate::domain::thread::Thread;
use crate::domain::transition::NewThread;
use crate::store::{AbsentHead, Head, PairContext, Writes};

/// The direct thread of two users, opened now or before.
#[derive(Debug)]
pub struct OpenedThread {
    pub shown: ShownThread,
    /// Whether it did not exist before.
    pub created: bool,
    /// Whether a message was sent with it.
    pub sent: bool,
}

struct Open<'a> {
    other: &'a UserId,
    pair: Pair,
    thread_id: ThreadId,
    draft: Option<&'a MessageContent>,
}

/// Opens the direct thread of the caller and `other`, or finds it; with a draft, sends that in the same write. Exactly once for
/// its key.
///
/// # Errors
/// `NotFound`, `ContactClosed`, `YouBlockThem`, `RequestPending`, `Message`, `ProfileRequired`, `TooManyRequests`,
/// `IdempotencyMismatch`.
pub async fn open(
    ctx: &Context,
    pair: Pair,
    other: &UserId,
    draft: Option<&MessageContent>,
) -> Result<Done<OpenedThread>, Error> {
    let thread_id = ThreadId::direct(&pair);
    run(ctx, Open { other, pair, thread_id, draft }).await
}

/// What the decision leads to.
struct Opened {
    thread: Thread,
    /// The empty place of the thread and its beginning, if it did not exist.
    new: Option<(AbsentHead, NewThread)>,
    sending: Option<Sending>,
}

impl Open<'_> {
    async fn replied_to(&self, ctx: &Context, head: &Head) -> Result<Option<Seq>, Error> {
        match (head, self.draft.and_then(|draft| draft.reply_to)) {
            (Head::Thread(thread), Some(seq)) => Ok(ctx.store.message(thread, seq).await?.map(|message| message.seq)),
            _ => Ok(None),
        }
    }

    fn decide(&self, ctx: &Context, context: &PairContext, replied_to: Option<Seq>) -> Result<Opened, Error> {
        let other = context.other.as_ref().ok_or(Refusal::NotFound)?;
        let (new, thread) = match &context.head {
            Head::Thread(thread) => (None, (**thread).clone()),
            Head::Absent(absent) => {
                let contact = contact_context(ctx, &context.head, other, context.followed);
                let standing = contact.standing(ctx.now).map_err(|why| Refusal::contact(why, &other.id))?;
                let opening = Opening {
                    actor: &ctx.caller,
                    recipient: &other.id,
                    standing,
                    declined: absent.rests.get(&other.id).copied(),
                };
                let new = begin(self.thread_id.clone(), opening, absent.revision.unwrap_or_default(), ctx.now);
                let thread = new.thread.clone();
                (Some((absent.clone(), new)), thread)
            }
        };
        let mut sending = self.draft.map(|draft| send(&thread, &ctx.caller, draft, replied_to, ctx.now)).transpose()?;
        if let (Some(sending), Some(key)) = (&mut sending, &ctx.key) {
            sending.transition.after.tail.remember(key.tag(&ctx.caller));
        }
        let thread = sending.as_ref().map_or(thread, |sending| sending.transition.after.clone());
        Ok(Opened { thread, new, sending })
    }
}

impl Opened {
    fn writes(&self, followed: bool) -> Result<Writes, Error> {
        match (&self.new, &self.sending) {
            (Some((absent, new)), sending) => {
                let mut whole = NewThread { thread: self.thread.clone(), entries: new.entries.clone() };
                whole.entries.extend(sending.iter().flat_map(|sending| sending.transition.entries.clone()));
                Ok(Writes::open_thread(&whole, absent, followed)?)
            }
            (None, Some(sending)) => Ok(Writes::change_thread(&sending.transition)?),
            (None, None) => Ok(Writes::none()),
        }
    }

    fn notifications(&self, actor: &UserId) -> Vec<Notification> {
        let new = self.new.iter().flat_map(|(_, new)| {
            let whole = NewThread { thread: self.thread.clone(), entries: Vec::new() };
            notify::thread_created(&whole, actor, &new.entries)
        });
        new.chain(self.sending.iter().flat_map(notify::sent)).collect()
    }
}

impl Operation for Open<'_> {
    type Output = OpenedThread;
    type Beside = ();

    /// A head that a failed condition brought back is not enough: follows and blocks are read with it.
    async fn step(&mut self, ctx: &Context, _head: Option<Head>) -> Result<Step<OpenedThread>, Error> {
        let context = ctx.store.pair_context(&ctx.caller, self.other, &self.pair);
        let (context, buckets) = tokio::join!(context, load_buckets(ctx));
        let context = context?;
        let replied_to = self.replied_to(ctx, &context.head).await?;
        let own = registered(context.own.clone())?;
        let opened = self.decide(ctx, &context, replied_to)?;
        let (mut writes, notifications) = (opened.writes(context.followed)?, opened.notifications(&ctx.caller));
        let strangers = u32::from(opened.new.is_some() && !context.followed);
        writes.take(&ctx.caller, ctx.rates.take(Limit::Contacts, &buckets, strangers, ctx.now)?);
        let Opened { thread, new, sending } = opened;
        let created = new.is_some();
        let details = load_details(ctx, &thread).await?;
        let profiles = [own].into_iter().chain(context.other).map(|profile| (profile.id.clone(), profile)).collect();
        let shown = ShownThread::new(thread, details, profiles, &ctx.caller)?;
        let reference = shown.reference(created);
        let output = OpenedThread { shown, created, sent: sending.is_some() };
        Ok(Step::write(output, writes).refer(reference).notify(notifications))
    }

    async fn replay(&self, ctx: &Context, reference: Reference) -> Result<OpenedThread, Error> {
        let (shown, created) = load_thread_of_then(ctx, reference).await?;
        Ok(OpenedThread { shown, created, sent: false })
    }
}
