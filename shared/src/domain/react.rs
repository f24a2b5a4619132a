//! Reacting to a message (rule 18): whether it is allowed, and the message and its thread afterwards.

use super::emoji::Emoji;
use super::ids::UserId;
use super::limits::{MAX_REACTION_KINDS, MAX_REACTIONS};
use super::log::EntryContent;
use super::member::Member;
use super::message::{Message, MessageState, Written};
use super::reactions::{Reaction, ReactionChange};
use super::refusal::Refusal;
use super::send::unblocked;
use super::thread::Thread;
use super::time::Timestamp;
use super::transition::Transition;

/// `user` adds or removes a reaction to `message`, as it is now. `None` if that changes nothing.
///
/// # Errors
/// `NotFound` unless they see the message; to add one, also `MessageDeleted`, `YouBlockThem`, `ContactClosed`, `RequestPending`,
/// `TooManyReactions`.
pub fn react(
    thread: &Thread,
    user: &UserId,
    message: &Message,
    (change, emoji): (ReactionChange, &Emoji),
    now: Timestamp,
) -> Result<Option<(Transition, Message)>, Refusal> {
    let member = thread.member(user).filter(|member| member.sees(message.seq)).ok_or(Refusal::NotFound)?;
    let adds = change == ReactionChange::Add;
    let Some(written) = message.written() else {
        return if adds { Err(Refusal::MessageDeleted) } else { Ok(None) };
    };
    if adds {
        answers(thread, member)?;
    }
    if written.reactions.has(user, emoji) == adds {
        return Ok(None);
    }
    let mut builder = Transition::quiet(thread, user, now);
    let seq = builder.thread().last_seq.next();
    let reactions = match change {
        ReactionChange::Add => written.reactions.with(Reaction { emoji: emoji.clone(), user_id: user.clone(), seq }),
        ReactionChange::Remove => written.reactions.without(user, emoji),
    };
    if adds && (reactions.kinds() > MAX_REACTION_KINDS || reactions.len() > MAX_REACTIONS) {
        return Err(Refusal::TooManyReactions);
    }
    let message = message.changed(MessageState::Written(Written { reactions, ..written.clone() }));
    builder.log(EntryContent::Reacted { change, emoji: emoji.clone(), message: message.clone() });
    Ok(Some((builder.build(), message)))
}

/// Demands that `member` may react or pin something: both are answers, which wait until the thread is accepted, as edits do. No block may
/// stand between two.
pub(super) fn answers(thread: &Thread, member: &Member) -> Result<(), Refusal> {
    unblocked(thread, &member.user_id)?;
    let heard = thread.members.len() == 1 || thread.others(&member.user_id).any(|other| other.standing.is_accepted());
    if member.standing.is_accepted() && heard { Ok(()) } else { Err(Refusal::RequestPending) }
}
