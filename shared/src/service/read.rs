//! Moving a read mark (rule 19).

use super::context::Context;
use super::error::Error;
use super::load::thread_at;
use super::notify::about;
use super::operation::{Done, Operation, Start, Step, run_from};
use crate::delivery::{EventKind, Notification};
use crate::domain::counts::MessageCounts;
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::member::Member;
use crate::domain::message::LoggedMessage;
use crate::domain::profile::Profiles;
use crate::domain::read;
use crate::domain::refusal::Refusal;
use crate::domain::thread::Thread;
use crate::store::{Head, Writes};

/// Where the mark of the caller is, and what is left after it.
#[derive(Debug, Clone, Copy)]
pub struct Marked {
    pub read_seq: Seq,
    pub unread: u64,
}

struct MarkRead<'a> {
    thread_id: &'a ThreadId,
    seq: Seq,
    /// The last message up to `seq` that was an item, read beside the head.
    found: Option<LoggedMessage>,
    /// Whether the caller shows nobody how far they read. It was read within the request: a mark that moves at the same time as the
    /// switch counts before it or after it.
    in_private: bool,
}

/// Moves the caller's mark forward to `seq`.
///
/// # Errors
/// `NotFound`, `BeyondTheLog`.
pub async fn mark_read(ctx: &Context, thread_id: &ThreadId, seq: Seq) -> Result<Done<Marked>, Error> {
    // The counts are needed only where the mark stays behind the last message; read beside the head, they cost no time.
    let last = ctx.store.last_message_item(thread_id, seq);
    let (head, found, own) = tokio::try_join!(ctx.store.head(thread_id), last, ctx.store.profile(&ctx.caller))?;
    let in_private = own.is_some_and(|own| !own.settings.read_receipts);
    let operation = MarkRead { thread_id, seq, found, in_private };
    let committed = run_from(ctx, operation, Start::Read { head, earlier: None }).await?;
    // Where nothing was written, another device was further already: it has told everyone.
    let after = committed.stored.and_then(|stored| stored.head.thread());
    let moved = after.is_some();
    let thread = after.unwrap_or(committed.done.output);
    let own = thread.member(&ctx.caller).ok_or(Refusal::NotFound)?;
    let marked = Marked { read_seq: own.mark.seq, unread: thread.unread(own) };
    let notifications = if moved { notifications(ctx, &thread, own, &committed.beside) } else { Vec::new() };
    Ok(Done::new(marked, notifications))
}

impl MarkRead<'_> {
    /// The counts at the last message up to the mark; `None` if they are not needed, because no message follows. A message may
    /// have left the tail between the two reads: then neither has it, and the items are asked again.
    async fn counts_there(&self, ctx: &Context, thread: &Thread) -> Result<Option<MessageCounts>, Error> {
        if thread.last_message.as_ref().is_none_or(|last| self.seq >= last.seq) {
            return Ok(None);
        }
        let found = self.found.as_ref().filter(|found| found.message.seq == self.seq);
        let last = match found {
            Some(found) => Some(found.clone()),
            None => ctx.store.last_message_at(thread, self.seq).await?,
        };
        Ok(last.map(|last| last.counts))
    }
}

impl Operation for MarkRead<'_> {
    type Output = Thread;
    type Beside = Profiles;

    async fn step(&mut self, ctx: &Context, head: Option<Head>) -> Result<Step<Thread>, Error> {
        let thread = thread_at(ctx, head, self.thread_id).await?;
        let counts_there = self.counts_there(ctx, &thread).await?;
        let Some(mark) = read::mark(&thread, &ctx.caller, self.seq, counts_there.as_ref())? else {
            return Ok(Step::unchanged(thread));
        };
        let writes = match read::shown(&thread, &ctx.caller, mark, self.in_private) {
            None => Writes::move_mark(&thread, &ctx.caller, mark),
            Some(transition) => Writes::move_shown_mark(&transition)?,
        };
        Ok(Step::write(thread, writes))
    }

    /// Which of the others show their marks, if the reader does. Where that cannot be read, nobody but the reader's own devices hears of the mark: it is stored
    /// all the same, and a repeat would find nothing to tell.
    async fn beside(&self, ctx: &Context, thread: &Thread, _attempt: u32) -> Result<Self::Beside, Error> {
        if self.in_private {
            return Ok(Profiles::new());
        }
        let others: Vec<UserId> = thread.others(&ctx.caller).map(|other| other.user_id.clone()).collect();
        Ok(ctx.store.present_profiles(&others).await.unwrap_or_default())
    }
}

/// The caller's own devices hear of the mark with what is left unread. Other members do if they may see it, while no block
/// stands between the two. `profiles` are those of the others, none where the caller reads in private.
fn notifications(ctx: &Context, thread: &Thread, own: &Member, profiles: &Profiles) -> Vec<Notification> {
    let shows = |user: &UserId| profiles.get(user).is_some_and(|profile| profile.settings.read_receipts);
    let event = |unread| {
        let kind = EventKind::ReadMoved { user_id: own.user_id.clone(), read_seq: own.mark.seq, unread };
        about(thread, Some(&own.user_id), ctx.now, kind)
    };
    let told = thread
        .others(&own.user_id)
        .filter(|other| read::shows(own, true, shows(&other.user_id)))
        .filter(|other| other.hears() && !thread.is_blocked())
        .map(|other| other.user_id.clone());
    vec![event(Some(thread.unread(own))).to(vec![own.user_id.clone()]), event(None).to(told.collect())]
}
