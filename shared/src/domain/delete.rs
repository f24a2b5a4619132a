//! Deleting a message for everyone (rule 17): whether it is allowed, and the thread and the message afterwards.

use super::deletions::Deletion;
use super::ids::UserId;
use super::log::EntryContent;
use super::member::{Member, Role};
use super::message::{LoggedMessage, Message, MessageState, Preview};
use super::refusal::Refusal;
use super::thread::Thread;
use super::time::Timestamp;
use super::transition::Transition;

/// `user` deletes `logged`, as it is now, at any time: also a message request, and also while a block stands. `None` if it is deleted
/// already.
///
/// # Errors
/// `NotFound` unless they see the message, `AuthorOrModerator`.
pub fn delete(
    thread: &Thread,
    user: &UserId,
    logged: &LoggedMessage,
    now: Timestamp,
) -> Result<Option<(Transition, Message)>, Refusal> {
    let message = &logged.message;
    let member = thread.member(user).filter(|member| member.sees(message.seq)).ok_or(Refusal::NotFound)?;
    let moderates = thread.is_group() && member.role == Role::Moderator;
    if message.author_id != *user && !moderates {
        return Err(Refusal::AuthorOrModerator);
    }
    if message.written().is_none() {
        return Ok(None);
    }
    let mut builder = Transition::quiet(thread, user, now);
    let at = builder.thread().last_entry_at;
    let message = message.changed(MessageState::Deleted { at });
    let thread = builder.thread();
    thread.pins.remove(message.seq);
    note_deleted(thread, Deletion { seq: message.seq, slot: logged.slot });
    if let Some(last) = thread.last_message.as_mut().filter(|last| last.seq == message.seq) {
        *last = Preview::of(&message);
    }
    builder.log(EntryContent::Deleted(message.clone()));
    Ok(Some((builder.build(), message)))
}

/// Notes that a message was deleted: for whom it was unread, it counts as read.
fn note_deleted(thread: &mut Thread, deletion: Deletion) {
    let unread = |member: &Member| member.mark.seq < deletion.seq && thread.counts_for(member, &deletion);
    let unread: Vec<bool> = thread.members.iter().map(unread).collect();
    for (member, unread) in thread.members.iter_mut().zip(unread) {
        member.mark.counted += u64::from(unread);
    }
    let lowest_mark = thread.members.iter().map(|member| member.mark.seq).min().unwrap_or_default();
    thread.deletions.add(deletion, lowest_mark);
}
