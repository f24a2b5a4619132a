//! Sending a message: one read, a decision, one transaction, and the notifications.

use std::time::Duration;

use super::context::Context;
use super::error::Error;
use super::notify;
use super::operation::{Done, Operation, Start, Step, run_from};
use crate::domain::connection::Connection;
use crate::domain::idempotency::Reference;
use crate::domain::ids::{Seq, ThreadId};
use crate::domain::message::{Message, MessageContent};
use crate::domain::refusal::Refusal;
use crate::domain::send::{Sending, send as decide};
use crate::domain::thread::Thread;
use crate::store::{Head, Writes};

/// A message that was stored.
#[derive(Debug)]
pub struct Sent {
    pub message: Message,
    /// The thread afterwards; `None` for a replay.
    thread: Option<Thread>,
}

struct Send<'a> {
    thread_id: &'a ThreadId,
    draft: &'a MessageContent,
    /// The place of the message that the draft replies to, if it exists.
    replied_to: Option<Seq>,
}

/// Sends `draft` as the caller, exactly once for its key.
///
/// # Errors
/// `NotFound`, `ContactClosed`, `YouBlockThem`, `RequestPending`, `Message`, `IdempotencyMismatch`.
pub async fn send(ctx: &Context, thread_id: &ThreadId, draft: &MessageContent) -> Result<Done<Sent>, Error> {
    let key = ctx.key.as_ref().ok_or_else(|| Error::Internal("a message without a key".to_owned()))?;
    let context = ctx.store.send_context(thread_id, (&ctx.caller, &key.key), draft.reply_to, ctx.now).await?;
    let operation = Send { thread_id, draft, replied_to: context.replied_to };
    let start = Start::Read { head: context.head, earlier: context.earlier };
    let committed = run_from(ctx, operation, start).await?;
    Ok(Done { connections: committed.beside, ..committed.done })
}

impl Operation for Send<'_> {
    type Output = Sent;
    type Beside = Option<Vec<Connection>>;

    async fn step(&mut self, ctx: &Context, head: Option<Head>) -> Result<Step<Sent>, Error> {
        let head = match head {
            Some(head) => head,
            None => ctx.store.head(self.thread_id).await?,
        };
        let thread = head.thread().ok_or(Refusal::NotFound)?;
        let sending = decide(&thread, &ctx.caller, self.draft, self.replied_to, ctx.now)?;
        let notifications = notify::sent(&sending);
        let writes = Writes::change_thread(&sending.transition)?;
        let Sending { transition, message, .. } = sending;
        let reference = Reference::Message { thread_id: self.thread_id.clone(), seq: message.seq };
        let sent = Sent { message, thread: Some(transition.after) };
        Ok(Step::write(sent, writes).refer(reference).notify(notifications))
    }

    /// The connections of those who hear of the message. Pushing is no part of storing: where reading them takes long or
    /// fails, it is done again once the response is out. A later attempt leaves it to that, because it may not be the one that
    /// counts.
    async fn beside(&self, ctx: &Context, sent: &Sent, attempt: u32) -> Result<Self::Beside, Error> {
        /// Longer than a transaction commonly takes.
        const PATIENCE: Duration = Duration::from_millis(50);
        let Some(thread) = sent.thread.as_ref().filter(|_| attempt == 0) else { return Ok(None) };
        let audience = thread.audience();
        let connections = ctx.store.connections(&audience, ctx.now);
        Ok(tokio::time::timeout(PATIENCE, connections).await.ok().and_then(Result::ok))
    }

    async fn replay(&self, ctx: &Context, reference: Reference) -> Result<Sent, Error> {
        let Reference::Message { thread_id, seq } = reference else {
            return Err(Refusal::IdempotencyMismatch.into());
        };
        let message = ctx.store.message(&thread_id, seq).await?.ok_or(Refusal::NotFound)?;
        Ok(Sent { message, thread: None })
    }
}
