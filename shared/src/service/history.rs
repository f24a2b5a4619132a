//! Reading the log of a thread: messages newest first, or all of it oldest first.

use std::collections::BTreeSet;

use super::context::Context;
use super::error::Error;
use super::load::load_thread;
use crate::domain::ids::{Seq, ThreadId, UserId};
use crate::domain::log::{Entry, merge};
use crate::domain::message::Message;
use crate::domain::profile::Profile;
use crate::domain::reactions::Reaction;
use crate::domain::refusal::Refusal;
use crate::domain::seen::reactions_seen;
use crate::domain::thread::Thread;
use crate::store::Page;

/// A page of a log, and the thread that says how the caller sees it.
#[derive(Debug)]
pub struct LogPage<T> {
    pub thread: Thread,
    pub page: Page<T>,
}

/// A page of the messages between two places, neither included, newest first.
///
/// # Errors
/// `NotFound`.
pub async fn messages(
    ctx: &Context,
    thread_id: &ThreadId,
    (after, before): (Option<Seq>, Option<Seq>),
    limit: usize,
) -> Result<LogPage<Message>, Error> {
    let thread = load_thread(ctx, thread_id).await?;
    let visible_from = thread.member(&ctx.caller).ok_or(Refusal::NotFound)?.visible_from();
    let first = after.map_or(visible_from, |after| after.next().max(visible_from));
    let last = before.map_or(thread.last_seq, |before| before.previous().min(thread.last_seq));
    let page = ctx.store.messages(&thread, (first, last), limit).await?;
    Ok(LogPage { thread, page })
}

/// A page of the messages behind `after`, oldest first: those next to it.
///
/// # Errors
/// `NotFound`.
pub async fn messages_after(
    ctx: &Context,
    thread_id: &ThreadId,
    after: Seq,
    limit: usize,
) -> Result<LogPage<Message>, Error> {
    let thread = load_thread(ctx, thread_id).await?;
    let visible_from = thread.member(&ctx.caller).ok_or(Refusal::NotFound)?.visible_from();
    let first = after.min(thread.last_seq).next().max(visible_from);
    let page = ctx.store.messages_from(&thread, first, limit).await?;
    Ok(LogPage { thread, page })
}

/// One message, and the thread that says how the caller sees it.
///
/// # Errors
/// `NotFound`, also where that place of the log is no message.
pub async fn message(ctx: &Context, thread_id: &ThreadId, seq: Seq) -> Result<(Thread, Message), Error> {
    let thread = load_thread(ctx, thread_id).await?;
    // Nor what came after the head was read: the caller may have been removed in between.
    let visible = thread.member(&ctx.caller).is_some_and(|member| member.sees(seq)) && seq <= thread.last_seq;
    let message = if visible { ctx.store.message(&thread, seq).await? } else { None };
    Ok((thread, message.ok_or(Refusal::NotFound)?))
}

/// The pinned messages that the caller sees, the last pinned first, and the thread that says how they see them (rule 32).
///
/// # Errors
/// `NotFound`.
pub async fn pins(ctx: &Context, thread_id: &ThreadId) -> Result<(Thread, Vec<Message>), Error> {
    let thread = load_thread(ctx, thread_id).await?;
    let reader = thread.member(&ctx.caller).ok_or(Refusal::NotFound)?;
    let seen: Vec<Seq> = thread.pins.newest_first().filter(|seq| reader.sees(*seq)).collect();
    let mut messages = ctx.store.messages_at(&thread.id, seen.iter().copied()).await?;
    // One that is deleted at this instant is gone from the pins as well.
    let pinned = seen.iter().filter_map(|seq| messages.remove(seq)).filter(|message| message.written().is_some());
    Ok((thread, pinned.collect()))
}

/// A page of the reactions to a message that the caller sees, behind the one that the entry at `after` added, and who reacted.
///
/// # Errors
/// `NotFound`.
pub async fn reactions(
    ctx: &Context,
    (thread_id, seq): (&ThreadId, Seq),
    after: Option<Seq>,
    limit: usize,
) -> Result<Page<(Reaction, Profile)>, Error> {
    let (thread, message) = message(ctx, thread_id, seq).await?;
    let reader = thread.member(&ctx.caller).ok_or(Refusal::NotFound)?;
    let seen = reactions_seen(reader, &thread, &message);
    let mut behind: Vec<&Reaction> = seen.filter(|reaction| reaction.seq > after.unwrap_or(Seq::ZERO)).collect();
    let more = behind.len() > limit;
    behind.truncate(limit);
    let users: BTreeSet<UserId> = behind.iter().map(|reaction| reaction.user_id.clone()).collect();
    let profiles = ctx.store.present_profiles(&Vec::from_iter(users)).await?;
    let with_profile = |reaction: &Reaction| Some((reaction.clone(), profiles.get(&reaction.user_id)?.clone()));
    Ok(Page { items: behind.into_iter().filter_map(with_profile).collect(), more })
}

/// A page of the log behind `after`, oldest first, without a hole (rule 14).
///
/// # Errors
/// `NotFound`.
pub async fn events(
    ctx: &Context,
    thread_id: &ThreadId,
    after: Option<Seq>,
    limit: usize,
) -> Result<LogPage<Entry>, Error> {
    let thread = load_thread(ctx, thread_id).await?;
    let visible_from = thread.member(&ctx.caller).ok_or(Refusal::NotFound)?.visible_from();
    let first = after.unwrap_or(Seq::ZERO).min(thread.last_seq).next().max(visible_from);
    let entries = if first > thread.last_seq {
        Vec::new()
    } else {
        let (messages, changes) = ctx.store.runs(&thread, first, limit).await?;
        merge(messages, changes, limit)
    };
    let more = entries.last().is_some_and(|last| last.seq < thread.last_seq);
    Ok(LogPage { page: Page { items: entries, more }, thread })
}
