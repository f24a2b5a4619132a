//! Editing a message (rule 17).

use super::context::Context;
use super::error::Error;
use super::notify;
use super::operation::{Done, Operation, Step, run};
use crate::domain::edit::{Edit, edit};
use crate::domain::ids::{Seq, ThreadId};
use crate::domain::message::Message;
use crate::domain::refusal::Refusal;
use crate::store::{Head, Writes};

struct EditMessage<'a> {
    thread_id: &'a ThreadId,
    seq: Seq,
    edit: &'a Edit,
}

/// The caller gives a message of theirs another text, and returns it as it is then. Doing so twice is the same as once.
///
/// # Errors
/// `NotFound`, `AuthorOnly`, `YouBlockThem`, `ContactClosed`, `Message`, `EditWindowClosed`.
pub async fn edit_message(ctx: &Context, thread_id: &ThreadId, seq: Seq, edit: &Edit) -> Result<Done<Message>, Error> {
    run(ctx, EditMessage { thread_id, seq, edit }).await
}

impl Operation for EditMessage<'_> {
    type Output = Message;
    type Beside = ();

    /// A head that a failed condition brought back is not enough: the message may have been edited with it.
    async fn step(&mut self, ctx: &Context, _head: Option<Head>) -> Result<Step<Message>, Error> {
        let (head, item) = ctx.store.message_context(self.thread_id, self.seq).await?;
        let thread = head.thread().filter(|thread| thread.member(&ctx.caller).is_some()).ok_or(Refusal::NotFound)?;
        let message = thread.tail.at(self.seq).map(|message| message.logged.message.clone()).or(item);
        let message = message.filter(|message| message.seq <= thread.last_seq).ok_or(Refusal::NotFound)?;
        let Some((transition, edited)) = edit(&thread, &ctx.caller, &message, self.edit, ctx.now)? else {
            return Ok(Step::unchanged(message));
        };
        let writes = Writes::change_thread(&transition)?;
        let notifications = transition.entries.iter().flat_map(|entry| notify::logged(&transition.after, entry));
        let notifications = notifications.collect();
        Ok(Step::write(edited, writes).notify(notifications))
    }
}
