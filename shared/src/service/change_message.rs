//! Changing a message that was sent: editing it, deleting it for everyone, reacting to it, pinning it (rules 17, 18, 32).

use super::context::Context;
use super::error::Error;
use super::notify;
use super::operation::{Done, Operation, Step, run};
use crate::domain::delete::delete;
use crate::domain::edit::{Edit, edit};
use crate::domain::emoji::Emoji;
use crate::domain::ids::{Seq, ThreadId};
use crate::domain::message::{LoggedMessage, Message};
use crate::domain::pin::pin;
use crate::domain::pins::PinChange;
use crate::domain::react::react;
use crate::domain::reactions::ReactionChange;
use crate::domain::refusal::Refusal;
use crate::domain::thread::Thread;
use crate::store::{Head, Writes};

/// A message after a change, or as it was if there was nothing to change, and its thread, which says how the caller sees it.
#[derive(Debug)]
pub struct ChangedMessage {
    pub thread: Thread,
    pub message: Message,
}

/// The change that a caller asks for.
enum Change<'a> {
    Edit(&'a Edit),
    Delete,
    React(ReactionChange, &'a Emoji),
    Pin(PinChange),
}

struct ChangeMessage<'a> {
    thread_id: &'a ThreadId,
    seq: Seq,
    change: Change<'a>,
}

/// The caller gives a message of theirs another text. Doing so twice is the same as once.
///
/// # Errors
/// `NotFound`, `AuthorOnly`, `YouBlockThem`, `ContactClosed`, `RequestPending`, `MessageDeleted`, `Message`, `EditWindowClosed`.
pub async fn edit_message(
    ctx: &Context,
    thread_id: &ThreadId,
    seq: Seq,
    edit: &Edit,
) -> Result<Done<ChangedMessage>, Error> {
    run(ctx, ChangeMessage { thread_id, seq, change: Change::Edit(edit) }).await
}

/// The caller deletes a message for everyone. It does nothing to one that is deleted already.
///
/// # Errors
/// `NotFound`, `AuthorOrModerator`.
pub async fn delete_message(ctx: &Context, thread_id: &ThreadId, seq: Seq) -> Result<Done<ChangedMessage>, Error> {
    run(ctx, ChangeMessage { thread_id, seq, change: Change::Delete }).await
}

/// The caller reacts to a message, or takes a reaction back. Doing so twice is the same as once.
///
/// # Errors
/// `NotFound`; to react, also `MessageDeleted`, `YouBlockThem`, `ContactClosed`, `RequestPending`, `TooManyReactions`.
pub async fn react_to_message(
    ctx: &Context,
    (thread_id, seq): (&ThreadId, Seq),
    change: ReactionChange,
    emoji: &Emoji,
) -> Result<Done<ChangedMessage>, Error> {
    run(ctx, ChangeMessage { thread_id, seq, change: Change::React(change, emoji) }).await
}

/// The caller pins a message, or takes its pin away. Doing so twice is the same as once.
///
/// # Errors
/// `NotFound`, `ModeratorsPin`, `YouBlockThem`, `ContactClosed`; to pin it, also `MessageDeleted`, `RequestPending`, `TooManyPins`.
pub async fn pin_message(
    ctx: &Context,
    thread_id: &ThreadId,
    seq: Seq,
    change: PinChange,
) -> Result<Done<ChangedMessage>, Error> {
    run(ctx, ChangeMessage { thread_id, seq, change: Change::Pin(change) }).await
}

impl ChangeMessage<'_> {
    /// The thread, and the message as it is now.
    async fn load(&self, ctx: &Context) -> Result<(Thread, LoggedMessage), Error> {
        let (head, item) = ctx.store.message_context(self.thread_id, self.seq).await?;
        let thread = head.thread().filter(|thread| thread.member(&ctx.caller).is_some());
        let mut thread = thread.ok_or(Refusal::NotFound)?;
        let logged = thread.tail.at(self.seq).map(|message| message.logged.clone()).or(item);
        let logged = logged.filter(|_| self.seq <= thread.last_seq).ok_or(Refusal::NotFound)?;
        // For whom a deleted message was unread depends on what they hide: hardly ever that has to be looked for.
        let deletes = matches!(self.change, Change::Delete);
        if deletes && thread.members.iter().any(|member| member.hidden_stays.are_stored()) {
            ctx.store.read_hidden_stays(vec![&mut thread], |_| true).await?;
        }
        Ok((thread, logged))
    }
}

impl Operation for ChangeMessage<'_> {
    type Output = ChangedMessage;
    type Beside = ();

    /// A head that a failed condition brought back is not enough: the message may have been changed with it.
    async fn step(&mut self, ctx: &Context, _head: Option<Head>) -> Result<Step<ChangedMessage>, Error> {
        let (thread, logged) = self.load(ctx).await?;
        let message = &logged.message;
        let changed = match self.change {
            Change::Edit(wanted) => edit(&thread, &ctx.caller, message, wanted, ctx.now)?,
            Change::Delete => delete(&thread, &ctx.caller, &logged, ctx.now)?,
            Change::React(change, emoji) => react(&thread, &ctx.caller, message, (change, emoji), ctx.now)?,
            Change::Pin(change) => {
                let pinned = pin(&thread, &ctx.caller, message, change, ctx.now)?;
                pinned.map(|transition| (transition, message.clone()))
            }
        };
        let Some((transition, message)) = changed else {
            return Ok(Step::unchanged(ChangedMessage { thread, message: logged.message }));
        };
        let mut writes = Writes::change_thread(&transition)?;
        if matches!(self.change, Change::Delete) {
            writes.erase_media(logged.message.attachments(), ctx.now);
        }
        let notifications = transition.entries.iter().flat_map(|entry| notify::logged(&transition.after, entry));
        let notifications = notifications.collect();
        Ok(Step::write(ChangedMessage { thread: transition.after, message }, writes).notify(notifications))
    }
}
