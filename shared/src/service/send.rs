//! Sending a message: one read, a decision, one write, and the notifications.

use std::time::Duration;

use tokio::time::Instant;

use super::context::Context;
use super::error::Error;
use super::invite::inviting_pair;
use super::moving::Moves;
use super::notify;
use super::operation::{Done, Operation, Start, Step, require_repeat, run_from};
use super::settle::Unsettled;
use crate::domain::append::{Append, append};
use crate::domain::connection::Connection;
use crate::domain::counts::MessageCounts;
use crate::domain::idempotency::Idempotency;
use crate::domain::ids::{Pair, Seq, ThreadId, UserId};
use crate::domain::limits::RECENT_KEYS;
use crate::domain::log::Entry;
use crate::domain::media::{Media, MediaId, attachments};
use crate::domain::message::{LoggedMessage, Message, MessageContent};
use crate::domain::rate::Buckets;
use crate::domain::reference::Reference;
use crate::domain::refusal::Refusal;
use crate::domain::send::{Sending, send_past};
use crate::domain::thread::Thread;
use crate::random;
use crate::store::{Backoff, Head, StoreError, Writes};

/// How long one call may take for its reads to count as one moment. What a head has forgotten, the record of the key says, if
/// it was read later; a `BatchGetItem` gives no order. For a key to slip through, 24 messages ([`RECENT_KEYS`] less those that a
/// tail holds) would have to be appended in between. A partition takes 1,000 write units a second ("Partitions and data
/// distribution" in DynamoDB's developer guide), which makes that 24 ms.
const ONE_MOMENT: Duration = Duration::from_millis(20);
/// How often a sender finds the same full tail before they settle it, at least: whoever filled it is about to. Some senders find
/// it more often, so that not all of them settle at once.
const FULL_BEFORE_SETTLING: u32 = 3;
/// How often a sender waits for room or for the turn of others before the message is stored whole, which waits for nobody.
const WAITS: u32 = 40;

/// A message that was stored.
#[derive(Debug)]
pub struct Sent {
    pub message: Message,
    /// The thread afterwards; `None` for a replay.
    thread: Option<Thread>,
    moves: Moves,
}

/// What a send does beside its write.
#[derive(Debug, Default)]
struct Beside {
    /// The connections of those who hear of the message, if they were read.
    connections: Option<Vec<Connection>>,
    /// Whether the new entries of inboxes are put.
    placed: bool,
}

struct Send<'a> {
    thread_id: &'a ThreadId,
    draft: &'a MessageContent,
    /// The images and videos that it attaches, and what is known of them; `None` until that is read again.
    media: &'a [MediaId],
    found: Option<Vec<Media>>,
    request: &'a Idempotency,
    /// Names this attempt, see `TailMessage::attempt`.
    attempt: u32,
    /// The place of the message that the draft replies to, once it was found.
    replied_to: Option<Seq>,
    /// The end of the log when the key was known not to be used before; `None` if that has to be found out.
    unused_at: Option<Seq>,
    waiting: Backoff,
    waits: u32,
    /// Where the tail began that was full, and how often it was found so.
    full: (Seq, u32),
    /// Whether an append was tried before. If its response was lost, the message may be stored, and nobody was told.
    tried: bool,
    moves: Moves,
    buckets: Buckets,
}

/// Sends `draft` as the caller, exactly once for its key.
///
/// # Errors
/// `NotFound`, `ContactClosed`, `YouBlockThem`, `RequestPending`, `Message`, `Media`, `MediaNotReady`, `TooManyRequests`,
/// `IdempotencyMismatch`.
pub async fn send(
    ctx: &Context,
    thread_id: &ThreadId,
    (draft, media): (&MessageContent, &[MediaId]),
) -> Result<Done<Sent>, Error> {
    let request = ctx.key.as_ref().ok_or_else(|| Error::Internal("a message without a key".to_owned()))?;
    let began = Instant::now();
    let wanted = (draft.reply_to, media);
    let context = ctx.store.send_context(thread_id, (&ctx.caller, &request.key), wanted, ctx.now).await?;
    let read_at_once = began.elapsed() < ONE_MOMENT;
    // What was said in a group that ended is given back to nobody, though its items may not be erased yet.
    if matches!(&context.head, Head::Absent(absent) if absent.ended.is_some()) {
        return Err(Refusal::NotFound.into());
    }
    let operation = Send {
        thread_id,
        draft,
        media,
        found: Some(context.media),
        request,
        attempt: u32::from_le_bytes(random::bytes().map_err(Error::Internal)?),
        replied_to: context.replied_to,
        unused_at: match &context.head {
            Head::Thread(thread) if read_at_once || thread.tail.remembers_all() => Some(thread.last_seq),
            _ => None,
        },
        waiting: ctx.store.table().backoff(),
        waits: 0,
        full: (Seq::ZERO, 0),
        tried: false,
        moves: Moves::default(),
        buckets: context.buckets.clone(),
    };
    let attempt = operation.attempt;
    let start = Start::Read { head: context.head, earlier: context.earlier };
    let committed = run_from(ctx, operation, start).await?;
    let Beside { connections, placed } = committed.beside;
    let mut done = Done { connections, ..committed.done };
    let (after, is_crowded) = match committed.stored {
        Some(stored) => (stored.head.thread(), stored.is_crowded),
        None => (done.output.thread.take(), true),
    };
    let Some(thread) = after else { return Ok(done) };
    let count = |slot, number| {
        let later = ctx.rates.count_message(thread_id, slot, number)?;
        Some((ctx.caller.clone(), context.buckets.clone(), later))
    };
    if let Some(own) = thread.tail.messages.iter().rev().find(|message| message.attempt == attempt) {
        // The table gave the message its place.
        let logged = own.logged.message.clone();
        if logged != done.output.message {
            done.notifications = notify::logged(&thread, &Entry::of(own.logged.clone()));
            done.output.message = logged;
        }
        let mut moves = std::mem::take(&mut done.output.moves);
        moves.placed = placed;
        // Once a day somebody has to settle what quiet threads have in their tails.
        let is_crowded = is_crowded || moves.begin_a_day(&thread);
        let counted = count(own.slot, own.logged.counts.of(own.slot));
        done.unsettled = Some(Unsettled { seq: own.seq(), thread, is_crowded, moves, counted });
    } else if let Some(own) = thread.member(&ctx.caller)
        && let counted @ Some(_) = count(own.slot, thread.counts.of(own.slot))
    {
        // It is an item already.
        let (seq, moves) = (thread.last_seq, Moves::default());
        done.unsettled = Some(Unsettled { seq, thread, is_crowded: false, moves, counted });
    }
    Ok(done)
}

impl Send<'_> {
    /// The message, if this request has sent it before; also if that was this very attempt, whose response was lost.
    fn sent_before(&self, ctx: &Context, thread: &Thread) -> Result<Option<Step<Sent>>, Error> {
        let Some(found) = thread.tail.sent_with(&ctx.caller, self.request, ctx.now) else { return Ok(None) };
        require_repeat(ctx, &found.request.fingerprint)?;
        let message = found.logged.message.clone();
        Ok(Some(if found.attempt == self.attempt {
            let sent = Sent { message, thread: Some(thread.clone()), moves: self.moves.clone() };
            Step::unchanged(sent).notify(notify::logged(thread, &Entry::of(found.logged.clone())))
        } else {
            Step::replayed(Sent { message, thread: None, moves: Moves::default() })
        }))
    }

    /// Looks once more for the record of the key, after the head: where the head cannot remember all keys since the record was
    /// read, or remembers one with the same tag.
    async fn used_before(
        &mut self,
        ctx: &Context,
        thread: &Thread,
        same_tag: bool,
    ) -> Result<Option<Step<Sent>>, Error> {
        let known = self.unused_at.is_some_and(|seq| thread.last_seq.get() < seq.get() + RECENT_KEYS as u64);
        if known && !same_tag {
            return Ok(None);
        }
        let Some(earlier) = ctx.store.earlier_use(&ctx.caller, &self.request.key, ctx.now).await? else {
            self.unused_at = Some(thread.last_seq);
            return Ok(None);
        };
        require_repeat(ctx, &earlier.fingerprint)?;
        let sent = self.replay(ctx, earlier.reference).await?;
        // Nobody reads counts in a notification.
        let logged = LoggedMessage { message: sent.message.clone(), counts: MessageCounts::default(), slot: None };
        // A call was repeated: it may be this attempt's own message, whose response was lost. Better told twice than never.
        let own = self.tried && ctx.store.table().usage().retries > 0;
        let told = if own { notify::logged(thread, &Entry::of(logged)) } else { Vec::new() };
        Ok(Some(Step::replayed(sent).notify(told)))
    }

    /// The place of the message that the draft replies to, if it exists.
    async fn replied_to(&mut self, ctx: &Context, thread: &Thread) -> Result<Option<Seq>, Error> {
        if let Some(seq) = self.draft.reply_to
            && self.replied_to.is_none()
            && seq <= thread.last_seq
        {
            self.replied_to = ctx.store.message(thread, seq).await?.map(|message| message.seq);
        }
        Ok(self.replied_to)
    }

    /// The draft with what it attaches.
    async fn content(&mut self, ctx: &Context, thread: &Thread) -> Result<MessageContent, Error> {
        let mut content = self.draft.clone();
        if !self.media.is_empty() {
            // Who is not in the thread learns nothing else.
            thread.member(&ctx.caller).ok_or(Refusal::NotFound)?;
            let found = match self.found.take() {
                Some(found) => found,
                None => ctx.store.present_media(self.media).await?,
            };
            content.attachments = attachments(&ctx.caller, self.media, &found)?;
        }
        Ok(content)
    }

    async fn decide(&mut self, ctx: &Context, thread: &Thread, replied_to: Option<Seq>) -> Result<Sending, Error> {
        let content = self.content(ctx, thread).await?;
        let decide = |full: &[UserId]| send_past(full, thread, &ctx.caller, (&content, replied_to), ctx.now);
        let sending = decide(&[])?;
        if !thread.is_group() || sending.returned_to.is_empty() {
            return Ok(sending);
        }
        // It comes back to somebody who declined it, if their requests have room (rule 8).
        let profiles = ctx.store.present_profiles(&sending.returned_to).await?;
        let can_wait = |user: &UserId| profiles.get(user).is_some_and(|profile| profile.memberships.can_wait());
        let full: Vec<UserId> = sending.returned_to.iter().filter(|user| !can_wait(user)).cloned().collect();
        Ok(if full.is_empty() { sending } else { decide(&full)? })
    }

    /// Waits while the thread takes no message: for a writer who lost several races, or for room. Returns whether it did.
    async fn waited(&mut self, ctx: &Context, thread: &Thread) -> Result<bool, Error> {
        let full = thread.tail.is_full();
        if !full && thread.tail.turn.is_none_or(|until| until < self.waiting.now(ctx.now)) {
            return Ok(false);
        }
        let begin = thread.settled_seq();
        self.full = if full && self.full.0 == begin { (begin, self.full.1 + 1) } else { (begin, 1) };
        self.waits += 1;
        if full && self.full.1 == FULL_BEFORE_SETTLING + self.attempt % 8 {
            ctx.store.settle(thread).await?;
        } else if !self.waiting.wait_for_room().await {
            return Err(StoreError::Unavailable.into());
        }
        Ok(true)
    }
}

impl Operation for Send<'_> {
    type Output = Sent;
    type Beside = Beside;

    async fn step(&mut self, ctx: &Context, mut head: Option<Head>) -> Result<Step<Sent>, Error> {
        loop {
            let thread = match head.take() {
                Some(head) => head.thread(),
                None => ctx.store.thread(self.thread_id).await?,
            };
            let thread = thread.ok_or(Refusal::NotFound)?;
            if let Some(step) = self.sent_before(ctx, &thread)? {
                return Ok(step);
            }
            let tag = self.request.tag(&ctx.caller);
            let same_tag = thread.tail.recent.contains(&tag);
            if let Some(step) = self.used_before(ctx, &thread, same_tag).await? {
                return Ok(step);
            }
            let replied_to = self.replied_to(ctx, &thread).await?;
            let sending = self.decide(ctx, &thread, replied_to).await?;
            ctx.rates.allow_message(&self.buckets, ctx.now)?;
            // The tag of another key would refuse the message as long as the head remembers it.
            let whole = same_tag || self.waits >= WAITS;
            let appended = if whole { None } else { append(&sending, self.request, self.attempt) };
            let ended = ended_rest(ctx, &thread, &sending).await?;
            let end_rest = |mut step: Step<Sent>| {
                if ended.is_some() {
                    step.writes.end_rest(&ctx.caller, ended.as_ref());
                }
                step
            };
            let Some(appended) = appended else { return self.store_whole(sending).map(end_rest) };
            if !appended.alone || !self.waited(ctx, &thread).await? {
                return self.append(ctx, sending, &appended).map(end_rest);
            }
        }
    }

    /// Puts the new entries of inboxes, so that a list that follows on the response has the thread where it belongs, and reads the
    /// connections of those who hear of the message. Neither is part of storing it: what takes long or fails is done again once the
    /// response is out. A later attempt leaves the connections to that, because it may not be the one that counts.
    async fn beside(&self, ctx: &Context, sent: &Sent, attempt: u32) -> Result<Beside, Error> {
        /// Longer than a read commonly takes.
        const PATIENCE: Duration = Duration::from_millis(50);
        /// Longer than several writes at once commonly take. A list depends on them.
        const PLACING: Duration = Duration::from_secs(1);
        let Some(thread) = &sent.thread else { return Ok(Beside::default()) };
        let placing = tokio::time::timeout(PLACING, sent.moves.place(&ctx.store, thread));
        let connections = async {
            if attempt > 0 {
                return None;
            }
            let audience = thread.audience();
            let connections = ctx.store.connections(&audience, ctx.now);
            tokio::time::timeout(PATIENCE, connections).await.ok().and_then(Result::ok)
        };
        let (placed, connections) = tokio::join!(placing, connections);
        Ok(Beside { connections, placed: placed.unwrap_or(false) })
    }

    async fn replay(&self, ctx: &Context, reference: Reference) -> Result<Sent, Error> {
        let Reference::Message { thread_id, seq } = reference else {
            return Err(Refusal::IdempotencyMismatch.into());
        };
        let mut message = ctx.store.message_item(&thread_id, seq).await?;
        if message.is_none() {
            // Its record was stored a moment before it. Then it is in the tail still, or an item by now.
            let thread = ctx.store.thread(&thread_id).await?.ok_or(Refusal::NotFound)?;
            message = ctx.store.message(&thread, seq).await?;
        }
        Ok(Sent { message: message.ok_or(Refusal::NotFound)?, thread: None, moves: Moves::default() })
    }
}

/// The caller and the user who added them to a group that they declined, if the message accepts it: then they want to hear of that user
/// again (rule 7).
async fn ended_rest(ctx: &Context, thread: &Thread, sending: &Sending) -> Result<Option<Pair>, Error> {
    let declined = thread.member(&ctx.caller).is_some_and(|own| own.standing.declined_at().is_some());
    if sending.accepts && declined { inviting_pair(ctx, thread).await } else { Ok(None) }
}

impl Send<'_> {
    fn append(&mut self, ctx: &Context, sending: Sending, appended: &Append) -> Result<Step<Sent>, Error> {
        self.tried = true;
        let notifications = notify::sent(&sending);
        let seen = self.unused_at.unwrap_or(appended.transition.before.last_seq);
        let writes = Writes::append(appended, seen, self.waiting.now(ctx.now))?;
        let after = appended.transition.after.clone();
        if let Some(moving) = appended.transition.moving().filter(|_| appended.alone) {
            self.moves.want(after.bumped_at, moving);
        }
        let sent = Sent { message: sending.message, thread: Some(after), moves: self.moves.clone() };
        Ok(Step::write(sent, writes).notify(notifications))
    }

    /// Stores the message and the record of its key as items, in one transaction.
    fn store_whole(&self, mut sending: Sending) -> Result<Step<Sent>, Error> {
        let notifications = notify::sent(&sending);
        let tag = self.request.tag(&sending.message.author_id);
        sending.transition.after.tail.remember(tag);
        let writes = Writes::change_thread(&sending.transition)?;
        let Sending { transition, message, .. } = sending;
        let reference = Reference::Message { thread_id: self.thread_id.clone(), seq: message.seq };
        let sent = Sent { message, thread: Some(transition.after), moves: self.moves.clone() };
        Ok(Step::write(sent, writes).refer(reference).notify(notifications))
    }
}
